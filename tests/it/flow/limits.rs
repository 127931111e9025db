//! Limits are exact, however many send at once, and let go in order.

use std::collections::BTreeMap;
use std::time::Duration;

use remit_engine::domain::{ChannelKind, Stage};
use remit_engine::store::ingest::Ingested;
use remit_tests::{Kind, TestApp, each_database};

const POLICY: &str = r#"remit 1
policy limits "For tests"
timezone "UTC"
autonomy full
undo 0s
team inbox
agent ada on email, chat, sms, whatsapp, voice
hours always { daily 00:00-24:00 }
intent question { reply send }
intent other { reply approval }
limit hourly: 10 replies per channel per hour else hold until always
limit daily: 3 replies per contact per day else approval
route { otherwise: to team inbox }
"#;

const SURE: &str = "[question 0.95] When?";

each_database!(sixty_four_at_once_never_exceed_ten_an_hour_and_leave_in_order, |database| {
    let mut app = TestApp::new(&database, POLICY).await;
    app.stop().await;
    let mut messages: Vec<Ingested> = Vec::new();
    for visitor in 0..64 {
        messages.push(app.store(ChannelKind::Chat, &format!("visitor-{visitor:02}"), SURE).await);
    }
    app.start();
    // On PostgreSQL a second process sends as well.
    let other = if database.kind == Kind::Postgres { Some(app.again(&database).await) } else { None };
    app.settle().await;
    let place: BTreeMap<String, usize> = (0..64).map(|at| (format!("visitor-{at:02}"), at)).collect();
    let places = |from: usize| -> Vec<usize> {
        app.outbound.recorder.sent()[from..].iter().map(|message| place[&message.to]).collect()
    };
    let mut left = app.sent().len();
    assert_eq!(left, 10, "the first hour");
    let mut waiting: Vec<usize> = (0..64).filter(|at| !places(0).contains(at)).collect();
    while left < 64 {
        app.clock.advance(Duration::from_secs(3600));
        app.engine.wake();
        other.iter().for_each(|other| other.engine.wake());
        app.settle().await;
        let mut hour = places(left);
        assert_eq!(hour.len(), 10.min(64 - left), "every hour has room for ten");
        hour.sort_unstable();
        let first: Vec<usize> = waiting.drain(..hour.len()).collect();
        assert_eq!(hour, first, "those who came first");
        left += hour.len();
    }
    for message in &messages {
        assert_eq!(app.run_of(message).await.stage, Stage::Sent);
    }
});

each_database!(one_contact_in_many_threads_gets_three_a_day, |database| {
    let mut app = TestApp::new(&database, &POLICY.replace("10 replies", "100 replies")).await;
    app.stop().await;
    let mut messages = Vec::new();
    for number in 0..40 {
        // A mail without a thread begins a conversation of its own.
        messages.push(app.store(ChannelKind::Email, "bo@example.com", &format!("{SURE} ({number})")).await);
    }
    app.start();
    app.settle().await;
    assert_eq!(app.sent().len(), 3);
    let mut stages = BTreeMap::new();
    for message in &messages {
        *stages.entry(app.run_of(message).await.stage).or_insert(0) += 1;
    }
    assert_eq!(stages, BTreeMap::from([(Stage::WaitingApproval, 37), (Stage::Sent, 3)]));
    // What a person lets go counts as well, and is not held back by the limit that asked the person.
    let mut waiting = Vec::new();
    for message in &messages {
        if app.run_of(message).await.stage == Stage::WaitingApproval {
            waiting.push(message);
        }
    }
    app.approve(waiting[0]).await.unwrap();
    app.settle().await;
    assert_eq!(app.sent().len(), 4);
});

each_database!(who_comes_later_does_not_overtake_those_who_wait, |database| {
    let app = TestApp::new(&database, &POLICY.replace("10 replies", "2 replies")).await;
    let mut names = Vec::new();
    for visitor in 0..5 {
        app.receive(ChannelKind::Chat, &format!("visitor-{visitor}"), SURE).await;
        names.push(format!("visitor-{visitor}"));
        app.clock.advance(Duration::from_secs(1));
    }
    // The hour is over; somebody new is there in the same moment as those who have waited for it.
    app.clock.advance(Duration::from_secs(3600));
    app.receive(ChannelKind::Chat, "latecomer", SURE).await;
    app.settle().await;
    app.clock.advance(Duration::from_secs(3600));
    app.settle().await;
    app.clock.advance(Duration::from_secs(3600));
    app.settle().await;
    names.push("latecomer".to_owned());
    let to: Vec<String> = app.outbound.recorder.sent().into_iter().map(|message| message.to).collect();
    let by_hour = |names: &[String]| -> Vec<Vec<String>> {
        let pairs = names.chunks(2).map(|pair| {
            let mut pair = pair.to_vec();
            pair.sort();
            pair
        });
        pairs.collect()
    };
    assert_eq!(by_hour(&to), by_hour(&names));
});
