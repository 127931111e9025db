//! Decision diagrams: a function from cells to small numbers, as a graph in which equal parts are one node.
//!
//! The variables come in the order of the domain, scope facts first. A diagram of a realistic policy is tiny; one of
//! many entangled rules explodes, so the number of nodes is bounded, and who asks must be able to do without.

mod memo;

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use self::memo::Memo;
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

/// A node; its children stand in one list with those of all others.
#[derive(Clone, Copy, Debug)]
struct Node {
    variable: u32,
    first_child: u32,
    hash: u64,
}

/// Where the children of a function by one variable stand; a function that does not look at it is its own child.
#[derive(Clone, Copy, Debug)]
enum Children {
    From(usize),
    Same(Function),
}

/// How two results become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    And,
    Sum,
}

impl Join {
    fn of(self, left: u32, right: u32) -> u32 {
        let result = match self {
            Self::And => u32::from(left != 0 && right != 0),
            Self::Sum => left + right,
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
    children: Vec<Function>,
    /// Numbers of nodes by variable and children.
    known: HashTable<u32>,
    /// Joins that were worked out, one memory for each way.
    summed: Memo,
    both: Memo,
    /// By the number of the node.
    negated: Vec<Option<Function>>,
    /// Functions of circuit nodes.
    formulas: HashMap<usize, Function, FixedState>,
    /// Children of nodes that are being built, those of the innermost one last.
    building: Vec<Function>,
    sizes: Vec<usize>,
    most_nodes: usize,
}

impl Diagram {
    pub(crate) fn new(sizes: Vec<usize>, most_nodes: usize) -> Self {
        Self {
            nodes: Vec::new(),
            children: Vec::new(),
            known: HashTable::new(),
            summed: Memo::default(),
            both: Memo::default(),
            negated: Vec::new(),
            formulas: HashMap::default(),
            building: Vec::new(),
            sizes,
            most_nodes,
        }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node of a variable, each of whose children `child` gives by the cell's number.
    fn node(
        &mut self,
        variable: usize,
        mut child: impl FnMut(&mut Self, usize) -> Result<Function, TooLarge>,
    ) -> Result<Function, TooLarge> {
        let start = self.building.len();
        for cell in 0..self.size(variable) {
            let child = child(self, cell)?;
            self.building.push(child);
        }
        let node = self.known_or_new(variable as u32, start);
        self.building.truncate(start);
        node
    }

    fn known_or_new(&mut self, variable: u32, start: usize) -> Result<Function, TooLarge> {
        let children = self.building.get(start..).unwrap_or_default();
        if let Some(first) = children.first()
            && children.iter().all(|child| child == first)
        {
            return Ok(*first);
        }
        let hash = FixedState::default().hash_one((variable, children));
        let is_it = |number: &u32| {
            self.nodes.get(*number as usize).is_some_and(|node| {
                let known = self.children.get(node.first_child as usize..).unwrap_or_default();
                node.variable == variable && known.starts_with(children)
            })
        };
        if let Some(number) = self.known.find(hash, is_it) {
            return Ok(Function(RESULTS + number));
        }
        if self.nodes.len() >= self.most_nodes {
            return Err(TooLarge);
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(Node { variable, first_child: self.children.len() as u32, hash });
        self.children.extend_from_slice(children);
        let nodes = &self.nodes;
        self.known.insert_unique(hash, number, |number| nodes.get(*number as usize).map_or(0, |node| node.hash));
        Ok(Function(RESULTS + number))
    }

    fn read(&self, function: Function) -> Option<&Node> {
        self.nodes.get(function.0.checked_sub(RESULTS)? as usize)
    }

    fn child_of(&self, node: &Node, cell: usize) -> Function {
        self.children.get(node.first_child as usize + cell).copied().unwrap_or(Function::NO)
    }

    fn children_by(&self, function: Function, variable: usize) -> Children {
        match self.read(function) {
            Some(node) if node.variable as usize == variable => Children::From(node.first_child as usize),
            _ => Children::Same(function),
        }
    }

    fn child_in(&self, children: Children, cell: usize) -> Function {
        match children {
            Children::From(first) => self.children.get(first + cell).copied().unwrap_or(Function::NO),
            Children::Same(function) => function,
        }
    }

    /// The variable at the top; past the last one for a result.
    pub(crate) fn top(&self, function: Function) -> usize {
        self.read(function).map_or(usize::MAX, |node| node.variable as usize)
    }

    /// The function when the variable is in this cell. The variable must not come after the top one.
    pub(crate) fn child(&self, function: Function, variable: usize, cell: usize) -> Function {
        match self.read(function) {
            Some(node) if node.variable as usize == variable => self.child_of(node, cell),
            _ => function,
        }
    }

    pub(crate) fn size(&self, variable: usize) -> usize {
        self.sizes.get(variable).copied().unwrap_or(0)
    }

    /// 1 where the variable is in one of the cells, else 0.
    pub(crate) fn within(&mut self, variable: usize, member: impl Fn(usize) -> bool) -> Result<Function, TooLarge> {
        self.node(variable, |_, cell| Ok(if member(cell) { Function::YES } else { Function::NO }))
    }

    pub(crate) fn join(&mut self, join: Join, left: Function, right: Function) -> Result<Function, TooLarge> {
        if let Some(short) = join.short(left, right) {
            return Ok(short);
        }
        if let (Some(left), Some(right)) = (left.result(), right.result()) {
            return Ok(Function(join.of(left, right)));
        }
        let (left, right) = if left <= right { (left, right) } else { (right, left) };
        if let Some(known) = self.joins(join).get(left, right) {
            return Ok(known);
        }
        let variable = self.top(left).min(self.top(right));
        let sides = (self.children_by(left, variable), self.children_by(right, variable));
        // Neighbouring cells mostly lead to the same.
        let mut before: Option<((Function, Function), Function)> = None;
        let result = self.node(variable, |diagram, cell| {
            let pair = (diagram.child_in(sides.0, cell), diagram.child_in(sides.1, cell));
            if let Some((_, known)) = before.filter(|(known, _)| *known == pair) {
                return Ok(known);
            }
            let joined = diagram.join(join, pair.0, pair.1)?;
            before = Some((pair, joined));
            Ok(joined)
        })?;
        self.joins(join).put(left, right, result);
        Ok(result)
    }

    const fn joins(&mut self, join: Join) -> &mut Memo {
        match join {
            Join::And => &mut self.both,
            Join::Sum => &mut self.summed,
        }
    }

    /// 0 for 1 and 1 for 0.
    pub(crate) fn not(&mut self, function: Function) -> Result<Function, TooLarge> {
        if let Some(result) = function.result() {
            return Ok(Function(u32::from(result == 0)));
        }
        let number = (function.0 - RESULTS) as usize;
        if let Some(known) = self.negated.get(number).copied().flatten() {
            return Ok(known);
        }
        let variable = self.top(function);
        let children = self.children_by(function, variable);
        let result = self.node(variable, |diagram, cell| {
            let child = diagram.child_in(children, cell);
            diagram.not(child)
        })?;
        if self.negated.len() < self.nodes.len() {
            self.negated.resize(self.nodes.len(), None);
        }
        self.negated.get_mut(number).into_iter().for_each(|place| *place = Some(result));
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
        let result = self.node(variable, |diagram, cell| {
            let child = diagram.child(function, variable, cell);
            diagram.map(child, known, change)
        })?;
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
        let result = self.node(variable, |diagram, cell| {
            let child = diagram.child(function, variable, cell);
            diagram.shorten(child, variables, known)
        })?;
        known.insert(function, result);
        Ok(result)
    }

    /// What the function says in one point.
    pub(crate) fn at(&self, function: Function, point: &Point) -> u32 {
        let mut here = function;
        while let Some(node) = self.read(here) {
            here = self.child_of(node, point.cell(node.variable as usize));
        }
        here.0
    }
}
