//! The store: one SQL text and one Rust body for SQLite and PostgreSQL.
//!
//! [`Db`] holds the pools. Reading goes through [`Db::read`], writing through the [`Writer`], which groups what queued
//! up while the last commit ran. Both lend a [`Conn`]; the `on!` macro writes the same body for either database.

// Lends its macro to those below.
#[macro_use]
pub mod inbox;
mod batch;
mod checkpoint;
mod direct;
mod error;
pub mod events;
pub mod filtered;
pub mod found;
pub mod ingest;
pub mod jobs;
mod lease;
pub mod lend;
mod migrate;
mod preview;
pub mod read;
pub mod rows;
pub mod search;
pub mod statements;
mod suppress;
pub(crate) mod texts;
mod timer;
mod transition;
pub mod urgent;
mod write;
mod write_access;
mod write_begin;
mod write_channel;
mod write_desk;
mod write_files;
mod write_gone;
mod write_jobs;
mod write_labels;
mod write_media;
mod write_office;
mod write_once;
mod write_own;
mod write_people;
mod write_traffic;
mod writer;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool};

pub(crate) use batch::set::Cell;
pub(crate) use batch::{contexts, limits};
pub use direct::Direct;
pub use error::StoreError;
pub use events::EventWrite;
pub use ingest::{Ingest, Ingested};
use lend::{Lender, Lent};
pub use suppress::Suppressed;
pub use transition::{Fence, Guarded, LimitClaim, RunMove, SendClaim, SendFence, TimelineEntry, Transition};
pub use write::{NewModelCall, Write};
pub use write_access::{AccessWrite, LinkKind, NewKey};
pub(crate) use write_begin::ADDRESS;
pub use write_begin::NewConversation;
pub(crate) use write_channel::{CHANNEL, MAILBOX, TRANSCRIPT};
pub use write_channel::{ChannelWrite, Meaning, NewEvent};
pub use write_desk::DeskWrite;
pub use write_files::FileWrite;
pub use write_gone::{AuditEntry, GoneWrite};
pub use write_jobs::JobWrite;
pub use write_labels::{LabelSource, LabelWrite, NewCertificate, NewLabel};
pub(crate) use write_media::MEDIA;
pub use write_media::MediaWrite;
pub(crate) use write_office::{AT_WORK, CONVERSATION, NOTE, SETTINGS, TAG, TEAM};
pub use write_office::{Join, OfficeWrite};
pub use write_once::OnceWrite;
pub use write_own::OwnWrite;
pub(crate) use write_own::{COMPOSER, VIEW};
pub use write_people::{Leaves, NewReply, PeopleWrite, TimerKind};
pub use write_traffic::{NewActivation, NewBlock};
pub use writer::{Outcome, Writer};

/// Which database a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one process.
    Sqlite,
    /// Any number of processes.
    Postgres,
}

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL.
    Postgres(String),
}

impl FromStr for Address {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else if let Some(path) = text.strip_prefix("sqlite:") {
            Ok(Self::Sqlite(PathBuf::from(path.trim_start_matches("//"))))
        } else if text.is_empty() || text.contains("://") {
            Err(StoreError::Address(text.to_owned()))
        } else {
            Ok(Self::Sqlite(PathBuf::from(text)))
        }
    }
}

/// The pools of one database.
#[derive(Debug, Clone)]
pub enum Db {
    /// One connection that writes, several that read.
    Sqlite {
        /// Sets the database up; from then on the [`Writer`] writes, through a connection of its own.
        write: SqlitePool,
        /// Read-only connections.
        read: Lender<Sqlite>,
    },
    /// As many connections as are needed. Their plans walk an index whatever the statistics say; see [`Db::open`].
    Postgres {
        /// Connections for writing.
        write: PgPool,
        /// Connections for reading.
        read: Lender<Postgres>,
    },
}

/// A connection borrowed for a while.
#[derive(Debug)]
pub enum Conn<'c> {
    /// To SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
    /// SQLite's writer.
    Direct(&'c mut Direct),
}

/// Runs one body on whichever database is read; inside, `c` is an executor. What SQLite's writer does too goes through
/// `execute!`, `fetch!` or a `Set`.
macro_rules! on {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($c) => {
                let $c = &mut **$c;
                $body
            }
            $crate::store::Conn::Postgres($c) => {
                let $c = &mut **$c;
                $body
            }
            $crate::store::Conn::Direct(_) => return Err($crate::store::StoreError::NotForTheWriter.into()),
        }
    };
}
pub(crate) use on;

/// Runs one statement with its parameters bound in order; gives the number of rows it changed.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        if let $crate::store::Conn::Direct(direct) = $conn {
            let row = [$($crate::store::Cell::from($bind)),*];
            direct.execute($sql, row.len(), &row)?
        } else {
            $crate::store::on!($conn, |c| sqlx::query($sql)$(.bind($bind))*.execute(c).await?.rows_affected())
        }
    };
}
pub(crate) use execute;

/// Runs one statement with its parameters bound in order; gives its rows.
macro_rules! fetch {
    ($conn:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        if let $crate::store::Conn::Direct(direct) = $conn {
            let row = [$($crate::store::Cell::from($bind)),*];
            direct.fetch($sql, row.len(), &row)?
        } else {
            $crate::store::on!($conn, |c| sqlx::query_as($sql)$(.bind($bind))*.fetch_all(c).await?)
        }
    };
}
pub(crate) use fetch;

/// A connection for reading; goes back to its pool when dropped.
#[derive(Debug)]
pub enum Reader {
    /// From the SQLite pool.
    Sqlite(Lent<Sqlite>),
    /// From the PostgreSQL pool.
    Postgres(Lent<Postgres>),
}

impl Reader {
    /// The connection.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(connection) => Conn::Sqlite(connection),
            Self::Postgres(connection) => Conn::Postgres(connection),
        }
    }
}

impl Db {
    /// Opens the database, creates it where that is a file, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached, created or migrated.
    pub async fn open(address: &Address) -> Result<Self, StoreError> {
        let db = match address {
            Address::Sqlite(path) => Self::open_sqlite(path).await?,
            Address::Postgres(url) => Self::open_postgres(url).await?,
        };
        migrate::run(&db).await?;
        db.mend_log().await?;
        Ok(db)
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.application_name("remit");
        let pool = |most| PgPoolOptions::new().max_connections(most).acquire_timeout(Duration::from_secs(20));
        // What is run here finds every row by its key, or walks an index for so many rows. The planner of a young store does
        // not know that its tables will grow, and would walk them from end to end for some of it; nor does it gain from
        // planning the same again, which takes longer than most of it.
        let keyed = options.options([
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
        ]);
        let write = pool(8).connect_with(keyed.clone()).await?;
        Ok(Self::Postgres { write, read: Lender::new(pool(16).connect_lazy_with(keyed)) })
    }

    async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            tokio::fs::create_dir_all(folder).await.map_err(|error| StoreError::Folder {
                path: folder.display().to_string(),
                reason: error.to_string(),
            })?;
        }
        // FULL costs nothing under group commit, and a lost "sent" mark would mean a second send.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            // Half the frames of the log for the same bytes: most of what a group writes lies side by side.
            .page_size(8_192)
            // It does little: what is written by the thousand has a connection of its own, see `Direct`.
            .pragma("cache_size", "-4096")
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", "134217728")
            // A commit that also copied the log back would keep everybody waiting; see `checkpoint`.
            .pragma("wal_autocheckpoint", "0");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "on"));
        Ok(Self::Sqlite { write, read: Lender::new(read) })
    }

    /// Which database this is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// [`StoreError::Driver`] when none is to be had in time.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Reader::Sqlite(read.lend().await?),
            Self::Postgres { read, .. } => Reader::Postgres(read.lend().await?),
        })
    }

    /// The PostgreSQL pool that writes, for what only PostgreSQL has.
    pub(crate) const fn postgres(&self) -> Option<&PgPool> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { write, .. } => Some(write),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                // The writer's connection may outlive this one, and only the last to close tidies up by itself: whoever
                // copies the file after an end in good order must have everything in it.
                if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await {
                    tracing::debug!(%error, "cannot empty the write-ahead log now; the next start does");
                }
                write.close().await;
            }
            Self::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }

    /// Checks that every statement is understood by this database, without running any.
    /// Returns for each statement its name, the number of parameters and the columns it gives.
    ///
    /// # Errors
    /// Name and reason of each statement that is not understood.
    pub async fn prepare_all(&self) -> Result<Vec<(String, usize, Vec<String>)>, Vec<(String, String)>> {
        use sqlx::{Column, Either, Executor, Statement};
        let sqlite = matches!(self, Self::Sqlite { .. });
        let own = if sqlite { statements::SQLITE_ONLY } else { statements::POSTGRES_ONLY };
        let sets =
            statements::SETS.iter().map(|(name, lite, postgres)| (*name, if sqlite { *lite } else { *postgres }));
        let mut good = Vec::new();
        let mut bad = Vec::new();
        let each = if sqlite { statements::EACH } else { &[] };
        let all = statements::PORTABLE.iter().chain(statements::office::PORTABLE).chain(inbox::PORTABLE);
        let all = all.chain(filtered::PORTABLE).chain(filtered::OTHERS).chain(urgent::PORTABLE).chain(urgent::ENDS);
        for (name, text) in all.chain(jobs::PORTABLE).chain(own).chain(each).copied().chain(sets) {
            let mut reader = match self.read().await {
                Ok(reader) => reader,
                Err(error) => {
                    bad.push((name.to_owned(), error.to_string()));
                    continue;
                }
            };
            let prepared = async {
                Ok::<_, StoreError>(on!(&mut reader.conn(), |c| {
                    let statement = c.prepare(sqlx::SqlStr::from_static(text)).await?;
                    let parameters = match statement.parameters() {
                        Some(Either::Left(types)) => types.len(),
                        Some(Either::Right(count)) => count,
                        None => 0,
                    };
                    let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect::<Vec<_>>();
                    (name.to_owned(), parameters, columns)
                }))
            };
            match prepared.await {
                Ok(found) => good.push(found),
                Err(error) => bad.push((name.to_owned(), error.to_string())),
            }
        }
        if bad.is_empty() { Ok(good) } else { Err(bad) }
    }
}
