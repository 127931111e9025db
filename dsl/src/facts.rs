//! The typed values a policy may read.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a fact comes from. Kept in the decision record; it never changes a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Seen or counted by the host.
    Observed,
    /// Said by a statistical or language model.
    Model,
    /// Computed by one of the policy's scripts.
    Script,
    /// Computed from other facts.
    Derived,
    /// A default that nobody observed.
    Assumed,
}

/// One value.
///
/// As JSON: `true`, `"email"`, `0.85`, `{"minor": 120050, "currency": "USD"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Yes(bool),
    /// One of a list of names.
    Name(String),
    /// A number in thousandths: 0.85 is 850.
    Number(i64),
    /// An amount in the currency's hundredths, whatever the currency: 1 200.50 USD is 120 050.
    Money {
        /// Hundredths of the currency's unit.
        minor: i64,
        /// ISO 4217 code.
        currency: String,
    },
}

/// Thousandths beyond this do not survive the way through JSON exactly.
const LARGEST_THOUSANDTHS: i64 = 9_000_000_000_000_000;

/// Rounds to thousandths, half away from zero; `None` for a number that is not finite.
pub(crate) fn thousandths(number: f64) -> Option<i64> {
    if !number.is_finite() {
        return None;
    }
    let limit = LARGEST_THOUSANDTHS as f64;
    Some((number * 1000.0).round().clamp(-limit, limit) as i64)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Yes(bool),
    Whole(i64),
    Number(f64),
    Name(String),
    Money { minor: i64, currency: String },
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Yes(yes) => serializer.serialize_bool(*yes),
            Self::Name(name) => serializer.serialize_str(name),
            Self::Number(number) if number % 1000 == 0 => serializer.serialize_i64(number / 1000),
            Self::Number(number) => serializer.serialize_f64(*number as f64 / 1000.0),
            Self::Money { minor, currency } => {
                let mut money = serializer.serialize_struct("Money", 2)?;
                money.serialize_field("minor", minor)?;
                money.serialize_field("currency", currency)?;
                money.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Yes(yes) => Self::Yes(yes),
            Wire::Whole(whole) => Self::Number(whole.saturating_mul(1000)),
            Wire::Number(number) => {
                Self::Number(thousandths(number).ok_or_else(|| serde::de::Error::custom("number is not finite"))?)
            }
            Wire::Name(name) => Self::Name(name),
            Wire::Money { minor, currency } => Self::Money { minor, currency },
        })
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The value; `None` means that it could not be determined. Rules that need it then count as matched.
    pub value: Option<Value>,
    /// Where it comes from.
    pub from: Provenance,
}

/// Everything a decision reads. Serialised into the decision record.
///
/// Keys are fact paths (`channel`, `contact.new`, a policy's own `deal.value`) and, with a prefix, the host's
/// counters and results: `segment:vip`, `over:contact_daily`, `switch:stop_all`, `detect:message.legal_threat`,
/// `script:big_discount`. A fact that a rule needs and that is absent counts as failed, so a host gives every segment,
/// limit and switch of the policy, and the answer `draft.absent` while there is no draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The time of the decision, in milliseconds since 1970 UTC.
    pub now_ms: i64,
    /// When this reply was first held, if it was. `hold 12h` counts from here, and a hold lasts a week at most.
    pub held_since_ms: Option<i64>,
    /// For each limit that is used up: when its bucket ends, in milliseconds since 1970 UTC.
    #[serde(default)]
    pub over_until_ms: BTreeMap<String, i64>,
    /// The facts by key.
    pub values: BTreeMap<String, Fact>,
}

impl Facts {
    /// No facts yet, at this time in milliseconds since 1970 UTC.
    pub fn new(now_ms: i64) -> Self {
        Self { now_ms, held_since_ms: None, over_until_ms: BTreeMap::new(), values: BTreeMap::new() }
    }

    /// Sets a yes/no fact.
    pub fn yes(&mut self, key: &str, value: bool, from: Provenance) -> &mut Self {
        self.set(key, Some(Value::Yes(value)), from)
    }

    /// Sets a fact whose value is a name, such as `channel` or `intent`.
    pub fn name(&mut self, key: &str, value: &str, from: Provenance) -> &mut Self {
        self.set(key, Some(Value::Name(value.to_owned())), from)
    }

    /// Sets a number, rounded to thousandths. A number that is not finite is a failed fact.
    pub fn number(&mut self, key: &str, value: f64, from: Provenance) -> &mut Self {
        self.set(key, thousandths(value).map(Value::Number), from)
    }

    /// Sets an amount of money in hundredths of the currency's unit.
    pub fn money(&mut self, key: &str, minor: i64, currency: &str, from: Provenance) -> &mut Self {
        self.set(key, Some(Value::Money { minor, currency: currency.to_owned() }), from)
    }

    /// Records that a fact could not be determined.
    pub fn failed(&mut self, key: &str, from: Provenance) -> &mut Self {
        self.set(key, None, from)
    }

    /// The value, if the fact is there and did not fail.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key).and_then(|fact| fact.value.as_ref())
    }

    /// The yes/no value; `None` when absent, failed, or of another type.
    pub fn get_yes(&self, key: &str) -> Option<bool> {
        match self.value(key) {
            Some(Value::Yes(yes)) => Some(*yes),
            _ => None,
        }
    }

    /// The name; `None` when absent, failed, or of another type.
    pub fn get_name(&self, key: &str) -> Option<&str> {
        match self.value(key) {
            Some(Value::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// The number in thousandths; `None` when absent, failed, or of another type.
    pub fn get_number(&self, key: &str) -> Option<i64> {
        match self.value(key) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Adds what the detectors found, as `detect:<subject>.<detector>`.
    pub fn detections(&mut self, found: &crate::Detections) -> &mut Self {
        for (key, detection) in &found.0 {
            let value = detection.found.map(Value::Yes);
            self.set(&format!("detect:{key}"), value, Provenance::Derived);
        }
        self
    }

    fn set(&mut self, key: &str, value: Option<Value>, from: Provenance) -> &mut Self {
        self.values.insert(key.to_owned(), Fact { value, from });
        self
    }
}
