//! Which faults the tests of a policy would notice.
//!
//! Each mutant is the policy with one small fault in its root file: a rule dropped, an outcome swapped, a threshold
//! shifted, a condition turned round. Whether it decides anything otherwise is proved, so that mutants that change
//! nothing are not held against the tests; and where it does, the proof gives a message on which it does: the test that
//! is missing.

use serde::Serialize;

use super::location;
use super::spoken::{speakable, spoken};
use crate::diff::{Both, ChangedExample, Joint};
use crate::model::Model;
use crate::parse::{Fault, Sort, faults};
use crate::prove::claims::{Standing, Subject, prove, shrink_order};
use crate::prove::sat::{Answer, MOST_CONFLICTS};
use crate::testing;
use crate::verdict::{Location, Verdict};
use crate::{Diagnostic, Read};

/// What sort of fault a mutant has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A rule or a row is not there, or demands nothing.
    DroppedRule,
    /// Another outcome, tier or mode.
    SwappedOutcome,
    /// A number a little lower or higher.
    ShiftedThreshold,
    /// `is` and `is not`, `>=` and `<`, with and without `not`.
    FlippedCondition,
}

impl FaultKind {
    /// The words used in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DroppedRule => "dropped rule",
            Self::SwappedOutcome => "swapped outcome",
            Self::ShiftedThreshold => "shifted threshold",
            Self::FlippedCondition => "flipped condition",
        }
    }
}

/// One fault in the text of a root file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutation {
    /// Sort of fault.
    pub kind: FaultKind,
    /// The rule, such as `guard unsure`.
    pub rule: String,
    /// Where it stands.
    pub at: Location,
    /// What is written there.
    pub was: String,
    /// What the mutant has instead; empty where it has nothing.
    pub is: String,
    #[serde(skip)]
    fault: Fault,
}

impl Mutation {
    /// The text with this fault. The lines stay where they are.
    pub fn apply(&self, text: &str) -> String {
        let Fault { start, end, text: instead, .. } = &self.fault;
        format!("{}{instead}{}", text.get(..*start).unwrap_or(""), text.get(*end..).unwrap_or(""))
    }

    /// What was changed, in words.
    pub fn words(&self) -> String {
        match (self.kind, self.is.is_empty()) {
            (_, true) => format!("{} dropped", self.rule),
            (FaultKind::DroppedRule, false) => format!("{} demands nothing", self.rule),
            _ => format!("{}: `{}` -> `{}`", self.rule, self.was, self.is),
        }
    }
}

/// Every fault of a text. Not every one leaves a policy that checks.
pub fn mutations(root: &str, text: &str) -> Vec<Mutation> {
    let kind = |sort: Sort| match sort {
        Sort::Dropped => FaultKind::DroppedRule,
        Sort::Outcome => FaultKind::SwappedOutcome,
        Sort::Threshold => FaultKind::ShiftedThreshold,
        Sort::Condition => FaultKind::FlippedCondition,
    };
    let mutation = |fault: Fault| Mutation {
        kind: kind(fault.sort),
        rule: fault.rule.clone(),
        at: location(root, text, fault.start),
        was: fault.was.clone(),
        is: fault.is.clone(),
        fault,
    };
    faults(text).into_iter().map(mutation).collect()
}

/// The test that a survivor shows to be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingTest {
    /// A message that the policy and the mutant decide differently, and what each decides.
    pub example: ChangedExample,
    /// A test that passes and fails on the mutant, ready to be pasted. `None` when no case can give the message,
    /// because it takes what a script returns.
    pub test: Option<String>,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fate")]
pub enum Fate {
    /// A case fails on it.
    KilledByCase {
        /// The case.
        case: String,
    },
    /// A claim is false of it, so that it would not be put in force.
    RefusedByClaim {
        /// The claim as written.
        claim: String,
    },
    /// Every message with known facts is decided and routed as before, as is proved.
    Equivalent {
        /// It differs when facts could not be determined, which no case can give.
        only_known_facts: bool,
    },
    /// No case and no claim notices it.
    Survived {
        /// What would.
        missing: Box<MissingTest>,
    },
    /// Whether it differs could not be decided with a bounded amount of work. It counts as a survivor.
    Open,
}

/// One mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// The fault.
    #[serde(flatten)]
    pub mutation: Mutation,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// All mutants of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MutantReport {
    /// Those that check apart from their claims, in the order of the file.
    pub mutants: Vec<Mutant>,
    /// Faults that the checker refuses by itself; they are not counted.
    pub refused: usize,
}

impl MutantReport {
    /// How many have this fate.
    pub fn count(&self, fate: impl Fn(&Fate) -> bool) -> usize {
        self.mutants.iter().filter(|mutant| fate(&mutant.fate)).count()
    }

    /// How many a case or a claim notices.
    pub fn killed(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::KilledByCase { .. } | Fate::RefusedByClaim { .. }))
    }

    /// How many differ at all for messages that a case can give.
    pub fn counted(&self) -> usize {
        self.count(|fate| !matches!(fate, Fate::Equivalent { .. }))
    }

    /// In percent, rounded down; 100 without mutants.
    pub fn percent(&self) -> usize {
        (self.killed() * 100).checked_div(self.counted()).unwrap_or(100)
    }

    /// Those that nothing notices.
    pub fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| matches!(mutant.fate, Fate::Survived { .. } | Fate::Open))
    }
}

/// Makes every mutant of a policy and tells its fate. `progress` is told how many of how many are done.
///
/// # Errors
/// The errors of the policy itself.
pub fn mutants(
    root: &str,
    read: &Read<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<MutantReport, Vec<Diagnostic>> {
    let original = crate::check::model(root, read)?;
    let text = original.files.get(root).cloned().unwrap_or_default();
    let mutations = mutations(root, &text);
    let all = mutations.len();
    let mut report = MutantReport::default();
    for (number, mutation) in mutations.into_iter().enumerate() {
        progress(number, all);
        let faulty = mutation.apply(&text);
        let with = |path: &str| if path == root { Ok(faulty.clone()) } else { read(path) };
        // A name that is gone may be asked for by a case, which then fails.
        match crate::check::model(root, &with) {
            Ok(mutant) => report.mutants.push(Mutant { fate: fate(&original, &mutant), mutation }),
            Err(errors) => match named_by_case(&original, &errors) {
                Some(case) => report.mutants.push(Mutant { mutation, fate: Fate::KilledByCase { case } }),
                None => report.refused += 1,
            },
        }
    }
    progress(all, all);
    Ok(report)
}

/// All errors are that a case names what is not there any more.
fn named_by_case(original: &Model, errors: &[Diagnostic]) -> Option<String> {
    let case_at = |line: u32| original.cases.iter().rev().find(|case| case.at.line <= line);
    let names = |error: &&Diagnostic| {
        let test = error.rule.as_deref().is_some_and(|rule| rule.starts_with("test") || rule.starts_with("cases"));
        error.code == "R0102" && error.at.file == original.root && test
    };
    if errors.is_empty() || !errors.iter().all(|error| names(&error)) {
        return None;
    }
    errors.first().and_then(|error| case_at(error.at.line)).map(|case| case.name.clone())
}

fn fate(original: &Model, mutant: &Model) -> Fate {
    // The cases are those of the original, which say what is right.
    if let Some(case) = testing::run(mutant, None).cases.into_iter().find(|case| !case.passed) {
        return Fate::KilledByCase { case: case.name };
    }
    let both = Both::new(original, mutant);
    let mut known = Joint::new(&both, false);
    let changes = differs(&both, &mut known);
    match known.questions.possible(&[changes, known.fresh]) {
        Answer::Open => return Fate::Open,
        Answer::Impossible => return Fate::Equivalent { only_known_facts: differs_on_failure(&both) },
        Answer::Possible => {}
    }
    if let Some(claim) = broken_claim(mutant) {
        return Fate::RefusedByClaim { claim };
    }
    missing(original, &both).map_or(Fate::Open, |missing| Fate::Survived { missing: Box::new(missing) })
}

/// Another outcome, or somebody else who gets it.
fn differs(both: &Both<'_>, joint: &mut Joint<'_>) -> crate::prove::circuit::Formula {
    let mut ways = Vec::new();
    for (old, new) in joint.old.at_least.into_iter().zip(joint.new.at_least) {
        ways.push(joint.questions.circuit.differ(old, new));
    }
    let taken = |joint: &Joint<'_>, new: bool| {
        let (model, gate) = if new { (both.new, &joint.new) } else { (both.old, &joint.old) };
        let rows = model.routes.iter().map(|(_, route)| route.row.clone()).chain([model.otherwise.row.clone()]);
        rows.zip(gate.taken.clone()).collect::<Vec<_>>()
    };
    let (old, new) = (taken(joint, false), taken(joint, true));
    for (row, was) in old {
        let elsewhere: Vec<_> = new.iter().filter(|(other, _)| *other != row).map(|(_, taken)| *taken).collect();
        let elsewhere = joint.questions.circuit.any(elsewhere);
        ways.push(joint.questions.circuit.and(was, elsewhere));
    }
    joint.questions.circuit.any(ways)
}

fn differs_on_failure(both: &Both<'_>) -> bool {
    let mut failing = Joint::new(both, true);
    let changes = differs(both, &mut failing);
    failing.questions.possible(&[changes, failing.fresh]) != Answer::Impossible
}

fn broken_claim(mutant: &Model) -> Option<String> {
    if mutant.claims.is_empty() {
        return None;
    }
    let domain = crate::prove::domain::Domain::new(&[mutant]);
    let mut known = Subject::new(mutant, &domain, false, MOST_CONFLICTS);
    let proofs = prove(mutant, &mut known, MOST_CONFLICTS);
    proofs.into_iter().find(|proof| proof.standing == Standing::False).map(|proof| proof.claim)
}

/// A message that both decide differently: one that a case can give, if there is one.
fn missing(original: &Model, both: &Both<'_>) -> Option<MissingTest> {
    let mut joint = Joint::new(both, false);
    let changes = differs(both, &mut joint);
    let order = shrink_order(&both.domain);
    // The same cells serve both versions.
    let mut subject = Subject::new(original, &both.domain, false, MOST_CONFLICTS);
    std::mem::swap(&mut subject.questions, &mut joint.questions);
    let limits = speakable(original, &both.domain, &mut subject);
    let approved =
        both.domain.number("approved").map(|number| subject.questions.circuit.within(number, |cell| cell == 0));
    let plain: Vec<_> = limits.iter().copied().chain(approved).chain([changes, joint.fresh]).collect();
    let looser: Vec<_> = limits.iter().copied().chain([changes, joint.fresh]).collect();
    for wanted in [plain, looser] {
        let Some(point) = subject.questions.quietest(&wanted, &order) else { continue };
        let Some(told) = spoken(original, &both.domain, &point) else { continue };
        let facts = told.facts(original);
        let (old, new) = (crate::eval::decide(original, &facts), crate::eval::decide(both.new, &facts));
        if (old.outcome, &old.route.row) != (new.outcome, &new.route.row) {
            let example = both.example_of(both.domain.message(&point), facts);
            return Some(MissingTest { test: Some(test(&told.words, &old, &new)), example });
        }
    }
    let point = subject.questions.quietest(&[changes, joint.fresh], &order)?;
    let example = both.example(&point);
    // The evaluator has the last word.
    let (old, new) = (&example.old, &example.new);
    let differs = (old.outcome, &old.route.row) != (new.outcome, &new.route.row);
    differs.then_some(MissingTest { example, test: None })
}

/// A row where the outcomes differ, else a test that asks for the route.
fn test(given: &str, old: &Verdict, new: &Verdict) -> String {
    if old.outcome == new.outcome {
        let given = given.split(", ").collect::<Vec<_>>().join("  ");
        format!("test \"goes to {}: {given}\" {{\n  {given}\n  expect route {}\n}}", old.route.row, old.route.row)
    } else {
        format!("| {given} -> {}", old.outcome)
    }
}
