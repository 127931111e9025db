//! Copies SQLite's write-ahead log back into the database file, away from the commits.
//!
//! Left to itself SQLite does it inside whichever commit finds the log long, and everybody waits for two flushes and
//! some thousand pages. Here a connection of its own does it beside the writer. It can never be done with a log that
//! grows while it is copied; so when the log has become long, the writer is asked to copy the short rest between two
//! groups, after which the log begins anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::SqlitePool;

use super::{Direct, StoreError};

/// How often the log is looked at.
const EVERY: Duration = Duration::from_millis(500);
/// Pages in the log from which on it should begin anew: 64 MiB, half of what it is cut back to, so that it is not cut back
/// each time. A page that changes often is copied once for each time.
const LONG: i64 = 8_192;

/// What the writer and the copying tell each other.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// Something was committed since the log was last looked at.
    committed: AtomicBool,
    /// The rest is short now: copy it between two groups.
    finish: AtomicBool,
}

impl Checkpoints {
    /// Starts the copying for the database that this pool is of. Ends with the last clone.
    pub(super) fn start(write: &SqlitePool) -> Arc<Self> {
        let checkpoints = Arc::new(Self::default());
        let options = (*write.connect_options()).clone().create_if_missing(false);
        let (pool, watched) = (
            sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options),
            Arc::downgrade(&checkpoints),
        );
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(checkpoints) = watched.upgrade() else { break };
                if !checkpoints.committed.swap(false, Ordering::Relaxed) {
                    continue;
                }
                match copy(&pool).await {
                    Ok(pages) if pages >= LONG => checkpoints.finish.store(true, Ordering::Relaxed),
                    Ok(_) => {}
                    Err(error) => tracing::debug!(%error, "cannot copy the write-ahead log now; trying again"),
                }
            }
            pool.close().await;
        });
        checkpoints
    }

    /// To be called by the writer between two groups.
    pub(super) fn between_groups(&self, direct: &mut Direct) {
        self.committed.store(true, Ordering::Relaxed);
        if self.finish.swap(false, Ordering::Relaxed)
            && let Err(error) = direct.checkpoint()
        {
            tracing::debug!(%error, "cannot finish copying the write-ahead log now; trying again");
        }
    }
}

/// Copies what can be copied without keeping anybody waiting. Gives how many pages the log has.
async fn copy(pool: &SqlitePool) -> Result<i64, StoreError> {
    let (_, pages, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(pool).await?;
    Ok(pages)
}
