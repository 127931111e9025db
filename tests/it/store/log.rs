//! The event log loses nothing and repeats nothing, whoever writes at the same time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::events::hub::{Heard, Hub, ListenError};
use remit_engine::events::keep::{Counted, Retention};
use remit_engine::events::{Event, Place, Wanted};
use remit_engine::store::{Write, statements};
use remit_tests::{Database, Kind, TestApp, each_database, skipped};
use sqlx::{Connection as _, PgConnection};

use crate::flow::POLICY;

const ALL: Wanted = Wanted { kinds: Vec::new(), conversation_id: None };

fn flip(name: String) -> Vec<Write> {
    vec![Write::Switch { name, is_on: true, reason: "a test".to_owned(), by: "Ana".to_owned() }]
}

/// The switch that an event tells of; not the one of the set-up.
fn name_of(event: &Event) -> Option<String> {
    let name = event.data.get("switch")?.as_str()?;
    (name != "kill_switch").then(|| name.to_owned())
}

/// Names of the switches that the events after a place tell of, and the last place.
async fn flips(hub: &Arc<Hub>, after: Place) -> (Vec<String>, Place) {
    let (mut names, mut place) = (Vec::new(), after);
    loop {
        let (events, next, is_all) = hub.page(DEFAULT_WORKSPACE, place, &ALL, 7).await.unwrap();
        for told in events {
            assert!(told.event.place > place, "in order");
            place = told.event.place;
            names.extend(name_of(&told.event));
        }
        assert!(next >= place);
        place = next;
        if is_all {
            return (names, place);
        }
    }
}

each_database!(many_writers_lose_and_repeat_nothing_for_one_who_polls_and_one_who_listens, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let hub = app.engine.events();
    let begin = hub.last().await.unwrap();
    let mut listener = hub.listen(DEFAULT_WORKSPACE, None, ALL).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..6 {
        let engine = app.engine.clone();
        writers.spawn(async move {
            for number in 0..40 {
                engine.commit_writes(DEFAULT_WORKSPACE, flip(format!("s{writer}-{number}"))).await.unwrap();
            }
        });
    }
    let (mut polled, mut place) = (Vec::new(), begin);
    while polled.len() < 240 {
        let (names, next) = flips(hub, place).await;
        polled.extend(names);
        place = next;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    writers.join_all().await;
    assert_eq!(flips(hub, place).await.0, Vec::<String>::new());
    let mut heard = Vec::new();
    let hears = async {
        while heard.len() < 240 {
            match listener.next().await.unwrap() {
                Heard::Events(events) => heard.extend(events.iter().filter_map(|told| name_of(&told.event))),
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), hears).await.expect("everything is heard");
    assert_eq!(polled, heard, "in the same order");
    let each: BTreeSet<&String> = polled.iter().collect();
    assert_eq!(each.len(), 240, "and each once");
    for writer in 0..6 {
        let own: Vec<&String> = polled.iter().filter(|name| name.starts_with(&format!("s{writer}-"))).collect();
        let wanted: Vec<String> = (0..40).map(|number| format!("s{writer}-{number}")).collect();
        assert_eq!(own, wanted.iter().collect::<Vec<_>>(), "what follows from another comes after it");
    }
});

/// What a writer of another process does, up to its commit.
async fn begin_by_hand(connection: &mut PgConnection, name: &str) {
    let insert = statements::POSTGRES_ONLY.iter().find(|(name, _)| *name == "event_insert").unwrap().1;
    let body = format!(r#"[[1,null,"rep","Bo",[["switch.flipped",{{"switch":"{name}"}}]]]]"#);
    sqlx::query("BEGIN").execute(&mut *connection).await.unwrap();
    let query = sqlx::query(insert).bind(DEFAULT_WORKSPACE).bind(1_i64).bind(1_i64).bind(body);
    query.execute(&mut *connection).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_pauses_before_its_commit_is_waited_for_by_readers_and_by_nobody_else() {
    let Some(database) = Database::fresh(Kind::Postgres).await else {
        return skipped("store::log::a_writer_that_pauses", "REMIT_TEST_POSTGRES_URL is not set");
    };
    let app = TestApp::new(&database, POLICY).await;
    let hub = app.engine.events();
    let begin = hub.last().await.unwrap();
    let mut listener = hub.listen(DEFAULT_WORKSPACE, Some(begin), ALL).await.unwrap();
    let mut slow = PgConnection::connect(&database.address).await.unwrap();
    begin_by_hand(&mut slow, "slow").await;
    // Two that came later and are faster: they commit, and are not told yet.
    for name in ["fast", "faster"] {
        app.engine.commit_writes(DEFAULT_WORKSPACE, flip(name.to_owned())).await.unwrap();
    }
    let (mut seen, mut place) = (Vec::new(), begin);
    for _ in 0..20 {
        let (names, next) = flips(hub, place).await;
        seen.extend(names);
        place = next;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(seen, Vec::<String>::new(), "a reader that went past `slow` would miss it for ever");
    sqlx::query("COMMIT").execute(&mut slow).await.unwrap();
    for _ in 0..1_000 {
        let (names, next) = flips(hub, place).await;
        seen.extend(names);
        place = next;
        if seen.len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(seen, ["slow", "fast", "faster"]);
    let mut heard = Vec::new();
    while heard.len() < 3 {
        let next = tokio::time::timeout(Duration::from_secs(20), listener.next()).await;
        let Heard::Events(events) = next.expect("it is heard").unwrap() else { panic!("reset") };
        heard.extend(events.iter().filter_map(|told| name_of(&told.event)));
    }
    assert_eq!(heard, seen);
    // One that gives up is not waited for any longer either.
    begin_by_hand(&mut slow, "never").await;
    app.engine.commit_writes(DEFAULT_WORKSPACE, flip("after".to_owned())).await.unwrap();
    sqlx::query("ROLLBACK").execute(&mut slow).await.unwrap();
    for _ in 0..1_000 {
        let (names, _) = flips(hub, place).await;
        if !names.is_empty() {
            assert_eq!(names, ["after"]);
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("`after` was never told");
}

#[tokio::test]
async fn a_dump_that_was_restored_into_another_server_is_read_on() {
    let Some(database) = Database::fresh(Kind::Postgres).await else {
        return skipped("store::log::a_dump_that_was_restored", "REMIT_TEST_POSTGRES_URL is not set");
    };
    let mut app = TestApp::new(&database, POLICY).await;
    app.engine.commit_writes(DEFAULT_WORKSPACE, flip("before".to_owned())).await.unwrap();
    app.stop().await;
    let old = app.engine.events().last().await.unwrap();
    // The other server had seen far more transactions.
    let mut connection = PgConnection::connect(&database.address).await.unwrap();
    sqlx::query("UPDATE event_log SET xid = xid + 1000000000").execute(&mut connection).await.unwrap();
    let lost = app.engine.events().oldest().await.unwrap();
    assert_eq!(flips(app.engine.events(), lost).await.0, Vec::<String>::new(), "nothing of it can be read");

    let again = app.again(&database).await;
    again.engine.commit_writes(DEFAULT_WORKSPACE, flip("after".to_owned())).await.unwrap();
    let hub = again.engine.events();
    for _ in 0..1_000 {
        let (names, _) = flips(hub, Place::default()).await;
        if names.iter().any(|name| name == "after") {
            assert_eq!(names, ["before", "after"]);
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Who was ahead of what was restored must begin anew.
    let ahead =
        Place { row: remit_engine::store::rows::PlaceRow { xid: old.row.xid + 1_000_000_000, ..old.row }, ..old };
    let refused = hub.listen(DEFAULT_WORKSPACE, Some(ahead), ALL).await;
    assert!(matches!(refused, Err(ListenError::Expired)), "{refused:?}");
}

each_database!(what_is_too_old_or_too_much_goes_and_who_is_behind_is_told, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let hub = app.engine.events();
    let begin = hub.last().await.unwrap();
    let mut behind = hub.listen(DEFAULT_WORKSPACE, Some(begin), ALL).await.unwrap();
    let mut counted = Counted::default();
    let keep = |most_events| Retention { oldest_ms: 7 * 24 * 3_600_000, most_events };
    for number in 0..20 {
        app.engine.commit_writes(DEFAULT_WORKSPACE, flip(format!("s{number}"))).await.unwrap();
    }
    let settle = async |keep: Retention, counted: &mut Counted| {
        while app.engine.trim_events(keep, counted).await.unwrap() {}
    };
    settle(keep(1_000), &mut counted).await;
    // Transactions of others on the server hold back what may be told.
    for _ in 0..1_000 {
        if flips(hub, begin).await.0.len() == 20 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(flips(hub, begin).await.0.len(), 20, "nothing is too old or too much");
    settle(keep(5), &mut counted).await;
    for refused in [
        hub.page(DEFAULT_WORKSPACE, begin, &ALL, 100).await.err(),
        hub.page(DEFAULT_WORKSPACE, Place::default(), &ALL, 100).await.err(),
        hub.listen(DEFAULT_WORKSPACE, Some(begin), ALL).await.err(),
    ] {
        assert!(matches!(refused, Some(ListenError::Expired)), "{refused:?}");
    }
    assert!(matches!(behind.next().await.unwrap(), Heard::Reset), "who listens and is behind is told");
    let oldest = hub.oldest().await.unwrap();
    assert_eq!(flips(hub, oldest).await.0, ["s15", "s16", "s17", "s18", "s19"]);
    let last = hub.last().await.unwrap();
    app.engine.commit_writes(DEFAULT_WORKSPACE, flip("s20".to_owned())).await.unwrap();
    let mut names = Vec::new();
    for _ in 0..1_000 {
        names = flips(hub, last).await.0;
        if !names.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(names, ["s20"], "the place of the last event is good");
    // Old ones go too, but for the last; another process counts the same.
    app.clock.advance(Duration::from_secs(8 * 24 * 3_600));
    app.engine.commit_writes(DEFAULT_WORKSPACE, flip("young".to_owned())).await.unwrap();
    let mut other = Counted::default();
    for _ in 0..1_000 {
        settle(keep(1_000), &mut other).await;
        if flips(hub, hub.oldest().await.unwrap()).await.0 == ["young"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    settle(keep(0), &mut counted).await;
    assert_eq!(flips(hub, hub.oldest().await.unwrap()).await.0, ["young"], "the last one stays");
});
