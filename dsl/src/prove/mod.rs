//! Claims and findings about a policy, proved for every message there can be.
//!
//! Facts are cut into cells (`domain`), a policy becomes formulas over cells (`encode`, `circuit`), and a SAT solver
//! answers questions about them (`sat`). Every example that comes out is decided by the evaluator before it is shown.

pub(crate) mod aim;
pub(crate) mod circuit;
pub(crate) mod claims;
pub(crate) mod domain;
pub(crate) mod encode;
mod lints;
mod map;
pub(crate) mod moment;
mod needless;
pub(crate) mod sat;
mod taint;
mod visit;
mod what_if;
pub(crate) mod words;

#[cfg(test)]
mod tests;

pub(crate) use claims::shrink_order;
pub use claims::{Example, Proof, RuleName, Standing};
pub use map::OutcomeMap;
pub use what_if::WhatIf;

use std::collections::BTreeMap;

use crate::ast::At;
use crate::check::Annotations;
use crate::load::File;
use crate::model::Model;
use crate::prove::aim::Aim;
use crate::prove::claims::Subject;
use crate::prove::domain::Domain;
use crate::source::Finding;
use crate::{Diagnostic, Read};

/// Everything that a proof can find about a policy without errors. `places` are those of its claims.
/// What was found before is not said again.
pub(crate) fn analyse(
    model: &Model,
    files: &[File],
    places: &[At],
    annotations: &BTreeMap<At, Annotations>,
    before: &[Finding],
) -> Vec<Finding> {
    let domain = Domain::new(&[model]);
    let mut known = Subject::new(model, &domain, false, sat::MOST_CONFLICTS);
    let proofs = claims::prove(model, &mut known, sat::MOST_CONFLICTS);
    let mut found: Vec<Finding> = proofs.iter().zip(places).filter_map(|(proof, at)| finding(proof, *at)).collect();
    let aim = Aim::new(model, &domain);
    found.extend(taint::taint(model, files, annotations, &mut known, &aim));
    found.extend(lints::lints(model, files, annotations, before, known, &aim));
    found
}

fn finding(proof: &Proof, at: At) -> Option<Finding> {
    let shown = proof.counterexample.as_ref().map(|example| {
        let because: Vec<&str> = example.deciding.iter().map(|reason| reason.name.as_str()).collect();
        let message = example.message.join(", ");
        format!("{message} -> {} because {}, route {}", example.outcome, because.join(", "), example.route.row)
    });
    let shown = shown.unwrap_or_default();
    Some(match proof.standing {
        Standing::Proved => return None,
        Standing::ProvedWhileKnown => {
            Finding::new("R0402", at, "this claim holds only while every fact is known").hint(format!("else: {shown}"))
        }
        Standing::Vacuous => Finding::new("R0405", at, "the condition of this claim never holds, so it says nothing"),
        Standing::False => Finding::new("R0401", at, "this claim is false").hint(format!("for example: {shown}")),
        Standing::Open => Finding::new("R0404", at, "this claim is too hard to prove or to refute")
            .hint("what cannot be proved does not count: say it in simpler conditions"),
        Standing::Disagreement => {
            Finding::new("R0404", at, "prover and evaluator disagree about this claim: this is a defect of Remit")
                .hint("report it with this policy")
        }
    })
}

/// Proves the claims of a policy, false ones included, and `asked`: claims that are in no file, such as
/// `never send when contact.new`. The proofs come in this order: imported files', the root file's, the asked ones.
///
/// # Errors
/// The errors of the policy or of a claim that was asked, other than that a claim does not hold. A place past the end
/// of the root file is in the asked claims, one a line.
pub fn prove(root: &str, read: &Read<'_>, asked: &[&str]) -> Result<Vec<Proof>, Vec<Diagnostic>> {
    let with_asked = |path: &str| {
        let text = read(path)?;
        let lines = asked.iter().map(|claim| {
            let line = claim.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_claim = line.starts_with("never ") || line.starts_with("always ");
            // Anything else would change the policy that is asked about.
            if is_claim { line } else { format!("never {line}") }
        });
        Ok(if path == root { format!("{text}\n{}\n", lines.collect::<Vec<_>>().join("\n")) } else { text })
    };
    let model = crate::check::model(root, &with_asked)?;
    let domain = Domain::new(&[&model]);
    let mut known = Subject::new(&model, &domain, false, sat::MOST_CONFLICTS);
    Ok(claims::prove(&model, &mut known, sat::MOST_CONFLICTS))
}
