//! Real mail that none of us wrote, through the whole program.

use std::collections::{BTreeMap, BTreeSet};

use remit_tests::process::Remit;
use remit_tests::{each_database, root, shared};

/// The binary of this workspace.
pub(crate) const REMIT: &str = env!("CARGO_BIN_EXE_remit-under-test");

each_database!(every_shared_mail_is_stored_decided_and_none_is_lost, |database| {
    let test = "mails::every_shared_mail_is_stored_decided_and_none_is_lost";
    let Some(mails) = shared(test, "fixtures/email") else { return };
    let mails = mails.display().to_string();
    let policy = root().join("policies/default.remit").display().to_string();
    let remit = Remit::at(REMIT);
    let ingest = ["--data", "data", "--database", &database.address, "--json", "ingest", &mails, "--policy", &policy];
    let first = remit.run(&ingest);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let rows = first.json_lines();
    assert!(rows.len() >= 600, "only {} mails were found", rows.len());

    // Everything has a decision with a rule and a line, and nothing is left half-way.
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        let now = row["now"].as_str().unwrap();
        assert!(
            ["sent", "scheduled", "approval", "held", "escalated", "off", "no_draft", "superseded"].contains(&now),
            "{row}"
        );
        assert!(row["decision_id"].is_string() && row["at"].as_str().unwrap().matches(':').count() == 2, "{row}");
        *counts.entry(format!("{} {now}", row["kind"].as_str().unwrap())).or_default() += 1;
    }
    println!("{} mails: {counts:?}", rows.len());
    assert!(!rows.iter().any(|row| row["kind"] != "message" && row["now"] == "sent"), "a machine was answered");

    // A second delivery of everything is nothing new.
    let again = remit.run(&ingest);
    let again = again.json_lines();
    assert_eq!(again.len(), rows.len());
    assert!(again.iter().all(|row| row["duplicate"] == true));
    let ids =
        |rows: &[serde_json::Value]| rows.iter().map(|row| row["message_id"].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(ids(&rows), ids(&again));
});
