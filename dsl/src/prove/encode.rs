//! A policy as formulas: the definition in [`crate::eval`], said about all facts at once.
//!
//! What is decided here is the gate when the draft is ready: the reply was not held before.

use std::collections::HashMap;

use crate::condition::{Cell, Expr};
use crate::model::{Demand, Model, Release, Scoped};
use crate::prove::circuit::{Circuit, Formula};
use crate::prove::domain::{APPROVED, Class, Domain, HELD, LONGEST_HOLD_MS, NO_DRAFT, NOW, far_key, seen_in};
use crate::verdict::{Location, Outcome, RuleKind};

/// For `hold`, `approval`, `off` and `escalate`: something demands at least that.
pub(crate) type AtLeast = [Formula; 4];

/// The place of an outcome in [`AtLeast`]; `None` for `send`, which everything demands at least.
pub(crate) fn step(outcome: Outcome) -> Option<usize> {
    (outcome as usize).checked_sub(1)
}

/// A condition: surely true, and surely false. Neither when a fact has failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    pub(crate) yes: Formula,
    pub(crate) no: Formula,
}

/// Something that can demand an outcome.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) kind: RuleKind,
    pub(crate) name: String,
    pub(crate) at: Location,
    /// It applies, whatever it demands now.
    pub(crate) applies: Formula,
    pub(crate) at_least: AtLeast,
}

/// One policy as formulas.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) parts: Vec<Part>,
    pub(crate) at_least: AtLeast,
    /// The message may have exactly this tier.
    pub(crate) possible: Vec<Formula>,
    /// The message may have at least this tier.
    pub(crate) tiers: Vec<Formula>,
    /// Each route row fits, whatever comes before it.
    pub(crate) rows: Vec<Formula>,
    /// Each route row is taken; the last one is `otherwise`.
    pub(crate) taken: Vec<Formula>,
}

impl Gate {
    /// Where the parts begin that are the model's rules, in its order; they are the last ones.
    pub(crate) fn rules_from(&self, model: &Model) -> usize {
        self.parts.len().saturating_sub(model.rules.len())
    }
}

/// Turns one policy into formulas of a shared circuit.
pub(crate) struct Encoder<'a> {
    pub(crate) circuit: &'a mut Circuit,
    domain: &'a Domain,
    model: &'a Model,
    /// The policy's place in the domain.
    place: usize,
    /// Facts may fail. Without it every fact that has a value at all is taken to be known.
    failing: bool,
    slots: Vec<(usize, Vec<Cell<'a>>)>,
    /// Questions about one fact that were asked before.
    pub(crate) known: Known,
    no_draft: Formula,
    approved: Formula,
    held: Formula,
    pub(crate) tiers: Vec<Formula>,
}

/// Questions about one fact, by slot, with their formulas.
pub(crate) type Known = HashMap<(usize, Question), Truth>;

/// A question about one fact.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Question {
    Yes,
    Named(Vec<String>),
    Number(crate::ast::Comparison, i64),
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(
        circuit: &'a mut Circuit,
        domain: &'a Domain,
        model: &'a Model,
        place: usize,
        failing: bool,
    ) -> Self {
        let slots = model.slots.iter().map(|slot| match domain.number(&slot.key) {
            Some(number) => (number, domain.variable(number).map(|one| seen_in(slot, one)).unwrap_or_default()),
            None => (usize::MAX, Vec::new()),
        });
        let slots = slots.collect();
        let mut special = |key: &str| match domain.number(key) {
            Some(number) => circuit.within(number, |cell| {
                domain.variable(number).and_then(|one| one.cells.get(cell)) == Some(&Class::Yes(true))
            }),
            None => Formula::FALSE,
        };
        let (no_draft, approved, held) = (special(NO_DRAFT), special(APPROVED), special(HELD));
        let (known, tiers) = (HashMap::new(), Vec::new());
        Self { circuit, domain, model, place, failing, slots, known, no_draft, approved, held, tiers }
    }

    /// Everything that can demand an outcome, and the route.
    pub(crate) fn gate(&mut self) -> Gate {
        self.tiers = self.possible_tiers();
        let mut parts = self.mode_parts();
        parts.extend(self.band_parts());
        parts.extend(self.action_parts());
        parts.extend(self.rule_parts());
        let circuit = &mut *self.circuit;
        let at_least =
            [0, 1, 2, 3].map(|step| circuit.any(parts.iter().filter_map(|part| part.at_least.get(step).copied())));
        let mut rows = Vec::new();
        let mut taken = Vec::new();
        let mut before = Formula::TRUE;
        for (when, _) in &self.model.routes {
            let fits = self.holds(when).yes;
            rows.push(fits);
            taken.push(self.circuit.and(before, fits));
            before = self.circuit.and(before, !fits);
        }
        taken.push(before);
        Gate { parts, at_least, possible: self.tiers.clone(), tiers: self.tiers_from(), rows, taken }
    }

    /// A condition on facts. Conditions on the tier need [`Self::gate`] first.
    pub(crate) fn holds(&mut self, when: &Expr) -> Truth {
        match when {
            Expr::All(parts) => {
                let parts: Vec<Truth> = parts.iter().map(|part| self.holds(part)).collect();
                let yes = self.circuit.all(parts.iter().map(|part| part.yes));
                self.truth(yes, |circuit| circuit.any(parts.iter().map(|part| part.no)))
            }
            Expr::Any(parts) => {
                let parts: Vec<Truth> = parts.iter().map(|part| self.holds(part)).collect();
                let yes = self.circuit.any(parts.iter().map(|part| part.yes));
                self.truth(yes, |circuit| circuit.all(parts.iter().map(|part| part.no)))
            }
            Expr::Not(inner) => {
                let inner = self.holds(inner);
                Truth { yes: inner.no, no: inner.yes }
            }
            Expr::Yes(slot) => self.asked(when, *slot, Question::Yes),
            Expr::Named(slot, names) => self.asked(when, *slot, Question::Named(names.clone())),
            Expr::Number(slot, comparison, constant) => {
                self.asked(when, *slot, Question::Number(*comparison, *constant))
            }
            Expr::During(hours) => {
                let yes = self.during(*hours);
                Truth { yes, no: !yes }
            }
            Expr::Tier(wanted) => {
                let (mut in_it, mut outside) = (Vec::new(), Vec::new());
                for (possible, wanted) in self.tiers.iter().zip(wanted) {
                    if *wanted { in_it.push(*possible) } else { outside.push(*possible) }
                }
                let (may, may_not) = (self.circuit.any(in_it), self.circuit.any(outside));
                Truth { yes: self.circuit.and(may, !may_not), no: self.circuit.and(may_not, !may) }
            }
        }
    }

    /// Where nothing fails, what is not true is false.
    fn truth(&mut self, yes: Formula, no: impl FnOnce(&mut Circuit) -> Formula) -> Truth {
        let no = if self.failing { no(self.circuit) } else { !yes };
        Truth { yes, no }
    }

    fn asked(&mut self, when: &Expr, slot: usize, question: Question) -> Truth {
        let key = (slot, question);
        if let Some(truth) = self.known.get(&key) {
            return *truth;
        }
        let Some((variable, seen)) = self.slots.get(slot) else {
            return Truth { yes: Formula::FALSE, no: Formula::FALSE };
        };
        let says =
            |answer: bool| move |cell: usize| seen.get(cell).and_then(|cell| when.says_of(*cell)) == Some(answer);
        let needs_draft = self.model.slots.get(slot).is_some_and(|slot| slot.needs_draft);
        let mut yes = self.circuit.within(*variable, says(true));
        if needs_draft {
            yes = self.circuit.and(yes, !self.no_draft);
        }
        let can_be_known = seen.iter().any(|cell| *cell != Cell::Failed);
        let truth = if self.failing || !can_be_known {
            let mut no = self.circuit.within(*variable, says(false));
            if needs_draft {
                no = self.circuit.or(no, self.no_draft);
            }
            Truth { yes, no }
        } else {
            Truth { yes, no: !yes }
        };
        self.known.insert(key, truth);
        truth
    }

    fn column(&mut self, hours: usize, read: impl Fn(&crate::prove::moment::Moment) -> &Vec<bool>) -> Formula {
        let domain = self.domain;
        let (Some(now), Some(column)) = (domain.number(NOW), domain.column(self.place, hours)) else {
            return Formula::FALSE;
        };
        let inside = |cell: usize| domain.moments.get(cell).is_some_and(|one| read(one).get(column) == Some(&true));
        self.circuit.within(now, inside)
    }

    fn during(&mut self, hours: usize) -> Formula {
        self.column(hours, |moment| &moment.during)
    }

    /// The cells of a slot's variable in which it has failed.
    fn failed(&mut self, slot: usize) -> Formula {
        let Some((variable, seen)) = self.slots.get(slot) else { return Formula::TRUE };
        let can_be_known = seen.iter().any(|cell| *cell != Cell::Failed);
        if !self.failing && can_be_known {
            return Formula::FALSE;
        }
        self.circuit.within(*variable, |cell| seen.get(cell) == Some(&Cell::Failed))
    }

    /// Each tier that the message may have.
    fn possible_tiers(&mut self) -> Vec<Formula> {
        let model = self.model;
        let rows: Vec<(usize, Truth)> = model.risk.iter().map(|(tier, when, _)| (*tier, self.holds(when))).collect();
        let count = model.tiers.len();
        // Surely at least this tier, for each one.
        let mut surely = vec![Formula::TRUE];
        for tier in 1..=count {
            let at_least = rows.iter().filter(|(row, _)| *row >= tier).map(|(_, truth)| truth.yes);
            surely.push(if tier == count { Formula::FALSE } else { self.circuit.any(at_least) });
        }
        let mut possible = Vec::with_capacity(count);
        for (tier, pair) in surely.windows(2).enumerate() {
            let [this, next] = pair else { continue };
            let certain = self.circuit.and(*this, !*next);
            let mut may = vec![certain];
            for (_, truth) in rows.iter().filter(|(row, _)| *row == tier && tier > 0) {
                may.push(self.circuit.all([!truth.yes, !truth.no, !*this]));
            }
            possible.push(self.circuit.any(may));
        }
        possible
    }

    fn tiers_from(&mut self) -> Vec<Formula> {
        let possible = self.tiers.clone();
        (0..possible.len()).map(|tier| self.circuit.any(possible.iter().skip(tier).copied())).collect()
    }

    /// For each setting: it may be in force.
    pub(crate) fn closest<T>(&mut self, settings: &[Scoped<T>]) -> Vec<Formula> {
        let truths: Vec<Truth> = settings.iter().map(|one| self.holds(&one.when)).collect();
        let mut result = Vec::with_capacity(settings.len());
        for (one, truth) in settings.iter().zip(&truths) {
            let closer = settings.iter().zip(&truths).filter(|(other, _)| other.rank > one.rank);
            let beaten = self.circuit.any(closer.map(|(_, truth)| truth.yes));
            result.push(self.circuit.and(!truth.no, !beaten));
        }
        result
    }

    /// For each mode: it may be in force, by a setting, by default or by a cap.
    fn modes(&mut self) -> Vec<Formula> {
        let model = self.model;
        let mut ways: Vec<Vec<Formula>> = vec![Vec::new(); model.modes.len()];
        let mut add = |mode: usize, way: Formula| ways.get_mut(mode).into_iter().for_each(|ways| ways.push(way));
        for (setting, may) in model.autonomy.iter().zip(self.closest(&model.autonomy)) {
            add(setting.value, may);
        }
        let certain: Vec<Formula> = model.autonomy.iter().map(|setting| self.holds(&setting.when).yes).collect();
        let certain = self.circuit.any(certain);
        add(model.default_mode, !certain);
        for cap in &model.caps {
            add(cap.value, !self.holds(&cap.when).no);
        }
        ways.into_iter().map(|ways| self.circuit.any(ways)).collect()
    }

    fn mode_parts(&mut self) -> Vec<Part> {
        let model = self.model;
        let mut parts = Vec::new();
        for (mode, may) in model.modes.iter().zip(self.modes()) {
            for (tier, (demand, at)) in mode.table.iter().enumerate() {
                let possible = self.tiers.get(tier).copied().unwrap_or(Formula::FALSE);
                let applies = self.circuit.and(may, possible);
                let name = format!("{}.{}", mode.name, model.tiers.get(tier).map_or("", String::as_str));
                parts.push(self.part(RuleKind::Mode, name, at, applies, demand, None));
            }
        }
        parts
    }

    fn band_parts(&mut self) -> Vec<Part> {
        let model = self.model;
        let mut parts = Vec::new();
        let unsure = self.failed(model.core.confidence);
        let no_intent = self.failed(model.core.intent);
        let mut any_reply = false;
        for (intent, replies) in model.intents.iter().zip(&model.replies) {
            let is = Expr::Named(model.core.intent, vec![intent.name.clone()]);
            let this = self.holds(&is).yes;
            let closest = self.closest(replies);
            let mut silent = vec![this];
            for (reply, may) in replies.iter().zip(closest) {
                any_reply = true;
                silent.push(!may);
                for (demand, within) in self.bands(&reply.value, unsure) {
                    let here = self.circuit.all([this, may, within]);
                    let applies = self.circuit.or(here, no_intent);
                    parts.push(self.part(RuleKind::Band, intent.name.clone(), &reply.at, applies, demand, None));
                }
            }
            let silent = self.circuit.all(silent);
            parts.extend(self.silence(RuleKind::Band, silent));
        }
        if !any_reply {
            parts.extend(self.silence(RuleKind::Band, no_intent));
        }
        parts
    }

    /// Each band with the condition on the confidence; every band when that is not known.
    pub(crate) fn bands<'b>(&mut self, bands: &'b crate::model::Bands, unsure: Formula) -> Vec<(&'b Demand, Formula)> {
        let confidence = self.model.core.confidence;
        let mut before = Formula::TRUE;
        let mut result = Vec::new();
        for (demand, least) in &bands.from {
            let reached = self.holds(&Expr::Number(confidence, crate::ast::Comparison::AtLeast, *least)).yes;
            let within = self.circuit.and(before, reached);
            result.push((demand, self.circuit.or(within, unsure)));
            before = self.circuit.and(before, !reached);
        }
        result.push((&bands.rest, self.circuit.or(before, unsure)));
        result
    }

    fn action_parts(&mut self) -> Vec<Part> {
        let model = self.model;
        let mut parts = Vec::new();
        let no_action = self.failed(model.core.action);
        let mut spoken_of = vec![no_action];
        for (name, settings) in &model.actions {
            let this = self.holds(&Expr::Named(model.core.action, vec![name.clone()])).yes;
            for (setting, may) in settings.iter().zip(self.closest(settings)) {
                let here = self.circuit.and(this, may);
                spoken_of.push(here);
                let applies = self.circuit.or(here, no_action);
                parts.push(self.part(RuleKind::Action, name.clone(), &setting.at, applies, &setting.value, None));
            }
        }
        let silent = !self.circuit.any(spoken_of);
        parts.extend(self.silence(RuleKind::Action, silent));
        parts
    }

    fn rule_parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        for rule in &self.model.rules {
            let applies = !self.holds(&rule.when).no;
            let limit = Model::is_limit(rule.kind).then_some(rule.name.as_str());
            parts.push(self.part(rule.kind, rule.name.clone(), &rule.at, applies, &rule.demand, limit));
        }
        parts
    }

    /// Where the policy says nothing, a person must approve.
    fn silence(&mut self, kind: RuleKind, when: Formula) -> Option<Part> {
        let demand = Demand { outcome: Outcome::Approval, release: None };
        let at = self.model.header.clone();
        (when != Formula::FALSE).then(|| self.part(kind, "nothing".to_owned(), &at, when, &demand, None))
    }

    fn part(
        &mut self,
        kind: RuleKind,
        name: String,
        at: &Location,
        applies: Formula,
        demand: &Demand,
        limit: Option<&str>,
    ) -> Part {
        let settled = self.settle(demand, limit);
        let at_least = settled.map(|one| self.circuit.and(applies, one));
        Part { kind, name, at: at.clone(), applies, at_least }
    }

    /// What a demand comes to: approvals that were given and holds that are over demand nothing.
    fn settle(&mut self, demand: &Demand, limit: Option<&str>) -> AtLeast {
        let (hold, approval) = match (demand.outcome, demand.release) {
            (Outcome::Hold, Some(release)) => {
                let (over, too_long) = match release {
                    Release::For(ms) => {
                        let over = if ms <= 0 { Formula::TRUE } else { self.held };
                        (over, Formula::when(ms > LONGEST_HOLD_MS))
                    }
                    Release::Until(hours) => self.until(hours, limit),
                };
                let approval = self.circuit.all([!over, too_long, !self.approved]);
                let waits = self.circuit.and(!over, !too_long);
                (self.circuit.or(waits, approval), approval)
            }
            (Outcome::Hold | Outcome::Approval, _) => (!self.approved, !self.approved),
            (outcome, _) => {
                let demands = Formula::when(outcome > Outcome::Approval);
                (demands, demands)
            }
        };
        let more = |outcome: Outcome| Formula::when(demand.outcome >= outcome);
        [hold, approval, more(Outcome::Off), more(Outcome::Escalate)]
    }

    /// A hold until hours: it is over; it would last too long.
    fn until(&mut self, hours: usize, limit: Option<&str>) -> (Formula, Formula) {
        let inside = self.during(hours);
        let mut too_long = vec![self.column(hours, |moment| &moment.far), self.held];
        let mut over = inside;
        if let Some(limit) = limit {
            // The bucket of a limit that is used up ends later. Of one that could not be counted nobody knows the end.
            let slot = self.model.slots.iter().position(|slot| slot.key == format!("over:{limit}"));
            let unknown = slot.map_or(Formula::FALSE, |slot| self.failed(slot));
            over = self.circuit.and(inside, unknown);
            if let Some(far) = self.domain.number(&far_key(limit)) {
                let far = self.circuit.within(far, |cell| cell == 1);
                too_long.push(self.circuit.and(far, !unknown));
            }
        }
        (over, self.circuit.any(too_long))
    }
}
