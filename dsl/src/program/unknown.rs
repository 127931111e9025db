//! The facts that failed and were needed. Only asked for when something failed, so it may take its time.

use std::collections::BTreeSet;

use super::settle::{Settled, Sight};
use super::{Ladder, When};
use crate::condition::{Expr, View};
use crate::hours::wall_clock;
use crate::model::Scoped;

/// Collects the keys of the facts because of which conditions are undecided.
struct Blame<'s> {
    sight: &'s Sight<'s>,
    view: View<'s>,
    keys: BTreeSet<String>,
}

impl Blame<'_> {
    fn add(&mut self, when: &Expr) {
        self.view.blame(when, &self.sight.model.slots, &mut self.keys);
    }

    /// Undecided settings count only if they would be as close as the closest certain one.
    fn ladder<T>(&mut self, ladder: &Ladder, settings: &[Scoped<T>]) {
        for (number, uncertain) in self.sight.closest(ladder) {
            if let Some(setting) = settings.get(number).filter(|_| uncertain) {
                self.add(&setting.when);
            }
        }
    }
}

impl Sight<'_> {
    /// Keys of the facts that were needed and failed, sorted.
    pub(crate) fn unknown(&self, settled: &Settled) -> Vec<String> {
        let core = &settled.core;
        if !core.failed && core.confidence.is_some() {
            return Vec::new();
        }
        let (model, program) = (self.model, self.program);
        let cell =
            |(number, slot): (usize, &crate::condition::Slot)| slot.cell(self.frame.value(number), core.no_draft);
        let now = wall_clock(&model.zone, self.frame.now_ms);
        let view = View {
            cells: model.slots.iter().enumerate().map(cell).collect(),
            during: model.hours.iter().map(|hours| hours.contains(now)).collect(),
            tiers: (0..model.tiers.len()).map(|tier| core.tiers >> tier & 1 == 1).collect(),
        };
        let mut blame = Blame { sight: self, view, keys: BTreeSet::new() };
        for (line, (tier, when, _)) in model.risk.iter().enumerate() {
            if *tier > core.certain_tier && self.is_undecided(program.risk.start, &program.risk_of, line) {
                blame.add(when);
            }
        }
        blame.ladder(&program.autonomy, &model.autonomy);
        blame.ladder(&program.undo, &model.undo);
        for (cap, rung) in model.caps.iter().zip(&program.caps.0) {
            if let When::Bits(span) = rung.when
                && self.possible.any(span)
                && !self.certain.any(span)
            {
                blame.add(&cap.when);
            }
        }
        match core.intent {
            None => {
                blame.keys.insert("intent".to_owned());
            }
            Some(intent) => {
                if let (Some(ladder), Some(replies)) = (program.replies.get(intent), model.replies.get(intent)) {
                    blame.ladder(ladder, replies);
                    let thresholds = self.closest(ladder).filter_map(|(number, _)| replies.get(number));
                    if core.confidence.is_none()
                        && thresholds.flat_map(|reply| &reply.value.from).any(|(_, least)| *least > 0)
                    {
                        blame.keys.insert("confidence".to_owned());
                    }
                }
            }
        }
        match core.action {
            None => {
                blame.keys.insert("action".to_owned());
            }
            Some(action) => self.blame_action(&mut blame, action),
        }
        for action in self.also_actions(settled) {
            self.blame_action(&mut blame, model.actions.keys().position(|known| known == action));
        }
        for (number, rule) in model.rules.iter().enumerate() {
            if self.is_undecided(program.all_rules.start, &program.rule_of, number) {
                blame.add(&rule.when);
            }
        }
        for (number, pause) in model.pauses.iter().enumerate() {
            if self.is_undecided(program.pauses.start, &program.pause_of, number) {
                blame.add(&pause.when);
            }
        }
        for (number, when) in model.approvals.two_people.iter().enumerate() {
            if self.is_undecided(program.two_people.start, &program.two_people_of, number) {
                blame.add(when);
            }
        }
        blame.keys.into_iter().collect()
    }

    fn blame_action(&self, blame: &mut Blame<'_>, action: Option<usize>) {
        let Some(action) = action else { return };
        if let (Some(ladder), Some(settings)) =
            (self.program.actions.get(action), self.model.actions.values().nth(action))
        {
            blame.ladder(ladder, settings);
        }
    }

    /// Whether the line with this number may hold and does not surely do.
    fn is_undecided(&self, start: usize, line_of: &[u32], line: usize) -> bool {
        let bits = || line_of.iter().enumerate().filter(|(_, of)| **of as usize == line).map(|(bit, _)| start + bit);
        bits().any(|bit| self.possible.get(bit)) && !bits().any(|bit| self.certain.get(bit))
    }
}
