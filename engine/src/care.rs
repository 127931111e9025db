//! Care after a process has died: what it was working on may be what killed it.
//!
//! Runs that a dead process had are suspects. That a suspect is about to be worked on is stored first; if the process
//! lives, the mark goes away. One that has a mark already is worked on while no other suspect is, so that the next mark
//! is certainly its own, and after three it is parked for a person. On SQLite the suspects are what was due when a
//! process started whose predecessor had not ended in good order; on PostgreSQL, runs whose lease ran out.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::decide;
use crate::domain::DEFAULT_WORKSPACE;
use crate::engine::{Engine, EngineError};
use crate::stages;
use crate::store::rows::DueRow;
use crate::store::{JobWrite, StoreError, Write, read};

/// Suspects without a mark that are worked on at the same time.
const TOGETHER: u32 = 8;
/// Marks after which a run is parked.
const MOST_MARKS: i64 = 3;
/// Suspects that are remembered at a start. A process has fewer runs in memory.
const MOST_SUSPECTS: i64 = 10_000;

/// Whom to suspect, and whose turn it is.
#[derive(Debug)]
pub(crate) struct Care {
    suspects: Mutex<HashSet<String>>,
    turns: Arc<Semaphore>,
}

impl Default for Care {
    fn default() -> Self {
        Self { suspects: Mutex::default(), turns: Arc::new(Semaphore::new(TOGETHER as usize)) }
    }
}

impl Care {
    fn suspects(&self) -> MutexGuard<'_, HashSet<String>> {
        self.suspects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How to work on a run.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Like any other.
    Free,
    /// With care, while this is held; the mark goes away afterwards.
    Careful(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit),
    /// Not at all: it is parked.
    Parked,
}

impl Engine {
    /// Where one process owns the store: suspects what the one before was working on, if that one did not end in good
    /// order, and says that this one has started.
    pub(crate) async fn note_start(&self) -> Result<(), StoreError> {
        if self.leases() {
            return Ok(());
        }
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let others = read::other_boots(conn, self.boot()).await?;
        if !others.is_empty() {
            let due = read::due(conn, self.clock().now_ms(), MOST_SUSPECTS).await?;
            tracing::warn!(
                runs = due.len(),
                "the process before did not end in good order; what was due is worked on with care"
            );
            self.care().suspects().extend(due.into_iter().map(|run| run.id));
        }
        drop(reader);
        let mut writes = vec![Write::Job(JobWrite::Boot { id: self.boot().to_owned() })];
        writes.extend(others.into_iter().map(|boot| Write::Job(JobWrite::BootEnd { id: boot.id })));
        self.commit_writes(DEFAULT_WORKSPACE, writes).await
    }

    /// The process ends in good order.
    pub(crate) async fn note_end(&self) -> Result<(), StoreError> {
        if self.leases() {
            return Ok(());
        }
        let end = Write::Job(JobWrite::BootEnd { id: self.boot().to_owned() });
        self.commit_writes(DEFAULT_WORKSPACE, vec![end]).await
    }

    /// Takes a turn for a run; for a suspect it is stored first that it is about to be worked on.
    pub(crate) async fn turn(&self, work: &DueRow) -> Result<Turn, EngineError> {
        if !self.care().suspects().remove(&work.id) && !work.suspect {
            return Ok(Turn::Free);
        }
        let taken = self.take_turn(work).await;
        if taken.is_err() {
            self.care().suspects().insert(work.id.clone());
        }
        taken
    }

    async fn take_turn(&self, work: &DueRow) -> Result<Turn, EngineError> {
        let turns = || Arc::clone(&self.care().turns);
        let ws = &work.workspace_id;
        let mut reader = self.db().read().await?;
        let marks = read::unclean(&mut reader.conn(), ws, &work.id).await?.map_or(0, |row| row.0);
        drop(reader);
        // All turns at once: nobody else can be what the process dies over.
        let many = if marks > 0 { TOGETHER } else { 1 };
        let turn = turns().acquire_many_owned(many).await.map_err(|_| StoreError::Closed)?;
        if marks >= MOST_MARKS {
            self.park(work, marks).await?;
            return Ok(Turn::Parked);
        }
        let mark = Write::Job(JobWrite::Unclean { run_id: work.id.clone() });
        self.commit_writes(ws, vec![mark]).await?;
        Ok(Turn::Careful(turn))
    }

    async fn park(&self, work: &DueRow, marks: i64) -> Result<(), EngineError> {
        let in_force = self.policies().in_force(self.db(), &work.workspace_id).await?;
        let context = stages::context(self, &in_force, &work.workspace_id, &work.id).await?;
        let Some(context) = context.filter(|context| !context.run.stage.is_terminal()) else { return Ok(()) };
        tracing::error!(
            run = work.id,
            marks,
            "the process died again and again over this run; it is parked for a person"
        );
        self.metrics().parked();
        stages::commit(self, &context, decide::job::poisonous(&context, &in_force.policy, marks, self.ids())).await?;
        Ok(())
    }

    /// A suspect was worked on and the process lives.
    pub(crate) async fn acquit(&self, work: &DueRow) {
        let acquit = Write::Job(JobWrite::UncleanClear { run_id: work.id.clone() });
        if let Err(error) = self.commit_writes(&work.workspace_id, vec![acquit]).await {
            // Kept, the mark makes the next look at this run more careful than it need be, and nothing else.
            tracing::debug!(run = work.id, %error, "a mark could not be taken away");
        }
    }
}
