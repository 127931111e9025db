//! Which messages change their outcome.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::{Diagram, Function, Join, TooLarge};
use crate::diff::boxes::{Box_, boxes};
use crate::diff::unless::Change;
use crate::diff::{Both, Direction, Engine, Joint, Region};
use crate::prove::circuit::{Circuit, Formula};
use crate::prove::encode::{AtLeast, Gate, step};
use crate::prove::sat::Answer;
use crate::prove::{shrink_order, words};
use crate::verdict::Outcome;

pub(super) struct Found {
    pub(super) regions: Vec<Region>,
    pub(super) engine: Engine,
    pub(super) incomplete: bool,
}

type Changed = Vec<((Outcome, Outcome), Vec<Box_>)>;

pub(super) fn regions(both: &Both<'_>, known: &mut Joint<'_>, failing: &mut Joint<'_>, most_nodes: usize) -> Found {
    let same = |joint: &Joint<'_>| joint.old.at_least == joint.new.at_least;
    let mut found = Found { regions: Vec::new(), engine: Engine::Same, incomplete: false };
    let mut told = BTreeMap::new();
    if !same(known) {
        let changed = match through_diagram(both, known, most_nodes) {
            Ok((changed, complete)) => {
                found.engine = Engine::Diagram;
                found.incomplete = !complete;
                changed
            }
            Err(TooLarge) => {
                found.engine = Engine::Solver;
                through_solver(both, known)
            }
        };
        for ((from, to), boxes) in changed {
            for one in &boxes {
                match region(both, known, from, to, one, found.engine) {
                    Some(region) => found.regions.push(region),
                    None => found.incomplete = true,
                }
            }
            told.insert((from, to), boxes);
        }
    }
    if !same(failing) {
        for (from, to) in every_pair() {
            let elsewhere = outside(both, failing, told.get(&(from, to)).map_or(&[], Vec::as_slice));
            let fixed = [failing.changes(from, to), failing.fresh, failing.some_failed, elsewhere];
            let Some(point) = failing.questions.quietest(&fixed, &shrink_order(&both.domain)) else { continue };
            let example = both.example(&point);
            found.incomplete |= (example.old.outcome, example.new.outcome) != (from, to);
            found.regions.push(Region {
                direction: Direction::of(from, to),
                from,
                to,
                when: Vec::new(),
                unless: Vec::new(),
                when_facts_fail: true,
                exact: false,
                example,
                inside: Vec::new(),
            });
        }
    }
    let rank = |region: &Region| (region.direction, region.when_facts_fail, region.to, region.from);
    found.regions.sort_by_key(rank);
    found
}

/// In none of these boxes, where a fact that could not be determined is as good as one inside: see [`Region::covers`].
fn outside(both: &Both<'_>, joint: &mut Joint<'_>, boxes: &[Box_]) -> Formula {
    let circuit = &mut joint.questions.circuit;
    let mut inside = Vec::new();
    for one in boxes {
        let mut cells_of = Vec::new();
        for (number, cells) in one.iter().enumerate() {
            let failed = both.domain.variable(number).and_then(|variable| variable.failed);
            cells_of.push(circuit.within(number, |cell| cells.contains(&cell) || Some(cell) == failed));
        }
        inside.push(circuit.all(cells_of));
    }
    !circuit.any(inside)
}

/// Every two different outcomes.
fn every_pair() -> impl Iterator<Item = (Outcome, Outcome)> {
    let others = |from: Outcome| Outcome::ALL.into_iter().filter(move |to| *to != from).map(move |to| (from, to));
    Outcome::ALL.into_iter().flat_map(others)
}

/// The cell of a variable that does not count when all facts are known and the reply was not held before.
pub(super) fn left_out(both: &Both<'_>, variable: usize) -> Option<usize> {
    let variable = both.domain.variable(variable)?;
    let held = (variable.key == crate::prove::domain::HELD).then_some(1);
    variable.failed.or(held).filter(|_| variable.cells.len() > 1)
}

/// The changes, and whether they are all told. Only messages for which the parts that changed demand something else are
/// looked at: what both versions have in common, however much it is, then has few ways to matter.
fn through_diagram(both: &Both<'_>, joint: &mut Joint<'_>, most_nodes: usize) -> Result<(Changed, bool), TooLarge> {
    let parts = Parts::new(&joint.old, &joint.new);
    let here = parts.differ(&mut joint.questions.circuit);
    let circuit = &joint.questions.circuit;
    let mut diagram = Diagram::new(both.domain.sizes(), most_nodes);
    let legal = |variable: usize, cell: usize| left_out(both, variable) != Some(cell);
    let mut differs = diagram.of(circuit, here)?;
    for variable in (0..both.domain.variables.len()).rev() {
        let cells = diagram.within(variable, |cell| legal(variable, cell))?;
        differs = diagram.join(Join::And, differs, cells)?;
    }
    let (mut old, mut new) = ([differs; 4], [differs; 4]);
    // Who demands a degree demands the lower ones too: what is without a degree is without the higher ones.
    let (mut common, mut higher) = (differs, None);
    for step in (0..4).rev() {
        common = without_demands(&mut diagram, circuit, common, &parts.common, (step, higher))?;
        for (without, own) in [(&mut old, &parts.old), (&mut new, &parts.new)] {
            let left = without_demands(&mut diagram, circuit, common, own, (step, None))?;
            without.get_mut(step).into_iter().for_each(|place| *place = left);
        }
        higher = Some(step);
    }
    let scope = both.scope_variables();
    let (mut changed, mut complete) = (Vec::new(), true);
    for (from, to) in every_pair() {
        let from_here = exactly(&mut diagram, differs, &old, from)?;
        let to_there = exactly(&mut diagram, differs, &new, to)?;
        let set = diagram.join(Join::And, from_here, to_there)?;
        let set = diagram.project(set, scope)?;
        let (found, all) = boxes(&mut diagram, set, scope, &legal)?;
        complete &= all;
        if !found.is_empty() {
            changed.push(((from, to), found));
        }
    }
    Ok((changed, complete))
}

/// What each part of two gates demands at least, by whether both have it.
struct Parts {
    common: Vec<AtLeast>,
    old: Vec<AtLeast>,
    new: Vec<AtLeast>,
}

impl Parts {
    fn new(old: &Gate, new: &Gate) -> Self {
        let demands = |gate: &Gate| gate.parts.iter().map(|part| part.at_least).collect::<BTreeSet<AtLeast>>();
        let (old, new) = (demands(old), demands(new));
        Self {
            common: old.intersection(&new).copied().collect(),
            old: old.difference(&new).copied().collect(),
            new: new.difference(&old).copied().collect(),
        }
    }

    /// What only one of them has demands something else than what only the other one has.
    fn differ(&self, circuit: &mut Circuit) -> Formula {
        let mut differ = Vec::new();
        for step in 0..4 {
            let mut any = |parts: &[AtLeast]| circuit.any(parts.iter().filter_map(|part| part.get(step).copied()));
            let (old, new) = (any(&self.old), any(&self.new));
            differ.push(circuit.differ(old, new));
        }
        circuit.any(differ)
    }
}

/// Of these messages those for which none of the parts demands this degree, given that none demands the higher one.
fn without_demands(
    diagram: &mut Diagram,
    circuit: &Circuit,
    messages: Function,
    parts: &[AtLeast],
    (step, higher): (usize, Option<usize>),
) -> Result<Function, TooLarge> {
    let mut left = messages;
    let demands = |part: &AtLeast| {
        let known = higher.and_then(|higher| part.get(higher).copied());
        part.get(step).copied().filter(|demands| Some(*demands) != known)
    };
    for demands in parts.iter().filter_map(demands) {
        let silent = diagram.of(circuit, !demands)?;
        left = diagram.join(Join::And, left, silent)?;
    }
    Ok(left)
}

/// Of these messages those with this outcome, given those for which no degree is demanded.
fn exactly(
    diagram: &mut Diagram,
    messages: Function,
    without: &[Function; 4],
    outcome: Outcome,
) -> Result<Function, TooLarge> {
    let not_more = without.get(outcome as usize).copied().unwrap_or(messages);
    let Some(less) = step(outcome).and_then(|step| without.get(step).copied()) else { return Ok(not_more) };
    let reached = diagram.not(less)?;
    diagram.join(Join::And, not_more, reached)
}

/// For each pair of outcomes the cells in which it happens, each fact for itself.
fn through_solver(both: &Both<'_>, joint: &mut Joint<'_>) -> Changed {
    let mut changed = Vec::new();
    for (from, to) in every_pair() {
        let fixed = [joint.changes(from, to), joint.fresh];
        if joint.questions.possible(&fixed) == Answer::Impossible {
            continue;
        }
        let mut hull = Vec::new();
        for variable in 0..both.scope_variables() {
            let mut cells = Vec::new();
            for cell in 0..joint.questions.circuit.size(variable) {
                let here = joint.questions.circuit.within(variable, |one| one == cell);
                let left_out = left_out(both, variable) == Some(cell);
                if !left_out && joint.questions.possible(&[fixed[0], fixed[1], here]) != Answer::Impossible {
                    cells.push(cell);
                }
            }
            hull.push(cells);
        }
        changed.push(((from, to), vec![hull]));
    }
    changed
}

fn region(
    both: &Both<'_>,
    joint: &mut Joint<'_>,
    from: Outcome,
    to: Outcome,
    one: &Box_,
    engine: Engine,
) -> Option<Region> {
    let mut inside = Vec::new();
    let mut when = Vec::new();
    let mut scope = Vec::new();
    for (number, cells) in one.iter().enumerate() {
        inside.push(joint.questions.circuit.within(number, |cell| cells.contains(&cell)));
        let variable = both.domain.variable(number)?;
        when.extend(words::cells(&both.domain, variable, cells));
        scope.push((variable.clone(), cells.clone()));
    }
    let changes = joint.changes(from, to);
    let fixed: Vec<Formula> = inside.iter().copied().chain([changes, joint.fresh]).collect();
    let point = joint.questions.quietest(&fixed, &shrink_order(&both.domain))?;
    let example = both.example(&point);
    // The evaluator has the last word.
    if (example.old.outcome, example.new.outcome) != (from, to) {
        return None;
    }
    inside.extend([joint.fresh, joint.unapproved]);
    let unless = Change { from, to, changes, inside, example: point }.unless(both, joint);
    let exact = engine == Engine::Diagram;
    Some(Region {
        direction: Direction::of(from, to),
        from,
        to,
        when,
        unless,
        when_facts_fail: false,
        exact,
        example,
        inside: scope,
    })
}
