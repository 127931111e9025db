//! The formatter: what it makes of messy files, and that it loses nothing.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

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
