//! `remit ingest` on SQLite.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use remit_tests::process::Remit;

use super::{BROKEN, GARBAGE, QUESTION, THANKS, remit};

/// A folder as people keep mails: nested, with the same mail twice, and with other things beside them.
fn with_mails() -> Remit {
    let remit = remit();
    for (name, bytes) in [
        ("mails/broken.eml", BROKEN),
        ("mails/garbage.eml", GARBAGE),
        ("mails/march/question.eml", QUESTION),
        ("mails/march/question-again.eml", QUESTION),
        ("mails/thanks.eml", THANKS),
        ("mails/notes.md", b"# no mail"),
        ("mails/.hidden", b"no mail either"),
    ] {
        remit.write(name, bytes);
    }
    remit
}

#[test]
fn a_folder_is_stored_and_every_mail_is_decided() {
    let remit = with_mails();
    let first = remit.run(&["ingest", "mails"]);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    let summary: Vec<_> = first.stdout.lines().skip_while(|line| !line.contains("mail(s)")).collect();
    assert_snapshot!(summary.join("\n"), @r"
    5 mail(s): 4 new, 1 seen before, 0 not stored; 2 other file(s) passed over
    kinds: 4 message, 1 unparsable
    now: 3 approval, 1 escalated, 1 off
    unreadable, kept as it is: mails/garbage.eml
    outbox: remit-data/outbox
    ");
    // Without a policy of one's own, nothing leaves without a person.
    assert!(!remit.folder().join("remit-data/outbox").exists(), "{first:?}");

    // The same folder again changes nothing: the same messages, the same decisions.
    let ids = |ran: &remit_tests::process::Ran| -> BTreeMap<String, (String, String)> {
        let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
        let rows = ran.json_lines();
        rows.iter().map(|row| (text(row, "source"), (text(row, "message_id"), text(row, "decision_id")))).collect()
    };
    let second = remit.run(&["ingest", "mails", "--json"]);
    assert!(second.json_lines().iter().all(|row| row["duplicate"] == true), "{second:?}");
    let third = remit.run(&["ingest", "mails", "--json"]);
    assert_eq!(ids(&second), ids(&third));
    let ids = ids(&second);
    assert_eq!(ids["mails/march/question.eml"], ids["mails/march/question-again.eml"]);
    assert_eq!(ids.values().collect::<std::collections::BTreeSet<_>>().len(), 4);
}

#[test]
fn one_mail_comes_from_standard_input() {
    let remit = remit();
    let ran = remit.run_with(&["ingest", "-", "--json"], THANKS);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let [row] = &ran.json_lines()[..] else { panic!("one line: {ran:?}") };
    let seen = ["source", "kind", "from", "subject", "intent", "stage", "outcome"].map(|field| row[field].clone());
    assert_eq!(seen, ["-", "message", "noor@atelier.example", "Thank you", "thanks", "waiting_approval", "approval"]);
    assert_eq!(row["duplicate"], false);
}

#[test]
fn stored_only_means_not_worked_on_until_the_next_process() {
    let remit = remit();
    remit.write("thanks.eml", THANKS);
    let ran = remit.run(&["ingest", "thanks.eml", "--store-only", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json_lines()[0]["decision_id"], serde_json::Value::Null, "{ran:?}");
    let ran = remit.run(&["ingest", "thanks.eml", "--json"]);
    let row = &ran.json_lines()[0];
    assert_eq!((&row["duplicate"], &row["outcome"]), (&true.into(), &"approval".into()), "{ran:?}");
}

#[test]
fn a_path_that_is_not_there_stores_nothing() {
    let remit = remit();
    let ran = remit.run(&["ingest", "nowhere"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), "error: there is no file or folder `nowhere`\n"));
    assert!(!remit.folder().join("remit-data").exists());
}
