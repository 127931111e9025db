//! Values to bits.

use super::calendar::Reading;
use super::frame::{Frame, Raw};
use super::read::{Block, Found, NameReader};
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
    /// Works out which terms may hold and which surely do, and the rest of what `scratch` keeps.
    pub(crate) fn run(&self, model: &Model, frame: &Frame<'_>, scratch: &mut Scratch, reading: Option<Reading>) {
        let values = frame.values;
        let is_yes = |slot: usize| values.get(slot) == Some(&Raw::Yes(true));
        let mut core =
            Core { approved: is_yes(self.keys.approved), no_draft: is_yes(self.keys.no_draft), ..Core::default() };
        let Scratch { possible, certain, found, .. } = scratch;
        found.clear();
        self.read(model, frame, reading, &mut core, found);
        core.failed = !found.failed.is_empty();
        for (number, (possible, certain)) in possible.0.iter_mut().zip(&mut certain.0).enumerate() {
            let words = self.block(number);
            let mut ruled_out = [0; 4];
            for row in &found.rows {
                words.get(*row as usize).into_iter().for_each(|row| join(&mut ruled_out, row));
            }
            *possible = ruled_out.map(|word| !word);
            *certain = *possible;
            for mentions in &found.failed {
                words.get(*mentions as usize).into_iter().for_each(|row| without(certain, row));
            }
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
        scratch.core = core;
    }

    fn block(&self, number: usize) -> &[Block] {
        self.words.get(number * self.row_count..).unwrap_or_default()
    }

    #[inline]
    fn read(&self, model: &Model, frame: &Frame<'_>, reading: Option<Reading>, core: &mut Core, found: &mut Found) {
        let values = frame.values;
        self.readers.read(values, found);
        if core.no_draft {
            found.rows.extend_from_slice(&self.no_draft_rows);
        } else {
            self.draft_readers.read(values, found);
        }
        let mut name = |reader: &Option<NameReader>| {
            let reader = reader.as_ref()?;
            let (row, number) = reader.find(values);
            found.note(row, reader.mentions);
            number
        };
        let (intent, action) = (name(&self.intent), name(&self.action));
        core.intent = intent.and_then(|name| self.intent_numbers.get(name).copied().flatten());
        core.action = action.map(|name| self.action_numbers.get(name).copied().flatten());
        core.confidence = self.confidence.as_ref().and_then(|reader| reader.value(values));
        for (hours, (inside, outside)) in &self.during {
            if let (Some(week), Some(clock)) = (self.weeks.get(*hours), &self.clock) {
                let is_inside = week.contains_moment(&model.zone, clock, frame.now_ms, reading);
                found.rows.push(if is_inside { *inside } else { *outside });
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
