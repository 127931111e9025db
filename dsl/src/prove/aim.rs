//! Cheap examples: a point that is changed until a condition probably holds there.

use crate::condition::{Cell, Expr};
use crate::model::Model;
use crate::prove::circuit::Point;
use crate::prove::domain::{Domain, NOW, seen_in};

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
        self.make(&mut point, when, true);
        point
    }

    fn make(&self, point: &mut Point, when: &Expr, wanted: bool) {
        match (when, wanted) {
            (Expr::All(parts), true) | (Expr::Any(parts), false) => {
                parts.iter().for_each(|part| self.make(point, part, wanted));
            }
            (Expr::All(parts), false) | (Expr::Any(parts), true) => {
                if let Some(first) = parts.first() {
                    self.make(point, first, wanted);
                }
            }
            (Expr::Not(inner), _) => self.make(point, inner, !wanted),
            (Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..), _) => {
                let Some((variable, seen)) = self.slots.get(*slot) else { return };
                let fits = |cell: usize| seen.get(cell).and_then(|cell| when.says_of(*cell)) == Some(wanted);
                if !fits(point.cell(*variable))
                    && let Some(cell) = (0..seen.len()).find(|cell| fits(*cell))
                {
                    point.set(*variable, cell);
                }
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
                    self.make(point, when, true);
                }
            }
        }
    }
}
