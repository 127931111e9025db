//! The corpus of what is told about decisions and changes: `corpus/diff` has pairs `NAME.old.remit` and `NAME.new.remit`,
//! `corpus/explain` a policy and beside it lines of facts. One snapshot each, to be read as a reviewer would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use remit_dsl::diff::{diff, render};
use remit_dsl::prove::WhatIf;
use remit_dsl::{Facts, Outcome, Policy, Provenance, Reason, Setting};

fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.to_str().unwrap().ends_with(end)).collect();
    files.sort();
    files
}

/// The policy in a file, under a name that is the same for both versions of a pair.
fn policy(path: &Path) -> Policy {
    let text = std::fs::read_to_string(path).unwrap();
    common::compile(&text).policy.unwrap_or_else(|| unreachable!("{} does not check", path.display()))
}

#[test]
fn every_change_is_told_in_its_own_words() {
    let olds = files("diff", ".old.remit");
    assert!(olds.len() >= 8);
    for old in olds {
        let name = old.file_name().unwrap().to_str().unwrap().trim_end_matches(".old.remit").to_owned();
        let difference = diff(&policy(&old), &policy(&old.with_file_name(format!("{name}.new.remit"))));
        assert_eq!(difference.is_empty(), name == "only_moved", "{name}");
        let told = format!("may be freer: {}\n{}", difference.may_be_freer(), render::human(&difference));
        insta::with_settings!({ omit_expression => true, snapshot_path => "snapshots/diff" }, {
            insta::assert_snapshot!(name, told);
        });
    }
}

/// Facts from words such as `channel=chat contact.new=yes detect:draft.price=failed`, all others quiet.
fn facts(policy: &Policy, words: &str) -> Facts {
    let mut facts = common::quiet("other", 1.0);
    facts.name("agent", "ada", Provenance::Observed);
    for slot in policy.slots().iter().filter(|slot| slot.contains(':')) {
        facts.yes(slot, false, Provenance::Observed);
    }
    for word in words.split_whitespace() {
        let (key, value) = word.split_once('=').unwrap();
        match (value, value.parse::<f64>()) {
            ("failed", _) => facts.failed(key, Provenance::Model),
            ("yes" | "no", _) => facts.yes(key, value == "yes", Provenance::Observed),
            (_, Ok(number)) => facts.number(key, number, Provenance::Model),
            (name, _) => facts.name(key, name, Provenance::Observed),
        };
    }
    facts
}

fn told(policy: &Policy, facts: &Facts) -> String {
    let verdict = policy.decide(facts);
    assert_eq!(verdict, policy.decide_plainly(facts));
    let reason = |one: &Reason| {
        let because = one.because.as_ref().map(|because| format!(" \"{because}\"")).unwrap_or_default();
        let uncertain = if one.uncertain { ", not known for sure" } else { "" };
        format!("{} {} {} at {}{because}{uncertain}", one.outcome, one.kind.as_str(), one.name, one.at)
    };
    let place = |setting: &Setting| setting.at.as_ref().map_or("built in".to_owned(), ToString::to_string);
    let mut text = format!("outcome  {}\n", verdict.outcome);
    for one in &verdict.deciding {
        let _ = writeln!(text, "because  {}", reason(one));
    }
    for one in &verdict.also {
        let _ = writeln!(text, "also     {}", reason(one));
    }
    let _ = writeln!(text, "mode     {} from {}", verdict.mode.value, place(&verdict.mode));
    let _ = writeln!(text, "tier     {} from {}", verdict.tier.value, place(&verdict.tier));
    let _ = writeln!(text, "route    {} at {}", verdict.route.row, verdict.route.at);
    if !verdict.unknown.is_empty() {
        let _ = writeln!(text, "unknown  {}", verdict.unknown.join(", "));
    }
    let instead = match policy.what_if(facts, Outcome::Send) {
        WhatIf::Already => return text,
        WhatIf::Change { changes, example } => {
            assert_eq!(policy.decide(&example.facts).outcome, Outcome::Send);
            changes.join(", ")
        }
        other => format!("{other:?}"),
    };
    let _ = writeln!(text, "to send  {instead}");
    text
}

#[test]
fn every_decision_is_told_with_its_rules_and_places() {
    for path in files("explain", ".remit") {
        let policy = policy(&path);
        let cases = std::fs::read_to_string(path.with_extension("facts")).unwrap();
        assert!(cases.lines().count() >= 8);
        for line in cases.lines() {
            let (name, words) = line.split_once(": ").unwrap();
            insta::with_settings!({ omit_expression => true, snapshot_path => "snapshots/explain" }, {
                insta::assert_snapshot!(name, format!("{words}\n\n{}", told(&policy, &facts(&policy, words))));
            });
        }
    }
}
