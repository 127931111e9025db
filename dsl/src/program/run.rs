//! Values to bits.

use super::calendar::Reading;
use super::frame::{Frame, Raw};
use super::read::{Block, Found, Sink};
use super::{Computed, Program, Scratch};
use crate::model::Model;

/// The things besides the bits that settings are chosen by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Core {
    pub(crate) intent: Option<usize>,
    /// The number of the action among those with settings; the outer `None` when the action failed.
    pub(crate) action: Option<Option<usize>>,
    pub(crate) confidence: Option<i64>,
    /// The highest tier that the message may have.
    pub(crate) tier: usize,
    pub(crate) certain_tier: usize,
    /// The tiers that it may have, as bits.
    pub(crate) tiers: usize,
    pub(crate) approved: bool,
    pub(crate) no_draft: bool,
    /// Something that a condition reads has failed.
    pub(crate) failed: bool,
}

/// Joins rows at once: there is one block.
struct Narrow<'s> {
    ruled_out: Block,
    /// The terms that are not certain: they mention something that failed.
    uncertain: Block,
    failed: bool,
    words: &'s [Block],
}

impl Sink for Narrow<'_> {
    #[inline]
    fn take(&mut self, found: impl Iterator<Item = Found> + Clone) {
        // As little as possible is kept in here, so that it stays in registers. Facts seldom fail: then they are read
        // once more for what is not certain without them.
        let (mut ruled_out, mut failed) = (self.ruled_out, false);
        for one in found.clone() {
            let row = match one {
                Found::Row(row) => row,
                Found::Failed(_) => {
                    failed = true;
                    continue;
                }
            };
            if let Some(row) = self.words.get(row as usize) {
                join(&mut ruled_out, row);
            }
        }
        self.ruled_out = ruled_out;
        if failed {
            self.note_failed(found);
        }
    }
}

impl Narrow<'_> {
    #[cold]
    fn note_failed(&mut self, found: impl Iterator<Item = Found>) {
        self.failed = true;
        for one in found {
            if let Found::Failed(mentions) = one
                && let Some(mentions) = self.words.get(mentions as usize)
            {
                join(&mut self.uncertain, mentions);
            }
        }
    }
}

/// Notes the rows; they are joined block by block.
struct Wide<'s> {
    rows: &'s mut Vec<u32>,
    failed: &'s mut Vec<u32>,
}

impl Sink for Wide<'_> {
    #[inline]
    fn take(&mut self, found: impl Iterator<Item = Found> + Clone) {
        for one in found {
            match one {
                Found::Row(row) => self.rows.push(row),
                Found::Failed(mentions) => self.failed.push(mentions),
            }
        }
    }
}

// Word by word: a loop over the words would keep them in memory instead of in registers.
#[inline]
const fn join(into: &mut Block, row: &Block) {
    let ([a, b, c, d], [e, f, g, h]) = (*into, *row);
    *into = [a | e, b | f, c | g, d | h];
}

#[inline]
const fn without(from: &mut Block, row: &Block) {
    let ([a, b, c, d], [e, f, g, h]) = (*from, *row);
    *from = [a & !e, b & !f, c & !g, d & !h];
}

impl Program {
    /// Works out which terms may hold and which surely do.
    pub(crate) fn run(
        &self,
        model: &Model,
        frame: &Frame<'_>,
        scratch: &mut Scratch,
        reading: Option<Reading>,
    ) -> Core {
        let values = frame.values;
        let is_yes = |slot: usize| values.get(slot) == Some(&Raw::Yes(true));
        let mut core =
            Core { approved: is_yes(self.keys.approved), no_draft: is_yes(self.keys.no_draft), ..Core::default() };
        let Scratch { possible, certain, rows, failed } = scratch;
        rows.clear();
        failed.clear();
        if let ([possible], [certain]) = (possible.0.as_mut_slice(), certain.0.as_mut_slice()) {
            let mut narrow = Narrow { ruled_out: [0; 4], uncertain: [0; 4], failed: false, words: &self.words };
            self.read(model, frame, reading, &mut core, &mut narrow);
            *possible = narrow.ruled_out.map(|word| !word);
            *certain = *possible;
            without(certain, &narrow.uncertain);
            core.failed = narrow.failed;
        } else {
            self.read(model, frame, reading, &mut core, &mut Wide { rows, failed });
            for (number, (possible, certain)) in possible.0.iter_mut().zip(&mut certain.0).enumerate() {
                let words = self.block(number);
                let mut ruled_out = [0; 4];
                for row in rows.iter() {
                    words.get(*row as usize).into_iter().for_each(|row| join(&mut ruled_out, row));
                }
                *possible = ruled_out.map(|word| !word);
                *certain = *possible;
                for mentions in failed.iter() {
                    words.get(*mentions as usize).into_iter().for_each(|row| without(certain, row));
                }
            }
            core.failed = !failed.is_empty();
        }
        scratch.compute(&self.computed_risk);
        self.tier(model, scratch, &mut core);
        if let Some((may_hold, surely_holds)) = self.tier_rows.get(core.tiers) {
            for (number, (possible, certain)) in scratch.possible.0.iter_mut().zip(&mut scratch.certain.0).enumerate() {
                let words = self.block(number);
                words.get(*may_hold as usize).into_iter().for_each(|row| without(possible, row));
                words.get(*surely_holds as usize).into_iter().for_each(|row| without(certain, row));
            }
        }
        scratch.compute(&self.computed);
        core
    }

    fn block(&self, number: usize) -> &[Block] {
        self.words.get(number * self.row_count..).unwrap_or_default()
    }

    #[inline]
    fn read(&self, model: &Model, frame: &Frame<'_>, reading: Option<Reading>, core: &mut Core, sink: &mut impl Sink) {
        let values = frame.values;
        self.readers.read(values, sink);
        if core.no_draft {
            sink.take(self.no_draft_rows.iter().map(|row| Found::Row(*row)));
        } else {
            self.draft_readers.read(values, sink);
        }
        let name =
            |reader: &Option<super::NameReader>| reader.as_ref().map(|reader| reader.read(frame.value(reader.slot)));
        let (intent, action) = (name(&self.intent), name(&self.action));
        sink.take(intent.iter().chain(&action).map(|(found, _)| *found));
        let (intent, action) = (intent.and_then(|(_, name)| name), action.and_then(|(_, name)| name));
        core.intent = intent.and_then(|name| self.intent_numbers.get(name).copied().flatten());
        core.action = action.map(|name| self.action_numbers.get(name).copied().flatten());
        core.confidence = self.confidence.as_ref().and_then(|reader| reader.value(frame.value(self.confidence_slot)));
        for (hours, (inside, outside)) in &self.during {
            if let (Some(week), Some(clock)) = (self.weeks.get(*hours), &self.clock) {
                let is_inside = week.contains_moment(&model.zone, clock, frame.now_ms, reading);
                sink.take(std::iter::once(Found::Row(if is_inside { *inside } else { *outside })));
            }
        }
    }

    /// The tiers that the message may have: the highest sure one, and every higher one that is undecided.
    fn tier(&self, model: &Model, scratch: &Scratch, core: &mut Core) {
        let tier_of = |bit: usize| {
            let line = self.risk_of.get(bit - self.risk.start).and_then(|line| model.risk.get(*line as usize));
            line.map_or(0, |(tier, ..)| *tier)
        };
        core.certain_tier = scratch.certain.first(self.risk).map_or(0, tier_of);
        core.tier = scratch.possible.first(self.risk).map_or(0, tier_of);
        core.tiers = 1 << core.certain_tier.min(super::MOST_TIERS);
        if core.failed && core.tier > core.certain_tier {
            for bit in scratch.possible.iter(self.risk) {
                let tier = tier_of(bit);
                if tier > core.certain_tier {
                    core.tiers |= 1 << tier.min(super::MOST_TIERS);
                }
            }
        }
    }
}

impl Scratch {
    fn compute(&mut self, computed: &[Computed]) {
        for Computed { bit, formula } in computed {
            let (possible, certain) = (formula.holds(&self.possible), formula.holds(&self.certain));
            self.possible.set(*bit, possible);
            self.certain.set(*bit, certain);
        }
    }
}
