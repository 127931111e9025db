//! `remit inspect` and `remit classify`: read, say what is seen, change nothing.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value;

use super::{BROKEN, GARBAGE, QUESTION, remit};

/// What tools outside rely on, whatever the mail is like.
const FIELDS: [&str; 17] = [
    "file",
    "kind",
    "message_id",
    "in_reply_to",
    "references",
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "text",
    "visible_text",
    "safe_html",
    "language",
    "attachments",
    "bounce",
    "warnings",
];

#[test]
fn a_mail_is_read_into_one_json_object() {
    let remit = remit();
    remit.write("question.eml", QUESTION);
    let ran = remit.run(&["inspect", "question.eml", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let [read] = &ran.json_lines()[..] else { panic!("one line: {ran:?}") };
    assert_snapshot!(serde_json::to_string_pretty(read).unwrap());
}

#[test]
fn the_same_for_people_and_from_standard_input() {
    let ran = remit().run_with(&["inspect", "-"], QUESTION);
    assert_eq!(ran.code, Some(0));
    assert_snapshot!(ran.stdout);
}

#[test]
fn no_mail_is_so_bad_that_reading_it_fails() {
    let remit = remit();
    let cut = &QUESTION[..QUESTION.len() / 2];
    let bad: [(&str, &[u8]); 5] = [
        ("broken.eml", BROKEN),
        ("garbage.eml", GARBAGE),
        ("empty.eml", b""),
        ("cut.eml", cut),
        ("zeros.eml", &[0; 4096]),
    ];
    let mut arguments = vec!["inspect", "--json"];
    for (name, bytes) in bad {
        remit.write(name, bytes);
        arguments.push(name);
    }
    let ran = remit.run(&arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let read = ran.json_lines();
    assert_eq!(read.len(), bad.len());
    for (object, (name, _)) in read.iter().zip(bad) {
        let fields: BTreeSet<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
        let missing: Vec<_> = FIELDS.iter().filter(|field| !fields.contains(*field)).collect();
        assert!(missing.is_empty(), "{name} has no {missing:?}");
        assert_eq!(object["file"], name);
    }
    let kinds: Vec<_> = read.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "unparsable", "unparsable", "message", "unparsable"]);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let remit = remit();
    remit.write("question.eml", QUESTION);
    let ran = remit.run(&["inspect", "--json", "nowhere.eml", "question.eml"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json_lines().len(), 1, "{ran:?}");
    assert!(ran.stderr.contains("nowhere.eml"), "{ran:?}");
}

#[test]
fn texts_are_classified_line_by_line_and_keep_their_fields() {
    let policy = remit_tests::root().join("policies/default.remit").display().to_string();
    let input = "{\"text\":\"Are you open on Saturdays?\",\"n\":1}\n\n{\"text\":\"Thank you so much!\",\"n\":2}\n";
    let ran = remit().run_with(&["classify", "--policy", &policy, "--input", "-"], input.as_bytes());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let read = ran.json_lines();
    let seen: Vec<_> = read.iter().map(|row| (row["n"].as_i64(), row["intent"].as_str())).collect();
    assert_eq!(seen, [(Some(1), Some("opening_hours")), (Some(2), Some("thanks"))]);
    for row in read {
        let between = |field: &str| (0.0..=1.0).contains(&row[field].as_f64().unwrap());
        assert!(between("confidence") && between("margin"), "{row}");
        assert!(row["language"] == "en" || row["language"] == Value::Null, "{row}");
    }
}

#[test]
fn other_examples_can_be_learnt_from_and_a_bad_line_is_named() {
    let remit = remit();
    let mut examples = String::new();
    for (intent, texts) in [
        ("fruit", ["apples and pears", "a ripe banana", "sweet cherries", "a basket of plums"]),
        ("tools", ["hammer and nails", "a sharp saw", "a box of screws", "a long ladder"]),
    ] {
        for text in texts {
            examples += &format!("{}\n", serde_json::json!({ "text": text, "intent": intent }));
        }
    }
    remit.write("examples.jsonl", examples);
    remit.write("input.jsonl", "{\"text\":\"ripe cherries and plums\"}\n{\"text\":\"nails and screws\"}\n");
    let ran = remit.run(&["classify", "--examples", "examples.jsonl", "--input", "input.jsonl"]);
    let intents: Vec<_> = ran.json_lines().iter().map(|row| row["intent"].clone()).collect();
    assert_eq!(intents, ["fruit", "tools"], "{ran:?}");

    remit.write("input.jsonl", "{\"text\":\"a saw\"}\n{\"txt\":\n");
    let ran = remit.run(&["classify", "--examples", "examples.jsonl", "--input", "input.jsonl"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("`input.jsonl` line 2"), "{ran:?}");
}
