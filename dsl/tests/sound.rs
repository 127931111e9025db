//! Proofs and differences about many generated policies, against the evaluator that decides in production.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::generate::{self, Dice, SCRIPT};
use common::inputs::Inputs;
use common::{first_gate, texts};
use remit_dsl::assure::mutants::mutations;
use remit_dsl::diff::{Engine, diff, diff_within, render};
use remit_dsl::prove::{Proof, Standing, prove};
use remit_dsl::{Facts, Outcome, Policy};

/// Whether what a claim says of outcomes came out. A claim says nothing about what its condition does not meet; whether
/// it is met is asked of the policy itself, as a guard that would be the only one to escalate.
fn keeps(claim: &str, outcome: Outcome) -> bool {
    let (bound, _) = claim.split_once(" when ").unwrap();
    match bound {
        "never send" => outcome >= Outcome::Approval,
        "never send now" => outcome != Outcome::Send,
        _ => match bound.strip_prefix("always at least ") {
            Some(word) => outcome >= word.parse::<Outcome>().unwrap(),
            None => outcome == bound.strip_prefix("always ").unwrap().parse::<Outcome>().unwrap(),
        },
    }
}

/// The policy with a guard that says whether the claim's condition is met.
struct Met {
    policy: Policy,
}

impl Met {
    fn new(text: &str, claim: &str) -> Self {
        let (_, condition) = claim.split_once(" when ").unwrap();
        let policy = generate::policy(&format!("{text}\nguard condition_met: escalate when {condition}\n")).unwrap();
        Self { policy }
    }

    /// `None` when the condition is not met; else whether that is certain.
    fn certain(&self, facts: &Facts) -> Option<bool> {
        let verdict = self.policy.decide(facts);
        let found = verdict.deciding.iter().find(|reason| reason.name == "condition_met");
        found.map(|reason| !reason.uncertain)
    }
}

#[test]
fn every_counterexample_violates_and_no_message_refutes_a_proof() {
    let (mut counts, mut asked): (BTreeMap<String, usize>, usize) = (BTreeMap::new(), 0);
    for seed in 1000..1100 {
        let mut dice = Dice(seed);
        let text = generate::text(&mut dice);
        let claims = generate::claims(&mut dice, 4);
        let policy = generate::policy(&text).unwrap_or_else(|found| panic!("Dice({seed}): {found}"));
        let files = [("test.remit", text.as_str()), ("s.rhai", SCRIPT)];
        let words: Vec<&str> = claims.iter().map(String::as_str).collect();
        let proofs =
            prove("test.remit", &texts(&files), &words).unwrap_or_else(|found| panic!("Dice({seed}): {found:#?}"));
        assert_eq!(proofs.len(), claims.len(), "a generated policy has no claims of its own");
        for proof in &proofs {
            let what = format!("Dice({seed}): {}", proof.claim);
            *counts.entry(format!("{:?}", proof.standing)).or_default() += 1;
            assert!(!matches!(proof.standing, Standing::Disagreement | Standing::Open), "{what}\n{text}");
            let met = Met::new(&text, &proof.claim);
            counterexample_violates(&policy, &met, proof, &what);
            let mut inputs = Inputs::new(&policy, &mut dice);
            for _ in 0..150 {
                let mut facts = inputs.next(&mut dice).clone();
                // A claim is about the gate when the draft is ready, and about what nobody approved.
                first_gate(&policy, &mut facts);
                facts.yes("approved", false, remit_dsl::Provenance::Observed);
                let Some(certain) = met.certain(&facts) else { continue };
                let outcome = policy.decide(&facts).outcome;
                asked += 1;
                match proof.standing {
                    Standing::Proved => assert!(keeps(&proof.claim, outcome), "{what}: {outcome} {facts:?}\n{text}"),
                    Standing::Vacuous => assert!(!certain, "{what}: {facts:?}\n{text}"),
                    _ => {}
                }
            }
        }
    }
    println!("{counts:?}; {asked} messages that meet a condition");
    assert!(counts["Proved"] > 30 && counts["False"] > 100 && asked > 5_000, "{counts:?} {asked}");
}

fn counterexample_violates(policy: &Policy, met: &Met, proof: &Proof, what: &str) {
    let refuted = matches!(proof.standing, Standing::False | Standing::ProvedWhileKnown);
    assert_eq!(proof.counterexample.is_some(), refuted, "{what}");
    let Some(example) = &proof.counterexample else { return };
    let verdict = policy.decide(&example.facts);
    assert_eq!(policy.decide_plainly(&example.facts), verdict, "{what}");
    assert_eq!((verdict.outcome, &verdict.route), (example.outcome, &example.route), "{what}");
    assert!(!keeps(&proof.claim, verdict.outcome), "{what}: {verdict:#?}");
    assert!(met.certain(&example.facts).is_some(), "{what}: {example:#?}");
    if proof.standing == Standing::False {
        assert_eq!(met.certain(&example.facts), Some(true), "{what}: the condition surely holds");
    }
}

/// One small fault in a generated policy: what changes is in a region, and a region has what changed.
#[test]
fn differences_of_generated_policies_hold_what_changed() {
    let (mut differences, mut changed, mut by_engine) = (0, 0, BTreeMap::<String, usize>::new());
    for seed in 2000..2040 {
        let mut dice = Dice(seed);
        let text = generate::text(&mut dice);
        let old = generate::policy(&text).unwrap_or_else(|found| panic!("Dice({seed}): {found}"));
        let faults = mutations("test.remit", &text);
        for _ in 0..3 {
            let mutation = &faults[dice.throw(faults.len())];
            let Ok(new) = generate::policy(&mutation.apply(&text)) else { continue };
            let what = format!("Dice({seed}): {}", mutation.words());
            // Entangled policies take the solver; a small bound keeps the test short.
            let difference = diff_within(&old, &new, 60_000);
            *by_engine.entry(format!("{:?}", difference.engine)).or_default() += 1;
            differences += 1;
            for region in &difference.regions {
                let facts = &region.example.facts;
                let pair = (old.decide(facts).outcome, new.decide(facts).outcome);
                assert_eq!(pair, (region.from, region.to), "{what}\n{text}");
                assert!(region.covers(facts), "{what}\n{region:#?}");
            }
            let mut inputs = Inputs::new(&new, &mut dice);
            for _ in 0..1000 {
                let mut facts = inputs.next(&mut dice).clone();
                first_gate(&new, &mut facts);
                let pair = (old.decide(&facts).outcome, new.decide(&facts).outcome);
                if pair.0 != pair.1 {
                    changed += 1;
                    let mut here = difference.regions.iter().filter(|region| (region.from, region.to) == pair);
                    assert!(
                        here.any(|region| region.covers(&facts)),
                        "{what}: {pair:?}\n{}\n{facts:?}\n{text}",
                        render::human(&difference)
                    );
                }
            }
            // Turned about, every change goes the other way.
            let back = diff_within(&new, &old, 60_000);
            let pairs = |one: &remit_dsl::diff::Diff, turned: bool| {
                let pair = |region: &remit_dsl::diff::Region| {
                    if turned { (region.to, region.from) } else { (region.from, region.to) }
                };
                one.regions.iter().map(pair).collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(pairs(&difference, false), pairs(&back, true), "{what}");
            assert!(diff(&new, &new).is_empty() && diff(&new, &new).engine == Engine::Same);
        }
    }
    println!("{differences} differences {by_engine:?}, {changed} changed messages, each in a region");
    assert!(differences > 60 && changed > 300, "{differences} {changed}");
}
