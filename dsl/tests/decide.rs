//! How a decision is made, rule by rule.

mod common;

use common::{at, policy, quiet};
use remit_dsl::{Facts, Outcome, Provenance, RuleKind, Value};

const SEND: &str = "autonomy full\nintent a { reply send from 0.5, else approval }\nintent other { reply approval }\n";

fn outcome(text: &str, change: impl FnOnce(&mut Facts)) -> Outcome {
    let mut facts = quiet("a", 0.9);
    change(&mut facts);
    policy(text).decide(&facts).outcome
}

#[test]
fn nothing_said_means_a_person_decides() {
    let verdict = policy("").decide(&quiet("a", 0.9));
    assert_eq!(verdict.outcome, Outcome::Approval);
    assert_eq!(verdict.mode.value, "assisted");
    assert_eq!(verdict.mode.at, None);
    assert!(!verdict.deciding.is_empty());
}

#[test]
fn send_names_the_mode_row_the_band_and_the_action() {
    let verdict = policy(SEND).decide(&quiet("a", 0.9));
    assert_eq!(verdict.outcome, Outcome::Send);
    let kinds: Vec<RuleKind> = verdict.deciding.iter().map(|reason| reason.kind).collect();
    assert_eq!(kinds, [RuleKind::Band, RuleKind::Action, RuleKind::Mode]);
    assert_eq!(verdict.deciding[2].name, "full.low");
    assert_eq!(verdict.deciding[2].at.file, "std/base");
    assert!(verdict.also.is_empty() && verdict.unknown.is_empty());
    assert_eq!(verdict.deciding[0].at.to_string(), "test.remit:3:12");
}

#[test]
fn the_tier_is_the_highest_row_that_matches() {
    let text =
        format!("{SEND}risk {{ medium when contact.new  high when message.attachment  critical when approved }}");
    let mut facts = quiet("a", 0.9);
    facts.yes("contact.new", true, Provenance::Observed).yes("message.attachment", true, Provenance::Observed);
    let verdict = policy(&text).decide(&facts);
    assert_eq!(verdict.tier.value, "high");
    assert_eq!(verdict.tier.at.unwrap().line, 5);
    assert_eq!(policy(&text).decide(&quiet("a", 0.9)).tier.value, "low");
}

#[test]
fn standard_guards_are_always_on() {
    for (key, name, wanted) in [
        ("message.automated", "std_automated", Outcome::Off),
        ("contact.opted_out", "std_opted_out", Outcome::Off),
        ("contact.paused", "std_paused", Outcome::Off),
        ("thread.human_active", "std_human_active", Outcome::Off),
        ("email.warmup", "std_warmup", Outcome::Approval),
        ("channel.disabled", "std_channel_disabled", Outcome::Off),
        ("channel.unanswered", "std_no_agent", Outcome::Off),
        ("kill_switch", "std_kill_switch", Outcome::Off),
        ("thread.third_party", "std_third_party", Outcome::Approval),
        ("window.closed", "std_window_closed", Outcome::Escalate),
        ("draft.doubtful", "std_draft_doubtful", Outcome::Approval),
        ("draft.unsafe", "std_draft_unsafe", Outcome::Off),
    ] {
        let mut facts = quiet("a", 0.9);
        facts.yes(key, true, Provenance::Observed);
        let verdict = policy(SEND).decide(&facts);
        assert_eq!(verdict.outcome, wanted, "{key}");
        let reason = &verdict.deciding[0];
        assert_eq!(
            (reason.kind, reason.name.as_str(), reason.at.file.as_str()),
            (RuleKind::Standard, name, "std/base")
        );
        assert!(reason.at.line > 1 && reason.because.is_some());
    }
    let chat = |facts: &mut Facts| {
        facts.yes("email.warmup", true, Provenance::Observed).name("channel", "chat", Provenance::Observed);
    };
    assert_eq!(outcome(SEND, chat), Outcome::Send);
}

#[test]
fn the_closest_autonomy_wins_rung_by_rung() {
    let text = "segment vip  segment key\nagent ada on email\nautonomy assisted\nautonomy full for channel email\n\
        autonomy controlled for intent a\nautonomy full for agent ada\nautonomy controlled for segment vip\n\
        autonomy assisted for segment key\nintent a { reply send }";
    let mode = |agent: &str, vip: bool, key: bool, intent: &str, channel: &str| {
        let mut facts = quiet(intent, 0.9);
        facts
            .name("agent", agent, Provenance::Observed)
            .name("channel", channel, Provenance::Observed)
            .yes("segment:vip", vip, Provenance::Observed)
            .yes("segment:key", key, Provenance::Observed);
        policy(&format!("{text}\nintent b {{ reply send }}")).decide(&facts).mode.value
    };
    assert_eq!(mode("none", false, false, "b", "chat"), "assisted");
    assert_eq!(mode("none", false, false, "b", "email"), "full");
    assert_eq!(mode("none", false, false, "a", "email"), "controlled");
    assert_eq!(mode("ada", false, false, "a", "email"), "full");
    assert_eq!(mode("ada", true, false, "a", "email"), "controlled");
    assert_eq!(mode("ada", true, true, "a", "email"), "assisted");
}

#[test]
fn a_cap_cannot_be_exceeded_and_says_so() {
    let text = "segment vip\nautonomy full\nautonomy full for segment vip\nautonomy at most controlled for channel email\n\
        intent a { reply send }";
    let mut facts = quiet("a", 0.9);
    facts.yes("segment:vip", true, Provenance::Observed);
    let mode = policy(text).decide(&facts).mode;
    assert_eq!((mode.value.as_str(), mode.at.unwrap().line, mode.capped_by.unwrap().line), ("controlled", 4, 5));
}

#[test]
fn bands_read_from_left_to_right_and_end_carefully() {
    let text = "autonomy full\nintent a { reply send from 0.85, approval from 0.50, else escalate }\n\
        intent b { reply send from 0.80 }\nintent c { reply off from 0.50 }";
    for (intent, confidence, wanted) in [
        ("a", 0.85, Outcome::Send),
        ("a", 0.849, Outcome::Approval),
        ("a", 0.5, Outcome::Approval),
        ("a", 0.499, Outcome::Escalate),
        ("b", 0.8, Outcome::Send),
        ("b", 0.79, Outcome::Approval),
        ("c", 0.4, Outcome::Off),
    ] {
        assert_eq!(policy(text).decide(&quiet(intent, confidence)).outcome, wanted, "{intent} {confidence}");
    }
}

#[test]
fn a_failed_intent_takes_the_strictest_band_and_every_restriction_on_intents() {
    let text = format!("{SEND}intent crisis {{ reply escalate }}\nguard g: off when intent is other\n");
    let mut facts = quiet("a", 0.9);
    facts.failed("intent", Provenance::Model);
    let verdict = policy(&text).decide(&facts);
    assert_eq!(verdict.outcome, Outcome::Escalate);
    assert!(verdict.deciding[0].uncertain);
    assert!(verdict.also.iter().any(|reason| reason.name == "g" && reason.uncertain));
    assert_eq!(verdict.unknown, ["intent"]);
    // A name that the policy does not declare is a failure too.
    assert_eq!(policy(&text).decide(&quiet("nonsense", 0.9)).outcome, Outcome::Escalate);
    // A failed confidence takes the strictest band of the intent.
    assert_eq!(
        outcome(&text, |facts| {
            facts.failed("confidence", Provenance::Model);
        }),
        Outcome::Approval
    );
}

#[test]
fn what_cannot_be_decided_counts_as_matched_in_both_polarities() {
    for condition in ["contact.new", "not contact.new", "not (contact.new and confidence > 0.5)"] {
        let text = format!("{SEND}guard g: approval when {condition}");
        let verdict_of = |facts: &Facts| policy(&text).decide(facts);
        let mut facts = quiet("a", 0.9);
        facts.failed("contact.new", Provenance::Observed);
        let verdict = verdict_of(&facts);
        assert_eq!(verdict.outcome, Outcome::Approval, "{condition}");
        assert!(verdict.deciding[0].uncertain);
        assert_eq!(verdict.unknown, ["contact.new"]);
        facts.values.remove("contact.new");
        assert_eq!(verdict_of(&facts).outcome, Outcome::Approval, "{condition}");
    }
    // False whatever the failed fact is.
    let text = format!("{SEND}guard g: approval when contact.new and message.attachment");
    let verdict = policy(&text).decide(quiet("a", 0.9).failed("contact.new", Provenance::Observed));
    assert_eq!((verdict.outcome, verdict.unknown.len()), (Outcome::Send, 0));
    // A value of a wrong type or outside its range has failed.
    let text = format!("{SEND}guard g: approval when thread.depth > 6");
    for value in [Value::Yes(true), Value::Number(-1), Value::Name("x".to_owned())] {
        let mut facts = quiet("a", 0.9);
        facts.values.get_mut("thread.depth").unwrap().value = Some(value);
        assert_eq!(policy(&text).decide(&facts).outcome, Outcome::Approval);
    }
}

#[test]
fn a_route_row_fits_only_when_it_surely_does() {
    let text = format!(
        "{SEND}team t  team u\nroute {{ new: to team u priority high sla 2h when contact.new  otherwise: to team t pick owner }}"
    );
    let mut facts = quiet("a", 0.9);
    assert_eq!(policy(&text).decide(facts.yes("contact.new", true, Provenance::Observed)).route.row, "new");
    let route = policy(&text).decide(facts.failed("contact.new", Provenance::Observed)).route;
    assert_eq!(
        (route.row.as_str(), route.team.as_deref(), route.pick.as_deref()),
        ("otherwise", Some("t"), Some("owner"))
    );
}

#[test]
fn an_undecided_scope_counts_only_if_stricter() {
    let text = "segment vip\nautonomy controlled\nautonomy MODE for segment vip\nintent a { reply send }\n\
        risk { medium when contact.new }";
    let mode = |mode: &str| {
        let mut facts = quiet("a", 0.9);
        facts.failed("segment:vip", Provenance::Observed);
        policy(&text.replace("MODE", mode)).decide(&facts).mode.value
    };
    assert_eq!(mode("full"), "controlled");
    assert_eq!(mode("assisted"), "assisted");
}

#[test]
fn approved_cancels_approval_and_nothing_else() {
    let approved = |text: &str| {
        let mut facts = quiet("a", 0.9);
        facts.yes("approved", true, Provenance::Observed).yes("contact.new", true, Provenance::Observed);
        policy(text).decide(&facts)
    };
    let verdict = approved("intent a { reply approval }\nguard g: approval when contact.new");
    assert_eq!(verdict.outcome, Outcome::Send);
    assert!(verdict.deciding.iter().any(|reason| reason.because.as_deref() == Some("a person approved it")));
    assert_eq!(approved("intent a { reply approval }\nguard g: off when contact.new").outcome, Outcome::Off);
    assert_eq!(approved("intent a { reply approval }\nguard g: escalate when contact.new").outcome, Outcome::Escalate);
    assert_eq!(approved("intent a { reply approval }\nguard g: hold 2h when contact.new").outcome, Outcome::Hold);
}

#[test]
fn holds_end_at_the_latest_release() {
    let text = format!(
        "{SEND}timezone \"Europe/Berlin\"\nhours office {{ mon-fri 09:00-18:00 }}\n\
         guard a: hold until office when contact.new\nguard b: hold 2h when message.attachment"
    );
    let policy = policy(&text);
    let mut facts = quiet("a", 0.9);
    facts.now_ms = at("2026-03-06T17:30:00Z"); // Friday 18:30 in Berlin
    facts.yes("contact.new", true, Provenance::Observed);
    let verdict = policy.decide(&facts);
    assert_eq!((verdict.outcome, verdict.hold_until_ms), (Outcome::Hold, Some(at("2026-03-09T08:00:00Z"))));
    facts.yes("message.attachment", true, Provenance::Observed);
    assert_eq!(policy.decide(&facts).hold_until_ms, Some(at("2026-03-09T08:00:00Z")));
    // Inside the hours only the two hours are left, counted from when it was first held.
    facts.now_ms = at("2026-03-09T09:00:00Z");
    facts.held_since_ms = Some(at("2026-03-09T08:30:00Z"));
    assert_eq!(policy.decide(&facts).hold_until_ms, Some(at("2026-03-09T10:30:00Z")));
    facts.now_ms = at("2026-03-09T10:30:00Z");
    let verdict = policy.decide(&facts);
    assert_eq!((verdict.outcome, verdict.hold_until_ms), (Outcome::Send, None));
}

#[test]
fn a_hold_longer_than_a_week_becomes_approval() {
    let text = format!(
        "{SEND}hours never {{ mon 09:00-10:00  except always }}\ncalendar always {{ 2026-03-09 }}\n\
        guard a: hold until never when contact.new\nguard b: hold 8d when message.attachment"
    );
    let policy = policy(&text);
    let mut facts = quiet("a", 0.9);
    facts.yes("contact.new", true, Provenance::Observed);
    let verdict = policy.decide(&facts);
    assert_eq!((verdict.outcome, verdict.hold_until_ms), (Outcome::Approval, None));
    facts.yes("contact.new", false, Provenance::Observed).yes("message.attachment", true, Provenance::Observed);
    assert_eq!(policy.decide(&facts).outcome, Outcome::Approval);
    facts.yes("approved", true, Provenance::Observed);
    assert_eq!(policy.decide(&facts).outcome, Outcome::Send);
}

#[test]
fn a_used_up_limit_holds_until_the_hours_after_its_bucket() {
    let text = format!(
        "{SEND}hours office {{ daily 09:00-18:00 }}\nlimit daily: 3 replies per contact per day else hold until office"
    );
    let policy = policy(&text);
    let mut facts = quiet("a", 0.9);
    facts.yes("over:daily", true, Provenance::Observed);
    let end = policy.limits()[0].bucket(policy.timezone(), facts.now_ms).1;
    facts.over_until_ms.insert("daily".to_owned(), end);
    let verdict = policy.decide(&facts);
    assert_eq!(verdict.hold_until_ms, Some(at("2026-03-04T09:00:00Z")));
    assert_eq!((verdict.deciding[0].kind, verdict.deciding[0].name.as_str()), (RuleKind::Limit, "daily"));
    facts.yes("over:daily", false, Provenance::Observed);
    assert_eq!(policy.decide(&facts).outcome, Outcome::Send);
}

#[test]
fn switches_and_limits_have_scopes() {
    let text = format!(
        "{SEND}switch stop: off for channel chat\nlimit l: 1 replies per contact per hour else approval for channel sms"
    );
    let with = |key: &'static str, channel: &'static str| {
        outcome(&text, move |facts| {
            facts.yes("switch:stop", false, Provenance::Observed).yes("over:l", false, Provenance::Observed);
            facts.yes(key, true, Provenance::Observed).name("channel", channel, Provenance::Observed);
        })
    };
    assert_eq!(with("switch:stop", "email"), Outcome::Send);
    assert_eq!(with("switch:stop", "chat"), Outcome::Off);
    assert_eq!(with("over:l", "chat"), Outcome::Send);
    assert_eq!(with("over:l", "sms"), Outcome::Approval);
}

#[test]
fn actions_have_settings_and_intents_have_further_actions() {
    let text = "autonomy full\nsegment vip\nactions { reply send  fly off  book_meeting send  book_meeting approval for segment vip }\n\
        intent a { reply send  also book_meeting  also opt_out  also fly }";
    let verdict = |action: &str, vip: bool| {
        let mut facts = quiet("a", 0.9);
        facts.name("action", action, Provenance::Observed).yes("segment:vip", vip, Provenance::Observed);
        policy(text).decide(&facts)
    };
    assert_eq!(verdict("reply", false).also_do, ["book_meeting", "opt_out"]);
    assert_eq!(verdict("reply", true).also_do, ["opt_out"]);
    assert_eq!(verdict("fly", false).outcome, Outcome::Off);
    assert_eq!(verdict("book_meeting", true).outcome, Outcome::Approval);
    assert_eq!(verdict("nonsense", false).outcome, Outcome::Off, "an unknown action gets the strictest setting");
}

#[test]
fn undo_pauses_and_approvals_are_settings() {
    let text = format!(
        "{SEND}undo 2m\nundo 10m for channel email\nundo 0s for channel chat\nteam t\n\
         pause short: contact for 1h when contact.new\npause long: contact until resumed when contact.new\n\
         approvals {{ expire after 1d then off  remind after 2h  approvers team t  two people when contact.new }}"
    );
    let policy = policy(&text);
    let mut facts = quiet("a", 0.9);
    assert_eq!(policy.decide(&facts).undo_ms, 600_000);
    assert_eq!(policy.decide(facts.name("channel", "chat", Provenance::Observed)).undo_ms, 0);
    assert_eq!(policy.decide(facts.name("channel", "sms", Provenance::Observed)).undo_ms, 120_000);
    assert_eq!(policy.decide(facts.failed("channel", Provenance::Observed)).undo_ms, 600_000);
    facts.yes("contact.new", true, Provenance::Observed);
    let verdict = policy.decide(&facts);
    let pauses: Vec<(&str, Option<i64>)> =
        verdict.pauses.iter().map(|pause| (pause.name.as_str(), pause.for_ms)).collect();
    assert_eq!(pauses, [("long", None), ("short", Some(3_600_000))]);
    assert!(verdict.approvals.two_people);
    assert_eq!((verdict.approvals.expire_after_ms, verdict.approvals.then), (Some(86_400_000), Outcome::Off));
}

#[test]
fn without_a_draft_nothing_is_found_in_it() {
    let text = format!(
        "{SEND}detector price on draft {{ words \"discount\" }}\nguard g: off when draft detects price\n\
         guard h: approval when not draft detects price"
    );
    let mut facts = quiet("a", 0.9);
    assert_eq!(policy(&text).decide(&facts).outcome, Outcome::Off, "a missing result has failed");
    facts.yes("draft.absent", true, Provenance::Observed);
    let verdict = policy(&text).decide(&facts);
    assert_eq!(verdict.outcome, Outcome::Approval);
    assert!(!verdict.deciding[0].uncertain);
}

#[test]
fn an_undecided_tier_is_careful_in_both_directions() {
    let text = format!("{SEND}risk {{ high when contact.new }}\nguard g: off when tier is low");
    let mut facts = quiet("a", 0.9);
    facts.failed("contact.new", Provenance::Observed);
    let verdict = policy(&text).decide(&facts);
    assert_eq!(verdict.tier.value, "high");
    assert_eq!(verdict.outcome, Outcome::Off, "it may be low, so the guard on low counts as matched");
}

#[test]
fn verdicts_and_facts_survive_json() {
    let text = format!("{SEND}fact deal.value: money USD 0..5000\nguard g: hold 2h when deal.value > 5 USD");
    let mut facts = quiet("a", 0.85);
    facts.money("deal.value", 120_050, "USD", Provenance::Observed).failed("margin", Provenance::Model);
    facts.over_until_ms.insert("daily".to_owned(), 5);
    let written = serde_json::to_string(&facts).unwrap();
    assert!(written.contains(r#""confidence":{"value":0.85,"from":"model"}"#), "{written}");
    assert!(written.contains(r#"{"minor":120050,"currency":"USD"}"#), "{written}");
    let read: Facts = serde_json::from_str(&written).unwrap();
    assert_eq!(read, facts);
    let verdict = policy(&text).decide(&facts);
    let again: remit_dsl::Verdict = serde_json::from_str(&serde_json::to_string(&verdict).unwrap()).unwrap();
    assert_eq!(verdict, again);
}

#[test]
fn imports_bring_restrictions_and_never_settings() {
    let root = "remit 1\nimport \"./base.remit\"\nautonomy full\nintent a { reply send }";
    let base = "remit 1\nautonomy assisted\nundo 5m\nautonomy at most controlled for channel sms\nguard g: off when contact.new";
    let files = [("root.remit", root), ("base.remit", base)];
    let compiled = remit_dsl::compile("root.remit", &common::texts(&files));
    let policy = compiled.policy.unwrap();
    let mut facts = quiet("a", 0.9);
    let verdict = policy.decide(&facts);
    assert_eq!((verdict.outcome, verdict.mode.value.as_str(), verdict.undo_ms), (Outcome::Send, "full", 0));
    assert_eq!(policy.decide(facts.name("channel", "sms", Provenance::Observed)).mode.value, "controlled");
    assert_eq!(policy.decide(facts.yes("contact.new", true, Provenance::Observed)).outcome, Outcome::Off);
    assert_eq!(policy.files().keys().collect::<Vec<_>>(), ["base.remit", "root.remit"]);
    assert!(policy.digest().starts_with("sha256:") && policy.digest().len() == 71);
    let kept = policy.files().clone();
    let again = remit_dsl::compile(policy.root(), &|name: &str| kept.get(name).cloned().ok_or_else(String::new));
    assert_eq!(again.policy.unwrap().digest(), policy.digest());
}

#[test]
fn the_built_in_modes_are_tables_of_tiers() {
    use Outcome::{Approval, Escalate, Send};
    for (mode, wanted) in [
        ("full", [Send, Send, Send, Escalate]),
        ("controlled", [Send, Approval, Approval, Escalate]),
        ("assisted", [Approval, Approval, Approval, Escalate]),
    ] {
        let text = format!(
            "autonomy {mode}\nintent a {{ reply send }}\n\
             risk {{ medium when thread.depth >= 2  high when thread.depth >= 3  critical when thread.depth >= 4 }}"
        );
        for (depth, wanted) in (1..).zip(wanted) {
            let mut facts = quiet("a", 0.9);
            facts.number("thread.depth", f64::from(depth), Provenance::Observed);
            let verdict = policy(&text).decide(&facts);
            assert_eq!(verdict.outcome, wanted, "{mode} {}", verdict.tier.value);
            let rows: Vec<&str> = verdict
                .deciding
                .iter()
                .filter(|reason| reason.kind == RuleKind::Mode)
                .map(|reason| reason.name.as_str())
                .collect();
            assert_eq!(rows, [format!("{mode}.{}", verdict.tier.value)]);
        }
    }
}

#[test]
fn a_policy_may_replace_modes_and_tiers() {
    let text = "tiers calm < hot\nmode loose { calm, hot send }\nautonomy loose\nintent a { reply send }\n\
        risk { hot when contact.new }\nguard g: approval when tier >= hot";
    let mut facts = quiet("a", 0.9);
    assert_eq!(policy(text).decide(&facts).outcome, Outcome::Send);
    let verdict = policy(text).decide(facts.yes("contact.new", true, Provenance::Observed));
    assert_eq!((verdict.tier.value.as_str(), verdict.outcome), ("hot", Outcome::Approval));
    let replaced = "mode full { low, medium, high, critical approval }\nautonomy full\nintent a { reply send }";
    assert_eq!(policy(replaced).decide(&quiet("a", 0.9)).outcome, Outcome::Approval);
}

#[test]
fn a_failing_case_shows_what_was_expected_and_what_decided() {
    let policy = policy(
        "autonomy full\nintent a { reply approval }\nteam t\nroute { otherwise: to team t }\n\
         test \"wrong\" { intent a 0.9  expect send  expect route otherwise }\ncases \"rows\" { | intent a 0.9 -> approval }",
    );
    let report = policy.run_tests(None);
    assert_eq!(report.cases.len(), 2);
    let case = &report.cases[0];
    assert!(!case.passed && report.cases[1].passed);
    assert_eq!(
        (case.expected.as_str(), case.actual.as_str()),
        ("send, route otherwise", "approval because a, route otherwise")
    );
    assert_eq!((case.at.line, case.deciding[0].name.as_str()), (6, "a"));
    assert_eq!(policy.run_tests(Some("rows")).cases.len(), 1);
}
