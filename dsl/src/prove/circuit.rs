//! Formulas over the cells of facts. Equal formulas are one node, so that common parts are built and asked only once.

use foldhash::quality::FixedState;
use indexmap::IndexSet;

/// A formula or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Formula(u32);

impl Formula {
    pub(crate) const TRUE: Self = Self(0);
    pub(crate) const FALSE: Self = Self(1);

    const fn positive(node: usize) -> Self {
        Self((node as u32) << 1)
    }

    pub(crate) const fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(crate) const fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    pub(crate) const fn when(holds: bool) -> Self {
        if holds { Self::TRUE } else { Self::FALSE }
    }
}

impl std::ops::Not for Formula {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// A set of cells of one variable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cells(Vec<u64>);

impl Cells {
    pub(crate) fn of(size: usize, member: impl Fn(usize) -> bool) -> Self {
        let mut words = vec![0; size.div_ceil(64)];
        for cell in (0..size).filter(|cell| member(*cell)) {
            if let Some(word) = words.get_mut(cell / 64) {
                *word |= 1 << (cell % 64);
            }
        }
        Self(words)
    }

    pub(crate) fn contains(&self, cell: usize) -> bool {
        self.0.get(cell / 64).is_some_and(|word| word >> (cell % 64) & 1 == 1)
    }

    /// The other cells of a variable with so many.
    fn others(&self, size: usize) -> Self {
        let within = |word: usize| match size.saturating_sub(word * 64) {
            64.. => u64::MAX,
            bits => (1 << bits) - 1,
        };
        Self(self.0.iter().enumerate().map(|(number, word)| !word & within(number)).collect())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// What a node is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Gate {
    True,
    /// The variable is in one of these cells.
    In(usize, Cells),
    /// All of these hold.
    All(Vec<Formula>),
}

/// All formulas built so far. The parts of a node come before it.
#[derive(Debug)]
pub(crate) struct Circuit {
    gates: IndexSet<Gate, FixedState>,
    /// How many cells each variable has.
    sizes: Vec<usize>,
}

impl Circuit {
    pub(crate) fn new(sizes: Vec<usize>) -> Self {
        let mut gates = IndexSet::default();
        gates.insert(Gate::True);
        Self { gates, sizes }
    }

    pub(crate) fn len(&self) -> usize {
        self.gates.len()
    }

    pub(crate) fn gate(&self, formula: Formula) -> &Gate {
        self.gates.get_index(formula.node()).unwrap_or(&Gate::True)
    }

    pub(crate) fn size(&self, variable: usize) -> usize {
        self.sizes.get(variable).copied().unwrap_or(0)
    }

    /// A part of a conjunction.
    pub(crate) fn part(&self, whole: Formula, number: usize) -> Formula {
        match self.gate(whole) {
            Gate::All(parts) => parts.get(number).copied().unwrap_or(Formula::TRUE),
            Gate::True | Gate::In(..) => Formula::TRUE,
        }
    }

    fn add(&mut self, gate: Gate) -> Formula {
        Formula::positive(self.gates.insert_full(gate).0)
    }

    /// The variable is in one of the cells for which `member` says so.
    pub(crate) fn within(&mut self, variable: usize, member: impl Fn(usize) -> bool) -> Formula {
        let size = self.size(variable);
        let cells = Cells::of(size, &member);
        match cells.count() {
            0 => Formula::FALSE,
            all if all == size => Formula::TRUE,
            // One polarity only, so that a question and its opposite are one node.
            _ if cells.contains(0) => !self.add(Gate::In(variable, cells.others(size))),
            _ => self.add(Gate::In(variable, cells)),
        }
    }

    pub(crate) fn all(&mut self, parts: impl IntoIterator<Item = Formula>) -> Formula {
        let mut parts: Vec<Formula> = parts.into_iter().filter(|part| *part != Formula::TRUE).collect();
        parts.sort_unstable();
        parts.dedup();
        // A formula and its negation are neighbours after sorting.
        let clash = parts.windows(2).any(|pair| matches!(pair, [a, b] if *a == !*b));
        match parts.as_slice() {
            [] => Formula::TRUE,
            _ if clash || parts.contains(&Formula::FALSE) => Formula::FALSE,
            [only] => *only,
            _ => self.add(Gate::All(parts)),
        }
    }

    pub(crate) fn any(&mut self, parts: impl IntoIterator<Item = Formula>) -> Formula {
        !self.all(parts.into_iter().map(|part| !part))
    }

    pub(crate) fn and(&mut self, left: Formula, right: Formula) -> Formula {
        self.all([left, right])
    }

    pub(crate) fn or(&mut self, left: Formula, right: Formula) -> Formula {
        self.any([left, right])
    }

    pub(crate) fn differ(&mut self, left: Formula, right: Formula) -> Formula {
        let (one, other) = (self.and(left, !right), self.and(!left, right));
        self.or(one, other)
    }

    /// The truth of every node in 64 points at once: bit `i` is the truth in point `i`.
    pub(crate) fn simulate(&self, points: &[Point]) -> Lanes {
        // Points that were made from one another share most cells: each cell is looked up once for all that are in it.
        let mut cells: Vec<(usize, u64)> = Vec::with_capacity(self.sizes.len() * 2);
        let mut starts: Vec<usize> = Vec::with_capacity(self.sizes.len() + 1);
        for variable in 0..self.sizes.len() {
            starts.push(cells.len());
            by_cell(points, variable, &mut cells);
        }
        starts.push(cells.len());
        let cells_of = |variable: usize| match (starts.get(variable), starts.get(variable + 1)) {
            (Some(start), Some(end)) => cells.get(*start..*end).unwrap_or_default(),
            _ => &[],
        };
        let mut lanes: Vec<u64> = Vec::with_capacity(self.gates.len());
        let read = |lanes: &[u64], formula: Formula| {
            let bits = lanes.get(formula.node()).copied().unwrap_or(0);
            if formula.is_negated() { !bits } else { bits }
        };
        for gate in &self.gates {
            let bits = match gate {
                Gate::True => u64::MAX,
                Gate::In(variable, within) => cells_of(*variable)
                    .iter()
                    .filter(|(cell, _)| within.contains(*cell))
                    .fold(0, |bits, (_, lanes)| bits | lanes),
                Gate::All(parts) => parts.iter().fold(u64::MAX, |bits, part| bits & read(&lanes, *part)),
            };
            lanes.push(bits);
        }
        Lanes { bits: lanes, all: 1_u64.checked_shl(points.len() as u32).map_or(u64::MAX, |end| end - 1) }
    }
}

/// Adds the cells of a variable that occur in the first 64 points, each with the points it occurs in.
fn by_cell(points: &[Point], variable: usize, cells: &mut Vec<(usize, u64)>) {
    let start = cells.len();
    for (lane, point) in points.iter().take(64).enumerate() {
        let cell = point.cell(variable);
        match cells.iter_mut().skip(start).find(|(known, _)| *known == cell) {
            Some((_, lanes)) => *lanes |= 1 << lane,
            None => cells.push((cell, 1 << lane)),
        }
    }
}

/// The result of [`Circuit::simulate`].
#[derive(Debug)]
pub(crate) struct Lanes {
    bits: Vec<u64>,
    /// The lanes that stand for a point.
    all: u64,
}

impl Lanes {
    /// The points in which a formula holds.
    pub(crate) fn of(&self, formula: Formula) -> u64 {
        let bits = self.bits.get(formula.node()).copied().unwrap_or(0);
        self.all & if formula.is_negated() { !bits } else { bits }
    }
}

/// One cell for each variable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Point(pub(crate) Vec<u32>);

impl Point {
    pub(crate) fn cell(&self, variable: usize) -> usize {
        self.0.get(variable).map_or(0, |cell| *cell as usize)
    }

    pub(crate) fn set(&mut self, variable: usize, cell: usize) {
        if let Some(place) = self.0.get_mut(variable) {
            *place = cell as u32;
        }
    }
}
