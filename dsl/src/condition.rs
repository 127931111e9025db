//! Compiled conditions and their three-valued evaluation.
//!
//! A condition is true, false, or undecided (`None`) because a fact failed: strong Kleene logic. What undecided means
//! is for the caller: a restriction counts it as matched, a route row as not matched.

use std::collections::BTreeSet;

use crate::ast::Comparison;
use crate::facts::{Facts, Value};

/// What a fact may hold. A value outside counts as failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    YesNo,
    /// One of a closed list.
    OneOf(Vec<String>),
    /// Any name, such as a language.
    Open,
    /// A text that only scripts read.
    Text,
    /// Thousandths, both ends allowed.
    Number(i64, i64),
    /// Hundredths of the currency's unit, both ends allowed.
    Money(String, i64, i64),
}

/// One fact that some rule of the policy reads.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) key: String,
    pub(crate) kind: Kind,
    /// It looks at the draft: without a draft it is simply not so.
    pub(crate) needs_draft: bool,
}

/// The value of a slot in one decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Failed,
    /// About a draft, and there is none.
    NoDraft,
    Yes(bool),
    Name(&'a str),
    Number(i64),
}

impl Slot {
    pub(crate) fn encode<'a>(&self, facts: &'a Facts, no_draft: bool) -> Cell<'a> {
        if self.needs_draft && no_draft { Cell::NoDraft } else { self.read(facts.value(&self.key)) }
    }

    /// What a value means to this slot; `None` and everything out of place has failed.
    pub(crate) fn read<'a>(&self, value: Option<&'a Value>) -> Cell<'a> {
        match (&self.kind, value) {
            (Kind::YesNo, Some(Value::Yes(yes))) => Cell::Yes(*yes),
            (Kind::OneOf(names), Some(Value::Name(name))) if names.iter().any(|known| known == name) => {
                Cell::Name(name)
            }
            (Kind::Open | Kind::Text, Some(Value::Name(name))) => Cell::Name(name),
            (Kind::Number(low, high), Some(Value::Number(number))) if (low..=high).contains(&number) => {
                Cell::Number(*number)
            }
            (Kind::Money(wanted, low, high), Some(Value::Money { minor, currency }))
                if wanted == currency && (low..=high).contains(&minor) =>
            {
                Cell::Number(*minor)
            }
            _ => Cell::Failed,
        }
    }
}

/// A condition over slots, hours and tiers, all by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Yes(usize),
    Named(usize, Vec<String>),
    Number(usize, Comparison, i64),
    During(usize),
    /// The tiers for which it holds.
    Tier(Vec<bool>),
}

impl Expr {
    pub(crate) const fn always() -> Self {
        Self::All(Vec::new())
    }

    /// The truth of a question about one fact, given the fact; undecided for everything else.
    pub(crate) fn says_of(&self, cell: Cell<'_>) -> Option<bool> {
        match (self, cell) {
            (Self::Yes(_) | Self::Named(..) | Self::Number(..), Cell::NoDraft) => Some(false),
            (Self::Yes(_), Cell::Yes(yes)) => Some(yes),
            (Self::Named(_, names), Cell::Name(name)) => Some(names.iter().any(|known| known == name)),
            (Self::Number(_, comparison, constant), Cell::Number(number)) => Some(comparison.holds(number, *constant)),
            _ => None,
        }
    }
}

/// Everything a condition can look at in one decision.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) cells: Vec<Cell<'a>>,
    pub(crate) during: Vec<bool>,
    /// The tiers that the message may have; more than one when a risk row is undecided.
    pub(crate) tiers: Vec<bool>,
}

impl View<'_> {
    fn cell(&self, slot: usize) -> Cell<'_> {
        self.cells.get(slot).copied().unwrap_or(Cell::Failed)
    }

    /// True, false, or undecided.
    pub(crate) fn holds(&self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::All(parts) => {
                let mut result = Some(true);
                for part in parts {
                    match self.holds(part) {
                        Some(false) => return Some(false),
                        None => result = None,
                        Some(true) => {}
                    }
                }
                result
            }
            Expr::Any(parts) => {
                let mut result = Some(false);
                for part in parts {
                    match self.holds(part) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                result
            }
            Expr::Not(inner) => self.holds(inner).map(|holds| !holds),
            Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..) => expr.says_of(self.cell(*slot)),
            Expr::During(hours) => self.during.get(*hours).copied(),
            Expr::Tier(wanted) => {
                let possible =
                    || self.tiers.iter().zip(wanted).filter(|(possible, _)| **possible).map(|(_, wanted)| *wanted);
                match (possible().any(|wanted| wanted), possible().any(|wanted| !wanted)) {
                    (true, true) | (false, false) => None,
                    (wanted, _) => Some(wanted),
                }
            }
        }
    }

    /// Collects the keys of the facts because of which a condition is undecided.
    pub(crate) fn blame(&self, expr: &Expr, slots: &[Slot], unknown: &mut BTreeSet<String>) {
        match expr {
            Expr::All(parts) | Expr::Any(parts) => {
                for part in parts.iter().filter(|part| self.holds(part).is_none()) {
                    self.blame(part, slots, unknown);
                }
            }
            Expr::Not(inner) => self.blame(inner, slots, unknown),
            Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..) => {
                if self.cell(*slot) == Cell::Failed
                    && let Some(slot) = slots.get(*slot)
                {
                    unknown.insert(slot.key.clone());
                }
            }
            Expr::During(_) | Expr::Tier(_) => {}
        }
    }
}

impl Comparison {
    pub(crate) const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::AtLeast => left >= right,
            Self::AtMost => left <= right,
            Self::Above => left > right,
            Self::Below => left < right,
        }
    }
}
