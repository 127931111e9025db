//! What only PostgreSQL has: leases on runs, because several processes work, and a way to wake the others.

use std::sync::Arc;

use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::rows::DueRow;
use super::statements::postgres as sql;
use super::{Db, StoreError};

/// The name other processes listen to.
const CHANNEL: &str = "remit_runs";
/// The name under which they hear who writes just now.
const WHISPERS: &str = "remit_whispers";

impl Db {
    /// Leases up to `limit` heads of lanes that are due. On SQLite there is nothing to lease: `None`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn lease(
        &self,
        now: i64,
        limit: i64,
        owner: &str,
        until: i64,
    ) -> Result<Option<Vec<DueRow>>, StoreError> {
        let Some(pool) = self.postgres() else { return Ok(None) };
        let mut leased: Vec<DueRow> =
            sqlx::query_as(sql::RUN_CLAIM).bind(now).bind(limit).bind(owner).bind(until).fetch_all(pool).await?;
        leased.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Some(leased))
    }

    /// Keeps this owner's leases for longer.
    pub(crate) async fn renew(&self, owner: &str, until: i64) -> Result<(), StoreError> {
        if let Some(pool) = self.postgres() {
            sqlx::query(sql::RUN_RENEW).bind(owner).bind(until).execute(pool).await?;
        }
        Ok(())
    }

    /// Ends this owner's leases, so that others need not wait for them to run out.
    pub(crate) async fn unlease(&self, owner: &str) -> Result<(), StoreError> {
        if let Some(pool) = self.postgres() {
            sqlx::query(sql::RUN_UNLEASE).bind(owner).execute(pool).await?;
        }
        Ok(())
    }

    /// Ends leases that reach further than any can now: a clock that was wrong has left them. Gives how many.
    pub(crate) async fn unlease_odd(&self, latest: i64) -> Result<u64, StoreError> {
        let Some(pool) = self.postgres() else { return Ok(0) };
        Ok(sqlx::query(sql::RUN_UNLEASE_ODD).bind(latest).execute(pool).await?.rows_affected())
    }

    /// Tells other processes that there is work. Only a hint: they look by themselves as well.
    pub(crate) async fn tell_others(&self) -> Result<(), StoreError> {
        if let Some(pool) = self.postgres() {
            sqlx::query(sql::NOTIFY).execute(pool).await?;
        }
        Ok(())
    }

    /// Tells the planner how the tables have grown.
    pub(crate) async fn analyze(&self) -> Result<(), StoreError> {
        if let Some(pool) = self.postgres() {
            sqlx::query(sql::ANALYZE).execute(pool).await?;
        }
        Ok(())
    }

    /// Tells other processes something that is kept nowhere; at most 8000 bytes.
    pub(crate) async fn whisper(&self, payload: &str) -> Result<(), StoreError> {
        if let Some(pool) = self.postgres() {
            sqlx::query(sql::NOTIFY_WHISPER).bind(payload).execute(pool).await?;
        }
        Ok(())
    }

    /// Passes on what other processes tell, until stopped. Ends at once on SQLite.
    pub(crate) async fn listen(&self, heard: Arc<Notify>, stopped: CancellationToken) {
        self.notified(&[CHANNEL], heard, |_| {}, stopped).await;
    }

    /// The same, and what they whisper, over one connection.
    pub(crate) async fn listen_closely(
        &self,
        heard: Arc<Notify>,
        whispered: impl Fn(&str) + Send,
        stopped: CancellationToken,
    ) {
        self.notified(&[CHANNEL, WHISPERS], heard, whispered, stopped).await;
    }

    async fn notified(
        &self,
        channels: &[&str],
        heard: Arc<Notify>,
        whispered: impl Fn(&str) + Send,
        stopped: CancellationToken,
    ) {
        let Some(pool) = self.postgres() else { return };
        while !stopped.is_cancelled() {
            let listening = async {
                let mut listener = PgListener::connect_with(pool).await?;
                listener.listen_all(channels.iter().copied()).await?;
                loop {
                    let told = listener.recv().await?;
                    if told.channel() == WHISPERS {
                        whispered(told.payload());
                    } else {
                        heard.notify_one();
                    }
                }
            };
            let ended: Result<std::convert::Infallible, sqlx::Error> = tokio::select! {
                () = stopped.cancelled() => return,
                ended = listening => ended,
            };
            let Err(error) = ended;
            tracing::debug!(%error, "lost the connection that listens; polling until it is back");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
}
