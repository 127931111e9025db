//! What would have to be otherwise for another outcome.

use serde::Serialize;

use crate::facts::Facts;
use crate::policy::Policy;
use crate::prove::circuit::{Formula, Point};
use crate::prove::claims::{Example, Subject, example};
use crate::prove::domain::{Domain, NO_DRAFT, Topic};
use crate::prove::encode::step;
use crate::prove::sat::{Answer, MOST_CONFLICTS};
use crate::prove::words;
use crate::verdict::Outcome;

/// The answer of [`Policy::what_if`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum WhatIf {
    /// The outcome is that already.
    Already,
    /// If these things were so, it would be. No part of them can be left out.
    Change {
        /// What would have to be so, in the words of the language.
        changes: Vec<String>,
        /// The message with these changes, and what the policy decides about it.
        example: Box<Example>,
    },
    /// No change of what can change leads there. The rules named forbid it as long as the rest stays as it is.
    Impossible {
        /// The claims that forbid it for such messages, as written.
        claims: Vec<String>,
    },
    /// It cannot be said: the reply was held before, or the question is too hard.
    Unknown,
}

/// Facts that nobody can change about a message: where it came from, and that it came.
fn is_fixed(domain: &Domain, variable: usize) -> bool {
    domain.variable(variable).is_none_or(|one| {
        matches!(one.topic, Topic::Channel | Topic::Agent | Topic::Action | Topic::Intent)
            || one.key == NO_DRAFT
            || one.key == "message.automated"
            || one.key == "contact.opted_out"
            || (one.topic == Topic::Special && one.key != crate::prove::domain::APPROVED)
    })
}

impl Policy {
    /// The smallest change that leads to `wanted`, starting from these facts. Channel, AI agent, intent and action stay
    /// as they are, and so does what the contact has decided; everything else may change, an approval too.
    ///
    /// The change is minimal: no part of it can be left out. There may be others as small.
    pub fn what_if(&self, facts: &Facts, wanted: Outcome) -> WhatIf {
        let model = &self.model;
        if crate::eval::decide(model, facts).outcome == wanted {
            return WhatIf::Already;
        }
        let domain = Domain::new(&[model]);
        let Some(start) = domain.point(facts, &[model]) else { return WhatIf::Unknown };
        let mut subject = Subject::new(model, &domain, true, MOST_CONFLICTS);
        let at_least = subject.gate.at_least;
        let reached = step(wanted).and_then(|step| at_least.get(step).copied()).unwrap_or(Formula::TRUE);
        let more = at_least.get(wanted as usize).copied().unwrap_or(Formula::FALSE);
        let goal = [reached, !more, subject.fresh()];
        // Everything that stands is assumed; what the solver cannot have is given up, one thing after the other.
        let stays = |subject: &mut Subject<'_>, variable: usize| {
            let cell = start.cell(variable);
            subject.questions.circuit.within(variable, |one| one == cell)
        };
        let mut kept: Vec<Formula> = goal.to_vec();
        let mut free = Vec::new();
        for variable in 0..domain.variables.len() {
            let here = stays(&mut subject, variable);
            if is_fixed(&domain, variable) { kept.push(here) } else { free.push((variable, here)) }
        }
        match subject.questions.possible(&kept) {
            Answer::Possible => {}
            Answer::Open => return WhatIf::Unknown,
            Answer::Impossible => {
                let of = |claim: &&crate::model::Claim| crate::eval::holds(model, facts, &claim.when) != Some(false);
                let claims = model.claims.iter().filter(of).map(|claim| claim.text.clone()).collect();
                return WhatIf::Impossible { claims };
            }
        }
        // What is easiest to change is given up first, so it is kept last.
        free.sort_by_key(|(variable, _)| ease(&domain, *variable));
        for (_, here) in &free {
            kept.push(*here);
            if subject.questions.possible(&kept) != Answer::Possible {
                kept.pop();
            }
        }
        if subject.questions.possible(&kept) != Answer::Possible {
            return WhatIf::Unknown;
        }
        let point = subject.questions.example();
        // Variables that no question touched are as they were.
        let mut end = start.clone();
        let mut changes = Vec::new();
        for (variable, here) in &free {
            if !kept.contains(here) && point.cell(*variable) != start.cell(*variable) {
                end.set(*variable, point.cell(*variable));
                changes.extend(told(&domain, *variable, &end));
            }
        }
        let confirm = |facts: &Facts| {
            let verdict = crate::eval::decide(model, facts);
            (verdict.outcome == wanted).then_some(verdict)
        };
        match example(&domain, &end, confirm) {
            Some(example) => WhatIf::Change { changes, example: Box::new(example) },
            None => WhatIf::Unknown,
        }
    }
}

fn told(domain: &Domain, variable: usize, end: &Point) -> Option<String> {
    let one = domain.variable(variable)?;
    words::cells(domain, one, &[end.cell(variable)])
}

/// The draft can be written anew; who the contact is cannot be changed as easily. An approval is given up last of all,
/// because it is always possible and says nothing.
fn ease(domain: &Domain, variable: usize) -> u8 {
    let Some(one) = domain.variable(variable) else { return 0 };
    match one.topic {
        _ if one.key.starts_with("detect:draft.") => 9,
        Topic::Script => 8,
        Topic::Moment => 7,
        Topic::Counter => 6,
        Topic::Switch => 5,
        Topic::Confidence => 4,
        Topic::Other => 3,
        Topic::Detector => 2,
        Topic::Segment => 1,
        _ => 0,
    }
}
