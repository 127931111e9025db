//! The parts of a condition that must all hold, and what follows from what, as far as the form alone shows.

use std::collections::BTreeSet;

use crate::ast::{At, Comparison, Cond, Word};
use crate::check::UNPROVED;
use crate::condition::Kind;
use crate::model::Model;

/// One part of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A yes/no question with this key, and the answer wanted.
    Yes(String, bool),
    /// At least one of these yes/no questions.
    AnyYes(BTreeSet<String>),
    /// The fact is one of these names, or (if false) none of them.
    Named(String, BTreeSet<String>, bool),
    /// The fact is in this range, both ends included.
    Range(String, i64, i64),
    /// Anything else: only equal to itself.
    Other(String),
}

#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) part: Part,
    pub(super) at: At,
}

/// The parts that must all hold for the condition to hold.
pub(super) fn parts(cond: &Cond, model: &Model) -> Vec<Literal> {
    let mut found = Vec::new();
    Reader { model, found: &mut found }.read(cond, true);
    found
}

struct Reader<'r> {
    model: &'r Model,
    found: &'r mut Vec<Literal>,
}

impl Reader<'_> {
    fn read(&mut self, cond: &Cond, wanted: bool) {
        match cond {
            Cond::Not(inner) => self.read(inner, !wanted),
            Cond::All(parts) if wanted => parts.iter().for_each(|part| self.read(part, true)),
            Cond::Any(parts) if !wanted => parts.iter().for_each(|part| self.read(part, false)),
            Cond::All(_) | Cond::Any(_) => self.push(Part::Other(key(cond, wanted)), place(cond)),
            Cond::Detects { subject, names } => {
                let key = |name: &Word| format!("{} detects {}", subject.as_str(), name.text);
                self.any(names.iter().map(key).collect(), wanted, place(cond));
            }
            Cond::Member(names) => {
                let key = |name: &Word| format!("contact in {}", name.text);
                self.any(names.iter().map(key).collect(), wanted, place(cond));
            }
            Cond::During { hours, outside } => {
                self.push(Part::Yes(format!("during {}", hours.text), wanted != *outside), hours.at);
            }
            Cond::Over(name) => self.push(Part::Yes(format!("over {}", name.text), wanted), name.at),
            Cond::Switch(name) => self.push(Part::Yes(format!("switch {}", name.text), wanted), name.at),
            Cond::Script { name, compare: None } => {
                self.push(Part::Yes(format!("script {}", name.text), wanted), name.at);
            }
            Cond::Script { name, compare: Some((comparison, number)) } => {
                let script = self.model.scripts.iter().find(|script| script.name == name.text);
                let (low, high) = script.and_then(|script| script.range).unwrap_or((i64::MIN, i64::MAX));
                let range = range(*comparison, number.thousandths, wanted, low, high);
                self.push(Part::Range(format!("script {}", name.text), range.0, range.1), number.at);
            }
            Cond::Certified { name, most } => {
                let range = range(Comparison::AtMost, most.thousandths, wanted, 0, UNPROVED);
                self.push(Part::Range(format!("certified:{}", name.text), range.0, range.1), name.at);
            }
            Cond::Is { path, not, name } => self.named(path, std::slice::from_ref(name), wanted != *not),
            Cond::In { path, names } => self.named(path, names, wanted),
            Cond::CompareNumber { path, comparison, number, .. } => {
                let slot = self.model.slots.iter().find(|slot| slot.key == path.text);
                let (low, high, value) = match slot.map(|slot| &slot.kind) {
                    Some(Kind::Number(low, high)) => (*low, *high, number.thousandths),
                    Some(Kind::Money(_, low, high)) => (*low, *high, number.thousandths / 10),
                    _ => (i64::MIN, i64::MAX, number.thousandths),
                };
                let range = range(*comparison, value, wanted, low, high);
                self.push(Part::Range(path.text.clone(), range.0, range.1), number.at);
            }
            Cond::CompareName { path, comparison, name } => {
                let tiers = &self.model.tiers;
                let limit = tiers.iter().position(|tier| *tier == name.text).unwrap_or(0) as i64;
                let fits = |(number, _): &(usize, &String)| comparison.holds(*number as i64, limit) == wanted;
                let names = tiers.iter().enumerate().filter(fits).map(|(_, tier)| tier.clone()).collect();
                self.push(Part::Named(path.text.clone(), names, true), name.at);
            }
            Cond::Truth(path) => self.push(Part::Yes(path.text.clone(), wanted), path.at),
        }
    }

    fn push(&mut self, part: Part, at: At) {
        self.found.push(Literal { part, at });
    }

    fn any(&mut self, keys: BTreeSet<String>, wanted: bool, at: At) {
        if wanted && keys.len() > 1 {
            self.push(Part::AnyYes(keys), at);
        } else {
            keys.into_iter().for_each(|key| self.push(Part::Yes(key, wanted), at));
        }
    }

    fn named(&mut self, path: &Word, names: &[Word], wanted: bool) {
        let at = names.first().map_or(path.at, |name| name.at);
        let names = names.iter().map(|name| name.text.clone()).collect();
        self.push(Part::Named(path.text.clone(), names, wanted), at);
    }
}

/// The values for which the comparison holds (or, if not `wanted`, does not), within what the fact can be.
fn range(comparison: Comparison, value: i64, wanted: bool, low: i64, high: i64) -> (i64, i64) {
    match (comparison, wanted) {
        (Comparison::AtLeast, true) | (Comparison::Below, false) => (value.max(low), high),
        (Comparison::Above, true) | (Comparison::AtMost, false) => (value.saturating_add(1).max(low), high),
        (Comparison::AtMost, true) | (Comparison::Above, false) => (low, value.min(high)),
        (Comparison::Below, true) | (Comparison::AtLeast, false) => (low, value.saturating_sub(1).min(high)),
    }
}

fn place(cond: &Cond) -> At {
    match cond {
        Cond::All(parts) | Cond::Any(parts) => parts.first().map_or(At { file: 0, start: 0, end: 0 }, place),
        Cond::Not(inner) => place(inner),
        Cond::Detects { names, .. } | Cond::Member(names) => {
            names.first().map_or(At { file: 0, start: 0, end: 0 }, |name| name.at)
        }
        Cond::During { hours: word, .. }
        | Cond::Over(word)
        | Cond::Switch(word)
        | Cond::Script { name: word, .. }
        | Cond::Certified { name: word, .. }
        | Cond::Is { path: word, .. }
        | Cond::In { path: word, .. }
        | Cond::CompareNumber { path: word, .. }
        | Cond::CompareName { path: word, .. }
        | Cond::Truth(word) => word.at,
    }
}

/// The same condition always has the same key, wherever it stands.
fn key(cond: &Cond, wanted: bool) -> String {
    let list = |names: &[Word]| names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(",");
    let sorted = |parts: &[Cond]| {
        let mut keys: Vec<String> = parts.iter().map(|part| key(part, true)).collect();
        keys.sort();
        keys.join(";")
    };
    let text = match cond {
        Cond::All(parts) => format!("all({})", sorted(parts)),
        Cond::Any(parts) => format!("any({})", sorted(parts)),
        Cond::Not(inner) => return key(inner, !wanted),
        Cond::Detects { subject, names } => format!("{} detects {}", subject.as_str(), list(names)),
        Cond::Member(names) => format!("contact in {}", list(names)),
        Cond::During { hours, outside } => format!("{outside} during {}", hours.text),
        Cond::Over(name) => format!("over {}", name.text),
        Cond::Switch(name) => format!("switch {}", name.text),
        Cond::Script { name, compare } => {
            format!("script {} {:?}", name.text, compare.map(|(comparison, number)| (comparison, number.thousandths)))
        }
        Cond::Certified { name, most } => format!("certified {} {}", name.text, most.thousandths),
        Cond::Is { path, not, name } => format!("{} {not} {}", path.text, name.text),
        Cond::In { path, names } => format!("{} in {}", path.text, list(names)),
        Cond::CompareNumber { path, comparison, number, currency } => {
            let currency = currency.as_ref().map_or("", |currency| currency.text.as_str());
            format!("{} {comparison:?} {} {currency}", path.text, number.thousandths)
        }
        Cond::CompareName { path, comparison, name } => format!("{} {comparison:?} {}", path.text, name.text),
        Cond::Truth(path) => path.text.clone(),
    };
    if wanted { text } else { format!("not {text}") }
}

impl Part {
    /// What it asks about: a part that follows from another one shares at least one of these with it.
    pub(super) fn subjects(&self) -> Vec<&str> {
        match self {
            Self::Yes(key, _) | Self::Named(key, ..) | Self::Range(key, ..) | Self::Other(key) => vec![key],
            Self::AnyYes(keys) => keys.iter().map(String::as_str).collect(),
        }
    }

    /// Whenever this holds, `other` holds too.
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Yes(one, true), Self::AnyYes(keys)) => keys.contains(one),
            (Self::AnyYes(some), Self::AnyYes(more)) => some.is_subset(more),
            (Self::Named(one, names, true), Self::Named(path, more, true)) => one == path && names.is_subset(more),
            (Self::Named(one, names, true), Self::Named(path, gone, false)) => one == path && names.is_disjoint(gone),
            (Self::Named(one, gone, false), Self::Named(path, less, false)) => one == path && less.is_subset(gone),
            (Self::Range(one, low, high), Self::Range(path, least, most)) => {
                one == path && least <= low && high <= most
            }
            (one, other) => one == other,
        }
    }

    /// The two can never hold at the same time.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Yes(one, wanted), Self::Yes(path, unwanted)) => one == path && wanted != unwanted,
            (Self::Named(one, names, true), Self::Named(path, others, true)) => {
                one == path && names.is_disjoint(others)
            }
            (Self::Named(one, names, true), Self::Named(path, gone, false))
            | (Self::Named(path, gone, false), Self::Named(one, names, true)) => one == path && names.is_subset(gone),
            (Self::Range(one, low, high), Self::Range(path, least, most)) => {
                one == path && (high < least || most < low)
            }
            _ => false,
        }
    }

    /// It can never hold by itself.
    fn is_impossible(&self) -> bool {
        match self {
            Self::Range(_, low, high) => low > high,
            Self::Named(_, names, true) => names.is_empty(),
            _ => false,
        }
    }
}

/// Whenever the first parts all hold, the second ones do.
pub(super) fn all_imply(first: &[Literal], second: &[Literal]) -> bool {
    second.iter().all(|wanted| first.iter().any(|one| one.part.implies(&wanted.part)))
}

/// Two places that contradict each other; one place twice when a part is impossible by itself.
pub(super) fn contradiction(parts: &[Literal]) -> Option<(At, At)> {
    if let Some(alone) = parts.iter().find(|one| one.part.is_impossible()) {
        return Some((alone.at, alone.at));
    }
    parts.iter().enumerate().find_map(|(number, later)| {
        let earlier = parts.iter().take(number).find(|earlier| earlier.part.excludes(&later.part))?;
        Some((earlier.at, later.at))
    })
}

/// The comparisons with a number that hold whatever the fact is.
pub(super) fn always_true<'p>(parts: &'p [Literal], model: &Model) -> Option<&'p Literal> {
    parts.iter().find(|one| match &one.part {
        Part::Range(path, low, high) => model.slots.iter().any(|slot| {
            slot.key == *path
                && matches!(&slot.kind, Kind::Number(least, most) | Kind::Money(_, least, most) if low == least && high == most)
        }),
        _ => false,
    })
}
