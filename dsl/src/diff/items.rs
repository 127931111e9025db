//! What changed besides outcomes and routes: things whose inside no formula shows, and settings.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::Signal;
use crate::diff::{Both, Direction, Item, Joint};
use crate::hours::Hours;
use crate::listing::PolicyRuleKind;
use crate::model::{Demand, Model, Release};
use crate::policy::{DraftSpec, Window};
use crate::prove::circuit::Formula;
use crate::prove::encode::Encoder;
use crate::prove::sat::Answer;
use crate::vocabulary::CHANNELS;

/// Kind and name, to what it is in one line and which way a change of it goes.
type Things = BTreeMap<(&'static str, String), (String, Direction)>;

pub(super) fn items(old: &Model, new: &Model) -> Vec<Item> {
    let (before, after) = (things(old), things(new));
    let keys: BTreeSet<&(&'static str, String)> = before.keys().chain(after.keys()).collect();
    let mut items = Vec::new();
    for key in keys {
        let (was, is) = (before.get(key), after.get(key));
        if was.map(|(text, _)| text) == is.map(|(text, _)| text) {
            continue;
        }
        // What is new or gone shows in the regions if it matters.
        let changed = was.is_some() && is.is_some();
        let direction = match is.or(was) {
            Some((_, direction)) if changed => *direction,
            _ => Direction::Sideways,
        };
        let direction = limit_direction(old, new, key).or_else(|| parts_direction(old, new, key)).unwrap_or(direction);
        let text = |side: Option<&(String, Direction)>| side.map(|(text, _)| text.clone());
        items.push(Item { kind: key.0, name: key.1.clone(), direction, old: text(was), new: text(is) });
    }
    items
}

/// A limit that only counts further is freer.
fn limit_direction(old: &Model, new: &Model, (kind, name): &(&str, String)) -> Option<Direction> {
    if *kind != "limit" {
        return None;
    }
    let (was, is) =
        (old.limits.iter().find(|one| one.name == *name)?, new.limits.iter().find(|one| one.name == *name)?);
    ((&was.what, &was.per, was.window) == (&is.what, &is.per, is.window)).then(|| match is.count.cmp(&was.count) {
        std::cmp::Ordering::Greater => Direction::Freer,
        std::cmp::Ordering::Less => Direction::Stricter,
        std::cmp::Ordering::Equal => Direction::Sideways,
    })
}

/// A reply that must have less may leave more easily: what is missing asks a person.
fn parts_direction(old: &Model, new: &Model, (kind, name): &(&str, String)) -> Option<Direction> {
    if *kind != "parts" {
        return None;
    }
    let parts = |model: &Model| -> Option<BTreeSet<String>> {
        let intent = model.intents.iter().find(|one| one.name == *name)?;
        Some(intent.draft.as_ref()?.parts.iter().cloned().collect())
    };
    let (was, is) = (parts(old)?, parts(new)?);
    Some(match (was.is_subset(&is), is.is_subset(&was)) {
        (true, true) => Direction::Sideways,
        (true, false) => Direction::Stricter,
        (false, true) => Direction::Freer,
        (false, false) => Direction::Unknown,
    })
}

fn things(model: &Model) -> Things {
    let mut things = Things::new();
    let mut add = |kind: &'static str, name: &str, text: String, direction: Direction| {
        things.insert((kind, name.to_owned()), (text, direction));
    };
    for (number, detector) in model.detectors.detectors.iter().enumerate() {
        let mut signals: Vec<String> = detector.signals.iter().map(signal).collect();
        signals.extend(model.detectors.words_of(number).map(|word| format!("\"{word}\"")));
        signals.sort();
        signals.dedup();
        let name = format!("{}.{}", detector.subject.as_str(), detector.name);
        add("detector", &name, signals.join(", "), Direction::Unknown);
    }
    for script in &model.scripts {
        add("script", &script.name, script.definition(), Direction::Unknown);
    }
    for hours in &model.hours {
        add("hours", &hours.name, hours_text(hours), Direction::Unknown);
    }
    add("timezone", "timezone", model.timezone.clone(), Direction::Unknown);
    for one in &model.certificates {
        let mut intents = one.intents.clone();
        intents.sort();
        let from = one.from.map_or_else(|| "a confidence that is looked for".to_owned(), crate::check::shown);
        add("certificate", &one.name, format!("{} from {from}", intents.join(", ")), Direction::Unknown);
    }
    for limit in &model.limits {
        let window = match limit.window {
            Window::CalendarDay => "day".to_owned(),
            Window::CalendarHour => "hour".to_owned(),
            Window::Millis(ms) => duration(ms),
        };
        let text = format!("{} {} per {} per {window}", limit.count, limit.what, limit.per);
        add("limit", &limit.name, text, Direction::Unknown);
    }
    for (name, demand) in holds(model) {
        let text = match demand.release {
            Some(Release::Until(hours)) => model.hours.get(hours).map_or("", |hours| &hours.name).to_owned(),
            Some(Release::For(ms)) => duration(ms),
            None => String::new(),
        };
        add("hold", &name, text, Direction::Unknown);
    }
    for intent in &model.intents {
        let mut examples = intent.examples.clone();
        examples.sort();
        add("examples", &intent.name, examples.join(" | "), Direction::Unknown);
        if let Some(draft) = &intent.draft {
            add("parts", &intent.name, draft.parts.join(", "), Direction::Unknown);
        }
        let draft = intent.draft.clone().map(|draft| DraftSpec { parts: Vec::new(), ..draft });
        add("draft", &intent.name, format!("{draft:?}"), Direction::Sideways);
    }
    for (name, text) in &model.templates {
        add("template", name, text.clone(), Direction::Sideways);
    }
    for agent in &model.agents {
        let mut channels = agent.channels.clone();
        channels.sort();
        add("agent", &agent.name, channels.join(", "), Direction::Sideways);
    }
    // Which agents there are matters by who answers where, which no formula knows: also one that is new, and their order.
    for channel in CHANNELS {
        let agent = model.agents.iter().find(|agent| agent.channels.iter().any(|one| one == channel));
        // Where nobody answers, nothing is sent.
        let direction = if agent.is_some() { Direction::Unknown } else { Direction::Stricter };
        let text = format!("answered by {}", agent.map_or("nobody", |agent| agent.name.as_str()));
        add("channel", channel, text, direction);
    }
    for pause in &model.pauses {
        let text = pause.for_ms.map_or_else(|| "until resumed".to_owned(), duration);
        add("pause", &pause.name, text, Direction::Sideways);
    }
    let approvals = &model.approvals;
    for (name, text) in [
        ("expire", approvals.expire.map(|(ms, then)| format!("after {} then {then}", duration(ms)))),
        ("remind", approvals.remind_ms.map(duration)),
        ("approvers", approvals.team.clone()),
    ] {
        if let Some(text) = text {
            add("approvals", name, text, Direction::Sideways);
        }
    }
    for rule in &model.rules {
        if let Some(because) = &rule.because {
            add("because", &rule.name, because.clone(), Direction::Sideways);
        }
    }
    for claim in &model.claims {
        // A claim that is gone no longer guards the next change.
        add("claim", &claim.text, claim.text.clone(), Direction::Sideways);
    }
    for rule in model.listing.iter().filter(|rule| rule.kind == PolicyRuleKind::Sweep) {
        let text = rule.text.split_whitespace().collect::<Vec<_>>().join(" ");
        add("sweep", &rule.name, text, Direction::Sideways);
    }
    things
}

fn signal(signal: &Signal) -> String {
    match signal {
        Signal::Pattern(pattern) => format!("pattern \"{}\"", pattern.as_str()),
        Signal::Amount(comparison, hundredths, currency) => format!("amount {comparison:?} {hundredths} {currency}"),
        Signal::Model(name, comparison, thousandths) => format!("model \"{name}\" {comparison:?} {thousandths}"),
        Signal::File(kind) => format!("file \"{kind}\""),
    }
}

/// Everything that holds, by a name that stays when lines move.
fn holds(model: &Model) -> Vec<(String, &Demand)> {
    let mut holds: Vec<(String, &Demand)> = Vec::new();
    for mode in &model.modes {
        for ((demand, _), tier) in mode.table.iter().zip(&model.tiers) {
            holds.push((format!("mode {}.{tier}", mode.name), demand));
        }
    }
    for rule in &model.rules {
        holds.push((format!("{} {}", rule.kind.as_str(), rule.name), &rule.demand));
    }
    for (action, settings) in &model.actions {
        holds.extend(settings.iter().map(|one| (format!("action {action}, rank {}", one.rank), &one.value)));
    }
    for (intent, replies) in model.intents.iter().zip(&model.replies) {
        for reply in replies {
            let demands = reply.value.from.iter().map(|(demand, _)| demand).chain([&reply.value.rest]);
            holds.extend(demands.map(|demand| (format!("reply of {}, rank {}", intent.name, reply.rank), demand)));
        }
    }
    holds.retain(|(_, demand)| demand.release.is_some());
    holds
}

fn hours_text(hours: &Hours) -> String {
    let mut parts: Vec<String> = hours
        .intervals
        .iter()
        .map(|open| {
            let clock = |minute: i32| format!("{:02}:{:02}", minute / 60, minute % 60);
            let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].get(open.day as usize).copied().unwrap_or("");
            format!("{day} {}-{}", clock(open.from), clock(open.to))
        })
        .collect();
    parts.sort();
    let mut except: Vec<String> = hours.except.iter().map(|holiday| format!("except {holiday:?}")).collect();
    except.sort();
    parts.extend(except);
    parts.dedup();
    parts.join(", ")
}

/// A duration as it is written in a policy.
fn duration(ms: i64) -> String {
    let mut left = ms / 1000;
    let mut text = String::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if left / seconds > 0 {
            text.push_str(&format!("{}{unit}", left / seconds));
            left %= seconds;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Settings that are conditions: undo times, pauses, two people, and what else an intent may do on its own.
pub(super) fn settings(both: &Both<'_>, joint: &mut Joint<'_>) -> Vec<Item> {
    let before = conditions(both, joint, both.old, 0);
    let after = conditions(both, joint, both.new, 1);
    let keys: BTreeSet<&(&'static str, String)> = before.keys().chain(after.keys()).collect();
    let mut items = Vec::new();
    for key in keys {
        let side = |side: &BTreeMap<(&'static str, String), Formula>| side.get(key).copied().unwrap_or(Formula::FALSE);
        let (was, is) = (side(&before), side(&after));
        let differs = joint.questions.circuit.differ(was, is);
        if joint.questions.possible(&[differs, joint.fresh]) == Answer::Impossible {
            continue;
        }
        let (more, less) = (joint.questions.circuit.and(is, !was), joint.questions.circuit.and(was, !is));
        let more = joint.questions.possible(&[more, joint.fresh]) != Answer::Impossible;
        let less = joint.questions.possible(&[less, joint.fresh]) != Answer::Impossible;
        let (old, new) = match (more, less) {
            (true, false) => ("in fewer cases", "in more cases"),
            (false, true) => ("in more cases", "in fewer cases"),
            _ => ("in some cases", "in others"),
        };
        // Doing more on its own is freer; a longer time to take back, a pause and a second person are not.
        let direction = match (key.0, more) {
            ("on its own", true) => Direction::Freer,
            ("on its own", false) => Direction::Stricter,
            (_, true) if !less => Direction::Stricter,
            (_, false) => Direction::Freer,
            _ => Direction::Sideways,
        };
        items.push(Item {
            kind: key.0,
            name: key.1.clone(),
            direction,
            old: Some(old.to_owned()),
            new: Some(new.to_owned()),
        });
    }
    items
}

fn conditions(
    both: &Both<'_>,
    joint: &mut Joint<'_>,
    model: &Model,
    place: usize,
) -> BTreeMap<(&'static str, String), Formula> {
    let mut found = BTreeMap::new();
    let gate = if place == 0 { &joint.old } else { &joint.new };
    let tiers = gate.possible.clone();
    let mut encoder = Encoder::new(&mut joint.questions.circuit, &both.domain, model, place, true);
    encoder.tiers = tiers;
    let undo = encoder.closest(&model.undo);
    let every: BTreeSet<i64> = both.old.undo.iter().chain(&both.new.undo).map(|one| one.value).collect();
    for ms in every.into_iter().filter(|ms| *ms > 0) {
        let longer: Vec<Formula> =
            model.undo.iter().zip(&undo).filter(|(one, _)| one.value >= ms).map(|(_, may)| *may).collect();
        let longer = encoder.circuit.any(longer);
        found.insert(("undo", format!("at least {}", duration(ms))), longer);
    }
    for pause in &model.pauses {
        let starts = !encoder.holds(&pause.when).no;
        found.insert(("pause starts", pause.name.clone()), starts);
    }
    let two: Vec<Formula> = model.approvals.two_people.iter().map(|when| !encoder.holds(when).no).collect();
    let two = encoder.circuit.any(two);
    found.insert(("approvals", "two people".to_owned()), two);
    for intent in &model.intents {
        let is = crate::condition::Expr::Named(model.core.intent, vec![intent.name.clone()]);
        let is = encoder.holds(&is).yes;
        for action in &intent.also {
            let settings = model.actions.get(action).map_or(&[][..], Vec::as_slice);
            let closest = encoder.closest(settings);
            let some = encoder.circuit.any(closest.iter().copied());
            let not_sent = settings.iter().zip(&closest);
            let not_sent = not_sent.filter(|(one, _)| one.value.outcome > crate::verdict::Outcome::Send);
            let not_sent: Vec<Formula> = not_sent.map(|(_, may)| *may).collect();
            let stopped = encoder.circuit.any(not_sent);
            let allowed = encoder.circuit.all([is, some, !stopped]);
            let name = format!("{action} for {}", intent.name);
            let before = found.get(&("on its own", name.clone())).copied().unwrap_or(Formula::FALSE);
            let allowed = encoder.circuit.or(before, allowed);
            found.insert(("on its own", name), allowed);
        }
    }
    found
}
