//! Inline tests and case tables.
//!
//! What a case does not give is quiet: channel `email`, the AI agent of that channel (or `none`), action `reply`,
//! intent `other` (failed when it is not declared), confidence and margin 1, sentiment 0, language `en`, a known
//! contact in no segment, first message of the thread, no attachment, no warm-up, not approved; every yes/no fact of
//! the policy is no, every number and amount is 0 or the lowest allowed, every `one of` is its first name; no limit is
//! used up, nothing is certified, no switch pressed, every model score 0. The time is 2026-03-03 10:00 (a Tuesday) in the policy's zone.
//! Detectors run on the texts given, scripts run; without a `draft` text there is an empty draft, whose sources are
//! empty too. The thread is the message.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, date};

use crate::check::UNPROVED;
use crate::condition::Kind;
use crate::detect::Seen;
use crate::facts::{Fact, Facts, Provenance, Value};
use crate::hours::{moment, wall_clock};
use crate::model::Model;
use crate::policy::{CaseResult, TestReport};
use crate::verdict::{Location, Outcome, Verdict};

/// One thing that a case gives, already checked.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    Time(DateTime),
    Message(String),
    Draft(String),
    Fact(String, Value),
    During { hours: usize, outside: bool },
}

#[derive(Clone, Debug)]
pub(crate) enum Expect {
    Outcome(Outcome, Vec<String>),
    Route(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) at: Location,
    pub(crate) given: Vec<Given>,
    pub(crate) expect: Vec<Expect>,
}

pub(crate) fn run(model: &Model, filter: Option<&str>) -> TestReport {
    let wanted = |case: &&Case| filter.is_none_or(|filter| case.name.contains(filter));
    TestReport { cases: model.cases.iter().filter(wanted).map(|case| run_case(model, case)).collect() }
}

fn run_case(model: &Model, case: &Case) -> CaseResult {
    let facts = facts_of(model, &case.given);
    let verdict = crate::eval::decide(model, &facts);
    let passed = case.expect.iter().all(|expect| expect.met_by(&verdict));
    let expected: Vec<String> = case.expect.iter().map(Expect::words).collect();
    let wants_route = case.expect.iter().any(|expect| matches!(expect, Expect::Route(_)));
    let names: Vec<&str> = verdict.deciding.iter().map(|reason| reason.name.as_str()).collect();
    let mut actual = format!("{} because {}", verdict.outcome, names.join(", "));
    if wants_route {
        actual.push_str(&format!(", route {}", verdict.route.row));
    }
    let (name, at) = (case.name.clone(), case.at.clone());
    CaseResult { name, at, passed, expected: expected.join(", "), actual, deciding: verdict.deciding }
}

impl Expect {
    fn met_by(&self, verdict: &Verdict) -> bool {
        match self {
            Self::Route(row) => verdict.route.row == *row,
            Self::Outcome(outcome, because) => {
                let decided = |wanted: &String| {
                    verdict.deciding.iter().any(|reason| {
                        reason.name == *wanted || reason.name.split_once('.').is_some_and(|(mode, _)| mode == wanted)
                    })
                };
                verdict.outcome == *outcome && because.iter().all(decided)
            }
        }
    }

    pub(crate) fn words(&self) -> String {
        match self {
            Self::Route(row) => format!("route {row}"),
            Self::Outcome(outcome, because) if because.is_empty() => outcome.to_string(),
            Self::Outcome(outcome, because) => format!("{outcome} because {}", because.join(", ")),
        }
    }
}

/// The quiet facts, what is given, then detectors and scripts.
pub(crate) fn facts_of(model: &Model, given: &[Given]) -> Facts {
    let mut clock = date(2026, 3, 3).at(10, 0, 0, 0);
    let (mut message, mut draft) = (String::new(), String::new());
    let mut values: BTreeMap<&str, &Value> = BTreeMap::new();
    for one in given {
        match one {
            Given::Time(time) => clock = *time,
            Given::Message(text) => message.clone_from(text),
            Given::Draft(text) => draft.clone_from(text),
            Given::Fact(key, value) => {
                values.insert(key, value);
            }
            Given::During { .. } => {}
        }
    }
    let mut now = moment(&model.zone, clock).unwrap_or(0);
    for one in given {
        if let Given::During { hours, outside } = one
            && let Some(hours) = model.hours.get(*hours)
        {
            let fits = |minute: &i64| hours.contains(wall_clock(&model.zone, now + minute * 60_000)) != *outside;
            now += (0..9 * 1440).find(fits).unwrap_or(0) * 60_000;
        }
    }
    let mut facts = Facts::new(now);
    for slot in &model.slots {
        if slot.key.starts_with("detect:") || slot.key.starts_with("script:") {
            continue;
        }
        if let Some(value) = quiet(&slot.key, &slot.kind) {
            facts.values.insert(slot.key.clone(), Fact { value: Some(value), from: Provenance::Assumed });
        }
    }
    facts.values.insert("channel".to_owned(), observed(Value::Name("email".to_owned())));
    for (key, value) in &values {
        facts.values.insert((*key).to_owned(), observed((*value).clone()));
        if let Some(limit) = key.strip_prefix("over:").and_then(|name| model.limits.iter().find(|one| one.name == name))
        {
            facts.over_until_ms.insert(limit.name.clone(), limit.bucket(&model.timezone, now).1);
        }
    }
    if !values.contains_key("agent") {
        let channel = facts.get_name("channel").unwrap_or("email");
        let agent = model.agents.iter().find(|agent| agent.channels.iter().any(|one| one == channel));
        let agent = agent.map_or("none", |agent| agent.name.as_str()).to_owned();
        facts.name("agent", &agent, Provenance::Derived);
    }
    let quiet_scores: BTreeMap<String, f64> =
        model.detectors.score_names().map(|name| (name.to_owned(), 0.0)).collect();
    let seen =
        Seen { message: &message, draft: Some(&draft), thread: &message, attachments: &[], scores: &quiet_scores };
    let found = model.detectors.detect(&seen);
    let forced: BTreeSet<&str> = values.keys().copied().filter(|key| key.starts_with("detect:")).collect();
    for (key, detection) in found.0 {
        let key = format!("detect:{key}");
        if !forced.contains(key.as_str()) {
            facts.values.insert(key, Fact { value: detection.found.map(Value::Yes), from: Provenance::Derived });
        }
    }
    for (key, text) in [("message.text", &message), ("thread.text", &message), ("draft.sources", &String::new())] {
        facts.name(key, text, Provenance::Observed);
    }
    for script in &model.scripts {
        script.run(&mut facts, Some(&draft));
    }
    facts
}

fn observed(value: Value) -> Fact {
    Fact { value: Some(value), from: Provenance::Observed }
}

pub(crate) fn quiet(key: &str, kind: &Kind) -> Option<Value> {
    let lowest = |low: &i64, high: &i64| if (low..=high).contains(&&0) { 0 } else { *low };
    Some(match (key, kind) {
        ("confidence" | "margin", _) => Value::Number(1000),
        ("thread.depth", _) => Value::Number(1000),
        (key, _) if key.starts_with("certified:") => Value::Number(UNPROVED),
        ("message.language", _) => Value::Name("en".to_owned()),
        ("action", _) => Value::Name("reply".to_owned()),
        ("intent" | "second_intent", Kind::OneOf(names)) => {
            return names.iter().find(|name| *name == "other").cloned().map(Value::Name);
        }
        (_, Kind::YesNo) => Value::Yes(false),
        (_, Kind::OneOf(names)) => Value::Name(names.first()?.clone()),
        (_, Kind::Number(low, high)) => Value::Number(lowest(low, high)),
        (_, Kind::Money(currency, low, high)) => Value::Money { minor: lowest(low, high), currency: currency.clone() },
        (_, Kind::Text) => Value::Name(String::new()),
        (_, Kind::Open) => return None,
    })
}
