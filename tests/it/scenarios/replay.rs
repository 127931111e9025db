//! Recorded traffic under another policy.

use std::collections::BTreeSet;
use std::time::Duration;

use remit_dsl::Policy;
use remit_dsl::diff::Direction;
use remit_engine::decide::replay::{Counts, Report};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::replay::Window;
use remit_tests::{TestApp, each_database, only};

use crate::flow::POLICY;

fn policy(text: &str) -> Policy {
    let compiled = remit_dsl::compile("test.remit", &only(text));
    compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

const ALL: Window = Window { since_ms: 0, latest: None, examples: 1_000 };

async fn replay(app: &TestApp, candidate: &str, window: Window) -> Report {
    app.engine.replay(DEFAULT_WORKSPACE, &policy(candidate), window, &|_| {}).await.unwrap()
}

/// Messages that come to every outcome, some through a hold, an approval and a limit. Gives how many decisions there are.
async fn traffic(app: &TestApp) -> u64 {
    for (number, text) in [
        "[question 0.95] When?",
        "[question 0.65] When?",
        "[question 0.30] When?",
        "[question 0.95] My lawyer asks when",
        "[question 0.95] When? {draft: A discount for you}",
        "[complaint 0.90] Not good",
        "[unsubscribe 0.95] Stop",
        "[human_request 0.95] A person, please",
        "[broken]",
        "Nothing fits",
    ]
    .iter()
    .enumerate()
    {
        app.receive(ChannelKind::Chat, &format!("visitor-{number}"), text).await;
        app.clock.advance(Duration::from_millis(7));
    }
    let asked = app.receive(ChannelKind::Sms, "+41791234567", "[question 0.65] When?").await;
    app.approve(&asked).await.unwrap();
    app.settle().await;
    // The daily limit is two.
    for _ in 0..4 {
        app.receive(ChannelKind::Chat, "often", "[question 0.95] When?").await;
        app.wait(Duration::from_secs(60)).await;
    }
    app.clock.set("2026-03-03T21:30:00Z");
    app.receive(ChannelKind::Sms, "+41791234568", "[question 0.95] When?").await;
    // Everything that was held is asked about again.
    app.clock.set("2026-03-04T08:30:00Z");
    app.settle().await;
    replay(app, POLICY, ALL).await.decisions
}

/// Once from the records, once from packs, once from half of each: the same report.
async fn both_ways(app: &TestApp, candidate: &str) -> Report {
    let records = replay(app, candidate, ALL).await;
    app.clock.advance(Duration::from_secs(60));
    app.engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap();
    let packs = replay(app, candidate, ALL).await;
    assert_eq!(packs, records);
    packs
}

each_database!(s24_replaying_with_the_unchanged_policy_changes_nothing, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let decisions = traffic(&app).await;
    assert!(decisions >= 18, "{decisions}");
    let report = both_ways(&app, POLICY).await;
    assert!(report.is_empty(), "{report:#?}");
    assert_eq!(report.as_recorded, Counts { unchanged: decisions, ..Counts::default() });
    assert_eq!((report.changes.len(), report.notes.len(), report.worked_out_again), (0, 0, 0));
    // Limits and threads that are counted anew come to what was counted then.
    let anew = report.counted_anew.as_ref().unwrap();
    assert_eq!((anew.counts.unchanged, anew.answered_before), (decisions, 0), "{anew:?}");
    // Moved lines, another order and comments are no change either.
    let mut lines: Vec<&str> = POLICY.lines().collect();
    let night = lines.iter().position(|line| line.starts_with("guard night")).unwrap();
    let moved = lines.remove(night);
    let legal = lines.iter().position(|line| line.starts_with("guard legal")).unwrap();
    lines.insert(legal, moved);
    let report = replay(&app, &format!("{}\n# the same\n", lines.join("\n")), ALL).await;
    assert!(report.is_empty(), "{report:#?}");
});

each_database!(s25_a_candidate_that_widens_one_intent_lists_exactly_those_messages, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let mut widened = BTreeSet::new();
    for (number, confidence) in ["0.95", "0.80", "0.79", "0.75", "0.74", "0.60", "0.49"].iter().enumerate() {
        let from = format!("visitor-{number}");
        let text = format!("[question {confidence}] When?");
        let message = app.receive(ChannelKind::Chat, &from, &text).await;
        if ["0.79", "0.75"].contains(confidence) {
            widened.insert(message.message_id);
        }
        app.receive(ChannelKind::Chat, &from, &format!("[complaint {confidence}] Not good")).await;
        app.receive(ChannelKind::Chat, &format!("other-{number}"), &format!("{text} My lawyer asks")).await;
    }
    let candidate = POLICY.replace("reply send from 0.80", "reply send from 0.75");
    let report = both_ways(&app, &candidate).await;
    let freer: BTreeSet<String> = report
        .changes
        .iter()
        .inspect(|change| assert_eq!(change.direction, Direction::Freer, "{change:?}"))
        .flat_map(|change| change.examples.iter().map(|example| example.message_id.clone()))
        .collect();
    assert_eq!(freer, widened);
    assert_eq!((report.as_recorded.freer, report.as_recorded.unchanged), (2, 19));
    assert!(report.may_be_freer());
    let change = &report.changes[0];
    assert_eq!(change.old.rules, ["band:question"]);
    assert!(change.new.rules.contains(&"band:question".to_owned()), "{change:?}");
    assert!(change.old.at.starts_with("test.remit:"), "{change:?}");
    // The difference between the texts says so, too.
    let said = remit_dsl::diff::diff(&policy(POLICY), &policy(&candidate));
    assert!(said.may_be_freer());
    let (old, new) = (policy(POLICY), policy(&candidate));
    let counted = app.engine.traffic(DEFAULT_WORKSPACE, (&said, &old, &new), ALL, &|_| {}).await.unwrap();
    assert_eq!((counted.messages, counted.elsewhere, counted.not_replayable), (21, 0, 0), "{counted:?}");
    let in_regions = said.regions.iter().zip(&counted.regions).filter(|(_, count)| **count > 0);
    let in_regions: Vec<_> =
        in_regions.map(|(region, count)| (region.from.as_str(), region.to.as_str(), *count)).collect();
    assert_eq!(in_regions, [("approval", "send", 2)]);
    assert_eq!(replay(&app, &candidate, Window { since_ms: i64::MAX, ..ALL }).await.decisions, 0);
    assert_eq!(replay(&app, &candidate, Window { latest: Some(5), ..ALL }).await.decisions, 5);
});

each_database!(what_was_not_recorded_is_worked_out_from_the_texts_or_counted, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let refund = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] I want a refund").await;
    app.receive(ChannelKind::Chat, "visitor-2", "[question 0.95] When?").await;
    app.receive(ChannelKind::Chat, "visitor-3", "[question 0.95] My attorney asks").await;
    app.receive(ChannelKind::Chat, "visitor-4", "[complaint 0.95] Not good").await;

    // A new detector and one with another list of words: the texts are there.
    let candidate = POLICY.replace("words \"lawyer\"", "words \"lawyer\", \"attorney\"").replace(
        "switch stop_all",
        "detector refund on message { words \"refund\" }\nguard money: approval when message detects refund\nswitch stop_all",
    );
    let report = both_ways(&app, &candidate).await;
    assert_eq!((report.worked_out_again, report.as_recorded.not_replayable), (4, 0));
    assert_eq!((report.as_recorded.stricter, report.as_recorded.unchanged), (2, 2), "{report:#?}");
    let by_rule = |rule: &str| {
        let found = report.changes.iter().find(|change| change.new.rules.contains(&format!("guard:{rule}")));
        found.map(|change| change.examples.iter().map(|one| one.message_id.clone()).collect::<Vec<_>>())
    };
    assert_eq!(by_rule("money"), Some(vec![refund.message_id]));
    assert_eq!(by_rule("legal").map(|messages| messages.len()), Some(1));

    // A new segment: nobody knows who was in it. Where a person is asked in any case, it makes no difference.
    let with = |guard: &str| {
        POLICY
            .replace("segment vip\n", "segment vip\nsegment gold\n")
            .replace("switch stop_all", &format!("guard golden: {guard} when contact in gold\nswitch stop_all"))
    };
    let report = both_ways(&app, &with("approval")).await;
    assert_eq!((report.as_recorded.not_replayable, report.as_recorded.freer), (4, 0), "{report:#?}");
    assert_eq!(report.not_replayable[0].what, "`segment:gold` was not recorded");
    let report = both_ways(&app, &with("hold 12h")).await;
    assert_eq!((report.as_recorded.not_replayable, report.as_recorded.unchanged), (3, 1), "{report:#?}");
    // Within office hours a hold until then is none, whoever it is.
    let report = both_ways(&app, &with("hold until office")).await;
    assert_eq!((report.as_recorded.not_replayable, report.as_recorded.unchanged), (0, 4), "{report:#?}");

    // An intent that is gone.
    let candidate = POLICY.replace("intent complaint { reply approval }\n", "");
    let report = both_ways(&app, &candidate).await;
    assert_eq!(report.as_recorded.not_replayable, 1);
    assert_eq!(report.not_replayable[0].what, "the candidate has no intent `complaint`");
});

each_database!(limits_and_threads_are_taken_as_recorded_and_counted_anew, |database| {
    let app = TestApp::new(&database, POLICY).await;
    for _ in 0..4 {
        app.receive(ChannelKind::Chat, "often", "[question 0.95] When?").await;
        app.clock.advance(Duration::from_secs(60));
    }
    // Two were sent, two were held. Under a limit of three, one more would have left.
    let candidate = POLICY.replace("limit daily: 2 replies", "limit daily: 3 replies");
    let report = both_ways(&app, &candidate).await;
    assert_eq!(report.as_recorded.freer, 0, "as recorded, the limit was used up: {report:#?}");
    let anew = report.counted_anew.unwrap();
    assert_eq!((anew.counts.freer, anew.counts.unchanged), (1, 3), "{anew:?}");
    // A limit that is new was not counted then: as recorded nothing can be said, counted anew it can.
    let candidate =
        POLICY.replace("guard legal:", "limit hourly: 1 replies per agent per hour else approval\nguard legal:");
    let report = both_ways(&app, &candidate).await;
    assert_eq!(report.as_recorded.not_replayable, 4, "{report:#?}");
    let anew = report.counted_anew.unwrap();
    assert_eq!((anew.counts.not_replayable, anew.counts.unchanged, anew.counts.stricter), (0, 1, 3), "{anew:?}");
    // Threads that the candidate does not answer are shorter.
    let deep = POLICY.replace("guard legal:", "guard deep: escalate when thread.depth >= 4\nguard legal:");
    let report = both_ways(&app, &deep).await;
    let silent = deep.replace("autonomy controlled", "autonomy assisted");
    let quiet = both_ways(&app, &silent).await;
    assert_eq!(report.as_recorded.stricter, 2, "{report:#?}");
    let escalated = |report: &Report| -> u64 {
        let anew = report.counted_anew.as_ref().unwrap();
        anew.outcomes.iter().filter(|change| change.to == remit_dsl::Outcome::Escalate).map(|one| one.count).sum()
    };
    assert!(escalated(&quiet) < escalated(&report), "{quiet:#?}\n{report:#?}");
});
