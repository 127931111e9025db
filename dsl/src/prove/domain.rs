//! Every fact cut into cells: values that no rule of the policies in question can tell apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::{Cell, Expr, Kind, Slot};
use crate::facts::{Fact, Facts, Provenance, Value};
use crate::model::{Model, Release};
use crate::prove::circuit::Point;
use crate::prove::moment::{Asked, Moment, moments};
use crate::testing::quiet;

/// A week: a hold that lasts longer is an approval.
pub(crate) const LONGEST_HOLD_MS: i64 = 7 * 24 * 3_600_000;

/// Values that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// It could not be determined.
    Failed,
    Yes(bool),
    Name(String),
    /// Any name that no rule mentions; this one stands for them.
    Other(String),
    /// From the first to the second, both included.
    Number(i64, i64),
    Money(String, i64, i64),
    /// A kind of moment, by number.
    Moment(usize),
}

/// What a variable is about, which says how soon it is made quiet and where it stands in a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Channel,
    Agent,
    Segment,
    Intent,
    Action,
    Confidence,
    /// Facts of contact, thread and workspace.
    Other,
    Moment,
    Counter,
    Switch,
    Detector,
    Script,
    Special,
}

impl Topic {
    /// The facts in whose words a difference between policies is told.
    pub(crate) fn is_scope(self) -> bool {
        self <= Self::Confidence
    }
}

/// One fact, or one other thing that a decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) key: String,
    pub(crate) topic: Topic,
    pub(crate) cells: Vec<Class>,
    /// One value of each cell; `None` where it has failed, and for what is no fact.
    pub(crate) values: Vec<Option<Value>>,
    /// The cell of nothing special.
    pub(crate) quiet: usize,
    /// The cell for what could not be determined.
    pub(crate) failed: Option<usize>,
    /// The names that [`Class::Other`] stands for; none when it stands for every name that has no cell.
    pub(crate) others: BTreeSet<String>,
}

/// Keys of variables that are not facts of the same name.
/// The mark at the front keeps them apart from facts that a policy declares.
pub(crate) const NOW: &str = "!now";
pub(crate) const APPROVED: &str = "approved";
pub(crate) const NO_DRAFT: &str = "draft.absent";
pub(crate) const HELD: &str = "!held";

/// All variables of one or two policies.
#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) variables: Vec<Variable>,
    pub(crate) moments: Vec<Moment>,
    /// The zone in which moments are told.
    pub(crate) zone: jiff::tz::TimeZone,
    index: BTreeMap<String, usize>,
    /// For each policy, for each of its hours: the column in a moment.
    columns: Vec<BTreeMap<usize, usize>>,
    /// The columns of hours that some rule holds a reply until.
    awaited: Vec<bool>,
    /// How long a reply has been held in the cell "held for long".
    long_hold_ms: i64,
    /// The agent that answers on each channel, for examples.
    agents: Vec<(String, Vec<String>)>,
}

/// What conditions and settings say about one fact.
#[derive(Default)]
struct Cuts {
    /// Values at which a cell begins.
    numbers: BTreeSet<i64>,
    names: BTreeSet<String>,
    /// Each name counts for itself.
    every_name: bool,
}

impl Domain {
    /// The cells of these policies together. The policies are asked for by their place in the list later.
    pub(crate) fn new(models: &[&Model]) -> Self {
        let mut cuts: BTreeMap<&str, Cuts> = BTreeMap::new();
        let mut kinds: BTreeMap<&str, Vec<(&Kind, &Slot)>> = BTreeMap::new();
        let mut asked: Vec<Asked<'_>> = Vec::new();
        let mut columns = Vec::new();
        let mut long_hold_ms = 0;
        let mut agents = Vec::new();
        for model in models {
            for slot in model.slots.iter().filter(|slot| slot.kind != Kind::Text) {
                let kinds = kinds.entry(&slot.key).or_default();
                if kinds.iter().all(|(kind, _)| **kind != slot.kind) {
                    kinds.push((&slot.kind, slot));
                }
                cuts.entry(&slot.key).or_default().every_name |= matches!(slot.key.as_str(), "intent" | "action");
            }
            let mut hours: BTreeMap<usize, bool> = BTreeMap::new();
            model.each_condition(&mut |when| collect(when, model, &mut cuts, &mut hours));
            let confidence = cuts.entry("confidence").or_default();
            let bands = model.replies.iter().flatten().flat_map(|reply| &reply.value.from);
            confidence.numbers.extend(bands.map(|(_, least)| *least));
            model.each_demand(&mut |demand| match demand.release {
                Some(Release::Until(number)) => {
                    hours.insert(number, true);
                }
                Some(Release::For(ms)) if ms > LONGEST_HOLD_MS => long_hold_ms = long_hold_ms.max(ms),
                _ => {}
            });
            let mut column = BTreeMap::new();
            for (number, awaited) in hours {
                if let Some(one) = model.hours.get(number) {
                    column.insert(number, asked.len());
                    asked.push(Asked { hours: one, zone: &model.zone, awaited });
                }
            }
            columns.push(column);
            agents.extend(model.agents.iter().map(|agent| (agent.name.clone(), agent.channels.clone())));
        }
        let zone = models.last().map_or(jiff::tz::TimeZone::UTC, |model| model.zone.clone());
        let moments = moments(&zone, &asked);
        let awaited = asked.iter().map(|one| one.awaited).collect();
        let mut variables: Vec<Variable> =
            kinds.iter().map(|(key, kinds)| variable(key, kinds, cuts.get(key))).collect();
        variables.push(Variable {
            key: NOW.to_owned(),
            topic: Topic::Moment,
            cells: (0..moments.len()).map(Class::Moment).collect(),
            values: vec![None; moments.len()],
            quiet: 0,
            failed: None,
            others: BTreeSet::new(),
        });
        let mut special = vec![NO_DRAFT.to_owned(), HELD.to_owned(), APPROVED.to_owned()];
        for model in models {
            special.extend(model.limits.iter().filter(|limit| limit.can_be_far()).map(|limit| far_key(&limit.name)));
        }
        special.sort();
        special.dedup();
        special.retain(|key| (key != HELD || long_hold_ms > 0) && !kinds.contains_key(key.as_str()));
        variables.extend(special.into_iter().map(|key| Variable {
            key,
            topic: Topic::Special,
            cells: vec![Class::Yes(false), Class::Yes(true)],
            values: vec![Some(Value::Yes(false)), Some(Value::Yes(true))],
            quiet: 0,
            failed: None,
            others: BTreeSet::new(),
        }));
        // A stable order by topic: the order of a diagram, and the reverse of the order in which facts are made quiet.
        variables.sort_by(|a, b| a.topic.cmp(&b.topic).then_with(|| a.key.cmp(&b.key)));
        let index = variables.iter().enumerate().map(|(number, one)| (one.key.clone(), number)).collect();
        let mut domain = Self { variables, moments, zone, index, columns, awaited, long_hold_ms, agents };
        domain.settle_agent();
        domain
    }

    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.variables.iter().map(|variable| variable.cells.len()).collect()
    }

    pub(crate) fn number(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    pub(crate) fn variable(&self, number: usize) -> Option<&Variable> {
        self.variables.get(number)
    }

    /// The column of a policy's hours in every moment.
    pub(crate) fn column(&self, model: usize, hours: usize) -> Option<usize> {
        self.columns.get(model)?.get(&hours).copied()
    }

    /// How many points there are; `None` when there are more than can be counted.
    #[cfg(test)]
    pub(crate) fn points(&self, failing: bool) -> Option<u64> {
        self.variables.iter().try_fold(1_u64, |product, variable| {
            let left_out = usize::from(!failing && variable.failed.is_some() && variable.cells.len() > 1);
            product.checked_mul((variable.cells.len() - left_out) as u64)
        })
    }

    pub(crate) fn quiet_point(&self) -> Point {
        Point(self.variables.iter().map(|variable| variable.quiet as u32).collect())
    }

    /// In examples the AI agent is the one that answers mail.
    fn settle_agent(&mut self) {
        let agent = self.agents.iter().find(|(_, channels)| channels.iter().any(|channel| channel == "email"));
        let name = agent.map_or("none", |(name, _)| name.as_str()).to_owned();
        if let Some(variable) = self.index.get("agent").and_then(|number| self.variables.get_mut(*number)) {
            variable.become_quiet(&Value::Name(name));
        }
    }

    /// Facts that lie in these cells: everything a policy reads is given.
    pub(crate) fn facts(&self, point: &Point) -> Facts {
        let at = |key: &str| self.number(key).map(|number| point.cell(number));
        let now_ms = at(NOW).and_then(|cell| self.moments.get(cell)).map_or(0, |moment| moment.now_ms);
        let mut facts = Facts::new(now_ms);
        if at(HELD) == Some(1) {
            facts.held_since_ms = Some(now_ms.saturating_sub(self.long_hold_ms));
        }
        for (number, variable) in self.variables.iter().enumerate() {
            let value = variable.values.get(point.cell(number)).cloned().flatten();
            if let Some(limit) = variable.key.strip_prefix("over:")
                && value == Some(Value::Yes(true))
            {
                let far = at(&far_key(limit)) == Some(1);
                // Any later moment is the same to the policy; a far one is longer away than a hold may last.
                let later = if far { LONGEST_HOLD_MS + 86_400_000 } else { 1 };
                facts.over_until_ms.insert(limit.to_owned(), now_ms.saturating_add(later));
            }
            let absent = variable.topic == Topic::Moment || variable.key == HELD || variable.key.starts_with("!far:");
            if !absent {
                let from =
                    if point.cell(number) == variable.quiet { Provenance::Assumed } else { Provenance::Observed };
                facts.values.insert(variable.key.clone(), Fact { value, from });
            }
        }
        facts
    }

    /// The cells in which these facts lie; `None` for a reply that was held already, whose decision depends on times
    /// that have no cell.
    pub(crate) fn point(&self, facts: &Facts, models: &[&Model]) -> Option<Point> {
        if facts.held_since_ms.is_some() {
            return None;
        }
        let mut point = self.quiet_point();
        for (number, variable) in self.variables.iter().enumerate() {
            let cell = match variable.topic {
                Topic::Moment => self.moment_of(facts.now_ms, models)?,
                Topic::Special if variable.key.starts_with("!far:") || variable.key == HELD => 0,
                _ => variable.cell_of(facts.value(&variable.key))?,
            };
            point.set(number, cell);
        }
        Some(point)
    }

    fn moment_of(&self, now_ms: i64, models: &[&Model]) -> Option<usize> {
        let (mut during, mut far) = (BTreeMap::new(), BTreeMap::new());
        for (model, columns) in models.iter().zip(&self.columns) {
            for (hours, column) in columns {
                let hours = model.hours.get(*hours)?;
                let inside = hours.contains(crate::hours::wall_clock(&model.zone, now_ms));
                during.insert(*column, inside);
                let release = hours.next_inside(&model.zone, now_ms);
                far.insert(
                    *column,
                    !inside && release.is_none_or(|release| release > now_ms.saturating_add(LONGEST_HOLD_MS)),
                );
            }
        }
        self.moments.iter().position(|moment| {
            moment.during.iter().enumerate().all(|(column, inside)| during.get(&column) == Some(inside))
                && moment
                    .far
                    .iter()
                    .zip(&self.awaited)
                    .enumerate()
                    .all(|(column, (is, awaited))| !awaited || far.get(&column) == Some(is))
        })
    }
}

pub(crate) fn far_key(limit: &str) -> String {
    format!("!far:{limit}")
}

impl Variable {
    fn become_quiet(&mut self, value: &Value) {
        if let Some(cell) = self.cell_of(Some(value)) {
            self.quiet = cell;
            if let Some(place) = self.values.get_mut(cell) {
                *place = Some(value.clone());
            }
        }
    }

    /// The cell of a value. A value that no cell holds has failed.
    pub(crate) fn cell_of(&self, value: Option<&Value>) -> Option<usize> {
        let exact = self.cells.iter().position(|class| match (class, value) {
            (Class::Yes(yes), Some(Value::Yes(other))) => yes == other,
            (Class::Name(name), Some(Value::Name(other))) => name == other,
            (Class::Number(low, high), Some(Value::Number(number))) => (low..=high).contains(&number),
            (Class::Money(one, low, high), Some(Value::Money { minor, currency })) => {
                one == currency && (low..=high).contains(&minor)
            }
            _ => false,
        });
        let other = || match value {
            Some(Value::Name(name)) => self.cells.iter().position(|class| match class {
                Class::Other(one) => self.others.is_empty() || one == name || self.others.contains(name),
                _ => false,
            }),
            _ => None,
        };
        exact.or_else(other).or(self.failed).or(Some(0))
    }
}

/// Gathers what a condition can tell apart.
fn collect<'m>(
    when: &'m Expr,
    model: &'m Model,
    cuts: &mut BTreeMap<&'m str, Cuts>,
    hours: &mut BTreeMap<usize, bool>,
) {
    let key = |slot: &usize| model.slots.get(*slot).map_or("", |slot| slot.key.as_str());
    match when {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| collect(part, model, cuts, hours)),
        Expr::Not(inner) => collect(inner, model, cuts, hours),
        Expr::Named(slot, names) => cuts.entry(key(slot)).or_default().names.extend(names.iter().cloned()),
        Expr::Number(slot, comparison, constant) => {
            cuts.entry(key(slot)).or_default().numbers.insert(comparison.first_on_the_other_side(*constant));
        }
        Expr::During(number) => {
            hours.entry(*number).or_insert(false);
        }
        Expr::Yes(_) | Expr::Tier(_) => {}
    }
}

fn variable(key: &str, kinds: &[(&Kind, &Slot)], cuts: Option<&Cuts>) -> Variable {
    let none = Cuts::default();
    let cuts = cuts.unwrap_or(&none);
    let mut cells: Vec<Class> = Vec::new();
    let mut others = BTreeSet::new();
    let mut number_ends: BTreeSet<i64> = BTreeSet::new();
    let mut money_ends: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    let mut lists: Vec<&Vec<String>> = Vec::new();
    let mut open = false;
    for (kind, _) in kinds {
        match kind {
            Kind::YesNo => cells.extend([Class::Yes(false), Class::Yes(true)]),
            Kind::OneOf(names) => lists.push(names),
            Kind::Open | Kind::Text => open = true,
            Kind::Number(low, high) => number_ends.extend([*low, high.saturating_add(1)]),
            Kind::Money(currency, low, high) => {
                money_ends.entry(currency).or_default().extend([*low, high.saturating_add(1)]);
            }
        }
    }
    let all: BTreeSet<&String> = lists.iter().copied().flatten().collect();
    for name in &all {
        let shared = lists.iter().all(|list| list.contains(name));
        if cuts.every_name || cuts.names.contains(*name) || !shared || open {
            cells.push(Class::Name((*name).clone()));
        } else {
            others.insert((*name).clone());
        }
    }
    if open {
        let extra = cuts.names.iter().filter(|name| !all.contains(name));
        cells.extend(extra.map(|name| Class::Name(name.clone())));
        others.clear();
        let known = |name: &str| cuts.names.contains(name) || all.iter().any(|one| *one == name);
        let stand_in = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "other"].into_iter().find(|name| !known(name));
        cells.push(Class::Other(stand_in.unwrap_or("another").to_owned()));
    } else if let Some(first) = others.first() {
        cells.push(Class::Other(first.clone()));
    }
    cells.extend(pieces(&number_ends, &cuts.numbers).map(|(low, high)| Class::Number(low, high)));
    for (currency, ends) in money_ends {
        cells.extend(pieces(&ends, &cuts.numbers).map(|(low, high)| Class::Money(currency.to_owned(), low, high)));
    }
    let failed = Some(cells.len());
    cells.push(Class::Failed);
    let values = cells.iter().map(Class::stand_in).collect();
    let mut variable = Variable { key: key.to_owned(), topic: topic(key), cells, values, quiet: 0, failed, others };
    let wanted = match key {
        "channel" => Some(Value::Name("email".to_owned())),
        _ => kinds.first().and_then(|(kind, _)| quiet(key, kind)),
    };
    if let Some(value) = wanted {
        variable.become_quiet(&value);
    }
    variable
}

/// The intervals between the ends, cut further.
fn pieces(ends: &BTreeSet<i64>, cuts: &BTreeSet<i64>) -> impl Iterator<Item = (i64, i64)> + use<> {
    let mut starts = ends.clone();
    if let (Some(first), Some(last)) = (ends.first(), ends.last())
        && first < last
    {
        starts.extend(cuts.range(*first..*last));
    }
    let starts: Vec<i64> = starts.into_iter().collect();
    let pairs: Vec<(i64, i64)> =
        starts.windows(2).filter_map(|pair| Some((*pair.first()?, pair.get(1)?.saturating_sub(1)))).collect();
    pairs.into_iter()
}

fn topic(key: &str) -> Topic {
    match key {
        "channel" => Topic::Channel,
        "agent" => Topic::Agent,
        "intent" => Topic::Intent,
        "action" => Topic::Action,
        "confidence" => Topic::Confidence,
        APPROVED => Topic::Special,
        _ => match key.split_once(':') {
            Some(("segment", _)) => Topic::Segment,
            Some(("over", _)) => Topic::Counter,
            Some(("switch", _)) => Topic::Switch,
            Some(("detect", _)) => Topic::Detector,
            Some(("script", _)) => Topic::Script,
            _ => Topic::Other,
        },
    }
}

impl Class {
    /// A value of the class: of numbers the roundest.
    fn stand_in(&self) -> Option<Value> {
        Some(match self {
            Self::Failed | Self::Moment(_) => return None,
            Self::Yes(yes) => Value::Yes(*yes),
            Self::Name(name) | Self::Other(name) => Value::Name(name.clone()),
            Self::Number(low, high) => Value::Number(roundest(*low, *high)),
            Self::Money(currency, low, high) => {
                Value::Money { minor: roundest(*low, *high), currency: currency.clone() }
            }
        })
    }
}

/// The number with the most zeros between two others.
fn roundest(low: i64, high: i64) -> i64 {
    if low <= 0 && 0 <= high {
        return 0;
    }
    let mut step: i64 = 1_000_000_000_000_000;
    while step > 1 {
        let up = low.div_euclid(step).saturating_add(i64::from(low.rem_euclid(step) != 0)).saturating_mul(step);
        if (low..=high).contains(&up) {
            return up;
        }
        step /= 10;
    }
    low
}

/// What a slot sees in each cell of its variable.
pub(crate) fn seen_in<'d>(slot: &Slot, variable: &'d Variable) -> Vec<Cell<'d>> {
    variable.values.iter().map(|value| slot.read(value.as_ref())).collect()
}

impl crate::ast::Comparison {
    /// The comparison with `constant` changes its answer between this number and the one before it.
    fn first_on_the_other_side(self, constant: i64) -> i64 {
        match self {
            Self::AtLeast | Self::Below => constant,
            Self::AtMost | Self::Above => constant.saturating_add(1),
        }
    }
}

impl crate::policy::Limit {
    /// A used-up bucket may end longer away than a hold may last.
    fn can_be_far(&self) -> bool {
        matches!(self.window, crate::policy::Window::Millis(ms) if ms > LONGEST_HOLD_MS - 2 * 86_400_000)
    }
}
