//! The formatter: what it makes of messy files, and that it loses nothing.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[expect(dead_code, reason = "a part of it is for the tree's tests")]
mod trees;

use std::path::{Path, PathBuf};

use remit_dsl::format::format;
use remit_dsl::{render, tree};

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|found| panic!("{}", render::plain(&found)))
}

/// The files that come with the project.
fn shipped() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["policies", "dsl/std"] {
        for entry in std::fs::read_dir(common::repository().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|suffix| suffix == "remit") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() >= 8);
    files
}

/// With `UPDATE=1` the expected files are written instead.
fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

#[test]
fn the_files_that_come_with_the_project_are_formatted() {
    for path in shipped() {
        let text = std::fs::read_to_string(&path).unwrap();
        let canonical = formatted(&text);
        if update() {
            std::fs::write(&path, &canonical).unwrap();
        } else {
            assert_eq!(text, canonical, "{} is not formatted", path.display());
        }
    }
}

#[test]
fn the_examples_of_the_documents_are_formatted() {
    for document in ["README.md", "dsl/TREE.md"] {
        let text = std::fs::read_to_string(common::repository().join(document)).unwrap();
        for block in text.split("```remit\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let whole = if block.starts_with("remit ") { block.to_owned() } else { std::format!("remit 1\n{block}") };
            assert_eq!(whole, formatted(&whole), "{document}");
        }
    }
}

#[test]
fn the_corpus_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fmt");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(case) = name.strip_suffix(".before.remit") else { continue };
        let expected = path.with_file_name(format!("{case}.after.remit"));
        let canonical = formatted(&std::fs::read_to_string(&path).unwrap());
        if update() {
            std::fs::write(&expected, &canonical).unwrap();
        } else {
            assert_eq!(canonical, std::fs::read_to_string(&expected).unwrap(), "{case}");
        }
        assert_eq!(formatted(&canonical), canonical, "{case}: formatting twice changes something");
        let json = tree::to_json(&canonical).unwrap();
        assert_eq!(tree::from_json(&json).unwrap(), canonical, "{case}");
        seen += 1;
    }
    assert!(seen >= 8, "{seen} cases");
}

/// What the rules of a policy decide in its own tests.
fn decisions(root: &str, read: &remit_dsl::Read<'_>) -> Vec<(String, String, String)> {
    let compiled = remit_dsl::compile(root, read);
    let policy = compiled.policy.unwrap_or_else(|| panic!("{}", render::plain(&compiled.diagnostics)));
    let report = policy.run_tests(None);
    report.cases.into_iter().map(|case| (case.name, case.expected, case.actual)).collect()
}

#[test]
fn a_formatted_policy_decides_what_it_decided_before() {
    let folder = common::repository().join("policies");
    let read = common::folder(&folder);
    for path in shipped().iter().filter(|path| path.starts_with(&folder)) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let before = decisions(name, &read);
        for seed in 0..2 {
            // Every file of the policy, and those it imports, comes as a mess and is formatted.
            let mess = |file: &str| {
                let text = read(file)?;
                Ok(if file.ends_with(".remit") { trees::messy(&text, &mut trees::Dice(seed), 15) } else { text })
            };
            assert_eq!(decisions(name, &mess), before, "{name}");
            let cleaned = |file: &str| {
                let text = mess(file)?;
                Ok(if file.ends_with(".remit") { formatted(&text) } else { text })
            };
            assert_eq!(decisions(name, &cleaned), before, "{name}");
        }
    }
}

#[test]
fn a_mess_of_a_shipped_file_keeps_its_tree() {
    for path in shipped() {
        let text = std::fs::read_to_string(&path).unwrap();
        let tree = trees::without_comments(&tree::to_json(&text).unwrap());
        for seed in 0..3 {
            let messy = trees::messy(&text, &mut trees::Dice(seed), 20);
            let cleaned = formatted(&messy);
            assert_eq!(formatted(&cleaned), cleaned, "{}", path.display());
            assert_eq!(trees::only(&cleaned, true), trees::only(&messy, true), "{}", path.display());
            assert_eq!(trees::only(&cleaned, false), trees::only(&text, false), "{}", path.display());
            assert_eq!(trees::without_comments(&tree::to_json(&cleaned).unwrap()), tree, "{}", path.display());
        }
    }
}

#[test]
fn a_file_with_mistakes_is_refused_with_all_of_them() {
    let text = "remit 1\nguard a: aproval when contact.new\nundo 2m\nguard b: off when a and b or c\n";
    let found = format(text).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["R0001", "R0004"]);
    assert_eq!((found[0].at.line, found[0].at.file.as_str()), (2, "policy.remit"));
    assert!(format("guard a: off when contact.new").is_err(), "no version");
    assert_eq!(format(&" ".repeat(1 << 21)).unwrap_err()[0].code, "R0003");
}

/// A file may be small enough only because it is squeezed together.
#[test]
fn a_file_that_would_grow_too_large_is_refused() {
    let rows = "a send ".repeat(120_000);
    let found = format(&std::format!("remit 1\nactions {{ {rows} }}")).unwrap_err();
    assert_eq!(found[0].code, "R0003");
}
