//! The public face of the compiled decision.

use std::sync::Arc;

use super::settle::{Settled, Sight};
use super::verdict::name_of;
use super::{Frame, Program, Scratch};
use crate::model::Model;
use crate::verdict::{Location, Outcome, Route, RuleKind, Verdict};

/// Decides by slot number, again and again, without allocating: see [`crate::Policy::decider`].
#[derive(Debug)]
pub struct Decider {
    model: Arc<Model>,
    program: Arc<Program>,
    scratch: Scratch,
}

impl Decider {
    pub(crate) fn new(model: Arc<Model>, program: Arc<Program>) -> Self {
        let scratch = Scratch::new(&program);
        Self { model, program, scratch }
    }

    /// Decides. Total, as [`crate::Policy::decide`] is, and with the same answer.
    pub fn decide<'d>(&'d mut self, frame: &Frame<'d>) -> Decision<'d> {
        let frame = *frame;
        let settled = self.program.decide(&self.model, &frame, &mut self.scratch);
        Decision { decider: self, frame, settled }
    }
}

/// One decision, with every rule that matched. What it says in words is [`Decision::verdict`].
#[derive(Debug)]
pub struct Decision<'d> {
    decider: &'d Decider,
    frame: Frame<'d>,
    settled: Settled,
}

/// A guard, limit or switch that matched and demands something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched<'d> {
    /// Sort of rule.
    pub kind: RuleKind,
    /// Its name.
    pub name: &'d str,
    /// What it demands.
    pub outcome: Outcome,
    /// Where it stands.
    pub at: &'d Location,
    /// The rule's own words for operators.
    pub because: Option<&'d str>,
    /// It matched only because something it needs could not be decided.
    pub uncertain: bool,
}

impl<'d> Decision<'d> {
    fn sight(&self) -> Sight<'_> {
        let Decider { model, program, scratch } = self.decider;
        scratch.sight(model, program, &self.frame, self.settled.reading)
    }

    /// The most careful outcome that any rule demanded.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.settled.outcome
    }

    /// When to ask again, in milliseconds since 1970 UTC. Set if and only if the outcome is [`Outcome::Hold`].
    #[must_use]
    pub const fn hold_until_ms(&self) -> Option<i64> {
        self.settled.hold_until_ms
    }

    /// How long a person can take back an automatic send, in milliseconds.
    #[must_use]
    pub const fn undo_ms(&self) -> i64 {
        self.settled.undo_ms
    }

    /// The highest risk tier that the message may have.
    #[must_use]
    pub fn tier(&self) -> &'d str {
        self.decider.model.tiers.get(self.decider.scratch.core.tier).map_or("", String::as_str)
    }

    /// The autonomy mode in force.
    #[must_use]
    pub fn mode(&self) -> &'d str {
        self.decider.model.modes.get(self.settled.chosen.mode).map_or("", |mode| mode.name.as_str())
    }

    /// Who gets the conversation if a person has to look.
    #[must_use]
    pub fn route(&self) -> &'d Route {
        let model = &self.decider.model;
        let row = self.settled.route.and_then(|row| model.routes.get(row));
        row.map_or(&model.otherwise, |(_, route)| route)
    }

    /// The number of that row of the route table; `None` for the last one.
    #[must_use]
    pub const fn route_row(&self) -> Option<usize> {
        self.settled.route
    }

    /// Whether two different people have to approve.
    #[must_use]
    pub const fn two_people(&self) -> bool {
        self.settled.two_people
    }

    /// Calls `each` with every guard, limit and switch that matched and demands something. Without an order.
    pub fn matched(&self, mut each: impl FnMut(Matched<'_>)) {
        let sight = self.sight();
        for (number, outcome, uncertain) in sight.matched_rules() {
            if let Some(rule) = sight.model.rules.get(number) {
                let because = rule.because.as_deref();
                each(Matched { kind: rule.kind, name: &rule.name, outcome, at: &rule.at, because, uncertain });
            }
        }
    }

    /// Calls `each` with every rule whose demand is the outcome: a number that stands for it as long as the policy is
    /// the same, and what tells its sort and its name in three pieces that are to be read as one. Without an order, and
    /// without allocating: for comparing many decisions.
    pub fn decided_by(&self, mut each: impl FnMut(u64, &dyn Fn() -> (RuleKind, [&'d str; 3]))) {
        let sight = self.sight();
        let model = self.decider.model.as_ref();
        for (number, outcome, _) in sight.matched_rules() {
            if outcome == self.settled.outcome
                && let Some(rule) = model.rules.get(number)
            {
                each(number as u64, &|| (rule.kind, [&rule.name, "", ""]));
            }
        }
        for (kind, pick) in [RuleKind::Mode, RuleKind::Band, RuleKind::Action].into_iter().zip(&self.settled.picks) {
            if pick.outcome == self.settled.outcome {
                let name = || (kind, name_of(model, pick.source));
                each(1 << 62 | (kind as u64) << 56 | pick.source.number(), &name);
            }
        }
    }

    /// The whole verdict, as [`crate::Policy::decide`] gives it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.sight().verdict(&self.settled)
    }
}
