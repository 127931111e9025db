//! Faults on purpose: those that break a claim are refused with a message that shows it, every other one that changes
//! anything is in the difference, and the tests that are said to be missing are.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::generate::Dice;
use common::inputs::Inputs;
use common::{first_gate, folder, repository, texts};
use remit_dsl::assure::mutants::{Fate, FaultKind, mutants, mutations};
use remit_dsl::diff::{diff, render};
use remit_dsl::prove::{Standing, prove};
use remit_dsl::{Policy, Severity};

const SHIPPED: [&str; 5] =
    ["default.remit", "b2b_sales.remit", "regulated_support.remit", "starter.remit", "company-baseline.remit"];

/// Seeded faults, from the whole text to the policy in force: what happens to each.
#[test]
fn every_seeded_fault_is_refused_by_a_claim_or_seen_in_the_difference() {
    let read = folder(&repository().join("policies"));
    let mut counts: BTreeMap<(FaultKind, &str), usize> = BTreeMap::new();
    let mut total: BTreeMap<&str, usize> = BTreeMap::new();
    for name in SHIPPED {
        let text = read(name).unwrap();
        let original = remit_dsl::compile(name, &read).policy.unwrap();
        for mutation in mutations(name, &text) {
            let mut count = |what| {
                *counts.entry((mutation.kind, what)).or_default() += 1;
                *total.entry(what).or_default() += 1;
            };
            count("variants");
            let faulty = mutation.apply(&text);
            assert_eq!(faulty.lines().count(), text.lines().count(), "{}: the lines stay", mutation.words());
            let files = |path: &str| if path == name { Ok(faulty.clone()) } else { read(path) };
            let compiled = remit_dsl::compile(name, &files);
            let what = format!("{}: {}", mutation.at, mutation.words());
            match compiled.policy {
                None => {
                    let errors: Vec<_> =
                        compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
                    assert!(!errors.is_empty(), "{what}");
                    if errors.iter().all(|one| one.code == "R0401") {
                        let shown =
                            |one: &&remit_dsl::Diagnostic| one.hint.as_deref().unwrap_or("").contains("for example: ");
                        assert!(errors.iter().all(shown), "{what}: {errors:#?}");
                        refuted_by_the_evaluator(name, &files, &what);
                        count("refused, a claim is false");
                    } else {
                        count("no policy at all");
                    }
                }
                Some(new) => count(seen_in_the_difference(&original, &new, &what)),
            }
        }
    }
    println!("{total:#?}\n{counts:#?}");
    assert!(total["variants"] > 300, "{total:?}");
    assert!(total["refused, a claim is false"] > 15, "{total:?}");
    assert!(total["other outcomes or routes, seen in the difference"] > 150, "{total:?}");
    for kind in [FaultKind::DroppedRule, FaultKind::SwappedOutcome, FaultKind::FlippedCondition] {
        assert!(counts[&(kind, "refused, a claim is false")] > 0, "{counts:?}");
    }
    for kind in
        [FaultKind::DroppedRule, FaultKind::SwappedOutcome, FaultKind::ShiftedThreshold, FaultKind::FlippedCondition]
    {
        assert!(counts[&(kind, "other outcomes or routes, seen in the difference")] > 0, "{counts:?}");
    }
}

/// Each false claim has a counterexample, which the policy itself, without its claims, decides as the claim forbids.
fn refuted_by_the_evaluator(name: &str, files: &dyn Fn(&str) -> Result<String, String>, what: &str) {
    let unclaimed = |path: &str| {
        let text = files(path)?;
        let claim = |line: &&str| line.starts_with("never ") || line.starts_with("always ");
        Ok(text.lines().filter(|line| !claim(line)).collect::<Vec<_>>().join("\n"))
    };
    let policy = remit_dsl::compile(name, &unclaimed).policy.unwrap_or_else(|| panic!("{what}: a claim of two lines?"));
    let proofs = prove(name, &files, &[]).unwrap();
    let broken: Vec<_> = proofs.iter().filter(|proof| proof.standing == Standing::False).collect();
    assert!(!broken.is_empty(), "{what}");
    for proof in broken {
        let example = proof.counterexample.as_ref().unwrap();
        let verdict = policy.decide(&example.facts);
        assert_eq!((verdict.outcome, &verdict.route.row), (example.outcome, &example.route.row), "{what}");
        if proof.claim.starts_with("never send when") {
            assert!(verdict.outcome < remit_dsl::Outcome::Approval, "{what}: {}", proof.claim);
        }
    }
}

fn seen_in_the_difference(original: &Policy, new: &Policy, what: &str) -> &'static str {
    let difference = diff(original, new);
    assert!(!difference.incomplete, "{what}");
    let mut dice = Dice(what.len() as u64);
    let mut inputs = Inputs::new(new, &mut dice);
    for _ in 0..150 {
        let mut facts = inputs.next(&mut dice).clone();
        first_gate(new, &mut facts);
        let (old, new) = (original.decide(&facts), new.decide(&facts));
        if old.outcome != new.outcome {
            let here = |region: &&remit_dsl::diff::Region| {
                (region.from, region.to) == (old.outcome, new.outcome) && (region.covers(&facts))
            };
            assert!(
                difference.regions.iter().any(|one| here(&one)),
                "{what}\n{}\n{facts:?}",
                render::human(&difference)
            );
        }
    }
    for region in &difference.regions {
        let facts = &region.example.facts;
        assert_eq!((original.decide(facts).outcome, new.decide(facts).outcome), (region.from, region.to), "{what}");
        assert!(region.covers(facts), "{what}");
    }
    match (difference.regions.is_empty() && difference.routes.is_empty(), difference.is_empty()) {
        (false, _) => "other outcomes or routes, seen in the difference",
        (true, false) => "same outcomes, seen as an item",
        (true, true) => "nothing changes",
    }
}

#[test]
fn a_missing_test_passes_and_fails_on_the_mutant() {
    let read = folder(&repository().join("policies"));
    let mut missing = 0;
    for name in ["default.remit", "starter.remit"] {
        let text = read(name).unwrap();
        let original = remit_dsl::compile(name, &read).policy.unwrap();
        let (mut calls, mut last) = (0, (0, 0));
        let report = mutants(name, &read, &mut |done, all| {
            calls += 1;
            last = (done, all);
        })
        .unwrap();
        assert_eq!((last.0, calls), (last.1, last.1 + 1), "progress is told");
        println!(
            "{name}: {} of {} noticed ({} %), {} of {} change nothing, {} refused",
            report.killed(),
            report.counted(),
            report.percent(),
            report.mutants.len() - report.counted(),
            report.mutants.len(),
            report.refused
        );
        for mutant in &report.mutants {
            let what = format!("{}: {}", mutant.mutation.at, mutant.mutation.words());
            let Fate::Survived { missing: one } = &mutant.fate else { continue };
            let Some(test) = &one.test else { continue };
            let block = if test.starts_with('|') { format!("cases \"missing\" {{ {test} }}") } else { test.clone() };
            for (text, passes) in [(text.clone(), true), (mutant.mutation.apply(&text), false)] {
                let text = format!("{text}\n{block}\n");
                let files = |path: &str| if path == name { Ok(text.clone()) } else { read(path) };
                let compiled = remit_dsl::compile(name, &files);
                let Some(policy) = compiled.policy else {
                    // A test that asks for a row that is gone cannot even be read.
                    let errors = compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error);
                    assert!(!passes && errors.clone().all(|one| one.code == "R0102"), "{what}\n{block}");
                    continue;
                };
                let report = policy.run_tests(None);
                assert_eq!(report.cases.iter().all(|case| case.passed), passes, "{what}\n{block}\n{report:#?}");
            }
            let facts = &one.example.facts;
            let verdict = original.decide(facts);
            assert_eq!(
                (verdict.outcome, verdict.route.row),
                (one.example.old.outcome, one.example.old.route.row.clone()),
                "{what}"
            );
            missing += 1;
        }
    }
    println!("{missing} missing tests tried");
    assert!(missing > 20, "{missing}");
}

#[test]
fn mutants_that_change_nothing_are_not_held_against_the_tests() {
    let text = "remit 1\nautonomy full\nintent other { reply send from 0.60, else approval }\n\
        guard a: approval when contact.new\n\
        @backstop\nguard b: approval when contact.new and message.attachment\n\
        never send when contact.new\n\
        cases \"sent and not\" {\n  | intent other 0.60 -> send\n  | intent other 0.59 -> approval\n}\n";
    let files = [("test.remit", text)];
    let report = mutants("test.remit", &texts(&files), &mut |_, _| {}).unwrap();
    let fate = |words: &str| {
        let found = report.mutants.iter().find(|mutant| mutant.mutation.words() == words);
        &found.unwrap_or_else(|| panic!("no `{words}` in {report:#?}")).fate
    };
    assert_eq!(fate("guard b dropped"), &Fate::Equivalent { only_known_facts: false });
    assert!(
        matches!(fate("guard a dropped"), Fate::RefusedByClaim { claim } if claim == "never send when contact.new")
    );
    assert!(matches!(fate("guard a: `approval` -> `off`"), Fate::Survived { .. }));
    assert!(
        matches!(fate("reply of other: `0.60` -> `0.65`"), Fate::KilledByCase { case } if case == "sent and not, row 1")
    );
    assert!(
        matches!(fate("reply of other: `0.60` -> `0.55`"), Fate::KilledByCase { case } if case == "sent and not, row 2")
    );
    assert_eq!(report.counted(), report.mutants.len() - report.count(|fate| matches!(fate, Fate::Equivalent { .. })));
    assert_eq!(report.percent(), report.killed() * 100 / report.counted());
}
