//! Values to rows: for each value that a slot can have, the terms that it rules out.

use std::collections::HashMap;

use super::bits::Bits;
use super::fours::Four;
use super::frame::Raw;
use super::names::Names;
use super::normal::{Literal, Term};
use crate::ast::Comparison;
use crate::condition::{Cell, Expr, Kind, Slot, View};
use crate::model::Model;

/// One row of bits: the terms that are ruled out. Row 0 rules out none.
pub(crate) type Block = [u64; 4];

#[derive(Debug)]
pub(crate) struct YesReader {
    pub(crate) slot: usize,
    no: u32,
    yes: u32,
    mentions: u32,
}

#[derive(Debug)]
pub(crate) struct NameReader {
    slot: usize,
    names: Names,
    /// By the number of the name.
    rows: Vec<u32>,
    /// The row of any other name; `None` when only the listed ones are allowed.
    other: Option<u32>,
    pub(crate) mentions: u32,
}

#[derive(Debug)]
pub(crate) struct NumberReader {
    slot: usize,
    currency: Option<String>,
    low: i64,
    high: i64,
    /// A value belongs to the cell whose number is the count of cuts it has reached.
    cuts: Vec<i64>,
    rows: Vec<u32>,
    mentions: u32,
}

/// Readers of slots, by kind so that each loop does one thing.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    fours: Vec<Four>,
    yes: Vec<YesReader>,
    names: Vec<NameReader>,
    numbers: Vec<NumberReader>,
}

impl YesReader {
    pub(crate) const fn row_of(&self, yes: bool) -> u32 {
        if yes { self.yes } else { self.no }
    }
}

/// The row of the terms that the value of its slot rules out.
trait Reader {
    /// `None` when the value failed.
    fn row(&self, values: &[Raw<'_>]) -> Option<u32>;
    /// The row of the terms that cannot be certain without the value.
    fn mentions(&self) -> u32;
}

impl Reader for YesReader {
    #[inline]
    fn row(&self, values: &[Raw<'_>]) -> Option<u32> {
        match values.get(self.slot) {
            Some(Raw::Yes(yes)) => Some(self.row_of(*yes)),
            _ => None,
        }
    }

    fn mentions(&self) -> u32 {
        self.mentions
    }
}

impl NameReader {
    /// The row, and the number of the name in its list.
    #[inline]
    pub(crate) fn find(&self, values: &[Raw<'_>]) -> (Option<u32>, Option<usize>) {
        let number = match values.get(self.slot) {
            Some(Raw::Name(name)) => self.names.find(name),
            _ => return (None, None),
        };
        match number.and_then(|number| self.rows.get(number)) {
            Some(row) => (Some(*row), number),
            None => (self.other, self.other.and(number)),
        }
    }
}

impl Reader for NameReader {
    #[inline]
    fn row(&self, values: &[Raw<'_>]) -> Option<u32> {
        self.find(values).0
    }

    fn mentions(&self) -> u32 {
        self.mentions
    }
}

impl NumberReader {
    #[inline]
    pub(crate) fn value(&self, values: &[Raw<'_>]) -> Option<i64> {
        let number = match (values.get(self.slot)?, &self.currency) {
            (Raw::Number(number), None) => *number,
            (Raw::Money { minor, currency }, Some(wanted)) if wanted == currency => *minor,
            _ => return None,
        };
        (self.low..=self.high).contains(&number).then_some(number)
    }
}

impl Reader for NumberReader {
    #[inline]
    fn row(&self, values: &[Raw<'_>]) -> Option<u32> {
        let number = self.value(values)?;
        let cell = if self.cuts.len() <= 8 {
            self.cuts.iter().map(|cut| usize::from(*cut <= number)).sum()
        } else {
            self.cuts.partition_point(|cut| *cut <= number)
        };
        self.rows.get(cell).copied()
    }

    fn mentions(&self) -> u32 {
        self.mentions
    }
}

/// What reading a frame says. Rows are noted first and joined later: each loop is small enough to run in registers.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The rows of what is ruled out.
    pub(crate) rows: Vec<u32>,
    /// The rows of what is not certain, because a value failed.
    pub(crate) failed: Vec<u32>,
}

impl Found {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.failed.clear();
    }

    /// Notes what one reader says.
    #[inline]
    pub(crate) fn note(&mut self, row: Option<u32>, mentions: u32) {
        match row {
            Some(row) => self.rows.push(row),
            None => self.failed.push(mentions),
        }
    }

    /// Notes what all of these say. Values seldom fail: then all are asked once more for those that did.
    #[inline]
    fn note_all(&mut self, readers: &[impl Reader], values: &[Raw<'_>]) {
        let mut any_failed = false;
        self.rows.extend(readers.iter().map(|reader| {
            let row = reader.row(values);
            any_failed |= row.is_none();
            row.unwrap_or(0)
        }));
        if any_failed {
            self.note_failed(readers, values);
        }
    }

    #[cold]
    fn note_failed(&mut self, readers: &[impl Reader], values: &[Raw<'_>]) {
        let failed = readers.iter().filter(|reader| reader.row(values).is_none());
        self.failed.extend(failed.map(Reader::mentions));
    }

    /// As for single ones; what a four cannot say because one of its slots failed is noted slot by slot.
    #[inline]
    fn note_fours(&mut self, fours: &[Four], values: &[Raw<'_>]) {
        let mut any_failed = false;
        self.rows.extend(fours.iter().map(|four| {
            let row = four.row(values);
            any_failed |= row.is_none();
            row.unwrap_or(0)
        }));
        if any_failed {
            self.note_slots(fours, values);
        }
    }

    #[cold]
    fn note_slots(&mut self, fours: &[Four], values: &[Raw<'_>]) {
        let failed = fours.iter().filter(|four| four.row(values).is_none());
        failed.for_each(|four| self.note_all(&four.readers, values));
    }
}

impl Readers {
    /// Where there is one block a row is small, and four readers share sixteen of them.
    pub(crate) fn group(&mut self, rows: &mut Rows<'_>) {
        if rows.blocks == 1 {
            self.fours = Four::group(&mut self.yes, rows);
        }
    }

    #[inline]
    pub(crate) fn read(&self, values: &[Raw<'_>], found: &mut Found) {
        found.note_fours(&self.fours, values);
        found.note_all(&self.yes, values);
        found.note_all(&self.names, values);
        found.note_all(&self.numbers, values);
    }
}

/// Collects rows while a program is built; equal rows are kept once.
pub(crate) struct Rows<'m> {
    model: &'m Model,
    blocks: usize,
    rows: Vec<Vec<Block>>,
    numbers: HashMap<Vec<Block>, u32>,
    view: View<'m>,
}

/// The literals of all terms about one thing, each with the number of its term.
pub(crate) type Literals<'m> = Vec<(usize, Literal<'m>)>;

/// All literals, by what they look at.
#[derive(Debug)]
pub(crate) struct Axes<'m> {
    pub(crate) slots: Vec<Literals<'m>>,
    pub(crate) hours: Vec<Literals<'m>>,
    pub(crate) tier: Literals<'m>,
}

impl<'m> Axes<'m> {
    pub(crate) fn new(model: &'m Model, terms: &[Term<'m>]) -> Self {
        let (slots, hours) = (vec![Vec::new(); model.slots.len()], vec![Vec::new(); model.hours.len()]);
        let mut axes = Self { slots, hours, tier: Vec::new() };
        for (number, term) in terms.iter().enumerate() {
            for literal in term {
                let place = match literal.leaf {
                    Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..) => axes.slots.get_mut(*slot),
                    Expr::During(hours) => axes.hours.get_mut(*hours),
                    _ => Some(&mut axes.tier),
                };
                place.into_iter().for_each(|place| place.push((number, *literal)));
            }
        }
        axes
    }
}

impl<'m> Rows<'m> {
    pub(crate) fn new(model: &'m Model, blocks: usize) -> Self {
        let view = View {
            cells: vec![Cell::Failed; model.slots.len()],
            during: vec![false; model.hours.len()],
            tiers: vec![false; model.tiers.len()],
        };
        let mut rows = Self { model, blocks, rows: Vec::new(), numbers: HashMap::new(), view };
        rows.keep(Bits::zeros(blocks));
        rows
    }

    fn keep(&mut self, row: Bits) -> u32 {
        if let Some(number) = self.numbers.get(&row.0) {
            return *number;
        }
        let number = self.rows.len() as u32;
        self.rows.push(row.0.clone());
        self.numbers.insert(row.0, number);
        number
    }

    /// The row of all terms that one of these rows rules out.
    pub(crate) fn join(&mut self, numbers: impl Iterator<Item = u32>) -> u32 {
        let mut joined = Bits::zeros(self.blocks);
        for row in numbers.filter_map(|number| self.rows.get(number as usize)) {
            for (into, from) in joined.0.iter_mut().zip(row) {
                into.iter_mut().zip(from).for_each(|(into, from)| *into |= from);
            }
        }
        self.keep(joined)
    }

    /// The terms that cannot be true (or, if `certainly`, are not certainly true) as the view stands.
    fn ruled_out(&mut self, literals: &Literals<'m>, certainly: bool) -> u32 {
        let row = self.row_of(literals, certainly);
        self.keep(row)
    }

    fn row_of(&self, literals: &Literals<'m>, certainly: bool) -> Bits {
        let mut row = Bits::zeros(self.blocks);
        for (term, literal) in literals {
            let holds = self.view.holds(literal.leaf);
            let stands = if certainly { holds == Some(literal.positive) } else { holds != Some(!literal.positive) };
            if !stands {
                row.set(*term, true);
            }
        }
        row
    }

    fn look(&mut self, slot: usize, at: Cell<'m>) {
        self.view.cells.get_mut(slot).into_iter().for_each(|place| *place = at);
    }

    fn cell(&mut self, slot: usize, literals: &Literals<'m>, cell: Cell<'m>) -> u32 {
        self.look(slot, cell);
        self.ruled_out(literals, false)
    }

    fn mentions(&mut self, literals: &Literals<'m>) -> u32 {
        let mut row = Bits::zeros(self.blocks);
        literals.iter().for_each(|(term, _)| row.set(*term, true));
        self.keep(row)
    }

    pub(crate) fn no_draft(&mut self, slot: usize, literals: &Literals<'m>) -> u32 {
        self.cell(slot, literals, Cell::NoDraft)
    }

    /// Adds the reader of a slot to those of its kind.
    pub(crate) fn add_reader(&mut self, number: usize, literals: &Literals<'m>, readers: &mut Readers) {
        let model = self.model;
        let Some(slot) = model.slots.get(number) else { return };
        match &slot.kind {
            Kind::YesNo => {
                let no = self.cell(number, literals, Cell::Yes(false));
                let yes = self.cell(number, literals, Cell::Yes(true));
                let mentions = self.mentions(literals);
                readers.yes.push(YesReader { slot: number, no, yes, mentions });
            }
            Kind::OneOf(_) | Kind::Open | Kind::Text => {
                let reader = self.name_reader(number, slot, literals);
                readers.names.push(reader);
            }
            Kind::Number(..) | Kind::Money(..) => {
                let reader = self.number_reader(number, slot, literals);
                readers.numbers.extend(reader);
            }
        }
    }

    pub(crate) fn name_reader(&mut self, number: usize, slot: &'m Slot, literals: &Literals<'m>) -> NameReader {
        let mut mentioned: Vec<&'m str> = Vec::new();
        for (_, literal) in literals {
            if let Expr::Named(_, names) = literal.leaf {
                mentioned.extend(names.iter().map(String::as_str));
            }
        }
        mentioned.sort_unstable();
        mentioned.dedup();
        let rows_of: Vec<u32> = mentioned.iter().map(|name| self.cell(number, literals, Cell::Name(name))).collect();
        // No name in a policy is empty.
        let other = self.cell(number, literals, Cell::Name(""));
        let mentions = self.mentions(literals);
        let row = |name: &str| mentioned.binary_search(&name).ok().and_then(|at| rows_of.get(at)).copied();
        match &slot.kind {
            Kind::OneOf(names) => {
                let rows = names.iter().map(|name| row(name).unwrap_or(other)).collect();
                let names = Names::new(names.iter().map(String::as_str));
                NameReader { slot: number, names, rows, other: None, mentions }
            }
            _ => {
                let names = Names::new(mentioned.iter().copied());
                NameReader { slot: number, names, rows: rows_of, other: Some(other), mentions }
            }
        }
    }

    /// `None` for a slot that holds no number.
    pub(crate) fn number_reader(
        &mut self,
        number: usize,
        slot: &Slot,
        literals: &Literals<'m>,
    ) -> Option<NumberReader> {
        let (currency, low, high) = match &slot.kind {
            Kind::Number(low, high) => (None, *low, *high),
            Kind::Money(currency, low, high) => (Some(currency.clone()), *low, *high),
            _ => return None,
        };
        // Each literal changes its answer at one number, so only its term can change there.
        let mut turns: Vec<(i64, usize)> = literals
            .iter()
            .filter_map(|(term, literal)| match literal.leaf {
                Expr::Number(_, Comparison::AtLeast | Comparison::Below, constant) => Some((*constant, *term)),
                Expr::Number(_, Comparison::Above | Comparison::AtMost, constant) => {
                    constant.checked_add(1).map(|cut| (cut, *term))
                }
                _ => None,
            })
            .collect();
        turns.sort_unstable();
        let lowest = turns.first().map_or(0, |(cut, _)| cut.saturating_sub(1));
        self.look(number, Cell::Number(lowest));
        let mut row = self.row_of(literals, false);
        let (mut rows, mut cuts) = (vec![self.keep(row.clone())], Vec::new());
        for turning in turns.chunk_by(|one, other| one.0 == other.0) {
            let Some((cut, _)) = turning.first() else { continue };
            self.look(number, Cell::Number(*cut));
            for (_, term) in turning {
                // The literals are in the order of their terms.
                let from = literals.partition_point(|(of, _)| of < term);
                let of_term = literals.iter().skip(from).take_while(|(of, _)| of == term);
                let stands = |literal: &Literal<'_>| self.view.holds(literal.leaf) != Some(!literal.positive);
                let all_stand = of_term.into_iter().all(|(_, literal)| stands(literal));
                row.set(*term, !all_stand);
            }
            cuts.push(*cut);
            rows.push(self.keep(row.clone()));
        }
        let mentions = self.mentions(literals);
        Some(NumberReader { slot: number, currency, low, high, cuts, rows, mentions })
    }

    /// The rows of an `hours` block: (inside, outside).
    pub(crate) fn during(&mut self, hours: usize, literals: &Literals<'m>) -> (u32, u32) {
        let mut row = |inside: bool| {
            self.view.during.get_mut(hours).into_iter().for_each(|place| *place = inside);
            self.ruled_out(literals, false)
        };
        (row(true), row(false))
    }

    /// The rows of each set of possible tiers, by the number whose bits are the tiers: (may hold, surely holds).
    pub(crate) fn tiers(&mut self, literals: &Literals<'m>) -> Vec<(u32, u32)> {
        if literals.is_empty() {
            return Vec::new();
        }
        let count = self.model.tiers.len().min(super::MOST_TIERS);
        let mut rows = Vec::new();
        for set in 0..1_usize << count {
            self.view.tiers = (0..self.model.tiers.len()).map(|tier| tier < count && set >> tier & 1 == 1).collect();
            rows.push((self.ruled_out(literals, false), self.ruled_out(literals, true)));
        }
        rows
    }

    /// All rows, those of the first block first, and how many rows there are.
    pub(crate) fn finish(self) -> (Vec<Block>, usize) {
        let count = self.rows.len();
        let block = |number: usize| self.rows.iter().map(move |row| row.get(number).copied().unwrap_or_default());
        ((0..self.blocks).flat_map(block).collect(), count)
    }
}
