//! Claims: proved for every message there can be, or refuted by one.

use serde::Serialize;

use crate::condition::Expr;
use crate::eval;
use crate::facts::Facts;
use crate::model::{Claim, ClaimKind, Model, Scoped};
use crate::prove::circuit::{Circuit, Formula, Point};
use crate::prove::domain::{APPROVED, Domain, HELD, Topic};
use crate::prove::encode::{Encoder, Gate, Known, step};
use crate::prove::sat::{Answer, BatSat, Questions};
use crate::verdict::{Location, Outcome, Reason, Route, RuleKind};

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It holds for every message, also when facts could not be determined.
    Proved,
    /// It holds for every message whose facts are known, and not always when one could not be determined.
    ProvedWhileKnown,
    /// Its condition never holds, so it says nothing.
    Vacuous,
    /// There is a message for which it does not hold.
    False,
    /// It could not be decided with a bounded amount of work.
    Open,
    /// The evaluator does not confirm the prover's example: a defect of Remit.
    Disagreement,
}

/// A rule that a proof rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RuleName {
    /// Sort of rule; `None` for a row of the route table.
    pub kind: Option<RuleKind>,
    /// Its name, as in [`Reason::name`].
    pub name: String,
    /// Where it stands.
    pub at: Location,
}

/// A message that breaks a claim, or that shows a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The message in the words of the language: the channel, the intent, and all that is special about it.
    pub message: Vec<String>,
    /// Every fact, to be decided again.
    pub facts: Facts,
    /// What the policy decides.
    pub outcome: Outcome,
    /// The rules that decide so.
    pub deciding: Vec<Reason>,
    /// Who gets it.
    pub route: Route,
}

/// What was found about one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// The claim as written.
    pub claim: String,
    /// Where it stands.
    pub at: Location,
    /// How it stands.
    pub standing: Standing,
    /// The rules that make it true as long as all facts are known; none when no rule is needed.
    pub proved_by: Vec<RuleName>,
    /// A message for which it does not hold: with known facts when the claim is false, else one with a fact that could
    /// not be determined.
    pub counterexample: Option<Example>,
}

/// One policy as formulas, with a solver.
pub(crate) struct Subject<'d> {
    pub(crate) questions: Questions<'d>,
    pub(crate) gate: Gate,
    known: Known,
    /// The conditions of the claims: surely true, surely false.
    conditions: Vec<(Formula, Formula)>,
    approved: Formula,
    held: Formula,
    failing: bool,
}

impl<'d> Subject<'d> {
    pub(crate) fn new(model: &Model, domain: &'d Domain, failing: bool, most_conflicts: u64) -> Self {
        let mut circuit = Circuit::new(domain.sizes());
        let mut encoder = Encoder::new(&mut circuit, domain, model, 0, failing);
        let gate = encoder.gate();
        let conditions =
            model.claims.iter().map(|claim| encoder.holds(&claim.when)).map(|one| (one.yes, one.no)).collect();
        let known = encoder.known;
        let mut special = |key: &str| match domain.number(key) {
            Some(number) => {
                let yes = domain
                    .variable(number)
                    .map_or(0, |one| one.cell_of(Some(&crate::facts::Value::Yes(true))).unwrap_or(0));
                circuit.within(number, |cell| cell == yes)
            }
            None => Formula::FALSE,
        };
        let (approved, held) = (special(APPROVED), special(HELD));
        let questions = Questions::new(circuit, domain, failing, Box::new(BatSat::new(most_conflicts)));
        Self { questions, gate, known, conditions, approved, held, failing }
    }

    /// The reply has not been held for long.
    pub(crate) fn fresh(&self) -> Formula {
        !self.held
    }

    pub(crate) fn approved(&self) -> Formula {
        self.approved
    }

    /// A condition of the policy, surely true.
    pub(crate) fn condition(&mut self, model: &Model, domain: &Domain, when: &Expr) -> Formula {
        self.encode(model, domain, |encoder| encoder.holds(when).yes)
    }

    /// Conditions of the policy, surely true.
    pub(crate) fn conditions(&mut self, model: &Model, domain: &Domain, when: &[&Expr]) -> Vec<Formula> {
        self.encode(model, domain, |encoder| when.iter().map(|when| encoder.holds(when).yes).collect())
    }

    /// For each of these settings: it may be in force.
    pub(crate) fn closest<T>(&mut self, model: &Model, domain: &Domain, settings: &[Scoped<T>]) -> Vec<Formula> {
        self.encode(model, domain, |encoder| encoder.closest(settings))
    }

    /// Says more of the same policy, without saying again what was said before.
    fn encode<T>(&mut self, model: &Model, domain: &Domain, say: impl FnOnce(&mut Encoder<'_>) -> T) -> T {
        let mut encoder = Encoder::new(&mut self.questions.circuit, domain, model, 0, self.failing);
        encoder.tiers.clone_from(&self.gate.possible);
        encoder.known = std::mem::take(&mut self.known);
        let said = say(&mut encoder);
        self.known = encoder.known;
        said
    }
}

/// The order in which an example's facts are made quiet: what is most telling in an example comes last.
pub(crate) fn shrink_order(domain: &Domain) -> Vec<usize> {
    let rank = |topic: Topic| match topic {
        Topic::Special => 0,
        Topic::Script => 1,
        Topic::Switch => 2,
        Topic::Counter => 3,
        Topic::Other => 4,
        Topic::Detector => 5,
        Topic::Action => 6,
        Topic::Agent => 7,
        Topic::Moment => 8,
        Topic::Segment => 9,
        Topic::Confidence => 10,
        Topic::Channel => 11,
        Topic::Intent => 12,
    };
    let mut order: Vec<usize> = (0..domain.variables.len()).collect();
    order.sort_by_key(|number| domain.variable(*number).map_or(0, |one| rank(one.topic)));
    order
}

impl ClaimKind {
    /// What must come out, as a pair of the least and the greatest outcome.
    fn bounds(&self) -> (Outcome, Outcome) {
        match self {
            Self::NeverSend { now: false } => (Outcome::Approval, Outcome::Escalate),
            Self::NeverSend { now: true } => (Outcome::Hold, Outcome::Escalate),
            Self::Outcome { at_least: true, outcome } => (*outcome, Outcome::Escalate),
            Self::Outcome { at_least: false, outcome } => (*outcome, *outcome),
            Self::Route { .. } => (Outcome::Send, Outcome::Escalate),
        }
    }

    /// It claims no more than a least outcome.
    fn is_a_least(&self) -> bool {
        !matches!(self, Self::Route { .. }) && self.bounds().1 == Outcome::Escalate && self.bounds().0 > Outcome::Send
    }

    fn fits(&self, route: &Route) -> bool {
        match self {
            Self::Route { to_team: true, to } => route.team.as_ref() == Some(to),
            Self::Route { to_team: false, to } => route.person.as_ref() == Some(to),
            _ => true,
        }
    }

    /// An approval changes nothing about what is claimed, so that it holds with and without one.
    fn beyond_approval(&self) -> bool {
        matches!(self, Self::Route { .. }) || self.bounds().0 > Outcome::Approval
    }
}

/// Asks the evaluator itself: the condition may hold, and what is claimed does not come out.
fn violates(model: &Model, claim: &Claim, facts: &Facts) -> Option<crate::verdict::Verdict> {
    if eval::holds(model, facts, &claim.when) == Some(false) {
        return None;
    }
    let verdict = eval::decide(model, facts);
    let (least, greatest) = claim.kind.bounds();
    let fine = (least..=greatest).contains(&verdict.outcome) && claim.kind.fits(&verdict.route);
    (!fine).then_some(verdict)
}

enum Found {
    Holds,
    Breaks(Box<Example>),
    Open,
    Disagreement,
}

/// Proves or refutes the claims of a policy. `known` is the policy for facts that are known.
pub(crate) fn prove(model: &Model, known: &mut Subject<'_>, most_conflicts: u64) -> Vec<Proof> {
    let domain = known.questions.domain;
    let order = shrink_order(domain);
    let mut failing: Option<Subject<'_>> = None;
    let mut proofs = Vec::new();
    for (number, claim) in model.claims.iter().enumerate() {
        let (text, at) = (claim.text.clone(), claim.at.clone());
        // That nothing else demands too little is one question with the reasons for the answer.
        let reasons = if claim.kind.is_a_least() { known.reasons(model, number, claim) } else { None };
        let found = if reasons.is_some() { Found::Holds } else { known.ask(model, number, claim, &order) };
        let (standing, example) = match found {
            Found::Open => (Standing::Open, None),
            Found::Disagreement => (Standing::Disagreement, None),
            Found::Breaks(example) => (Standing::False, Some(*example)),
            Found::Holds if known.is_vacuous(number) => (Standing::Vacuous, None),
            Found::Holds => {
                let failing = failing.get_or_insert_with(|| Subject::new(model, domain, true, most_conflicts));
                match failing.ask(model, number, claim, &order) {
                    Found::Holds => (Standing::Proved, None),
                    Found::Open => (Standing::Open, None),
                    Found::Disagreement => (Standing::Disagreement, None),
                    Found::Breaks(example) => (Standing::ProvedWhileKnown, Some(*example)),
                }
            }
        };
        let holds = matches!(standing, Standing::Proved | Standing::ProvedWhileKnown);
        let reasons = if holds { reasons.or_else(|| known.reasons(model, number, claim)) } else { None };
        let proved_by = reasons.unwrap_or_default();
        proofs.push(Proof { claim: text, at, standing, proved_by, counterexample: example });
    }
    proofs
}

impl Subject<'_> {
    /// What a claim assumes: its condition, and for claims about what the machine does alone, that nobody approved.
    fn assumed(&self, number: usize, claim: &Claim, model: &Model) -> Vec<Formula> {
        let (_, no) = self.conditions.get(number).copied().unwrap_or((Formula::FALSE, Formula::TRUE));
        let mut assumed = vec![!no];
        let asks = |slot: &usize| model.slots.get(*slot).is_some_and(|slot| slot.key == APPROVED);
        if !claim.kind.beyond_approval() && !reads(&claim.when, &asks) {
            assumed.push(!self.approved);
        }
        // A long hold is over at some time. To say that nothing is sent, that time counts too.
        if claim.kind.bounds() != (Outcome::Approval, Outcome::Escalate) {
            assumed.push(self.fresh());
        }
        assumed
    }

    /// All the ways in which the claim can be broken.
    fn broken(&mut self, model: &Model, claim: &Claim) -> Formula {
        let (least, greatest) = claim.kind.bounds();
        let at_least = |outcome: Outcome| step(outcome).and_then(|step| self.gate.at_least.get(step).copied());
        let mut ways = Vec::new();
        ways.extend(at_least(least).map(|enough| !enough));
        let next = Outcome::ALL.into_iter().find(|outcome| *outcome > greatest);
        ways.extend(next.and_then(at_least));
        if matches!(claim.kind, ClaimKind::Route { .. }) {
            let routes = model.routes.iter().map(|(_, route)| route).chain([&model.otherwise]);
            ways.extend(
                routes.zip(&self.gate.taken).filter(|(route, _)| !claim.kind.fits(route)).map(|(_, taken)| *taken),
            );
        }
        self.questions.circuit.any(ways)
    }

    fn ask(&mut self, model: &Model, number: usize, claim: &Claim, order: &[usize]) -> Found {
        let mut assumed = self.assumed(number, claim, model);
        assumed.push(self.broken(model, claim));
        match self.questions.possible(&assumed) {
            Answer::Impossible => Found::Holds,
            Answer::Open => Found::Open,
            Answer::Possible => {
                let Some(point) = self.questions.quietest(&assumed, order) else { return Found::Open };
                match example(self.questions.domain, &point, |facts| violates(model, claim, facts)) {
                    Some(example) => Found::Breaks(Box::new(example)),
                    // The evaluator is right by definition; this must be seen, and never pass for a proof.
                    None => Found::Disagreement,
                }
            }
        }
    }

    fn is_vacuous(&mut self, number: usize) -> bool {
        let (yes, _) = self.conditions.get(number).copied().unwrap_or((Formula::FALSE, Formula::TRUE));
        self.questions.possible(&[yes]) == Answer::Impossible
    }

    /// The rules without which the claim would not hold; `None` when they are not enough, or it is too hard to say.
    fn reasons(&mut self, model: &Model, number: usize, claim: &Claim) -> Option<Vec<RuleName>> {
        let assumed = self.assumed(number, claim, model);
        let mut names: Vec<RuleName> = if matches!(claim.kind, ClaimKind::Route { .. }) {
            let rows: Vec<_> =
                model.routes.iter().zip(&self.gate.rows).filter(|((_, route), _)| claim.kind.fits(route)).collect();
            let missed: Vec<Formula> = rows.iter().map(|(_, fits)| !**fits).collect();
            let core = self.questions.why_not(&assumed, &missed)?;
            let row = |number: usize| rows.get(number).map(|((_, route), _)| route);
            core.into_iter()
                .filter_map(row)
                .map(|route| RuleName { kind: None, name: route.row.clone(), at: route.at.clone() })
                .collect()
        } else {
            let step = step(claim.kind.bounds().0)?;
            let parts: Vec<(usize, Formula)> = self
                .gate
                .parts
                .iter()
                .enumerate()
                .filter_map(|(number, part)| Some((number, *part.at_least.get(step)?)))
                .filter(|(_, demands)| *demands != Formula::FALSE)
                .collect();
            let silent: Vec<Formula> = parts.iter().map(|(_, demands)| !*demands).collect();
            let core = self.questions.why_not(&assumed, &silent)?;
            let part = |place: usize| parts.get(place).and_then(|(number, _)| self.gate.parts.get(*number));
            core.into_iter()
                .filter_map(part)
                .map(|part| RuleName { kind: Some(part.kind), name: part.name.clone(), at: part.at.clone() })
                .collect()
        };
        names.sort();
        names.dedup();
        Some(names)
    }
}

/// An example from a point, if the evaluator confirms it.
pub(crate) fn example(
    domain: &Domain,
    point: &Point,
    confirm: impl FnOnce(&Facts) -> Option<crate::verdict::Verdict>,
) -> Option<Example> {
    let facts = domain.facts(point);
    let verdict = confirm(&facts)?;
    let message = domain.message(point);
    Some(Example { message, facts, outcome: verdict.outcome, deciding: verdict.deciding, route: verdict.route })
}

/// Whether a condition reads a slot for which `asks` says so.
pub(crate) fn reads(when: &Expr, asks: &impl Fn(&usize) -> bool) -> bool {
    match when {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(|part| reads(part, asks)),
        Expr::Not(inner) => reads(inner, asks),
        Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..) => asks(slot),
        Expr::During(_) | Expr::Tier(_) => false,
    }
}
