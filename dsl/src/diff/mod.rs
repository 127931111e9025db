//! What a change of a policy means: exactly which messages are decided otherwise, told in the facts that people think in.
//!
//! Both versions become formulas over the same cells. Where the formulas are the same nothing changed, however the text
//! was moved about. Else a decision diagram of both outcomes gives the messages that changed; without one (it can be too
//! large) the solver answers the same questions less finely, and the result says so.
//!
//! What detectors, scripts, hours and limits are made of is not in the formulas: such changes are items of their own.

mod boxes;
mod items;
mod regions;
pub mod render;
mod routes;
#[cfg(test)]
mod tests;
mod unless;

use serde::Serialize;

use crate::facts::Facts;
use crate::model::Model;
use crate::policy::Policy;
use crate::prove::circuit::{Circuit, Formula, Point};
use crate::prove::domain::{APPROVED, Domain, HELD, Variable};
use crate::prove::encode::{Encoder, Gate};
use crate::prove::sat::{BatSat, MOST_CONFLICTS, Questions};
use crate::verdict::{Location, Outcome, Reason, Route};

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The new outcome is freer.
    Freer,
    /// The new outcome is more careful.
    Stricter,
    /// Neither: other people, other words, other times.
    Sideways,
    /// It cannot be told from the rules: what a detector, a script, hours or a limit is made of has changed.
    Unknown,
}

impl Direction {
    /// The word used in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Freer => "freer",
            Self::Stricter => "stricter",
            Self::Sideways => "sideways",
            Self::Unknown => "unknown",
        }
    }

    fn of(from: Outcome, to: Outcome) -> Self {
        match to.cmp(&from) {
            std::cmp::Ordering::Less => Self::Freer,
            std::cmp::Ordering::Greater => Self::Stricter,
            std::cmp::Ordering::Equal => Self::Sideways,
        }
    }
}

/// What one version decides about an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The outcome.
    pub outcome: Outcome,
    /// The rules that decide so, with their places.
    pub deciding: Vec<Reason>,
    /// Who gets it.
    pub route: Route,
}

/// A message that is decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedExample {
    /// The message in the words of the language.
    pub message: Vec<String>,
    /// Every fact, to be decided again by either version.
    pub facts: Facts,
    /// What the old version decides.
    pub old: Side,
    /// What the new version decides.
    pub new: Side,
}

/// Messages whose outcome changes in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    /// Which way.
    pub direction: Direction,
    /// The old outcome.
    pub from: Outcome,
    /// The new outcome.
    pub to: Outcome,
    /// Where, in channel, AI agent, segment, intent, action and confidence. Every one of these must hold; none means
    /// that it happens wherever nothing else prevents it.
    pub when: Vec<String>,
    /// What prevents the change where it applies, by name.
    pub unless: Vec<String>,
    /// It happens only when a fact could not be determined.
    pub when_facts_fail: bool,
    /// Every combination that `when` allows has such messages. Else it is a hull: the messages are inside.
    pub exact: bool,
    /// The plainest such message.
    pub example: ChangedExample,
    /// The scope facts and the cells in which `when` allows them; none where facts fail.
    #[serde(skip)]
    inside: Vec<(Variable, Vec<usize>)>,
}

impl Region {
    /// The message lies where this region is: everything in `when` holds of it, or could not be determined. It belongs to
    /// the region if the old version decides `from` and the new one `to`.
    pub fn covers(&self, facts: &Facts) -> bool {
        self.inside.iter().all(|(variable, cells)| {
            let cell = variable.cell_of(facts.value(&variable.key));
            cell.is_some_and(|cell| cells.contains(&cell) || Some(cell) == variable.failed)
        })
    }
}

/// Messages that go to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteChange {
    /// The old row and where it leads.
    pub from: Route,
    /// The new row and where it leads.
    pub to: Route,
    /// It happens only when a fact could not be determined.
    pub when_facts_fail: bool,
    /// The plainest such message.
    pub example: ChangedExample,
}

/// Something that has a name and is no outcome: a detector, a script, hours, a limit, a pause, an intent's examples.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Item {
    /// What it is, such as `detector`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Which way.
    pub direction: Direction,
    /// What it was; `None` for something new.
    pub old: Option<String>,
    /// What it is; `None` for something that is gone.
    pub new: Option<String>,
}

/// The engine that found the regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// The formulas are the same: nothing had to be looked for.
    Same,
    /// A decision diagram: regions are exact.
    Diagram,
    /// The solver alone, because the diagram would be too large: regions are hulls.
    Solver,
}

/// Everything that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Digest of the old version.
    pub old_digest: String,
    /// Digest of the new version.
    pub new_digest: String,
    /// Messages whose outcome changes, the freest change first.
    pub regions: Vec<Region>,
    /// Messages that go to somebody else.
    pub routes: Vec<RouteChange>,
    /// What else changed.
    pub items: Vec<Item>,
    /// How the regions were found.
    pub engine: Engine,
    /// A question was too hard: there may be more changes than are listed.
    pub incomplete: bool,
}

impl Diff {
    /// Nothing is different that anybody could notice.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty() && self.routes.is_empty() && self.items.is_empty() && !self.incomplete
    }

    /// The number of the region of a message that the old version decides as `from` and the new one as `to`.
    pub fn region_of(&self, facts: &Facts, from: Outcome, to: Outcome) -> Option<usize> {
        self.regions.iter().position(|one| (one.from, one.to) == (from, to) && one.covers(facts))
    }

    /// Some message may leave more freely than before: a region says so, or it cannot be told from the rules.
    pub fn may_be_freer(&self) -> bool {
        let freer = |direction: Direction| matches!(direction, Direction::Freer | Direction::Unknown);
        self.incomplete
            || self.regions.iter().any(|region| freer(region.direction))
            || self.items.iter().any(|item| freer(item.direction))
    }
}

/// Nodes that the decision diagram of a comparison may have. A hundred entangled rules take 150,000 to 200,000; who has more waits
/// no longer than a tenth of a second for being told hulls.
const MOST_NODES: usize = 200_000;

/// Compares two versions of a policy.
pub fn diff(old: &Policy, new: &Policy) -> Diff {
    diff_within(old, new, MOST_NODES)
}

/// The same with a bound on the nodes of the decision diagram.
pub fn diff_within(old: &Policy, new: &Policy, most_nodes: usize) -> Diff {
    let both = Both::new(&old.model, &new.model);
    let mut known = Joint::new(&both, false);
    let mut failing = Joint::new(&both, true);
    let found = regions::regions(&both, &mut known, &mut failing, most_nodes);
    let (routes, incomplete) = routes::routes(&both, &mut known, &mut failing);
    let mut items = items::items(&old.model, &new.model);
    items.extend(items::settings(&both, &mut failing));
    items.sort();
    Diff {
        old_digest: old.digest().to_owned(),
        new_digest: new.digest().to_owned(),
        regions: found.regions,
        routes,
        items,
        engine: found.engine,
        incomplete: incomplete || found.incomplete || known.questions.gave_up || failing.questions.gave_up,
    }
}

/// What changed of the things that have a name and are no rule: detectors, scripts, limits, hours, examples and so on.
/// Without a proof, and so at once.
pub fn things(old: &Policy, new: &Policy) -> Vec<Item> {
    items::items(&old.model, &new.model)
}

/// Two versions over the same cells.
pub(crate) struct Both<'m> {
    pub(crate) old: &'m Model,
    pub(crate) new: &'m Model,
    pub(crate) domain: Domain,
}

impl<'m> Both<'m> {
    pub(crate) fn new(old: &'m Model, new: &'m Model) -> Self {
        Self { old, new, domain: Domain::new(&[old, new]) }
    }

    /// Variables in whose words a difference is told; they come first.
    fn scope_variables(&self) -> usize {
        self.domain.variables.iter().take_while(|variable| variable.topic.is_scope()).count()
    }

    /// Both versions decide the example.
    pub(crate) fn example(&self, point: &Point) -> ChangedExample {
        self.example_of(self.domain.message(point), self.domain.facts(point))
    }

    /// Both versions decide these facts, told in these words.
    pub(crate) fn example_of(&self, message: Vec<String>, facts: Facts) -> ChangedExample {
        let side = |model: &Model| {
            let verdict = crate::eval::decide(model, &facts);
            Side { outcome: verdict.outcome, deciding: verdict.deciding, route: verdict.route }
        };
        let (old, new) = (side(self.old), side(self.new));
        ChangedExample { message, old, new, facts }
    }
}

/// Two versions as formulas of one circuit.
pub(crate) struct Joint<'d> {
    pub(crate) questions: Questions<'d>,
    pub(crate) old: Gate,
    pub(crate) new: Gate,
    /// The reply was not held before: the gate when the draft is ready.
    pub(crate) fresh: Formula,
    /// Nobody has approved it.
    unapproved: Formula,
    /// Some fact could not be determined.
    some_failed: Formula,
}

impl<'d> Joint<'d> {
    pub(crate) fn new(both: &'d Both<'_>, failing: bool) -> Self {
        let mut circuit = Circuit::new(both.domain.sizes());
        let old = Encoder::new(&mut circuit, &both.domain, both.old, 0, failing).gate();
        let new = Encoder::new(&mut circuit, &both.domain, both.new, 1, failing).gate();
        let mut yes = |key: &str| match both.domain.number(key) {
            Some(number) => circuit.within(number, |cell| cell == 1),
            None => Formula::FALSE,
        };
        let (held, approved) = (yes(HELD), yes(APPROVED));
        let failed: Vec<Formula> = both
            .domain
            .variables
            .iter()
            .enumerate()
            .filter_map(|(number, variable)| Some((number, variable.failed.filter(|_| variable.cells.len() > 1)?)))
            .map(|(number, failed)| circuit.within(number, |cell| cell == failed))
            .collect();
        let some_failed = circuit.any(failed);
        let questions = Questions::new(circuit, &both.domain, failing, Box::new(BatSat::new(MOST_CONFLICTS)));
        Self { questions, old, new, fresh: !held, unapproved: !approved, some_failed }
    }

    /// The old and the new version come to exactly these outcomes.
    fn changes(&mut self, from: Outcome, to: Outcome) -> Formula {
        let exactly = |at_least: &[Formula; 4], outcome: Outcome| {
            let reached = crate::prove::encode::step(outcome).and_then(|step| at_least.get(step).copied());
            let more = at_least.get(outcome as usize).map(|next| !*next);
            [reached.unwrap_or(Formula::TRUE), more.unwrap_or(Formula::TRUE)]
        };
        let (old, new) = (exactly(&self.old.at_least, from), exactly(&self.new.at_least, to));
        self.questions.circuit.all(old.into_iter().chain(new))
    }
}

/// A place as it is written in reports.
fn place(at: &Location) -> String {
    format!("{}:{}", at.file, at.line)
}
