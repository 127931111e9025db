//! Questions about formulas, answered by a SAT solver.

use std::cell::Cell;
use std::collections::HashSet;

use batsat::{Callbacks, Lit, SolverInterface as _, SolverOpts, lbool};

use crate::prove::circuit::{Circuit, Formula, Gate, Point};
use crate::prove::domain::Domain;

/// A literal of the solver.
pub(crate) type Literal = i32;

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Possible,
    Impossible,
    /// It took more work than allowed.
    Open,
}

/// What is needed of a SAT solver.
pub(crate) trait Prover {
    /// A new variable, as a positive literal; its negation is the negative number.
    fn fresh(&mut self) -> Literal;
    /// One of these must hold.
    fn clause(&mut self, literals: &[Literal]);
    /// Whether everything said so far can hold together with these.
    fn solve(&mut self, assumed: &[Literal]) -> Answer;
    /// The truth of a literal in the example of the last [`Answer::Possible`].
    fn holds(&self, literal: Literal) -> bool;
    /// The assumptions that made the last answer [`Answer::Impossible`]; not always the fewest.
    fn core(&self) -> Vec<Literal>;
}

/// Conflicts that one question may cost. Policies take a few; the number keeps hostile ones from hanging.
pub(crate) const MOST_CONFLICTS: u64 = 50_000;

/// So many times that is what all questions to one solver may cost together: a policy may ask a thousand hard ones.
pub(crate) const MOST_HARD_QUESTIONS: u64 = 4;

struct Budget {
    left: Cell<u64>,
    whole: u64,
    /// For all questions that are still to come.
    together: Cell<u64>,
}

impl Callbacks for Budget {
    fn on_start(&mut self) {
        self.left.set(self.whole.min(self.together.get()));
    }

    fn on_new_clause(&mut self, _: &[Lit], kind: batsat::ClauseKind) {
        if kind == batsat::ClauseKind::Learnt {
            self.left.set(self.left.get().saturating_sub(1));
            self.together.set(self.together.get().saturating_sub(1));
        }
    }

    fn stop(&self) -> bool {
        self.left.get() == 0
    }
}

/// The solver in use: a port of MiniSat.
pub(crate) struct BatSat {
    solver: batsat::Solver<Budget>,
    model: Vec<lbool>,
    /// The clause that is being said.
    clause: Vec<Lit>,
}

impl BatSat {
    pub(crate) fn new(most_conflicts: u64) -> Self {
        let together = Cell::new(most_conflicts.saturating_mul(MOST_HARD_QUESTIONS));
        let budget = Budget { left: Cell::new(most_conflicts), whole: most_conflicts, together };
        let solver = batsat::Solver::new(SolverOpts::default(), budget);
        Self { solver, model: Vec::new(), clause: Vec::new() }
    }
}

fn lit(literal: Literal) -> Lit {
    Lit::new(batsat::Var::unsafe_from_idx(literal.unsigned_abs() - 1), literal > 0)
}

fn number(lit: Lit) -> Literal {
    let number = lit.var().idx() as Literal + 1;
    if lit.sign() { number } else { -number }
}

impl Prover for BatSat {
    fn fresh(&mut self) -> Literal {
        number(Lit::new(self.solver.new_var_default(), true))
    }

    fn clause(&mut self, literals: &[Literal]) {
        self.clause.clear();
        self.clause.extend(literals.iter().map(|literal| lit(*literal)));
        self.solver.add_clause_reuse(&mut self.clause);
    }

    fn solve(&mut self, assumed: &[Literal]) -> Answer {
        let assumed: Vec<Lit> = assumed.iter().map(|literal| lit(*literal)).collect();
        let answer = self.solver.solve_limited(&assumed);
        if answer == lbool::TRUE {
            self.model.clear();
            self.model.extend_from_slice(self.solver.get_model());
            Answer::Possible
        } else if answer == lbool::FALSE {
            Answer::Impossible
        } else {
            Answer::Open
        }
    }

    fn holds(&self, literal: Literal) -> bool {
        let value = self.model.get((literal.unsigned_abs() - 1) as usize).copied().unwrap_or(lbool::FALSE);
        (value == lbool::TRUE) == (literal > 0)
    }

    fn core(&self) -> Vec<Literal> {
        // It keeps the learnt clause, which is made of their negations.
        self.solver.unsat_core().iter().map(|lit| -number(*lit)).collect()
    }
}

/// How a variable's cells are told to the solver.
enum Coding {
    /// One literal: the second cell.
    Two(Literal),
    /// A literal per cell, exactly one of which holds.
    Each(Vec<Literal>),
    /// A literal per cell but the first: it is this cell or a later one.
    AtLeast(Vec<Literal>),
}

/// A circuit with a solver that knows those of its formulas that were asked about.
pub(crate) struct Questions<'d> {
    pub(crate) circuit: Circuit,
    pub(crate) domain: &'d Domain,
    prover: Box<dyn Prover>,
    literals: Vec<Option<Literal>>,
    codings: Vec<Option<Coding>>,
    always: Literal,
    failing: bool,
    /// The answer to the last question.
    last: Option<Answer>,
    /// A question was left open.
    pub(crate) gave_up: bool,
}

/// Above this many cells a variable is coded by thresholds.
const MOST_SINGLE_CELLS: usize = 12;

impl<'d> Questions<'d> {
    /// With `failing` facts may be in their cell "could not be determined".
    pub(crate) fn new(circuit: Circuit, domain: &'d Domain, failing: bool, mut prover: Box<dyn Prover>) -> Self {
        let always = prover.fresh();
        prover.clause(&[always]);
        let codings = domain.variables.iter().map(|_| None).collect();
        let literals = vec![Some(always)];
        Self { circuit, domain, prover, literals, codings, always, failing, last: None, gave_up: false }
    }

    /// The literal of a formula, telling the solver what it means.
    pub(crate) fn literal(&mut self, formula: Formula) -> Literal {
        let node = formula.node();
        if self.literals.len() < self.circuit.len() {
            self.literals.resize(self.circuit.len(), None);
        }
        let known = self.literals.get(node).copied().flatten();
        let literal = match known {
            Some(literal) => literal,
            None => {
                let literal = match self.circuit.gate(formula) {
                    Gate::True => self.always,
                    Gate::In(variable, cells) => {
                        let (variable, cells) = (*variable, cells.clone());
                        self.within(variable, |cell| cells.contains(cell))
                    }
                    Gate::All(parts) => {
                        let mut literals = Vec::with_capacity(parts.len());
                        for part in 0..parts.len() {
                            let part = self.circuit.part(formula, part);
                            literals.push(self.literal(part));
                        }
                        self.conjunction(&literals)
                    }
                };
                if let Some(place) = self.literals.get_mut(node) {
                    *place = Some(literal);
                }
                literal
            }
        };
        if formula.is_negated() { -literal } else { literal }
    }

    fn conjunction(&mut self, parts: &[Literal]) -> Literal {
        let whole = self.prover.fresh();
        let mut clause = Vec::with_capacity(parts.len() + 1);
        clause.push(whole);
        for part in parts {
            self.prover.clause(&[-whole, *part]);
            clause.push(-part);
        }
        self.prover.clause(&clause);
        whole
    }

    fn within(&mut self, variable: usize, member: impl Fn(usize) -> bool) -> Literal {
        self.code(variable);
        let size = self.circuit.size(variable);
        let runs: Vec<Literal> = match self.codings.get(variable) {
            Some(Some(Coding::Two(second))) => {
                vec![match (member(0), member(1)) {
                    (true, true) => self.always,
                    (false, false) => -self.always,
                    (false, true) => *second,
                    (true, false) => -second,
                }]
            }
            Some(Some(Coding::Each(cells))) => {
                cells.iter().enumerate().filter(|(cell, _)| member(*cell)).map(|(_, literal)| *literal).collect()
            }
            Some(Some(Coding::AtLeast(from))) => {
                let from = from.clone();
                let bound = |cell: usize| if cell == 0 { None } else { from.get(cell - 1).copied() };
                let mut runs = Vec::new();
                let mut cell = 0;
                while cell < size {
                    let start = cell;
                    while cell < size && member(cell) {
                        cell += 1;
                    }
                    if cell > start {
                        runs.push(match (bound(start), bound(cell)) {
                            (None, None) => self.always,
                            (Some(low), None) => low,
                            (None, Some(high)) => -high,
                            (Some(low), Some(high)) => self.conjunction(&[low, -high]),
                        });
                    }
                    cell += 1;
                }
                runs
            }
            _ => vec![-self.always],
        };
        match runs.as_slice() {
            [] => -self.always,
            [only] => *only,
            _ => {
                let negated: Vec<Literal> = runs.iter().map(|run| -run).collect();
                -self.conjunction(&negated)
            }
        }
    }

    fn code(&mut self, variable: usize) {
        if self.codings.get(variable).is_none_or(Option::is_some) {
            return;
        }
        let size = self.circuit.size(variable);
        let coding = match size {
            0 | 1 => Coding::Each(vec![self.always; size]),
            2 => Coding::Two(self.prover.fresh()),
            _ if size <= MOST_SINGLE_CELLS => {
                let cells: Vec<Literal> = (0..size).map(|_| self.prover.fresh()).collect();
                self.prover.clause(&cells);
                for (number, one) in cells.iter().enumerate() {
                    for other in cells.iter().skip(number + 1) {
                        self.prover.clause(&[-one, -other]);
                    }
                }
                Coding::Each(cells)
            }
            _ => {
                let from: Vec<Literal> = (1..size).map(|_| self.prover.fresh()).collect();
                for pair in from.windows(2) {
                    if let [low, high] = pair {
                        self.prover.clause(&[-high, *low]);
                    }
                }
                Coding::AtLeast(from)
            }
        };
        if let Some(place) = self.codings.get_mut(variable) {
            *place = Some(coding);
        }
        let failed = self.domain.variable(variable).and_then(|one| one.failed).filter(|_| !self.failing && size > 1);
        if let Some(failed) = failed {
            let literal = self.within(variable, |cell| cell == failed);
            self.prover.clause(&[-literal]);
        }
    }

    /// Whether all of these can hold at once.
    pub(crate) fn possible(&mut self, assumed: &[Formula]) -> Answer {
        let literals: Vec<Literal> = assumed.iter().map(|formula| self.literal(*formula)).collect();
        self.solve(&literals)
    }

    fn solve(&mut self, literals: &[Literal]) -> Answer {
        let answer = self.prover.solve(literals);
        self.gave_up |= answer == Answer::Open;
        self.last = Some(answer);
        answer
    }

    /// The example of the last question, if it was possible.
    pub(crate) fn last_example(&self) -> Option<Point> {
        (self.last == Some(Answer::Possible)).then(|| self.example())
    }

    /// The example of the last question that was possible. What did not matter is quiet.
    pub(crate) fn example(&self) -> Point {
        let mut point = self.domain.quiet_point();
        for (variable, coding) in self.codings.iter().enumerate() {
            let cell = match coding {
                None => continue,
                Some(Coding::Two(second)) => usize::from(self.prover.holds(*second)),
                Some(Coding::Each(cells)) => cells.iter().position(|cell| self.prover.holds(*cell)).unwrap_or(0),
                Some(Coding::AtLeast(from)) => from.iter().filter(|cell| self.prover.holds(**cell)).count(),
            };
            point.set(variable, cell);
        }
        point
    }

    /// Of `optional`, few that cannot hold together with `fixed`; `None` when they can, or when it is too hard.
    pub(crate) fn why_not(&mut self, fixed: &[Formula], optional: &[Formula]) -> Option<Vec<usize>> {
        let fixed: Vec<Literal> = fixed.iter().map(|formula| self.literal(*formula)).collect();
        let near = self.near(&fixed, optional)?;
        let optional: Vec<(usize, Literal)> = near
            .into_iter()
            .filter_map(|number| optional.get(number).map(|formula| (number, *formula)))
            .map(|(number, formula)| (number, self.literal(formula)))
            .collect();
        let core = self.blamed(&fixed, optional.iter().map(|(_, literal)| *literal))?;
        let mut kept: Vec<(usize, Literal)> =
            optional.into_iter().filter(|(_, literal)| core.contains(literal)).collect();
        // Each one that can be left out is left out; a core of this size is small already.
        if kept.len() <= MOST_MINIMISED {
            let mut next = 0;
            while next < kept.len() {
                let rest: Vec<(usize, Literal)> =
                    kept.iter().enumerate().filter(|(place, _)| *place != next).map(|(_, one)| *one).collect();
                let literals = fixed.iter().copied().chain(rest.iter().map(|(_, literal)| *literal));
                let literals: Vec<Literal> = literals.collect();
                if self.solve(&literals) == Answer::Impossible {
                    kept = rest;
                } else {
                    next += 1;
                }
            }
        }
        Some(kept.into_iter().map(|(number, _)| number).collect())
    }

    /// Of many formulas, some that cannot hold together with `fixed`: those of the groups that are to blame. A solver
    /// that assumes thousands of literals spends its time on assuming; groups of them are a few dozen literals.
    fn near(&mut self, fixed: &[Literal], optional: &[Formula]) -> Option<Vec<usize>> {
        if optional.len() <= MOST_ASSUMED {
            return Some((0..optional.len()).collect());
        }
        // A formula is in the same group every time, so that the groups of one question serve the next.
        let count = optional.len().isqrt().next_power_of_two();
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (number, formula) in optional.iter().enumerate() {
            groups.get_mut(formula.node() / 4 % count).into_iter().for_each(|group| group.push(number));
        }
        let mut assumed = Vec::with_capacity(count);
        for group in &groups {
            let formulas: Vec<Formula> = group.iter().filter_map(|number| optional.get(*number).copied()).collect();
            let all = self.circuit.all(formulas);
            assumed.push(self.literal(all));
        }
        let core = self.blamed(fixed, assumed.iter().copied())?;
        let blamed = groups.into_iter().zip(assumed).filter(|(_, literal)| core.contains(literal));
        let mut near: Vec<usize> = blamed.flat_map(|(group, _)| group).collect();
        near.sort_unstable();
        Some(near)
    }

    /// The literals because of which all of these cannot hold together; `None` when they can, or it is too hard to say.
    fn blamed(&mut self, fixed: &[Literal], optional: impl Iterator<Item = Literal>) -> Option<HashSet<Literal>> {
        let all: Vec<Literal> = fixed.iter().copied().chain(optional).collect();
        (self.solve(&all) == Answer::Impossible).then(|| self.prover.core().into_iter().collect())
    }

    /// An example of `fixed` in which as many variables as possible are quiet, the first ones of `order` first.
    pub(crate) fn quietest(&mut self, fixed: &[Formula], order: &[usize]) -> Option<Point> {
        let mut assumed: Vec<Literal> = fixed.iter().map(|formula| self.literal(*formula)).collect();
        if self.solve(&assumed) != Answer::Possible {
            return None;
        }
        let mut point = self.example();
        for variable in order {
            if self.codings.get(*variable).is_none_or(Option::is_none) {
                continue;
            }
            let quiet = self.domain.variable(*variable).map_or(0, |one| one.quiet);
            let literal = self.within(*variable, |cell| cell == quiet);
            assumed.push(literal);
            if point.cell(*variable) == quiet {
                continue;
            }
            match self.solve(&assumed) {
                Answer::Possible => point = self.example(),
                _ => {
                    assumed.pop();
                    self.stay_known(*variable, &mut assumed, &mut point);
                }
            }
        }
        Some(point)
    }

    /// A fact that cannot be quiet is at least known, if possible.
    fn stay_known(&mut self, variable: usize, assumed: &mut Vec<Literal>, point: &mut Point) {
        let Some(failed) = self.domain.variable(variable).and_then(|one| one.failed) else { return };
        if point.cell(variable) != failed {
            return;
        }
        let literal = self.within(variable, |cell| cell != failed);
        assumed.push(literal);
        match self.solve(assumed) {
            Answer::Possible => *point = self.example(),
            _ => {
                assumed.pop();
            }
        }
    }
}

/// Above this many formulas the solver is asked about groups of them first.
const MOST_ASSUMED: usize = 32;

/// Cores above this size are shown as the solver found them.
const MOST_MINIMISED: usize = 40;
