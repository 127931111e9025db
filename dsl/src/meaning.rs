//! What decides, in a canonical form: without places, titles, comments, examples and tests, and without the order of
//! what has none. Two policies with the same meaning decide alike; the reverse need not hold.

use std::fmt::{Debug, Write as _};

use crate::condition::{Expr, Slot};
use crate::model::{Bands, Demand, Model, Release, Scoped};
use crate::verdict::Route;

/// One line per part, sorted where order decides nothing.
pub(crate) fn meaning(model: &Model) -> String {
    let mut lines = Vec::new();
    lines.push(format!("timezone {}", model.timezone));
    lines.push(format!("tiers {:?}", model.tiers));
    lines.push(format!("default mode {}", mode(model, model.default_mode)));
    lines.extend(model.facts.iter().map(|fact| format!("fact {}: {}", fact.path, fact.type_)));
    each(&mut lines, "segment", &model.segments);
    each(&mut lines, "switch", &model.switches);
    each(&mut lines, "team", &model.teams);
    each(&mut lines, "agent", model.agents.iter().map(|agent| (&agent.name, &agent.channels)));
    each(&mut lines, "intent", model.intents.iter().map(|intent| (&intent.name, &intent.draft, &intent.also)));
    each(&mut lines, "template", &model.templates);
    let limits = model.limits.iter().map(|limit| (&limit.name, limit.count, &limit.what, &limit.per, limit.window));
    each(&mut lines, "limit", limits);
    let certificates = model.certificates.iter().map(|one| (&one.name, sorted(one.intents.iter().cloned()), one.from));
    each(&mut lines, "certificate", certificates);
    let sweeps = model.sweeps.iter().map(|sweep| (&sweep.job, &sweep.expression));
    each(&mut lines, "sweep", sweeps);
    lines.extend(model.hours.iter().map(|hours| {
        let (mut open, mut except) = (hours.intervals.clone(), hours.except.clone());
        open.sort_by_key(|open| (open.day, open.from, open.to));
        except.sort_by_key(|day| format!("{day:?}"));
        format!("hours {} {open:?} except {except:?}", hours.name)
    }));
    for (number, detector) in model.detectors.detectors.iter().enumerate() {
        let signals: Vec<String> = detector.signals.iter().map(|signal| format!("{signal:?}")).collect();
        let words = sorted(model.detectors.words_of(number).map(str::to_owned));
        let about = detector.subject.as_str();
        lines.push(format!("detector {}.{} {} words {words:?}", about, detector.name, sorted(signals).join(" ")));
    }
    for script in &model.scripts {
        let inputs: Vec<&str> = script.inputs.iter().map(|input| input.key.as_str()).collect();
        lines.push(format!("script {} {inputs:?} {:?} {}", script.name, script.range, script.text()));
    }
    for one in &model.modes {
        let table: Vec<String> = one.table.iter().map(|(demand, _)| demanded(model, demand)).collect();
        lines.push(format!("mode {} {}", one.name, table.join(", ")));
    }
    scoped(model, &mut lines, "autonomy", &model.autonomy, |number| mode(model, *number));
    scoped(model, &mut lines, "cap", &model.caps, |number| mode(model, *number));
    scoped(model, &mut lines, "undo", &model.undo, i64::to_string);
    for (name, settings) in &model.actions {
        scoped(model, &mut lines, &format!("action {name}"), settings, |demand| demanded(model, demand));
    }
    for (intent, replies) in model.intents.iter().zip(&model.replies) {
        scoped(model, &mut lines, &format!("reply {}", intent.name), replies, |bands| banded(model, bands));
    }
    let condition = |when: &Expr| expression(when, &model.slots, model);
    for (tier, when, _) in &model.risk {
        lines.push(format!("risk {} when {}", model.tiers.get(*tier).map_or("", String::as_str), condition(when)));
    }
    for rule in &model.rules {
        let (kind, demand) = (rule.kind.as_str(), demanded(model, &rule.demand));
        lines.push(format!("{kind} {}: {demand} when {}", rule.name, condition(&rule.when)));
    }
    for pause in &model.pauses {
        lines.push(format!("pause {:?} when {}", pause.for_ms, condition(&pause.when)));
    }
    let approvals = &model.approvals;
    let two = sorted(approvals.two_people.iter().map(condition));
    lines.push(format!("approvals {:?} {:?} {:?} {two:?}", approvals.expire, approvals.remind_ms, approvals.team));
    lines.sort();
    // The route is the one thing with an order.
    for (when, route) in &model.routes {
        lines.push(format!("route {} when {}", target(route), condition(when)));
    }
    lines.push(format!("otherwise {}", target(&model.otherwise)));
    lines.join("\n")
}

fn each<T: Debug>(lines: &mut Vec<String>, word: &str, things: impl IntoIterator<Item = T>) {
    lines.extend(things.into_iter().map(|thing| format!("{word} {thing:?}")));
}

fn sorted(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort();
    texts.dedup();
    texts
}

fn mode(model: &Model, number: usize) -> String {
    model.modes.get(number).map(|mode| mode.name.clone()).unwrap_or_default()
}

fn scoped<T>(model: &Model, lines: &mut Vec<String>, word: &str, settings: &[Scoped<T>], shown: impl Fn(&T) -> String) {
    for one in settings {
        let scope = expression(&one.when, &model.slots, model);
        lines.push(format!("{word} {} rank {} when {scope}", shown(&one.value), one.rank));
    }
}

fn demanded(model: &Model, demand: &Demand) -> String {
    match demand.release {
        None => demand.outcome.to_string(),
        Some(Release::For(ms)) => format!("{} {ms}", demand.outcome),
        Some(Release::Until(hours)) => {
            format!("{} until {}", demand.outcome, model.hours.get(hours).map_or("", |hours| hours.name.as_str()))
        }
    }
}

fn banded(model: &Model, bands: &Bands) -> String {
    let from: Vec<String> =
        bands.from.iter().map(|(demand, least)| format!("{} from {least}", demanded(model, demand))).collect();
    format!("{} else {}", from.join(", "), demanded(model, &bands.rest))
}

fn target(route: &Route) -> String {
    let Route { team, person, skill, pick, priority, sla_ms, .. } = route;
    format!("{team:?} {person:?} {skill:?} {pick:?} {priority:?} {sla_ms:?}")
}

/// A condition with names instead of numbers, the parts of `and` and `or` sorted.
fn expression(when: &Expr, slots: &[Slot], model: &Model) -> String {
    let key = |slot: &usize| slots.get(*slot).map_or("", |slot| slot.key.as_str());
    let parts = |parts: &[Expr], word: &str| {
        let shown = sorted(parts.iter().map(|part| expression(part, slots, model)));
        match shown.as_slice() {
            [one] => one.clone(),
            shown => format!("({})", shown.join(word)),
        }
    };
    match when {
        Expr::All(all) => parts(all, " and "),
        Expr::Any(any) => parts(any, " or "),
        Expr::Not(inner) => format!("not {}", expression(inner, slots, model)),
        Expr::Yes(slot) => key(slot).to_owned(),
        Expr::Named(slot, names) => format!("{} in {:?}", key(slot), sorted(names.iter().cloned())),
        Expr::Number(slot, comparison, constant) => format!("{} {comparison:?} {constant}", key(slot)),
        Expr::During(hours) => {
            let mut text = "during ".to_owned();
            let _ = write!(text, "{}", model.hours.get(*hours).map_or("", |hours| hours.name.as_str()));
            text
        }
        Expr::Tier(wanted) => format!("tier {wanted:?}"),
    }
}
