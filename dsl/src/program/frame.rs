//! What a decision reads, by slot number instead of by key.

use crate::condition::{Cell, Kind, Slot};
use crate::facts::{Facts, Value};

/// A value as the host has it. Names and currencies are borrowed: nothing is copied to decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Raw<'a> {
    /// Absent, or it could not be determined.
    #[default]
    Failed,
    /// Yes or no.
    Yes(bool),
    /// One of a list of names.
    Name(&'a str),
    /// A number in thousandths.
    Number(i64),
    /// An amount in hundredths of the currency's unit.
    Money {
        /// Hundredths of the currency's unit.
        minor: i64,
        /// ISO 4217 code.
        currency: &'a str,
    },
}

impl<'a> From<&'a Value> for Raw<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Yes(yes) => Self::Yes(*yes),
            Value::Name(name) => Self::Name(name),
            Value::Number(number) => Self::Number(*number),
            Value::Money { minor, currency } => Self::Money { minor: *minor, currency },
        }
    }
}

/// Everything one decision reads: [`crate::Facts`] with numbers for keys.
///
/// A value that is missing at the end of `values` has failed, as one that is absent from [`crate::Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The time of the decision, in milliseconds since 1970 UTC.
    pub now_ms: i64,
    /// When this reply was first held, if it was.
    pub held_since_ms: Option<i64>,
    /// The values, by the numbers of [`crate::Policy::slot`].
    pub values: &'a [Raw<'a>],
    /// For each limit, in the order of [`crate::Policy::limits`]: when its bucket ends, if it is used up.
    pub over_until_ms: &'a [Option<i64>],
}

impl<'a> Frame<'a> {
    /// A frame of values that the host keeps. Nothing is held yet, and no limit is used up.
    #[must_use]
    pub const fn new(now_ms: i64, values: &'a [Raw<'a>]) -> Self {
        Self { now_ms, held_since_ms: None, values, over_until_ms: &[] }
    }

    /// The value in a slot.
    #[must_use]
    pub fn value(&self, slot: usize) -> Raw<'a> {
        self.values.get(slot).copied().unwrap_or_default()
    }
}

/// A [`Frame`] that was made from [`crate::Facts`] and keeps its own values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedFrame<'f> {
    now_ms: i64,
    held_since_ms: Option<i64>,
    values: Vec<Raw<'f>>,
    over_until_ms: Vec<Option<i64>>,
}

impl OwnedFrame<'_> {
    /// The frame.
    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        let Self { now_ms, held_since_ms, values, over_until_ms } = self;
        Frame { now_ms: *now_ms, held_since_ms: *held_since_ms, values, over_until_ms }
    }
}

/// The keys of a policy's slots, and facts by them.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) names: Vec<String>,
    table: super::names::Names,
    limits: Vec<String>,
    /// The slots that the decision reads whatever the rules ask.
    pub(crate) approved: usize,
    pub(crate) no_draft: usize,
}

impl Keys {
    pub(crate) fn new(slots: &[Slot], limits: Vec<String>) -> Self {
        let mut names: Vec<String> = slots.iter().map(|slot| slot.key.clone()).collect();
        let mut number = |key: &str| match names.iter().position(|name| name == key) {
            Some(number) => number,
            None => {
                names.push(key.to_owned());
                names.len() - 1
            }
        };
        let (approved, no_draft) = (number("approved"), number("draft.absent"));
        let table = super::names::Names::new(names.iter().map(String::as_str));
        Self { names, table, limits, approved, no_draft }
    }

    pub(crate) fn number(&self, key: &str) -> Option<usize> {
        self.table.find(key)
    }

    pub(crate) fn frame<'f>(&self, facts: &'f Facts) -> OwnedFrame<'f> {
        let mut values = vec![Raw::Failed; self.names.len()];
        for (key, fact) in &facts.values {
            if let Some(value) = &fact.value
                && let Some(place) = self.number(key).and_then(|number| values.get_mut(number))
            {
                *place = Raw::from(value);
            }
        }
        let over_until_ms = match facts.over_until_ms.is_empty() {
            true => Vec::new(),
            false => self.limits.iter().map(|name| facts.over_until_ms.get(name).copied()).collect(),
        };
        OwnedFrame { now_ms: facts.now_ms, held_since_ms: facts.held_since_ms, values, over_until_ms }
    }
}

impl Slot {
    /// [`Slot::encode`] for a value that has been looked up.
    pub(crate) fn cell<'a>(&self, raw: Raw<'a>, no_draft: bool) -> Cell<'a> {
        if self.needs_draft && no_draft {
            return Cell::NoDraft;
        }
        match (&self.kind, raw) {
            (Kind::YesNo, Raw::Yes(yes)) => Cell::Yes(yes),
            (Kind::OneOf(names), Raw::Name(name)) if names.iter().any(|known| known == name) => Cell::Name(name),
            (Kind::Open | Kind::Text, Raw::Name(name)) => Cell::Name(name),
            (Kind::Number(low, high), Raw::Number(number)) if (*low..=*high).contains(&number) => Cell::Number(number),
            (Kind::Money(wanted, low, high), Raw::Money { minor, currency })
                if wanted == currency && (*low..=*high).contains(&minor) =>
            {
                Cell::Number(minor)
            }
            _ => Cell::Failed,
        }
    }
}
