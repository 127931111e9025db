//! Detectors, and scripts that mean no good.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::{policy, quiet, texts};
use remit_dsl::{Facts, Outcome, Policy, Provenance, Seen, Severity, Value};

const DETECTORS: &str = "detector law on message { words \"lawyer\", \"sue you\", \"I'll sue\" }\n\
    detector off on draft { pattern \"[0-9]{1,2} ?% (off|discount)\" }\n\
    detector big on message { amount >= 1000 EUR }\n\
    detector crisis on message { words \"suicide\"  model \"crisis\" >= 0.20 }\n\
    detector papers on message { file \"application/pdf\"  file \"image/*\" }\n\
    detector loop on thread { words \"again\" }\n";

fn seen<'a>(message: &'a str, scores: &'a BTreeMap<String, f64>) -> Seen<'a> {
    Seen { message, draft: None, thread: "", attachments: &[], scores }
}

fn found(message: &str, key: &str) -> Option<bool> {
    let scores = BTreeMap::from([("crisis".to_owned(), 0.0)]);
    policy(DETECTORS).detect(&seen(message, &scores)).0[key].found
}

#[test]
fn words_are_whole_words_in_any_case_and_cannot_be_hidden() {
    for message in ["Call my LAWYER.", "(lawyer)", "law\u{200b}yer", "we will sue\n   you", "I\u{2019}ll sue"] {
        assert_eq!(found(message, "message.law"), Some(true), "{message}");
    }
    for message in ["lawyers", "flawyer", "issue you", "sue_you", ""] {
        assert_eq!(found(message, "message.law"), Some(false), "{message}");
    }
}

#[test]
fn patterns_amounts_and_files() {
    assert_eq!(found("about 1.200,50 EUR", "message.big"), Some(true));
    assert_eq!(found("about €999.99 or $5,000", "message.big"), Some(false));
    let scores = BTreeMap::new();
    let policy = policy(DETECTORS);
    let with =
        |draft: Option<&str>, attachments: &[&str]| policy.detect(&Seen { draft, attachments, ..seen("", &scores) });
    assert_eq!(with(Some("Now 15 % OFF!"), &[]).0["draft.off"].found, Some(true));
    assert_eq!(with(None, &[]).0["draft.off"].found, Some(false));
    assert_eq!(with(None, &["image/PNG"]).0["message.papers"].evidence, ["image/PNG"]);
    assert_eq!(with(None, &["text/plain"]).0["message.papers"].found, Some(false));
}

#[test]
fn an_absent_score_has_failed_unless_another_signal_decides() {
    let policy = policy(DETECTORS);
    let (none, low, high, odd) = (
        BTreeMap::new(),
        BTreeMap::from([("crisis".to_owned(), 0.19)]),
        BTreeMap::from([("crisis".to_owned(), 0.2)]),
        BTreeMap::from([("crisis".to_owned(), f64::NAN)]),
    );
    let crisis =
        |message: &str, scores: &BTreeMap<String, f64>| policy.detect(&seen(message, scores)).0["message.crisis"].found;
    assert_eq!(crisis("hello", &none), None);
    assert_eq!(crisis("hello", &odd), None);
    assert_eq!(crisis("suicide", &none), Some(true));
    assert_eq!(crisis("hello", &low), Some(false));
    assert_eq!(crisis("hello", &high), Some(true));
}

#[test]
fn evidence_is_short() {
    let policy = policy("detector d on message { pattern \"x+\" }");
    let scores = BTreeMap::new();
    let message = format!("{} xx xxx xxxx", "x".repeat(500));
    let detection = policy.detect(&seen(&message, &scores)).0["message.d"].clone();
    assert_eq!(detection.evidence.len(), 3);
    assert_eq!(detection.evidence[0].len(), 80);
}

fn script(returns: &str, body: &str) -> Policy {
    let root = format!(
        "remit 1\nautonomy full\nintent a {{ reply send }}\n\
         script s(draft.text, thread.depth) -> {returns} {{ file \"s.rhai\" budget 20000 operations }}\n\
         guard g: approval when script s{}",
        if returns == "yes/no" { "" } else { " > 0.5" }
    );
    let compiled = remit_dsl::compile("root.remit", &texts(&[("root.remit", &root), ("s.rhai", body)]));
    assert!(compiled.policy.is_some(), "{}", remit_dsl::render::plain(&compiled.diagnostics));
    compiled.policy.unwrap()
}

fn result(policy: &Policy, draft: &str) -> (Option<Value>, Outcome) {
    let mut facts = quiet("a", 0.9);
    policy.run_scripts(&mut facts, Some(draft));
    (facts.value("script:s").cloned(), policy.decide(&facts).outcome)
}

#[test]
fn scripts_answer_with_the_declared_type() {
    let yes = script("yes/no", "fn s(text, depth) { text.contains(\"x\") || depth > 5 }");
    assert_eq!(result(&yes, "x"), (Some(Value::Yes(true)), Outcome::Approval));
    assert_eq!(result(&yes, "y"), (Some(Value::Yes(false)), Outcome::Send));
    let number = script("number 0..1", "fn s(text, depth) { text.len() / 10.0 }");
    assert_eq!(result(&number, "1234"), (Some(Value::Number(400)), Outcome::Send));
    assert_eq!(result(&number, "123456"), (Some(Value::Number(600)), Outcome::Approval));
    // Outside the declared range: failed.
    assert_eq!(result(&number, "12345678901"), (None, Outcome::Approval));
}

#[test]
fn hostile_scripts_fail_and_a_person_decides() {
    for body in [
        "fn s(text, depth) { loop { } }",
        "fn s(text, depth) { while true { let x = 1; } true }",
        "fn s(text, depth) { s(text, depth) }",
        "fn s(text, depth) { let x = text; for i in 0..1000 { x += x; } false }",
        "fn s(text, depth) { let x = []; for i in 0..10000 { x.push(i); } false }",
        "fn s(text, depth) { let x = #{}; for i in 0..10000 { x[i.to_string()] = i; } false }",
        "fn s(text, depth) { 1 / 0 == 1 }",
        "fn s(text, depth) { throw \"no\" }",
        "fn s(text, depth) { 9223372036854775807 + 1 > 0 }",
        "fn s(text, depth) { text[100] == 'x' }",
        "fn s(text, depth) { missing(text) }",
        "fn s(text, depth) { timestamp() > 0 }",
        "fn s(text, depth) { rand() > 0.5 }",
        "fn s(text, depth) { open_file(\"/etc/passwd\") }",
        "fn s(text, depth) { \"yes\" }",
        "fn s(text, depth) { 1 }",
        "fn s(text, depth) { }",
        "fn s(text, depth) { let f = Fn(\"s\"); f.call(text, depth) }",
        "fn s(text, depth) { \"x\".pad(1000000000, \"y\").len() > 0 }",
        "fn s(text, depth) { range(0, 1000000000).len() > 0; for i in 0..1000000000 { } true }",
    ] {
        assert_eq!(result(&script("yes/no", body), "x"), (None, Outcome::Approval), "{body}");
    }
    let number = script("number 0..1", "fn s(text, depth) { 0.0 / 0.0 }");
    assert_eq!(result(&number, "x"), (None, Outcome::Approval));
}

#[test]
fn scripts_that_reach_outside_do_not_compile() {
    let root = "remit 1\nscript s(draft.text) -> yes/no { file \"s.rhai\" budget 100 operations }";
    for body in [
        "fn s(text) { eval(\"true\") }",
        "fn s(text) { print(text); true }",
        "fn s(text) { debug(text); true }",
        "import \"x\" as x; fn s(text) { true }",
        "fn s(text) { unknown_variable }",
        "fn s(text) { ((((((((((((((((((((((((((((((((((((((((true)))))))))))))))))))))))))))))))))))))))) }",
        "fn s(text, more) { true }",
        "fn t(text) { true }",
        "fn s(text) {",
    ] {
        let compiled = remit_dsl::compile("root.remit", &texts(&[("root.remit", root), ("s.rhai", body)]));
        let codes: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, ["R0124"], "{body}");
        assert_eq!(compiled.diagnostics[0].severity, Severity::Error);
    }
}

#[test]
fn a_script_about_the_draft_is_not_so_without_a_draft() {
    let policy = script("number 0..1", "fn s(text, depth) { 1.0 }");
    let mut facts = quiet("a", 0.9);
    facts.yes("draft.absent", true, Provenance::Observed);
    policy.run_scripts(&mut facts, None);
    assert_eq!(policy.decide(&facts).outcome, Outcome::Send);
    // A missing input has failed, and so has the script.
    let mut facts = Facts { now_ms: 0, ..quiet("a", 0.9) };
    facts.failed("thread.depth", Provenance::Observed);
    policy.run_scripts(&mut facts, Some("text"));
    assert!(facts.values["script:s"].value.is_none());
    assert_eq!(policy.decide(&facts).outcome, Outcome::Approval);
}
