//! What a replay found, in counts with examples.

use std::collections::BTreeMap;

use remit_dsl::Outcome;
use remit_dsl::diff::Direction;
use serde::Serialize;

/// How many decisions came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Same outcome, same rules, same route.
    pub unchanged: u64,
    /// A freer outcome.
    pub freer: u64,
    /// A more careful outcome.
    pub stricter: u64,
    /// The same outcome by other rules, or routed to others.
    pub sideways: u64,
    /// Something that the candidate reads was not recorded and cannot be worked out again.
    pub not_replayable: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.unchanged + self.freer + self.stricter + self.sideways + self.not_replayable
    }

    pub(super) const fn add(&mut self, direction: Option<Direction>) {
        match direction {
            None => self.unchanged += 1,
            Some(Direction::Freer) => self.freer += 1,
            Some(Direction::Stricter) => self.stricter += 1,
            Some(_) => self.sideways += 1,
        }
    }
}

/// One decision that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The decision.
    pub decision_id: String,
    /// The message it is about.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
    /// When it was decided, UTC milliseconds.
    pub decided_at_ms: i64,
}

/// Who decided, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Side {
    /// The outcome.
    pub outcome: Outcome,
    /// The rules whose demand it is, as `kind:name`.
    pub rules: Vec<String>,
    /// Place of the first of them.
    pub at: String,
    /// The row of the route table.
    pub route: String,
    /// The team or person of that row.
    pub to: Option<String>,
}

/// Decisions that changed in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// As recorded.
    pub old: Side,
    /// Under the candidate.
    pub new: Side,
    /// How many.
    pub count: u64,
    /// The first ones.
    pub examples: Vec<Example>,
}

/// How many decisions went from one outcome to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeChange {
    /// As recorded.
    pub from: Outcome,
    /// Under the candidate.
    pub to: Outcome,
    /// How many.
    pub count: u64,
}

/// Why decisions could not be replayed, or under which policy they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Reason or name.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// The same decisions with limits and threads counted anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedAnew {
    /// How many came out how.
    pub counts: Counts,
    /// By old and new outcome, changed ones only.
    pub outcomes: Vec<OutcomeChange>,
    /// Decisions on messages that the candidate would have answered before: it would not have been asked again. They are
    /// in no count.
    pub answered_before: u64,
    /// What is assumed.
    pub assumptions: Vec<&'static str>,
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Digest of the candidate.
    pub candidate: String,
    /// Its name.
    pub candidate_name: String,
    /// Decisions read.
    pub decisions: u64,
    /// When the first and the last of them were made, UTC milliseconds; absent when there are none.
    pub first_at_ms: Option<i64>,
    /// See `first_at_ms`.
    pub last_at_ms: Option<i64>,
    /// With every fact as it was recorded.
    pub as_recorded: Counts,
    /// By old and new outcome, changed ones only.
    pub outcomes: Vec<OutcomeChange>,
    /// What changed, the freest first, then the most frequent.
    pub changes: Vec<Change>,
    /// With limits and threads counted anew; absent when the candidate reads neither.
    pub counted_anew: Option<CountedAnew>,
    /// Why decisions are not replayable.
    pub not_replayable: Vec<Tally>,
    /// Decisions for which detectors or scripts were run again over the stored texts.
    pub worked_out_again: u64,
    /// Decisions by the digest of the policy that made them.
    pub policies: Vec<Tally>,
    /// What to know when reading the counts.
    pub notes: Vec<String>,
}

impl Report {
    /// Nothing came out otherwise, and nothing was left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let same = |counts: &Counts| counts.unchanged == counts.total();
        same(&self.as_recorded) && self.counted_anew.as_ref().is_none_or(|anew| same(&anew.counts))
    }

    /// Something left more freely than it did, either way of counting, or could not be told.
    #[must_use]
    pub fn may_be_freer(&self) -> bool {
        let freer = |counts: &Counts| counts.freer + counts.not_replayable > 0;
        freer(&self.as_recorded) || self.counted_anew.as_ref().is_some_and(|anew| freer(&anew.counts))
    }
}

/// Outcome pairs, counted.
#[derive(Debug, Default)]
pub(super) struct Pairs([[u64; 5]; 5]);

impl Pairs {
    pub(super) fn add(&mut self, from: Outcome, to: Outcome) {
        if let Some(count) = self.0.get_mut(from as usize).and_then(|row| row.get_mut(to as usize)) {
            *count += 1;
        }
    }

    pub(super) fn changed(&self) -> Vec<OutcomeChange> {
        let mut changed = Vec::new();
        for (from, row) in Outcome::ALL.into_iter().zip(&self.0) {
            for (to, count) in Outcome::ALL.into_iter().zip(row) {
                if from != to && *count > 0 {
                    changed.push(OutcomeChange { from, to, count: *count });
                }
            }
        }
        changed
    }
}

/// Counts as a list, the most frequent first.
pub(super) fn tallies(counts: &BTreeMap<String, u64>) -> Vec<Tally> {
    let mut list: Vec<Tally> = counts.iter().map(|(what, count)| Tally { what: what.clone(), count: *count }).collect();
    list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    list
}
