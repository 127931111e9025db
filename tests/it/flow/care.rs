//! What killed a process three times is not touched a fourth time; what is too much is a person's; a stop has an end.

use std::sync::Arc;
use std::time::Duration;

use remit_engine::Options;
use remit_engine::decide::job::{Operator, Word};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::ports::SendClass;
use remit_engine::store::read;
use remit_tests::{Database, Killable, Kind, TestApp, each_database, skipped};

use super::POLICY;

const SURE: &str = "[question 0.95] Where?";

each_database!(a_run_that_the_process_dies_over_again_and_again_is_parked_and_shown, |database| {
    let database = Arc::new(database);
    let mut process = Killable::start(&database, POLICY, SendClass::Idempotent).await;
    // It ended well before the poison came: nobody suspects it.
    process.inside(async |app| app.receive(ChannelKind::Chat, "visitor-0", SURE).await).await;
    process.app().outbound.recorder.before.shut();
    let poison = process.inside(async |app| app.store(ChannelKind::Chat, "visitor-1", SURE).await).await;
    for life in 1..=4 {
        // Each life comes as far as the provider's door and dies there.
        process.app().outbound.recorder.before.crowd(life).await;
        let dead = process.kill();
        dead.clock.advance(Duration::from_secs(31));
        let db = database.open().await;
        let mut reader = db.read().await.unwrap();
        let marks = read::unclean(&mut reader.conn(), DEFAULT_WORKSPACE, &poison.run_id).await.unwrap();
        drop(reader);
        db.close().await;
        assert_eq!(marks.map_or(0, |row| row.0), i64::try_from(life).unwrap() - 1, "after life {life}");
        process = Killable::after(&dead, &database).await;
    }
    let asked = poison.clone();
    process.inside(async move |app| app.settle().await).await;
    let app = process.app();
    let run = app.run_of(&asked).await;
    assert_eq!(run.stage, Stage::Failed, "{run:?}");
    assert!(run.last_error.unwrap().contains("died 3 times in a row"));
    // It was at the provider's door: whether it left, a person must say.
    assert_eq!(app.actions(&asked).await, ["delivery_failed", "job_dead"]);
    let fresh = process.inside(async |app| app.store(ChannelKind::Chat, "visitor-2", "[complaint 0.9] Hm").await).await;
    process.inside(async move |app| app.settle().await).await;
    assert_eq!(process.app().run_of(&fresh).await.stage, Stage::WaitingApproval, "others are worked on");

    process.app().outbound.recorder.before.open();
    let retried = poison.run_id.clone();
    process
        .inside(async move |app| {
            let by = Operator { name: "Bo", note: Some("the bug is fixed") };
            app.engine.retry_job(DEFAULT_WORKSPACE, &retried, by, Some(Word::SendAgain)).await.unwrap();
            app.settle().await;
        })
        .await;
    assert_eq!(process.app().run_of(&poison).await.stage, Stage::Sent);
    assert_eq!(process.app().sent().len(), 2, "once each");
    drop(process.kill());
});

each_database!(an_end_in_good_order_leaves_no_suspects, |database| {
    let mut app = TestApp::new(&database, POLICY).await;
    app.stop().await;
    let message = app.store(ChannelKind::Chat, "visitor-1", SURE).await;
    let mut reader = app.engine.db().read().await.unwrap();
    assert!(read::other_boots(&mut reader.conn(), "boot_none").await.unwrap().is_empty());
    drop(reader);
    app.start();
    app.settle().await;
    assert_eq!(app.run_of(&message).await.stage, Stage::Sent);
});

each_database!(what_waited_too_long_for_its_first_step_goes_to_a_person_with_the_reason, |database| {
    let options = Options { longest_wait: Some(Duration::from_secs(600)), ..Options::default() };
    let mut app = TestApp::tuned(&database, POLICY, SendClass::Queryable, options).await;
    app.stop().await;
    let late = app.store(ChannelKind::Chat, "visitor-1", SURE).await;
    app.clock.advance(Duration::from_secs(300));
    let in_time = app.store(ChannelKind::Chat, "visitor-2", SURE).await;
    app.clock.advance(Duration::from_secs(301));
    app.start();
    app.settle().await;
    let run = app.run_of(&late).await;
    assert_eq!(run.stage, Stage::Failed);
    assert_eq!(app.actions(&late).await, ["overloaded"]);
    assert!(run.last_error.unwrap().starts_with("overloaded: the message waited 601 s"));
    assert!(app.timeline(&late).await.contains("Left to a person: overloaded"));
    // It has a decision like every message, and a team.
    app.decision(&late).await;
    assert_eq!(app.conversation(&late).await.team.as_deref(), Some("inbox"));
    assert_eq!(app.run_of(&in_time).await.stage, Stage::Sent);

    // A person may have the AI answer it after all.
    app.engine.retry_job(DEFAULT_WORKSPACE, &late.run_id, Operator { name: "Bo", note: None }, None).await.unwrap();
    app.settle().await;
    assert_eq!(app.run_of(&late).await.stage, Stage::Sent);
    assert!(app.actions(&late).await.is_empty());
});

each_database!(a_flood_goes_to_people_and_nobody_is_forgotten, |database| {
    let options = Options { most_waiting: Some(3), ..Options::default() };
    let mut app = TestApp::tuned(&database, POLICY, SendClass::Queryable, options).await;
    app.stop().await;
    let mut all = Vec::new();
    for visitor in 0..6 {
        all.push(app.store(ChannelKind::Chat, &format!("visitor-{visitor}"), SURE).await);
    }
    app.start();
    app.settle().await;
    let mut left = 0;
    for message in &all {
        let run = app.run_of(message).await;
        match run.stage {
            Stage::Sent => {}
            Stage::Failed => {
                left += 1;
                assert_eq!(app.actions(message).await, ["overloaded"]);
                assert_eq!(run.last_error.as_deref(), Some("overloaded: more than 3 messages were waiting"));
            }
            other => panic!("{other}"),
        }
    }
    assert!(left > 0, "the flood was not seen");
    assert_eq!(left + app.sent().len(), all.len());
});

each_database!(a_step_that_hangs_does_not_hold_the_end_and_its_run_is_released, |database| {
    let options = Options { shutdown: Duration::from_millis(200), ..Options::default() };
    let mut app = TestApp::tuned(&database, POLICY, SendClass::Queryable, options).await;
    app.outbound.recorder.before.shut();
    let message = app.store(ChannelKind::Chat, "visitor-1", SURE).await;
    app.outbound.recorder.before.crowd(1).await;
    tokio::time::timeout(Duration::from_secs(15), app.stop()).await.expect("the end has an end");
    assert_eq!(app.run_of(&message).await.stage, Stage::Sending);
    // Whoever works next goes on at once, without waiting for a lease: the provider is asked, and has nothing.
    let next = app.again(&database).await;
    next.settle().await;
    let run = next.run_of(&message).await;
    assert_eq!((run.stage, run.attempt), (Stage::Gated, 1), "{run:?}");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_word_wakes_idle_workers_once_and_one_of_them_takes_the_message() {
    let test = "flow::care::one_word_wakes_idle_workers_once_and_one_of_them_takes_the_message";
    let Some(database) = Database::fresh(Kind::Postgres).await else {
        return skipped(test, "REMIT_TEST_POSTGRES_URL is not set");
    };
    const WORKERS: u64 = 3;
    const BURST: usize = 150;
    // The first takes messages in and works on none.
    let mut app = TestApp::new(&database, POLICY).await;
    app.stop().await;
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(app.again(&database).await);
    }
    let looks = || workers.iter().map(|worker| worker.engine.metrics().looks()).sum::<u64>();
    let one = app.store(ChannelKind::Chat, "visitor-one", SURE).await;
    until_done(&app).await;
    assert_eq!(app.run_of(&one).await.epoch, 1, "leased once, by one of them");
    assert_eq!(app.sent().len(), 1);

    let (before, begun) = (looks(), tokio::time::Instant::now());
    let writers: Vec<String> = (0..BURST).map(|visitor| format!("visitor-{visitor}")).collect();
    let all = writers.iter().map(|writer| app.store(ChannelKind::Chat, writer, SURE));
    futures_util::future::join_all(all).await;
    until_done(&app).await;
    let looked = looks() - before;
    assert_eq!(app.sent().len(), BURST + 1, "each once");
    // They are told at most once in 5 ms, however much comes in; and look by themselves each half second.
    let most = WORKERS * (begun.elapsed().as_millis() as u64 / 5 + 2 * begun.elapsed().as_secs() + 8);
    println!("{BURST} messages, {WORKERS} workers: {looked} looks of {most} at most");
    assert!(looked <= most, "{looked} looks for {BURST} messages: a herd");
}

/// Waits until nothing is due, without waking anybody.
async fn until_done(app: &TestApp) {
    let done = async {
        loop {
            let mut reader = app.engine.db().read().await.unwrap();
            if read::due(&mut reader.conn(), app.engine.clock().now_ms(), 1).await.unwrap().is_empty() {
                return;
            }
            drop(reader);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), done).await.expect("they come to an end");
}
