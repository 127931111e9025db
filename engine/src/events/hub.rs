//! One reader of the log for everybody in this process who listens.
//!
//! However many clients listen, new events are read once and handed to all of them. A client that is slower than the
//! log grows is told to begin anew instead of being waited for. While nobody listens, nothing is read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::whisper::Whisper;
use super::{Event, Place, Wanted, events_of};
use crate::store::events::read;
use crate::store::{Db, Dialect, StoreError};

/// Rows of the log that are read at a time.
const PAGE: i64 = 64;
/// Pages that somebody may be behind before they are told to begin anew.
const BEHIND: usize = 1_024;
/// Whispers that somebody may be behind before they miss some.
const WHISPERS: usize = 256;
/// How long a place that was looked up is good enough for those who only need one that is not too late.
const FRESH: Duration = Duration::from_millis(500);

/// An event, and its envelope as every listener of it is sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The event.
    pub event: Event,
    /// Its envelope as JSON.
    pub json: String,
}

impl From<Event> for Told {
    fn from(event: Event) -> Self {
        let json = event.envelope().to_string();
        Self { event, json }
    }
}

/// What was read at once.
type Page = Arc<[Arc<Told>]>;

#[derive(Debug, Default)]
struct State {
    /// Where listeners get new events from; none while nobody reads.
    feed: Option<broadcast::Sender<Page>>,
    head: Option<(Instant, Place)>,
    streams: HashMap<String, usize>,
}

/// Who listens in this process.
#[derive(Debug)]
pub struct Hub {
    db: Db,
    told: watch::Receiver<u64>,
    state: Mutex<State>,
    whispers: broadcast::Sender<Arc<Whisper>>,
    /// What this process whispers is marked with, so that it hears it once.
    own: String,
    closed: CancellationToken,
}

/// Why somebody cannot listen, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The log does not reach back to that place any more, or has never been there.
    #[error("the event log does not hold what came after that place any more; read your lists again and begin anew")]
    Expired,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a listener hears.
#[derive(Debug)]
pub enum Heard {
    /// Events that are wanted, in order; may be none.
    Events(Vec<Arc<Told>>),
    /// The listener must begin anew: it was too slow, or what it has not read yet is gone.
    Reset,
    /// The process is stopping.
    Closed,
}

impl Hub {
    pub(crate) fn new(db: &Db, told: watch::Receiver<u64>) -> Arc<Self> {
        let closed = CancellationToken::new();
        let (whispers, _) = broadcast::channel(WHISPERS);
        let own = format!("{:032x}", rand::random::<u128>());
        Arc::new(Self { db: db.clone(), told, state: Mutex::default(), whispers, own, closed })
    }

    /// Tells whoever listens just now, here and in other processes, and keeps nothing.
    pub async fn whisper(&self, whisper: Whisper) {
        // The marks of processes are of one length.
        let payload = serde_json::to_string(&whisper).map(|json| format!("{}{json}", self.own));
        // Nobody there is no error.
        let _ = self.whispers.send(Arc::new(whisper));
        match payload {
            Ok(payload) => {
                if let Err(error) = self.db.whisper(&payload).await {
                    tracing::debug!(%error, "other processes were not told who writes");
                }
            }
            Err(error) => tracing::debug!(%error, "a whisper cannot be written"),
        }
    }

    /// Hears what is whispered from now on; that of other processes only while somebody listens to the log.
    #[must_use]
    pub fn whispers(&self) -> broadcast::Receiver<Arc<Whisper>> {
        self.whispers.subscribe()
    }

    /// Passes on what other processes whisper.
    fn overheard(&self, payload: &str) {
        let Some((from, json)) = payload.split_at_checked(self.own.len()) else { return };
        if from != self.own
            && let Ok(whisper) = serde_json::from_str::<Whisper>(json)
        {
            let _ = self.whispers.send(Arc::new(whisper));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every listening, now and later: the process is stopping.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// A place that is not later than what is read from now on: half a second old at most.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn head(&self) -> Result<Place, StoreError> {
        let known = self.lock().head;
        if let Some((_, place)) = known.filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(place);
        }
        let begun = Instant::now();
        let mut reader = self.db.read().await?;
        let place = Place::after_row(read::head(&mut reader.conn()).await?);
        self.lock().head = Some((begun, place));
        Ok(place)
    }

    /// Before the oldest event that is left.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn oldest(&self) -> Result<Place, StoreError> {
        let mut reader = self.db.read().await?;
        let gone = read::trimmed(&mut reader.conn()).await?;
        Ok(gone.map(|row| Place::after_row(row.place())).unwrap_or_default())
    }

    /// The last place of the log, now.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn last(&self) -> Result<Place, StoreError> {
        let mut reader = self.db.read().await?;
        Ok(Place::after_row(read::head(&mut reader.conn()).await?))
    }

    /// Events of a workspace after a place, in order, that are wanted: at most `most`, and from at most a few pages of
    /// the log. The place says up to where the log was read; the last, whether it was read to its end.
    ///
    /// # Errors
    /// [`ListenError::Expired`] when the log does not reach back that far.
    pub async fn page(
        &self,
        workspace: &str,
        after: Place,
        wanted: &Wanted,
        most: usize,
    ) -> Result<(Vec<Arc<Told>>, Place, bool), ListenError> {
        let mut reader = self.db.read().await?;
        let conn = &mut reader.conn();
        let (mut place, mut found) = (after, Vec::new());
        for _ in 0..4 {
            let rows = read::log(conn, workspace, place.next_row(), PAGE).await?;
            let is_all = rows.len() < PAGE as usize;
            for row in &rows {
                for event in events_of(row, place)? {
                    if found.len() == most {
                        // Looked at last: what was read above may have been taken away meanwhile.
                        must_reach(conn, after).await?;
                        return Ok((found, place, false));
                    }
                    place = event.place;
                    if wanted.takes(&event) {
                        found.push(Arc::new(event.into()));
                    }
                }
                place = Place::after_row(row.place());
            }
            if is_all {
                must_reach(conn, after).await?;
                return Ok((found, place, true));
            }
        }
        must_reach(conn, after).await?;
        Ok((found, place, false))
    }

    /// Listens to a workspace from a place on, or from now on.
    ///
    /// # Errors
    /// [`ListenError::Expired`] when the log does not reach back that far.
    pub async fn listen(
        self: &Arc<Self>,
        workspace: &str,
        after: Option<Place>,
        wanted: Wanted,
    ) -> Result<Listener, ListenError> {
        // The feed first, beginning no later than where reading the log ends: what comes in meanwhile is in both.
        let now = self.last().await?;
        let feed = self.feed(now);
        if let Some(place) = after {
            self.reaches(place).await?;
        }
        let place = after.unwrap_or(now);
        Ok(Listener {
            hub: Arc::clone(self),
            workspace: workspace.to_owned(),
            wanted,
            feed,
            place,
            caught_up: false,
            keys_changed: false,
        })
    }

    /// One more stream for somebody, unless they have `most` of them.
    #[must_use]
    pub fn stream_of(self: &Arc<Self>, whose: &str, most: usize) -> Option<StreamSeat> {
        let mut state = self.lock();
        let taken = state.streams.entry(whose.to_owned()).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(StreamSeat { hub: Arc::clone(self), whose: whose.to_owned() })
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.lock().streams.values().sum()
    }

    /// What comes after `now` at the latest.
    fn feed(self: &Arc<Self>, now: Place) -> broadcast::Receiver<Page> {
        let mut state = self.lock();
        if let Some(feed) = &state.feed {
            return feed.subscribe();
        }
        let (feed, receiver) = broadcast::channel(BEHIND);
        state.feed = Some(feed.clone());
        tokio::spawn(Arc::clone(self).follow(feed, now));
        receiver
    }

    /// Reads the log and hands it on, until nobody listens.
    async fn follow(self: Arc<Self>, feed: broadcast::Sender<Page>, mut place: Place) {
        let heard = Arc::new(Notify::new());
        let listening = self.closed.child_token();
        let others = tokio::spawn({
            let (hub, heard, listening) = (Arc::clone(&self), Arc::clone(&heard), listening.clone());
            async move { hub.db.listen_closely(heard, |payload| hub.overheard(payload), listening).await }
        });
        let mut told = self.told.clone();
        // A poll finds what no wake-up tells of: other processes, and what was not below the horizon yet.
        let (quick, slow) = match self.db.dialect() {
            Dialect::Sqlite => (Duration::from_secs(1), Duration::from_secs(1)),
            Dialect::Postgres => (Duration::from_millis(5), Duration::from_millis(250)),
        };
        let (mut pause, mut was_away) = (quick, false);
        loop {
            told.borrow_and_update();
            if was_away && matches!(self.reaches(place).await, Err(ListenError::Expired)) {
                // Those who listen find that nobody reads for them any more, and begin anew.
                self.lock().feed = None;
                break;
            }
            let read = self.hand_on(&feed, &mut place).await;
            was_away = read.is_err();
            match read {
                Ok(true) => pause = quick,
                Ok(false) => pause = (pause * 2).min(slow),
                Err(error) => {
                    tracing::warn!(%error, "cannot read the event log; trying again");
                    pause = slow;
                }
            }
            {
                let mut state = self.lock();
                if feed.receiver_count() == 0 || self.closed.is_cancelled() {
                    state.feed = None;
                    break;
                }
            }
            tokio::select! {
                () = self.closed.cancelled() => {}
                Ok(()) = told.changed() => pause = quick,
                () = heard.notified() => pause = quick,
                () = tokio::time::sleep(pause) => {}
            }
        }
        listening.cancel();
        if let Err(error) = others.await {
            tracing::warn!(%error, "a background task ended with an error");
        }
    }

    async fn reaches(&self, place: Place) -> Result<(), ListenError> {
        let mut reader = self.db.read().await?;
        must_reach(&mut reader.conn(), place).await
    }

    /// True when there was something new.
    async fn hand_on(&self, feed: &broadcast::Sender<Page>, place: &mut Place) -> Result<bool, StoreError> {
        let mut reader = self.db.read().await?;
        let conn = &mut reader.conn();
        let from = *place;
        loop {
            let rows = read::tail(conn, place.next_row(), PAGE).await?;
            for row in &rows {
                let events = events_of(row, *place)?;
                *place = Place::after_row(row.place());
                // Nobody there is no error: whoever comes next begins by reading the log.
                let _ = feed.send(events.into_iter().map(|event| Arc::new(event.into())).collect());
            }
            if rows.len() < PAGE as usize {
                return Ok(*place > from);
            }
        }
    }
}

/// The log holds everything after this place.
async fn must_reach(conn: &mut crate::store::Conn<'_>, place: Place) -> Result<(), ListenError> {
    let is_gone = read::trimmed(conn).await?.is_some_and(|gone| place < Place::after_row(gone.place()));
    // A place that the log has not come to is of another log, or of this one before it was put back from a backup.
    if is_gone || place > Place::after_row(read::head(conn).await?) { Err(ListenError::Expired) } else { Ok(()) }
}

/// Somebody who listens.
#[derive(Debug)]
pub struct Listener {
    hub: Arc<Hub>,
    workspace: String,
    wanted: Wanted,
    feed: broadcast::Receiver<Page>,
    place: Place,
    caught_up: bool,
    keys_changed: bool,
}

impl Listener {
    /// Up to where this listener has heard everything that is wanted.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// True once after keys or people of the workspace have changed, whether or not that is wanted: what a listener may
    /// hear must be looked at again.
    pub fn keys_changed(&mut self) -> bool {
        std::mem::take(&mut self.keys_changed)
    }

    /// Waits for what comes next. May be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        if self.hub.closed.is_cancelled() {
            return Ok(Heard::Closed);
        }
        if !self.caught_up {
            return match self.hub.page(&self.workspace, self.place, &self.wanted, 256).await {
                Ok((events, place, is_all)) => {
                    (self.place, self.caught_up) = (place, is_all);
                    // What happened to keys meanwhile was read past where it was not wanted.
                    self.keys_changed |= is_all;
                    Ok(Heard::Events(events))
                }
                Err(ListenError::Expired) => Ok(Heard::Reset),
                Err(ListenError::Store(error)) => Err(error),
            };
        }
        let page = tokio::select! {
            page = self.feed.recv() => page,
            () = self.hub.closed.cancelled() => return Ok(Heard::Closed),
        };
        let Ok(page) = page else { return Ok(Heard::Reset) };
        let mut events = Vec::new();
        for told in &*page {
            if told.event.place <= self.place {
                continue;
            }
            self.place = told.event.place;
            if told.event.workspace_id != self.workspace {
                continue;
            }
            self.keys_changed |= told.event.kind.starts_with("key.") || told.event.kind.starts_with("user.");
            if self.wanted.takes(&told.event) {
                events.push(Arc::clone(told));
            }
        }
        Ok(Heard::Events(events))
    }
}

/// One of the streams that somebody may have; free again when dropped.
#[derive(Debug)]
pub struct StreamSeat {
    hub: Arc<Hub>,
    whose: String,
}

impl Drop for StreamSeat {
    fn drop(&mut self) {
        let mut state = self.hub.lock();
        if let Some(taken) = state.streams.get_mut(&self.whose) {
            *taken -= 1;
            if *taken == 0 {
                state.streams.remove(&self.whose);
            }
        }
    }
}
