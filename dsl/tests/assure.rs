//! Proofs and differences from outside: a second engine, faults on purpose, and changes that change nothing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::generate::Dice;
use common::inputs::Inputs;
use common::{folder, policy, repository};
use remit_dsl::diff::{Direction, Engine, diff, diff_within, render};
use remit_dsl::prove::{OutcomeMap, Standing, WhatIf, prove};
use remit_dsl::{Outcome, Policy, Provenance};

const SHIPPED: [&str; 5] =
    ["default.remit", "b2b_sales.remit", "regulated_support.remit", "starter.remit", "company-baseline.remit"];

fn shipped(name: &str) -> Policy {
    remit_dsl::compile(name, &folder(&repository().join("policies"))).policy.unwrap()
}

#[test]
fn the_claims_of_the_shipped_policies_are_proved() {
    let read = folder(&repository().join("policies"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in SHIPPED {
        for proof in prove(name, &read, &[]).unwrap() {
            assert!(matches!(proof.standing, Standing::Proved | Standing::ProvedWhileKnown), "{name}: {proof:#?}");
            assert!(!proof.proved_by.is_empty(), "{name}: {}", proof.claim);
            *counts.entry(format!("{:?}", proof.standing)).or_default() += 1;
        }
    }
    println!("{counts:?}");
}

#[test]
fn a_claim_can_be_asked_without_being_in_the_file() {
    let read = folder(&repository().join("policies"));
    let asked = ["never send when channel is voice", "never send when contact.new"];
    let proofs = prove("default.remit", &read, &asked).unwrap();
    let [.., voice, new] = proofs.as_slice() else { panic!("{proofs:#?}") };
    assert_eq!((voice.standing, voice.claim.as_str()), (Standing::Proved, asked[0]));
    assert_eq!(new.standing, Standing::False);
    let example = new.counterexample.as_ref().unwrap();
    assert_eq!(shipped("default.remit").decide(&example.facts).outcome, example.outcome);
    assert!(example.outcome < Outcome::Approval && example.message.iter().any(|word| word == "contact.new"));
    assert!(prove("default.remit", &read, &["never send when contact.nwe"]).is_err());
    assert!(prove("default.remit", &read, &["autonomy full for channel voice"]).is_err());
}

#[test]
fn moving_text_about_is_no_difference() {
    let read = folder(&repository().join("policies"));
    for name in SHIPPED {
        let original = shipped(name);
        assert!(diff(&original, &original).is_empty(), "{name}");
        let formatted = remit_dsl::format::format(&read(name).unwrap()).unwrap();
        let commented: String = formatted.lines().map(|line| format!("{line}\n# a remark\n")).collect();
        for text in [formatted.clone(), commented] {
            let files = |path: &str| if path == name { Ok(text.clone()) } else { read(path) };
            let Some(new) = remit_dsl::compile(name, &files).policy else { continue };
            let difference = diff(&original, &new);
            assert!(difference.is_empty(), "{name}\n{}", render::human(&difference));
        }
    }
    let one = "guard a: off when contact.new\nguard b: approval when message.attachment and contact.new\nsegment vip\n";
    let other =
        "segment vip\nguard b: approval when contact.new and message.attachment\nguard a: off when contact.new\n";
    assert!(diff(&policy(one), &policy(other)).is_empty());
}

const BEFORE: &str = "segment vip\nagent ada on email, chat\nhours office { mon-fri 09:00-18:00 }\nautonomy full\nundo 2m\n\
    autonomy assisted for segment vip\n\
    intent question { examples { \"How?\" } reply send from 0.85, approval from 0.50, else escalate }\n\
    intent other { reply approval }\ndetector price on draft { words \"discount\" }\n\
    limit contact_daily: 3 replies per contact per day else approval\n\
    team inbox team leads\n\
    guard night: hold until office when outside office and channel is sms\n\
    guard price: approval when draft detects price\n\
    route { vip: to team leads when contact in vip  otherwise: to team inbox }\n";

#[test]
fn a_change_is_told_in_the_facts_that_people_think_in() {
    let before = policy(BEFORE);
    let after = policy(&BEFORE.replace("send from 0.85", "send from 0.80"));
    let difference = diff(&before, &after);
    assert_eq!(difference.engine, Engine::Diagram);
    assert!(difference.may_be_freer());
    insta::assert_snapshot!("diff_human", render::human(&difference));
    insta::assert_snapshot!("diff_markdown", render::markdown(&difference));
    let back = diff(&after, &before);
    assert!(!back.may_be_freer(), "{}", render::human(&back));
    assert!(back.regions.iter().all(|region| region.direction == Direction::Stricter));
    // Without room for a diagram the same messages are found, less finely.
    let coarse = diff_within(&before, &after, 3);
    assert_eq!(coarse.engine, Engine::Solver);
    assert!(coarse.regions.iter().all(|region| !region.exact));
    let pairs = |one: &remit_dsl::diff::Diff| {
        one.regions.iter().map(|region| (region.from, region.to)).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(pairs(&coarse), pairs(&difference));
}

#[test]
fn what_no_rule_shows_is_an_item_of_its_own() {
    let before = policy(BEFORE);
    for (from, to, kind, freer) in [
        ("\"discount\"", "\"discount\", \"rebate\"", "detector", true),
        ("09:00-18:00", "08:00-18:00", "hours", true),
        ("3 replies", "5 replies", "limit", true),
        ("3 replies", "2 replies", "limit", false),
        ("undo 2m", "undo 5m", "undo", false),
        ("undo 2m", "undo 1m", "undo", true),
        ("\"How?\"", "\"How?\" \"Why?\"", "examples", true),
    ] {
        let difference = diff(&before, &policy(&BEFORE.replace(from, to)));
        assert!(difference.items.iter().any(|item| item.kind == kind), "{to}: {}", render::human(&difference));
        assert_eq!(difference.may_be_freer(), freer, "{to}: {}", render::human(&difference));
    }
    let routed = diff(&before, &policy(&BEFORE.replace("to team leads when", "to team inbox when")));
    assert_eq!(routed.routes.len(), 1, "{}", render::human(&routed));
    assert!(routed.regions.is_empty() && !routed.may_be_freer());
}

#[test]
fn what_would_have_to_be_otherwise() {
    let policy = policy(&format!("{BEFORE}never send when contact in vip\n"));
    let mut facts = common::quiet("question", 0.9);
    facts.yes("segment:vip", false, Provenance::Observed).yes("over:contact_daily", false, Provenance::Observed);
    facts.yes("detect:draft.price", true, Provenance::Derived);
    assert_eq!(policy.decide(&facts).outcome, Outcome::Approval);
    let WhatIf::Change { changes, example } = policy.what_if(&facts, Outcome::Send) else { panic!() };
    assert_eq!(changes, ["not draft detects price"]);
    assert_eq!(policy.decide(&example.facts).outcome, Outcome::Send);
    assert_eq!(policy.what_if(&facts, Outcome::Approval), WhatIf::Already);
    facts.yes("message.automated", true, Provenance::Observed);
    assert!(matches!(policy.what_if(&facts, Outcome::Send), WhatIf::Impossible { .. }));
}

/// Inside every region that the diagram gives there are such messages, and outside of all of them there are none.
#[test]
fn regions_hold_exactly_what_changed() {
    let before = policy(BEFORE);
    let (mut messages, mut changed) = (0, 0);
    for (from, to) in [
        ("send from 0.85", "send from 0.80"),
        ("autonomy assisted for segment vip", "autonomy controlled for segment vip"),
        ("guard price: approval", "guard price: off"),
        ("channel is sms", "channel in [sms, whatsapp]"),
        ("draft detects price", "draft detects price and contact.new"),
    ] {
        let after = policy(&BEFORE.replacen(from, to, 1));
        let difference = diff(&before, &after);
        assert!(!difference.regions.is_empty() && !difference.incomplete);
        let (old, new) = (OutcomeMap::new(&before).unwrap(), OutcomeMap::new(&after).unwrap());
        let mut dice = Dice(7);
        let mut inputs = Inputs::new(&after, &mut dice);
        for _ in 0..4_000 {
            let mut facts = inputs.next(&mut dice).clone();
            facts.held_since_ms = None;
            facts.over_until_ms.clear();
            let pair = (before.decide(&facts).outcome, after.decide(&facts).outcome);
            // Times that no calendar can write are in no cell.
            let Some(mapped) = old.outcome(&facts).zip(new.outcome(&facts)) else { continue };
            assert_eq!(mapped, pair);
            messages += 1;
            if pair.0 != pair.1 {
                changed += 1;
                assert!(
                    difference.regions.iter().any(|region| (region.from, region.to) == pair),
                    "{pair:?} {facts:?}\n{}",
                    render::human(&difference)
                );
            }
        }
    }
    println!("{messages} messages, {changed} changed, each in a region");
    assert!(messages > 10_000 && changed > 50, "{messages} {changed}");
}
