//! Formulas over the cells of facts. Equal formulas are one node, so that common parts are built and asked only once.

use std::collections::HashMap;

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
    gates: Vec<Gate>,
    known: HashMap<Gate, u32>,
    /// How many cells each variable has.
    sizes: Vec<usize>,
}

impl Circuit {
    pub(crate) fn new(sizes: Vec<usize>) -> Self {
        Self { gates: vec![Gate::True], known: HashMap::from([(Gate::True, 0)]), sizes }
    }

    pub(crate) fn len(&self) -> usize {
        self.gates.len()
    }

    pub(crate) fn gate(&self, formula: Formula) -> &Gate {
        self.gates.get(formula.node()).unwrap_or(&Gate::True)
    }

    pub(crate) fn size(&self, variable: usize) -> usize {
        self.sizes.get(variable).copied().unwrap_or(0)
    }

    fn add(&mut self, gate: Gate) -> Formula {
        if let Some(node) = self.known.get(&gate) {
            return Formula::positive(*node as usize);
        }
        let node = self.gates.len();
        self.known.insert(gate.clone(), node as u32);
        self.gates.push(gate);
        Formula::positive(node)
    }

    /// The variable is in one of the cells for which `member` says so.
    pub(crate) fn within(&mut self, variable: usize, member: impl Fn(usize) -> bool) -> Formula {
        let size = self.size(variable);
        let cells = Cells::of(size, &member);
        match cells.count() {
            0 => Formula::FALSE,
            all if all == size => Formula::TRUE,
            // One polarity only, so that a question and its opposite are one node.
            _ if cells.contains(0) => !self.add(Gate::In(variable, Cells::of(size, |cell| !member(cell)))),
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
        let mut lanes: Vec<u64> = Vec::with_capacity(self.gates.len());
        let read = |lanes: &[u64], formula: Formula| {
            let bits = lanes.get(formula.node()).copied().unwrap_or(0);
            if formula.is_negated() { !bits } else { bits }
        };
        for gate in &self.gates {
            let bits = match gate {
                Gate::True => u64::MAX,
                Gate::In(variable, cells) => points
                    .iter()
                    .take(64)
                    .enumerate()
                    .fold(0, |bits, (lane, point)| bits | u64::from(cells.contains(point.cell(*variable))) << lane),
                Gate::All(parts) => parts.iter().fold(u64::MAX, |bits, part| bits & read(&lanes, *part)),
            };
            lanes.push(bits);
        }
        Lanes(lanes)
    }
}

/// The result of [`Circuit::simulate`].
#[derive(Debug)]
pub(crate) struct Lanes(Vec<u64>);

impl Lanes {
    pub(crate) fn of(&self, formula: Formula) -> u64 {
        let bits = self.0.get(formula.node()).copied().unwrap_or(0);
        if formula.is_negated() { !bits } else { bits }
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
