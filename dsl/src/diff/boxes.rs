//! A set of messages as few boxes: for each fact the cells that it may be in.

use crate::diagram::{Diagram, Function, Join, TooLarge};

/// For each of the first variables the cells allowed, in order.
pub(crate) type Box_ = Vec<Vec<usize>>;

/// Boxes shown of one set.
pub(crate) const MOST_BOXES: usize = 24;

/// Maximal boxes that together are the set, and whether they are all of it: no more than [`MOST_BOXES`] are looked for.
/// `legal` says which cells count; the others are never mentioned.
pub(crate) fn boxes(
    diagram: &mut Diagram,
    set: Function,
    variables: usize,
    legal: &dyn Fn(usize, usize) -> bool,
) -> Result<(Vec<Box_>, bool), TooLarge> {
    let mut left = set;
    let mut found: Vec<Box_> = Vec::new();
    while left != Function::NO {
        if found.len() == MOST_BOXES {
            return Ok((found, false));
        }
        let mut one = first(diagram, left, variables, legal);
        widen(diagram, set, &mut one, legal);
        let function = of(diagram, &one)?;
        let rest = diagram.not(function)?;
        let next = diagram.join(Join::And, left, rest)?;
        if next == left {
            break; // only cells that do not count are left
        }
        left = next;
        found.push(one);
    }
    Ok((found, true))
}

/// One path of the set, as wide as the path is.
fn first(diagram: &Diagram, set: Function, variables: usize, legal: &dyn Fn(usize, usize) -> bool) -> Box_ {
    let mut here = set;
    let mut result = Vec::with_capacity(variables);
    for variable in 0..variables {
        let cells = (0..diagram.size(variable)).filter(|cell| legal(variable, *cell));
        let fits = |cell: &usize| diagram.child(here, variable, *cell) != Function::NO;
        let mut cells: Vec<usize> = cells.filter(fits).collect();
        if diagram.top(here) == variable
            && let Some(chosen) = cells.first().copied()
        {
            let child = diagram.child(here, variable, chosen);
            cells.retain(|cell| diagram.child(here, variable, *cell) == child);
            here = child;
        }
        result.push(cells);
    }
    result
}

/// Adds every cell that keeps the box inside the set, the last variables first, so that the first ones stay narrow.
fn widen(diagram: &Diagram, set: Function, one: &mut Box_, legal: &dyn Fn(usize, usize) -> bool) {
    for variable in (0..one.len()).rev() {
        for cell in (0..diagram.size(variable)).filter(|cell| legal(variable, *cell)) {
            let Some(cells) = one.get_mut(variable) else { continue };
            if cells.contains(&cell) {
                continue;
            }
            let before = std::mem::replace(cells, vec![cell]);
            let inside = covers(diagram, set, one, 0);
            if let Some(cells) = one.get_mut(variable) {
                *cells = before;
                if inside {
                    cells.push(cell);
                    cells.sort_unstable();
                }
            }
        }
    }
}

/// The whole box is in the set.
fn covers(diagram: &Diagram, set: Function, one: &Box_, from: usize) -> bool {
    let top = diagram.top(set);
    if set == Function::NO {
        return false;
    }
    match one.get(top) {
        Some(cells) if top >= from => {
            cells.iter().all(|cell| covers(diagram, diagram.child(set, top, *cell), one, top + 1))
        }
        _ => true,
    }
}

/// A box as a function.
pub(crate) fn of(diagram: &mut Diagram, one: &Box_) -> Result<Function, TooLarge> {
    let mut function = Function::YES;
    for (variable, cells) in one.iter().enumerate().rev() {
        let within = diagram.within(variable, |cell| cells.contains(&cell))?;
        function = diagram.join(Join::And, function, within)?;
    }
    Ok(function)
}
