//! A decision allocates nothing, whatever the policy and whatever it is asked.

mod common;

use common::generate::{self, Dice};
use common::inputs::Inputs;
use common::{folder, repository};
use remit_dsl::Policy;

const POLICIES: u64 = 60;
const INPUTS: usize = 200;
/// 1971 to 2099.
const TABLES: std::ops::Range<i64> = 31_536_000_000..4_070_908_800_000;

/// Decides with what the host keeps: frame and decider exist before, the words of the verdict are not asked for.
fn allocations(policy: &Policy, inputs: &mut Inputs, dice: &mut Dice) -> u64 {
    let mut decider = policy.decider();
    let mut total = 0;
    for _ in 0..INPUTS {
        let facts = inputs.next(dice).clone();
        // Outside the years of the tables, and close to their ends, a release is looked for without them.
        if !TABLES.contains(&facts.now_ms) {
            continue;
        }
        let owned = policy.frame(&facts);
        let frame = owned.frame();
        let measured = allocation_counter::measure(|| {
            let decision = decider.decide(&frame);
            std::hint::black_box((decision.outcome(), decision.hold_until_ms(), decision.undo_ms()));
            std::hint::black_box((decision.route(), decision.mode(), decision.tier()));
            decision.matched(|rule| {
                std::hint::black_box(rule.name);
            });
        });
        total += measured.count_total;
    }
    total
}

#[test]
fn generated_policies_decide_without_allocating() {
    for seed in 0..POLICIES {
        let mut dice = Dice(seed);
        let text = generate::text(&mut dice);
        let policy = generate::policy(&text).unwrap();
        let mut inputs = Inputs::new(&policy, &mut dice);
        assert_eq!(allocations(&policy, &mut inputs, &mut dice), 0, "policy of Dice({seed}):\n{text}");
    }
}

#[test]
fn shipped_policies_decide_without_allocating() {
    for name in ["default.remit", "b2b_sales.remit", "regulated_support.remit", "starter.remit"] {
        let compiled = remit_dsl::compile(name, &folder(&repository().join("policies")));
        let policy = compiled.policy.unwrap();
        let mut dice = Dice(7);
        let mut inputs = Inputs::new(&policy, &mut dice);
        assert_eq!(allocations(&policy, &mut inputs, &mut dice), 0, "{name}");
    }
}

#[test]
fn the_counter_counts() {
    assert!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8; 64]))).count_total > 0);
}
