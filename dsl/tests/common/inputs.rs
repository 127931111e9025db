//! Facts for any policy, with a liking for what is at the edge: constants of the policy and their neighbours, changes
//! of the clock, values that failed or are of a wrong type.

use std::collections::BTreeMap;

use jiff::Timestamp;
use remit_dsl::{Fact, Facts, Policy, Provenance, Value};

use super::generate::Dice;

/// What a fact may be.
#[derive(Clone, Debug)]
enum Sort {
    YesNo,
    Names(Vec<String>),
    /// Low, high, and the currency.
    Number(i64, i64, Option<String>),
}

/// A source of facts for one policy.
#[derive(Clone, Debug)]
pub(crate) struct Inputs {
    keys: Vec<(String, Sort)>,
    limits: Vec<String>,
    /// Numbers that the policy's files name, in thousandths and as hundredths.
    constants: Vec<i64>,
    times: Vec<i64>,
    facts: Facts,
    /// The keys whose values failed the last time, by number.
    broken: Vec<usize>,
}

/// Facts that switch everything off: seldom so, or nothing else would ever decide.
const STANDARD: [&str; 11] = [
    "message.automated",
    "contact.opted_out",
    "contact.paused",
    "thread.human_active",
    "thread.third_party",
    "window.closed",
    "kill_switch",
    "channel.disabled",
    "channel.unanswered",
    "draft.doubtful",
    "draft.unsafe",
];

/// 2020 and 2031, in milliseconds.
const EARLY_MS: i64 = 1_577_836_800_000;
const LATE_MS: i64 = 1_924_992_000_000;

fn sort(policy: &Policy, key: &str, type_: Option<&str>, dice: &mut Dice) -> Sort {
    let names = |names: &mut dyn Iterator<Item = &str>| Sort::Names(names.map(str::to_owned).collect());
    match key {
        "channel" => return names(&mut ["email", "sms", "whatsapp", "chat", "voice", "linkedin"].into_iter()),
        "intent" => return names(&mut policy.intents().iter().map(|intent| intent.name.as_str())),
        "agent" => return names(&mut policy.ai_agents().iter().map(|agent| agent.name.as_str()).chain(["none"])),
        "action" => return names(&mut ["reply", "opt_out", "book_meeting", "change_stage", "send_form"].into_iter()),
        "message.language" => return names(&mut ["en", "de", "fr", "xx"].into_iter()),
        key if key.starts_with("certified:") => return Sort::Number(0, 1000, None),
        _ => {}
    }
    let type_ = type_.unwrap_or(if key.starts_with("script:") && dice.percent(50) { "number 0..1" } else { "yes/no" });
    if let Some(list) = type_.strip_prefix("one of [") {
        return names(&mut list.trim_end_matches(']').split(", "));
    }
    let thousandths = |text: &str| (text.parse::<f64>().unwrap() * 1000.0).round() as i64;
    let range = |text: &str, unit: i64| {
        let (low, high) = text.split_once("..").unwrap();
        (thousandths(low) / unit, thousandths(high) / unit)
    };
    if let Some(text) = type_.strip_prefix("number ") {
        let (low, high) = range(text, 1);
        return Sort::Number(low, high, None);
    }
    if let Some((currency, text)) = type_.strip_prefix("money ").and_then(|text| text.split_once(' ')) {
        let (low, high) = range(text, 10);
        return Sort::Number(low, high, Some(currency.to_owned()));
    }
    Sort::YesNo
}

/// Every number in a text, as thousandths and as hundredths.
fn constants(text: &str) -> Vec<i64> {
    let digit = |letter: char| letter.is_ascii_digit() || letter == '.' || letter == '-';
    let numbers = text.split(|letter| !digit(letter)).filter_map(|number| number.parse::<f64>().ok());
    numbers
        .flat_map(|number| {
            [(number * 1000.0).round() as i64, (number * 100.0).round() as i64, (number * 10.0).round() as i64]
        })
        .collect()
}

/// Changes of the policy's clock, and other moments that have an edge.
fn times(policy: &Policy) -> Vec<i64> {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(policy.timezone()).unwrap();
    let from = Timestamp::from_millisecond(EARLY_MS).unwrap();
    let mut times: Vec<i64> = zone
        .following(from)
        .take(24)
        .map(|change| change.timestamp().as_millisecond())
        .filter(|ms| *ms < LATE_MS)
        .collect();
    for edge in [
        "2024-02-29T12:00Z",
        "2026-12-31T23:30Z",
        "2026-12-25T09:00Z",
        "2026-03-29T10:00Z",
        "2027-03-26T08:59:59.999Z",
        "2026-11-01T06:00Z",
    ] {
        times.push(edge.parse::<Timestamp>().unwrap().as_millisecond());
    }
    times
}

impl Inputs {
    pub(crate) fn new(policy: &Policy, dice: &mut Dice) -> Self {
        let types: BTreeMap<String, String> = policy.facts().into_iter().map(|fact| (fact.path, fact.type_)).collect();
        let mut keys: Vec<(String, Sort)> = Vec::new();
        for key in policy.slots().iter().map(String::as_str).chain(["sentiment", "not.declared"]) {
            if key != "draft.absent" && key != "approved" {
                keys.push((key.to_owned(), sort(policy, key, types.get(key).map(String::as_str), dice)));
            }
        }
        let mut constants: Vec<i64> = policy.files().values().flat_map(|text| constants(text)).collect();
        constants.sort_unstable();
        constants.dedup();
        let keys_count = keys.len();
        let limits = policy.limits().iter().map(|limit| limit.name.clone()).collect();
        Self {
            keys,
            limits,
            constants,
            times: times(policy),
            facts: Facts::new(EARLY_MS),
            broken: (0..keys_count).collect(),
        }
    }

    fn number(&self, low: i64, high: i64, dice: &mut Dice) -> i64 {
        if dice.percent(30) || self.constants.is_empty() {
            return dice.between(low, high);
        }
        let constant = self.constants[dice.throw(self.constants.len())];
        let sign = if dice.percent(15) { -1 } else { 1 };
        (sign * constant + dice.between(-1, 1)).clamp(low, high)
    }

    fn value(&self, sort: &Sort, yes: usize, dice: &mut Dice) -> Value {
        match sort {
            Sort::YesNo => Value::Yes(dice.percent(yes)),
            Sort::Names(names) if names.is_empty() => Value::Name("nothing".to_owned()),
            Sort::Names(names) => Value::Name(names[dice.throw(names.len())].clone()),
            Sort::Number(low, high, None) => Value::Number(self.number(*low, *high, dice)),
            Sort::Number(low, high, Some(currency)) => {
                Value::Money { minor: self.number(*low, *high, dice), currency: currency.clone() }
            }
        }
    }

    /// A value that is not allowed there.
    fn wrong(sort: &Sort, dice: &mut Dice) -> Value {
        match (sort, dice.throw(4)) {
            (Sort::Number(low, _, currency), 0) => match currency {
                None => Value::Number(low.saturating_sub(1)),
                Some(currency) => Value::Money { minor: low.saturating_sub(1), currency: currency.clone() },
            },
            (Sort::Number(_, high, currency), 1) => match currency {
                None => Value::Number(high.saturating_add(1)),
                Some(_) => Value::Money { minor: *high, currency: "ZZZ".to_owned() },
            },
            (_, 2) => Value::Number(i64::MAX),
            (Sort::YesNo, _) => Value::Name("yes".to_owned()),
            _ => Value::Name("a_name_that_nobody_has_ever_declared".to_owned()),
        }
    }

    fn now(&self, dice: &mut Dice) -> i64 {
        match dice.throw(40) {
            0 => [i64::MIN, i64::MAX, -1, 0, 4_102_444_800_000, 4_102_444_799_999, -62_135_596_800_000][dice.throw(7)],
            1..20 => {
                let near = self.times[dice.throw(self.times.len())];
                near + [0, -1, 1, dice.between(-7_200_000, 7_200_000), dice.between(-900_000_000, 0)][dice.throw(5)]
            }
            _ => dice.between(EARLY_MS, LATE_MS),
        }
    }

    /// The next facts: some of the last ones changed, sometimes all of them.
    pub(crate) fn next(&mut self, dice: &mut Dice) -> &Facts {
        let all = dice.percent(3);
        let yes = [2, 10, 40][dice.throw(3)];
        if all || dice.percent(60) {
            self.facts.now_ms = self.now(dice);
            let before = [0, 1, 7_200_000, dice.between(0, 700_000_000)][dice.throw(4)];
            self.facts.held_since_ms = dice.percent(40).then(|| self.facts.now_ms.saturating_sub(before));
            self.facts.over_until_ms.clear();
            for limit in &self.limits {
                if dice.percent(50) {
                    let later = dice.between(-3_600_000, 200_000_000);
                    self.facts.over_until_ms.insert(limit.clone(), self.facts.now_ms.saturating_add(later));
                }
            }
        }
        let mended = std::mem::take(&mut self.broken);
        let changed: Vec<usize> = match all {
            true => (0..self.keys.len()).collect(),
            false => (0..1 + dice.throw(7)).map(|_| dice.throw(self.keys.len())).collect(),
        };
        for number in mended.into_iter().chain(changed) {
            let (key, sort) = &self.keys[number];
            let yes = if STANDARD.contains(&key.as_str()) { yes / 10 } else { yes };
            let value = self.value(sort, yes, dice);
            set(&mut self.facts, key, Some(value));
        }
        // Half of the time nothing fails.
        for _ in 0..[0, 0, 0, 0, 1, 1, 2, 5][dice.throw(8)] {
            let number = dice.throw(self.keys.len());
            let (key, sort) = &self.keys[number];
            self.broken.push(number);
            match dice.throw(3) {
                0 => set(&mut self.facts, key, None),
                1 => drop(self.facts.values.remove(key)),
                _ => {
                    let value = Self::wrong(sort, dice);
                    set(&mut self.facts, key, Some(value));
                }
            }
        }
        for (key, percent) in [("draft.absent", 15), ("approved", 20)] {
            if all || dice.percent(20) {
                let value = match dice.throw(30) {
                    0 => None,
                    1 => Some(Value::Name("yes".to_owned())),
                    _ => Some(Value::Yes(dice.percent(percent))),
                };
                set(&mut self.facts, key, value);
            }
        }
        &self.facts
    }
}

fn set(facts: &mut Facts, key: &str, value: Option<Value>) {
    match facts.values.get_mut(key) {
        Some(fact) => fact.value = value,
        None => {
            facts.values.insert(key.to_owned(), Fact { value, from: Provenance::Observed });
        }
    }
}
