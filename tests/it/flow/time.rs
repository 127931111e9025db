//! What waits for a time, on our own clock, over restarts.

use std::time::Duration;

use remit_engine::decide::reply::{Compose, ReplyError};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::replies::Gesture;
use remit_engine::store::{inbox, read};
use remit_engine::{EngineError, decide::person::DecideError};
use remit_tests::{TestApp, compose, each_database};

use super::POLICY;

const UNSURE: &str = "[complaint 0.90] Not good";
const HOUR: Duration = Duration::from_secs(3600);

fn in_ms(app: &TestApp, by: Duration) -> i64 {
    app.engine.clock().now_ms() + i64::try_from(by.as_millis()).unwrap()
}

/// Lines of the timeline of this kind.
async fn lines(app: &TestApp, message: &remit_engine::store::ingest::Ingested, kind: &str) -> usize {
    app.timeline(message).await.lines().filter(|line| line.starts_with(&format!("{kind} "))).count()
}

each_database!(a_reply_for_later_leaves_then_and_once_also_after_a_restart, |database| {
    let mut app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let later = Compose { send_at: Some(in_ms(&app, 2 * HOUR)), ..compose("Tomorrow, then.") };
    let draft = app.engine.reply(&app.rep, &message.conversation_id, &later).await.unwrap();
    app.wait(HOUR).await;
    assert!(app.sent().is_empty());
    app.stop().await;
    app.clock.advance(HOUR);
    let other = app.again(&database).await;
    other.settle().await;
    other.wait(HOUR).await;
    assert_eq!(other.sent(), ["Tomorrow, then."]);
    let mut reader = app.engine.db().read().await.unwrap();
    let conn = &mut reader.conn();
    let sent = read::messages(conn, DEFAULT_WORKSPACE, &message.conversation_id, i64::MAX, 1).await.unwrap();
    assert_eq!((sent[0].author_kind.as_str(), sent[0].author_name.as_deref()), ("rep", Some("Ana")));
    assert_eq!(sent[0].draft_id.as_deref(), Some(draft.as_str()));
    assert!(app.timeline(&message).await.contains("Sent the reply by chat as a person wrote it"));
});

each_database!(a_reply_for_later_is_taken_back_or_withdrawn_when_the_contact_writes, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let later = || Compose { send_at: Some(in_ms(&app, HOUR)), ..compose("Later.") };
    let draft = app.engine.reply(&app.rep, &message.conversation_id, &later()).await.unwrap();
    app.engine.take_back(&app.rep, &draft).await.unwrap();
    let again = app.engine.take_back(&app.rep, &draft).await;
    assert!(matches!(again, Err(EngineError::Decide(DecideError::TooLate { .. }))), "{again:?}");
    app.engine.reply(&app.rep, &message.conversation_id, &later()).await.unwrap();
    app.clock.advance(Duration::from_secs(1));
    let news = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] Never mind!").await;
    app.wait(2 * HOUR).await;
    assert!(app.sent().is_empty());
    assert!(app.actions(&news).await.contains(&"reply_withdrawn".to_owned()));
});

each_database!(a_reply_is_not_taken_when_the_rep_cannot_know_what_they_do, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Email, "bo@example.com", "[unsubscribe 0.97] Remove me").await;
    let reply = |compose: Compose| {
        let (app, id) = (&app, message.conversation_id.clone());
        async move { app.engine.reply(&app.rep, &id, &compose).await }
    };
    let is = |result: Result<String, EngineError>, wanted: &ReplyError| {
        assert!(matches!(&result, Err(EngineError::Reply(error)) if error == wanted), "{result:?}");
    };
    is(reply(compose("Goodbye.")).await, &ReplyError::OptedOut);
    is(reply(compose("  ")).await, &ReplyError::Empty);
    let knows = || Compose { knows_opted_out: true, ..compose("You are off our list.") };
    is(reply(Compose { revision: Some(7), ..knows() }).await, &ReplyError::Moved { current: 1 });
    is(reply(Compose { send_at: Some(in_ms(&app, Duration::ZERO)), ..knows() }).await, &ReplyError::Past);
    reply(Compose { revision: Some(1), ..knows() }).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent(), ["You are off our list."]);
    assert!(app.timeline(&message).await.contains("knowing that the contact does not want to be written to"));
});

each_database!(a_snooze_ends_at_its_time_or_with_the_next_message, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let id = &message.conversation_id;
    let snooze = Gesture::Snooze(in_ms(&app, 24 * HOUR));
    app.engine.gesture(&app.rep, id, snooze).await.unwrap();
    assert_eq!(app.conversation(&message).await.status, "snoozed");
    let clear = remit_engine::store::Write::UnreadClear { rep_id: app.rep.id.clone(), conversation_id: id.clone() };
    app.engine.commit_writes(DEFAULT_WORKSPACE, vec![clear]).await.unwrap();
    app.wait(23 * HOUR).await;
    assert_eq!(app.conversation(&message).await.status, "snoozed");
    app.wait(HOUR).await;
    app.wait(HOUR).await;
    assert_eq!(app.conversation(&message).await.status, "open");
    assert_eq!(lines(&app, &message, "woke").await, 1);
    let mut reader = app.engine.db().read().await.unwrap();
    let row = inbox::one(&mut reader.conn(), DEFAULT_WORKSPACE, id, &app.rep.id).await.unwrap().unwrap();
    assert!(row.unread > 0, "whoever put it aside sees it again");
    drop(reader);
    // The second time the contact is earlier, and the old time means nothing any more.
    let snooze = Gesture::Snooze(in_ms(&app, 24 * HOUR));
    app.engine.gesture(&app.rep, id, snooze).await.unwrap();
    app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    assert_eq!(app.conversation(&message).await.status, "open");
    app.wait(25 * HOUR).await;
    assert_eq!(lines(&app, &message, "woke").await, 1);
});

each_database!(those_who_should_approve_are_reminded_once, |database| {
    let policy = POLICY.replace("expire after 24h then escalate", "expire after 24h then escalate  remind after 4h");
    let app = TestApp::new(&database, &policy).await;
    let waits = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let answered = app.receive(ChannelKind::Chat, "visitor-2", UNSURE).await;
    app.wait(HOUR).await;
    app.approve(&answered).await.unwrap();
    app.wait(3 * HOUR - Duration::from_millis(1)).await;
    assert_eq!(lines(&app, &waits, "approval_reminder").await, 0);
    app.wait(Duration::from_millis(1)).await;
    app.wait(5 * HOUR).await;
    assert_eq!(lines(&app, &waits, "approval_reminder").await, 1);
    assert_eq!(lines(&app, &answered, "approval_reminder").await, 0);
    assert!(app.approval(&waits).await.reminded_at.is_some());
    assert!(app.timeline(&waits).await.contains("Reminder to team inbox"));
});

each_database!(an_answer_in_time_keeps_the_promise_and_silence_breaks_it, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let silent = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let answered = app.receive(ChannelKind::Chat, "visitor-2", UNSURE).await;
    let automatic = app.receive(ChannelKind::Chat, "visitor-3", "[question 0.95] When?").await;
    assert_eq!(app.conversation(&automatic).await.sla_at, None, "nothing is owed");
    let promised = app.conversation(&silent).await.sla_at;
    app.wait(HOUR).await;
    // Another message does not put the promise off.
    app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    assert_eq!(app.conversation(&silent).await.sla_at, promised);
    app.approve(&answered).await.unwrap();
    app.settle().await;
    assert_eq!(app.conversation(&answered).await.sla_at, None);
    app.wait(7 * HOUR).await;
    assert!(app.actions(&silent).await.contains(&"sla_risk".to_owned()));
    assert!(app.actions(&answered).await.is_empty());
    app.reply(&silent, "Sorry for the wait.").await.unwrap();
    app.settle().await;
    assert!(app.actions(&silent).await.is_empty());
    app.wait(24 * HOUR).await;
    assert_eq!(lines(&app, &silent, "sla_missed").await, 1);
});

each_database!(whatsapp_takes_no_free_text_after_a_day, |database| {
    let policy = POLICY.replace("expire after 24h", "expire after 72h");
    let app = TestApp::new(&database, &policy).await;
    let message = app.receive(ChannelKind::Whatsapp, "+41791234567", UNSURE).await;
    app.wait(24 * HOUR - Duration::from_secs(1)).await;
    let other = app.receive(ChannelKind::Whatsapp, "+41791234568", UNSURE).await;
    app.wait(Duration::from_secs(1)).await;
    app.approve(&message).await.unwrap();
    app.approve(&other).await.unwrap();
    app.settle().await;
    assert_eq!(app.decision(&message).await.rule, "std_window_closed");
    let run = app.run_of(&message).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("escalated")));
    assert!(app.actions(&message).await.contains(&"escalation".to_owned()));
    assert_eq!(app.outbound.recorder.sent().len(), 1);
    assert_eq!(app.outbound.recorder.sent()[0].to, "+41791234568");
});

each_database!(timers_of_one_store_fire_once_however_many_processes_look, |database| {
    let policy = POLICY.replace("expire after 24h then escalate", "expire after 240h then escalate  remind after 4h");
    let app = TestApp::new(&database, &policy).await;
    let mut all = Vec::new();
    for visitor in 0..20 {
        all.push(app.store(ChannelKind::Chat, &format!("visitor-{visitor}"), UNSURE).await);
    }
    app.settle().await;
    let mut others = Vec::new();
    if database.kind == remit_tests::Kind::Postgres {
        for _ in 0..3 {
            others.push(app.again(&database).await);
        }
    }
    app.clock.advance(9 * HOUR);
    for app in others.iter().chain([&app]) {
        app.engine.wake();
    }
    app.settle().await;
    for message in &all {
        assert_eq!(lines(&app, message, "approval_reminder").await, 1);
        assert_eq!(lines(&app, message, "sla_missed").await, 1);
    }
});

each_database!(a_sweep_runs_by_the_wall_clock_once_also_after_a_pause, |database| {
    let policy = format!("{POLICY}sweep nudge: remind_approvals cron \"0 9 * * mon-fri\"\n")
        .replace("expire after 24h", "expire after 240h");
    let mut app = TestApp::new(&database, &policy).await;
    // It is Tuesday, eleven in Berlin; the next sweep is on Wednesday at nine.
    let message = app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    app.wait(21 * HOUR).await;
    assert_eq!(lines(&app, &message, "approval_reminder").await, 0);
    app.wait(HOUR).await;
    assert_eq!(lines(&app, &message, "approval_reminder").await, 1);
    // Nobody runs on Thursday and Friday at nine; the one that starts then makes up for it once.
    let late = app.receive(ChannelKind::Chat, "visitor-2", UNSURE).await;
    app.stop().await;
    app.clock.advance(60 * HOUR);
    let other = app.again(&database).await;
    other.settle().await;
    assert_eq!(lines(&other, &late, "approval_reminder").await, 1);
    assert_eq!(lines(&other, &message, "approval_reminder").await, 1, "reminded once is enough");
    let mut reader = other.engine.db().read().await.unwrap();
    let timers = read::timers(&mut reader.conn(), DEFAULT_WORKSPACE, "sweep").await.unwrap();
    let monday = "2026-03-09T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert_eq!(
        timers.iter().map(|timer| (timer.subject_id.as_str(), timer.due_at)).collect::<Vec<_>>(),
        [("nudge", monday)]
    );
    drop(reader);
    other.change_policy(POLICY).await;
    let mut reader = other.engine.db().read().await.unwrap();
    assert!(read::timers(&mut reader.conn(), DEFAULT_WORKSPACE, "sweep").await.unwrap().is_empty());
});
