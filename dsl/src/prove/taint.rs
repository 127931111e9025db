//! R0305: an automatic reply that nothing but the judgement of a model stands before.
//!
//! What a model says (the intent, how sure it is, a score) follows from what the message says, so whoever writes the
//! message can move it. Here every such fact is taken at its best for a reply; the question is whether anything that is
//! observed can then still stop it: a detector of words, the contact, the thread, the hour, a limit. The standard guards
//! and the switches of people do not count: they stop everything alike.

use std::collections::BTreeMap;

use crate::ast::{At, Item, ItemKind, Word};
use crate::check::Annotations;
use crate::condition::Expr;
use crate::detect::Signal;
use crate::eval;
use crate::facts::Value;
use crate::load::{File, Role};
use crate::model::Model;
use crate::prove::aim::Aim;
use crate::prove::circuit::{Formula, Point};
use crate::prove::claims::{Subject, reads};
use crate::prove::domain::{Domain, Topic, Variable};
use crate::prove::sat::Answer;
use crate::source::Finding;
use crate::verdict::{Outcome, RuleKind};

const CODE: &str = "R0305";
/// So often some rules are tried for an example of a reply that is stopped; then the solver is asked.
const MOST_TRIES: usize = 8;
/// Facts that a model judges in every policy.
const JUDGED: [&str; 7] =
    ["intent", "confidence", "margin", "sentiment", "second_intent", "message.mixed", "message.risk"];

pub(crate) fn taint(
    model: &Model,
    files: &[File],
    annotations: &BTreeMap<At, Annotations>,
    subject: &mut Subject<'_>,
    aim: &Aim<'_>,
) -> Vec<Finding> {
    let Some(root) = files.iter().find(|file| file.role == Role::Root) else { return Vec::new() };
    let domain = subject.questions.domain;
    let fixed: Vec<usize> = (0..domain.variables.len())
        .filter(|number| domain.variable(*number).is_some_and(|variable| is_fixed(model, variable)))
        .collect();
    let channels = channels(model);
    let mut places: Vec<(&Item, &Word, Vec<&str>)> = Vec::new();
    for item in &root.tree.items {
        let ItemKind::Intent { name, .. } = &item.kind else { continue };
        let open = rests_on_models(model, subject, (aim, &fixed), (&name.text, &channels));
        if !open.is_empty() {
            places.push((item, name, open));
        }
    }
    // One finding for all, but for those that are allowed: each `@allow` silences something.
    let allowed = |item: &Item| annotations.get(&item.at).is_some_and(|all| all.allows(CODE));
    let (allowed, rest): (Vec<_>, Vec<_>) = places.into_iter().partition(|(item, ..)| allowed(item));
    let mut found: Vec<Finding> = allowed.iter().map(|(_, name, open)| finding(name, open)).collect();
    if let Some(((_, first, open), others)) = rest.split_first() {
        let label = |finding: Finding, (_, name, open): &(&Item, &Word, Vec<&str>)| {
            finding.label(name.at, format!("here too, on {}", open.join(", ")))
        };
        found.push(others.iter().fold(finding(first, open), label));
    }
    found
}

fn finding(name: &Word, channels: &[&str]) -> Finding {
    let message = format!(
        "nothing but a model's judgement stands before the automatic reply to `{}` on {}",
        name.text,
        channels.join(", ")
    );
    Finding::new(CODE, name.at, message).hint(
        "who writes the message can mislead a model: add `undo 2m`, a limit, or a rule on what is observed, \
         such as `medium when contact.new`",
    )
}

/// Channels on which an AI agent of the policy answers.
fn channels(model: &Model) -> Vec<&str> {
    let mut channels: Vec<&str> = model.agents.iter().flat_map(|agent| &agent.channels).map(String::as_str).collect();
    channels.sort_unstable();
    channels.dedup();
    channels
}

/// The channels on which the reply leaves at once, for good, and nothing that is observed could stop it.
fn rests_on_models<'c>(
    model: &Model,
    subject: &mut Subject<'_>,
    (aim, fixed): (&Aim<'_>, &[usize]),
    (intent, channels): (&str, &[&'c str]),
) -> Vec<&'c str> {
    let domain = subject.questions.domain;
    let Some(held) = subject.gate.at_least.first().copied() else { return Vec::new() };
    let at_its_best = |channel: &&'c str| Some((*channel, at_its_best(model, domain, intent, channel)?));
    let mut open: Vec<(&str, Point)> = channels.iter().filter_map(at_its_best).collect();
    // One message that is stopped is enough, and most rules show one.
    let own: Vec<&Expr> =
        model.rules.iter().filter(|rule| rule.kind != RuleKind::Standard).map(|rule| &rule.when).collect();
    let mut left = own.as_slice();
    for _ in 0..MOST_TRIES {
        let (few, rest) = left.split_at(left.len().min((64 / open.len().max(1)).max(1)));
        left = rest;
        if few.is_empty() || open.is_empty() {
            break;
        }
        let each = few.len();
        open = open
            .chunks(64 / each)
            .flat_map(|open| {
                let aimed = open.iter().flat_map(|(_, point)| {
                    few.iter().map(move |when| {
                        let mut aimed = aim.at(point, when);
                        fixed.iter().for_each(|number| aimed.set(*number, point.cell(*number)));
                        aimed
                    })
                });
                let stopped = subject.questions.circuit.simulate(&aimed.collect::<Vec<_>>()).of(held);
                let own_lanes = u64::MAX >> (64 - each);
                let is_open = move |place: &usize| stopped >> (place * each) & own_lanes == 0;
                (0..open.len()).filter(is_open).filter_map(|place| open.get(place).cloned()).collect::<Vec<_>>()
            })
            .collect();
    }
    open.into_iter().filter(|(_, point)| nothing_stops(model, subject, held, fixed, point)).map(|one| one.0).collect()
}

/// Asks the solver about what no example has shown to be stopped.
fn nothing_stops(model: &Model, subject: &mut Subject<'_>, held: Formula, fixed: &[usize], point: &Point) -> bool {
    let verdict = eval::decide(model, &subject.questions.domain.facts(point));
    if verdict.outcome != Outcome::Send || verdict.undo_ms > 0 {
        return false;
    }
    let mut assumed = vec![held];
    for number in fixed {
        let cell = point.cell(*number);
        assumed.push(subject.questions.circuit.within(*number, |one| one == cell));
    }
    subject.questions.possible(&assumed) == Answer::Impossible
}

/// It stays as it is while what is observed varies: where the message is, what a model says of it, and what the standard
/// guards and people's switches look at.
fn is_fixed(model: &Model, variable: &Variable) -> bool {
    let key = variable.key.as_str();
    let topics = [Topic::Channel, Topic::Agent, Topic::Action, Topic::Switch, Topic::Special];
    topics.contains(&variable.topic) || is_judged(model, key) || is_standard(model, key)
}

/// Nothing special about a message, of which a model is as sure as it can be.
fn at_its_best(model: &Model, domain: &Domain, intent: &str, channel: &str) -> Option<Point> {
    let mut point = domain.quiet_point();
    let agent = model.agents.iter().find(|agent| agent.channels.iter().any(|one| one == channel))?;
    for (key, value) in [
        ("intent", Value::Name(intent.to_owned())),
        ("channel", Value::Name(channel.to_owned())),
        ("agent", Value::Name(agent.name.clone())),
        ("confidence", Value::Number(1000)),
        ("margin", Value::Number(1000)),
    ] {
        if let Some(number) = domain.number(key) {
            point.set(number, domain.variable(number)?.cell_of(Some(&value))?);
        }
    }
    Some(point)
}

/// A model says it, and nothing else has a say.
fn is_judged(model: &Model, key: &str) -> bool {
    let only_models = |key: &str| {
        let is = |(number, one): &(usize, &crate::detect::Detector)| {
            key == format!("{}.{}", one.subject.as_str(), one.name)
                && model.detectors.words_of(*number).next().is_none()
                && one.signals.iter().all(|signal| matches!(signal, Signal::Model(..)))
        };
        model.detectors.detectors.iter().enumerate().any(|one| is(&one))
    };
    JUDGED.contains(&key) || key.strip_prefix("detect:").is_some_and(only_models)
}

/// A standard guard reads it.
fn is_standard(model: &Model, key: &str) -> bool {
    let asks = |slot: &usize| model.slots.get(*slot).is_some_and(|slot| slot.key == key);
    model.rules.iter().any(|rule| rule.kind == RuleKind::Standard && reads(&rule.when, &asks))
}
