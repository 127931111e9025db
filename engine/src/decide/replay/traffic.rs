//! How much recorded traffic lies in each region of a difference between two policies.

use std::collections::HashSet;

use remit_dsl::Policy;
use remit_dsl::diff::Diff;
use serde::Serialize;

use super::counting::short;
use super::{Block, Judge, Texts};

/// Recorded messages by what a difference means for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrafficCounts {
    /// Messages, each counted once: by its first decision.
    pub messages: u64,
    /// For each region of the difference.
    pub regions: Vec<u64>,
    /// Decided otherwise, but by what is in no region: what a detector or a script is made of.
    pub elsewhere: u64,
    /// One of the versions reads what was not recorded.
    pub not_replayable: u64,
}

/// Sorts recorded messages into the regions of a difference.
#[derive(Debug)]
pub struct Traffic<'d> {
    old: Judge,
    new: Judge,
    diff: &'d Diff,
    counts: TrafficCounts,
    /// Messages that were counted; 64 bits each.
    seen: HashSet<u64>,
}

impl<'d> Traffic<'d> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(diff: &'d Diff, old: &Policy, new: &Policy) -> Self {
        let counts = TrafficCounts { regions: vec![0; diff.regions.len()], ..TrafficCounts::default() };
        Self { old: Judge::new(old, 0), new: Judge::new(new, 0), diff, counts, seen: HashSet::new() }
    }

    /// What was counted.
    #[must_use]
    pub fn counts(self) -> TrafficCounts {
        self.counts
    }

    /// The digests in a block that are not known yet.
    #[must_use]
    pub fn unknown<'b>(&self, block: &Block<'b>) -> Vec<&'b str> {
        self.old.unknown(block)
    }

    /// A policy that made decisions: see [`Judge::learn`].
    pub fn learn(&mut self, digest: &str, policy: Option<&Policy>) {
        self.old.learn(digest, policy);
        self.new.learn(digest, policy);
    }

    /// The rows of a block whose texts are needed.
    #[must_use]
    pub fn needs_texts(&self, block: &Block<'_>) -> Vec<usize> {
        let mut rows = self.old.needs_texts(block);
        rows.extend(self.new.needs_texts(block));
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Counts the rows of a block from `first` on.
    pub fn block(&mut self, block: &Block<'_>, first: usize, texts: &dyn Fn(usize) -> Option<Texts>) {
        let old = self.old.outcomes(block, first, texts);
        let new = self.new.outcomes(block, first, texts);
        for (row, (old, new)) in old.into_iter().zip(new).enumerate().skip(first) {
            let Some(names) = block.names.get(row) else { continue };
            if !self.seen.insert(short(names.message_id)) {
                continue;
            }
            self.counts.messages += 1;
            match (old, new) {
                (Some(old), Some(new)) if old != new => {
                    let region = self.diff.region_of(&block.facts(row), old, new);
                    match region.and_then(|number| self.counts.regions.get_mut(number)) {
                        Some(count) => *count += 1,
                        None => self.counts.elsewhere += 1,
                    }
                }
                (Some(_), Some(_)) => {}
                _ => self.counts.not_replayable += 1,
            }
        }
    }
}
