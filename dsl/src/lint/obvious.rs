//! R0201, R0203, R0205 and R0207 where the form of the text alone shows them. What follows only from several rules
//! together needs a prover.

use std::collections::BTreeMap;

use super::literal::{Literal, all_imply, always_true, contradiction, parts};
use super::{Seen, scopes};
use crate::ast::{ApprovalPart, At, Cond, ItemKind, OutcomeWord, Reply, Word};
use crate::check::shown;
use crate::load::Role;
use crate::source::Finding;
use crate::verdict::Outcome;

/// With so many rules each one is compared at most. What lies farther apart is left to a prover.
const MOST_COMPARED: usize = 64;

/// A guard, and the parts of its condition.
struct Guard<'g> {
    name: &'g Word,
    outcome: &'g OutcomeWord,
    parts: Vec<Literal>,
    own: bool,
    backstop: bool,
}

impl Seen<'_> {
    pub(super) fn obvious(&self, found: &mut Vec<Finding>) {
        for item in self.own() {
            match &item.kind {
                ItemKind::Guard { name, when, .. } => {
                    self.condition(when, &format!("the guard `{}`", name.text), found)
                }
                ItemKind::Pause { name, when, .. } => {
                    self.condition(when, &format!("the pause `{}`", name.text), found)
                }
                ItemKind::Risk(rows) => {
                    rows.iter().for_each(|(tier, when, _)| {
                        self.condition(when, &format!("this row for `{}`", tier.text), found);
                    });
                }
                ItemKind::Route { rows, .. } => {
                    rows.iter().for_each(|(name, _, when)| {
                        self.condition(when, &format!("the row `{}`", name.text), found);
                    });
                    self.rows(rows.iter().map(|(name, _, when)| (name, when)), found);
                }
                ItemKind::Approvals(list) => {
                    for part in list {
                        if let ApprovalPart::TwoPeople(when) = part {
                            self.condition(when, "this wish for two people", found);
                        }
                    }
                }
                ItemKind::Switch { name, outcome, .. } => stops_nothing("switch", name, outcome, found),
                ItemKind::Limit { name, outcome, .. } => stops_nothing("limit", name, outcome, found),
                _ => {}
            }
        }
        self.guards(found);
        for (_, _, reply) in self.own_replies() {
            thresholds(reply, found);
        }
    }

    /// R0201 and R0207 in one condition. `what` is the rule in words.
    fn condition(&self, when: &Cond, what: &str, found: &mut Vec<Finding>) {
        let parts = parts(when, self.model);
        if let Some((first, second)) = contradiction(&parts) {
            let message = format!("{what} can never match");
            let mut finding = Finding::new("R0201", second, message);
            finding = if first == second {
                finding.hint("the fact can never have such a value")
            } else {
                finding
                    .label(first, "this and the marked part exclude each other")
                    .hint("join them with `or`, or remove one")
            };
            found.push(finding);
        } else if let Some(always) = always_true(&parts, self.model) {
            let message = "this comparison is true for every message";
            found.push(Finding::new("R0207", always.at, message).hint("remove it, or compare with another number"));
        }
    }

    fn rows<'r>(&self, rows: impl Iterator<Item = (&'r Word, &'r Cond)>, found: &mut Vec<Finding>) {
        let mut earlier: Vec<(&Word, Vec<Literal>)> = Vec::new();
        for (name, when) in rows {
            let own = parts(when, self.model);
            if let Some((first, _)) =
                earlier.iter().rev().take(MOST_COMPARED).find(|(_, before)| all_imply(&own, before))
            {
                let message =
                    format!("the row `{}` is never reached: `{}` takes all its messages", name.text, first.text);
                let finding = Finding::new("R0205", name.at, message).label(first.at, "the first row that fits counts");
                found.push(finding.hint(format!("move `{}` above `{}`, or remove it", name.text, first.text)));
            }
            earlier.push((name, own));
        }
    }

    fn guards(&self, found: &mut Vec<Finding>) {
        let guards: Vec<Guard<'_>> = self
            .all()
            .filter_map(|(file, item)| match &item.kind {
                ItemKind::Guard { name, outcome, when, .. } => Some(Guard {
                    name,
                    outcome,
                    parts: parts(when, self.model),
                    own: file.role == Role::Root,
                    backstop: self.annotations.get(&item.at).is_some_and(|all| all.tags.backstop),
                }),
                _ => None,
            })
            .filter(|guard: &Guard<'_>| contradiction(&guard.parts).is_none())
            .collect();
        // A guard can only cover another one that asks about what its first part asks about.
        let mut by_subject: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, guard) in guards.iter().enumerate() {
            for key in guard.parts.first().into_iter().flat_map(|one| one.part.subjects()) {
                by_subject.entry(key).or_default().push(number);
            }
        }
        for (number, guard) in guards.iter().enumerate().filter(|(_, guard)| guard.own && !guard.backstop) {
            if guard.outcome.outcome == Outcome::Send {
                stops_nothing("guard", guard.name, guard.outcome, found);
                continue;
            }
            let candidates =
                guard.parts.iter().flat_map(|one| one.part.subjects()).filter_map(|key| by_subject.get(key));
            let mut candidates =
                candidates.flatten().take(MOST_COMPARED).filter_map(|other| Some((*other, guards.get(*other)?)));
            let stronger = candidates.find(|(other, stronger)| {
                *other != number
                    && guard.outcome.outcome != Outcome::Hold
                    && stronger.outcome.outcome >= guard.outcome.outcome
                    && all_imply(&guard.parts, &stronger.parts)
                    // Of two that are the same the later one is left over.
                    && (*other < number
                        || stronger.outcome.outcome > guard.outcome.outcome
                        || !all_imply(&stronger.parts, &guard.parts))
            });
            if let Some((_, stronger)) = stronger {
                let (name, other) = (&guard.name.text, &stronger.name.text);
                let message = format!(
                    "the guard `{name}` changes nothing: whenever it matches, `{other}` demands `{}`",
                    stronger.outcome.outcome
                );
                let finding = Finding::new("R0203", guard.name.at, message).label(stronger.name.at, "this one decides");
                found.push(finding.hint("remove it, or mark it `@backstop` if it is meant to stay as a second net"));
            }
        }
    }
}

/// A restriction that demands `send`. People who know other rule languages expect it to allow something.
fn stops_nothing(kind: &str, name: &Word, outcome: &OutcomeWord, found: &mut Vec<Finding>) {
    if outcome.outcome == Outcome::Send {
        let message = format!("the {kind} `{}` demands `send`, so it stops nothing and allows nothing", name.text);
        let finding = Finding::new("R0203", outcome.at, message)
            .hint("to make an exception, write it into the rule that should not match: `... and not (...)`")
            .note("the most careful rule wins: no rule can let through what another one stops");
        found.push(finding);
    }
}

/// R0207 in a `reply` line: thresholds that change nothing.
fn thresholds(reply: &Reply, found: &mut Vec<Finding>) {
    let plain = |word: &OutcomeWord| word.hold.is_none();
    let steps: Vec<(&OutcomeWord, Option<(i64, At)>)> = reply
        .bands
        .iter()
        .map(|(outcome, from)| (outcome, from.map(|from| (from.thousandths, from.at))))
        .chain(reply.otherwise.iter().map(|outcome| (outcome, None)))
        .collect();
    for (number, (outcome, from)) in steps.iter().enumerate() {
        let Some((threshold, at)) = from else { continue };
        let next = steps.get(number + 1).map(|(outcome, _)| *outcome);
        if *threshold == 0 && next.is_some() {
            let message = format!("every message is at least 0 sure, so nothing behind `{}` counts", outcome.outcome);
            found.push(Finding::new("R0207", *at, message).hint("raise the threshold, or remove what follows"));
        } else if let Some(next) = next.filter(|next| next.outcome == outcome.outcome && plain(next) && plain(outcome))
        {
            let message =
                format!("`{}` on both sides of {}: the threshold changes nothing", next.outcome, shown(*threshold));
            found.push(
                Finding::new("R0207", *at, message).label(next.at, "the same again").hint("remove one of the two"),
            );
        } else if next.is_none() && scopes::outcome_at(reply, 0) == outcome.outcome && plain(outcome) && *threshold > 0
        {
            let message = format!(
                "below {} the reply is `{}` too: the threshold changes nothing",
                shown(*threshold),
                outcome.outcome
            );
            found.push(Finding::new("R0207", *at, message).hint("remove the threshold, or add `, else ...`"));
        }
    }
}
