//! Two types of one name become one schema, the one that is registered last, for both: no two may share a name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::contract::document;

/// Names of schemas that types of a source file make, and where each stands.
fn schema_names(file: &str, source: &str) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let mut is_schema = false;
    for (number, line) in source.lines().enumerate() {
        let text = line.trim();
        if text.starts_with("#[derive(") {
            is_schema = text.contains("ToSchema");
            continue;
        }
        let place = format!("{file}:{}", number + 1);
        // `ConversationPage of Conversation` in `page!`.
        if let Some((name, _)) =
            text.split_once(" of ").filter(|(name, _)| name.ends_with("Page") && !name.contains(' '))
        {
            names.push((name.to_owned(), place));
            continue;
        }
        // A type whose schema is written by hand.
        if let Some(name) = text.strip_prefix("impl ToSchema for ") {
            names.push((name.trim_end_matches(" {").to_owned(), place));
            continue;
        }
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let at = words.iter().position(|word| matches!(*word, "struct" | "enum"));
        if let Some(name) = at.and_then(|at| words.get(at + 1)).filter(|_| !text.starts_with("//")) {
            if is_schema {
                names.push(((*name).to_owned(), place));
            }
            is_schema = false;
        }
    }
    names
}

fn twice(names: Vec<(String, String)>) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, place) in names {
        places.entry(name).or_default().push(place);
    }
    let shared = places.into_iter().filter(|(_, places)| places.len() > 1);
    shared.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect()
}

#[test]
fn no_two_types_share_the_name_of_a_schema() {
    fn walk(folder: &Path, names: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, names);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                names.extend(schema_names(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut names = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
    assert!(names.len() > 150, "{}", names.len());
    // The scan sees what the document has.
    let known: BTreeSet<&String> = names.iter().map(|(name, _)| name).collect();
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let unseen: Vec<&String> = schemas.keys().filter(|name| !known.contains(name)).collect();
    assert!(unseen.is_empty(), "where do these come from? {unseen:?}");
    assert_eq!(twice(names), Vec::<String>::new());
}

#[test]
fn a_shared_name_is_found_wherever_it_stands() {
    let one = "#[derive(Debug, ToSchema)]\n#[serde(deny_unknown_fields)]\npub(crate) struct Merge {\n}\n";
    let two = "page! {\n    /// A page.\n    TagPage of Tag\n}\n#[derive(ToSchema, Debug)]\nenum TagPage { A }\n";
    let plain = "#[derive(Debug)]\nstruct Merge;\n#[derive(Debug)]\nenum Merge {}\n";
    let of = |files: &[&str]| twice(files.iter().flat_map(|source| schema_names("a.rs", source)).collect());
    assert_eq!(of(&[one, plain]), Vec::<String>::new());
    assert_eq!(of(&[one, one]), ["Merge: a.rs:3, a.rs:3"]);
    assert_eq!(of(&[two]), ["TagPage: a.rs:3, a.rs:6"]);
}
