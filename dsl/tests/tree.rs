//! The tree as JSON: there and back, what is refused, and that nothing slips in.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod trees;

use std::path::Path;

use proptest::prelude::*;
use remit_dsl::format::format;
use remit_dsl::tree::{TreeError, from_json, schema, to_json};
use serde_json::{Value, json};
use trees::{Dice, Trees, comments_in, damaged, messy, only, without_comments};

fn beside(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Says what is wrong with a text that cannot be read.
fn read(text: &str) -> Value {
    to_json(text).unwrap_or_else(|found| panic!("{}\n{text}", remit_dsl::render::plain(&found)))
}

/// `PROPTEST_CASES` makes it more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(100)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_that_fits_the_schema_is_written_and_read_again(seed: u64) {
        let mut trees = Trees::new();
        let tree = trees.tree(&mut Dice(seed));
        let text = from_json(&tree).unwrap_or_else(|error| panic!("{error}\n{tree:#}"));
        prop_assert_eq!(&format(&text).unwrap(), &text);
        let again = read(&text);
        prop_assert_eq!(without_comments(&again), without_comments(&tree));
        prop_assert_eq!(comments_in(&again), comments_in(&tree));
        prop_assert_eq!(from_json(&again).unwrap(), text);
    }

    #[test]
    fn formatting_keeps_every_token_and_every_comment(seed: u64) {
        let mut dice = Dice(seed);
        let mut trees = Trees::new();
        let text = from_json(&trees.tree(&mut dice)).unwrap();
        let messy = messy(&text, &mut dice, 9);
        let formatted = format(&messy).unwrap_or_else(|found| panic!("{}\n{messy}", remit_dsl::render::plain(&found)));
        prop_assert_eq!(&format(&formatted).unwrap(), &formatted, "\n{}", messy);
        prop_assert_eq!(only(&formatted, false), only(&messy, false), "\n{}", messy);
        prop_assert_eq!(only(&formatted, true), only(&messy, true), "\n{}", messy);
        prop_assert_eq!(without_comments(&read(&formatted)), without_comments(&read(&text)));
        prop_assert_eq!(from_json(&read(&messy)).unwrap(), formatted);
    }

    /// Names that are words of the language elsewhere: written so that they are read as the same tree, or refused.
    #[test]
    fn no_name_changes_what_is_read(seed: u64) {
        let mut trees = Trees::new();
        trees.tricky = true;
        let tree = trees.tree(&mut Dice(seed));
        match from_json(&tree) {
            Ok(text) => prop_assert_eq!(without_comments(&read(&text)), without_comments(&tree)),
            Err(error) => prop_assert!(matches!(error, TreeError::NotWritable { .. }), "{}", error),
        }
    }

    #[test]
    fn damaged_trees_are_refused_or_mean_what_they_say(seed: u64) {
        let mut dice = Dice(seed);
        let mut trees = Trees::new();
        let mut tree = trees.tree(&mut dice);
        for _ in 0..1 + dice.below(3) {
            tree = damaged(&tree, &mut dice);
        }
        if let Ok(text) = from_json(&tree) {
            prop_assert_eq!(&format(&text).unwrap(), &text);
            prop_assert_eq!(without_comments(&read(&text)), without_comments(&tree), "\n{}", text);
            prop_assert_eq!(comments_in(&read(&text)), comments_in(&tree));
        }
    }

    #[test]
    fn any_bytes_are_formatted_or_refused(text in any::<String>(), seed: u64) {
        let _ = format(&text);
        // Mistakes in a file that is nearly right reach further into the formatter.
        let mut dice = Dice(seed);
        let mut near: Vec<char> = include_str!("accepts/everything.remit").chars().collect();
        for _ in 0..1 + dice.below(4) {
            let at = dice.below(near.len());
            match dice.below(3) {
                0 => { near.remove(at); }
                1 => near.insert(at, *dice.pick(&[&'"', &'#', &'\n', &'{', &'}', &'(', &'\\', &'@', &'\u{FEFF}'])),
                _ => near.swap(at, 0),
            }
        }
        let near: String = near.into_iter().collect();
        if let Ok(formatted) = format(&near) {
            prop_assert_eq!(&format(&formatted).unwrap(), &formatted);
            prop_assert_eq!(only(&formatted, true), only(&near, true));
        }
    }
}

#[test]
fn the_generator_reaches_every_part_of_the_schema() {
    let mut trees = Trees::new();
    for seed in 0..1500 {
        trees.tree(&mut Dice(seed * 7919));
    }
    let missing: Vec<_> = trees.all_parts().difference(&trees.seen).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let kinds = trees.all_parts().iter().filter(|part| part.starts_with("item_") && part.ends_with(".item")).count();
    assert_eq!(kinds, 30, "an item kind came or went: look at the generator");
}

/// What a person who edits JSON is told.
#[test]
fn a_refusal_names_the_place_and_what_belongs_there() {
    let guard = |change: &dyn Fn(&mut Value)| {
        let mut tree = json!({
            "version": 1,
            "header": {"language": "1"},
            "items": [{
                "item": "guard", "name": "g", "outcome": "approval",
                "when": {"all": [{"fact": "contact.new"}, {"is": {"fact": "channel", "name": "email"}}]},
            }],
        });
        assert!(from_json(&tree).is_ok());
        change(&mut tree);
        from_json(&tree).unwrap_err().to_string()
    };
    let said = [
        guard(&|tree| tree["items"][0]["whne"] = json!(1)),
        guard(&|tree| tree["items"][0]["item"] = json!("gaurd")),
        guard(&|tree| tree["items"][0]["name"] = json!("when")),
        guard(&|tree| tree["items"][0]["name"] = json!("a b: send when c\nguard d")),
        guard(&|tree| tree["items"][0]["outcome"] = json!("allow")),
        guard(&|tree| tree["items"][0]["outcome"] = json!({"hold_for": 5})),
        guard(&|tree| tree["items"][0]["because"] = json!("two\nlines")),
        guard(&|tree| tree["items"][0]["above"] = json!(["no hash"])),
        guard(&|tree| tree["items"][0]["when"]["all"] = json!([{"fact": "contact.new"}])),
        guard(&|tree| tree["items"][0]["when"]["all"][1]["is"]["nmae"] = json!("x")),
        guard(&|tree| tree["items"][0]["when"]["any"] = json!([])),
        guard(&|tree| tree["items"][0]["when"] = json!("contact.new")),
        guard(&|tree| tree["items"][0]["when"] = json!({})),
        guard(&|tree| {
            tree["items"][0].as_object_mut().unwrap().remove("outcome");
        }),
        guard(&|tree| tree["items"][0]["annotations"] = json!([{"tag": "allow", "reason": "why"}])),
        guard(&|tree| tree["version"] = json!(2)),
        guard(&|tree| tree["header"]["language"] = json!("2")),
        guard(&|tree| *tree = json!([])),
    ];
    insta::assert_snapshot!("tree_refusals", said.join("\n"));
}

#[test]
fn size_and_depth_are_bounded() {
    let policy = |when: Value| {
        json!({"version": 1, "header": {"language": "1"},
               "items": [{"item": "guard", "name": "g", "outcome": "off", "when": when}]})
    };
    let nested = |depth: usize| {
        let fact = json!({"fact": "contact.new"});
        policy((0..depth).fold(fact.clone(), |inner, level| {
            let key = if level % 2 == 0 { "all" } else { "any" };
            json!({key: [inner, fact]})
        }))
    };
    assert!(from_json(&nested(32)).is_ok());
    assert!(matches!(from_json(&nested(40)), Err(TreeError::NotWritable { .. })));
    assert_eq!(from_json(&nested(200)), Err(TreeError::TooDeep));
    let mut many = policy(json!({"fact": "contact.new"}));
    many["items"] = (0..45_000).map(|_| many["items"][0].clone()).collect();
    assert!(matches!(from_json(&many), Err(TreeError::TooLarge { .. })));
    // One long name among many rows: columns must not multiply its length.
    let long = "a".repeat(400_000);
    let rows: Vec<Value> = (0..20_000).map(|_| json!({"action": "b", "outcome": "send"})).collect();
    let rows: Vec<Value> = std::iter::once(json!({"action": long, "outcome": "send"})).chain(rows).collect();
    let wide = json!({"version": 1, "header": {"language": "1"}, "items": [{"item": "actions", "rows": rows}]});
    assert!(from_json(&wide).unwrap().len() < 1 << 20);
}

/// What a form in a browser does: one value changes, and one line of the text.
#[test]
fn one_change_in_the_tree_is_one_line_in_the_text() {
    let text = std::fs::read_to_string(common::repository().join("policies/default.remit")).unwrap();
    let mut tree = read(&text);
    let items = tree["items"].as_array_mut().unwrap();
    let thanks = items.iter_mut().find(|item| item["item"] == "intent" && item["name"] == "thanks").unwrap();
    assert_eq!(thanks["replies"][0]["bands"][0], json!({"outcome": "send", "from": "0.60"}));
    thanks["replies"][0]["bands"][0]["from"] = json!("75%");
    let changed = from_json(&tree).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(&text), lines(&changed));
    assert_eq!(before.len(), after.len());
    let differ: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
    let expected =
        ("  reply send from 0.60, else approval".to_owned(), "  reply send from 75%, else approval".to_owned());
    assert_eq!(differ, [(&expected.0, &expected.1)]);
}

/// Large texts, each with one thing in abundance: formatted or refused, in time that grows with their size.
#[test]
fn large_files_are_no_trouble() {
    let brackets = std::format!("{}contact.new{}", "(".repeat(32), ")".repeat(32));
    let kinds = [
        "# comment\n".repeat(60_000),
        "\n".repeat(1_000_000),
        std::format!("guard a: off when a {}", "and b # c\n".repeat(20_000)),
        std::format!("guard a: off when {}", "not ".repeat(100_000) + "a"),
        std::format!("guard a: off when {}", vec![brackets; 2_000].join(" and ")),
        std::format!("guard a: off when channel in [{}b]", "a, ".repeat(60_000)),
        std::format!("detector d on message {{ words {}\"b\" }}", "\"a\", ".repeat(60_000)),
        std::format!("risk {{ {} when b }}", "a".repeat(900_000)),
        std::format!("intent i {{ examples {{ {} }} }}", "\"\" ".repeat(60_000)),
        "undo 2m ".repeat(30_000),
        "@a ".repeat(60_000) + "undo 2m",
        std::format!("policy p \"{}\"", "\\\"".repeat(400_000)),
    ];
    for text in kinds {
        let text = std::format!("remit 1\n{text}");
        if let Ok(formatted) = remit_dsl::format::format(&text) {
            assert_eq!(remit_dsl::format::format(&formatted).as_ref(), Ok(&formatted), "{}", &text[..40]);
        }
    }
}

#[test]
fn the_shipped_schema_is_the_schema() {
    let path = beside("tree.schema.json");
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, made).unwrap();
    } else {
        assert_eq!(std::fs::read_to_string(&path).unwrap(), made, "run the tests with UPDATE=1");
    }
}

/// The keys of every part, made from the schema.
fn keys() -> String {
    let schema = schema();
    let definitions = schema["$defs"].as_object().unwrap();
    let (items, parts): (Vec<_>, Vec<_>) = definitions.iter().partition(|(name, _)| name.starts_with("item_"));
    let mut text = String::from("\n### Items\n\nEach has `above?`, `annotations?` and `beside?` as well.\n\n");
    for (name, schema) in items {
        let common = ["above", "annotations", "beside", "item"];
        text += &format_line(name.strip_prefix("item_").unwrap(), &shape(schema, &common));
    }
    text += "\n### Parts\n\n";
    for (name, schema) in parts.into_iter().filter(|(name, _)| *name != "item") {
        match name.strip_suffix("_row").filter(|base| definitions.contains_key(*base)) {
            Some(base) => {
                text += &format_line(name, &std::format!("{base}, with `above`? list of comment, `beside`? comment"))
            }
            None => text += &format_line(name, &shape(schema, &[])),
        }
    }
    text
}

fn format_line(name: &str, shape: &str) -> String {
    std::format!("* **{name}**: {shape}\n")
}

fn shape(schema: &Value, without: &[&str]) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap().to_owned();
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|word| std::format!("`{word}`")).collect();
        return words.join(" | ");
    }
    match schema["type"].as_str() {
        Some("string") => schema["description"].as_str().unwrap().to_owned(),
        Some("boolean") => "true".to_owned(),
        Some("array") => std::format!("list of {}", shape(&schema["items"], &[])),
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let ways = schema["oneOf"].as_array().map_or(0, Vec::len);
            let properties = schema["properties"].as_object().unwrap();
            let (one_of, others): (Vec<_>, Vec<_>) = properties
                .iter()
                .filter(|(key, _)| !without.contains(&key.as_str()))
                .partition(|(key, _)| ways > 0 && is_way(schema, key));
            let written = |(key, value): &(&String, &Value)| {
                let needed = ways > 0 && is_way(schema, key) || required.contains(&json!(key));
                std::format!("`{key}`{} {}", if needed { "" } else { "?" }, shape(value, &[]))
            };
            let mut groups = Vec::new();
            if !one_of.is_empty() {
                groups.push(one_of.iter().map(written).collect::<Vec<_>>().join(" | "));
            }
            groups.extend(others.iter().map(written));
            std::format!("{{{}}}", groups.join(", "))
        }
        _ => {
            let ways: Vec<String> = schema["oneOf"].as_array().unwrap().iter().map(|way| shape(way, &[])).collect();
            ways.join(" | ")
        }
    }
}

fn is_way(schema: &Value, key: &str) -> bool {
    schema["oneOf"].as_array().into_iter().flatten().any(|way| way["required"][0] == json!(key))
}

#[test]
fn the_documentation_shows_what_the_code_does() {
    let path = beside("TREE.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let block = |language: &str| {
        let start = text.find(&std::format!("```{language}\n")).unwrap() + language.len() + 4;
        &text[start..start + text[start..].find("```").unwrap()]
    };
    let (policy, tree) = (block("remit"), block("json"));
    let tree: Value = serde_json::from_str(tree).unwrap();
    assert_eq!(read(policy), tree, "{:#}", read(policy));
    assert_eq!(from_json(&tree).unwrap(), policy);
    let marker = "UPDATE=1. -->\n";
    let prose = &text[..text.find(marker).unwrap() + marker.len()];
    let made = std::format!("{prose}{}", keys());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, made).unwrap();
    } else {
        assert_eq!(text, made, "run the tests with UPDATE=1");
    }
}

/// The grammar in all its forms, and what each is as a tree.
#[test]
fn every_form_of_every_item_has_the_tree_beside_it() {
    let mut seen = 0;
    for entry in std::fs::read_dir(beside("tests/corpus/fmt/trees")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|suffix| suffix != "remit") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let tree = read(&text);
        let expected = path.with_extension("json");
        let made = serde_json::to_string_pretty(&tree).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &made).unwrap();
        } else {
            assert_eq!(std::fs::read_to_string(&expected).unwrap(), made, "{}", path.display());
        }
        assert_eq!(from_json(&tree).unwrap(), format(&text).unwrap(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 5, "{seen} files");
}
