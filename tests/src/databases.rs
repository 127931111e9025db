//! A fresh, empty database for each test.

use remit_engine::store::{Address, Db};
use sqlx::{Connection, PgConnection};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of its own on the server that `REMIT_TEST_POSTGRES_URL` names.
    Postgres,
}

/// A database that only one test uses. Dropped with the test.
#[derive(Debug)]
pub struct Database {
    /// Which database.
    pub kind: Kind,
    /// Its address, as `--database` takes it.
    pub address: String,
    folder: tempfile::TempDir,
    /// URL of the server's own database, and our name on it.
    server: Option<(String, String)>,
}

impl Database {
    /// A fresh database; `None` when it is PostgreSQL and no server is named.
    ///
    /// # Panics
    /// When the server that is named cannot be used: that is an error, not a reason to skip.
    #[expect(clippy::panic, clippy::expect_used, reason = "a test without its database fails")]
    pub async fn fresh(kind: Kind) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        match kind {
            Kind::Sqlite => {
                let address = folder.path().join("remit.db").display().to_string();
                Some(Self { kind, address, folder, server: None })
            }
            Kind::Postgres => {
                let server = std::env::var("REMIT_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
                let name = format!("remit_test_{:016x}", rand::random::<u64>());
                let mut connection = PgConnection::connect(&server)
                    .await
                    .unwrap_or_else(|error| panic!("REMIT_TEST_POSTGRES_URL cannot be used: {error}"));
                sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
                    .execute(&mut connection)
                    .await
                    .unwrap_or_else(|error| panic!("cannot create a database: {error}"));
                let (base, _) = server.rsplit_once('/').unwrap_or((&server, ""));
                let address = format!("{base}/{name}");
                Some(Self { kind, address, folder, server: Some((server, name)) })
            }
        }
    }

    /// Opens it and brings its schema up to date.
    ///
    /// # Panics
    /// When that fails.
    #[expect(clippy::expect_used, reason = "a test without its database fails")]
    pub async fn open(&self) -> Db {
        let address: Address = self.address.parse().expect("an address");
        Db::open(&address).await.expect("the database opens")
    }

    /// Lets every lease on PostgreSQL run out now. Gives how many there were.
    ///
    /// # Panics
    /// When the database is not PostgreSQL or fails.
    #[expect(clippy::expect_used, clippy::panic, reason = "a test without its database fails")]
    pub async fn end_leases(&self, db: &Db) -> u64 {
        let Db::Postgres { write, .. } = db else { panic!("only PostgreSQL leases") };
        let end = "UPDATE run SET lease_until = 1 WHERE lease_owner IS NOT NULL";
        sqlx::query(end).execute(write).await.expect("a statement").rows_affected()
    }

    /// A transaction that was begun now and goes on: on PostgreSQL nothing that is told later can be read before its end.
    ///
    /// # Panics
    /// When the database fails.
    #[expect(clippy::expect_used, reason = "a test without its database fails")]
    pub async fn older(&self) -> Older {
        if self.kind == Kind::Sqlite {
            return Older(None);
        }
        let mut c = PgConnection::connect(&self.address).await.expect("a connection");
        // Only one that has a number is waited for.
        for text in ["BEGIN", "SELECT CAST(pg_current_xact_id() AS TEXT)"] {
            sqlx::query(text).execute(&mut c).await.expect("a transaction");
        }
        Older(Some(c))
    }

    /// Every row of every table, as one line of text each: what a test compares that must have changed nothing.
    ///
    /// # Panics
    /// When the database fails.
    #[expect(clippy::expect_used, reason = "a test without its database fails")]
    pub async fn rows(&self) -> std::collections::BTreeSet<String> {
        use sqlx::AssertSqlSafe as Sql;
        let mut rows = std::collections::BTreeSet::new();
        match self.kind {
            Kind::Sqlite => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.address).read_only(true);
                let mut c = sqlx::SqliteConnection::connect_with(&options).await.expect("a connection");
                let list = "SELECT m.name, group_concat('quote(' || t.name || ')', ' || '','' || ') FROM sqlite_master m
                    JOIN pragma_table_info(m.name) t WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name";
                let tables: Vec<(String, String)> = sqlx::query_as(list).fetch_all(&mut c).await.expect("tables");
                for (table, columns) in tables {
                    let all = format!("SELECT '{table} ' || {columns} FROM {table}");
                    let lines: Vec<(String,)> = sqlx::query_as(Sql(all)).fetch_all(&mut c).await.expect("rows");
                    rows.extend(lines.into_iter().map(|line| line.0));
                }
            }
            Kind::Postgres => {
                let mut c = PgConnection::connect(&self.address).await.expect("a connection");
                let list = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
                let tables: Vec<(String,)> = sqlx::query_as(list).fetch_all(&mut c).await.expect("tables");
                for (table,) in tables {
                    let all = format!("SELECT '{table} ' || t::text FROM {table} t");
                    let lines: Vec<(String,)> = sqlx::query_as(Sql(all)).fetch_all(&mut c).await.expect("rows");
                    rows.extend(lines.into_iter().map(|line| line.0));
                }
            }
        }
        rows
    }

    /// A folder that lives as long as the database.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A transaction under way; none on SQLite, where readers wait for nobody.
#[derive(Debug)]
pub struct Older(Option<PgConnection>);

impl Older {
    /// Ends it.
    ///
    /// # Panics
    /// When the database fails.
    #[expect(clippy::expect_used, reason = "a test without its database fails")]
    pub async fn end(self) {
        if let Some(mut c) = self.0 {
            sqlx::query("COMMIT").execute(&mut c).await.expect("its end");
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else { return };
        // On a thread of its own: the test's runtime may be the one that is being dropped.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await?;
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut connection).await
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            eprintln!("a test database could not be dropped");
        }
    }
}
