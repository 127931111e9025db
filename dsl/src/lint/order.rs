//! R0503 and R06xx: cases that ask the same, and what keeps a policy in order.

use std::collections::BTreeMap;

use super::{Seen, listed};
use crate::ast::{At, Item, ItemKind, Word};
use crate::source::Finding;

/// An `@until` is announced this many days ahead.
const ANNOUNCED_DAYS: i64 = 14;

impl Seen<'_> {
    pub(super) fn order(&self, found: &mut Vec<Finding>) {
        self.same_cases(found);
        self.same_titles(found);
        self.without_owner(found);
        self.past_until(found);
    }

    fn same_cases(&self, found: &mut Vec<Finding>) {
        let mut first: BTreeMap<&str, (&str, &str, At)> = BTreeMap::new();
        for case in self.asked {
            let Some((answer, words, at)) = first.get(case.question.as_str()) else {
                first.insert(&case.question, (&case.answer, &case.words, case.at));
                continue;
            };
            let finding = if *answer == case.answer {
                let message = "this case asks the same as another one, and expects the same";
                Finding::new("R0503", case.at, message).hint("remove one of them")
            } else if !different_questions(answer, &case.answer) {
                continue;
            } else {
                let message =
                    format!("this case expects `{}`, and another one asks the same and expects `{words}`", case.words);
                Finding::new("R0503", case.at, message).hint("one of them must fail: keep the one that is right")
            };
            found.push(finding.label(*at, "asked here first"));
        }
    }

    fn same_titles(&self, found: &mut Vec<Finding>) {
        let mut first: BTreeMap<&str, At> = BTreeMap::new();
        for item in self.own() {
            let (ItemKind::Test { title, .. } | ItemKind::Cases { title, .. }) = &item.kind else { continue };
            match first.get(title.text.as_str()) {
                Some(at) => {
                    let message = format!("two tests are called \"{}\"", title.text);
                    let finding = Finding::new("R0503", title.at, message).label(*at, "the first one");
                    found.push(finding.hint("rename one, so that a failing test can be found by its name"));
                }
                None => {
                    first.insert(&title.text, title.at);
                }
            }
        }
    }

    /// Only where owners are named at all: then a guard without one was probably forgotten.
    fn without_owner(&self, found: &mut Vec<Finding>) {
        let owner = |item: &Item| self.annotations.get(&item.at).is_some_and(|all| all.tags.owner.is_some());
        if !self.own().any(owner) {
            return;
        }
        let places: Vec<(&Item, &Word)> = self
            .own()
            .filter(|item| !owner(item))
            .filter_map(|item| match &item.kind {
                ItemKind::Guard { name, .. } => Some((item, name)),
                _ => None,
            })
            .collect();
        self.together(found, &places, "no owner either", |at, guards| {
            let guards = if guards.len() == 1 {
                format!("the guard {} has", listed(guards))
            } else {
                format!("the guards {} have", listed(guards))
            };
            Finding::new("R0601", at, format!("{guards} no owner, and others in this file do"))
                .hint("say who answers for it: `@owner(\"...\")` on the line before")
        });
    }

    fn past_until(&self, found: &mut Vec<Finding>) {
        let Some(today) = self.today else { return };
        for item in self.own() {
            let Some(all) = self.annotations.get(&item.at) else { continue };
            let (Some(until), Some(at)) = (all.tags.until, all.until_at) else { continue };
            let days = (until - today).get_days();
            let days = i64::from(days);
            if until < today {
                let message = format!("this was meant to end on {until}, and it is still in force");
                found.push(Finding::new("R0603", at, message).hint("remove the rule, or give it a later day"));
            } else if days <= ANNOUNCED_DAYS {
                let message = match days {
                    0 => "this is meant to end today".to_owned(),
                    1 => "this is meant to end tomorrow".to_owned(),
                    days => format!("this is meant to end in {days} days, on {until}"),
                };
                let hint = "it stays in force until somebody removes it: decide what comes after it";
                found.push(Finding::new("R0604", at, message).hint(hint));
            }
        }
    }
}

/// One case may ask for the outcome and another one for the route of the same message.
fn different_questions(first: &str, second: &str) -> bool {
    let kinds = |answer: &str| (answer.contains("Outcome("), answer.contains("Route("));
    kinds(first) == kinds(second)
}
