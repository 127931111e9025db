//! Every outcome of a policy at once, as a decision diagram.

use std::sync::Arc;

use crate::diagram::{Diagram, Function, MOST_NODES};
use crate::facts::Facts;
use crate::model::Model;
use crate::policy::Policy;
use crate::prove::circuit::Circuit;
use crate::prove::domain::Domain;
use crate::prove::encode::Encoder;
use crate::verdict::Outcome;

/// What a policy decides about every message, in one graph. A second engine beside the evaluator.
#[derive(Debug)]
pub struct OutcomeMap {
    model: Arc<Model>,
    domain: Domain,
    diagram: Diagram,
    outcome: Function,
    row: Function,
}

impl OutcomeMap {
    /// Builds the map; `None` when it would have more than half a million nodes.
    pub fn new(policy: &Policy) -> Option<Self> {
        Self::within(policy, MOST_NODES)
    }

    /// The same with a bound of one's own on the number of nodes.
    pub fn within(policy: &Policy, most_nodes: usize) -> Option<Self> {
        let model = Arc::clone(&policy.model);
        let domain = Domain::new(&[&model]);
        let mut circuit = Circuit::new(domain.sizes());
        let gate = Encoder::new(&mut circuit, &domain, &model, 0, true).gate();
        let mut diagram = Diagram::new(domain.sizes(), most_nodes);
        let outcome = diagram.outcome(&circuit, &gate.at_least).ok()?;
        // Rows are found from the last to the first; results are too few for long tables, which have no map.
        let rows = u32::try_from(gate.taken.len()).ok().filter(|rows| *rows <= 60)?;
        let mut row = Function::NO;
        for (number, taken) in (0..rows).zip(&gate.taken) {
            let taken = diagram.of(&circuit, *taken).ok()?;
            let here = diagram.scaled(taken, number).ok()?;
            row = diagram.join(crate::diagram::Join::Sum, row, here).ok()?;
        }
        Some(Self { model, domain, diagram, outcome, row })
    }

    /// The outcome of the gate when the draft is ready; `None` for a reply that was held before.
    pub fn outcome(&self, facts: &Facts) -> Option<Outcome> {
        let point = self.domain.point(facts, &[&self.model])?;
        Outcome::ALL.get(self.diagram.at(self.outcome, &point) as usize).copied()
    }

    /// The route row that takes the message, `otherwise` included.
    pub fn row(&self, facts: &Facts) -> Option<&str> {
        let point = self.domain.point(facts, &[&self.model])?;
        let number = self.diagram.at(self.row, &point) as usize;
        let row = self.model.routes.get(number).map_or(&self.model.otherwise, |(_, route)| route);
        Some(&row.row)
    }

    /// How many nodes the graph has.
    pub fn nodes(&self) -> usize {
        self.diagram.len()
    }
}
