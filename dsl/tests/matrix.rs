//! The matrix, and the modes of the product proved by it.
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{policy, quiet, repository};
use remit_dsl::matrix::{self, Cell};
use remit_dsl::vocabulary::ACTIONS;
use remit_dsl::{Outcome, Provenance};

const TIERS: [&str; 4] = ["low", "medium", "high", "critical"];

/// The product's sentence: Full sends at once for low, medium and high; Controlled by the action's risk; Assisted asks
/// always; critical always escalates.
fn promised(mode: &str, tier: &str) -> Outcome {
    match (mode, tier) {
        (_, "critical") => Outcome::Escalate,
        ("full", _) | ("controlled", "low") => Outcome::Send,
        ("controlled" | "assisted", _) => Outcome::Approval,
        _ => unreachable!("there is no mode {mode} and no tier {tier}"),
    }
}

fn shipped(name: &str) -> remit_dsl::Policy {
    let read = |name: &str| {
        std::fs::read_to_string(repository().join("policies").join(name)).map_err(|error| error.to_string())
    };
    remit_dsl::compile(name, &read).policy.unwrap()
}

fn only(cell: &Cell) -> Outcome {
    assert_eq!(cell.bands.len(), 1, "{cell:?}");
    cell.bands[0].outcome
}

#[test]
fn the_seed_modes_do_what_they_promise_for_every_action_and_tier() {
    let matrix = matrix::standard().unwrap();
    assert_eq!(matrix.tiers, TIERS);
    let mut seen = 0;
    for mode in ["full", "controlled", "assisted"] {
        for action in ACTIONS {
            let row = matrix.actions.iter().find(|row| row.mode == mode && row.action == action).unwrap();
            for (tier, cell) in TIERS.iter().zip(&row.cells) {
                assert_eq!(only(cell), promised(mode, tier), "{mode} {action} {tier}");
                seen += 1;
            }
        }
    }
    assert_eq!((seen, matrix.actions.len()), (3 * ACTIONS.len() * 4, 3 * ACTIONS.len()));
}

/// The same without the matrix: real policies, in which the action itself carries the risk.
#[test]
fn the_seed_modes_hold_where_the_risk_is_that_of_the_action() {
    for mode in ["full", "controlled", "assisted"] {
        for action in ACTIONS {
            for tier in TIERS {
                let risk =
                    if tier == "low" { String::new() } else { format!("risk {{ {tier} when action is {action} }}\n") };
                let policy = policy(&format!(
                    "autonomy {mode}\nactions {{ {action} send }}\nintent any_thing {{ reply send }}\n{risk}"
                ));
                let mut facts = quiet("any_thing", 0.0);
                facts.name("action", action, Provenance::Observed);
                let verdict = policy.decide(&facts);
                assert_eq!(verdict.outcome, promised(mode, tier), "{mode} {action} {tier}: {verdict:?}");
                // And what an action may do is never freer than its own setting.
                for setting in [Outcome::Approval, Outcome::Off] {
                    let policy = common::policy(&format!(
                        "autonomy {mode}\nactions {{ {action} {setting} }}\nintent any_thing {{ reply send }}\n{risk}"
                    ));
                    let outcome = policy.decide(&facts).outcome;
                    assert_eq!(outcome, promised(mode, tier).max(setting), "{mode} {action} {setting} {tier}");
                }
            }
        }
    }
}

#[test]
fn critical_always_escalates_in_every_shipped_policy() {
    for name in ["default.remit", "b2b_sales.remit", "regulated_support.remit", "starter.remit"] {
        let policy = shipped(name);
        let matrix = matrix::of(&policy, None);
        assert!(!matrix.replies.is_empty() && !matrix.actions.is_empty());
        let critical = |cells: &Vec<Cell>| cells[3].bands.iter().all(|band| band.outcome == Outcome::Escalate);
        assert!(matrix.replies.iter().all(|row| critical(&row.cells)), "{name}");
        assert!(matrix.actions.iter().all(|row| critical(&row.cells)), "{name}");
    }
}

/// Cells of the matrix against decisions on plain facts, where no rule has to be forced.
#[test]
fn the_cells_are_what_the_policy_decides() {
    let policy = policy(
        "autonomy controlled\nautonomy full for channel chat\nsegment vip\nautonomy assisted for segment vip\n\
         undo 2m\nundo 10m for segment vip\n\
         intent question { reply send from 0.85, approval from 0.50, else escalate }\n\
         intent thanks { reply send from 0.80, else approval }\n\
         guard sure: approval when confidence > 0.95 and intent is thanks\n\
         risk { high when message.attachment }\n",
    );
    let matrix = matrix::of(&policy, None);
    let cell = |mode: &str, intent: &str, tier: usize| {
        matrix.replies.iter().find(|row| row.mode == mode && row.intent == intent).unwrap().cells[tier].words()
    };
    assert_eq!(cell("full", "question", 0), "send from 0.85, approval from 0.50, else escalate");
    assert_eq!(cell("controlled", "question", 2), "approval from 0.50, else escalate");
    assert_eq!(cell("full", "thanks", 2), "approval from 0.951, send from 0.80, else approval");
    assert_eq!(cell("assisted", "thanks", 3), "escalate");
    for (confidence, attachment) in [(0.4, false), (0.5, false), (0.849, true), (0.85, false), (0.99, true)] {
        let mut facts = quiet("question", confidence);
        facts.yes("message.attachment", attachment, Provenance::Observed).yes(
            "segment:vip",
            false,
            Provenance::Observed,
        );
        let row = matrix.replies.iter().find(|row| row.mode == "controlled" && row.intent == "question").unwrap();
        let bands = &row.cells[if attachment { 2 } else { 0 }].bands;
        let band = bands.iter().find(|band| confidence >= band.from).unwrap();
        assert_eq!(policy.decide(&facts).outcome, band.outcome, "{confidence} {attachment}");
    }
    let rows: Vec<String> = matrix
        .settings
        .iter()
        .filter(|row| row.channel == "email" || row.channel == "chat")
        .map(|row| format!("{} {:?} {} {}", row.channel, row.segment, row.mode, row.undo_ms / 60_000))
        .collect();
    assert_eq!(
        rows,
        [
            "email None controlled 2",
            "email Some(\"vip\") assisted 10",
            "chat None full 2",
            "chat Some(\"vip\") assisted 10"
        ]
    );
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!("standard", matrix::standard().unwrap().markdown());
    for name in ["default", "b2b_sales", "regulated_support", "starter"] {
        let policy = shipped(&format!("{name}.remit"));
        let text = matrix::of(&policy, None).markdown();
        // Every row of a table has as many cells as its head.
        let mut columns = 0;
        for line in text.lines() {
            let here = line.matches('|').count();
            assert!(here == 0 || columns == 0 || here == columns, "{name}: {line}");
            columns = here;
        }
        insta::assert_snapshot!(name, text);
    }
}
