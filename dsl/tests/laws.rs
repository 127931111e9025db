//! The laws of the language, over generated policies and facts.
//!
//! P1 the order of rules changes nothing. P2 another restriction can only make a verdict more careful. P3 nothing
//! silences `escalate`. P4 a failed fact can only make a verdict more careful. P5 every set of facts gets a verdict.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{at, compile, policy, texts};
use proptest::prelude::*;
use remit_dsl::{Facts, Outcome, Provenance, Value};

const BASE: &str = "segment vip\nagent ada on email, chat\nhours office { mon-fri 09:00-18:00 }\n\
    autonomy controlled\nautonomy full for channel chat\nautonomy assisted for segment vip\nautonomy full for intent thanks\n\
    autonomy at most controlled for channel voice\n\
    intent question { reply send from 0.8, approval from 0.5, else escalate  reply off for channel sms }\n\
    intent thanks { reply send from 0.5, else approval }\nintent other { reply approval }\n\
    detector threat on message { words \"lawyer\" }\n\
    risk { medium when contact.new  high when confidence < 0.3 or message.attachment  critical when message detects threat }\n\
    limit daily: 3 replies per contact per day else hold until office\nswitch stop: off\n";

const YES: [&str; 19] = [
    "contact.new",
    "message.attachment",
    "message.automated",
    "contact.paused",
    "contact.opted_out",
    "thread.human_active",
    "thread.third_party",
    "window.closed",
    "approved",
    "email.warmup",
    "channel.disabled",
    "channel.unanswered",
    "kill_switch",
    "draft.doubtful",
    "draft.unsafe",
    "segment:vip",
    "over:daily",
    "switch:stop",
    "detect:message.threat",
];

fn name_of(choices: &'static [&'static str]) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        8 => prop::sample::select(choices).prop_map(|name| Some(Value::Name(name.to_owned()))),
        1 => Just(None),
        1 => Just(Some(Value::Name("nonsense".to_owned()))),
    ]
}

fn facts() -> impl Strategy<Value = Facts> {
    let yes =
        prop::collection::vec(prop_oneof![6 => Just(Some(false)), 2 => Just(Some(true)), 1 => Just(None)], YES.len());
    let names = (
        name_of(&["email", "sms", "chat", "voice"]),
        name_of(&["question", "thanks", "other"]),
        name_of(&["ada", "none"]),
        name_of(&["reply", "book_meeting"]),
    );
    let numbers = prop::collection::vec(prop_oneof![8 => (0_i64..=1000).prop_map(Some), 1 => Just(None)], 3);
    let week: i64 = 7 * 24 * 3_600_000;
    (yes, names, numbers, 0..week, prop::option::of(0..2 * week)).prop_map(|(yes, names, numbers, later, held)| {
        let mut facts = Facts::new(at("2026-03-02T00:00:00Z") + later);
        facts.held_since_ms = held.map(|before| facts.now_ms - before);
        for (key, value) in YES.iter().zip(yes) {
            match value {
                Some(value) => facts.yes(key, value, Provenance::Observed),
                None => facts.failed(key, Provenance::Observed),
            };
        }
        let (channel, intent, agent, action) = names;
        for (key, value) in [("channel", channel), ("intent", intent), ("agent", agent), ("action", action)] {
            facts.failed(key, Provenance::Observed).values.get_mut(key).unwrap().value = value;
        }
        for (key, value) in ["confidence", "margin", "thread.depth"].iter().zip(numbers) {
            facts.failed(key, Provenance::Model).values.get_mut(*key).unwrap().value = value.map(Value::Number);
        }
        facts
    })
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "contact.new",
        "message.attachment",
        "approved",
        "contact in vip",
        "over daily",
        "switch stop",
        "message detects threat",
        "channel in [sms, chat]",
        "intent is question",
        "intent is not thanks",
        "confidence < 0.6",
        "margin <= 0.2",
        "thread.depth > 0.5",
        "during office",
        "outside office",
        "tier >= high",
        "tier is low",
        "agent is ada",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not {part}")),
        ]
    })
}

fn guards() -> impl Strategy<Value = Vec<String>> {
    let outcome = prop::sample::select(vec!["hold 2h", "hold until office", "approval", "off", "escalate"]);
    prop::collection::vec((outcome, condition()), 0..6).prop_map(|guards| {
        let guard = |(number, (outcome, when))| format!("guard g{number}: {outcome} when {when}");
        guards.into_iter().enumerate().map(guard).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn p1_order_changes_nothing(guards in guards(), facts in facts()) {
        let forward = policy(&format!("{BASE}{}", guards.join("\n"))).decide(&facts);
        let mut reversed = guards;
        reversed.reverse();
        let backward = policy(&format!("{}\n{BASE}", reversed.join("\n"))).decide(&facts);
        prop_assert_eq!(forward.outcome, backward.outcome);
        prop_assert_eq!(forward.hold_until_ms, backward.hold_until_ms);
        let names = |verdict: &remit_dsl::Verdict| {
            verdict.deciding.iter().chain(&verdict.also).map(|reason| reason.name.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(names(&forward), names(&backward));
        prop_assert_eq!(forward.unknown, backward.unknown);
    }

    #[test]
    fn p2_and_p3_another_restriction_only_tightens(guards in guards(), more in condition(), facts in facts()) {
        let before = policy(&format!("{BASE}{}", guards.join("\n"))).decide(&facts);
        for extra in [
            format!("guard extra: approval when {more}"),
            format!("guard extra: off when {more}"),
            "autonomy at most assisted for channel email".to_owned(),
            "switch other_stop: off".to_owned(),
            "risk { critical when message.attachment }".to_owned(),
        ] {
            let after = policy(&format!("{BASE}{}\n{extra}", guards.join("\n"))).decide(&facts);
            // A risk row may take a message out of a guard on a lower tier: rows are compared without guards on tiers.
            if extra.starts_with("risk") && guards.concat().contains("tier") {
                continue;
            }
            prop_assert!(after.outcome >= before.outcome, "{} made {} of {}", extra, after.outcome, before.outcome);
            if before.outcome == Outcome::Escalate {
                prop_assert_eq!(after.outcome, Outcome::Escalate);
            }
        }
        let import = format!("remit 1\nimport \"./more.remit\"\n{BASE}{}", guards.join("\n"));
        let baseline = "remit 1\nguard imported: approval when contact.new\nautonomy full\n";
        let compiled = remit_dsl::compile("root.remit", &texts(&[("root.remit", &import), ("more.remit", baseline)]));
        prop_assert!(compiled.policy.unwrap().decide(&facts).outcome >= before.outcome);
    }

    #[test]
    fn p4_a_failed_fact_only_tightens(guards in guards(), facts in facts(), which in any::<prop::sample::Index>()) {
        let policy = policy(&format!("{BASE}{}", guards.join("\n")));
        let before = policy.decide(&facts);
        let keys: Vec<String> = facts.values.keys().cloned().collect();
        let key = which.get(&keys);
        let mut failed = facts.clone();
        failed.failed(key, Provenance::Observed);
        let after = policy.decide(&failed);
        prop_assert!(after.outcome >= before.outcome, "{} failed: {} of {}", key, after.outcome, before.outcome);
        failed.values.remove(key);
        prop_assert_eq!(policy.decide(&failed), after);
    }

    #[test]
    fn p5_every_set_of_facts_gets_one_verdict(guards in guards(), facts in facts()) {
        let policy = policy(&format!("{BASE}{}", guards.join("\n")));
        let verdict = policy.decide(&facts);
        prop_assert!(!verdict.deciding.is_empty());
        prop_assert!(verdict.deciding.iter().all(|reason| reason.outcome == verdict.outcome));
        prop_assert!(verdict.also.iter().all(|reason| reason.outcome < verdict.outcome));
        prop_assert_eq!(verdict.hold_until_ms.is_some(), verdict.outcome == Outcome::Hold);
        if let Some(until) = verdict.hold_until_ms {
            prop_assert!(until > facts.now_ms);
            prop_assert!(until <= facts.held_since_ms.unwrap_or(facts.now_ms) + 7 * 24 * 3_600_000);
        }
        prop_assert_eq!(&policy.decide(&facts), &verdict);
        // A fact that nothing reads changes nothing.
        let mut more = facts;
        more.yes("nobody.reads.this", true, Provenance::Observed);
        prop_assert_eq!(policy.decide(&more), verdict);
    }

    #[test]
    fn facts_without_sense_get_a_verdict_too(now in any::<i64>(), held in any::<Option<i64>>(), until in any::<i64>()) {
        let policy = policy(&format!("{BASE}guard w: hold until office when outside office\nguard h: hold 366d when contact.new"));
        let mut facts = Facts::new(now);
        facts.held_since_ms = held;
        facts.over_until_ms.insert("daily".to_owned(), until);
        prop_assert!(!policy.decide(&facts).deciding.is_empty());
    }

    #[test]
    fn reading_never_fails_on_any_text(text in "\\PC{0,200}") {
        compile(&text);
        compile(&format!("remit 1\n{text}"));
    }

    #[test]
    fn reading_never_fails_on_damaged_files(cut in any::<prop::sample::Index>(), length in 0_usize..40, insert in "[ -~\n]{0,12}") {
        let text = include_str!("accepts/everything.remit");
        let start = (0..=cut.index(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = (start + length).min(text.len());
        let damaged = format!("{}{insert}{}", &text[..start], &text[end..]);
        let compiled = compile(&damaged);
        prop_assert!(compiled.policy.is_some() || !compiled.diagnostics.is_empty());
        for found in &compiled.diagnostics {
            prop_assert!(found.at.start <= found.at.end);
        }
        remit_dsl::render::human(&compiled.diagnostics, &|_| Some(damaged.clone()), false);
        if let Some(policy) = compiled.policy {
            policy.run_tests(None);
        }
    }
}

#[test]
fn deep_and_long_texts_are_refused_quickly() {
    let brackets = format!("remit 1\nguard g: off when {}contact.new", "(".repeat(200_000));
    assert!(compile(&brackets).policy.is_none());
    let nots = format!("remit 1\nguard g: off when {}contact.new", "not ".repeat(100_000));
    assert!(compile(&nots).policy.is_some());
    let allowed = format!("remit 1\nguard g: off when {}contact.new{}", "(".repeat(32), ")".repeat(32));
    assert!(compile(&allowed).policy.is_some());
}
