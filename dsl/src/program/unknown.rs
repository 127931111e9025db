//! The facts that failed and were needed. Only asked for when something failed, so it may take its time.

use std::collections::BTreeSet;

use super::bits::Span;
use super::settle::Sight;
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

impl<'s> Sight<'s> {
    /// Keys of the facts that were needed and failed, sorted.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let core = self.core;
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
        for line in self.undecided(program.risk, &program.risk_of) {
            if let Some((_, when, _)) = model.risk.get(line).filter(|(tier, ..)| *tier > core.certain_tier) {
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
        for action in self.also_actions() {
            self.blame_action(&mut blame, model.actions.keys().position(|known| known == action));
        }
        let rules = self.undecided(program.all_rules, &program.rule_of);
        let rules = rules.filter_map(|rule| model.rules.get(rule)).map(|rule| &rule.when);
        let pauses = self.undecided(program.pauses, &program.pause_of);
        let pauses = pauses.filter_map(|pause| model.pauses.get(pause)).map(|pause| &pause.when);
        let two_people = self.undecided(program.two_people, &program.two_people_of);
        let two_people = two_people.filter_map(|number| model.approvals.two_people.get(number));
        rules.chain(pauses).chain(two_people).for_each(|when| blame.add(when));
        blame.keys.into_iter().collect()
    }

    fn blame_action(&self, blame: &mut Blame<'_>, action: Option<usize>) {
        let Some(action) = action else { return };
        if let (Some((ladder, _)), Some(settings)) =
            (self.program.actions.get(action), self.model.actions.values().nth(action))
        {
            blame.ladder(ladder, settings);
        }
    }

    fn undecided<'l>(&'l self, span: Span, of: &'l [u32]) -> impl Iterator<Item = usize> + use<'l, 's> {
        self.lines(span, of).filter(|(_, certain)| !certain).map(|(line, _)| line)
    }
}
