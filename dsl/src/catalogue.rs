//! What a policy knows: its intents with how each is answered, and its facts with who sets and who reads them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ast::ItemKind;
use crate::condition::{Cell, Expr, Kind, Slot, View};
use crate::load::STANDARD;
use crate::matrix;
use crate::model::{Demand, Model, Release, Scoped};
use crate::parse;
use crate::policy::{DraftSpec, Policy};
use crate::prose::words;
use crate::verdict::{Location, Outcome, RuleKind};
use crate::vocabulary::{CHANNELS, FACTS};

/// One intent and how it is answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntentEntry {
    /// Name used in rules.
    pub name: String,
    /// One sentence for people.
    pub title: Option<String>,
    /// Where it is declared.
    pub at: Location,
    /// How many examples a classifier can learn from.
    pub examples: usize,
    /// How a reply is drafted, if at all.
    pub draft: Option<DraftSpec>,
    /// The `reply` lines, the closest scope last.
    pub replies: Vec<ReplyEntry>,
    /// Where a reply may leave without a person at the lowest risk, when nothing else is special. Empty: nowhere.
    pub auto_reply: Vec<AutoReply>,
    /// Names of the limits that count its replies.
    pub limits: Vec<String>,
    /// Actions that belong to it besides the reply.
    pub also: Vec<String>,
}

/// A `reply` line of an intent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplyEntry {
    /// As written, without the scope: `send from 0.60, else approval`.
    pub words: String,
    /// The outcomes with their least confidence, from sure to unsure; the last one is for the rest, from 0.
    pub bands: Vec<ReplyBand>,
    /// The line; the intent itself when it has no `reply` line, which means approval.
    pub at: Location,
    /// Only for some channels, segments, agents.
    pub scoped: bool,
}

/// The outcome from a confidence on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplyBand {
    /// The least confidence, from 0 to 1.
    pub from: f64,
    /// The outcome.
    pub outcome: Outcome,
}

/// Where an automatic reply may leave, and how sure the classifier has to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AutoReply {
    /// The channel.
    pub channel: String,
    /// The least confidence, from 0 to 1.
    pub from: f64,
}

/// One fact: what rules can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactEntry {
    /// Its key in [`crate::Facts`], such as `segment:vip`.
    pub key: String,
    /// As written in rules, such as `contact in vip`.
    pub written: String,
    /// Type in the words of the language.
    #[serde(rename = "type")]
    pub type_: String,
    /// What it means, if anybody said so.
    pub meaning: String,
    /// Who says it.
    pub set_by: String,
    /// Where the policy declares what it speaks of; `None` for a standard fact.
    pub at: Option<Location>,
    /// What reads it, in file order.
    pub read_by: Vec<Reader>,
}

/// A rule or a setting that reads a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reader {
    /// Where it stands.
    pub at: Location,
    /// What it is, such as `guard night`.
    pub what: String,
}

/// The intents, in file order.
pub fn intents(policy: &Policy) -> Vec<IntentEntry> {
    let model = &*policy.model;
    let entry = |(number, intent): (usize, &crate::policy::Intent)| IntentEntry {
        name: intent.name.clone(),
        title: intent.title.clone(),
        at: intent.at.clone(),
        examples: intent.examples.len(),
        draft: intent.draft.clone(),
        replies: model
            .replies
            .get(number)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .map(|reply| line(model, reply))
            .collect(),
        auto_reply: auto_reply(policy, &intent.name),
        limits: limits(model, &intent.name),
        also: intent.also.clone(),
    };
    model.intents.iter().enumerate().map(entry).collect()
}

fn line(model: &Model, reply: &Scoped<crate::model::Bands>) -> ReplyEntry {
    let rest = &reply.value.rest;
    let mut parts: Vec<String> = reply
        .value
        .from
        .iter()
        .map(|(demand, least)| format!("{} from {}", demand_words(model, demand), words::confidence(*least)))
        .collect();
    let last = demand_words(model, rest);
    parts.push(if parts.is_empty() { last } else { format!("else {last}") });
    let band = |demand: &Demand, least: i64| ReplyBand { from: least as f64 / 1000.0, outcome: demand.outcome };
    let bands = reply.value.from.iter().map(|(demand, least)| band(demand, *least)).chain([band(rest, 0)]).collect();
    ReplyEntry { words: parts.join(", "), bands, at: reply.at.clone(), scoped: reply.rank != 0 }
}

fn demand_words(model: &Model, demand: &Demand) -> String {
    match demand.release {
        Some(Release::Until(hours)) => {
            format!("hold until {}", model.hours.get(hours).map_or("", |hours| hours.name.as_str()))
        }
        Some(Release::For(ms)) => format!("hold {}", words::duration(ms)),
        None => demand.outcome.to_string(),
    }
}

/// Asked of the evaluator on every channel that an AI agent answers on: at the lowest risk, with nothing else special,
/// and with the policy's own yes/no facts all no and all yes, since nobody knows which of the two is the usual case.
fn auto_reply(policy: &Policy, intent: &str) -> Vec<AutoReply> {
    let mut model = (*policy.model).clone();
    model.risk.clear();
    let own =
        |slot: &&Slot| slot.kind == Kind::YesNo && !slot.key.contains(':') && model.declared.contains_key(&slot.key);
    let own: Vec<String> = model.slots.iter().filter(own).map(|slot| slot.key.clone()).collect();
    let answered = |channel: &&str| model.agents.is_empty() || policy.ai_agent_on(channel).is_some();
    let mut found = Vec::new();
    for channel in CHANNELS.into_iter().filter(answered) {
        let cells = [&[][..], &own].map(|yes| matrix::reply_cell(&model, channel, intent, yes));
        let free = cells.iter().flat_map(|cell| &cell.bands).filter(|band| band.outcome <= Outcome::Hold);
        if let Some(from) = free.map(|band| band.from).min_by(f64::total_cmp) {
            found.push(AutoReply { channel: channel.to_owned(), from });
        }
    }
    found
}

/// Limits that can matter to a reply to this intent: those whose scope does not rule it out.
fn limits(model: &Model, intent: &str) -> Vec<String> {
    let mut cells = vec![Cell::Failed; model.slots.len()];
    if let Some(cell) = cells.get_mut(model.core.intent) {
        *cell = Cell::Name(intent);
    }
    let view = View { cells, during: Vec::new(), tiers: vec![true; model.tiers.len()] };
    let limits = model.rules.iter().filter(|rule| rule.kind == RuleKind::Limit);
    limits.filter(|rule| view.holds(&rule.when) != Some(false)).map(|rule| rule.name.clone()).collect()
}

/// Every fact: the standard ones, the policy's own, and its segments, detectors, limits, switches and scripts.
pub fn facts(policy: &Policy) -> Vec<FactEntry> {
    let model = &*policy.model;
    let (readers, titles) = (readers(model), titles(policy));
    let mut entries: Vec<FactEntry> = Vec::new();
    let entry = |key: &str, written: String, type_: &str, meaning: &str, set_by: &str| FactEntry {
        key: key.to_owned(),
        written,
        type_: type_.to_owned(),
        meaning: titles.get(key).map_or_else(|| meaning.to_owned(), |title| format!("{meaning} {}", sentence(title))),
        set_by: set_by.to_owned(),
        at: model.declared.get(key).cloned(),
        read_by: readers.iter().filter(|(read, _)| read == key).map(|(_, reader)| reader.clone()).collect(),
    };
    for fact in &model.facts {
        let standard = FACTS.iter().find(|standard| standard.path == fact.path);
        let set_by = standard.map_or("the host, for each message", |standard| standard.set_by);
        entries.push(entry(&fact.path, fact.path.clone(), &fact.type_, &fact.sentence, set_by));
    }
    for name in &model.segments {
        let key = format!("segment:{name}");
        entries.push(entry(&key, format!("contact in {name}"), "yes/no", "The contact is in the segment.", "the host"));
    }
    for detector in &model.detectors.detectors {
        let (subject, name) = (detector.subject.as_str(), &detector.name);
        let (key, written) = (format!("{subject}.{name}"), format!("{subject} detects {name}"));
        entries.push(entry(
            &format!("detect:{key}"),
            written,
            "yes/no",
            "The detector found something.",
            "the detector",
        ));
    }
    for script in &model.scripts {
        let type_ = script.range.map_or("yes/no".to_owned(), |(low, high)| {
            format!("number {}..{}", words::number(low), words::number(high))
        });
        let key = format!("script:{}", script.name);
        entries.push(entry(&key, format!("script {}", script.name), &type_, "What the script answers.", "the script"));
    }
    for limit in &model.limits {
        let key = format!("over:{}", limit.name);
        entries.push(entry(
            &key,
            format!("over {}", limit.name),
            "yes/no",
            "The limit is used up.",
            "the engine, which counts",
        ));
    }
    for one in &model.certificates {
        let (key, written) = (format!("certified:{}", one.name), format!("certified {} at SHARE", one.name));
        let meaning = "The share of wrong answers that labels prove; 1 where they prove nothing.";
        entries.push(entry(&key, written, "number 0..1", meaning, "the engine, from what people found"));
    }
    for name in &model.switches {
        let key = format!("switch:{name}");
        entries.push(entry(&key, format!("switch {name}"), "yes/no", "The switch is pressed.", "a person"));
    }
    entries
}

/// What the policy's author says about segments, detectors and switches, by the key of the fact.
fn titles(policy: &Policy) -> BTreeMap<String, String> {
    let mut titles = BTreeMap::new();
    let own = policy.files().iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let standard = STANDARD.into_iter().filter(|(name, _)| !name.starts_with("std/intents/"));
    for (name, text) in own.chain(standard) {
        if name.ends_with(".remit") || name.starts_with("std/") || name == policy.root() {
            for item in parse::parse(0, text, &mut Vec::new()).items {
                let (key, title) = match item.kind {
                    ItemKind::Segment { name, title } => (format!("segment:{}", name.text), title),
                    ItemKind::Certificate { name, title, .. } => (format!("certified:{}", name.text), title),
                    ItemKind::Switch { name, title, .. } => (format!("switch:{}", name.text), title),
                    ItemKind::Detector { name, subject, title, .. } => {
                        (format!("detect:{}.{}", subject.as_str(), name.text), title)
                    }
                    _ => continue,
                };
                titles.extend(title.map(|title| (key, title.text)));
            }
        }
    }
    titles
}

/// With a full stop, unless there is one.
fn sentence(title: &str) -> String {
    let title = title.trim();
    if title.ends_with(['.', '!', '?']) { title.to_owned() } else { format!("{title}.") }
}

/// Pairs of a fact's key and something that reads it.
fn readers(model: &Model) -> Vec<(String, Reader)> {
    let mut found: Vec<(String, Reader)> = Vec::new();
    let mut add = |keys: Vec<String>, what: &str, at: &Location| {
        found.extend(keys.into_iter().map(|key| (key, Reader { what: what.to_owned(), at: at.clone() })));
    };
    let keys = |expr: &Expr| {
        let mut keys = Vec::new();
        keys_of(model, expr, &mut keys);
        keys
    };
    for (tier, when, at) in &model.risk {
        add(keys(when), &format!("risk {}", model.tiers.get(*tier).map_or("", String::as_str)), at);
    }
    for rule in &model.rules {
        let kind = if rule.kind == RuleKind::Standard { "guard" } else { rule.kind.as_str() };
        add(keys(&rule.when), &format!("{kind} {}", rule.name), &rule.at);
    }
    for setting in model.autonomy.iter().chain(&model.caps) {
        add(keys(&setting.when), "autonomy", &setting.at);
    }
    for setting in &model.undo {
        add(keys(&setting.when), "undo", &setting.at);
    }
    for (action, settings) in &model.actions {
        for setting in settings {
            add(keys(&setting.when), &format!("action {action}"), &setting.at);
        }
    }
    for (intent, replies) in model.intents.iter().zip(&model.replies) {
        for reply in replies {
            add(keys(&reply.when), &format!("reply to {}", intent.name), &reply.at);
            if !reply.value.from.is_empty() {
                add(vec!["confidence".to_owned()], &format!("reply to {}", intent.name), &reply.at);
            }
        }
    }
    for pause in &model.pauses {
        add(keys(&pause.when), &format!("pause {}", pause.name), &pause.at);
    }
    for (when, route) in &model.routes {
        add(keys(when), &format!("route {}", route.row), &route.at);
    }
    for when in &model.approvals.two_people {
        add(keys(when), "approvals: two people", model.approvals.at.as_ref().unwrap_or(&model.header));
    }
    for script in &model.scripts {
        let inputs = script.inputs.iter().map(|input| input.key.clone()).collect();
        let at = model.declared.get(&format!("script:{}", script.name)).unwrap_or(&model.header);
        add(inputs, &format!("script {}", script.name), at);
    }
    found.sort_by(|(_, a), (_, b)| a.cmp(b));
    found.dedup();
    found
}

fn keys_of(model: &Model, expr: &Expr, keys: &mut Vec<String>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| keys_of(model, part, keys)),
        Expr::Not(inner) => keys_of(model, inner, keys),
        Expr::Yes(slot) | Expr::Named(slot, _) | Expr::Number(slot, ..) => {
            let key = model.slots.get(*slot).map(|slot| slot.key.clone());
            keys.extend(key.filter(|key| !keys.contains(key)));
        }
        Expr::Tier(_) if !keys.iter().any(|key| key == "tier") => keys.push("tier".to_owned()),
        Expr::Tier(_) | Expr::During(_) => {}
    }
}
