//! The group-commit writer: it commits whatever queued up while the last commit ran.
//!
//! On PostgreSQL it is a few tasks. On SQLite, which has one writer anyway, it is a thread that owns a connection
//! ([`Direct`]): the same code runs there, and never waits. It ends with the runtime it answers into.
//!
//! No timer and no added latency: alone, a change is committed at once; under load, hundreds share one disk flush.
//! A group that fails is rolled back and done again one change at a time, so that one bad change cannot take others
//! with it. Nobody is answered before the commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot, watch};

use crate::failpoint::{self, FailPoint};

use super::checkpoint::Checkpoints;
use super::events::Log;
use super::ingest::Arrived;
use super::{Conn, Db, Direct, Ingest, Ingested, StoreError, Transition, batch};

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
async fn apply(conn: &mut Conn<'_>, changes: &[&Change], log: &mut Log) -> Result<Vec<Outcome>, StoreError> {
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
    /// Starts the writer. It ends when the last clone is dropped and the queues are empty.
    #[must_use]
    pub fn start(db: &Db) -> Self {
        let sizes = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let measured = Arc::new((sizes, Histogram::new(exponential_buckets(0.000_25, 2.0, 15))));
        let told = watch::Sender::new(0);
        let queues: Vec<_> = match db {
            Db::Sqlite { write, .. } => {
                let (queue, inbox) = mpsc::channel(LONGEST_QUEUE);
                let (answers, answered) = mpsc::unbounded_channel();
                let own = Own {
                    path: write.connect_options().get_filename().to_owned(),
                    direct: None,
                    told: told.clone(),
                    checkpoints: Checkpoints::start(write),
                    measured: Arc::clone(&measured),
                    answers,
                };
                // When it cannot be started its queue is closed, and whoever comes is told so.
                if let Err(error) =
                    std::thread::Builder::new().name("remit-store".to_owned()).spawn(|| own.serve(inbox))
                {
                    tracing::error!(%error, "the thread that writes cannot be started");
                }
                tokio::spawn(hand_out(answered));
                vec![queue]
            }
            Db::Postgres { write, .. } => (0..POSTGRES_WRITERS)
                .map(|_| {
                    let (queue, inbox) = mpsc::channel(LONGEST_QUEUE);
                    tokio::spawn(serve(write.clone(), inbox, Arc::clone(&measured), told.clone()));
                    queue
                })
                .collect(),
        };
        Self { queues: queues.into(), next: Arc::new(AtomicUsize::new(0)), measured, told }
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

/// The answers of a group.
type Answers = Vec<(Answer, Result<Outcome, StoreError>)>;

/// Tells those who wait. They are woken here, where they run: woken from the writer's thread each would cost it a call
/// of the system.
async fn hand_out(mut answered: mpsc::UnboundedReceiver<Answers>) {
    while let Some(answers) = answered.recv().await {
        for (answer, outcome) in answers {
            // A caller that went away does not undo what was committed for it.
            let _ = answer.send(outcome);
        }
    }
}

/// What the writer of SQLite has to itself.
struct Own {
    path: PathBuf,
    /// Opened when it is first needed, and again after it failed.
    direct: Option<Direct>,
    told: watch::Sender<u64>,
    checkpoints: Arc<Checkpoints>,
    measured: Arc<(Histogram, Histogram)>,
    answers: mpsc::UnboundedSender<Answers>,
}

impl Own {
    fn serve(mut self, mut inbox: mpsc::Receiver<(Change, Answer)>) {
        let mut group = Vec::with_capacity(LARGEST_GROUP);
        while inbox.blocking_recv_many(&mut group, LARGEST_GROUP) > 0 && !self.answers.is_closed() {
            let changes: Vec<&Change> = group.iter().map(|(change, _)| change).collect();
            self.measured.0.observe(changes.len() as f64);
            let begun = Instant::now();
            let outcomes = match self.together(&changes) {
                Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
                Err(error) => {
                    if changes.len() > 1 {
                        tracing::debug!(%error, changes = changes.len(), "a group failed; doing its changes one at a time");
                    }
                    changes.iter().map(|change| self.alone(change)).collect::<Vec<_>>()
                }
            };
            let answers = group.drain(..).map(|(_, answer)| answer).zip(outcomes).collect();
            if self.answers.send(answers).is_err() {
                break;
            }
            self.measured.1.observe(begun.elapsed().as_secs_f64());
            if let Some(direct) = &mut self.direct {
                self.checkpoints.between_groups(direct);
            }
        }
    }

    fn together(&mut self, changes: &[&Change]) -> Result<Vec<Outcome>, StoreError> {
        let direct = match &mut self.direct {
            Some(direct) => direct,
            closed @ None => closed.insert(Direct::open(&self.path)?),
        };
        direct.begin()?;
        match self.answers.is_closed().then_some(StoreError::Closed).map_or_else(|| commit(direct, changes), Err) {
            Ok((outcomes, tells)) => {
                failpoint::reached(FailPoint::CommitAfter);
                if tells {
                    self.told.send_modify(|times| *times += 1);
                }
                Ok(outcomes)
            }
            Err(error) => {
                if let Err(rollback) = direct.rollback() {
                    tracing::warn!(%rollback, "a rollback failed; opening the database anew");
                    self.direct = None;
                }
                Err(error)
            }
        }
    }

    fn alone(&mut self, change: &Change) -> Result<Outcome, StoreError> {
        let mut tries = 1;
        loop {
            match self.together(&[change]) {
                Ok(mut outcomes) => return outcomes.pop().ok_or(StoreError::Closed),
                Err(error) if error.is_transient() && tries < MOST_TRIES => {
                    std::thread::sleep(Duration::from_millis(4 << tries));
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Applies what was begun and commits it. True when it told anything.
fn commit(direct: &mut Direct, changes: &[&Change]) -> Result<(Vec<Outcome>, bool), StoreError> {
    let conn = &mut Conn::Direct(direct);
    let applied = async {
        let mut log = Log::default();
        let outcomes = apply(conn, changes, &mut log).await?;
        Ok((outcomes, log.write(conn).await?))
    };
    // Nothing in it waits: every statement is done when it is called.
    let waits = || StoreError::Inconsistent { table: "statement", reason: "it waits for something".to_owned() };
    let applied = applied.now_or_never().unwrap_or_else(|| Err(waits()))?;
    failpoint::reached(FailPoint::CommitBefore);
    direct.commit()?;
    Ok(applied)
}

async fn serve(
    db: PgPool,
    mut inbox: mpsc::Receiver<(Change, Answer)>,
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
    }
}

async fn together(db: &PgPool, told: &watch::Sender<u64>, changes: &[&Change]) -> Result<Vec<Outcome>, StoreError> {
    let mut tx = db.begin().await?;
    let mut log = Log::default();
    let conn = &mut Conn::Postgres(&mut tx);
    let applied = match apply(conn, changes, &mut log).await {
        Ok(outcomes) => log.write(conn).await.map(|tells| (outcomes, tells)),
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

async fn alone(db: &PgPool, told: &watch::Sender<u64>, change: &Change) -> Result<Outcome, StoreError> {
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
