//! What this process has been told to stop, known before it is committed. A reply whose send has been claimed but which has
//! not been handed over yet then stays here: under load hundreds are on that way, and a commit waits its turn.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::engine::Engine;

/// How long a stop is known here after it has been committed. By then every send that was claimed before has come by; a
/// later one is refused by the store.
const LINGERS: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Halts {
    /// How many workspaces are stopped: looked at before every send, so it takes no lock.
    any: AtomicUsize,
    /// How many stops there have been.
    turns: AtomicUsize,
    workspaces: Mutex<HashMap<String, Halt>>,
    /// Runs whose reply is being handed over, or was and that is being kept.
    under_way: Mutex<HashSet<String>>,
}

/// A reply's way from the provider's door until what became of it is kept.
#[derive(Debug)]
pub(crate) struct Passage<'a> {
    halts: &'a Halts,
    run: &'a str,
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        self.halts.under_way().remove(self.run);
    }
}

#[derive(Debug, Default)]
struct Halt {
    /// Which stop it is: a later one is not ended with an earlier.
    turn: usize,
    held: HashSet<String>,
}

impl Halts {
    fn workspaces(&self) -> MutexGuard<'_, HashMap<String, Halt>> {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops a workspace. Gives which stop it is, for [`Self::end`].
    fn begin(&self, workspace: &str) -> usize {
        let mut workspaces = self.workspaces();
        let turn = self.turns.fetch_add(1, Ordering::SeqCst);
        workspaces.entry(workspace.to_owned()).or_default().turn = turn;
        self.any.store(workspaces.len(), Ordering::SeqCst);
        turn
    }

    fn end(&self, workspace: &str, turn: Option<usize>) {
        let mut workspaces = self.workspaces();
        if workspaces.get(workspace).is_some_and(|halt| turn.is_none_or(|turn| turn == halt.turn)) {
            workspaces.remove(workspace);
        }
        self.any.store(workspaces.len(), Ordering::SeqCst);
    }

    fn under_way(&self) -> MutexGuard<'_, HashSet<String>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets this run's reply be handed over. `None` where it may not, which is remembered.
    pub(crate) fn pass<'a>(&'a self, workspace: &str, run: &'a str) -> Option<Passage<'a>> {
        // First, so that whoever stops it now sees that it is on its way.
        self.under_way().insert(run.to_owned());
        let passage = Passage { halts: self, run };
        if self.any.load(Ordering::SeqCst) == 0 {
            return Some(passage);
        }
        let mut workspaces = self.workspaces();
        let Some(halt) = workspaces.get_mut(workspace) else { return Some(passage) };
        halt.held.insert(run.to_owned());
        None
    }

    /// Those of these runs that have not come to the provider's door yet.
    pub(crate) fn before_the_door<'r>(&self, runs: &HashSet<&'r str>) -> HashSet<&'r str> {
        let under_way = self.under_way();
        runs.iter().copied().filter(|run| !under_way.contains(*run)).collect()
    }

    /// The runs that were held back by the stop that is in force.
    pub(crate) fn held(&self, workspace: &str) -> HashSet<String> {
        self.workspaces().get(workspace).map(|halt| halt.held.clone()).unwrap_or_default()
    }
}

/// A stop that this process knows of. Dropped it is over at once; see [`Self::linger`].
#[derive(Debug)]
pub(crate) struct Halted {
    engine: Engine,
    workspace: String,
    turn: Option<usize>,
}

impl Halted {
    pub(crate) fn begin(engine: &Engine, workspace: &str) -> Self {
        let turn = Some(engine.halts().begin(workspace));
        Self { engine: engine.clone(), workspace: workspace.to_owned(), turn }
    }

    /// It is committed: the store refuses new sends, and what is on its way comes by here soon.
    pub(crate) fn linger(mut self) {
        let Some(turn) = self.turn.take() else { return };
        let (engine, workspace) = (self.engine.clone(), self.workspace.clone());
        tokio::spawn(async move {
            tokio::time::sleep(LINGERS).await;
            engine.halts().end(&workspace, Some(turn));
        });
    }

    /// Whatever was stopped may go on.
    pub(crate) fn release(engine: &Engine, workspace: &str) {
        engine.halts().end(workspace, None);
    }
}

impl Drop for Halted {
    fn drop(&mut self) {
        if self.turn.is_some() {
            self.engine.halts().end(&self.workspace, self.turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_holds_its_own_workspace_until_it_ends_and_a_later_one_is_not_ended_with_it() {
        let halts = Halts::default();
        assert!(halts.pass("ws_a", "run_1").is_some());
        let first = halts.begin("ws_a");
        assert!(halts.pass("ws_a", "run_1").is_none() && halts.pass("ws_b", "run_2").is_some());
        let second = halts.begin("ws_a");
        halts.end("ws_a", Some(first));
        assert!(halts.pass("ws_a", "run_3").is_none());
        assert_eq!(halts.held("ws_a"), HashSet::from(["run_1".to_owned(), "run_3".to_owned()]));
        halts.end("ws_a", Some(second));
        assert!(halts.pass("ws_a", "run_4").is_some() && halts.held("ws_a").is_empty());
        // Also one after it was released.
        let third = halts.begin("ws_a");
        halts.end("ws_a", None);
        halts.begin("ws_a");
        halts.end("ws_a", Some(third));
        assert!(halts.pass("ws_a", "run_5").is_none());
    }

    #[test]
    fn what_is_at_the_door_is_known_until_it_is_over() {
        let halts = Halts::default();
        let passage = halts.pass("ws_a", "run_1");
        let runs = HashSet::from(["run_1", "run_2"]);
        assert_eq!(halts.before_the_door(&runs), HashSet::from(["run_2"]));
        drop(passage);
        assert_eq!(halts.before_the_door(&runs), runs);
    }
}
