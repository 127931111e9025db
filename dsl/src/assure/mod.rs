//! How good the tests of a policy are: what they never show ([`coverage`]), which faults they would not notice
//! ([`mutants`]), and what becomes of a list of messages ([`packs`]).

pub mod coverage;
pub mod mutants;
pub mod packs;
mod spoken;

use crate::prove::circuit::{Formula, Point};
use crate::verdict::Location;

/// A byte of a text as a place that people read.
pub(crate) fn location(file: &str, text: &str, byte: usize) -> Location {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) as u32 + 1;
    Location { file: file.to_owned(), line, column }
}

/// Of these formulas the numbers of those that hold in each of the points: one list a point.
pub(crate) fn hold(
    circuit: &crate::prove::circuit::Circuit,
    formulas: &[Formula],
    points: &[Point],
) -> Vec<Vec<usize>> {
    let mut found = Vec::with_capacity(points.len());
    for chunk in points.chunks(64) {
        let lanes = circuit.simulate(chunk);
        for lane in 0..chunk.len() {
            let here = |formula: &Formula| lanes.of(*formula) >> lane & 1 == 1;
            found.push(formulas.iter().enumerate().filter(|(_, one)| here(one)).map(|(number, _)| number).collect());
        }
    }
    found
}
