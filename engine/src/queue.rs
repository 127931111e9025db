//! The workers that drain the lanes, and what feeds these. The only file that names apalis.
//!
//! apalis executes ([`LaneBackend`] is its source of tasks); our tables are the truth, and every wake-up is only a hint: a
//! poll finds what a hint missed.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{
    Backend, Data, Monitor, ParallelizeExt, Task, TaskBuilder, TaskId, WorkerBuilder, WorkerBuilderExt, WorkerContext,
};
use apalis_core::backend::{BackendConfig, finalize::Ephemeral};
use futures_util::FutureExt;
use tower::layer::util::Identity;

use crate::care::Turn;
use crate::decide::retry::Failure;
use crate::domain::ErrorClass;
use crate::engine::Engine;
use crate::lanes::Lanes;
use crate::stages::{self, Work};
use crate::store::StoreError;
use crate::store::rows::DueRow;

/// Lanes that are worked on at the same time. Many, for a lane mostly waits for the writer, and what waits together is
/// written together.
const CONCURRENCY: usize = 1024;

/// Runs kept in memory at most; the rest waits in the store.
const WINDOW: usize = 2_000;
/// The same where runs are leased: what one process holds, the others cannot work on, also while it is dead.
const LEASED_WINDOW: usize = CONCURRENCY;

/// Runs after which the planner of a young store is told what it holds, doubling each time up to the last; from then on
/// the database's own upkeep is in time.
const FIRST_ANALYZE: usize = 64;
const LAST_ANALYZE: usize = 65_536;

/// apalis' source of tasks: the heads of lanes.
#[derive(Debug, Clone)]
struct LaneBackend {
    lanes: Arc<Lanes>,
}

impl Backend for LaneBackend {
    type Task = Task<Work>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Task<Work>, Infallible>>> {
        self.lanes.poll_next(cx).map(|work| {
            let id = TaskId::from_string(work.due.id.clone());
            Some(Ok(TaskBuilder::new(work).task_id(id).build()))
        })
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for LaneBackend {
    type Args = Work;
    type Id = String;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}

/// Frees the lane however the work ends.
struct Occupied {
    engine: Engine,
    work: DueRow,
    /// It ended as it should.
    ended: bool,
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.engine.lanes().release(&self.work);
        if !self.ended {
            self.engine.lanes().doubt();
        }
    }
}

async fn handle(work: Work, engine: Data<Engine>) {
    let engine: Engine = (*engine).clone();
    let Work { due, known } = work;
    let mut occupied = Occupied { engine: engine.clone(), work: due, ended: false };
    let work = &occupied.work;
    let turn = match engine.turn(work).await {
        Ok(Turn::Parked) => {
            occupied.ended = true;
            return;
        }
        Ok(turn) => turn,
        Err(error) => {
            tracing::error!(run = work.id, %error, "a run that needs care could not be taken up; trying again");
            tokio::time::sleep(Duration::from_millis(500)).await;
            return;
        }
    };
    // What a task holds is moved about a few times before it runs, so it holds little.
    let steps = Box::pin(stages::advance(&engine, work, known));
    let problem = match AssertUnwindSafe(steps).catch_unwind().await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            Some(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a bug".to_owned()))
        }
    };
    let ended = problem.is_none();
    if let Some(problem) = problem {
        put_off(&engine, work, &problem).await;
    }
    if let Turn::Careful(_) = turn {
        engine.acquit(work).await;
    }
    occupied.ended = ended;
}

/// A step failed unexpectedly: later again, and at last to a person.
async fn put_off(engine: &Engine, work: &DueRow, problem: &str) {
    tracing::error!(run = work.id, problem, "a step failed");
    let failure = Failure::new(ErrorClass::Fault, problem);
    if let Err(error) = stages::put_off(engine, &work.workspace_id, &work.id, &failure).await {
        tracing::error!(run = work.id, %error, "and could not be put off; the next poll finds it again");
        // Without this pause an unreachable database would be asked in a tight loop.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// How long the feeder may take to end.
const FEEDER_ENDS: Duration = Duration::from_secs(1);

/// Runs workers until `stop` completes, then lets steps in progress finish. Those that take too long are released as they
/// are: the store has them, and whoever works next goes on.
pub(crate) async fn run(engine: Engine, stop: impl Future<Output = ()> + Send + 'static) {
    let stopped = tokio_util::sync::CancellationToken::new();
    let mut feeder = tokio::spawn(feed(engine.clone(), stopped.clone()));
    let (lanes, for_workers) = (Arc::clone(engine.lanes()), engine.clone());
    let signal = {
        let stopped = stopped.clone();
        async move {
            stop.await;
            stopped.cancel();
            Ok(())
        }
    };
    let monitor = Monitor::new().register(move |_| {
        WorkerBuilder::new("remit")
            .backend(LaneBackend { lanes: Arc::clone(&lanes) })
            .data(for_workers.clone())
            .concurrency(CONCURRENCY)
            .parallelize(tokio::spawn)
            .build(handle)
    });
    let too_late = async {
        stopped.cancelled().await;
        tokio::time::sleep(engine.options().shutdown).await;
    };
    tokio::select! {
        ended = monitor.run_with_signal(signal) => {
            if let Err(error) = ended {
                tracing::error!(%error, "the workers ended with an error");
            }
        }
        () = too_late => {
            let unfinished = engine.lanes().len();
            tracing::warn!(unfinished, "some steps did not finish in time; their runs are released and resumed later");
        }
    }
    stopped.cancel();
    match tokio::time::timeout(FEEDER_ENDS, &mut feeder).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "the feeder ended with an error"),
        Err(_) => feeder.abort(),
    }
    match tokio::time::timeout(FEEDER_ENDS, engine.give_back_leases()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "cannot give back leases; they run out by themselves"),
        Err(_) => tracing::warn!("cannot give back leases in time; they run out by themselves"),
    }
}

/// Brings what is due into memory: what a crash left, what came in, what waited for its time.
async fn feed(engine: Engine, stopped: tokio_util::sync::CancellationToken) {
    let mut renewed = tokio::time::Instant::now();
    let mut measured: Option<tokio::time::Instant> = None;
    let (leased, window) = (engine.leases(), if engine.leases() { LEASED_WINDOW } else { WINDOW });
    engine.lanes().open(window);
    let (mut taken, mut analyze_at) = (0_usize, FIRST_ANALYZE);
    while !stopped.is_cancelled() {
        if measured.is_none_or(|at| at.elapsed() > MEASURE_EVERY) {
            measured = Some(tokio::time::Instant::now());
            if let Err(error) = engine.look_at_depth().await {
                tracing::warn!(%error, "cannot look how much is due; trying again");
            }
        }
        let wait = match look(&engine, leased, window).await {
            Ok(found) => {
                taken += found;
                if leased && taken >= analyze_at && analyze_at <= LAST_ANALYZE {
                    analyze_at *= 2;
                    let engine = engine.clone();
                    tokio::spawn(async move {
                        if let Err(error) = engine.db().analyze().await {
                            tracing::debug!(%error, "cannot refresh the planner's statistics");
                        }
                    });
                }
                if let Err(error) = engine.fire_timers().await {
                    tracing::warn!(%error, "cannot look for timers; trying again");
                }
                engine.next_look().await
            }
            Err(error) => {
                tracing::warn!(%error, "cannot look for work; trying again");
                Duration::from_secs(1)
            }
        };
        if renewed.elapsed() > Duration::from_secs(10) {
            renewed = tokio::time::Instant::now();
            if let Err(error) = engine.renew_leases().await {
                tracing::warn!(%error, "cannot renew leases");
            }
        }
        tokio::select! {
            () = stopped.cancelled() => {}
            () = engine.lanes().hungry.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    // Outside of the line that logs it, which is not even looked at while nobody reads it.
    let not_begun = engine.lanes().clear();
    tracing::debug!(not_begun, "the feeder has stopped");
}

/// How often somebody looks whether too much is due.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// Runs whose contexts are loaded together.
const TOGETHER: usize = 128;

/// Brings into memory what is due and fits. Gives how many runs it found.
async fn look(engine: &Engine, leased: bool, window: usize) -> Result<usize, StoreError> {
    let in_memory = engine.lanes().len();
    if in_memory > window / 4 {
        engine.lanes().expect_more(true);
        return Ok(0);
    }
    let doubts = engine.lanes().doubts();
    let due = engine.due(window, in_memory).await?;
    let found = due.len();
    engine.lanes().expect_more(found >= window - in_memory);
    let all = found < window - in_memory;
    let mut due = engine.lanes().unknown(due, leased);
    while !due.is_empty() {
        let rest = due.split_off(due.len().min(TOGETHER));
        let free: Vec<&DueRow> = due.iter().filter(|(_, free)| *free).map(|(one, _)| one).collect();
        let mut known = engine.known(&free).await;
        for (one, _) in due {
            let known = known.remove(&one.id);
            engine.lanes().offer(Work { due: one, known }, leased);
        }
        due = rest;
    }
    if all {
        engine.lanes().be_sure(doubts);
    }
    Ok(found)
}
