//! The group-commit writer: a task that commits whatever queued up while the last commit ran.
//!
//! No timer and no added latency: alone, a change is committed at once; under load, hundreds share one disk flush.
//! A group that fails is rolled back and done again one change at a time, so that one bad change cannot take others
//! with it. Nobody is answered before the commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use tokio::sync::{mpsc, oneshot, watch};

use crate::failpoint::{self, FailPoint};

use super::checkpoint::Checkpoints;
use super::events::Log;
use super::ingest::Arrived;
use super::{Db, Dialect, Ingest, Ingested, StoreError, Transition, batch};

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A message was stored, or was here already.
    Ingested(Ingested, Option<Box<Arrived>>),
    /// The transition is committed.
    Won,
    /// Somebody else had moved the run; nothing was written.
    Lost,
    /// Something the gate relied on has changed; nothing was written and the gate must be asked again.
    Fenced,
}

#[derive(Debug)]
enum Change {
    Ingest(Box<Ingest>),
    Transition(Box<Transition>),
}

/// Messages first, then transitions: a send that is about to begin sees what has just come in.
async fn apply(conn: &mut super::Conn<'_>, changes: &[&Change], log: &mut Log) -> Result<Vec<Outcome>, StoreError> {
    let ingests: Vec<&Ingest> = changes
        .iter()
        .filter_map(|change| if let Change::Ingest(ingest) = change { Some(&**ingest) } else { None })
        .collect();
    let transitions: Vec<&Transition> = changes
        .iter()
        .filter_map(|change| if let Change::Transition(transition) = change { Some(&**transition) } else { None })
        .collect();
    let mut ingested = batch::ingest(conn, &ingests, log).await?.into_iter();
    let mut moved = batch::transitions(conn, &transitions, log).await?.into_iter();
    changes
        .iter()
        .map(|change| match change {
            Change::Ingest(_) => ingested.next().ok_or(StoreError::Closed),
            Change::Transition(_) => moved.next().ok_or(StoreError::Closed),
        })
        .collect()
}

type Answer = oneshot::Sender<Result<Outcome, StoreError>>;

/// The way in for every change. Clones share the queues.
#[derive(Debug, Clone)]
pub struct Writer {
    /// One on SQLite, which has one writer; a few on PostgreSQL, where each waits for round trips of its own. There the
    /// first is for messages that come in: they lock contacts and conversations in another order than transitions do.
    queues: Arc<[mpsc::Sender<(Change, Answer)>]>,
    next: Arc<AtomicUsize>,
    measured: Arc<(Histogram, Histogram)>,
    /// Changes with every commit that added to the event log.
    told: watch::Sender<u64>,
}

/// Connections that write to PostgreSQL at the same time. A run has one change in flight at most, so which of those for
/// transitions takes it does not matter.
const POSTGRES_WRITERS: usize = 3;

/// Changes that share one transaction at most.
const LARGEST_GROUP: usize = 1024;
/// Changes that wait at most; beyond it callers wait, which is the back-pressure on whoever sends mail in.
const LONGEST_QUEUE: usize = 4096;
/// How often a change that met another writer is tried again.
const MOST_TRIES: u32 = 6;

impl Writer {
    /// Starts the writer's tasks. They end when the last clone is dropped and the queues are empty.
    #[must_use]
    pub fn start(db: &Db) -> Self {
        let writers = if db.dialect() == Dialect::Sqlite { 1 } else { POSTGRES_WRITERS };
        let checkpoints = Checkpoints::start(db);
        let sizes = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let measured = Arc::new((sizes, Histogram::new(exponential_buckets(0.000_25, 2.0, 15))));
        let told = watch::Sender::new(0);
        let queues = (0..writers).map(|_| {
            let (queue, inbox) = mpsc::channel(LONGEST_QUEUE);
            tokio::spawn(serve(db.clone(), inbox, checkpoints.clone(), Arc::clone(&measured), told.clone()));
            queue
        });
        Self { queues: queues.collect(), next: Arc::new(AtomicUsize::new(0)), measured, told }
    }

    /// What is measured of its commits: how many changes shared one, and how long each took in seconds.
    pub(crate) fn measured(&self) -> (&Histogram, &Histogram) {
        (&self.measured.0, &self.measured.1)
    }

    /// Changes with every commit of this process that added to the event log.
    #[must_use]
    pub fn told(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// Stores one inbound message, once.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; nothing of it was kept then.
    pub async fn ingest(&self, ingest: Ingest) -> Result<(Ingested, Option<Box<Arrived>>), StoreError> {
        self.ingest_within(ingest, None).await
    }

    /// The same, with a bound on how long it may wait for a place in the queue; for as long as it takes when absent.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there was no place in time.
    pub async fn ingest_within(
        &self,
        ingest: Ingest,
        patience: Option<Duration>,
    ) -> Result<(Ingested, Option<Box<Arrived>>), StoreError> {
        match self.submit(Change::Ingest(Box::new(ingest)), patience).await? {
            Outcome::Ingested(ingested, arrived) => Ok((ingested, arrived)),
            other => Err(StoreError::Inconsistent { table: "message", reason: format!("an ingest became {other:?}") }),
        }
    }

    /// Commits one transition.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be committed; nothing of it was kept then.
    pub async fn commit(&self, transition: Transition) -> Result<Outcome, StoreError> {
        self.submit(Change::Transition(Box::new(transition)), None).await
    }

    async fn submit(&self, change: Change, patience: Option<Duration>) -> Result<Outcome, StoreError> {
        let (answer, answered) = oneshot::channel();
        let turn = match (&change, self.queues.len()) {
            (Change::Ingest(_), _) | (_, 0 | 1) => 0,
            (Change::Transition(_), queues) => 1 + self.next.fetch_add(1, Ordering::Relaxed) % (queues - 1),
        };
        let queue = self.queues.get(turn).ok_or(StoreError::Closed)?;
        let place = match patience {
            Some(patience) => tokio::time::timeout(patience, queue.reserve()).await.map_err(|_| StoreError::Full)?,
            None => queue.reserve().await,
        };
        place.map_err(|_| StoreError::Closed)?.send((change, answer));
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn serve(
    db: Db,
    mut inbox: mpsc::Receiver<(Change, Answer)>,
    checkpoints: Option<Arc<Checkpoints>>,
    measured: Arc<(Histogram, Histogram)>,
    told: watch::Sender<u64>,
) {
    let mut group = Vec::with_capacity(LARGEST_GROUP);
    while inbox.recv_many(&mut group, LARGEST_GROUP).await > 0 {
        let changes: Vec<&Change> = group.iter().map(|(change, _)| change).collect();
        measured.0.observe(changes.len() as f64);
        let begun = Instant::now();
        match together(&db, &told, &changes).await {
            Ok(outcomes) => {
                for ((_, answer), outcome) in group.drain(..).zip(outcomes) {
                    // A caller that went away does not undo what was committed for it.
                    let _ = answer.send(Ok(outcome));
                }
            }
            Err(error) => {
                if group.len() > 1 {
                    tracing::debug!(%error, changes = group.len(), "a group failed; doing its changes one at a time");
                }
                for (change, answer) in group.drain(..) {
                    let _ = answer.send(alone(&db, &told, &change).await);
                }
            }
        }
        measured.1.observe(begun.elapsed().as_secs_f64());
        if let Some(checkpoints) = &checkpoints {
            checkpoints.between_groups(&db).await;
        }
    }
}

async fn together(db: &Db, told: &watch::Sender<u64>, changes: &[&Change]) -> Result<Vec<Outcome>, StoreError> {
    let mut tx = db.begin().await?;
    let mut log = Log::default();
    let applied = match apply(&mut tx.conn(), changes, &mut log).await {
        Ok(outcomes) => log.write(&mut tx.conn()).await.map(|tells| (outcomes, tells)),
        Err(error) => Err(error),
    };
    match applied {
        Ok((outcomes, tells)) => {
            failpoint::reached(FailPoint::CommitBefore);
            tx.commit().await?;
            failpoint::reached(FailPoint::CommitAfter);
            if tells {
                told.send_modify(|times| *times += 1);
            }
            Ok(outcomes)
        }
        Err(error) => {
            // Without this the connection would go back to the pool before the rollback has run.
            if let Err(rollback) = tx.rollback().await {
                tracing::warn!(%rollback, "a rollback failed");
            }
            Err(error)
        }
    }
}

async fn alone(db: &Db, told: &watch::Sender<u64>, change: &Change) -> Result<Outcome, StoreError> {
    let mut tries = 1;
    loop {
        match together(db, told, &[change]).await {
            Ok(mut outcomes) => return outcomes.pop().ok_or(StoreError::Closed),
            Err(error) if error.is_transient() && tries < MOST_TRIES => {
                tokio::time::sleep(Duration::from_millis(4 << tries)).await;
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
