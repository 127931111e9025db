//! What can go wrong in the store.

use crate::domain::UnknownWord;

/// Why the store did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote at the same time; doing it again will work.
    #[error("another writer was faster; try again")]
    Contended,
    /// More is waiting to be written than there is room for.
    #[error("more is waiting to be stored than there is room for; try again")]
    Full,
    /// Another policy came into force meanwhile.
    #[error("another policy came into force meanwhile")]
    PolicyChanged,
    /// What a change relies on is no more as it was read; nothing was changed.
    #[error("the {0} is no more as it was read")]
    Stale(&'static str),
    /// The database refused or could not be reached.
    #[error("the database failed: {0}")]
    Driver(#[from] sqlx::Error),
    /// SQLite refused what its writer asked.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row holds something this program does not understand.
    #[error("a row of `{table}` cannot be read: {reason}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A statement that is only for reading was given to the connection that writes.
    #[error("this statement is not for the connection that writes")]
    NotForTheWriter,
    /// The writer has stopped; the process is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The address of the database is of no known kind.
    #[error("`{0}` is no database address (a file path, `sqlite:` or `postgres://`)")]
    Address(String),
    /// The folder for the database could not be made.
    #[error("cannot use `{path}`: {reason}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        reason: String,
    },
}

impl From<UnknownWord> for StoreError {
    fn from(word: UnknownWord) -> Self {
        Self::Inconsistent { table: word.what, reason: word.to_string() }
    }
}

impl StoreError {
    /// True when doing the same thing again may work.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Contended | Self::Full => true,
            Self::Driver(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed) => true,
            Self::Driver(sqlx::Error::Database(database)) => {
                // SQLite busy and locked; PostgreSQL serialisation failure, deadlock, shutting down.
                matches!(database.code().as_deref(), Some("5" | "6" | "517" | "40001" | "40P01" | "57P01"))
            }
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => {
                matches!(error.code, rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
            }
            _ => false,
        }
    }
}
