//! What any bytes must survive. The fuzz targets (`dsl/fuzz`) and the ordinary tests go through these same functions.
#![allow(dead_code, clippy::allow_attributes, reason = "each target uses one of them")]

use remit_dsl::{Facts, Policy, format, render, tree};

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn compile(text: &str) -> remit_dsl::Compiled {
    remit_dsl::compile("fuzz.remit", &|name: &str| match name {
        "fuzz.remit" => Ok(text.to_owned()),
        _ => Err("there is no such file".to_owned()),
    })
}

/// Bytes are a policy, or there is a finding that points into them and can be shown.
pub fn parser(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let compiled = compile(text);
    assert!(compiled.policy.is_some() || !compiled.diagnostics.is_empty(), "refused without a word");
    for found in &compiled.diagnostics {
        assert!(found.at.start <= found.at.end);
        assert!(found.at.file != "fuzz.remit" || found.at.end <= text.len(), "{found:?}");
    }
    render::human(&compiled.diagnostics, &|_| Some(text.to_owned()), false);
    render::plain(&compiled.diagnostics);
    if let Some(policy) = compiled.policy {
        policy.run_tests(None);
    }
}

/// What can be laid out can be laid out again without a change, and stays the same policy.
pub fn formatter(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let Ok(once) = format::format(text) else { return };
    match format::format(&once) {
        Ok(twice) => assert_eq!(once, twice, "laying out twice is not laying out once"),
        Err(found) => panic!("the layout cannot be read: {}\n{once}", render::plain(&found)),
    }
    match (compile(text).policy, compile(&once).policy) {
        (Some(before), Some(after)) => assert_eq!(before.meaning(), after.meaning(), "another policy:\n{once}"),
        (None, None) => {}
        (before, _) => panic!("only {} is a policy:\n{once}", if before.is_some() { "the text" } else { "the layout" }),
    }
}

/// Bytes are a policy, a line `---`, and facts as JSON: the program decides as the definition does.
pub fn evaluator(bytes: &[u8]) {
    let Some((policy, facts)) = text(bytes).and_then(|text| text.split_once("\n---\n")) else { return };
    let Some(policy) = compile(policy).policy else { return };
    let Ok(facts) = serde_json::from_str::<Facts>(facts) else { return };
    agree(&policy, &facts);
}

fn agree(policy: &Policy, facts: &Facts) {
    let verdict = policy.decide(facts);
    assert_eq!(verdict, policy.decide_plainly(facts));
    assert!(!verdict.deciding.is_empty());
}

/// Bytes are the tree of a policy as JSON: refused, or a text whose tree it is.
pub fn import(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let Ok(text) = tree::from_json(&value) else { return };
    match tree::to_json(&text) {
        Ok(again) => match tree::from_json(&again) {
            Ok(same) => assert_eq!(text, same),
            Err(error) => panic!("its own tree is refused: {error}\n{text}"),
        },
        Err(found) => panic!("the text cannot be read: {}\n{text}", render::plain(&found)),
    }
}
