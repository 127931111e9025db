//! The compiled decision says what the plain interpreter says, which is the definition; and so does the decision
//! diagram that proofs and differences are told from, as far as it goes: the gate when the draft is ready.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::generate::{self, Dice};
use common::inputs::Inputs;
use common::{folder, repository};
use remit_dsl::prove::OutcomeMap;
use remit_dsl::{Facts, Limit, Outcome, Policy, Verdict};

const POLICIES: u64 = 2_000;
const INPUTS: usize = 510;
/// Facts for each policy whose diagram is compared too.
const THREE_WAY_INPUTS: usize = 800;
/// Nodes that a diagram may have here; policies that need more are counted and left out.
const MOST_NODES: usize = 40_000;

#[derive(Default)]
struct Counts {
    pairs: usize,
    uncertain: usize,
    outcomes: BTreeMap<Outcome, usize>,
}

/// The facts as they are when the draft is ready: nothing was held yet, and a used-up bucket ends later than now.
fn first_gate(policy: &Policy, facts: &Facts) -> Facts {
    let mut facts = Facts { held_since_ms: None, ..facts.clone() };
    let later = facts.now_ms.saturating_add(1);
    let over = |limit: &&Limit| facts.get_yes(&format!("over:{}", limit.name)) == Some(true);
    facts.over_until_ms = policy.limits().iter().filter(over).map(|limit| (limit.name.clone(), later)).collect();
    facts
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

/// Interpreter, program and diagram: outcome and route.
#[test]
fn a_million_pairs_decided_three_ways() {
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    let (mut pairs, mut uncertain, mut routed, mut outside) = (0, 0, 0, 0);
    let (mut maps, mut too_large, mut largest) = (0, 0, 0);
    for seed in 0..POLICIES {
        let mut dice = Dice(seed ^ (3 << 40));
        let text = generate::text(&mut dice);
        let policy = generate::policy(&text).unwrap_or_else(|found| panic!("policy {seed}: {found}\n{text}"));
        let Some(map) = OutcomeMap::within(&policy, MOST_NODES) else {
            too_large += 1;
            continue;
        };
        (maps, largest) = (maps + 1, largest.max(map.nodes()));
        let mut inputs = Inputs::new(&policy, &mut dice);
        let mut decider = policy.decider();
        for number in 0..THREE_WAY_INPUTS {
            let facts = first_gate(&policy, inputs.next(&mut dice));
            // Times at which no moment of the diagram fits, such as those that no calendar reaches.
            let Some(outcome) = map.outcome(&facts) else {
                outside += 1;
                continue;
            };
            let plain = policy.decide_plainly(&facts);
            let frame = policy.frame(&facts);
            let frame = frame.frame();
            let decision = decider.decide(&frame);
            let what = || format!("policy {seed}, input {number}:\n{facts:?}\n{plain:#?}\n{text}");
            let by_map = (outcome, map.row(&facts));
            assert_eq!(by_map, (plain.outcome, Some(plain.route.row.as_str())), "diagram, {}", what());
            assert_eq!((decision.outcome(), decision.route()), (plain.outcome, &plain.route), "program, {}", what());
            pairs += 1;
            uncertain += usize::from(!plain.unknown.is_empty());
            routed += usize::from(plain.route.row != "otherwise");
            *outcomes.entry(outcome).or_default() += 1;
        }
    }
    println!(
        "{pairs} pairs over {maps} policies decided three ways: {uncertain} with facts that failed, {routed} taken by a route \
         row, outcomes {outcomes:?}; {outside} pairs without a moment, {too_large} policies too large, the largest diagram \
         with {largest} nodes"
    );
    assert!(pairs >= 1_000_000, "{pairs}");
    assert!(
        Outcome::ALL.iter().all(|outcome| outcomes.get(outcome).is_some_and(|count| *count > 5_000)),
        "{outcomes:?}"
    );
    assert!((pairs / 10..pairs * 9 / 10).contains(&uncertain) && routed > pairs / 20, "{uncertain} {routed}");
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
