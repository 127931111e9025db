//! `REFERENCE.md` says what the tables say. `UPDATE=1 cargo test -p remit-dsl --test reference` writes it anew.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

use std::path::Path;

use remit_dsl::reference::syntax::{ITEMS, NOTES};

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REFERENCE.md");
    let wanted = remit_dsl::reference::markdown();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "REFERENCE.md is out of date: run this test with UPDATE=1");
}

#[test]
fn every_item_of_the_grammar_is_described_by_an_example_that_checks() {
    let grammar = include_str!("../src/grammar.pest");
    let rule = grammar.split_once("item   = {").unwrap().1.split_once("}").unwrap().0;
    let mut wanted: Vec<&str> =
        rule.split(|letter: char| !letter.is_ascii_lowercase()).filter(|word| !word.is_empty()).collect();
    wanted.retain(|word| *word != "note");
    wanted.sort_unstable();
    let mut described: Vec<&str> = ITEMS.iter().map(|item| item.word).collect();
    described.sort_unstable();
    assert_eq!(described, wanted);
    for item in ITEMS {
        let text = format!("remit 1\n{}\n", item.example);
        let read = |name: &str| match name {
            "item.remit" => Ok(text.clone()),
            "shouts.rhai" => Ok("fn shouts(text) { text.contains(\"!!\") }".to_owned()),
            _ => Err("there is no such file".to_owned()),
        };
        let compiled = remit_dsl::compile("item.remit", &read);
        let shown = remit_dsl::render::plain(&compiled.diagnostics);
        let policy = compiled.policy.unwrap_or_else(|| unreachable!("{}: {shown}", item.word));
        assert!(policy.run_tests(None).cases.iter().all(|case| case.passed), "{}", item.word);
        let starts = item.syntax.split(" | ").map(|form| form.split_whitespace().next().unwrap());
        let mut starts = starts.filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
        let word = if item.word == "claim" { "never" } else { item.word };
        assert_eq!(starts.next(), Some(word), "{}", item.syntax);
    }
}

#[test]
fn every_annotation_is_described() {
    let described: Vec<&str> =
        NOTES.iter().map(|(note, _)| note.trim_start_matches('@').split('(').next().unwrap()).collect();
    assert_eq!(described, remit_dsl::vocabulary::NOTES);
}
