//! Cheap examples: a point that is changed until a condition probably holds there.

use crate::ast::Comparison;
use crate::condition::{Cell, Expr};
use crate::model::Model;
use crate::prove::circuit::Point;
use crate::prove::claims::reads;
use crate::prove::domain::{Domain, NOW, seen_in};

/// How far a number is moved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Not at all where it fits already.
    Least,
    /// To the last value that fits, on the side of the bound.
    Bound,
}

pub(crate) struct Aim<'a> {
    model: &'a Model,
    domain: &'a Domain,
    slots: Vec<(usize, Vec<Cell<'a>>)>,
}

impl<'a> Aim<'a> {
    pub(crate) fn new(model: &'a Model, domain: &'a Domain) -> Self {
        let slots = model.slots.iter().map(|slot| {
            let number = domain.number(&slot.key).unwrap_or(usize::MAX);
            (number, domain.variable(number).map(|variable| seen_in(slot, variable)).unwrap_or_default())
        });
        Self { model, domain, slots: slots.collect() }
    }

    /// The base, changed so that the condition holds. Parts that contradict each other spoil it: look before use.
    pub(crate) fn at(&self, base: &Point, when: &Expr) -> Point {
        let mut point = base.clone();
        self.make(&mut point, when, true, Reach::Least);
        point
    }

    /// The same, with every number as close to its bound as can be: where few other conditions hold as well.
    pub(crate) fn just_at(&self, base: &Point, when: &Expr) -> Point {
        let mut point = base.clone();
        self.make(&mut point, when, true, Reach::Bound);
        point
    }

    /// Changes a point so that `other` fails, by a fact that `own` does not ask for where there is one; else it may spoil
    /// `own`. Which of several such facts it is changes with `turn`, so that who tries again tries something else.
    pub(crate) fn avoid(&self, point: &mut Point, own: &Expr, other: &Expr, turn: usize) {
        let own_asks = |slot: &usize| reads(own, &|one| one == slot);
        match other {
            Expr::Any(parts) => parts.iter().for_each(|part| self.avoid(point, own, part, turn)),
            Expr::All(parts) => {
                let mut free: Vec<&Expr> = parts.iter().filter(|part| !reads(part, &own_asks)).collect();
                if free.is_empty() {
                    free = parts.iter().collect();
                }
                if let Some(part) = free.get(turn % free.len().max(1)) {
                    self.avoid(point, own, part, turn);
                }
            }
            _ => self.make(point, other, false, Reach::Least),
        }
    }

    fn make(&self, point: &mut Point, when: &Expr, wanted: bool, reach: Reach) {
        match (when, wanted) {
            (Expr::All(parts), true) | (Expr::Any(parts), false) => {
                parts.iter().for_each(|part| self.make(point, part, wanted, reach));
            }
            (Expr::All(parts), false) | (Expr::Any(parts), true) => {
                if let Some(first) = parts.first() {
                    self.make(point, first, wanted, reach);
                }
            }
            (Expr::Not(inner), _) => self.make(point, inner, !wanted, reach),
            (Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..), _) => {
                let Some((variable, seen)) = self.slots.get(*slot) else { return };
                let fits = |cell: usize| seen.get(cell).and_then(|cell| when.says_of(*cell)) == Some(wanted);
                let bound = match when {
                    Expr::Number(_, comparison, _) if reach == Reach::Bound => Some(comparison),
                    _ => None,
                };
                if bound.is_none() && fits(point.cell(*variable)) {
                    return;
                }
                let from_above = matches!(bound, Some(Comparison::Below | Comparison::AtMost)) == wanted;
                let cell = match bound.is_some() && from_above {
                    true => (0..seen.len()).rev().find(|cell| fits(*cell)),
                    false => (0..seen.len()).find(|cell| fits(*cell)),
                };
                cell.into_iter().for_each(|cell| point.set(*variable, cell));
            }
            (Expr::During(hours), _) => {
                let (Some(now), Some(column)) = (self.domain.number(NOW), self.domain.column(0, *hours)) else {
                    return;
                };
                let fits = |cell: usize| {
                    self.domain.moments.get(cell).and_then(|moment| moment.during.get(column)) == Some(&wanted)
                };
                if !fits(point.cell(now))
                    && let Some(cell) = (0..self.domain.moments.len()).find(|cell| fits(*cell))
                {
                    point.set(now, cell);
                }
            }
            (Expr::Tier(tiers), _) => {
                let fits = |tier: usize| tiers.get(tier) == Some(&wanted);
                let row = self.model.risk.iter().find(|(tier, ..)| fits(*tier));
                if let Some((_, when, _)) = row
                    && !fits(0)
                {
                    self.make(point, when, true, reach);
                }
            }
        }
    }
}
