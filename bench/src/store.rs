//! A fresh store for one bench, gone when the bench is over.

use std::path::Path;

use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::{Address, Db};
use sqlx::{Connection as _, PgConnection};

use crate::{BenchError, Settings, StoreKind};

/// What a store is, for the lines.
#[derive(Debug, Clone)]
pub(crate) struct Durability(pub(crate) String);

/// Opens a fresh store with the product's own settings, does `work` on it, and removes it however that ended. `work`
/// also gets the folder the store is in (PostgreSQL has its data elsewhere) and its address.
pub(crate) async fn with_fresh<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Db, &Path, &Address) -> Result<T, BenchError>,
) -> Result<T, BenchError> {
    with_fresh_address(settings, async |address, folder| {
        let address: Address = address.parse()?;
        let db = Db::open(&address).await?;
        let done = work(&db, folder, &address).await;
        db.close().await;
        done
    })
    .await
}

/// The same with the store that `--keep` names, if it names one: that is made once and stays.
pub(crate) async fn with_kept<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Db) -> Result<T, BenchError>,
) -> Result<T, BenchError> {
    let Some(name) = &settings.keep else { return with_fresh(settings, async |db, _, _| work(db).await).await };
    let address = match settings.store {
        StoreKind::Sqlite => settings.folder.join(format!("remit-bench-{name}.db")).display().to_string(),
        StoreKind::Postgres => {
            let server = server()?;
            let database = format!("remit_bench_{name}");
            let mut connection = PgConnection::connect(&server).await?;
            let there = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&database);
            let is_there = there.fetch_optional(&mut connection).await?.is_some();
            connection.close().await?;
            if !is_there {
                tell(&server, format!("CREATE DATABASE {database}")).await?;
            }
            on_server(&server, &database)
        }
    };
    let db = Db::open(&address.parse()?).await?;
    let done = work(&db).await;
    db.close().await;
    done
}

/// The PostgreSQL server that was named.
fn server() -> Result<String, BenchError> {
    std::env::var("REMIT_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()).ok_or(BenchError::NoServer)
}

/// A database of a server.
fn on_server(server: &str, database: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap_or((server, ""));
    format!("{base}/{database}")
}

/// The same with the store's address, for work that opens it itself.
pub(crate) async fn with_fresh_address<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&str, &Path) -> Result<T, BenchError>,
) -> Result<T, BenchError> {
    let folder = tempfile::Builder::new().prefix("remit-bench-").tempdir_in(&settings.folder)?;
    match settings.store {
        StoreKind::Sqlite => work(&folder.path().join("remit.db").display().to_string(), folder.path()).await,
        StoreKind::Postgres => {
            let server = server()?;
            let name = format!("remit_bench_{:016x}", rand::random::<u64>());
            tell(&server, format!("CREATE DATABASE {name}")).await?;
            let done = work(&on_server(&server, &name), folder.path()).await;
            let dropped = tell(&server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            done.and_then(|done| dropped.map(|()| done))
        }
    }
}

/// Fills a store straight into its tables: each statement for every chunk of the numbers below `count`, with the chunk's
/// bounds, the workspace and two texts. Afterwards the store is as one that is not new: written out, and known to the
/// planner.
pub(crate) async fn in_chunks(
    db: &Db,
    statements: &'static [&'static str],
    (count, chunk): (i64, i64),
    texts: [&str; 2],
) -> Result<(), BenchError> {
    for from in (0..count).step_by(usize::try_from(chunk).unwrap_or(1)) {
        let until = (from + chunk).min(count);
        for &statement in statements {
            macro_rules! run {
                ($pool:expr) => {
                    sqlx::query(statement)
                        .bind(from)
                        .bind(until)
                        .bind(DEFAULT_WORKSPACE)
                        .bind(texts[0])
                        .bind(texts[1])
                        .execute($pool)
                        .await
                        .map(|_| ())?
                };
            }
            match db {
                Db::Sqlite { write, .. } => run!(write),
                Db::Postgres { write, .. } => run!(write),
            }
        }
        if let Db::Sqlite { write, .. } = db {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await?;
        }
    }
    if let Db::Postgres { write, .. } = db {
        sqlx::query("VACUUM ANALYZE").execute(write).await?;
    }
    Ok(())
}

async fn tell(server: &str, statement: String) -> Result<(), BenchError> {
    let mut connection = PgConnection::connect(server).await?;
    // The name in it was made here, from hexadecimal digits.
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// What the database promises about a commit: SQLite's journal and `synchronous`, PostgreSQL's `fsync` and
/// `synchronous_commit`.
pub(crate) async fn durability(db: &Db) -> Result<Durability, BenchError> {
    let text = match db {
        Db::Sqlite { write, .. } => {
            let (journal,): (String,) = sqlx::query_as("PRAGMA journal_mode").fetch_one(write).await?;
            let (synchronous,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(write).await?;
            let synchronous = match synchronous {
                0 => "off",
                1 => "normal",
                2 => "full",
                _ => "extra",
            };
            format!("journal {journal}, synchronous {synchronous}")
        }
        Db::Postgres { write, .. } => {
            let (fsync,): (String,) = sqlx::query_as("SHOW fsync").fetch_one(write).await?;
            let (commit,): (String,) = sqlx::query_as("SHOW synchronous_commit").fetch_one(write).await?;
            if fsync != "on" {
                eprintln!("remit-bench: the server runs with fsync {fsync}: these are not figures of a durable store");
            }
            format!("fsync {fsync}, synchronous_commit {commit}")
        }
    };
    Ok(Durability(text))
}
