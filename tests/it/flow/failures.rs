//! What happens when the outside world fails, and when the same thing comes twice.

use std::time::Duration;

use remit_engine::decide::job::due_again;
use remit_engine::domain::{ChannelKind, Stage};
use remit_engine::ports::{Clock, SendClass, SendError};
use remit_engine::store::{Ingested, Outcome};
use remit_tests::{TestApp, each_database};

use super::POLICY;

const SURE: &str = "[question 0.95] Where?";

each_database!(a_send_that_certainly_failed_is_tried_again, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Transient("greylisted".to_owned()); 2]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    assert_eq!(app.run_of(&message).await.attempt, 1);
    app.wait(Duration::from_secs(2)).await;
    assert!(app.sent().is_empty());
    app.wait(Duration::from_secs(4)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), 1);
});

each_database!(a_send_that_fails_for_ever_is_given_up_and_shown, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Transient("down".to_owned()); 50]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    for _ in 0..8 {
        app.wait(Duration::from_secs(700)).await;
    }
    assert_eq!(app.run_of(&message).await.stage, Stage::Failed);
    assert_eq!(app.actions(&message).await, ["delivery_failed", "job_dead"]);
});

each_database!(a_refused_send_is_not_tried_again, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Refused("no such mailbox".to_owned())]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.wait(Duration::from_secs(3_600)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Failed);
    assert!(app.sent().is_empty());
    assert_eq!(app.actions(&message).await, ["delivery_failed"]);
});

each_database!(a_send_in_doubt_is_never_repeated, |database| {
    let app = TestApp::with_class(&database, POLICY, SendClass::Blind).await;
    app.outbound.recorder.fail_with(vec![SendError::InDoubt("timed out".to_owned())]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.wait(Duration::from_secs(3_600)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Failed);
    assert!(app.sent().is_empty());
    assert!(app.timeline(&message).await.contains("may have been sent"));
});

each_database!(nothing_to_send_is_said_and_not_sent, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] {no draft}").await;
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("no_draft")));
    assert_eq!(app.actions(&message).await, ["no_draft"]);
});

each_database!(the_same_message_twice_at_the_same_moment_is_one_message, |database| {
    use remit_engine::decide::normalise::{self, Arrival};
    let app = TestApp::new(&database, POLICY).await;
    let channel = app.channel(ChannelKind::Email).await;
    let raw = b"From: Bo <bo@example.com>\r\nTo: email@acme.example\r\nMessage-ID: <1@example.com>\r\nSubject: Hi\r\n\r\n[question 0.9] Hello\r\n";
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let (engine, channel) = (app.engine.clone(), channel.clone());
        tasks.push(tokio::spawn(async move {
            let arrival = Arrival {
                channel: &channel,
                kind: ChannelKind::Email,
                source: "test",
                now_ms: engine.clock().now_ms(),
            };
            engine.receive(normalise::from_mail(arrival, raw, engine.ids())).await.unwrap()
        }));
    }
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    assert_eq!(seen.iter().filter(|ingested| !ingested.duplicate).count(), 1);
    assert!(seen.iter().all(|ingested| ingested.message_id == seen[0].message_id));
    app.settle().await;
    app.wait(Duration::from_secs(300)).await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(a_conversation_is_answered_in_order_however_fast_it_comes, |database| {
    let app = TestApp::new(&database, POLICY).await;
    // Only the last of a burst is answered; every message has its decision.
    let mut all = Vec::new();
    for visitor in 0..10 {
        for _ in 0..5 {
            all.push(app.store(ChannelKind::Chat, &format!("visitor-{visitor}"), SURE).await);
        }
    }
    app.settle().await;
    for message in &all {
        assert!(app.run_of(message).await.stage.is_terminal() || app.run_of(message).await.stage == Stage::Held);
        app.decision(message).await;
    }
    let to: Vec<String> = app.outbound.recorder.sent().into_iter().map(|message| message.to).collect();
    for visitor in 0..10 {
        let answers = to.iter().filter(|to| **to == format!("visitor-{visitor}")).count();
        assert!((1..=2).contains(&answers), "visitor-{visitor} got {answers}");
    }
});

each_database!(a_stopped_engine_goes_on_where_it_was, |database| {
    let mut app = TestApp::new(&database, POLICY).await;
    app.stop().await;
    let message = app.store(ChannelKind::Chat, "visitor-1", SURE).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Received);
    app.start();
    app.settle().await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
});

each_database!(a_step_that_panics_is_tried_again_then_shown_and_takes_nobody_along, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let poison = app.receive(ChannelKind::Chat, "visitor-1", "[panic]").await;
    let other = app.receive(ChannelKind::Chat, "visitor-2", SURE).await;
    assert_eq!(app.run_of(&other).await.stage, Stage::Sent);
    for _ in 0..6 {
        app.wait(Duration::from_secs(700)).await;
    }
    let run = app.run_of(&poison).await;
    assert_eq!(run.stage, Stage::Failed);
    assert!(run.last_error.unwrap().contains("told to panic"));
    assert_eq!(app.actions(&poison).await, ["job_dead"]);
    // This message has a decision too.
    assert_eq!(app.decision(&poison).await.outcome, "escalate");
});

/// Somebody moves the run while a step is under way, and leaves it due.
async fn moved_meanwhile(app: &TestApp, message: &Ingested) {
    let run = app.run_of(message).await;
    let outcome = app.engine.writer().commit(due_again(&run, app.clock.now_ms())).await.unwrap();
    assert_eq!(outcome, Outcome::Won);
}

each_database!(a_step_that_lost_its_run_to_somebody_who_left_it_due_looks_again, |database| {
    let app = TestApp::with_class(&database, POLICY, SendClass::Blind).await;
    app.drafting.shut();
    let message = app.store(ChannelKind::Chat, "visitor-1", "[question 0.95] Where?").await;
    app.drafting.crowd(1).await;
    moved_meanwhile(&app, &message).await;
    // What was about to be decided is lost; on PostgreSQL nobody else would look, for the lease is ours and is renewed.
    app.outbound.recorder.before.shut();
    app.drafting.open();
    app.outbound.recorder.before.crowd(1).await;
    moved_meanwhile(&app, &message).await;
    // What the provider says now is about the send that is under way: it is kept, and no person is asked.
    app.outbound.recorder.before.open();
    app.settle().await;
    let run = app.run_of(&message).await;
    assert_eq!(run.stage, Stage::Sent, "{run:?}");
    assert_eq!(app.sent().len(), 1);
    assert_eq!(app.actions(&message).await, Vec::<String>::new());
});
