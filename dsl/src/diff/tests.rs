//! Regions against every message that there is.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::prove::domain::Topic;
use crate::prove::shrink_order;

const SMALL: &str = "remit 1\nsegment vip\nautonomy full\nautonomy assisted for segment vip\n\
    intent question { reply send from 0.8, approval from 0.5, else escalate }\nintent other { reply approval }\n\
    detector price on draft { words \"discount\" }\nrisk { high when contact.new and margin < 0.3 }\n\
    guard price: approval when draft detects price and channel is sms\nguard unsure: off when margin < 0.1\n";

fn policy(text: &str) -> Policy {
    let read = |path: &str| if path == "test.remit" { Ok(text.to_owned()) } else { Err("no such file".to_owned()) };
    let compiled = crate::compile("test.remit", &read);
    compiled.policy.unwrap_or_else(|| panic!("{}", crate::render::plain(&compiled.diagnostics)))
}

/// Every message that changes lies in a region, and every place of a region, in scope facts, has a message that changes so.
/// What standard guards read stays quiet in the enumeration; for a place where a change needs one of them, the solver names
/// the message and the evaluator judges it.
#[test]
fn regions_are_exactly_the_messages_that_changed() {
    let (mut all, mut asked) = (0_u64, 0_u64);
    for (from, to) in [
        ("send from 0.8", "send from 0.7"),
        ("off when margin < 0.1", "escalate when margin < 0.2"),
        ("channel is sms", "channel in [sms, whatsapp]"),
        ("autonomy assisted for segment vip", "autonomy controlled for segment vip"),
        ("contact.new and margin < 0.3", "contact.new or margin < 0.3"),
        ("guard unsure: off when margin < 0.1\n", ""),
    ] {
        let (old, new) = (policy(SMALL), policy(&SMALL.replacen(from, to, 1)));
        let both = Both::new(&old.model, &new.model);
        let moving = |variable: &Variable| {
            variable.topic.is_scope()
                || matches!(variable.key.as_str(), "contact.new" | "margin" | "detect:draft.price" | "approved")
        };
        let domain = &both.domain;
        let choices: Vec<Vec<usize>> = domain
            .variables
            .iter()
            .map(|one| match moving(one) {
                true => (0..one.cells.len()).filter(|cell| Some(*cell) != one.failed || one.cells.len() == 1).collect(),
                false => vec![one.quiet],
            })
            .collect();
        let count: usize = choices.iter().map(Vec::len).product();
        assert!(count < 1_000_000, "{count}");
        all += count as u64;
        let scope = both.scope_variables();
        let mut changed: BTreeMap<(Outcome, Outcome), BTreeSet<Vec<usize>>> = BTreeMap::new();
        let difference = diff(&old, &new);
        for mut number in 0..count {
            let mut point = domain.quiet_point();
            for (variable, cells) in choices.iter().enumerate() {
                point.set(variable, cells[number % cells.len()]);
                number /= cells.len();
            }
            let facts = domain.facts(&point);
            let pair =
                (crate::eval::decide(&old.model, &facts).outcome, crate::eval::decide(&new.model, &facts).outcome);
            if pair.0 != pair.1 {
                changed.entry(pair).or_default().insert((0..scope).map(|variable| point.cell(variable)).collect());
                let covers = difference.regions.iter().any(|one| (one.from, one.to) == pair && one.covers(&facts));
                assert!(covers, "{from} -> {to}: {pair:?} {facts:?}");
            }
        }
        let mut joint = Joint::new(&both, false);
        for region in difference.regions.iter().filter(|region| !region.when_facts_fail) {
            let pair = (region.from, region.to);
            assert!(region.exact, "{from} -> {to}: {region:#?}");
            let seen = changed.entry(pair).or_default();
            let changes = joint.changes(pair.0, pair.1);
            let mut places: Vec<Vec<usize>> = vec![Vec::new()];
            for (_, cells) in &region.inside {
                places = places
                    .iter()
                    .flat_map(|one| cells.iter().map(|cell| [one.as_slice(), &[*cell]].concat()))
                    .collect();
            }
            assert!(!places.is_empty());
            for place in places {
                if seen.contains(&place) {
                    continue;
                }
                let mut fixed = vec![changes, joint.fresh];
                for (variable, cell) in place.iter().enumerate() {
                    fixed.push(joint.questions.circuit.within(variable, |one| one == *cell));
                }
                let point = joint.questions.quietest(&fixed, &shrink_order(domain));
                let point =
                    point.unwrap_or_else(|| panic!("{from} -> {to}: nothing changes at {place:?} of {region:#?}"));
                let facts = domain.facts(&point);
                let decided =
                    (crate::eval::decide(&old.model, &facts).outcome, crate::eval::decide(&new.model, &facts).outcome);
                assert!(decided == pair && region.covers(&facts), "{from} -> {to}: {decided:?} {facts:?}");
                asked += 1;
            }
        }
        let topics: BTreeSet<Topic> = domain.variables.iter().take(scope).map(|one| one.topic).collect();
        assert!(topics.contains(&Topic::Confidence) && !topics.contains(&Topic::Moment));
    }
    println!("{all} messages; {asked} places with a message that the solver named");
    assert!(asked < 100, "{asked}");
}

/// Who answers where is a fact of the policy that no formula knows.
#[test]
fn who_answers_where_is_told_also_when_agents_are_new_or_in_another_order() {
    let with = |agents: &str| policy(&format!("{SMALL}{agents}"));
    let (ada, bob) = ("agent ada on email\n", "agent bob on sms\n");
    let both = "agent ada on email, sms\nagent bob on sms\n";
    let turned = "agent bob on sms\nagent ada on email, sms\n";
    for (old, new, direction, told) in [
        (ada.to_owned(), format!("{ada}{bob}"), Direction::Unknown, "answered by bob"),
        (format!("{ada}{bob}"), ada.to_owned(), Direction::Stricter, "answered by nobody"),
        (both.to_owned(), turned.to_owned(), Direction::Unknown, "answered by bob"),
        (both.to_owned(), "agent bob on sms\nagent ada on email\n".to_owned(), Direction::Unknown, "answered by bob"),
        (bob.to_owned(), String::new(), Direction::Stricter, "answered by nobody"),
    ] {
        let difference = diff(&with(&old), &with(&new));
        let item = difference.items.iter().find(|item| (item.kind, item.name.as_str()) == ("channel", "sms"));
        let item = item.unwrap_or_else(|| panic!("{old} -> {new}: {:?}", difference.items));
        assert_eq!((item.direction, item.new.as_deref()), (direction, Some(told)), "{old} -> {new}");
        assert_eq!(difference.may_be_freer(), direction == Direction::Unknown, "{old} -> {new}");
    }
    // One more that answers where another one is first changes nothing.
    let same = diff(&with("agent ada on sms\n"), &with("agent ada on sms\nagent bob on sms\n"));
    assert!(!same.may_be_freer() && same.items.iter().all(|item| item.kind == "agent"), "{:?}", same.items);
}
