//! Lanes and the workers that drain them. The only file that names apalis.
//!
//! A conversation is a lane: its runs are worked on one at a time, in order. On SQLite everything due is fed into memory
//! and nothing is claimed on disk; on PostgreSQL a process leases the heads of lanes. apalis executes ([`LaneBackend`] is
//! its source of tasks); our tables are the truth, and every wake-up is only a hint: a poll finds what a hint missed.

use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use apalis::prelude::{
    Backend, Data, Monitor, ParallelizeExt, Task, TaskBuilder, TaskId, WorkerBuilder, WorkerBuilderExt, WorkerContext,
};
use apalis_core::backend::{BackendConfig, finalize::Ephemeral};
use futures_util::FutureExt;
use tokio::sync::Notify;
use tower::layer::util::Identity;

use crate::care::Turn;
use crate::decide::retry::Failure;
use crate::domain::ErrorClass;
use crate::engine::Engine;
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

#[derive(Debug, Default)]
struct State {
    /// Runs that may be in memory; none before the workers start and after they stop.
    room: usize,
    /// Heads of lanes that nobody works on yet.
    ready: VecDeque<Work>,
    /// Lanes that are being worked on or are in `ready`, and what waits behind the head, in order.
    lanes: HashMap<String, VecDeque<DueRow>>,
    /// Runs in memory. `Some`: something happened to the run while it was worked on, look at it again.
    known: HashMap<String, Option<DueRow>>,
    /// Lanes with a run in the store that can be leased only when the one in memory is done.
    followed: HashSet<String>,
    /// There may be more in the store than is in memory.
    more: bool,
    waker: Option<Waker>,
}

/// The work in memory.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    state: Mutex<State>,
    /// Told when there may be more to feed.
    pub(crate) hungry: Notify,
    /// Told when the last run left memory.
    idle: Notify,
}

impl Lanes {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when a run that is about to be stored can be worked on here at once.
    pub(crate) fn have_room(&self) -> bool {
        let state = self.lock();
        state.known.len() < state.room
    }

    fn open(&self, room: usize) {
        self.lock().room = room;
    }

    /// Adds a run. One that is in memory is looked at again only if it was leased anew meanwhile. What is known of it is
    /// kept if its turn is now: behind another run it would be out of date when its turn comes.
    pub(crate) fn offer(&self, work: Work, leased: bool) {
        let mut state = self.lock();
        let Work { due, known } = work;
        if let Some(again) = state.known.get_mut(&due.id) {
            if leased {
                *again = Some(due);
            }
            return;
        }
        state.known.insert(due.id.clone(), None);
        match state.lanes.get_mut(&due.conversation_id) {
            Some(waiting) => {
                let place = waiting.partition_point(|other| other.seq <= due.seq);
                waiting.insert(place, due);
            }
            None => {
                state.lanes.insert(due.conversation_id.clone(), VecDeque::new());
                state.ready.push_back(Work { due, known });
            }
        }
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// A run of this conversation is in the store and can be leased when the one before it is done.
    pub(crate) fn follow(&self, conversation_id: &str) {
        let mut state = self.lock();
        if state.lanes.contains_key(conversation_id) {
            state.followed.insert(conversation_id.to_owned());
        }
    }

    /// Those that are not in memory yet, and whether the lane of each is free.
    fn unknown(&self, due: Vec<DueRow>, leased: bool) -> Vec<(DueRow, bool)> {
        let state = self.lock();
        let due = due.into_iter().filter(|one| leased || !state.known.contains_key(&one.id));
        due.map(|one| (!state.lanes.contains_key(&one.conversation_id), one)).map(|(free, one)| (one, free)).collect()
    }

    /// Whether the store may have more than is in memory: then it is looked into again when memory runs empty.
    fn expect_more(&self, more: bool) {
        self.lock().more = more;
    }

    fn release(&self, work: &DueRow) {
        let mut state = self.lock();
        let mut look = false;
        if let Some(Some(again)) = state.known.remove(&work.id) {
            state.known.insert(work.id.clone(), None);
            state.ready.push_back(Work { due: again, known: None });
        } else {
            match state.lanes.get_mut(&work.conversation_id).and_then(VecDeque::pop_front) {
                Some(next) => state.ready.push_back(Work { due: next, known: None }),
                None => {
                    state.lanes.remove(&work.conversation_id);
                    look = state.followed.remove(&work.conversation_id);
                }
            }
        }
        if state.known.is_empty() {
            self.idle.notify_waiters();
        }
        if state.more && state.known.len() <= state.room / 4 {
            state.more = false;
            look = true;
        }
        if look {
            self.hungry.notify_one();
        }
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Runs in memory.
    pub(crate) fn len(&self) -> usize {
        self.lock().known.len()
    }

    /// Drops what nobody has begun.
    fn clear(&self) -> usize {
        let mut state = self.lock();
        let State { room, ready, lanes, known, .. } = &mut *state;
        *room = 0;
        let mut dropped = 0;
        for Work { due: work, .. } in ready.drain(..) {
            lanes.remove(&work.conversation_id).into_iter().flatten().for_each(|behind| {
                known.remove(&behind.id);
                dropped += 1;
            });
            known.remove(&work.id);
            dropped += 1;
        }
        for waiting in lanes.values_mut() {
            for work in waiting.drain(..) {
                known.remove(&work.id);
                dropped += 1;
            }
        }
        dropped
    }

    /// Waits until nothing is in memory.
    pub(crate) async fn drained(&self) {
        loop {
            let idle = self.idle.notified();
            if self.len() == 0 {
                return;
            }
            // A missed wake-up costs a moment, not a hang.
            let _ = tokio::time::timeout(Duration::from_millis(50), idle).await;
        }
    }
}

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
        let mut state = self.lanes.lock();
        match state.ready.pop_front() {
            Some(work) => {
                let id = TaskId::from_string(work.due.id.clone());
                Poll::Ready(Some(Ok(TaskBuilder::new(work).task_id(id).build())))
            }
            None => {
                // Registered under the same lock that `offer` takes: no wake-up is lost.
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
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
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.engine.lanes().release(&self.work);
    }
}

async fn handle(work: Work, engine: Data<Engine>) {
    let engine: Engine = (*engine).clone();
    let Work { due, known } = work;
    let occupied = Occupied { engine: engine.clone(), work: due };
    let work = &occupied.work;
    let turn = match engine.turn(work).await {
        Ok(Turn::Parked) => return,
        Ok(turn) => turn,
        Err(error) => {
            tracing::error!(run = work.id, %error, "a run that needs care could not be taken up; trying again");
            tokio::time::sleep(Duration::from_millis(500)).await;
            return;
        }
    };
    let steps = stages::advance(&engine, work, known);
    let problem = match AssertUnwindSafe(steps).catch_unwind().await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            Some(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a bug".to_owned()))
        }
    };
    if let Some(problem) = problem {
        put_off(&engine, work, &problem).await;
    }
    if let Turn::Careful(_) = turn {
        engine.acquit(work).await;
    }
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
    let due = engine.due(window, in_memory).await?;
    let found = due.len();
    engine.lanes().expect_more(found >= window - in_memory);
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
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(id: &str, conversation: &str, seq: i64) -> DueRow {
        DueRow {
            workspace_id: "wsp_x".to_owned(),
            id: id.to_owned(),
            conversation_id: conversation.to_owned(),
            seq,
            epoch: 0,
            suspect: false,
        }
    }

    const fn fresh(due: DueRow) -> Work {
        Work { due, known: None }
    }

    fn next(lanes: &Lanes) -> Option<DueRow> {
        lanes.lock().ready.pop_front().map(|work| work.due)
    }

    #[test]
    fn a_conversation_is_worked_on_one_run_at_a_time_and_in_order() {
        let lanes = Lanes::default();
        for run in [work("a1", "a", 1), work("a3", "a", 3), work("a2", "a", 2), work("b1", "b", 1)] {
            lanes.offer(fresh(run), false);
        }
        let first = next(&lanes).unwrap();
        assert_eq!(first.id, "a1");
        assert_eq!(next(&lanes).unwrap().id, "b1");
        assert_eq!(next(&lanes), None, "a2 waits for a1");
        lanes.release(&first);
        let second = next(&lanes).unwrap();
        assert_eq!(second.id, "a2");
        lanes.release(&second);
        assert_eq!(next(&lanes).unwrap().id, "a3");
    }

    #[test]
    fn a_run_is_queued_once_and_looked_at_again_if_it_was_leased_anew() {
        let lanes = Lanes::default();
        lanes.offer(fresh(work("a1", "a", 1)), true);
        let first = next(&lanes).unwrap();
        lanes.offer(fresh(work("a1", "a", 1)), false);
        lanes.offer(fresh(DueRow { epoch: 2, ..work("a1", "a", 1) }), true);
        assert_eq!(next(&lanes), None, "never twice at the same time");
        lanes.release(&first);
        let again = next(&lanes).unwrap();
        assert_eq!(again.epoch, 2);
        lanes.release(&again);
        assert_eq!(next(&lanes), None);
        assert_eq!(lanes.len(), 0);
    }
}
