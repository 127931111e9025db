//! Lanes: a conversation's runs, worked on one at a time and in order.
//!
//! On SQLite everything due is fed into memory and nothing is claimed on disk; on PostgreSQL a process leases the heads of
//! lanes. The tables are the truth: what is here may be dropped at any time and is found again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;

use crate::stages::Work;
use crate::store::rows::DueRow;

#[derive(Debug, Default)]
struct State {
    /// Runs that may be in memory; none before the workers start and after they stop.
    room: usize,
    /// Heads of lanes that nobody works on yet.
    ready: VecDeque<Work>,
    /// Lanes that are being worked on or are in `ready`, and what waits behind the head, in order.
    lanes: HashMap<String, VecDeque<Work>>,
    /// Runs in memory. `Some`: something happened to the run while it was worked on, look at it again.
    known: HashMap<String, Option<DueRow>>,
    /// Lanes with a run in the store that can be leased only when the one in memory is done.
    followed: HashSet<String>,
    /// There may be more in the store than is in memory.
    more: bool,
    /// Whatever is leaving is in memory: all that a start found was taken in, and nothing was let go of half-way since.
    sure: bool,
    /// How often something was let go of half-way.
    doubts: u64,
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

    /// Workers have begun: so many runs may be in memory.
    pub(crate) fn open(&self, room: usize) {
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
                let place = waiting.partition_point(|other| other.due.seq <= due.seq);
                waiting.insert(place, Work { due, known: None });
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

    /// Adds a run whose turn comes after one that is just leaving and changes nothing any more that is known of it. False
    /// where others wait already, or where the one before it may be in the store alone: then both have to be looked for.
    pub(crate) fn offer_next(&self, work: Work) -> bool {
        let mut state = self.lock();
        if state.known.contains_key(&work.due.id) {
            return true;
        }
        let sure = state.sure;
        match state.lanes.get_mut(&work.due.conversation_id) {
            Some(waiting) if waiting.is_empty() => {
                let id = work.due.id.clone();
                waiting.push_back(work);
                state.known.insert(id, None);
                true
            }
            Some(_) => false,
            // The one before it has left meanwhile.
            None if sure => {
                drop(state);
                self.offer(work, false);
                true
            }
            None => false,
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
    pub(crate) fn unknown(&self, due: Vec<DueRow>, leased: bool) -> Vec<(DueRow, bool)> {
        let state = self.lock();
        let due = due.into_iter().filter(|one| leased || !state.known.contains_key(&one.id));
        due.map(|one| (!state.lanes.contains_key(&one.conversation_id), one)).map(|(free, one)| (one, free)).collect()
    }

    /// Whether the store may have more than is in memory: then it is looked into again when memory runs empty.
    pub(crate) fn expect_more(&self, more: bool) {
        self.lock().more = more;
    }

    /// To be asked before it is looked what is due; see [`Self::be_sure`].
    pub(crate) fn doubts(&self) -> u64 {
        self.lock().doubts
    }

    /// All that was due is in memory, unless something was let go of since there were so many doubts.
    pub(crate) fn be_sure(&self, doubts: u64) {
        let mut state = self.lock();
        state.sure = state.doubts == doubts;
    }

    /// A run was let go of that may be half-way: nothing of its lane is begun before it was looked for.
    pub(crate) fn doubt(&self) {
        let mut state = self.lock();
        state.sure = false;
        state.doubts += 1;
        drop(state);
        self.hungry.notify_one();
    }

    /// A run is worked on no more: the next of its lane may be.
    pub(crate) fn release(&self, work: &DueRow) {
        let mut state = self.lock();
        let mut look = false;
        if let Some(Some(again)) = state.known.remove(&work.id) {
            state.known.insert(work.id.clone(), None);
            state.ready.push_back(Work { due: again, known: None });
        } else {
            match state.lanes.get_mut(&work.conversation_id).and_then(VecDeque::pop_front) {
                Some(next) => state.ready.push_back(next),
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

    /// The next run to be worked on.
    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Work> {
        let mut state = self.lock();
        match state.ready.pop_front() {
            Some(work) => Poll::Ready(work),
            None => {
                // Registered under the same lock that `offer` takes: no wake-up is lost.
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Runs in memory.
    pub(crate) fn len(&self) -> usize {
        self.lock().known.len()
    }

    /// Drops what nobody has begun.
    pub(crate) fn clear(&self) -> usize {
        let mut state = self.lock();
        let State { room, ready, lanes, known, sure, .. } = &mut *state;
        (*room, *sure) = (0, false);
        let mut dropped = 0;
        for Work { due: work, .. } in ready.drain(..) {
            lanes.remove(&work.conversation_id).into_iter().flatten().for_each(|behind| {
                known.remove(&behind.due.id);
                dropped += 1;
            });
            known.remove(&work.id);
            dropped += 1;
        }
        for waiting in lanes.values_mut() {
            for work in waiting.drain(..) {
                known.remove(&work.due.id);
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
    fn a_run_whose_turn_is_next_waits_behind_the_one_that_is_being_worked_on_and_nothing_else() {
        let lanes = Lanes::default();
        assert!(!lanes.offer_next(fresh(work("a2", "a", 2))), "the one before it may be in the store alone");
        lanes.offer(fresh(work("a1", "a", 1)), false);
        let first = next(&lanes).unwrap();
        assert!(lanes.offer_next(fresh(work("a2", "a", 2))));
        assert!(lanes.offer_next(fresh(work("a2", "a", 2))), "it is there already");
        assert!(!lanes.offer_next(fresh(work("a3", "a", 3))), "another waits");
        assert_eq!((next(&lanes), lanes.len()), (None, 2));
        lanes.release(&first);
        let second = next(&lanes).unwrap();
        assert_eq!(second.id, "a2");
        lanes.release(&second);
        assert_eq!((next(&lanes), lanes.len()), (None, 0));
        lanes.be_sure(lanes.doubts());
        assert!(lanes.offer_next(fresh(work("a4", "a", 4))), "the one before it has left");
        let before = lanes.doubts();
        lanes.doubt();
        lanes.be_sure(before);
        assert!(!lanes.offer_next(fresh(work("b2", "b", 2))), "something was let go of");
        assert_eq!(next(&lanes).map(|work| work.id), Some("a4".to_owned()));
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
