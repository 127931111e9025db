//! The last net: now and then somebody looks for runs that nobody would ever look at again, and makes them due.
//!
//! There should be none. What is found is counted and logged, for it means a bug, a hand in the database or a clock that
//! was wrong. A run that is due, or parked for a person or a time, or being worked on however slowly, is never touched.

use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::decide::job::due_again;
use crate::domain::DEFAULT_WORKSPACE;
use crate::engine::{Engine, LEASE_MS};
use crate::store::rows::RunRow;
use crate::store::{Outcome, StoreError, read};

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(60);
/// Runs that are looked at in one go.
const PAGE: i64 = 500;
/// Leases that reach further than this many of their lengths ahead were given by a clock that was wrong.
const ODD_LEASES: i64 = 10;

/// Sweeps until stopped; once at the start.
pub(crate) async fn keep_sweeping(engine: Engine, stopped: CancellationToken) {
    let mut slice = String::new();
    loop {
        match engine.sweep_slice(&mut slice).await {
            Ok(0) => {}
            Ok(found) => tracing::warn!(found, "runs that nobody would have looked at again are due now"),
            Err(error) => tracing::warn!(%error, "cannot look for forgotten runs; trying again"),
        }
        if let Err(error) = engine.forget_told().await {
            tracing::warn!(%error, "what providers told long ago was not forgotten; trying again later");
        }
        if let Err(error) = engine.forget_files().await {
            tracing::warn!(%error, "cannot forget files that nobody has sent; trying again");
        }
        tokio::select! {
            () = stopped.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

impl Engine {
    /// Looks once for runs that nobody would look at again and makes them due. Gives how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn find_forgotten(&self) -> Result<u64, StoreError> {
        let (mut found, mut slice) = (0, String::new());
        loop {
            found += self.sweep_slice(&mut slice).await?;
            if slice.is_empty() {
                return Ok(found);
            }
        }
    }

    /// The same, but of the runs that wait for a person only the next few after `slice`; it begins anew at the end.
    async fn sweep_slice(&self, slice: &mut String) -> Result<u64, StoreError> {
        let now = self.clock().now_ms();
        let mut found = self.db().unlease_odd(now + ODD_LEASES * LEASE_MS).await?;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let mut forgotten = read::forgotten(conn, "", PAGE).await?;
        let last = read::waiting_slice(conn, DEFAULT_WORKSPACE, slice, PAGE).await?.and_then(|row| row.0);
        match last {
            Some(last) => {
                let unasked = read::unasked(conn, DEFAULT_WORKSPACE, slice, &last).await?;
                // What is due is looked at already; to move it once more would take it from whoever does.
                forgotten.extend(unasked.into_iter().filter(|run| run.ready_at.is_none_or(|at| at > now)));
                *slice = last;
            }
            None => slice.clear(),
        }
        drop(reader);
        found += self.revive(&forgotten).await?;
        if found > 0 {
            self.metrics().revived(found);
            self.wake();
        }
        Ok(found)
    }

    async fn revive(&self, runs: &[RunRow]) -> Result<u64, StoreError> {
        let now = self.clock().now_ms();
        let transitions = runs.iter().map(|run| {
            tracing::warn!(run = run.id, stage = %run.stage, "nobody would have looked at this run again");
            self.writer().commit(due_again(run, now))
        });
        let mut revived = 0;
        for outcome in join_all(transitions).await {
            // Lost: somebody moved it meanwhile, so that it was not forgotten.
            revived += u64::from(outcome? == Outcome::Won);
        }
        Ok(revived)
    }
}
