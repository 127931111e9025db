//! Keeps the log short: what is too old or too much goes, the oldest first, a little at a time.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::DEFAULT_WORKSPACE;
use crate::engine::Engine;
use crate::office::EVENT_DAYS;
use crate::store::events::read;
use crate::store::rows::{PlaceRow, TrimmedRow};
use crate::store::{EventWrite, StoreError, Write};

/// How much of the log is kept. Who is behind it must read their lists again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Oldest event, in milliseconds.
    pub oldest_ms: i64,
    /// Most events, of all workspaces together.
    pub most_events: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { oldest_ms: 7 * DAY_MS, most_events: 1_000_000 }
    }
}

const DAY_MS: i64 = 24 * 3_600_000;
/// How long a delivery to a webhook can be looked up, in milliseconds.
const DELIVERIES_MS: i64 = 14 * DAY_MS;
/// Rows taken away in one commit at most.
const TOGETHER: i64 = 200;
/// How often it is looked.
const LOOK: Duration = Duration::from_secs(60);
/// What is left to others between two commits.
const BREATH: Duration = Duration::from_millis(50);

/// How much the log holds: counted once, and from then on only what was added.
#[derive(Debug, Default)]
pub struct Counted {
    until: PlaceRow,
    /// Events ever, up to there.
    events: i64,
    begun: bool,
}

/// Keeps the log short until told to stop.
pub(crate) async fn keep_short(engine: Engine, stopped: CancellationToken) {
    let mut counted = Counted::default();
    let mut wait = LOOK;
    loop {
        tokio::select! {
            () = stopped.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let kept = async {
            let days = engine.settings(DEFAULT_WORKSPACE).await.map_or(EVENT_DAYS, |set| set.event_days);
            let keep = Retention { oldest_ms: days * DAY_MS, ..Retention::default() };
            let more = engine.trim_events(keep, &mut counted).await?;
            Ok::<_, StoreError>(engine.prune_deliveries().await? || more)
        };
        wait = match kept.await {
            Ok(true) => BREATH,
            Ok(false) => LOOK,
            Err(error) => {
                tracing::warn!(%error, "cannot shorten the event log; trying again");
                LOOK
            }
        };
    }
}

impl Engine {
    /// Takes away what is too old or too much of the log, a little of it. True when there is more to take away. Any
    /// number of processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn trim_events(&self, keep: Retention, counted: &mut Counted) -> Result<bool, StoreError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let gone = read::trimmed(conn).await?.unwrap_or(TrimmedRow { xid: 0, seq: 0, events: 0 });
        if !counted.begun || counted.until < gone.place() {
            *counted = Counted { until: gone.place(), events: gone.events, begun: true };
        }
        loop {
            let rows = read::sizes(conn, counted.until, 1_000).await?;
            let Some(last) = rows.last() else { break };
            counted.until = PlaceRow { xid: last.xid, seq: last.seq };
            counted.events += rows.iter().map(|row| row.events).sum::<i64>();
        }
        let oldest = read::sizes(conn, gone.place(), TOGETHER).await?;
        drop(reader);
        let too_old = self.clock().now_ms() - keep.oldest_ms;
        let mut last = gone.clone();
        for row in &oldest {
            let place = PlaceRow { xid: row.xid, seq: row.seq };
            let too_many = counted.events - last.events > keep.most_events;
            // The youngest row stays: SQLite gives a new row the next number after the last that is there.
            if !(row.at < too_old || too_many) || place >= counted.until {
                break;
            }
            last = TrimmedRow { xid: row.xid, seq: row.seq, events: last.events + row.events };
        }
        if last == gone {
            return Ok(false);
        }
        let is_full = oldest.last().is_some_and(|row| (row.xid, row.seq) == (last.xid, last.seq));
        self.commit_writes(DEFAULT_WORKSPACE, vec![Write::Events(EventWrite::Trim(last))]).await?;
        Ok(is_full)
    }

    /// Forgets deliveries to webhooks that are too old, a few of them. True when there may be more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn prune_deliveries(&self) -> Result<bool, StoreError> {
        let mut reader = self.db().read().await?;
        let oldest = read::oldest_delivery(&mut reader.conn()).await?;
        drop(reader);
        let before = self.clock().now_ms() - DELIVERIES_MS;
        if oldest.is_none_or(|at| at >= before) {
            return Ok(false);
        }
        let prune = EventWrite::PruneDeliveries { before, most: TOGETHER };
        self.commit_writes(DEFAULT_WORKSPACE, vec![Write::Events(prune)]).await?;
        Ok(true)
    }
}
