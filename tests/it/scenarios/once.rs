//! Exactly once, whatever happens; and nothing after "stop".

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::ports::SendClass;
use remit_engine::store::ingest::Ingested;
use remit_tests::{Database, Killable, Kind, TestApp, each_database, yes};

use crate::flow::POLICY;

const SURE: &str = "[question 0.95] When?";

/// Another process takes over: leases of the dead one have run out by then.
async fn recovered(dead: &TestApp, database: &Database) -> TestApp {
    dead.clock.advance(Duration::from_secs(31));
    let app = dead.again(database).await;
    app.settle().await;
    app
}

each_database!(s03_killed_after_the_approval_and_before_the_provider_it_sends_once, |database| {
    let database = Arc::new(database);
    let process = Killable::start(&database, POLICY, SendClass::Queryable).await;
    let message =
        process.inside(async |app| app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await).await;
    // The provider is about to be called and never is.
    process.app().outbound.recorder.before.shut();
    let asked = message.clone();
    process.inside(async move |app| app.approve(&asked).await.unwrap()).await;
    process.app().outbound.recorder.before.crowd(1).await;
    let dead = process.kill();
    dead.outbound.recorder.before.open();
    let app = recovered(&dead, &database).await;
    app.wait(Duration::from_secs(60)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent(), ["An answer to your complaint."]);
});

each_database!(s04_killed_after_the_provider_took_it_there_is_one_message, |database| {
    let database = Arc::new(database);
    let process = Killable::start(&database, POLICY, SendClass::Queryable).await;
    process.app().outbound.recorder.after.shut();
    let message = process.inside(async |app| app.store(ChannelKind::Chat, "visitor-1", SURE).await).await;
    process.app().outbound.recorder.after.crowd(1).await;
    let dead = process.kill();
    dead.outbound.recorder.after.open();
    assert_eq!(dead.sent().len(), 1, "the provider has it");
    let app = recovered(&dead, &database).await;
    app.wait(Duration::from_secs(3600)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), 1, "asked by its key, not sent again");
});

each_database!(s06_the_same_delivery_three_times_is_one_message_and_one_run, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let raw = "From: Bo <bo@example.com>\nTo: email@acme.example\nMessage-ID: <1@example.com>\nSubject: Hi\n\n[question 0.9] Hello\n";
    let mut seen: Vec<Ingested> = Vec::new();
    for _ in 0..3 {
        seen.push(app.mail(raw).await);
        app.clock.advance(Duration::from_secs(40));
    }
    assert_eq!(seen.iter().map(|ingested| ingested.duplicate).collect::<Vec<_>>(), [false, true, true]);
    assert!(seen.iter().all(|ingested| ingested.run_id == seen[0].run_id));
    app.wait(Duration::from_secs(600)).await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(s07_a_look_for_lost_work_while_a_reply_takes_25_seconds_starts_no_second_one, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.before.shut();
    let message = app.store(ChannelKind::Chat, "visitor-1", SURE).await;
    app.outbound.recorder.before.crowd(1).await;
    // A file has one process; on PostgreSQL a second one looks as well.
    let other = if database.kind == Kind::Postgres { Some(app.again(&database).await) } else { None };
    for _ in 0..25 {
        app.clock.advance(Duration::from_secs(1));
        app.engine.wake();
        other.iter().for_each(|other| other.engine.wake());
        assert_eq!(app.engine.find_forgotten().await.unwrap(), 0, "it is being worked on, however slowly");
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(app.outbound.recorder.before.waiting(), 1, "a second send was begun");
    }
    app.outbound.recorder.before.open();
    app.settle().await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), 1);
});

each_database!(s08_the_kill_switch_with_500_queued_stops_every_one_and_counts, |database| {
    const ALL: usize = 500;
    let app = TestApp::new(&database, POLICY).await;
    let mut messages = Vec::with_capacity(ALL);
    // Half of them wait for the undo window; the other half is being worked on, some at the provider's door.
    for number in 0..ALL / 2 {
        messages.push(app.store(ChannelKind::Email, &format!("bo-{number}@example.com"), SURE).await);
    }
    app.settle().await;
    app.outbound.recorder.before.shut();
    for number in 0..ALL / 2 {
        messages.push(app.store(ChannelKind::Chat, &format!("visitor-{number}"), SURE).await);
    }
    app.outbound.recorder.before.crowd(30).await;
    let stopped = app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    let at_the_door = app.outbound.recorder.before.waiting();
    app.outbound.recorder.before.open();
    app.settle().await;
    app.wait(Duration::from_secs(600)).await;

    let left = app.sent().len();
    assert_eq!(left, at_the_door, "only what was being handed over when the switch was flipped has left");
    assert_eq!(stopped.in_flight, left, "and that is what was reported: {stopped:?}");
    assert!(stopped.stopped >= ALL / 2, "every scheduled one was taken back: {stopped:?}");
    let (mut sent, mut taken_back, mut decided) = (0, 0, 0);
    for message in &messages {
        let run = app.run_of(message).await;
        match (run.stage, run.closed_reason.as_deref()) {
            (Stage::Sent, _) => sent += 1,
            (Stage::Closed, Some("stopped")) => {
                taken_back += 1;
                assert!(app.timeline(message).await.contains("Ana stopped all sending: wrong prices"));
            }
            (Stage::Closed, Some("policy_off")) => {
                decided += 1;
                assert_eq!(app.decision(message).await.rule, "std_kill_switch");
            }
            other => panic!("{other:?}"),
        }
        assert!(sent <= left);
    }
    assert_eq!((sent, taken_back), (left, stopped.stopped), "the counts match");
    assert_eq!(sent + taken_back + decided, ALL);

    // Letting go is a decision of its own and flushes nothing.
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", false, "prices are right", "Ana").await.unwrap();
    app.wait(Duration::from_secs(3600)).await;
    assert_eq!(app.sent().len(), left);
    let fresh = app.receive(ChannelKind::Chat, "visitor-new", SURE).await;
    assert_eq!(app.run_of(&fresh).await.stage, Stage::Sent);
});

each_database!(a_reply_that_is_claimed_but_not_handed_over_stays_here_when_everything_is_stopped, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.detained.store(true, Ordering::SeqCst);
    let message = app.store(ChannelKind::Chat, "visitor-1", SURE).await;
    while app.run_of(&message).await.stage != Stage::Sending {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stopped = app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    assert_eq!((stopped.stopped, stopped.in_flight), (0, 1), "what has been claimed may have left: {stopped:?}");
    app.outbound.detained.store(false, Ordering::SeqCst);
    app.settle().await;
    app.wait(Duration::from_secs(60)).await;
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("policy_off")));
    assert_eq!(app.decision(&message).await.rule, "std_kill_switch");
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", false, "prices are right", "Ana").await.unwrap();
    app.wait(Duration::from_secs(3600)).await;
    assert!(app.sent().is_empty(), "nothing has left, and letting go flushes nothing");
});

each_database!(a_person_may_still_write_while_everything_is_stopped, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await;
    let (approval, draft) = (app.approval(&message).await, app.draft(&message).await);
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    assert!(app.engine.approve(&app.rep, &approval.id, yes(&draft)).await.is_err());
    app.reply(&message, "A person here.").await.unwrap();
    app.settle().await;
    assert_eq!(app.sent(), ["A person here."]);
});
