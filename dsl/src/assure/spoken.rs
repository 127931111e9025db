//! A message as a case that can be pasted into a policy.

use crate::facts::{Facts, Value};
use crate::model::Model;
use crate::prove::circuit::{Formula, Point};
use crate::prove::claims::Subject;
use crate::prove::domain::{APPROVED, Class, Domain, Topic, Variable};
use crate::prove::words::value;
use crate::testing::{Given, facts_of};

/// A message in the words of a case, and the same for the runner of cases.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    /// What stands between `|` and `->`.
    pub(super) words: String,
    given: Vec<Given>,
}

impl Spoken {
    /// What the runner of cases makes of it.
    pub(super) fn facts(&self, model: &Model) -> Facts {
        facts_of(model, &self.given)
    }
}

/// What cannot be given in a case: failed facts, no draft at all, replies that were held before, and what scripts
/// return. All of these formulas keep it out of an example.
pub(super) fn speakable(model: &Model, domain: &Domain, subject: &mut Subject<'_>) -> Vec<Formula> {
    let quiet = facts_of(model, &[]);
    let circuit = &mut subject.questions.circuit;
    let mut formulas = Vec::new();
    for (number, variable) in domain.variables.iter().enumerate() {
        let wanted = match variable.topic {
            Topic::Special if variable.key != APPROVED => Some(0),
            // A script gives what it gives for a message about which nothing is special.
            Topic::Script => variable.cell_of(quiet.value(&variable.key)).filter(|cell| Some(*cell) != variable.failed),
            _ => None,
        };
        formulas.push(match (wanted, variable.failed) {
            (Some(wanted), _) => circuit.within(number, |cell| cell == wanted),
            (None, Some(failed)) if variable.cells.len() > 1 => circuit.within(number, |cell| cell != failed),
            _ => Formula::TRUE,
        });
    }
    formulas.retain(|formula| *formula != Formula::TRUE);
    formulas
}

/// A point as a case; `None` when no case can give it.
pub(super) fn spoken(model: &Model, domain: &Domain, point: &Point) -> Option<Spoken> {
    let mut spoken = Spoken { words: String::new(), given: Vec::new() };
    let mut words: Vec<String> = Vec::new();
    let at = |key: &str| domain.number(key).and_then(|number| Some((domain.variable(number)?, point.cell(number))));
    let named = |key: &str| at(key).and_then(|(variable, cell)| variable.values.get(cell).cloned().flatten());
    if let Some(channel) = named("channel") {
        words.push(format!("channel {}", value(&channel)));
        spoken.given.push(Given::Fact("channel".to_owned(), channel));
    }
    let channel = match named("channel") {
        Some(Value::Name(name)) => name,
        _ => "email".to_owned(),
    };
    let on = model.agents.iter().find(|agent| agent.channels.contains(&channel));
    let answers = Value::Name(on.map_or("none", |agent| agent.name.as_str()).to_owned());
    if let Some((variable, cell)) = at("agent")
        && variable.cell_of(Some(&answers)) != Some(cell)
    {
        let agent = variable.values.get(cell).cloned().flatten()?;
        words.push(format!("agent {}", value(&agent)));
        spoken.given.push(Given::Fact("agent".to_owned(), agent));
    }
    if let Some(intent) = named("intent") {
        let confidence = named("confidence").unwrap_or(Value::Number(1000));
        words.push(format!("intent {} {}", value(&intent), decimals(&confidence)));
        spoken.given.push(Given::Fact("intent".to_owned(), intent));
        spoken.given.push(Given::Fact("confidence".to_owned(), confidence));
    }
    let unsaid = if model.scripts.is_empty() { None } else { Some(facts_of(model, &[])) };
    for (number, variable) in domain.variables.iter().enumerate() {
        let cell = point.cell(number);
        let by_itself = unsaid.as_ref().filter(|_| variable.topic == Topic::Script);
        if by_itself.is_some_and(|facts| variable.cell_of(facts.value(&variable.key)) == Some(cell)) {
            continue;
        }
        let quiet = cell == variable.quiet && variable.topic != Topic::Script;
        if quiet || matches!(variable.key.as_str(), "channel" | "agent" | "intent" | "confidence") {
            continue;
        }
        if variable.topic == Topic::Moment {
            let clock = crate::hours::wall_clock(&domain.zone, domain.moments.get(cell)?.now_ms);
            words.push(clock.strftime("at %Y-%m-%d %H:%M").to_string());
            spoken.given.push(Given::Time(clock));
            continue;
        }
        let (word, value) = said(variable, cell)?;
        words.push(word);
        spoken.given.push(Given::Fact(variable.key.clone(), value));
    }
    // A case needs something to give.
    if words.is_empty() {
        words.push("channel email".to_owned());
        spoken.given.push(Given::Fact("channel".to_owned(), Value::Name("email".to_owned())));
    }
    spoken.words = words.join(", ");
    Some(spoken)
}

/// A confidence as people write one.
fn decimals(confidence: &Value) -> String {
    match confidence {
        Value::Number(thousandths) if thousandths % 10 == 0 => {
            format!("{}.{:02}", thousandths / 1000, thousandths % 1000 / 10)
        }
        other => value(other),
    }
}

fn said(variable: &Variable, cell: usize) -> Option<(String, Value)> {
    // A script cannot be told what to return.
    if variable.topic == Topic::Script || variable.cells.get(cell) == Some(&Class::Failed) {
        return None;
    }
    let here = variable.values.get(cell).cloned().flatten()?;
    let key = variable.key.as_str();
    let yes = here == Value::Yes(true);
    let words = match (key.split_once(':'), key) {
        (Some(("segment", name)), _) if yes => format!("contact in {name}"),
        (Some(("over", name)), _) if yes => format!("over {name}"),
        (Some(("switch", name)), _) if yes => format!("switch {name}"),
        (Some(("detect", name)), _) if yes => {
            let (subject, detector) = name.split_once('.')?;
            format!("{subject} detects {detector}")
        }
        (Some(("certified", name)), _) => format!("certified {name} at {}", value(&here)),
        (Some(_), _) => return None,
        (None, "draft.absent") => return None,
        (None, "action") => format!("action {}", value(&here)),
        (None, path) if path.starts_with('!') => return None,
        (None, path) if yes => path.to_owned(),
        (None, path) => format!("{path} is {}", value(&here)),
    };
    Some((words, here))
}
