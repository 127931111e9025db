//! House rules as tests: each failure names the file, the line and the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use remit_tests::{root, shared};
use sha2::{Digest, Sha256};

/// Folders that are nobody's work: built, fetched or private.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "remit-data", ".git", ".insta"];
/// Code of others, kept as it came.
const VENDORED: [&str; 1] = ["api/web/vendor/"];
/// Longest file of Rust code, in lines.
const LONGEST: usize = 520;
/// A text file of the repository. Paths are relative to the root, with `/`.
struct File {
    path: String,
    text: String,
}

impl File {
    fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Lines of code with their numbers: without comments, as far as a reader of single lines can tell.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().filter_map(|(index, line)| {
            let code = line.split_once("//").map_or(line, |(code, _)| code);
            (!code.trim().is_empty()).then_some((index + 1, code))
        })
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().unwrap().is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(&entry.path(), found);
            }
        } else {
            found.push(entry.path());
        }
    }
}

fn paths() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    let relative = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    let mut found: Vec<_> = found.into_iter().map(|path| (relative(&path), path)).collect();
    found.retain(|(path, _)| !VENDORED.iter().any(|folder| path.starts_with(folder)) && path != ".git");
    found.sort();
    found
}

/// Every file that is UTF-8 text.
fn files() -> Vec<File> {
    let read = |(path, full): (String, PathBuf)| Some(File { path, text: fs::read_to_string(full).ok()? });
    paths().into_iter().filter_map(read).collect()
}

/// Fails with every finding on a line of its own.
#[track_caller]
fn none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}\n  {}\n", found.join("\n  "));
}

/// Lines of code in these files that this pattern finds.
fn lines_with(pattern: &str, concerns: impl Fn(&File) -> bool) -> Vec<String> {
    let pattern = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for file in files().iter().filter(|file| file.is_rust() && concerns(file)) {
        for (number, line) in file.code().filter(|(_, line)| pattern.is_match(line)) {
            found.push(format!("{}:{number}: {}", file.path, line.trim()));
        }
    }
    found
}

#[test]
fn only_the_queue_names_apalis() {
    let found = lines_with(r"\bapalis(_core)?\b", |file| {
        file.path != "engine/src/queue.rs" && !file.is_in(&["tests/it/tidy.rs", "bench/"])
    });
    none("apalis executes, and only engine/src/queue.rs knows it:", &found);
}

#[test]
fn only_the_store_and_the_harness_name_sqlx() {
    let found = lines_with(r"\b(sqlx|rusqlite)\b", |file| {
        !file.is_in(&[
            "engine/src/store/",
            "tests/src/",
            "tests/it/store/",
            "tests/it/crash",
            "tests/it/tidy.rs",
            "bench/",
        ])
    });
    none("SQL lives in engine/src/store:", &found);
}

#[test]
fn only_the_api_names_sockets_command_line_and_environment() {
    let found =
        lines_with(r"\b(axum|clap|utoipa)\b|\bstd::env\b|\benv::var", |file| file.is_in(&["dsl/src/", "engine/src/"]));
    none("only api speaks HTTP, has a command line, and reads the environment:", &found);
}

#[test]
fn the_decision_core_is_pure() {
    let decide = |file: &File| file.is_in(&["engine/src/decide/"]);
    none("deciding is a function call, it waits for nothing:", &lines_with(r"\basync\b|\.await\b", decide));
    let imports = r"\b(crate|super::super)::(stages|queue|engine|store::Db|adapters)\b|\b(tokio|sqlx|apalis|futures_util|rand)\b|\bstd::(fs|net|thread|process|io|time::(SystemTime|Instant))\b";
    none("engine/src/decide takes values and gives values:", &lines_with(imports, decide));
    assert!(files().iter().any(decide), "the decision core moved: this rule guards nothing");
}

#[test]
fn whether_something_may_be_sent_is_decided_in_one_place() {
    let found = lines_with(r"\bpolicy\.decide\(|\bPolicy::decide\b", |file| {
        file.is_in(&["engine/src/", "api/src/"]) && !file.is_in(&["engine/src/decide/"])
    });
    none("only engine/src/decide asks the policy:", &found);
}

#[test]
fn the_language_depends_on_nothing_that_reaches_outside() {
    let manifest = fs::read_to_string(root().join("dsl/Cargo.toml")).unwrap();
    let dependencies = manifest.split_once("[dependencies]").expect("dsl has dependencies").1;
    let outside =
        ["tokio", "sqlx", "axum", "reqwest", "hyper", "apalis", "lettre", "rand", "remit-engine", "remit-api"];
    let named = |name: &&&str| Regex::new(&format!(r"(?m)^{name}\b")).unwrap().is_match(dependencies);
    let found: Vec<_> = outside.iter().filter(named).map(|name| format!("dsl/Cargo.toml: {name}")).collect();
    none("dsl is text in, verdicts out:", &found);
    none("dsl does not wait:", &lines_with(r"\basync fn\b|\.await\b", |file| file.is_in(&["dsl/src/"])));
}

#[test]
fn only_the_clock_asks_the_machine_for_the_time() {
    let pattern = r"\bSystemTime::now\(|\b(Timestamp|Zoned)::now\(|\bUuid::(now_v7|new_v4)\(";
    let found = lines_with(pattern, |file| {
        file.is_in(&["dsl/src/", "engine/src/", "api/src/"]) && file.path != "engine/src/clock.rs"
    });
    none("the time and ids are arguments (`Clock`, `Ids`):", &found);
}

#[test]
fn every_statement_is_text_in_a_file() {
    let found = lines_with(r"\bAssertSqlSafe\b", |file| file.is_in(&["dsl/src/", "engine/src/", "api/src/"]));
    none("statements stand in engine/src/store/sql, where a test prepares each on both databases:", &found);
}

#[test]
fn no_file_is_too_long_to_read() {
    let files = files();
    let count = |file: &File| file.text.lines().count();
    let long = files.iter().filter(|file| file.is_rust() && count(file) > LONGEST);
    let found: Vec<_> = long.map(|file| format!("{}: {} lines", file.path, count(file))).collect();
    none(&format!("a file of Rust code has at most {LONGEST} lines; split it by what it is about:"), &found);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file passes its own rule.
    let words = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|parts| parts.concat()).join("|");
    let pattern = Regex::new(&format!(r"\b({words})\b|\b(todo|unimplemented)!\(")).unwrap();
    let (mut found, tidy) = (Vec::new(), "tests/it/tidy.rs");
    for file in files().iter().filter(|file| file.path != "Cargo.lock" && file.path != tidy) {
        for (index, line) in file.text.lines().enumerate().filter(|(_, line)| pattern.is_match(line)) {
            found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
        }
    }
    none("do it, or write an issue:", &found);
}

#[test]
fn a_test_that_is_left_out_says_why() {
    none(
        "write #[ignore = \"why, and how to run it\"]:",
        &lines_with(r"#\[ignore\]", |file| file.path != "tests/it/tidy.rs"),
    );
}

#[test]
fn the_project_speaks_only_of_itself() {
    let words =
        [["/wo", "rk/"], ["helper", " session"], ["AI", " assistant"], ["/ro", "ot/"]].map(|parts| parts.concat());
    let mut found = Vec::new();
    for file in files() {
        for (index, line) in file.text.lines().enumerate() {
            let small = line.to_lowercase();
            if let Some(word) = words.iter().find(|word| small.contains(&word.to_lowercase())) {
                found.push(format!("{}:{}: `{word}` in: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    none("no word about where and with what it was written:", &found);
}

/// Policies that only others import: those prove them.
const IMPORTED: [&str; 1] = ["company-baseline.remit"];

fn policies() -> Vec<(String, String)> {
    let in_folder = |file: File| {
        let name = file.path.strip_prefix("policies/")?.strip_suffix(".remit")?;
        (!name.contains('/')).then(|| (format!("{name}.remit"), file.text.clone()))
    };
    files().into_iter().filter_map(in_folder).collect()
}

#[test]
fn every_policy_is_listed_and_has_tests() {
    let readme = fs::read_to_string(root().join("policies/README.md")).unwrap();
    let is_test = Regex::new(r"(?m)^(test|cases) ").unwrap();
    let policies = policies();
    assert!(policies.len() >= 4, "the policies moved: this rule guards nothing");
    let mut found = Vec::new();
    for (name, text) in &policies {
        if !readme.contains(&format!("| `{name}` |")) {
            found.push(format!("policies/{name} has no row in policies/README.md"));
        }
        let importers = policies.iter().filter(|(_, other)| other.contains(&format!("import \"./{name}\""))).count();
        let tested_by_its_importers = IMPORTED.contains(&name.as_str()) && importers > 0;
        if !is_test.is_match(text) && !tested_by_its_importers {
            found.push(format!("policies/{name} has no `test` and no `cases`"));
        }
    }
    none("a policy is text under test:", &found);
}

#[test]
fn the_policies_in_the_binary_are_whole() {
    let source = fs::read_to_string(root().join("api/src/cli/policy.rs")).unwrap();
    let listed = source.split_once("files![\n").and_then(|(_, rest)| rest.split_once(']')).expect("the list").0;
    let listed: BTreeSet<_> =
        Regex::new("\"([^\"]+)\"").unwrap().captures_iter(listed).map(|found| found[1].to_owned()).collect();
    let needs = Regex::new(r#"import\s+"\./([^"]+)"|\bdraft\s+template\s+(\w+)|\bscript\s+"\.?/?([^"]+)""#).unwrap();
    let mut found = Vec::new();
    for name in &listed {
        let Ok(text) = fs::read_to_string(root().join("policies").join(name)) else {
            found.push(format!("policies/{name} does not exist"));
            continue;
        };
        if !name.ends_with(".remit") {
            continue;
        }
        for needed in needs.captures_iter(&text) {
            let template = needed.get(2).map(|name| format!("templates/{}.jinja", name.as_str()));
            let file = needed.get(1).or(needed.get(3)).map(|path| path.as_str().to_owned());
            let needed = template.or(file).unwrap();
            if !listed.contains(&needed) {
                found.push(format!("{name} needs {needed}, which is not listed"));
            }
        }
    }
    none("api/src/cli/policy.rs lists what the binary carries:", &found);
    assert!(listed.contains("starter.remit") && listed.contains("default.remit"), "{listed:?}");
}

#[test]
fn every_fixture_is_our_own() {
    let Some(theirs) = shared("tidy::every_fixture_is_our_own", "fixtures") else { return };
    let hash = |path: &Path| Sha256::digest(fs::read(path).unwrap());
    let mut others = Vec::new();
    walk(&theirs, &mut others);
    let others: BTreeMap<_, _> = others.iter().map(|path| (hash(path), path)).collect();
    let is_theirs =
        |path: &Path| fs::metadata(path).is_ok_and(|file| file.len() > 0) && others.contains_key(&hash(path));
    let found: Vec<_> = paths()
        .into_iter()
        .filter(|(_, full)| is_theirs(full))
        .map(|(path, full)| format!("{path} = {:?}", others[&hash(&full)]))
        .collect();
    none("fixtures are written here, never copied:", &found);
}

#[test]
fn versions_stand_in_the_workspace_table() {
    let version = Regex::new(r#"^[\w-]+\s*=\s*"[=^~<>*\d]|\bversion\s*=\s*""#).unwrap();
    let elsewhere = Regex::new(r"\b(path|git)\s*=").unwrap();
    let mut found = Vec::new();
    // The fuzz targets are apart from the workspace: they need another compiler.
    for file in files().iter().filter(|file| file.path.ends_with("/Cargo.toml") && !file.is_in(&["dsl/fuzz/"])) {
        let mut section = "";
        for (index, line) in file.text.lines().enumerate() {
            if line.starts_with('[') {
                section = line;
            }
            let outside = section.contains("dependencies") && elsewhere.is_match(line);
            if version.is_match(line) || outside {
                found.push(format!("{}:{}: {line}", file.path, index + 1));
            }
        }
    }
    none("write `{ workspace = true }`; the version goes into the root's Cargo.toml:", &found);
}

#[test]
fn every_crate_obeys_the_workspace_lints() {
    let member = |file: &File| file.path.ends_with("/Cargo.toml") && !file.is_in(&["dsl/fuzz/"]);
    let lax = files().into_iter().filter(|file| member(file) && !file.text.contains("[lints]\nworkspace = true"));
    none("a crate needs `[lints] workspace = true`:", &lax.map(|file| file.path).collect::<Vec<_>>());
}
