//! The corpora of the fuzz targets, and what a few slips make of them, through the functions that the targets call.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

mod common;
#[path = "common/fuzz.rs"]
mod fuzz;

use std::path::{Path, PathBuf};

use common::generate::Dice;

/// Damaged copies of each file.
const SLIPS: usize = 60;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Cuts, doubles, swaps or changes bytes in one to three places.
fn damaged(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + dice.throw(3) {
        let length = bytes.len();
        let (at, run) = (dice.throw(length + 1), 1 + dice.throw(12));
        let end = (at + run).min(length);
        match dice.throw(4) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            2 if at < length => bytes[at] = b" \n\"{}()#,:@\\|-.<>=%01aZ\xC3\xFF"[dice.throw(25)],
            _ if length > 1 => bytes.swap(at.min(length - 1), dice.throw(length)),
            _ => {}
        }
    }
    bytes
}

/// Runs every file of the folders and damaged copies of each; gives how many inputs that were.
fn run(folders: &[&str], target: fn(&[u8])) -> usize {
    let mut inputs = 0;
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let bytes = std::fs::read(&path).unwrap();
        target(&bytes);
        let mut dice = Dice(bytes.len() as u64);
        for _ in 0..SLIPS {
            target(&damaged(&bytes, &mut dice));
        }
        inputs += 1 + SLIPS;
    }
    println!("{inputs} inputs");
    inputs
}

#[test]
fn parser() {
    assert!(run(&["corpus/fuzz/parser", "corpus/syntax", "corpus/types", "accepts"], fuzz::parser) > 1_000);
}

#[test]
fn formatter() {
    assert!(run(&["corpus/fuzz/formatter", "corpus/fuzz/parser", "corpus/fmt"], fuzz::formatter) > 500);
}

#[test]
fn evaluator() {
    assert!(run(&["corpus/fuzz/evaluator"], fuzz::evaluator) > 200);
}

#[test]
fn import() {
    assert!(run(&["corpus/fuzz/import"], fuzz::import) > 200);
    let tree = |path: &PathBuf| remit_dsl::tree::to_json(&std::fs::read_to_string(path).unwrap()).ok();
    let mut dice = Dice(1);
    for tree in files("corpus/fmt").iter().filter_map(tree) {
        let bytes = serde_json::to_vec(&tree).unwrap();
        fuzz::import(&bytes);
        (0..SLIPS).for_each(|_| fuzz::import(&damaged(&bytes, &mut dice)));
    }
}

/// A seed that is passed over tests nothing.
#[test]
fn every_seed_of_the_evaluator_is_decided() {
    for path in files("corpus/fuzz/evaluator") {
        let text = std::fs::read_to_string(&path).unwrap();
        let (policy, facts) = text.split_once("\n---\n").unwrap_or_else(|| panic!("{}", path.display()));
        assert!(common::compile(policy).policy.is_some(), "{}", path.display());
        serde_json::from_str::<remit_dsl::Facts>(facts).unwrap();
    }
}

/// The targets that need a nightly compiler are the functions that are called here.
#[test]
fn every_target_has_a_corpus_and_calls_what_is_tested_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let targets = files("../fuzz/fuzz_targets");
    let names: Vec<&str> = targets.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["evaluator", "formatter", "import", "parser"]);
    for (name, path) in names.iter().zip(&targets) {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(&format!("fuzz_target!(|bytes: &[u8]| fuzz::{name}(bytes));")), "{text}");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n")), "{name}");
        assert!(files(&format!("corpus/fuzz/{name}")).len() >= 4, "{name}");
    }
}
