//! The operating side: what failed is seen with its history, tried again or ended by a person, and never sent blindly.

use std::time::Duration;

use remit_engine::EngineError;
use remit_engine::decide::job::{JobError, Operator, Word};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, JobState, Stage};
use remit_engine::metrics::counts;
use remit_engine::ports::{SendClass, SendError};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::rows::RunErrorRow;
use remit_engine::store::{jobs, read};
use remit_tests::{TestApp, each_database};

use super::POLICY;

const SURE: &str = "[question 0.95] Where?";
const BO: Operator<'static> = Operator { name: "Bo", note: None };

async fn errors(app: &TestApp, message: &Ingested) -> Vec<RunErrorRow> {
    let mut reader = app.engine.db().read().await.unwrap();
    read::run_errors(&mut reader.conn(), DEFAULT_WORKSPACE, &message.run_id, i64::MAX, 100).await.unwrap()
}

async fn listed(app: &TestApp, state: JobState) -> Vec<String> {
    let mut reader = app.engine.db().read().await.unwrap();
    let now = app.engine.clock().now_ms();
    let (mut ids, mut after) = (Vec::new(), (i64::MIN, String::new()));
    loop {
        let conn = &mut reader.conn();
        let page = jobs::list(conn, DEFAULT_WORKSPACE, state, (after.0, &after.1), now, 2).await.unwrap();
        assert!(page.len() <= 2 && page.iter().all(|row| row.state(now) == state), "{state}: {page:?}");
        let Some(last) = page.last() else { return ids };
        after = (last.run.ready_at.unwrap_or(i64::MIN), last.run.id.clone());
        ids.extend(page.into_iter().map(|row| row.run.id));
    }
}

async fn retry(app: &TestApp, message: &Ingested, word: Option<Word>) -> Result<(), EngineError> {
    let done = app.engine.retry_job(DEFAULT_WORKSPACE, &message.run_id, BO, word).await;
    app.settle().await;
    done
}

async fn cancel(app: &TestApp, message: &Ingested) -> Result<(), EngineError> {
    let by = Operator { name: "Bo", note: Some("not needed any more") };
    app.engine.cancel_job(DEFAULT_WORKSPACE, &message.run_id, by).await
}

async fn status_of_reply(app: &TestApp, message: &Ingested) -> String {
    let mut reader = app.engine.db().read().await.unwrap();
    let conn = &mut reader.conn();
    let all = read::messages(conn, DEFAULT_WORKSPACE, &message.conversation_id, i64::MAX, 10).await.unwrap();
    all.into_iter().find(|message| message.direction == "outbound").expect("a reply").status
}

each_database!(a_dead_letter_is_seen_with_its_history_and_tried_again_by_a_person, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Transient("down".to_owned()); 6]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    assert_eq!(listed(&app, JobState::Retrying).await, [message.run_id.as_str()]);
    for _ in 0..6 {
        app.wait(Duration::from_secs(700)).await;
    }
    assert_eq!(listed(&app, JobState::Failed).await, [message.run_id.as_str()]);
    assert_eq!(app.actions(&message).await, ["delivery_failed", "job_dead"]);
    let history = errors(&app, &message).await;
    assert_eq!(history.iter().map(|row| row.attempt).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1]);
    assert!(history.iter().all(|row| row.class == "transient" && row.error == "down"), "{history:?}");
    assert_eq!(status_of_reply(&app, &message).await, "failed");

    retry(&app, &message, None).await.unwrap();
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(app.sent().len(), 1);
    assert!(app.actions(&message).await.is_empty());
    assert!(listed(&app, JobState::Failed).await.is_empty());
    assert_eq!(status_of_reply(&app, &message).await, "sent");
    assert!(app.timeline(&message).await.contains("Bo had it tried again"));
    assert_eq!(errors(&app, &message).await.len(), 6, "the history stays");
    let again = retry(&app, &message, None).await;
    assert!(matches!(again, Err(EngineError::Job(JobError::NotFailed { stage: Stage::Sent }))), "{again:?}");
});

each_database!(a_reply_in_doubt_needs_a_word_and_is_sent_again_only_by_it, |database| {
    let app = TestApp::with_class(&database, POLICY, SendClass::Blind).await;
    app.outbound.recorder.fail_with(vec![SendError::InDoubt("timed out".to_owned()); 3]);
    let mut all = Vec::new();
    for visitor in ["visitor-1", "visitor-2", "visitor-3"] {
        all.push(app.receive(ChannelKind::Chat, visitor, SURE).await);
    }
    app.wait(Duration::from_secs(3_600)).await;
    assert_eq!(listed(&app, JobState::InDoubt).await.len(), 3);
    assert!(listed(&app, JobState::Failed).await.is_empty());
    for message in &all {
        let blind = retry(&app, message, None).await;
        assert!(matches!(blind, Err(EngineError::Job(JobError::InDoubt))), "{blind:?}");
    }
    assert!(app.sent().is_empty(), "nothing is sent without a word");

    retry(&app, &all[0], Some(Word::MarkSent)).await.unwrap();
    assert_eq!(app.run_of(&all[0]).await.stage, Stage::Sent);
    assert_eq!(status_of_reply(&app, &all[0]).await, "sent");
    assert!(app.sent().is_empty());
    assert!(app.timeline(&all[0]).await.contains("Bo said that the reply was sent"));

    retry(&app, &all[1], Some(Word::SendAgain)).await.unwrap();
    assert_eq!(app.sent().len(), 1);
    assert!(app.timeline(&all[1]).await.contains("had it sent again"));

    cancel(&app, &all[2]).await.unwrap();
    let run = app.run_of(&all[2]).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("cancelled")));
    assert_eq!(status_of_reply(&app, &all[2]).await, "unknown");
    for message in &all {
        assert!(app.actions(message).await.is_empty());
    }
    assert!(listed(&app, JobState::InDoubt).await.is_empty());
    app.wait(Duration::from_secs(3_600)).await;
    assert_eq!(app.sent().len(), 1);
});

each_database!(a_word_about_what_is_not_in_doubt_is_refused, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Refused("no such mailbox".to_owned())]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    for word in [Word::MarkSent, Word::SendAgain] {
        let wrong = retry(&app, &message, Some(word)).await;
        assert!(matches!(wrong, Err(EngineError::Job(JobError::NotInDoubt))), "{wrong:?}");
    }
    assert_eq!(errors(&app, &message).await[0].class, "refused");
    retry(&app, &message, None).await.unwrap();
    assert_eq!(app.sent().len(), 1);
});

each_database!(the_gate_is_asked_again_before_a_dead_letter_leaves, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Refused("no such mailbox".to_owned())]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    retry(&app, &message, None).await.unwrap();
    assert!(app.sent().is_empty());
    assert_eq!(app.run_of(&message).await.closed_reason.as_deref(), Some("policy_off"));
    assert_eq!(app.actions(&message).await, ["sending_stopped"]);
});

each_database!(where_the_provider_can_be_asked_it_is_before_any_person, |database| {
    let app = TestApp::new(&database, POLICY).await;
    // It was taken, and the answer was lost: asking finds it.
    app.outbound.recorder.lose_answers(1);
    let taken = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    assert_eq!(listed(&app, JobState::Retrying).await, [taken.run_id.as_str()]);
    app.wait(Duration::from_secs(3)).await;
    assert_eq!((app.run_of(&taken).await.stage, app.sent().len()), (Stage::Sent, 1));
    // It was not taken: asking finds nothing, and it is sent.
    app.outbound.recorder.fail_with(vec![SendError::InDoubt("timed out".to_owned())]);
    let lost = app.receive(ChannelKind::Chat, "visitor-2", SURE).await;
    for _ in 0..3 {
        app.wait(Duration::from_secs(5)).await;
    }
    assert_eq!((app.run_of(&lost).await.stage, app.sent().len()), (Stage::Sent, 2));
    assert_eq!(errors(&app, &lost).await.last().unwrap().class, "in_doubt");
});

each_database!(a_provider_that_knows_the_key_is_handed_the_same_again_but_not_after_a_stop, |database| {
    let app = TestApp::with_class(&database, POLICY, SendClass::Idempotent).await;
    app.outbound.recorder.lose_answers(2);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.wait(Duration::from_secs(3)).await;
    app.wait(Duration::from_secs(5)).await;
    assert_eq!((app.run_of(&message).await.stage, app.sent().len()), (Stage::Sent, 1));

    app.outbound.recorder.fail_with(vec![SendError::InDoubt("timed out".to_owned())]);
    let stopped = app.receive(ChannelKind::Chat, "visitor-2", SURE).await;
    app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "wrong prices", "Ana").await.unwrap();
    app.wait(Duration::from_secs(600)).await;
    assert_eq!(app.sent().len(), 1, "the second attempt might have been the one that sends it");
    assert_eq!(listed(&app, JobState::InDoubt).await, [stopped.run_id.as_str()]);
});

each_database!(a_provider_that_asks_for_a_pause_gets_it, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let throttled = SendError::Throttled { reason: "429".to_owned(), after_ms: Some(90_000) };
    app.outbound.recorder.fail_with(vec![throttled]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.wait(Duration::from_secs(89)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Gated);
    app.wait(Duration::from_secs(11)).await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
    assert_eq!(errors(&app, &message).await[0].class, "throttled");
});

each_database!(one_that_waits_for_its_next_attempt_can_be_tried_now, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let pause = SendError::Throttled { reason: "429".to_owned(), after_ms: Some(3_600_000) };
    app.outbound.recorder.fail_with(vec![pause]);
    let message = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    retry(&app, &message, None).await.unwrap();
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
});

each_database!(a_second_attempt_needs_no_second_place_in_a_limit, |database| {
    let app = TestApp::new(&database, POLICY).await;
    // Two replies a day for each contact: the second one needs two attempts.
    app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.outbound.recorder.fail_with(vec![SendError::Transient("greylisted".to_owned())]);
    let second = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    app.wait(Duration::from_secs(3)).await;
    assert_eq!(app.run_of(&second).await.stage, Stage::Sent);
    let third = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    assert_eq!(app.run_of(&third).await.stage, Stage::Held);
});

each_database!(a_cancelled_job_sends_nothing_and_leaves_nobody_unseen, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let waiting = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await;
    let scheduled = app.receive(ChannelKind::Email, "bo@example.com", SURE).await;
    app.clock.set("2026-03-03T22:00:00Z");
    let held = app.receive(ChannelKind::Sms, "+4930123456", SURE).await;
    for (state, message) in [(JobState::Waiting, &waiting), (JobState::Held, &held)] {
        assert_eq!(listed(&app, state).await, [message.run_id.as_str()], "{state}");
    }
    app.outbound.recorder.before.shut();
    let leaving = app.store(ChannelKind::Chat, "visitor-2", SURE).await;
    app.outbound.recorder.before.crowd(1).await;
    let too_late = cancel(&app, &leaving).await;
    assert!(matches!(too_late, Err(EngineError::Job(JobError::TooLate { stage: Stage::Sending }))), "{too_late:?}");
    app.outbound.recorder.before.open();
    app.settle().await;
    let before = app.sent().len();
    for message in [&waiting, &held] {
        cancel(&app, message).await.unwrap();
        let run = app.run_of(message).await;
        assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("cancelled")));
        assert!(app.actions(message).await.contains(&"sending_stopped".to_owned()));
        assert!(app.timeline(message).await.contains("Bo ended the work on the reply: not needed any more"));
        let twice = cancel(&app, message).await;
        assert!(matches!(twice, Err(EngineError::Job(JobError::TooLate { stage: Stage::Closed }))), "{twice:?}");
    }
    app.wait(Duration::from_secs(86_400)).await;
    assert_eq!(app.sent().len(), before);
    assert_eq!(app.run_of(&scheduled).await.stage, Stage::Sent);
});

each_database!(lists_of_jobs_are_paged_and_counted_by_state, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Refused("no".to_owned()); 5]);
    let mut failed = Vec::new();
    for visitor in 0..5 {
        failed.push(app.receive(ChannelKind::Chat, &format!("visitor-{visitor}"), SURE).await.run_id);
    }
    for visitor in 5..8 {
        app.receive(ChannelKind::Chat, &format!("visitor-{visitor}"), "[complaint 0.9] Hm").await;
    }
    failed.sort();
    assert_eq!(listed(&app, JobState::Failed).await, failed);
    assert_eq!(listed(&app, JobState::Waiting).await.len(), 3);
    let mut reader = app.engine.db().read().await.unwrap();
    let now = app.engine.clock().now_ms();
    let counted = counts(&mut reader.conn(), DEFAULT_WORKSPACE, now).await.unwrap();
    let of = |state| counted.iter().find(|(known, _)| *known == state).unwrap().1;
    assert_eq!((of(JobState::Failed), of(JobState::Waiting), of(JobState::InDoubt)), (5, 3, 0), "{counted:?}");
});

each_database!(a_reason_stays_while_another_job_of_the_conversation_has_failed, |database| {
    let app = TestApp::new(&database, POLICY).await;
    app.outbound.recorder.fail_with(vec![SendError::Refused("no".to_owned()); 2]);
    let first = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    let second = app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    assert_eq!(first.conversation_id, second.conversation_id);
    cancel(&app, &first).await.unwrap();
    assert_eq!(app.actions(&first).await, ["delivery_failed"]);
    cancel(&app, &second).await.unwrap();
    assert!(app.actions(&first).await.is_empty());
});
