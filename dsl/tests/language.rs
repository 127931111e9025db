//! The language as files: what is accepted, and what every refusal says.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};

use remit_dsl::{CompileOptions, Compiled, Diagnostic, Severity, compile_with, fixes, render};

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

/// Every case of the corpus: its folder and its path. The folders `fmt` and `coverage` belong to tests of their own,
/// `diff` and `explain` to `told.rs`.
fn corpus() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut folders: Vec<String> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.retain(|folder| !["fmt", "coverage", "diff", "explain"].contains(&folder.as_str()));
    folders.sort();
    let inside =
        |folder: String| cases(&format!("corpus/{folder}")).into_iter().map(move |path| (folder.clone(), path));
    folders.into_iter().flat_map(inside).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Checks a case. A comment `# today: YYYY-MM-DD` in its first line gives the day.
fn check(path: &Path, text: &str) -> Compiled {
    let today = text.lines().next().and_then(|line| line.strip_prefix("# today: ")).map(|day| day.parse().unwrap());
    let beside = beside(path);
    let read = |file: &str| if file == name(path) { Ok(text.to_owned()) } else { beside(file) };
    compile_with(name(path), &read, &CompileOptions { today })
}

fn check_file(path: &Path) -> Compiled {
    check(path, &std::fs::read_to_string(path).unwrap())
}

/// Reads beside a case: imported files end in `.part`, so that they are no cases themselves, and its
/// lock in `.lock`.
fn beside(path: &Path) -> impl Fn(&str) -> Result<String, String> + use<> {
    let (folder, lock) = (path.parent().unwrap().to_owned(), path.with_extension("lock"));
    move |name: &str| match name {
        "remit.lock" => std::fs::read_to_string(&lock).map_err(|_| "there is no such file".to_owned()),
        "scripts/fine.rhai" => Ok("fn t(text) { text == \"\" }".to_owned()),
        "scripts/unused.rhai" => Ok("fn unused(text, value) { text == \"\" && value > 5.0 }".to_owned()),
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

/// One snapshot for each case: what people see in a terminal, one line each first.
#[test]
fn every_case_says_what_is_wrong_where_and_what_to_do() {
    for (folder, path) in corpus() {
        let compiled = check_file(&path);
        let label = name(&path);
        assert!(!compiled.diagnostics.is_empty(), "{label} has no finding");
        let errors = compiled.diagnostics.iter().any(|found| found.severity == Severity::Error);
        assert_eq!(compiled.policy.is_none(), errors, "{label}");
        assert!(compiled.allowed.iter().all(|found| found.allowed.is_some() && found.severity < Severity::Error));
        let beside = beside(&path);
        let human = render::human(&compiled.diagnostics, &|file| beside(file).ok(), false);
        let mut shown = format!("{}\n{human}", render::plain(&compiled.diagnostics));
        for found in &compiled.allowed {
            let reason = found.allowed.as_deref().unwrap();
            shown.push_str(&format!("allowed: {} {} ({reason})\n", found.at.location(), found.code));
        }
        insta::with_settings!({ omit_expression => true, snapshot_path => format!("snapshots/{folder}") }, {
            insta::assert_snapshot!(label.trim_end_matches(".remit"), shown);
        });
    }
}

/// A claim that holds because ten pigeons do not fit into nine holes, which no solver of this kind finds out quickly. Too
/// long for a case of the corpus.
fn too_hard() -> String {
    let (pigeons, holes) = (10, 9);
    let names = (0..holes).map(|hole| format!("h{hole}")).collect::<Vec<_>>().join(", ");
    let facts = (0..pigeons).map(|one| format!("fact p{one}.hole: one of [{names}]\n"));
    let mut text = format!("remit 1\nautonomy full\n{}", facts.collect::<String>());
    for hole in 0..holes {
        for (one, other) in (0..pigeons).flat_map(|one| (one + 1..pigeons).map(move |other| (one, other))) {
            let both = format!("p{one}.hole is h{hole} and p{other}.hole is h{hole}");
            text.push_str(&format!("guard g{one}_{other}_{hole}: off when {both}\n"));
        }
    }
    format!("{text}always at least off when contact.new\n")
}

#[test]
fn every_code_of_the_table_is_emitted_by_a_case() {
    let mut seen = std::collections::BTreeSet::new();
    for (_, path) in corpus() {
        seen.extend(check_file(&path).diagnostics.iter().map(|found| found.code));
    }
    let large = format!("remit 1\n#{}", "x".repeat(1 << 20));
    seen.extend(common::compile(&large).diagnostics.iter().map(|found| found.code));
    seen.extend(common::compile(&too_hard()).diagnostics.iter().map(|found| found.code));
    // What no case shows is asked for, not checked: `coverage.rs` has it.
    seen.insert(remit_dsl::assure::coverage::UNCOVERED);
    let never: Vec<&str> =
        remit_dsl::codes::CODES.iter().map(|code| code.code).filter(|code| !seen.contains(code)).collect();
    assert!(never.is_empty(), "never emitted: {never:?}");
    assert!(seen.iter().all(|code| remit_dsl::codes::find(code).is_some()), "{seen:?}");
}

/// Applying what is certain again and again ends, cures what it says, and brings no error that was not there.
#[test]
fn certain_fixes_cure_what_they_belong_to() {
    let mut cured = 0;
    for (_, path) in corpus() {
        let file = name(&path);
        let mut text = std::fs::read_to_string(&path).unwrap();
        let mut before = check(&path, &text).diagnostics;
        for round in 0.. {
            let (fixed, count) = fixes::apply(&text, file, &before);
            if count == 0 {
                assert_eq!(fixed, text, "{file}");
                break;
            }
            assert!(round < 10, "{file}: fixes without end");
            let after = check(&path, &fixed).diagnostics;
            let certain = |found: &&Diagnostic| found.fixes.iter().any(|fix| fix.certain);
            let left = after.iter().filter(certain).count();
            assert!(left < before.iter().filter(certain).count(), "{file}: {count} fixes and {left} left\n{fixed}");
            let errors = |found: &[Diagnostic]| found.iter().filter(|one| one.severity == Severity::Error).count();
            assert!(errors(&after) <= errors(&before), "{file}:\n{}\n{fixed}", render::plain(&after));
            (text, before, cured) = (fixed, after, cured + count);
        }
    }
    assert!(cured >= 20, "only {cured} fixes");
}

#[test]
fn independent_mistakes_give_one_finding_each_and_the_rest_is_read() {
    let lines = |case: &str| -> Vec<u32> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/issues").join(case);
        check_file(&path).diagnostics.iter().map(|found| found.at.line).collect()
    };
    assert_eq!(lines("three_mistakes.remit"), [4, 8, 11, 14]);
    assert_eq!(lines("five_mistakes.remit"), [3, 5, 6, 7, 8]);
    assert_eq!(lines("no_cascades.remit"), (3..=13).collect::<Vec<u32>>());
    assert_eq!(lines("broken_tables.remit"), [3, 7, 10]);
    assert_eq!(lines("missing_import.remit"), [3, 6]);
}
