//! Connections that are lent for reading, one after the other to whoever asks.
//!
//! sqlx asks a connection how it is each time it leaves its pool and each time it comes back, which is a question
//! of its own to the database. Here one that was asked a moment ago is lent on as it is; so one that broke is noticed a moment later.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Connection, Database, Pool};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::StoreError;

/// How long a connection is good without being asked.
const MOMENT: Duration = Duration::from_millis(100);
/// After this time it goes back to its pool, which closes old ones.
const LONGEST: Duration = Duration::from_secs(60);
/// How long anybody waits for one.
const WAIT: Duration = Duration::from_secs(20);

/// Lends the connections of a pool that nobody else takes from.
pub struct Lender<D: Database> {
    pool: Pool<D>,
    /// As many as there are places.
    room: Arc<Semaphore>,
    places: Arc<[Place<D>]>,
}

/// Where a connection is kept. Whoever has it holds the place.
type Place<D> = Arc<Mutex<Option<Kept<D>>>>;

/// A connection out of the pool.
struct Kept<D: Database> {
    connection: PoolConnection<D>,
    /// When it left the pool.
    taken: Instant,
    /// When it last was asked how it is.
    asked: Instant,
}

/// A connection that is lent until this is dropped.
pub struct Lent<D: Database> {
    kept: OwnedMappedMutexGuard<Option<Kept<D>>, Kept<D>>,
    /// Let go of after the place.
    _room: OwnedSemaphorePermit,
}

impl<D: Database> Lender<D> {
    /// Lends from this pool.
    pub(super) fn new(pool: Pool<D>) -> Self {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
        let places = (0..most).map(|_| Place::default()).collect();
        Self { pool, room: Arc::new(Semaphore::new(most)), places }
    }

    /// A connection; whoever asks first has one first.
    pub(super) async fn lend(&self) -> Result<Lent<D>, StoreError> {
        let room = tokio::time::timeout(WAIT, Arc::clone(&self.room).acquire_owned());
        let room = room.await.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        // Whoever has room finds a place that nobody holds.
        let free = self.places.iter().find_map(|place| Arc::clone(place).try_lock_owned().ok());
        let mut place = free.ok_or(sqlx::Error::PoolTimedOut)?;
        *place = match place.take() {
            Some(kept) => kept.good().await,
            None => None,
        };
        if place.is_none() {
            let connection = self.pool.acquire().await?;
            let now = Instant::now();
            *place = Some(Kept { connection, taken: now, asked: now });
        }
        let kept = OwnedMutexGuard::try_map(place, Option::as_mut).map_err(|_| sqlx::Error::PoolClosed)?;
        Ok(Lent { kept, _room: room })
    }

    /// Closes every connection; those that are lent when they come back.
    pub(super) async fn close(&self) {
        self.room.close();
        for place in self.places.iter() {
            drop(place.lock().await.take());
        }
        self.pool.close().await;
    }
}

impl<D: Database> Kept<D> {
    /// The same, unless it broke or it is time to give it back.
    async fn good(mut self) -> Option<Self> {
        if self.asked.elapsed() < MOMENT {
            return Some(self);
        }
        if self.taken.elapsed() > LONGEST {
            return None;
        }
        if let Err(error) = self.connection.ping().await {
            tracing::debug!(%error, "a connection broke; another one is taken");
            self.connection.close_on_drop();
            return None;
        }
        self.asked = Instant::now();
        Some(self)
    }
}

impl<D: Database> Deref for Lent<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.kept.connection
    }
}

impl<D: Database> DerefMut for Lent<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        &mut self.kept.connection
    }
}

impl<D: Database> Clone for Lender<D> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), room: Arc::clone(&self.room), places: Arc::clone(&self.places) }
    }
}

impl<D: Database> fmt::Debug for Lender<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lender").field("pool", &self.pool).finish_non_exhaustive()
    }
}

impl<D: Database> fmt::Debug for Lent<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").finish_non_exhaustive()
    }
}
