//! The pages of the codes: complete, true to what the checker does, and found by their names.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use remit_dsl::codes::{self, CODES, Code, ExampleFile};
use sha2::{Digest as _, Sha256};

use remit_dsl::{CompileOptions, Compiled, Severity, compile_with};

fn check(files: &[ExampleFile]) -> Compiled {
    let today = files[0].today.map(|day| day.parse().unwrap());
    let read = |name: &str| {
        let file = files.iter().find(|file| file.name.unwrap_or("example.remit") == name);
        file.map(|file| pinned(file.text)).ok_or_else(|| "there is no such file".to_owned())
    };
    compile_with("example.remit", &read, &CompileOptions { today })
}

/// A lock of an example, with the digest that `std/base` has today: the page need not change with it.
fn pinned(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix("  std/base\n") {
        Some(_) => {
            let digits = Sha256::digest(include_str!("../std/base.remit"));
            let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("  sha256:{digits}  std/base\n")
        }
        None => line.to_owned(),
    });
    lines.collect()
}

/// Only a file of more than a mebibyte, or a very hard one, can show the first two; the last one comes from running the
/// cases (`coverage.rs`).
fn can_be_shown(code: &Code) -> bool {
    !["R0003", "R0404", "R0501"].contains(&code.code)
}

#[test]
fn every_wrong_example_is_found_and_shows_nothing_worse() {
    for code in CODES.iter().filter(|code| can_be_shown(code)) {
        let files = code.wrong();
        assert!(!files.is_empty(), "{} has no wrong example", code.code);
        let found = check(&files).diagnostics;
        let text = remit_dsl::render::plain(&found);
        assert!(found.iter().any(|one| one.code == code.code), "{} is not found:\n{text}", code.code);
        assert!(found.iter().all(|one| one.severity <= code.severity), "{} shows something worse:\n{text}", code.code);
        assert!(
            found.iter().all(|one| one.code == code.code || one.severity == Severity::Note),
            "{}:\n{text}",
            code.code
        );
    }
}

#[test]
fn every_right_example_is_without_errors_and_warnings() {
    for code in CODES {
        let files = code.right();
        assert!(!files.is_empty(), "{} has no right example", code.code);
        let found = check(&files).diagnostics;
        let text = remit_dsl::render::plain(&found);
        assert!(
            found.iter().all(|one| one.code != code.code && one.severity == Severity::Note),
            "{}:\n{text}",
            code.code
        );
    }
}

#[test]
fn every_page_is_whole() {
    for code in CODES {
        let page = codes::page(code.code).unwrap();
        assert!(page.starts_with(&format!("# {}: ", code.code)), "{page}");
        let sections =
            ["\n## Why it matters\n", "\n## Wrong\n", "\n## Right\n", "\n## What to do\n", "\n## How to silence it\n"];
        let places: Vec<usize> = sections.iter().map(|section| page.find(section).unwrap()).collect();
        assert!(places.is_sorted(), "{page}");
        assert!(!code.meaning().ends_with('.') && !code.cure().is_empty(), "{page}");
    }
}

#[test]
fn codes_are_sorted_and_a_mistyped_one_is_recognised() {
    assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    for written in ["R0101", "r0101", "R101", "101", "0101", " R0101 "] {
        assert_eq!(codes::did_you_mean(written), Some("R0101"), "{written}");
    }
    assert_eq!(codes::page("R9999"), None);
    assert_eq!(codes::did_you_mean("R9999"), None);
    assert_eq!(codes::did_you_mean("R0127"), Some("R0107"));
    assert_eq!(codes::did_you_mean("nonsense"), None);
}
