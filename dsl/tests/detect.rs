//! Detectors.

mod common;

use std::collections::BTreeMap;

use common::policy;
use remit_dsl::Seen;

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
