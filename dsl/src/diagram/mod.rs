//! Decision diagrams: a function from cells to small numbers, as a graph in which equal parts are one node.
//!
//! The variables come in the order of the domain, scope facts first. A diagram of a realistic policy is tiny; one of
//! many entangled rules explodes, so the number of nodes is bounded, and who asks must be able to do without.

use std::collections::HashMap;

use crate::prove::circuit::{Circuit, Formula, Gate, Point};

/// Nodes that one diagram may have.
pub(crate) const MOST_NODES: usize = 500_000;
/// Numbers below this are results; a node is this and its place.
const RESULTS: u32 = 64;

/// A function: a result, or a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Function(u32);

impl Function {
    pub(crate) const NO: Self = Self(0);
    pub(crate) const YES: Self = Self(1);

    pub(crate) const fn result(self) -> Option<u32> {
        if self.0 < RESULTS { Some(self.0) } else { None }
    }
}

/// The diagram has become too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    variable: u32,
    children: Box<[Function]>,
}

/// How two results become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Join {
    And,
    Sum,
    /// The first one times eight, plus the second one.
    Pair,
}

impl Join {
    fn of(self, left: u32, right: u32) -> u32 {
        let result = match self {
            Self::And => u32::from(left != 0 && right != 0),
            Self::Sum => left + right,
            Self::Pair => left * 8 + right,
        };
        result.min(RESULTS - 1)
    }

    /// The result when one side alone decides it.
    fn short(self, left: Function, right: Function) -> Option<Function> {
        let (no, yes) = (Function::NO, Function::YES);
        match self {
            Self::And if left == no || right == no => Some(no),
            Self::And if left == yes => Some(right),
            Self::And if right == yes || left == right => Some(left),
            Self::Sum if left == no => Some(right),
            Self::Sum if right == no => Some(left),
            _ => None,
        }
    }
}

/// All functions that were built together.
#[derive(Debug)]
pub(crate) struct Diagram {
    nodes: Vec<Node>,
    known: HashMap<Node, u32>,
    joined: HashMap<(Join, Function, Function), Function>,
    negated: HashMap<Function, Function>,
    /// Functions of circuit nodes.
    formulas: HashMap<usize, Function>,
    sizes: Vec<usize>,
    most_nodes: usize,
}

impl Diagram {
    pub(crate) fn new(sizes: Vec<usize>, most_nodes: usize) -> Self {
        Self {
            nodes: Vec::new(),
            known: HashMap::new(),
            joined: HashMap::new(),
            negated: HashMap::new(),
            formulas: HashMap::new(),
            sizes,
            most_nodes,
        }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn node(&mut self, variable: usize, children: Vec<Function>) -> Result<Function, TooLarge> {
        if let Some(first) = children.first()
            && children.iter().all(|child| child == first)
        {
            return Ok(*first);
        }
        let node = Node { variable: variable as u32, children: children.into_boxed_slice() };
        if let Some(place) = self.known.get(&node) {
            return Ok(Function(*place));
        }
        if self.nodes.len() >= self.most_nodes {
            return Err(TooLarge);
        }
        let place = RESULTS + self.nodes.len() as u32;
        self.known.insert(node.clone(), place);
        self.nodes.push(node);
        Ok(Function(place))
    }

    fn read(&self, function: Function) -> Option<&Node> {
        self.nodes.get(function.0.checked_sub(RESULTS)? as usize)
    }

    /// The variable at the top; past the last one for a result.
    pub(crate) fn top(&self, function: Function) -> usize {
        self.read(function).map_or(usize::MAX, |node| node.variable as usize)
    }

    /// The function when the variable is in this cell. The variable must not come after the top one.
    pub(crate) fn child(&self, function: Function, variable: usize, cell: usize) -> Function {
        match self.read(function) {
            Some(node) if node.variable as usize == variable => {
                node.children.get(cell).copied().unwrap_or(Function::NO)
            }
            _ => function,
        }
    }

    pub(crate) fn size(&self, variable: usize) -> usize {
        self.sizes.get(variable).copied().unwrap_or(0)
    }

    /// 1 where the variable is in one of the cells, else 0.
    pub(crate) fn within(&mut self, variable: usize, member: impl Fn(usize) -> bool) -> Result<Function, TooLarge> {
        let size = self.size(variable);
        self.node(variable, (0..size).map(|cell| if member(cell) { Function::YES } else { Function::NO }).collect())
    }

    pub(crate) fn join(&mut self, join: Join, left: Function, right: Function) -> Result<Function, TooLarge> {
        if let Some(short) = join.short(left, right) {
            return Ok(short);
        }
        if let (Some(left), Some(right)) = (left.result(), right.result()) {
            return Ok(Function(join.of(left, right)));
        }
        let key = if join == Join::Pair || left <= right { (join, left, right) } else { (join, right, left) };
        if let Some(known) = self.joined.get(&key) {
            return Ok(*known);
        }
        let variable = self.top(left).min(self.top(right));
        let mut children = Vec::with_capacity(self.size(variable));
        for cell in 0..self.size(variable) {
            let (left, right) = (self.child(left, variable, cell), self.child(right, variable, cell));
            children.push(self.join(join, left, right)?);
        }
        let result = self.node(variable, children)?;
        self.joined.insert(key, result);
        Ok(result)
    }

    /// 0 for 1 and 1 for 0.
    pub(crate) fn not(&mut self, function: Function) -> Result<Function, TooLarge> {
        if let Some(result) = function.result() {
            return Ok(Function(u32::from(result == 0)));
        }
        if let Some(known) = self.negated.get(&function) {
            return Ok(*known);
        }
        let variable = self.top(function);
        let mut children = Vec::with_capacity(self.size(variable));
        for cell in 0..self.size(variable) {
            let child = self.child(function, variable, cell);
            children.push(self.not(child)?);
        }
        let result = self.node(variable, children)?;
        self.negated.insert(function, result);
        Ok(result)
    }

    /// A formula as a function to 0 and 1. All calls must be about the same circuit.
    pub(crate) fn of(&mut self, circuit: &Circuit, formula: Formula) -> Result<Function, TooLarge> {
        let function = match self.formulas.get(&formula.node()) {
            Some(known) => *known,
            None => {
                let function = match circuit.gate(formula) {
                    Gate::True => Function::YES,
                    Gate::In(variable, cells) => self.within(*variable, |cell| cells.contains(cell))?,
                    Gate::All(parts) => {
                        let mut functions = Vec::with_capacity(parts.len());
                        for part in parts {
                            functions.push(self.of(circuit, *part)?);
                        }
                        self.all(functions)?
                    }
                };
                self.formulas.insert(formula.node(), function);
                function
            }
        };
        if formula.is_negated() { self.not(function) } else { Ok(function) }
    }

    /// Joined in pairs, so that no long chain meets a large function again and again.
    fn all(&mut self, mut functions: Vec<Function>) -> Result<Function, TooLarge> {
        functions.sort_by_key(|function| std::cmp::Reverse(self.top(*function)));
        while functions.len() > 1 {
            let mut next = Vec::with_capacity(functions.len().div_ceil(2));
            for pair in functions.chunks(2) {
                next.push(match pair {
                    [left, right] => self.join(Join::And, *left, *right)?,
                    [only] => *only,
                    _ => Function::YES,
                });
            }
            functions = next;
        }
        Ok(functions.first().copied().unwrap_or(Function::YES))
    }

    /// From the freest outcome (0) to the most careful one (4), given that something demands each degree.
    pub(crate) fn outcome(&mut self, circuit: &Circuit, at_least: &[Formula; 4]) -> Result<Function, TooLarge> {
        let mut sum = Function::NO;
        for step in at_least {
            let step = self.of(circuit, *step)?;
            sum = self.join(Join::Sum, sum, step)?;
        }
        Ok(sum)
    }

    /// 1 where the function has this result, else 0.
    pub(crate) fn is(&mut self, function: Function, result: u32) -> Result<Function, TooLarge> {
        self.map(function, &mut HashMap::new(), &|one| u32::from(one == result))
    }

    /// The number where the function is 1, else 0.
    pub(crate) fn scaled(&mut self, function: Function, number: u32) -> Result<Function, TooLarge> {
        self.map(function, &mut HashMap::new(), &|one| one * number)
    }

    fn map(
        &mut self,
        function: Function,
        known: &mut HashMap<Function, Function>,
        change: &impl Fn(u32) -> u32,
    ) -> Result<Function, TooLarge> {
        if let Some(result) = function.result() {
            return Ok(Function(change(result).min(RESULTS - 1)));
        }
        if let Some(done) = known.get(&function) {
            return Ok(*done);
        }
        let variable = self.top(function);
        let mut children = Vec::with_capacity(self.size(variable));
        for cell in 0..self.size(variable) {
            let child = self.child(function, variable, cell);
            children.push(self.map(child, known, change)?);
        }
        let result = self.node(variable, children)?;
        known.insert(function, result);
        Ok(result)
    }

    /// The function without some cells: what it says there is what it says in another cell of the variable.
    pub(crate) fn without(
        &mut self,
        function: Function,
        left_out: &impl Fn(usize) -> Option<usize>,
    ) -> Result<Function, TooLarge> {
        self.replace(function, left_out, &mut HashMap::new())
    }

    fn replace(
        &mut self,
        function: Function,
        left_out: &impl Fn(usize) -> Option<usize>,
        known: &mut HashMap<Function, Function>,
    ) -> Result<Function, TooLarge> {
        if function.result().is_some() {
            return Ok(function);
        }
        if let Some(done) = known.get(&function) {
            return Ok(*done);
        }
        let variable = self.top(function);
        let size = self.size(variable);
        let left_out_here = left_out(variable).filter(|_| size > 1);
        let stand_in = usize::from(left_out_here == Some(0));
        let mut children = Vec::with_capacity(size);
        for cell in 0..size {
            let read = if left_out_here == Some(cell) { stand_in } else { cell };
            let child = self.child(function, variable, read);
            children.push(self.replace(child, left_out, known)?);
        }
        let result = self.node(variable, children)?;
        known.insert(function, result);
        Ok(result)
    }

    /// 1 where the first variables leave a way to 1, whatever the others are.
    pub(crate) fn project(&mut self, function: Function, variables: usize) -> Result<Function, TooLarge> {
        self.shorten(function, variables, &mut HashMap::new())
    }

    fn shorten(
        &mut self,
        function: Function,
        variables: usize,
        known: &mut HashMap<Function, Function>,
    ) -> Result<Function, TooLarge> {
        if function == Function::NO {
            return Ok(function);
        }
        let variable = self.top(function);
        if variable >= variables {
            return Ok(Function::YES); // a node that is not 0 leads to 1 somewhere
        }
        if let Some(done) = known.get(&function) {
            return Ok(*done);
        }
        let mut children = Vec::with_capacity(self.size(variable));
        for cell in 0..self.size(variable) {
            let child = self.child(function, variable, cell);
            children.push(self.shorten(child, variables, known)?);
        }
        let result = self.node(variable, children)?;
        known.insert(function, result);
        Ok(result)
    }

    /// What the function says in one point.
    pub(crate) fn at(&self, function: Function, point: &Point) -> u32 {
        let mut here = function;
        while let Some(node) = self.read(here) {
            here = node.children.get(point.cell(node.variable as usize)).copied().unwrap_or(Function::NO);
        }
        here.0
    }
}
