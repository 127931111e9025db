//! The compiled decision says what the plain interpreter says, which is the definition.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::generate::{self, Dice};
use common::inputs::Inputs;
use common::{folder, repository};
use remit_dsl::{Facts, Outcome, Policy, Verdict};

const POLICIES: u64 = 2_000;
const INPUTS: usize = 510;

#[derive(Default)]
struct Counts {
    pairs: usize,
    uncertain: usize,
    outcomes: BTreeMap<Outcome, usize>,
}

impl Counts {
    /// Decides both ways and compares everything that is said.
    fn compare(&mut self, policy: &Policy, facts: &Facts, what: &dyn Fn() -> String) {
        let plain = policy.decide_plainly(facts);
        let frame = policy.frame(facts);
        let mut decider = policy.decider();
        let frame = frame.frame();
        let decision = decider.decide(&frame);
        let compiled = decision.verdict();
        if compiled != plain {
            differ(&compiled, &plain, facts, &what());
        }
        assert_eq!(decision.outcome(), plain.outcome, "{}", what());
        assert_eq!(decision.hold_until_ms(), plain.hold_until_ms, "{}", what());
        assert_eq!((decision.mode(), decision.tier()), (&*plain.mode.value, &*plain.tier.value), "{}", what());
        assert_eq!((decision.route(), decision.undo_ms()), (&plain.route, plain.undo_ms), "{}", what());
        self.pairs += 1;
        self.uncertain += usize::from(!plain.unknown.is_empty());
        *self.outcomes.entry(plain.outcome).or_default() += 1;
    }
}

#[track_caller]
fn differ(compiled: &Verdict, plain: &Verdict, facts: &Facts, what: &str) -> ! {
    let lines = |verdict: &Verdict| format!("{verdict:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
    let (left, right) = (lines(compiled), lines(plain));
    let first = left.iter().zip(&right).position(|(left, right)| left != right).unwrap_or(0);
    let shown =
        |lines: &[String]| lines.iter().skip(first.saturating_sub(3)).take(8).cloned().collect::<Vec<_>>().join("\n");
    panic!("{what}\n{facts:?}\ncompiled:\n{}\ninterpreter:\n{}", shown(&left), shown(&right));
}

#[test]
fn a_million_pairs_of_policy_and_facts() {
    let mut counts = Counts::default();
    for seed in 0..POLICIES {
        let mut dice = Dice(seed);
        let text = generate::text(&mut dice);
        let policy = match generate::policy(&text) {
            Ok(policy) => policy,
            Err(found) => panic!("generate::text(&mut Dice({seed})) is no policy:\n{found}\n{text}"),
        };
        let mut inputs = Inputs::new(&policy, &mut dice);
        for number in 0..INPUTS {
            let facts = inputs.next(&mut dice).clone();
            let what = || format!("policy of Dice({seed}), input {number}:\n{text}");
            counts.compare(&policy, &facts, &what);
        }
    }
    println!("{} pairs, {} with facts that failed, outcomes {:?}", counts.pairs, counts.uncertain, counts.outcomes);
    assert!(counts.pairs >= 1_000_000);
    assert!(Outcome::ALL.iter().all(|outcome| counts.outcomes.get(outcome).is_some_and(|count| *count > 5_000)));
    assert!((counts.pairs / 10..counts.pairs * 9 / 10).contains(&counts.uncertain));
}

#[test]
fn more_than_eight_tiers_are_an_error() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let text = |count: usize| {
        let names = &names[..count];
        format!("remit 1\ntiers {}\nmode assisted {{ {} approval }}\n", names.join(" < "), names.join(", "))
    };
    assert!(common::compile(&text(8)).policy.is_some());
    let refused = common::compile(&text(9));
    assert!(refused.policy.is_none() && refused.diagnostics.iter().any(|found| found.code == "R0112"));
}

#[test]
fn the_shipped_policies() {
    let read = folder(&repository().join("policies"));
    let mut counts = Counts::default();
    for root in ["default.remit", "starter.remit", "regulated_support.remit", "b2b_sales.remit"] {
        let policy = remit_dsl::compile(root, &read).policy.unwrap();
        let mut dice = Dice(1);
        let mut inputs = Inputs::new(&policy, &mut dice);
        for number in 0..8_000 {
            let facts = inputs.next(&mut dice).clone();
            counts.compare(&policy, &facts, &|| format!("{root}, input {number}"));
        }
    }
    println!("{} pairs, {} with facts that failed, outcomes {:?}", counts.pairs, counts.uncertain, counts.outcomes);
    assert!(counts.pairs >= 32_000, "{}", counts.pairs);
}
