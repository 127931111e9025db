//! The laws of the language over policies with every construct: settings and scopes, caps, own modes and tiers, risk
//! rows, guards, limits, switches, pauses, approvals, routes, and facts at every edge. `laws.rs` holds the smaller ones.
//!
//! P1 order changes nothing. P2 one more restriction, or a wider one, only tightens. P3 nothing silences `escalate`.
//! P4 a fact that fails only tightens. P5 every message gets one outcome and one route. P6 editing one guard changes
//! only messages that match the old or the new one.
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;

use common::generate::{self, Dice};
use common::inputs::Inputs;
use remit_dsl::{Facts, Outcome, Policy, Provenance, Verdict};

const POLICIES: u64 = 120;
const INPUTS: usize = 40;

/// The items of a generated text: an item starts where a line does not go on with the one before.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in text.lines() {
        match items.last_mut() {
            Some(last) if line.starts_with([' ', '}']) => *last = format!("{last}\n{line}"),
            _ => items.push(line.to_owned()),
        }
    }
    items
}

fn compile(text: &str) -> Policy {
    generate::policy(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Everything that a verdict says, without places.
fn said(verdict: &Verdict) -> String {
    let names = |reasons: &[remit_dsl::Reason]| {
        let names =
            reasons.iter().map(|reason| format!("{:?}", (reason.kind, &reason.name, reason.outcome, reason.uncertain)));
        names.collect::<BTreeSet<_>>()
    };
    let Verdict { outcome, hold_until_ms, undo_ms, route, unknown, also_do, .. } = verdict;
    let pauses: BTreeSet<_> = verdict.pauses.iter().map(|pause| (&pause.name, pause.for_ms)).collect();
    let terms = &verdict.approvals;
    format!(
        "{outcome} {hold_until_ms:?} {undo_ms} {} {} {unknown:?} {also_do:?} {pauses:?} {:?} {:?} {:?} {:?}",
        verdict.mode.value,
        verdict.tier.value,
        (&route.row, &route.team, &route.person, &route.skill, route.sla_ms),
        (terms.two_people, terms.expire_after_ms, terms.then),
        names(&verdict.deciding),
        names(&verdict.also),
    )
}

/// Fails unless the second verdict is at least as careful in everything.
#[track_caller]
fn not_freer(before: &Verdict, after: &Verdict, what: &str, facts: &Facts) {
    let shown = || format!("{what}\n{}\n{}\n{facts:?}", said(before), said(after));
    assert!(after.outcome >= before.outcome, "{}", shown());
    if before.outcome == after.outcome {
        assert!(after.hold_until_ms >= before.hold_until_ms, "{}", shown());
    }
    assert!(after.undo_ms >= before.undo_ms, "{}", shown());
    assert!(after.approvals.two_people >= before.approvals.two_people, "{}", shown());
    let pauses = |verdict: &Verdict| verdict.pauses.iter().map(|pause| pause.name.clone()).collect::<BTreeSet<_>>();
    assert!(pauses(after).is_superset(&pauses(before)), "{}", shown());
    let also: BTreeSet<_> = before.also_do.iter().collect();
    assert!(after.also_do.iter().all(|action| also.contains(action)), "{}", shown());
}

/// Runs over policies and their facts.
fn each(salt: u64, mut check: impl FnMut(&mut Dice, &str, &Policy, &[Facts])) {
    for seed in 0..POLICIES {
        let mut dice = Dice(seed ^ (salt << 32));
        let text = generate::text(&mut dice);
        let policy = compile(&text);
        let mut inputs = Inputs::new(&policy, &mut dice);
        let facts: Vec<Facts> = (0..INPUTS).map(|_| inputs.next(&mut dice).clone()).collect();
        check(&mut dice, &text, &policy, &facts);
    }
}

/// Guards, switches, limits, pauses and caps of another generated policy, under names of their own.
fn restrictions(dice: &mut Dice) -> Vec<String> {
    let text = generate::text(dice);
    let own_tiers = text.contains("\ntiers ");
    let more = items(&text).into_iter().filter(|item| {
        let guard = item.starts_with("guard ") || item.starts_with("pause ");
        let cap = item.starts_with("autonomy at most ")
            && ["full", "controlled", "assisted"].iter().any(|mode| item.contains(mode));
        (guard && !(own_tiers && item.contains("tier "))) || (cap && !own_tiers && !text.contains("\nmode "))
    });
    more.map(|item| item.replacen("guard ", "guard more_", 1).replacen("pause ", "pause more_", 1)).take(12).collect()
}

fn speaks_of_builtin_tiers(text: &str) -> bool {
    !text.contains("\ntiers ")
}

#[test]
fn p1_the_order_of_items_changes_nothing() {
    each(1, |dice, text, policy, facts| {
        let mut all = items(text);
        let head: Vec<String> = all.drain(..2).collect();
        for number in (1..all.len()).rev() {
            all.swap(number, dice.throw(number + 1));
        }
        let shuffled = compile(&format!("{}\n{}\n", head.join("\n"), all.join("\n")));
        for facts in facts {
            assert_eq!(said(&policy.decide(facts)), said(&shuffled.decide(facts)), "{text}");
        }
    });
}

#[test]
fn p2_and_p3_one_more_restriction_only_tightens() {
    let (mut compared, mut tightened, mut escalated) = (0, 0, 0);
    each(2, |dice, text, policy, facts| {
        let more = restrictions(dice);
        let more: Vec<String> = more
            .into_iter()
            .filter(|item| speaks_of_builtin_tiers(text) || !(item.contains("tier ") || item.starts_with("autonomy")))
            .collect();
        // Two caps for one scope would be an error: those of the policy itself stay alone.
        let mut caps: BTreeSet<String> = items(text).into_iter().filter_map(|item| scope_of_cap(&item)).collect();
        let more: Vec<String> =
            more.into_iter().filter(|item| scope_of_cap(item).is_none_or(|scope| caps.insert(scope))).collect();
        let stricter = compile(&format!("{text}\n{}\n", more.join("\n")));
        let imported = import(text, &more);
        for facts in facts {
            let (before, after) = (policy.decide(facts), stricter.decide(facts));
            not_freer(&before, &after, &more.join("\n"), facts);
            // An import says the same as the lines themselves, and its settings count for nothing.
            let after_import = imported.decide(facts);
            not_freer(&before, &after_import, "imported", facts);
            assert_eq!(after.outcome, after_import.outcome);
            compared += 1;
            tightened += usize::from(after.outcome > before.outcome);
            escalated += usize::from(before.outcome == Outcome::Escalate);
            if before.outcome == Outcome::Escalate {
                assert_eq!(after.outcome, Outcome::Escalate);
            }
        }
    });
    assert!(tightened * 50 > compared && escalated * 50 > compared, "{compared} {tightened} {escalated}");
}

fn scope_of_cap(item: &str) -> Option<String> {
    let cap = item.strip_prefix("autonomy at most ")?;
    Some(cap.split_once(" for ").map_or(String::new(), |(_, scope)| scope.to_owned()))
}

/// The policy with the lines in a file that it imports, beside settings that try to loosen.
fn import(text: &str, more: &[String]) -> Policy {
    let root = text.replacen("policy generated\n", "policy generated\nimport \"./more.remit\"\n", 1);
    let loose = "autonomy full\nundo 0s\ntimezone \"Asia/Tokyo\"\nactions { reply send book_meeting send change_stage send }\n\
                 approvals { expire after 90d then off }";
    let vocabulary = "remit 1\n";
    let file = format!("{vocabulary}{}\n{loose}\n", more.join("\n"));
    let files = [("test.remit", root.as_str()), ("more.remit", file.as_str()), ("s.rhai", generate::SCRIPT)];
    let compiled = remit_dsl::compile("test.remit", &common::texts(&files));
    compiled.policy.unwrap_or_else(|| panic!("{}\n{file}", remit_dsl::render::plain(&compiled.diagnostics)))
}

#[test]
fn p2_a_wider_condition_only_tightens() {
    let mut tightened = 0;
    each(3, |dice, text, policy, facts| {
        let mut all = items(text);
        let guards: Vec<usize> = (0..all.len()).filter(|number| all[*number].starts_with("guard ")).collect();
        let Some(number) = guards.get(dice.throw(guards.len().max(1))) else { return };
        let (head, rest) = all[*number].split_once(" when ").unwrap();
        let (when, because) = rest
            .split_once(" because ")
            .map_or((rest, String::new()), |(when, because)| (when, format!(" because {because}")));
        let wider = dice.pick(&[
            "contact.new",
            "not approved",
            "intent is thanks",
            "confidence >= 0.5",
            "during office",
            "over daily",
        ]);
        all[*number] = format!("{head} when ({when}) or {wider}{because}");
        let wide = compile(&all.join("\n"));
        for facts in facts {
            let (before, after) = (policy.decide(facts), wide.decide(facts));
            not_freer(&before, &after, &all[*number], facts);
            tightened += usize::from(after.outcome > before.outcome);
        }
    });
    assert!(tightened > 20, "{tightened}");
}

#[test]
fn p4_facts_that_fail_only_tighten() {
    let mut tightened = 0;
    each(4, |dice, text, policy, facts| {
        for facts in facts {
            let before = policy.decide(facts);
            let keys: Vec<String> = facts.values.keys().cloned().collect();
            let (mut failed, mut last) = (facts.clone(), before.clone());
            // One after the other: each step is a law of its own.
            for _ in 0..4 {
                let key = &keys[dice.throw(keys.len())];
                failed.failed(key, Provenance::Observed);
                // Whether there is a draft, and whether somebody approved, is not found out but known.
                if key == "draft.absent" || key == "approved" {
                    failed = Facts { values: last_values(&failed, facts, key), ..failed };
                    continue;
                }
                let after = policy.decide(&failed);
                not_freer(&last, &after, &format!("{key} failed\n{text}"), &failed);
                let mut absent = failed.clone();
                absent.values.remove(key);
                assert_eq!(said(&policy.decide(&absent)), said(&after), "{key} absent\n{text}");
                tightened += usize::from(after.outcome > last.outcome);
                last = after;
            }
        }
    });
    assert!(tightened > 100, "{tightened}");
}

fn last_values(failed: &Facts, facts: &Facts, key: &str) -> std::collections::BTreeMap<String, remit_dsl::Fact> {
    let mut values = failed.values.clone();
    values.insert(key.to_owned(), facts.values[key].clone());
    values
}

#[test]
fn p5_every_message_gets_one_outcome_and_one_route() {
    each(5, |_, text, policy, facts| {
        let rows: Vec<String> =
            policy.meaning().lines().filter(|line| line.starts_with("otherwise")).map(str::to_owned).collect();
        assert_eq!(rows.len(), 1);
        for facts in facts {
            let verdict = policy.decide(facts);
            assert!(!verdict.deciding.is_empty(), "{text}");
            assert!(verdict.deciding.iter().all(|reason| reason.outcome == verdict.outcome), "{text}");
            assert!(
                verdict.also.iter().all(|reason| reason.outcome < verdict.outcome && reason.outcome > Outcome::Send)
            );
            assert_eq!(verdict.hold_until_ms.is_some(), verdict.outcome == Outcome::Hold, "{text}");
            assert!(verdict.hold_until_ms.is_none_or(|until| until > facts.now_ms), "{text}");
            assert_eq!(policy.decide(facts), verdict, "the same facts, the same verdict");
            // What no rule reads changes nothing, whatever it is.
            let mut more = facts.clone();
            more.yes("nobody.reads", true, Provenance::Observed).failed("segment:nobody", Provenance::Model);
            more.number("detect:nobody", 5.0, Provenance::Script).name("over:nobody", "x", Provenance::Derived);
            more.over_until_ms.insert("nobody".to_owned(), i64::MAX);
            assert_eq!(policy.decide(&more), verdict);
        }
    });
}

#[test]
fn p6_editing_one_guard_changes_only_what_matches_the_old_or_the_new_one() {
    let (mut untouched, mut touched) = (0, 0);
    each(6, |dice, text, policy, facts| {
        let all = items(text);
        let guards: Vec<usize> = (0..all.len()).filter(|number| all[*number].starts_with("guard ")).collect();
        let Some(number) = guards.get(dice.throw(guards.len().max(1))) else { return };
        let name = all[*number].split([' ', ':']).nth(1).unwrap().to_owned();
        let other = generate::text(dice);
        let fits = |item: &String| {
            item.starts_with("guard ")
                && (!item.contains("tier ") || (speaks_of_builtin_tiers(text) && speaks_of_builtin_tiers(&other)))
        };
        let Some(edit) = items(&other).into_iter().find(fits) else { return };
        let (_, rest) = edit.split_once(':').unwrap();
        let mut edited = all.clone();
        edited[*number] = format!("guard {name}:{rest}");
        let edited = compile(&edited.join("\n"));
        for facts in facts {
            let (before, after) = (policy.decide(facts), edited.decide(facts));
            let matched =
                |verdict: &Verdict| verdict.deciding.iter().chain(&verdict.also).any(|reason| reason.name == name);
            // Facts are blamed for guards that could not be decided: those are matches too, if nothing is left to ask.
            let without_blame = |verdict: &Verdict| said(&Verdict { unknown: Vec::new(), ..verdict.clone() });
            if matched(&before) || matched(&after) {
                touched += 1;
            } else {
                assert_eq!(without_blame(&before), without_blame(&after), "{name}\n{text}");
                untouched += 1;
            }
            // All other rules say what they said.
            let others = |verdict: &Verdict| {
                let all = verdict
                    .deciding
                    .iter()
                    .chain(&verdict.also)
                    .filter(|reason| reason.name != name && reason.outcome > Outcome::Send);
                all.map(|reason| (reason.kind, reason.name.clone(), reason.outcome)).collect::<BTreeSet<_>>()
            };
            assert_eq!(others(&before), others(&after), "{name}\n{text}");
            assert_eq!((before.undo_ms, &before.tier.value), (after.undo_ms, &after.tier.value));
        }
    });
    assert!(untouched > 1_000 && touched > 300, "{untouched} {touched}");
}

#[test]
fn an_approval_cancels_approval_and_nothing_else() {
    let mut cancelled = 0;
    each(7, |_, text, _, facts| {
        // Conditions that ask for it may say anything.
        let text = text.replace("approved", "contact.verified");
        let policy = compile(&text);
        for facts in facts {
            let with = |approved: bool| policy.decide(facts.clone().yes("approved", approved, Provenance::Observed));
            let (before, after) = (with(false), with(true));
            match before.outcome {
                Outcome::Approval => {
                    assert!(after.outcome <= Outcome::Hold, "{text}");
                    cancelled += 1;
                }
                outcome => assert_eq!((after.outcome, after.hold_until_ms), (outcome, before.hold_until_ms), "{text}"),
            }
            // Not known is not approved.
            let unknown = policy.decide(facts.clone().failed("approved", Provenance::Observed));
            assert_eq!(unknown.outcome, before.outcome, "{text}");
        }
    });
    assert!(cancelled > 200, "{cancelled}");
}
