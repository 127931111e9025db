//! Findings that need a proof: conditions that never hold, rules that never decide, rows and thresholds that are never
//! reached. Only the root file's own rules are judged: what an import brings serves other policies too.
//!
//! Most rules show by one cheap example that they are of use. The solver is asked about the rest.

use std::collections::{BTreeMap, HashMap};

use crate::ast::{At, Cond, Item, ItemKind};
use crate::check::Annotations;
use crate::condition::Expr;
use crate::load::{File, Role};
use crate::model::Model;
use crate::prove::aim::Aim;
use crate::prove::circuit::{Formula, Point};
use crate::prove::claims::Subject;
use crate::prove::domain::Domain;
use crate::prove::encode::{Gate, Part, step};
use crate::prove::needless::counts;
use crate::prove::sat::Answer;
use crate::source::Finding;
use crate::verdict::{Outcome, RuleKind};

/// Rules that a finding names; of more it says how many.
const MOST_NAMED: usize = 6;

/// A rule of the root file that may never decide.
pub(super) struct Rule<'m> {
    pub(super) name: String,
    pub(super) at: At,
    /// Number among the gate's parts.
    pub(super) part: usize,
    pub(super) when: &'m Expr,
    pub(super) backstop: bool,
}

pub(crate) fn lints<'d>(
    model: &'d Model,
    files: &[File],
    annotations: &BTreeMap<At, Annotations>,
    before: &[Finding],
    subject: Subject<'d>,
    aim: &'d Aim<'d>,
) -> Vec<Finding> {
    let Some(root) = files.iter().find(|file| file.role == Role::Root) else { return Vec::new() };
    let said = before.iter().map(|finding| (finding.code, finding.order().0)).collect();
    let rules = rules(model, &subject.gate, root, annotations);
    let mut lints = Lints { model, domain: subject.questions.domain, subject, aim, said, found: Vec::new() };
    lints.conditions(root, files);
    lints.never_decides(&rules);
    lints.rows(root);
    lints.thresholds(root);
    lints.found
}

pub(super) struct Lints<'d> {
    pub(super) model: &'d Model,
    pub(super) domain: &'d Domain,
    pub(super) subject: Subject<'d>,
    pub(super) aim: &'d Aim<'d>,
    /// Codes and places of findings that were there before.
    said: Vec<(&'static str, At)>,
    pub(super) found: Vec<Finding>,
}

fn rules<'m>(model: &'m Model, gate: &Gate, root: &File, annotations: &BTreeMap<At, Annotations>) -> Vec<Rule<'m>> {
    let parts = gate.rules_from(model)..;
    let known: BTreeMap<(RuleKind, &str), (usize, &'m Expr)> = model
        .rules
        .iter()
        .zip(parts)
        .map(|(rule, part)| ((rule.kind, rule.name.as_str()), (part, &rule.when)))
        .collect();
    let one = |item: &Item| {
        let (kind, name) = match &item.kind {
            ItemKind::Guard { name, .. } => (RuleKind::Guard, name),
            ItemKind::Limit { name, .. } => (RuleKind::Limit, name),
            ItemKind::Switch { name, .. } => (RuleKind::Switch, name),
            _ => return None,
        };
        let (part, when) = *known.get(&(kind, name.text.as_str()))?;
        let backstop = annotations.get(&item.at).is_some_and(|all| all.tags.backstop);
        Some(Rule { name: name.text.clone(), at: name.at, part, when, backstop })
    };
    root.tree.items.iter().filter_map(one).collect()
}

/// From the first to the last word of a condition.
fn span(cond: &Cond) -> Option<At> {
    let join = |parts: &mut dyn Iterator<Item = At>| {
        parts.reduce(|a, b| At { file: a.file, start: a.start.min(b.start), end: a.end.max(b.end) })
    };
    match cond {
        Cond::All(parts) | Cond::Any(parts) => join(&mut parts.iter().filter_map(span)),
        Cond::Not(inner) => span(inner),
        Cond::Detects { names, .. } | Cond::Member(names) => join(&mut names.iter().map(|name| name.at)),
        Cond::During { hours: word, .. } | Cond::Over(word) | Cond::Switch(word) | Cond::Truth(word) => Some(word.at),
        Cond::Script { name, compare } => {
            join(&mut [Some(name.at), compare.as_ref().map(|(_, number)| number.at)].into_iter().flatten())
        }
        Cond::Certified { name, most } => join(&mut [name.at, most.at].into_iter()),
        Cond::Is { path, name, .. } | Cond::CompareName { path, name, .. } => join(&mut [path.at, name.at].into_iter()),
        Cond::In { path, names } => join(&mut names.iter().map(|name| name.at).chain([path.at])),
        Cond::CompareNumber { path, number, currency, .. } => {
            let ends = [Some(path.at), Some(number.at), currency.as_ref().map(|word| word.at)];
            join(&mut ends.into_iter().flatten())
        }
    }
}

impl Lints<'_> {
    /// The form of the text alone has shown it already.
    pub(super) fn is_said(&self, code: &str, at: At) -> bool {
        let touches = |other: &At| other.file == at.file && other.start < at.end && at.start < other.end;
        self.said.iter().any(|(said, place)| *said == code && touches(place))
    }

    fn may(&mut self, formulas: &[Formula]) -> bool {
        self.subject.questions.possible(formulas) != Answer::Impossible
    }

    fn truth(&mut self, when: &Expr) -> Formula {
        self.subject.condition(self.model, self.domain, when)
    }

    /// R0201: every condition of the root file, in the order in which the model has them.
    fn conditions(&mut self, root: &File, files: &[File]) {
        let mut risk = 0;
        let mut pauses = 0;
        let mut asked: Vec<(&Cond, &Expr)> = Vec::new();
        for file in files {
            let own = file.role == Role::Root;
            for item in &file.tree.items {
                match &item.kind {
                    ItemKind::Risk(rows) => {
                        for (_, cond, _) in rows {
                            let when = self.model.risk.get(risk).map(|(_, when, _)| when);
                            asked.extend(when.filter(|_| own).map(|when| (cond, when)));
                            risk += 1;
                        }
                    }
                    ItemKind::Pause { when: cond, .. } => {
                        let pause = self.model.pauses.get(pauses).map(|pause| &pause.when);
                        asked.extend(pause.filter(|_| own).map(|when| (cond, when)));
                        pauses += 1;
                    }
                    _ => {}
                }
            }
        }
        let guards = self.model.rules.iter().filter(|rule| rule.kind == RuleKind::Guard);
        let guards: HashMap<&str, &Expr> = guards.map(|rule| (rule.name.as_str(), &rule.when)).collect();
        for item in &root.tree.items {
            match &item.kind {
                ItemKind::Guard { name, when: cond, .. } => {
                    asked.extend(guards.get(name.text.as_str()).map(|when| (cond, *when)));
                }
                ItemKind::Route { rows, .. } => {
                    asked.extend(rows.iter().zip(&self.model.routes).map(|((_, _, cond), (when, _))| (cond, when)));
                }
                _ => {}
            }
        }
        // Of a condition with "or" each side is asked about.
        let sides: Vec<(&Cond, &Expr)> = asked
            .iter()
            .filter_map(|(cond, when)| match (cond, when) {
                (Cond::Any(conds), Expr::Any(exprs)) if conds.len() == exprs.len() => Some(conds.iter().zip(exprs)),
                _ => None,
            })
            .flatten()
            .collect();
        asked.extend(sides);
        // One example each, 64 at a time; what no example shows is asked.
        let aim = self.aim;
        let quiet = self.domain.quiet_point();
        let exprs: Vec<&Expr> = asked.iter().map(|(_, when)| *when).collect();
        let truths = self.subject.conditions(self.model, self.domain, &exprs);
        let mut open = Vec::new();
        for (chunk, numbers) in truths.chunks(64).zip((0..truths.len()).collect::<Vec<_>>().chunks(64)) {
            let aimed = |number: &usize| asked.get(*number).map(|(_, when)| aim.at(&quiet, when));
            let points: Vec<Point> = numbers.iter().filter_map(aimed).collect();
            let lanes = self.subject.questions.circuit.simulate(&points);
            for (lane, (truth, number)) in chunk.iter().zip(numbers).enumerate() {
                if lanes.of(*truth) >> lane & 1 == 0 {
                    open.push(*number);
                }
            }
        }
        for number in open {
            if let Some((cond, when)) = asked.get(number).copied() {
                self.impossible(cond, when);
            }
        }
    }

    fn impossible(&mut self, cond: &Cond, when: &Expr) {
        let truth = self.truth(when);
        if span(cond).is_some_and(|at| self.is_said("R0201", at)) || self.may(&[truth]) {
            return;
        }
        let (conds, exprs): (&[Cond], &[Expr]) = match (cond, when) {
            (Cond::All(conds), Expr::All(exprs)) if conds.len() == exprs.len() => (conds, exprs),
            _ => (std::slice::from_ref(cond), std::slice::from_ref(when)),
        };
        let parts: Vec<Formula> = exprs.iter().map(|part| self.truth(part)).collect();
        let core = self.subject.questions.why_not(&[], &parts).unwrap_or_default();
        let places: Vec<At> = core.iter().filter_map(|number| conds.get(*number)).filter_map(span).collect();
        let Some(first) = places.first().copied().or_else(|| span(cond)) else { return };
        let message = match places.len() {
            0 | 1 => "this can never be so",
            _ => "these can never be so at the same time",
        };
        let mut finding =
            Finding::new("R0201", first, message).hint("the rule has no effect: correct it, or remove it");
        for place in places.iter().skip(1) {
            finding = finding.label(*place, "and this");
        }
        self.found.push(finding);
    }

    /// R0205: a row that only fits where an earlier one does.
    fn rows(&mut self, root: &File) {
        for item in &root.tree.items {
            let ItemKind::Route { rows, .. } = &item.kind else { continue };
            for (number, (name, ..)) in rows.iter().enumerate() {
                let fits = self.subject.gate.rows.clone();
                let Some(this) = fits.get(number).copied() else { continue };
                let taken = self.subject.gate.taken.get(number).copied().unwrap_or(this);
                if self.is_said("R0205", name.at) || self.may(&[taken]) || !self.may(&[this]) {
                    continue;
                }
                let before: Vec<Formula> = fits.iter().take(number).map(|fits| !*fits).collect();
                let core = self.subject.questions.why_not(&[this], &before).unwrap_or_default();
                let blocking: Vec<_> = core.iter().filter_map(|number| rows.get(*number)).collect();
                let names = blocking.iter().map(|(name, ..)| format!("`{}`", name.text)).collect();
                let message = format!("the row `{}` is never reached", name.text);
                let mut finding = Finding::new("R0205", name.at, message)
                    .hint(format!("every message that fits it fits {} before it", joined(names)));
                for (name, ..) in blocking {
                    finding = finding.label(name.at, "fits first");
                }
                self.found.push(finding);
            }
        }
    }

    /// R0207: a threshold on both sides of which the same comes out.
    fn thresholds(&mut self, root: &File) {
        for item in &root.tree.items {
            let ItemKind::Intent { name, replies, .. } = &item.kind else { continue };
            let Some(intent) = self.model.intents.iter().position(|one| one.name == name.text) else { continue };
            let Some(lines) = self.model.replies.get(intent) else { continue };
            let closest = self.subject.closest(self.model, self.domain, lines);
            let is = Expr::Named(self.model.core.intent, vec![name.text.clone()]);
            let this = self.truth(&is);
            for ((reply, line), may) in replies.iter().zip(lines).zip(closest) {
                let demands: Vec<Outcome> = line.value.from.iter().map(|(demand, _)| demand.outcome).collect();
                for (number, (_, least)) in line.value.from.iter().enumerate() {
                    let below = demands.get(number + 1).copied().unwrap_or(line.value.rest.outcome);
                    let above = demands.get(number).copied().unwrap_or(below);
                    let at = reply.bands.get(number).and_then(|(_, least)| *least).map_or(reply.at, |least| least.at);
                    if *least <= 0 || above >= below || self.is_said("R0207", at) {
                        continue; // equal or falling outcomes are the author's own words
                    }
                    self.threshold(this, may, below, at, &name.text);
                }
            }
        }
    }

    fn threshold(&mut self, this: Formula, may: Formula, below: Outcome, at: At, intent: &str) {
        let Some(step) = step(below) else { return };
        let parts: Vec<(usize, Formula)> = self
            .subject
            .gate
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.kind != RuleKind::Band && counts(self.model, part))
            .filter_map(|(number, part)| Some((number, *part.at_least.get(step)?)))
            .collect();
        let silent: Vec<Formula> = parts.iter().map(|(_, demands)| !*demands).collect();
        let fixed = [this, may, self.subject.fresh(), !self.subject.approved()];
        let Some(core) = self.subject.questions.why_not(&fixed, &silent) else { return };
        if core.is_empty() {
            return; // the reply itself is never in force
        }
        let names = core
            .iter()
            .filter_map(|place| parts.get(*place))
            .filter_map(|(number, _)| self.subject.gate.parts.get(*number));
        let names = joined(names.map(called).collect());
        let message = format!("this threshold of `{intent}` changes nothing");
        self.found.push(
            Finding::new("R0207", at, message)
                .hint(format!("`{below}` or more is always demanded by {names}, on both sides of it")),
        );
    }
}

/// A rule as it is named in findings.
pub(super) fn called(part: &Part) -> String {
    match part.kind {
        RuleKind::Guard | RuleKind::Standard => format!("guard `{}`", part.name),
        RuleKind::Limit => format!("limit `{}`", part.name),
        RuleKind::Switch => format!("switch `{}`", part.name),
        RuleKind::Band => format!("the reply of `{}`", part.name),
        RuleKind::Action => format!("the action `{}`", part.name),
        RuleKind::Mode => format!("mode `{}`", part.name.split_once('.').map_or(part.name.as_str(), |(mode, _)| mode)),
    }
}

pub(super) fn joined(mut names: Vec<String>) -> String {
    names.sort();
    names.dedup();
    if names.len() > MOST_NAMED {
        let more = names.len() - MOST_NAMED;
        names.truncate(MOST_NAMED);
        names.push(format!("{more} more"));
    }
    match names.pop() {
        None => String::new(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}
