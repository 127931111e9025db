//! What becomes of a reply or an action, for every intent, action, tier and mode: the policy as tables.
//!
//! Nothing here knows a rule. Every cell is an answer of the evaluator to constructed facts, quiet except for what the
//! cell is about (see `testing`): a known contact in no segment, nothing detected, no limit used up, no switch pressed,
//! a Tuesday at ten. Rules that ask for more than that can only make an outcome more careful.
//!
//! Tier and mode follow from rules, so a cell is asked of the policy with its risk table, autonomy settings and caps
//! replaced by the tier and the mode in question. Which mode is really in force where is a table of its own, asked of
//! the policy as it is.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ast::Comparison;
use crate::condition::{Expr, Kind};
use crate::facts::{Value, thousandths};
use crate::model::{Bands, Demand, Model, Scoped};
use crate::policy::{Intent, Policy};
use crate::prose::words;
use crate::testing::{Given, facts_of};
use crate::verdict::{Location, Outcome, Verdict};
use crate::vocabulary::{ACTIONS, CHANNELS};

/// An intent that restricts nothing. No policy can declare one of this name.
const ANY: &str = "*";

/// The policy as tables.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matrix {
    /// Name of the policy.
    pub policy: String,
    /// One sentence about it.
    pub title: Option<String>,
    /// Its digest.
    pub digest: String,
    /// The channel of the reply and action tables.
    pub channel: String,
    /// The risk tiers, from the lowest to the highest.
    pub tiers: Vec<String>,
    /// Which mode is in force where.
    pub settings: Vec<SettingsRow>,
    /// What becomes of a reply, per mode and intent.
    pub replies: Vec<ReplyRow>,
    /// What becomes of an action, per mode and action.
    pub actions: Vec<ActionRow>,
}

/// Which mode is in force, and how long an automatic send can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingsRow {
    /// Channel.
    pub channel: String,
    /// The AI agent that answers; `none` where there is none.
    pub agent: String,
    /// The segment that the contact is in; `None` stands for contacts in no segment.
    pub segment: Option<String>,
    /// The intent; `None` stands for every intent without a setting of its own.
    pub intent: Option<String>,
    /// The mode in force.
    pub mode: String,
    /// How long a person can take back an automatic send, in milliseconds.
    pub undo_ms: i64,
    /// The line that set the mode; `None` for the built-in default.
    pub at: Option<Location>,
    /// The cap that raised it, if one did.
    pub capped_by: Option<Location>,
}

/// What becomes of a reply to an intent in a mode.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplyRow {
    /// The mode.
    pub mode: String,
    /// The intent.
    pub intent: String,
    /// One cell per tier.
    pub cells: Vec<Cell>,
}

/// What becomes of an action in a mode, for an intent that restricts nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionRow {
    /// The mode.
    pub mode: String,
    /// The action.
    pub action: String,
    /// The segment that the contact is in, where that makes a difference.
    pub segment: Option<String>,
    /// One cell per tier.
    pub cells: Vec<Cell>,
}

/// What happens, from sure to unsure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Never empty. The thresholds fall; the last one is 0.
    pub bands: Vec<Band>,
}

/// The outcome from a confidence on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The least confidence, from 0 to 1.
    pub from: f64,
    /// The outcome.
    pub outcome: Outcome,
    /// The rules that decide, as `kind name`.
    pub deciding: Vec<String>,
}

impl Cell {
    /// As a policy would write it: `send from 0.60, else approval`.
    pub fn words(&self) -> String {
        let last = self.bands.len().saturating_sub(1);
        let words: Vec<String> = self
            .bands
            .iter()
            .enumerate()
            .map(|(number, band)| match number {
                0 if last == 0 => band.outcome.to_string(),
                _ if number == last => format!("else {}", band.outcome),
                _ => format!("{} from {}", band.outcome, words::confidence(thousandths(band.from).unwrap_or(0))),
            })
            .collect();
        words.join(", ")
    }
}

/// The matrix of a policy. `channel` is the one that replies and actions are looked at on; without one it is `email`, or
/// the first channel that an AI agent of the policy answers on where none answers mail.
pub fn of(policy: &Policy, channel: Option<&str>) -> Matrix {
    let model = &policy.model;
    let fallback = || match policy.ai_agents().is_empty() || policy.ai_agent_on("email").is_some() {
        true => "email",
        false => {
            policy.ai_agents().iter().flat_map(|agent| &agent.channels).map(String::as_str).next().unwrap_or("email")
        }
    };
    let channel = channel.unwrap_or_else(fallback).to_owned();
    let (mut replies, mut actions) = (Vec::new(), Vec::new());
    for mode in 0..model.modes.len() {
        let probes: Vec<Model> = (0..model.tiers.len()).map(|tier| forced(model, mode, tier)).collect();
        let name = model.modes.get(mode).map(|mode| mode.name.clone()).unwrap_or_default();
        for intent in &model.intents {
            let cells = probes.iter().map(|probe| reply_cell(probe, &channel, &intent.name, &[])).collect();
            replies.push(ReplyRow { mode: name.clone(), intent: intent.name.clone(), cells });
        }
        for action in actions_of(model) {
            let cells_for = |segment: Option<&str>| -> Vec<Cell> {
                let given = [("action", action.as_str()), ("channel", &channel), ("intent", ANY)];
                probes
                    .iter()
                    .map(|probe| Cell { bands: vec![band(&ask(probe, &given, &inside(segment), 1000), 0)] })
                    .collect()
            };
            let usual = cells_for(None);
            for segment in &model.segments {
                let cells = cells_for(Some(segment));
                // Only where the setting of this action is what makes the difference.
                let own =
                    |cell: &Cell| cell.bands.iter().any(|band| band.deciding.contains(&format!("action {action}")));
                if cells != usual && cells.iter().any(own) {
                    let segment = Some(segment.clone());
                    actions.push(ActionRow { mode: name.clone(), action: action.clone(), segment, cells });
                }
            }
            actions.push(ActionRow { mode: name.clone(), action, segment: None, cells: usual });
        }
    }
    // Stable: the modes stay in their order.
    let order: BTreeMap<&str, usize> =
        model.modes.iter().enumerate().map(|(number, mode)| (mode.name.as_str(), number)).collect();
    actions.sort_by_key(|row| (order.get(row.mode.as_str()).copied(), row.action.clone(), row.segment.clone()));
    Matrix {
        policy: policy.name().to_owned(),
        title: policy.title().map(str::to_owned),
        digest: policy.digest().to_owned(),
        channel,
        tiers: model.tiers.clone(),
        settings: settings(model),
        replies,
        actions,
    }
}

/// The matrix of the built-in modes, with every action set to `send`: what the modes themselves say. `None` never
/// happens: the policy behind it is made from our own words, and a test compiles it.
pub fn standard() -> Option<Matrix> {
    let actions: String = ACTIONS.iter().map(|action| format!("  {action} send\n")).collect();
    let title = "The modes of std/base, with every action set to send";
    let text = format!("remit 1\npolicy modes \"{title}\"\nactions {{\n{actions}}}\n");
    let read = |name: &str| if name == "modes.remit" { Ok(text.clone()) } else { Err("it is not there".to_owned()) };
    crate::compile("modes.remit", &read).policy.map(|policy| of(&policy, None))
}

/// The actions that exist: built in, set by the policy, or named by an intent.
fn actions_of(model: &Model) -> BTreeSet<String> {
    let built_in = ACTIONS.iter().map(|action| (*action).to_owned());
    built_in.chain(model.actions.keys().cloned()).collect()
}

/// The policy with an intent that restricts nothing.
fn with_any(model: &Model) -> Model {
    let mut model = model.clone();
    let at = model.header.clone();
    let slot = model.core.intent;
    if let Some(Kind::OneOf(names)) = model.slots.get_mut(slot).map(|slot| &mut slot.kind) {
        names.push(ANY.to_owned());
    }
    let intent = Intent {
        name: ANY.to_owned(),
        title: None,
        examples: Vec::new(),
        draft: None,
        also: Vec::new(),
        at: at.clone(),
    };
    model.intents.push(intent);
    let rest = Demand { outcome: Outcome::Send, release: None };
    let value = Bands { from: Vec::new(), rest };
    model.replies.push(vec![Scoped { rank: 0, when: Expr::always(), value, at }]);
    model
}

/// The policy in a mode and a tier, whatever its settings and its risk table say.
fn forced(model: &Model, mode: usize, tier: usize) -> Model {
    let mut model = with_any(model);
    let at = model.header.clone();
    model.risk = vec![(tier, Expr::always(), at.clone())];
    model.autonomy = vec![Scoped { rank: 0, when: Expr::always(), value: mode, at }];
    model.caps.clear();
    model
}

/// The verdict on quiet facts with these names, facts that are so, and this confidence (thousandths).
fn ask(model: &Model, names: &[(&str, &str)], yes: &[String], confidence: i64) -> Verdict {
    let mut given: Vec<Given> =
        names.iter().map(|(key, name)| Given::Fact((*key).to_owned(), Value::Name((*name).to_owned()))).collect();
    given.push(Given::Fact("confidence".to_owned(), Value::Number(confidence)));
    given.extend(yes.iter().map(|key| Given::Fact(key.clone(), Value::Yes(true))));
    crate::eval::decide(model, &facts_of(model, &given))
}

fn inside(segment: Option<&str>) -> Vec<String> {
    segment.iter().map(|name| format!("segment:{name}")).collect()
}

fn band(verdict: &Verdict, from: i64) -> Band {
    let name = |kind: &str, name: &str| format!("{kind} {name}");
    let deciding = verdict.deciding.iter().map(|reason| name(reason.kind.as_str(), &reason.name)).collect();
    Band { from: from as f64 / 1000.0, outcome: verdict.outcome, deciding }
}

/// Asks once between any two confidences at which something could change. The facts `yes` are so, besides.
pub(crate) fn reply_cell(model: &Model, channel: &str, intent: &str, yes: &[String]) -> Cell {
    let mut cuts = BTreeSet::from([0]);
    let number = model.intents.iter().position(|one| one.name == intent);
    for reply in number.and_then(|number| model.replies.get(number)).into_iter().flatten() {
        cuts.extend(reply.value.from.iter().map(|(_, least)| *least));
    }
    for rule in &model.rules {
        confidence_cuts(&rule.when, model.core.confidence, &mut cuts);
    }
    let mut bands: Vec<Band> = Vec::new();
    for from in cuts.into_iter().filter(|cut| (0..=1000).contains(cut)) {
        let verdict = ask(model, &[("intent", intent), ("channel", channel)], yes, from);
        match bands.last() {
            Some(last) if last.outcome == verdict.outcome => {}
            _ => bands.push(band(&verdict, from)),
        }
    }
    bands.reverse();
    Cell { bands }
}

fn confidence_cuts(expr: &Expr, confidence: usize, cuts: &mut BTreeSet<i64>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| confidence_cuts(part, confidence, cuts)),
        Expr::Not(inner) => confidence_cuts(inner, confidence, cuts),
        Expr::Number(slot, comparison, constant) if *slot == confidence => {
            cuts.insert(match comparison {
                Comparison::AtLeast | Comparison::Below => *constant,
                Comparison::AtMost | Comparison::Above => *constant + 1,
            });
        }
        _ => {}
    }
}

/// For every channel and AI agent the usual case, and whatever segment or intent makes a difference.
fn settings(model: &Model) -> Vec<SettingsRow> {
    let model = with_any(model);
    let mut rows = Vec::new();
    for channel in CHANNELS {
        let agents: Vec<&str> = model
            .agents
            .iter()
            .filter(|agent| agent.channels.iter().any(|one| one == channel))
            .map(|agent| agent.name.as_str())
            .collect();
        if agents.is_empty() && !model.agents.is_empty() {
            continue;
        }
        for agent in if agents.is_empty() { vec!["none"] } else { agents } {
            let row = |segment: Option<&str>, intent: Option<&str>| {
                let given = [("channel", channel), ("agent", agent), ("intent", intent.unwrap_or(ANY))];
                let verdict = ask(&model, &given, &inside(segment), 1000);
                SettingsRow {
                    channel: channel.to_owned(),
                    agent: agent.to_owned(),
                    segment: segment.map(str::to_owned),
                    intent: intent.map(str::to_owned),
                    mode: verdict.mode.value,
                    undo_ms: verdict.undo_ms,
                    at: verdict.mode.at,
                    capped_by: verdict.mode.capped_by,
                }
            };
            let usual = row(None, None);
            let differs = |row: &SettingsRow| {
                (&row.mode, row.undo_ms, &row.at, &row.capped_by)
                    != (&usual.mode, usual.undo_ms, &usual.at, &usual.capped_by)
            };
            let segments = model.segments.iter().map(|segment| row(Some(segment), None));
            let intents =
                model.intents.iter().filter(|intent| intent.name != ANY).map(|intent| row(None, Some(&intent.name)));
            let special: Vec<SettingsRow> = segments.chain(intents).filter(differs).collect();
            rows.push(usual.clone());
            rows.extend(special);
        }
    }
    rows
}
