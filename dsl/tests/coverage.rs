//! What cases show, and the cases that would show the rest.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

mod common;

use std::fmt::Write as _;
use std::path::Path;

use common::generate::{self, Dice};
use common::{compile, folder, repository};
use remit_dsl::assure::coverage::{Coverage, Shown, UNCOVERED, coverage};
use remit_dsl::{Policy, Severity, codes};

const SHIPPED: [&str; 5] =
    ["default.remit", "b2b_sales.remit", "regulated_support.remit", "starter.remit", "company-baseline.remit"];

fn told(found: &Coverage) -> String {
    let mut text = String::new();
    for item in &found.items {
        let by = item.by.as_deref().map_or(String::new(), |by| format!(" ({by})"));
        let _ = writeln!(text, "{}:{}: {}{by}", item.at.line, item.at.column, item.words());
    }
    for one in &found.suggestions {
        let shows: Vec<&str> = one.shows.iter().map(|number| found.items[*number].name.as_str()).collect();
        let _ = writeln!(text, "{} shows {}", one.row.as_deref().unwrap_or("no row"), shows.join("; "));
    }
    let _ = writeln!(text, "{} of {}, {} %", found.shown(), found.possible(), found.percent());
    text
}

/// The policy's text with the suggested rows.
fn with_suggestions(text: &str, found: &Coverage) -> String {
    let rows: String =
        found.suggestions.iter().filter_map(|one| one.row.as_ref()).map(|row| format!("  | {row}\n")).collect();
    if rows.is_empty() { text.to_owned() } else { format!("{text}\ncases \"suggested\" {{\n{rows}}}\n") }
}

#[test]
fn the_corpus_says_what_is_not_shown_and_what_would_show_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/coverage/r0501_uncovered.remit");
    let text = std::fs::read_to_string(path).unwrap();
    let policy = compile(&text).policy.unwrap();
    assert!(policy.run_tests(None).cases.iter().all(|case| case.passed), "{:#?}", policy.run_tests(None));
    insta::assert_snapshot!("uncovered", told(&coverage(&policy, true)));
}

#[test]
fn the_page_of_the_code_is_true() {
    let code = codes::find(UNCOVERED).unwrap();
    assert_eq!(code.severity, Severity::Warning);
    let found = |text: &str| {
        let compiled = compile(text);
        let found = coverage(&compiled.policy.unwrap(), false);
        assert!(found.suggestions.is_empty(), "they were not asked for");
        found
    };
    let wrong = found(code.wrong()[0].text);
    assert!(wrong.missing().count() > 2 && wrong.percent() < 100, "{}", told(&wrong));
    let right = found(code.right()[0].text);
    assert_eq!(right.percent(), 100, "{}", told(&right));
}

/// Pasted into the file, the suggestions pass, and nothing is left to show but what takes a script.
fn suggestions_close_the_gap(
    name: &str,
    text: &str,
    policy: &Policy,
    compile: &dyn Fn(&str) -> Policy,
) -> (usize, usize) {
    let before = coverage(policy, true);
    let after = compile(&with_suggestions(text, &before));
    for case in after.run_tests(Some("suggested")).cases {
        assert!(case.passed, "{name}: {} expected {}, was {}\n{text}", case.name, case.expected, case.actual);
    }
    let rest = coverage(&after, true);
    for (number, item) in rest.missing() {
        let unsayable = rest.suggestions.iter().any(|one| one.shows.contains(&number) && one.row.is_none());
        assert!(unsayable, "{name}: {} at {}\n{}\n{text}", item.words(), item.at, told(&rest));
    }
    (before.missing().count(), rest.missing().count())
}

#[test]
fn suggestions_show_what_the_shipped_policies_do_not() {
    let read = folder(&repository().join("policies"));
    for name in SHIPPED {
        let text = read(name).unwrap();
        let build = |text: &str| {
            let files = |path: &str| if path == name { Ok(text.to_owned()) } else { read(path) };
            let compiled = remit_dsl::compile(name, &files);
            compiled.policy.unwrap_or_else(|| panic!("{}", remit_dsl::render::plain(&compiled.diagnostics)))
        };
        let policy = build(&text);
        let found = coverage(&policy, false);
        let (missing, left) = suggestions_close_the_gap(name, &text, &policy, &build);
        println!(
            "{name}: cases show {} of {}; {missing} suggested, {left} take a script",
            found.shown(),
            found.possible()
        );
    }
}

#[test]
fn suggestions_show_everything_in_generated_policies() {
    let (mut policies, mut missing, mut left, mut impossible) = (0, 0, 0, 0);
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let text = generate::text(&mut dice);
        let policy = generate::policy(&text).unwrap_or_else(|found| panic!("Dice({seed}): {found}"));
        let build = |text: &str| generate::policy(text).unwrap_or_else(|found| panic!("Dice({seed}): {found}\n{text}"));
        let (here, rest) = suggestions_close_the_gap(&format!("Dice({seed})"), &text, &policy, &build);
        policies += 1;
        missing += here;
        left += rest;
        impossible += coverage(&policy, false).items.iter().filter(|item| item.shown == Shown::Impossible).count();
    }
    println!("{policies} policies, {missing} things not shown, {left} of them not sayable; {impossible} impossible");
    assert!(missing > 200 && left * 4 < missing, "{missing} {left}");
}
