//! How good the tests of a policy are, in words.

use std::io::{IsTerminal as _, Write as _};

use remit_dsl::assure::coverage::{Coverage, UNCOVERED};
use remit_dsl::assure::mutants::{Fate, MutantReport};
use serde_json::{Value, json};

/// What no case shows, one line each, and the count.
pub(crate) fn coverage(policy: &str, found: &Coverage, shown: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    for (_, item) in found.missing() {
        let (file, line, column) = (shown(&item.at.file), item.at.line, item.at.column);
        text.push_str(&format!("{file}:{line}:{column}: warning[{UNCOVERED}]: {}\n", item.words()));
    }
    let (seen, possible) = (found.shown(), found.possible());
    let never = found.items.len() - possible;
    let never = if never == 0 { String::new() } else { format!("; {never} more can never be") };
    text.push_str(&format!("{policy}: cases show {seen} of {possible} ({} %){never}\n", found.percent()));
    text
}

/// A block that can be pasted into the policy.
pub(crate) fn suggestions(found: &Coverage) -> String {
    let mut text = String::new();
    let about = |shows: &[usize]| {
        let names = shows
            .iter()
            .filter_map(|number| found.items.get(*number))
            .map(|item| format!("{} {}", item.kind.as_str(), item.name));
        names.collect::<Vec<_>>().join("; ")
    };
    let rows: Vec<_> =
        found.suggestions.iter().filter_map(|one| one.row.as_ref().map(|row| (row, about(&one.shows)))).collect();
    if !rows.is_empty() {
        text.push_str("cases \"suggested: look at each, and say what it is about\" {\n");
        for (row, about) in rows {
            text.push_str(&format!("  # {about}\n  | {row}\n"));
        }
        text.push_str("}\n");
    }
    for one in found.suggestions.iter().filter(|one| one.row.is_none()) {
        let message = one.message.join(", ");
        text.push_str(&format!("# No row can give this, because it takes a script's result; write a test with a draft: {}\n#   {message} -> {}\n", about(&one.shows), one.outcome));
    }
    text
}

/// What the tests do not notice, and the count.
pub(crate) fn mutants(policy: &str, report: &MutantReport, shown: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    for mutant in report.survivors() {
        let at = &mutant.mutation.at;
        let place = format!("{}:{}:{}", shown(&at.file), at.line, at.column);
        text.push_str(&format!("SURVIVED  {place}  {}\n", mutant.mutation.words()));
        let Fate::Survived { missing } = &mutant.fate else {
            text.push_str("          whether it changes anything is too hard to say\n");
            continue;
        };
        let side = |side: &remit_dsl::diff::Side| format!("{}, route {}", side.outcome, side.route.row);
        text.push_str(&format!("          example  {}\n", missing.example.message.join(", ")));
        text.push_str(&format!("          policy   {}\n", side(&missing.example.old)));
        text.push_str(&format!("          mutant   {}\n", side(&missing.example.new)));
        if let Some(test) = &missing.test {
            text.push_str(&format!("          missing  {}\n", test.replace('\n', "\n                   ")));
        }
    }
    let case = report.count(|fate| matches!(fate, Fate::KilledByCase { .. }));
    let claim = report.count(|fate| matches!(fate, Fate::RefusedByClaim { .. }));
    let same = report.count(|fate| matches!(fate, Fate::Equivalent { .. }));
    let on_failure = report.count(|fate| matches!(fate, Fate::Equivalent { only_known_facts: true }));
    let on_failure = match on_failure {
        0 => String::new(),
        number => format!(" ({number} of them only while every fact is known)"),
    };
    text.push_str(&format!(
        "{policy}: {} of {} mutants noticed ({} %), {case} by a case, {claim} by a claim; {same} change nothing, as is proved{on_failure}\n",
        report.killed(),
        report.counted(),
        report.percent(),
    ));
    text
}

/// Everything and the numbers.
pub(crate) fn coverage_json(policy: &str, found: &Coverage) -> Value {
    json!({
        "policy": policy, "percent": found.percent(), "shown": found.shown(), "possible": found.possible(),
        "items": found.items, "suggestions": found.suggestions,
    })
}

/// Everything and the numbers.
pub(crate) fn mutants_json(policy: &str, report: &MutantReport) -> Value {
    json!({
        "policy": policy, "percent": report.percent(), "killed": report.killed(), "counted": report.counted(),
        "refused_by_the_checker": report.refused, "mutants": report.mutants,
    })
}

/// Tells how far a long run is: on a terminal in place, else in steps of a hundred.
pub(crate) fn progress(policy: &str) -> impl FnMut(usize, usize) {
    let terminal = std::io::stderr().is_terminal();
    move |done, all| {
        let end = done == all;
        if terminal {
            eprint!("\r{policy}: mutant {done} of {all}{}", if end { "\n" } else { "" });
            drop(std::io::stderr().flush());
        } else if done > 0 && done % 100 == 0 && !end {
            eprintln!("{policy}: mutant {done} of {all}");
        }
    }
}
