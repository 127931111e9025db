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

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_that_fits_the_schema_is_written_and_read_again(seed: u64) {
        let mut trees = Trees::new(schema());
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
        let mut trees = Trees::new(schema());
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
        let mut trees = Trees::new(schema());
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
        let mut trees = Trees::new(schema());
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
    let mut trees = Trees::new(schema());
    for seed in 0..1500 {
        let tree = trees.tree(&mut Dice(seed * 7919));
        from_json(&tree).unwrap();
    }
    let missing: Vec<_> = trees.all_parts().difference(&trees.seen).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let kinds = trees.all_parts().iter().filter(|part| part.starts_with("item_") && part.ends_with(".item")).count();
    assert_eq!(kinds, 29, "an item kind came or went: look at the generator");
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
    many["items"] = (0..60_000).map(|_| many["items"][0].clone()).collect();
    assert!(matches!(from_json(&many), Err(TreeError::TooLarge { .. })));
    // One long name among many rows: columns must not multiply its length.
    let long = "a".repeat(400_000);
    let rows: Vec<Value> = (0..20_000).map(|_| json!({"action": "b", "outcome": "send"})).collect();
    let rows: Vec<Value> = std::iter::once(json!({"action": long, "outcome": "send"})).chain(rows).collect();
    let wide = json!({"version": 1, "header": {"language": "1"}, "items": [{"item": "actions", "rows": rows}]});
    assert!(from_json(&wide).unwrap().len() < 1 << 20);
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
