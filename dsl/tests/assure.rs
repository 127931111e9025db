//! Proofs and differences from outside: a second engine, faults on purpose, and changes that change nothing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

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

/// Faulty variants of one line: the fault and the new line.
fn faults(line: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let trimmed = line.trim_start();
    if trimmed.starts_with("guard ") || trimmed.starts_with("autonomy at most") {
        found.push(("dropped rule", String::new()));
    }
    let rule = ["guard ", "low ", "medium ", "high ", "critical "].iter().any(|word| trimmed.starts_with(word));
    if rule && let Some((before, after)) = line.split_once(" when ") {
        found.push((
            "flipped condition",
            format!("{before} when not ({})", after.split('#').next().unwrap().trim_end()),
        ));
        if trimmed.starts_with("guard ") {
            for (from, to) in [("escalate", "off"), ("off", "approval"), ("approval", "hold 2h")] {
                if before.contains(&format!(": {from}")) {
                    found.push(("swapped outcome", line.replacen(&format!(": {from}"), &format!(": {to}"), 1)));
                }
            }
        } else {
            let word = trimmed.split_whitespace().next().unwrap();
            found.push(("swapped outcome", line.replacen(word, "low", 1)));
        }
    }
    for (from, to) in [
        ("0.60", "0.55"),
        ("0.30", "0.35"),
        ("0.80", "0.70"),
        ("0.85", "0.95"),
        (">= 50000 ", "> 60000 "),
        (">= 1000 ", "> 1000 "),
        ("> 8 ", "> 9 "),
    ] {
        if line.contains(from)
            && !line.contains("budget")
            && !trimmed.starts_with('|')
            && !trimmed.starts_with("always")
            && !trimmed.starts_with("never")
            && !trimmed.starts_with("channel")
        {
            found.push(("shifted threshold", line.replacen(from, to, 1)));
        }
    }
    if trimmed.starts_with("reply ") || trimmed.contains(" reply ") {
        for (from, to) in
            [("reply approval", "reply send"), ("reply off", "reply approval"), ("reply escalate", "reply approval")]
        {
            if line.contains(from) {
                found.push(("swapped outcome", line.replacen(from, to, 1)));
            }
        }
    }
    found
}

#[test]
fn every_seeded_fault_is_refused_by_a_claim_or_seen_in_the_difference() {
    let policies = repository().join("policies");
    let read = folder(&policies);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what| *counts.entry(what).or_default() += 1;
    for name in SHIPPED {
        let text = read(name).unwrap();
        let original = shipped(name);
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            for (fault, changed) in faults(line) {
                let mut faulty: Vec<&str> = lines.clone();
                faulty[number] = &changed;
                // The words of a dropped guard go with it.
                if fault == "dropped rule"
                    && lines.get(number + 1).is_some_and(|next| next.trim_start().starts_with("because"))
                {
                    faulty[number + 1] = "";
                }
                let mut above = number;
                while fault == "dropped rule" && above > 0 && lines[above - 1].trim_start().starts_with('@') {
                    above -= 1;
                    faulty[above] = "";
                }
                let faulty = faulty.join("\n");
                let files = |path: &str| if path == name { Ok(faulty.clone()) } else { read(path) };
                let compiled = remit_dsl::compile(name, &files);
                count("variants");
                let Some(new) = compiled.policy else {
                    let errors: Vec<_> = compiled
                        .diagnostics
                        .iter()
                        .filter(|found| found.severity == remit_dsl::Severity::Error)
                        .collect();
                    assert!(!errors.is_empty());
                    if errors.iter().all(|found| found.code == "R0401") {
                        assert!(
                            errors
                                .iter()
                                .all(|found| found.hint.as_ref().is_some_and(|hint| hint.contains("for example")))
                        );
                        count("refused, a claim is false");
                    } else {
                        count("no policy at all");
                    }
                    continue;
                };
                let difference = diff(&original, &new);
                assert!(!difference.incomplete, "{name}:{} {fault}: {changed}", number + 1);
                let mut dice = Dice(number as u64);
                let mut inputs = Inputs::new(&new, &mut dice);
                let mut differs = false;
                for _ in 0..300 {
                    let mut facts = inputs.next(&mut dice).clone();
                    facts.held_since_ms = None;
                    differs |= original.decide(&facts).outcome != new.decide(&facts).outcome;
                }
                let seen = !difference.regions.is_empty();
                assert!(seen || !differs, "{name}:{} {fault}: {changed} changes outcomes unseen", number + 1);
                for region in &difference.regions {
                    let facts = &region.example.facts;
                    assert_eq!((original.decide(facts).outcome, new.decide(facts).outcome), (region.from, region.to));
                }
                count(match (seen, difference.is_empty()) {
                    (true, _) => "other outcomes, seen in the difference",
                    (false, false) => "same outcomes, seen as an item",
                    (false, true) => "nothing changes",
                });
                if seen && differs {
                    count("of these also found by 300 random messages");
                }
            }
        }
    }
    println!("{counts:#?}");
    assert!(counts["variants"] > 60, "{counts:?}");
    assert!(counts["refused, a claim is false"] > 5, "{counts:?}");
    assert!(counts["other outcomes, seen in the difference"] > 20, "{counts:?}");
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
