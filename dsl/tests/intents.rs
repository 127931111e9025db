//! The packs of examples: they add to the policy's own intents, and each is what it says.

use std::collections::BTreeMap;

use remit_dsl::{Policy, STANDARD_FILES};

fn compiled(text: &str) -> Policy {
    let read = |name: &str| if name == "test.remit" { Ok(text.to_owned()) } else { Err("no such file".to_owned()) };
    let compiled = remit_dsl::compile("test.remit", &read);
    let shown = remit_dsl::render::plain(&compiled.diagnostics);
    compiled.policy.unwrap_or_else(|| unreachable!("{shown}"))
}

#[test]
fn a_pack_adds_to_the_intent_of_its_name_and_leaves_the_reply_alone() {
    let own = "remit 1\nautonomy full\nagent ada on chat\nintent thanks { examples { \"Ta\" \"Thank you, that was quick\" } reply send from 0.60, else off }\n\
               limit daily: 3 replies per contact per day else approval\n\
               cases \"c\" { | channel chat, intent thanks 0.70 -> send\n | channel chat, intent thanks 0.50 -> off }\n";
    let with = own.replacen("remit 1", "remit 1\nimport \"std/intents/thanks\"", 1);
    let (alone, packed) = (compiled(own), compiled(&with));
    assert_eq!(packed.intents().len(), 1);
    let examples = &packed.intent("thanks").unwrap().examples;
    assert_eq!(examples.first().map(String::as_str), Some("Ta"), "its own come first");
    assert_eq!(
        examples.iter().filter(|text| *text == "Thank you, that was quick").count(),
        1,
        "what both say stands once"
    );
    assert!(examples.len() > 60 && alone.intent("thanks").unwrap().examples.len() == 2);
    assert!(packed.run_tests(None).cases.iter().all(|case| case.passed), "the reply is the policy's own");
    assert_ne!(alone.digest(), packed.digest());
    assert_eq!(alone.meaning(), packed.meaning(), "examples decide nothing");
}

#[test]
fn a_pack_without_an_intent_to_add_to_declares_one_that_needs_approval() {
    let policy =
        compiled("remit 1\nimport \"std/intents/referral\"\ncases \"c\" { | intent referral 0.99 -> approval }\n");
    assert!(policy.intent("referral").unwrap().examples.len() >= 60);
    assert!(policy.run_tests(None).cases.iter().all(|case| case.passed));
}

#[test]
fn every_pack_has_enough_examples_and_no_two_say_the_same() {
    let mut packs = 0;
    let mut said: BTreeMap<String, &str> = BTreeMap::new();
    for (file, _) in STANDARD_FILES.iter().filter(|(file, _)| file.starts_with("std/intents/")) {
        packs += 1;
        let policy = compiled(&format!("remit 1\nimport \"{file}\"\n"));
        let name = file.trim_start_matches("std/intents/");
        let examples = &policy.intent(name).unwrap().examples;
        assert!((60..=100).contains(&examples.len()), "{file}: {}", examples.len());
        for example in examples {
            let bare: String = example.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
            if let Some(other) = said.insert(bare, file) {
                unreachable!("`{example}` stands in {other} and in {file}");
            }
        }
    }
    assert_eq!(packs, 15);
}
