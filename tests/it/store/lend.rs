//! Connections for reading: lent to as many as there are, and not when they are broken.

use std::time::Duration;

use remit_engine::store::{Conn, Reader};
use remit_tests::{Database, Kind, each_database, skipped};

async fn asks(reader: &mut Reader) -> bool {
    match reader.conn() {
        Conn::Sqlite(conn) => sqlx::query("SELECT 1").execute(conn).await.is_ok(),
        Conn::Postgres(conn) => sqlx::query("SELECT 1").execute(conn).await.is_ok(),
        Conn::Direct(_) => false,
    }
}

each_database!(no_more_are_lent_than_there_are_and_each_comes_back, |database| {
    let db = database.open().await;
    for _ in 0..3 {
        let mut lent = Vec::new();
        let soon = Duration::from_millis(300);
        while let Ok(reader) = tokio::time::timeout(soon, db.read()).await {
            let mut reader = reader.unwrap();
            assert!(asks(&mut reader).await);
            lent.push(reader);
        }
        assert_eq!(lent.len(), if database.kind == Kind::Sqlite { 4 } else { 16 });
        let waiting = tokio::spawn({
            let db = db.clone();
            async move { asks(&mut db.read().await.unwrap()).await }
        });
        lent.pop();
        assert!(waiting.await.unwrap());
    }
    db.close().await;
    assert!(db.read().await.is_err());
});

#[tokio::test(flavor = "multi_thread")]
async fn one_that_broke_is_lent_no_more() {
    let Some(database) = Database::fresh(Kind::Postgres).await else {
        return skipped("store::lend::one_that_broke_is_lent_no_more", "REMIT_TEST_POSTGRES_URL is not set");
    };
    let db = database.open().await;
    let mut readers = Vec::new();
    for _ in 0..4 {
        readers.push(db.read().await.unwrap());
    }
    drop(readers);
    let remit_engine::store::Db::Postgres { write, .. } = &db else { unreachable!("it is PostgreSQL") };
    let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(end).execute(write).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    for _ in 0..8 {
        assert!(asks(&mut db.read().await.unwrap()).await);
    }
}
