//! Timers that are due: on SQLite simply read, on PostgreSQL leased, so that each is fired by one process.

use super::rows::TimerRow;
use super::statements as sql;
use super::{Db, StoreError};

impl Db {
    /// Timers that are due, oldest first. On PostgreSQL they belong to the caller until `lease_until`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn due_timers(&self, now: i64, limit: i64, lease_until: i64) -> Result<Vec<TimerRow>, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => {
                sqlx::query_as(sql::sqlite::TIMER_DUE).bind(now).bind(limit).fetch_all(&mut *read.lend().await?).await?
            }
            Self::Postgres { write: pool, .. } => {
                let claim = sqlx::query_as(sql::postgres::TIMER_CLAIM).bind(now).bind(limit).bind(lease_until);
                let mut timers: Vec<TimerRow> = claim.fetch_all(pool).await?;
                timers.sort_by_key(|timer| timer.due_at);
                timers
            }
        })
    }
}
