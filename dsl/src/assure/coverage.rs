//! What the cases of a policy show: each rule deciding, both sides of each threshold, each band, row and claim.
//!
//! Lines of text say nothing about a policy, so none are counted. What can be shown is a formula over messages; a case
//! shows it when its message satisfies the formula, and a message that would show it is what the solver finds. What no
//! message can show is left out of the count and named.

use serde::Serialize;

use super::hold;
use super::spoken::{speakable, spoken};
use crate::condition::Expr;
use crate::eval;
use crate::model::{Model, Scoped};
use crate::policy::Policy;
use crate::prove::circuit::{Formula, Point};
use crate::prove::claims::{Subject, shrink_order};
use crate::prove::domain::Domain;
use crate::prove::encode::Part;
use crate::prove::sat::{Answer, MOST_CONFLICTS};
use crate::prove::words;
use crate::testing;
use crate::verdict::{Location, Outcome, RuleKind};

/// What sort of thing a case can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverKind {
    /// A guard decides.
    Guard,
    /// A limit that is used up decides.
    Limit,
    /// A switch that is pressed decides.
    Switch,
    /// A band of a `reply` line decides; one that sends is in force.
    Band,
    /// The setting of an action decides; one that sends is in force.
    Action,
    /// A row of a mode table that the file brings itself decides; one that sends is in force.
    Mode,
    /// An `autonomy` line is in force.
    Autonomy,
    /// An `autonomy at most` line applies.
    Cap,
    /// A row of `risk` applies.
    Risk,
    /// A row of `route` is taken.
    Route,
    /// A `pause` begins.
    Pause,
    /// One side of a number in a condition, in a message where that side makes the difference.
    Threshold,
    /// The condition of a claim is met.
    Claim,
}

impl CoverKind {
    /// The word used in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Limit => "limit",
            Self::Switch => "switch",
            Self::Band => "reply of",
            Self::Action => "action",
            Self::Mode => "mode",
            Self::Autonomy => "autonomy",
            Self::Cap => "autonomy at most",
            Self::Risk => "risk",
            Self::Route => "route",
            Self::Pause => "pause",
            Self::Threshold => "threshold",
            Self::Claim => "claim",
        }
    }
}

/// How far the cases show something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A case shows it.
    Yes,
    /// It applies in a case, but something more careful decides there.
    OnlyBeside,
    /// No case shows it.
    No,
    /// No message can show it, as is proved: it is not counted.
    Impossible,
}

/// One thing that a case can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Sort of thing.
    pub kind: CoverKind,
    /// Its name; for a threshold the rule and the side.
    pub name: String,
    /// Where it stands.
    pub at: Location,
    /// How far it is shown.
    pub shown: Shown,
    /// The first case that shows it.
    pub by: Option<String>,
}

/// A message that shows what no case shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The things of [`Coverage::items`] that it shows, by number; the first is the one that it was made for.
    pub shows: Vec<usize>,
    /// A row for a `cases` block, without the `|`; it passes as the policy is now. `None` when no case can give the
    /// message, because it takes what a script returns.
    pub row: Option<String>,
    /// The message in words.
    pub message: Vec<String>,
    /// What the policy decides about it.
    pub outcome: Outcome,
}

/// What the cases of a policy show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Everything that can be shown of the root file, in its order.
    pub items: Vec<Covered>,
    /// Messages that show the rest, fewest first; empty when they were not asked for.
    pub suggestions: Vec<Suggestion>,
}

impl Coverage {
    /// How many things are shown.
    pub fn shown(&self) -> usize {
        self.items.iter().filter(|item| item.shown == Shown::Yes).count()
    }

    /// How many things can be shown.
    pub fn possible(&self) -> usize {
        self.items.iter().filter(|item| item.shown != Shown::Impossible).count()
    }

    /// In percent, rounded down; 100 when nothing can be shown.
    pub fn percent(&self) -> usize {
        (self.shown() * 100).checked_div(self.possible()).unwrap_or(100)
    }

    /// What no case shows, with its number.
    pub fn missing(&self) -> impl Iterator<Item = (usize, &Covered)> {
        self.items.iter().enumerate().filter(|(_, item)| matches!(item.shown, Shown::No | Shown::OnlyBeside))
    }
}

/// Something to show, as formulas.
struct Target {
    kind: CoverKind,
    name: String,
    at: Location,
    /// It applies.
    fires: Formula,
    /// It decides, where that is more than applying.
    decides: Option<Formula>,
}

/// Runs the cases of the root file and tells what they show. With `suggest` a message is found for all that they do
/// not.
pub fn coverage(policy: &Policy, suggest: bool) -> Coverage {
    let model: &Model = &policy.model;
    let domain = Domain::new(&[model]);
    let mut subject = Subject::new(model, &domain, false, MOST_CONFLICTS);
    let targets = targets(model, &domain, &mut subject);
    let formulas: Vec<Formula> = targets.iter().flat_map(|one| [one.fires, one.decides.unwrap_or(one.fires)]).collect();
    let (points, names) = shown_by_cases(model, &domain, &subject);
    let mut first: Vec<Option<usize>> = vec![None; formulas.len()];
    for (case, holding) in hold(&subject.questions.circuit, &formulas, &points).into_iter().enumerate() {
        for number in holding {
            if let Some(first) = first.get_mut(number) {
                first.get_or_insert(case);
            }
        }
    }
    let by = |number: usize| first.get(number).copied().flatten();
    let mut goals: Vec<Option<Formula>> = Vec::with_capacity(targets.len());
    let mut items = Vec::with_capacity(targets.len());
    let limits = speakable(model, &domain, &mut subject);
    for (number, target) in targets.iter().enumerate() {
        let (fired, decided) = (by(number * 2), by(number * 2 + 1));
        let mut goal = None;
        let (shown, case) = match decided {
            Some(case) => (Shown::Yes, Some(case)),
            None if subject.questions.possible(&[target.decides.unwrap_or(target.fires)]) != Answer::Impossible => {
                goal = Some(target.decides.unwrap_or(target.fires));
                (if fired.is_some() { Shown::OnlyBeside } else { Shown::No }, None)
            }
            // It never decides, as a backstop: that it applies is all there is to see.
            None if fired.is_some() => (Shown::Yes, fired),
            None if subject.questions.possible(&[target.fires]) != Answer::Impossible => {
                goal = Some(target.fires);
                (Shown::No, None)
            }
            None => (Shown::Impossible, None),
        };
        goals.push(goal);
        let by = case.and_then(|case| names.get(case)).cloned();
        items.push(Covered { kind: target.kind, name: target.name.clone(), at: target.at.clone(), shown, by });
    }
    let suggestions = if suggest { suggestions(model, &domain, &mut subject, &goals, &limits) } else { Vec::new() };
    Coverage { items, suggestions }
}

/// The message of each case, and its name. A case whose outcome rests on a fact that could not be determined shows what
/// a failure does, not what the rules do.
fn shown_by_cases(model: &Model, domain: &Domain, subject: &Subject<'_>) -> (Vec<Point>, Vec<String>) {
    let mut points = Vec::new();
    let mut names = Vec::new();
    for case in &model.cases {
        let facts = testing::facts_of(model, &case.given);
        let Some(point) = domain.point(&facts, &[model]) else { continue };
        let lanes = subject.questions.circuit.simulate(std::slice::from_ref(&point));
        let outcome = subject.gate.at_least.iter().filter(|one| lanes.of(**one) & 1 == 1).count();
        if outcome == eval::decide(model, &facts).outcome as usize {
            points.push(point);
            names.push(case.name.clone());
        }
    }
    (points, names)
}

fn suggestions(
    model: &Model,
    domain: &Domain,
    subject: &mut Subject<'_>,
    goals: &[Option<Formula>],
    limits: &[Formula],
) -> Vec<Suggestion> {
    let order = shrink_order(domain);
    let mut left: Vec<usize> =
        (0..goals.len()).filter(|number| goals.get(*number).is_some_and(Option::is_some)).collect();
    let goal = |number: &usize| goals.get(*number).copied().flatten().unwrap_or(Formula::FALSE);
    let mut found = Vec::new();
    while let Some(number) = left.first().copied() {
        left.remove(0);
        let plain: Vec<Formula> = limits.iter().copied().chain([goal(&number), !subject.approved()]).collect();
        let mut point = subject.questions.quietest(&plain, &order);
        if point.is_none() {
            let looser: Vec<Formula> = limits.iter().copied().chain([goal(&number)]).collect();
            point = subject.questions.quietest(&looser, &order);
        }
        // With what a script returns it may be possible; no case can say that.
        let Some(point) = point.or_else(|| subject.questions.quietest(&[goal(&number)], &order)) else { continue };
        let mut told = spoken(model, domain, &point);
        let mut facts = domain.facts(&point);
        let mut shown = point.clone();
        // The runner of cases has the last word about what a case shows.
        if let Some(one) = &told {
            let by_runner = one.facts(model);
            let there = domain.point(&by_runner, &[model]);
            let same = there.as_ref().is_some_and(|there| holds_at(subject, goal(&number), there));
            match there.filter(|_| same) {
                Some(there) => (facts, shown) = (by_runner, there),
                None => told = None,
            }
        }
        let outcome = eval::decide(model, &facts).outcome;
        let formulas: Vec<Formula> = left.iter().map(goal).collect();
        let also = match told {
            Some(_) => hold(&subject.questions.circuit, &formulas, std::slice::from_ref(&shown)).pop(),
            None => None,
        };
        let also: Vec<usize> =
            also.unwrap_or_default().into_iter().filter_map(|place| left.get(place)).copied().collect();
        left.retain(|one| !also.contains(one));
        let shows = std::iter::once(number).chain(also).collect();
        let row = told.map(|one| format!("{} -> {outcome}", one.words));
        found.push(Suggestion { shows, row, message: domain.message(&shown), outcome });
    }
    found
}

fn holds_at(subject: &Subject<'_>, formula: Formula, point: &Point) -> bool {
    subject.questions.circuit.simulate(std::slice::from_ref(point)).of(formula) & 1 == 1
}

/// Everything of the root file that a case can show.
fn targets(model: &Model, domain: &Domain, subject: &mut Subject<'_>) -> Vec<Target> {
    let own = |at: &Location| at.file == model.root;
    let mut found = Vec::new();
    let parts = subject.gate.parts.clone();
    let bands = band_names(model);
    let mut band = bands.iter();
    for part in &parts {
        let kind = match part.kind {
            RuleKind::Guard => CoverKind::Guard,
            RuleKind::Limit => CoverKind::Limit,
            RuleKind::Switch => CoverKind::Switch,
            RuleKind::Band => CoverKind::Band,
            RuleKind::Action => CoverKind::Action,
            RuleKind::Mode => CoverKind::Mode,
            RuleKind::Standard => continue,
        };
        if part.name == "nothing" {
            continue;
        }
        let name = match kind {
            CoverKind::Band => band.next().cloned().unwrap_or_else(|| part.name.clone()),
            _ => part.name.clone(),
        };
        // Below a band without a threshold there is nothing.
        if own(&part.at) && part.applies != Formula::FALSE {
            let decides = deciding(subject, part);
            found.push(Target { kind, name, at: part.at.clone(), fires: part.applies, decides });
        }
    }
    let mut conditions: Vec<(CoverKind, String, Location, &Expr)> = Vec::new();
    for (settings, kind) in [(&model.autonomy, CoverKind::Autonomy), (&model.caps, CoverKind::Cap)] {
        let in_force = match kind {
            CoverKind::Autonomy => subject.closest(model, domain, settings),
            _ => settings.iter().map(|one| subject.condition(model, domain, &one.when)).collect(),
        };
        for (one, fires) in settings.iter().zip(in_force).filter(|(one, _)| own(&one.at)) {
            let name = mode_name(model, one);
            found.push(Target { kind, name, at: one.at.clone(), fires, decides: None });
        }
    }
    for (tier, when, at) in &model.risk {
        let name = model.tiers.get(*tier).cloned().unwrap_or_default();
        conditions.push((CoverKind::Risk, name, at.clone(), when));
    }
    for pause in &model.pauses {
        conditions.push((CoverKind::Pause, pause.name.clone(), pause.at.clone(), &pause.when));
    }
    for claim in &model.claims {
        conditions.push((CoverKind::Claim, claim.text.clone(), claim.at.clone(), &claim.when));
    }
    conditions.retain(|(.., at, _)| own(at));
    for (kind, name, at, when) in &conditions {
        let fires = subject.condition(model, domain, when);
        found.push(Target { kind: *kind, name: name.clone(), at: at.clone(), fires, decides: None });
    }
    let routes = model.routes.iter().map(|(_, route)| route).chain([&model.otherwise]);
    let taken = subject.gate.taken.clone();
    for (route, fires) in routes.zip(taken).filter(|(route, _)| own(&route.at)) {
        // Without a table there is only one way.
        if !model.routes.is_empty() {
            let (name, at) = (route.row.clone(), route.at.clone());
            found.push(Target { kind: CoverKind::Route, name, at, fires, decides: None });
        }
    }
    conditions.retain(|(kind, ..)| *kind != CoverKind::Claim);
    for rule in model.rules.iter().filter(|rule| own(&rule.at) && rule.kind == RuleKind::Guard) {
        conditions.push((CoverKind::Guard, rule.name.clone(), rule.at.clone(), &rule.when));
    }
    for (when, route) in model.routes.iter().filter(|(_, route)| own(&route.at)) {
        conditions.push((CoverKind::Route, route.row.clone(), route.at.clone(), when));
    }
    for (kind, name, at, when) in conditions {
        thresholds(model, domain, subject, &format!("{} {name}", kind.as_str()), &at, when, &mut found);
    }
    found.sort_by_key(|one| (one.at.line, one.at.column));
    found
}

/// It demands what comes out, and that is more than `send`.
fn deciding(subject: &mut Subject<'_>, part: &Part) -> Option<Formula> {
    let gate = subject.gate.at_least;
    let mut ways = Vec::new();
    for (step, demands) in part.at_least.iter().enumerate().filter(|(_, demands)| **demands != Formula::FALSE) {
        let more = gate.get(step + 1).copied().unwrap_or(Formula::FALSE);
        ways.push(subject.questions.circuit.and(*demands, !more));
    }
    (!ways.is_empty()).then(|| subject.questions.circuit.any(ways))
}

/// The bands in the order in which the formulas have them.
fn band_names(model: &Model) -> Vec<String> {
    let mut names = Vec::new();
    for (intent, replies) in model.intents.iter().zip(&model.replies) {
        for reply in replies {
            let bands = &reply.value;
            for (demand, least) in &bands.from {
                names.push(format!("{}: {} from {}", intent.name, demand.outcome, number(*least)));
            }
            names.push(format!("{}: else {}", intent.name, bands.rest.outcome));
        }
    }
    names
}

fn number(thousandths: i64) -> String {
    words::value(&crate::facts::Value::Number(thousandths))
}

fn mode_name(model: &Model, setting: &Scoped<usize>) -> String {
    model.modes.get(setting.value).map(|mode| mode.name.clone()).unwrap_or_default()
}

/// Both sides of each number that a condition asks for.
fn thresholds(
    model: &Model,
    domain: &Domain,
    subject: &mut Subject<'_>,
    rule: &str,
    at: &Location,
    when: &Expr,
    found: &mut Vec<Target>,
) {
    for place in 0.. {
        let Some((atom, always)) = replaced(when, place, true) else { break };
        let never = replaced(when, place, false).map_or_else(|| when.clone(), |(_, never)| never);
        let Expr::Number(slot, comparison, constant) = atom else { continue };
        let Some(slot) = model.slots.get(slot) else { continue };
        let unit = match &slot.kind {
            crate::condition::Kind::Money(currency, ..) => {
                let money = crate::facts::Value::Money { minor: constant, currency: currency.clone() };
                words::value(&money)
            }
            _ => number(constant),
        };
        let asked = format!("{} {} {unit}", slot.key.replace(':', " "), comparison.sign());
        let formulas = subject.conditions(
            model,
            domain,
            &[&Expr::Number(slot_number(model, &slot.key), comparison, constant), &always, &never],
        );
        let [here, always, never] = formulas.as_slice() else { continue };
        let matters = subject.questions.circuit.differ(*always, *never);
        for (side, holds) in [("true", *here), ("false", !*here)] {
            let fires = subject.questions.circuit.and(holds, matters);
            let name = format!("{asked} of {rule} is {side}");
            found.push(Target { kind: CoverKind::Threshold, name, at: at.clone(), fires, decides: None });
        }
    }
}

fn slot_number(model: &Model, key: &str) -> usize {
    model.slots.iter().position(|slot| slot.key == key).unwrap_or(usize::MAX)
}

/// The condition with its `place`-th question about a number answered, and the question.
fn replaced(when: &Expr, place: usize, answer: bool) -> Option<(Expr, Expr)> {
    fn go(when: &Expr, left: &mut usize, answer: bool, atom: &mut Option<Expr>) -> Expr {
        match when {
            Expr::All(parts) => Expr::All(parts.iter().map(|part| go(part, left, answer, atom)).collect()),
            Expr::Any(parts) => Expr::Any(parts.iter().map(|part| go(part, left, answer, atom)).collect()),
            Expr::Not(inner) => Expr::Not(Box::new(go(inner, left, answer, atom))),
            Expr::Number(..) if atom.is_none() => match left.checked_sub(1) {
                Some(less) => {
                    *left = less;
                    when.clone()
                }
                None => {
                    *atom = Some(when.clone());
                    if answer { Expr::All(Vec::new()) } else { Expr::Any(Vec::new()) }
                }
            },
            _ => when.clone(),
        }
    }
    let (mut left, mut atom) = (place, None);
    let changed = go(when, &mut left, answer, &mut atom);
    Some((atom?, changed))
}

impl crate::ast::Comparison {
    /// As it is written.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
        }
    }
}

impl Covered {
    /// What is missing, as a sentence without a full stop; the message of R0501.
    pub fn words(&self) -> String {
        let name = match self.kind {
            CoverKind::Threshold => self.name.clone(),
            CoverKind::Claim => format!("the condition of `{}`", self.name),
            kind => format!("{} `{}`", kind.as_str(), self.name),
        };
        match (self.shown, self.kind) {
            (Shown::Yes, _) => format!("a case shows {name}"),
            (Shown::Impossible, _) => format!("no message can show {name}"),
            (Shown::OnlyBeside, _) => {
                format!("no case shows {name} deciding: it only applies beside something more careful")
            }
            (Shown::No, CoverKind::Threshold) => format!("no case in which {name}, where that matters"),
            (Shown::No, _) => format!("no case shows {name}"),
        }
    }
}

/// The code of what no case shows.
pub const UNCOVERED: &str = "R0501";
