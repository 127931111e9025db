//! The ledger of decisions: what was sealed cannot be changed, removed or added to without being found.

use std::time::Duration;

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::ledger::{Head, Problem, Verified};
use remit_tests::{Database, Kind, TestApp, each_database};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::flow::POLICY;

/// Changes rows behind the engine's back. A thief would not ask for references to be checked either.
async fn tamper(database: &Database, change: &str) -> u64 {
    let sql = sqlx::AssertSqlSafe(change.to_owned());
    match database.kind {
        Kind::Sqlite => {
            let address = format!("sqlite:{}", database.address);
            let mut connection = SqliteConnection::connect(&address).await.unwrap();
            sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut connection).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected()
        }
        Kind::Postgres => {
            let mut connection = PgConnection::connect(&database.address).await.unwrap();
            sqlx::query("SET session_replication_role = replica").execute(&mut connection).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected()
        }
    }
}

async fn verify(app: &TestApp, expected: Option<&Head>) -> Verified {
    app.engine.verify(DEFAULT_WORKSPACE, expected, &|_| {}).await.unwrap()
}

/// An app with `messages` decided and sealed, in blocks of `per_block`.
async fn sealed(database: &Database, messages: usize, per_block: usize) -> TestApp {
    let app = TestApp::new(database, POLICY).await;
    for at in 0..messages {
        app.receive(ChannelKind::Chat, &format!("visitor-{at}"), "[question 0.60] Where is my invoice?").await;
        app.clock.advance(Duration::from_secs(31));
        if (at + 1) % per_block == 0 {
            assert!(app.engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap() > 0);
        }
    }
    app
}

each_database!(an_untouched_ledger_verifies_and_young_decisions_wait, |database| {
    let app = sealed(&database, 4, 2).await;
    app.receive(ChannelKind::Chat, "visitor-9", "[question 0.60] And mine?").await;
    let found = verify(&app, None).await;
    assert_eq!((found.blocks, found.problems.as_slice()), (2, &[][..]));
    assert!(found.decisions >= 4);
    assert!(found.not_sealed_yet >= 1);
    assert_eq!(app.engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap(), 0, "too young");
    app.clock.advance(Duration::from_secs(31));
    assert!(app.engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap() > 0);
    let later = verify(&app, found.head.as_ref()).await;
    assert_eq!((later.blocks, later.problems.as_slice(), later.not_sealed_yet), (3, &[][..], 0));
});

each_database!(a_changed_byte_in_any_column_is_found, |database| {
    let app = sealed(&database, 3, 3).await;
    let one = "WHERE id = (SELECT MIN(id) FROM decision)";
    let texts = ["run_id", "message_id", "conversation_id", "policy_digest", "rule", "rule_file", "record"];
    let numbers = ["rule_line", "rule_column", "took_us"];
    let changes = texts
        .iter()
        .map(|column| {
            (format!("{column} = {column} || 'x'"), format!("{column} = substr({column}, 1, length({column}) - 1)"))
        })
        .chain(numbers.iter().map(|column| (format!("{column} = {column} + 1"), format!("{column} = {column} - 1"))))
        .chain([
            ("outcome = 'send'".to_owned(), "outcome = 'approval'".to_owned()),
            ("gate = 'send'".to_owned(), "gate = 'draft'".to_owned()),
            (
                "draft_id = draft_id || 'x'".to_owned(),
                "draft_id = substr(draft_id, 1, length(draft_id) - 1)".to_owned(),
            ),
        ]);
    for (change, back) in changes {
        assert_eq!(tamper(&database, &format!("UPDATE decision SET {change} {one}")).await, 1);
        let found = verify(&app, None).await;
        assert!(
            matches!(found.problems.as_slice(), [Problem::DecisionChanged { block: 1, .. }]),
            "{change}: {found:?}"
        );
        tamper(&database, &format!("UPDATE decision SET {back} {one}")).await;
        assert_eq!(verify(&app, None).await.problems, []);
    }
});

each_database!(decisions_that_vanish_or_appear_are_found, |database| {
    let app = sealed(&database, 3, 3).await;
    let columns = "workspace_id, run_id, message_id, conversation_id, draft_id, gate, policy_digest, outcome, rule, \
                   rule_file, rule_line, rule_column, record, took_us, decided_at";
    tamper(
        &database,
        &format!("INSERT INTO decision (id, {columns}) SELECT 'dec_00000000000000000000000000', {columns} FROM decision LIMIT 1"),
    )
    .await;
    let found = verify(&app, None).await;
    let added = Problem::DecisionNotSealed { decision_id: "dec_00000000000000000000000000".to_owned() };
    assert_eq!(found.problems, [added]);
    tamper(&database, "DELETE FROM decision WHERE id = 'dec_00000000000000000000000000'").await;
    assert_eq!(tamper(&database, "DELETE FROM decision WHERE id = (SELECT MIN(id) FROM decision)").await, 1);
    let found = verify(&app, None).await;
    assert!(matches!(found.problems.as_slice(), [Problem::DecisionMissing { block: 1, .. }]), "{found:?}");
});

each_database!(blocks_cannot_be_changed_dropped_or_cut_off, |database| {
    let app = sealed(&database, 4, 1).await;
    let head = verify(&app, None).await.head.unwrap();
    assert_eq!(head.to_string().parse(), Ok(head.clone()));

    for column in ["entries", "previous_sha256", "sha256", "last_id"] {
        let swap = |from: &str, to: &str| format!("UPDATE ledger_block SET {column} = {to} WHERE seq = 2 AND {from}");
        tamper(&database, &swap("1 = 1", &format!("{column} || '0'"))).await;
        let found = verify(&app, None).await;
        let blamed =
            |problem: &Problem| matches!(problem, Problem::BlockChanged { block: 2 } | Problem::ChainBroken { .. });
        assert!(found.problems.iter().any(blamed), "{column}: {found:?}");
        tamper(&database, &swap("1 = 1", &format!("substr({column}, 1, length({column}) - 1)"))).await;
        assert_eq!(verify(&app, None).await.problems, []);
    }

    tamper(&database, "DELETE FROM ledger_block WHERE seq = 4").await;
    let found = verify(&app, Some(&head)).await;
    assert!(found.problems.contains(&Problem::HeadMissing { expected: head.clone() }), "{found:?}");
    tamper(&database, "DELETE FROM ledger_block WHERE seq = 2").await;
    let found = verify(&app, None).await;
    assert!(found.problems.contains(&Problem::ChainBroken { block: 3 }), "{found:?}");
});

each_database!(several_sealers_make_one_chain, |database| {
    let app = TestApp::new(&database, POLICY).await;
    for at in 0..6 {
        app.receive(ChannelKind::Chat, &format!("visitor-{at}"), "[question 0.60] Where is my invoice?").await;
    }
    app.clock.advance(Duration::from_secs(31));
    let sealers = (0..8).map(|_| {
        let engine = app.engine.clone();
        tokio::spawn(async move { engine.seal_all_decisions(DEFAULT_WORKSPACE).await.unwrap() })
    });
    for sealer in sealers.collect::<Vec<_>>() {
        sealer.await.unwrap();
    }
    let found = verify(&app, None).await;
    assert_eq!((found.blocks, found.problems.as_slice(), found.not_sealed_yet), (1, &[][..], 0));
});
