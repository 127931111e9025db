//! The language as files: what is accepted, and what every refusal says.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};

use remit_dsl::{Severity, render};

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "remit"))
        .collect();
    files.sort();
    files
}

/// Reads beside a case: imported files end in `.part`, so that they are no cases themselves, and its lock in `.lock`.
fn beside(path: &Path) -> impl Fn(&str) -> Result<String, String> + use<> {
    let (folder, lock) = (path.parent().unwrap().to_owned(), path.with_extension("lock"));
    move |name: &str| match name {
        "remit.lock" => std::fs::read_to_string(&lock).map_err(|_| "there is no such file".to_owned()),
        "scripts/fine.rhai" => Ok("fn t(text) { text == \"\" }".to_owned()),
        "scripts/broken.rhai" => Ok("fn broken(text) {\n  text +\n}".to_owned()),
        name => {
            let path = folder.join(name);
            let part = path.with_extension("part");
            let path = if part.exists() { part } else { path };
            std::fs::read_to_string(path).map_err(|_| "there is no such file".to_owned())
        }
    }
}

#[test]
fn accepted_files_have_no_findings_that_matter_and_pass_their_tests() {
    for path in cases("accepts") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let compiled = remit_dsl::compile(name, &beside(&path));
        let text = render::plain(&compiled.diagnostics);
        assert!(compiled.diagnostics.iter().all(|found| found.severity == Severity::Note), "{text}");
        for case in compiled.policy.unwrap().run_tests(None).cases {
            assert!(case.passed, "{}: expected {}, got {}", case.name, case.expected, case.actual);
        }
    }
}

#[test]
fn refusals_say_what_is_wrong_where_and_what_to_do() {
    for path in cases("rejects") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let compiled = remit_dsl::compile(name, &beside(&path));
        assert!(!compiled.diagnostics.is_empty(), "{name} is accepted");
        let errors = compiled.diagnostics.iter().any(|found| found.severity == Severity::Error);
        assert_eq!(compiled.policy.is_none(), errors, "{name}");
        insta::assert_snapshot!(name.trim_end_matches(".remit"), render::plain(&compiled.diagnostics));
    }
}

#[test]
fn every_code_of_the_table_is_emitted_by_a_case() {
    let mut seen = std::collections::BTreeSet::new();
    for path in cases("rejects") {
        let name = path.file_name().unwrap().to_str().unwrap();
        seen.extend(remit_dsl::compile(name, &beside(&path)).diagnostics.iter().map(|found| found.code));
    }
    let large = format!("remit 1\n#{}", "x".repeat(1 << 20));
    seen.extend(common::compile(&large).diagnostics.iter().map(|found| found.code));
    let never: Vec<&str> =
        remit_dsl::codes::CODES.iter().map(|code| code.code).filter(|code| !seen.contains(code)).collect();
    assert!(never.is_empty(), "never emitted: {never:?}");
    assert!(seen.iter().all(|code| remit_dsl::codes::find(code).is_some()), "{seen:?}");
}

#[test]
fn three_mistakes_give_three_errors_and_the_rest_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rejects/three_mistakes.remit");
    let compiled = remit_dsl::compile("three_mistakes.remit", &beside(&path));
    let lines: Vec<(u32, &str)> = compiled.diagnostics.iter().map(|found| (found.at.line, found.code)).collect();
    assert_eq!(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 8, 11, 14], "{lines:?}");
}

#[test]
fn findings_are_rendered_for_people_and_for_machines() {
    let text = "remit 1\nsegment vip\nsegment vip\nguard g: aproval when contact.new\n";
    let compiled = common::compile(text);
    let sources = |name: &str| (name == "test.remit").then(|| text.to_owned());
    insta::assert_snapshot!("human", render::human(&compiled.diagnostics, &sources, false));
    insta::assert_json_snapshot!("json", render::json(&compiled.diagnostics));
    // A source that cannot be had, or that changed, is no reason to fail.
    let unknown = render::human(&compiled.diagnostics, &|_| None, false);
    assert!(unknown.contains("aproval"), "{unknown}");
    let changed = render::human(&compiled.diagnostics, &|_| Some("é".to_owned()), true);
    assert!(!changed.is_empty());
}
