//! `remit.lock`: what an import brings cannot change unseen.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::texts;
use remit_dsl::{Compiled, Severity, lock};

const ROOT: &str = "remit 1\npolicy shop\nimport \"std/sales\"\nimport \"./shared/baseline.remit\"\n";
const BASELINE: &str = "remit 1\nscript odd(message.text) -> yes/no { file \"odd.rhai\" budget 100 operations }\n\
                        guard strange: approval when script odd\n";
const SCRIPT: &str = "fn odd(text) { text.len > 3 }";

fn files<'a>(baseline: &'a str, script: &'a str, lock: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut files = vec![("shop.remit", ROOT), ("shared/baseline.remit", baseline), ("shared/odd.rhai", script)];
    if !lock.is_empty() {
        files.push((lock::FILE, lock));
    }
    files
}

fn compile(baseline: &str, script: &str, lock: &str) -> Compiled {
    remit_dsl::compile("shop.remit", &texts(&files(baseline, script, lock)))
}

fn locked() -> String {
    lock::update(None, &compile(BASELINE, SCRIPT, "").policy.unwrap()).unwrap()
}

/// Code, file and message of every error and of what is said about the lock.
fn findings(compiled: &Compiled) -> Vec<String> {
    let serious =
        compiled.diagnostics.iter().filter(|found| found.code.starts_with("R014") || found.severity == Severity::Error);
    serious.map(|found| format!("{} {}:{} {}", found.code, found.at.file, found.at.line, found.message)).collect()
}

#[test]
fn everything_that_imports_bring_is_pinned() {
    let lock = locked();
    let paths: Vec<&str> = lock.lines().filter(|line| line.starts_with("  ")).map(|line| &line[75..]).collect();
    assert_eq!(paths, ["shared/baseline.remit", "shared/odd.rhai", "std/base", "std/sales"], "{lock}");
    let compiled = compile(BASELINE, SCRIPT, &lock);
    assert_eq!(findings(&compiled), Vec::<String>::new());
    // The lock is kept with the policy and does not change what it is.
    let policy = compiled.policy.unwrap();
    assert_eq!(policy.files().get(lock::FILE), Some(&lock));
    assert_eq!(policy.digest(), compile(BASELINE, SCRIPT, "").policy.unwrap().digest());
}

#[test]
fn a_changed_import_or_its_script_stops_the_policy_and_is_named() {
    let lock = locked();
    let changed = compile("remit 1\n", SCRIPT, &lock);
    assert!(changed.policy.is_none());
    assert_eq!(
        findings(&changed),
        [
            "R0141 shop.remit:4 `shared/baseline.remit` is not what the lock pins: it has changed",
            "R0143 remit.lock:7 the lock pins `shared/odd.rhai`, which `shop.remit` does not import",
        ]
    );
    let hint = changed.diagnostics.iter().find(|found| found.code == "R0141").unwrap().hint.as_deref().unwrap();
    assert_eq!(hint, "look at what changed, then run `remit lock shop.remit`");
    let changed = compile(BASELINE, "fn odd(text) { false }", &lock);
    assert!(changed.policy.is_none());
    let expected = "R0141 shared/baseline.remit:2 `shared/odd.rhai` is not what the lock pins: it has changed";
    assert_eq!(findings(&changed), [expected]);
    // One letter of white space is a change.
    assert!(compile(&format!("{BASELINE} "), SCRIPT, &lock).policy.is_none());
}

#[test]
fn a_built_in_file_of_another_version_is_a_change_too() {
    let lock = locked();
    let line = lock.lines().find(|line| line.ends_with("  std/base")).unwrap();
    let other = lock.replace(line, &format!("  sha256:{}  std/base", "0".repeat(64)));
    let compiled = compile(BASELINE, SCRIPT, &other);
    assert_eq!(findings(&compiled), ["R0141 shop.remit:2 `std/base` is not what the lock pins: it has changed"]);
}

#[test]
fn an_import_that_is_not_pinned_is_an_error_and_a_pin_too_many_a_warning() {
    let lock = locked();
    let line = lock.lines().find(|line| line.ends_with("  std/sales")).unwrap();
    let without = compile(BASELINE, SCRIPT, &lock.replace(line, ""));
    assert!(without.policy.is_none());
    assert_eq!(findings(&without), ["R0142 shop.remit:3 `std/sales` is not in the lock"]);
    let more = compile(BASELINE, SCRIPT, &lock.replace(line, &format!("{line}\n{}", line.replace("sales", "privacy"))));
    assert!(more.policy.is_some());
    let expected = "R0143 remit.lock:10 the lock pins `std/privacy`, which `shop.remit` does not import";
    assert_eq!(findings(&more), [expected]);
}

#[test]
fn a_policy_that_imports_needs_a_section_where_there_is_a_lock() {
    let other = locked().replace("shop.remit", "other.remit");
    let compiled = compile(BASELINE, SCRIPT, &other);
    assert!(compiled.policy.is_none());
    assert_eq!(findings(&compiled).len(), 4, "each of what it imports: {:?}", findings(&compiled));
    // Without any import there is nothing to pin.
    let alone = [("alone.remit", "remit 1\npolicy alone\n"), (lock::FILE, other.as_str())];
    assert!(remit_dsl::compile("alone.remit", &texts(&alone)).policy.is_some());
}

#[test]
fn each_policy_of_a_folder_has_a_section_of_its_own() {
    let first = locked();
    let second = remit_dsl::compile("a.remit", &texts(&[("a.remit", "remit 1\nimport \"std/privacy\"\n")]));
    let both = lock::update(Some(&first), &second.policy.unwrap()).unwrap();
    assert!(both.find("\na.remit\n") < both.find("\nshop.remit\n"), "{both}");
    let again = lock::update(Some(&both), &compile(BASELINE, SCRIPT, &both).policy.unwrap()).unwrap();
    assert_eq!(both, again, "writing it again changes nothing");
}

#[test]
fn a_lock_that_cannot_be_read_stops_the_policy() {
    let good = locked();
    for (bad, line) in [
        (" ".to_owned(), 1),
        ("remit lock 2\n".to_owned(), 1),
        (good.replace("remit lock 1\n", ""), 4),
        (good.replace("\nshop.remit\n", "\n"), 5),
        (good.replace("sha256:", "sha1:"), 6),
        (good.replace("  std/base", ""), 8),
        (format!("{good}\nshop.remit\n"), 11),
        (good.replace("shared/odd.rhai", "std/base"), 8),
    ] {
        let compiled = compile(BASELINE, SCRIPT, &bad);
        assert!(compiled.policy.is_none(), "{bad}");
        let found: Vec<_> = compiled.diagnostics.iter().filter(|found| found.code == "R0140").collect();
        assert_eq!(found.len(), 1, "{bad}");
        assert_eq!((found[0].at.file.as_str(), found[0].at.line), (lock::FILE, line), "{bad}");
        let policy = compile(BASELINE, SCRIPT, "").policy.unwrap();
        assert_eq!(lock::update(Some(&bad), &policy).unwrap_err().line, line as usize);
    }
}

/// The page of R0143 shows a whole lock, so it holds the digest of `std/base`. `UPDATE=1` writes it anew.
#[test]
fn the_page_about_a_pin_too_many_pins_std_base_as_it_is() {
    let compiled = remit_dsl::compile("example.remit", &texts(&[("example.remit", "remit 1\n")]));
    let digest = compiled.policy.unwrap().pins().iter().find(|pin| pin.path == "std/base").unwrap().digest.clone();
    let path = common::repository().join("dsl/codes/R0143.md");
    let mut page = std::fs::read_to_string(&path).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let old = page.lines().find_map(|line| line.trim().strip_suffix("  std/base")).unwrap().to_owned();
        page = page.replace(&old, &digest);
        std::fs::write(&path, &page).unwrap();
    }
    assert!(page.contains(&format!("  {digest}  std/base\n")), "run this test with UPDATE=1");
}
