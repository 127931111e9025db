//! The last net finds what nobody would look at again, and touches nothing else.

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::{Db, StoreError, Write};
use remit_tests::{Database, Kind, TestApp, each_database};

use crate::flow::POLICY;

/// A hand in the database.
async fn tamper(db: &Db, sql: &'static str, id: &str) {
    let changed = match db {
        Db::Sqlite { write, .. } => sqlx::query(sql).bind(id).execute(write).await.unwrap().rows_affected(),
        Db::Postgres { write, .. } => sqlx::query(sql).bind(id).execute(write).await.unwrap().rows_affected(),
    };
    assert_eq!(changed, 1, "{sql}");
}

each_database!(forgotten_runs_are_made_due_and_nothing_else_is_touched, |database| {
    let mut app = TestApp::new(&database, POLICY).await;
    let asked = app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.9] Hm").await;
    let unasked = app.receive(ChannelKind::Chat, "visitor-2", "[complaint 0.9] Hm").await;
    let scheduled = app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] Where?").await;
    app.stop().await;
    let lost = app.store(ChannelKind::Chat, "visitor-3", "[question 0.95] Where?").await;
    let odd = app.store(ChannelKind::Chat, "visitor-4", "[question 0.95] Where?").await;
    assert_eq!(app.engine.find_forgotten().await.unwrap(), 0, "what is due or parked is not forgotten");

    let db = app.engine.db();
    tamper(db, "UPDATE run SET ready_at = NULL WHERE id = $1", &lost.run_id).await;
    tamper(db, "UPDATE approval SET state = 'withdrawn' WHERE run_id = $1", &unasked.run_id).await;
    let mut expected = 2;
    if database.kind == Kind::Postgres {
        // A worker whose clock was a year ahead.
        let lease = "UPDATE run SET lease_owner = 'boot_gone', lease_until = 1900000000000 WHERE id = $1";
        tamper(db, lease, &odd.run_id).await;
        expected += 1;
    }
    app.start();
    // Once at its start somebody looked already; whoever was first, all are found once.
    let found = app.engine.find_forgotten().await.unwrap();
    assert!(found <= expected, "{found} of {expected}");
    app.settle().await;
    assert_eq!(app.engine.find_forgotten().await.unwrap(), 0);
    app.settle().await;
    for message in [&lost, &odd] {
        assert_eq!(app.run_of(message).await.stage, Stage::Sent);
    }
    let run = app.run_of(&unasked).await;
    assert_eq!((run.stage, run.closed_reason.as_deref()), (Stage::Closed, Some("escalated")));
    assert!(app.actions(&unasked).await.contains(&"draft_expired".to_owned()));
    assert_eq!(app.run_of(&asked).await.stage, Stage::WaitingApproval);
    assert_eq!(app.run_of(&scheduled).await.stage, Stage::Scheduled);
    // Who looked at the start counts after it has looked.
    let counted = format!("remit_runs_revived_total {expected}");
    for _ in 0..200 {
        if app.engine.metrics_text().await.contains(&counted) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not {counted}: {}", app.engine.metrics_text().await);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_turns_messages_away_within_their_patience_and_keeps_what_it_took() {
    use std::time::Duration;
    let database = Database::fresh(Kind::Sqlite).await.unwrap();
    let mut app = TestApp::new(&database, POLICY).await;
    app.stop().await;
    let Db::Sqlite { write, .. } = app.engine.db() else { panic!("SQLite") };
    // The writer can write nothing while somebody else holds the lock.
    let held = write.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..6_000 {
        let engine = app.engine.clone();
        let rejected = Write::RejectedInbound { reason: format!("reason-{}", number % 10), day: 0 };
        waiting.spawn(async move { engine.commit_writes(DEFAULT_WORKSPACE, vec![rejected]).await });
    }
    let channel = app.channel(ChannelKind::Email).await;
    let raw = b"From: Bo <bo@example.com>\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n".to_vec();
    let ingest = app.engine.read_mail(&channel, "test", raw).await.unwrap();
    let refused = app.engine.receive_within(ingest.clone(), Some(Duration::from_millis(500))).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full) && refused.is_transient(), "{refused}");
    drop(held);
    while let Some(done) = waiting.join_next().await {
        done.unwrap().unwrap();
    }
    assert!(!app.engine.receive(ingest).await.unwrap().duplicate, "what was turned away was not stored");
}
