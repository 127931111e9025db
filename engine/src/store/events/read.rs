//! Reading the log: below the horizon only, so that nothing can appear behind a reader.

use crate::store::rows::{DeliveryRow, LogRow, LogSizeRow, PlaceRow, TrimmedRow};
use crate::store::statements::{self as sql, postgres, sqlite};
use crate::store::{Conn, Db, StoreError, on};

/// Below this transaction nothing can appear in the log any more.
async fn horizon(c: &mut sqlx::PgConnection) -> Result<i64, StoreError> {
    let row: (i64,) = sqlx::query_as(postgres::EVENT_HORIZON).fetch_one(c).await?;
    Ok(row.0)
}

/// Rows of a workspace's log from a place on, in order.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn log(conn: &mut Conn<'_>, ws: &str, from: PlaceRow, limit: i64) -> Result<Vec<LogRow>, StoreError> {
    let PlaceRow { xid, seq } = from;
    Ok(match conn {
        Conn::Sqlite(c) => {
            sqlx::query_as(sqlite::EVENT_LIST).bind(ws).bind(seq).bind(limit).fetch_all(&mut **c).await?
        }
        Conn::Postgres(c) => {
            let below = horizon(c).await?;
            let query = sqlx::query_as(postgres::EVENT_LIST).bind(ws).bind(xid).bind(seq).bind(below).bind(limit);
            query.fetch_all(&mut **c).await?
        }
        Conn::Direct(_) => return Err(StoreError::NotForTheWriter),
    })
}

/// Rows of all workspaces' logs from a place on, in order.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn tail(conn: &mut Conn<'_>, from: PlaceRow, limit: i64) -> Result<Vec<LogRow>, StoreError> {
    let PlaceRow { xid, seq } = from;
    Ok(match conn {
        Conn::Sqlite(c) => sqlx::query_as(sqlite::EVENT_TAIL).bind(seq).bind(limit).fetch_all(&mut **c).await?,
        Conn::Postgres(c) => {
            let below = horizon(c).await?;
            let query = sqlx::query_as(postgres::EVENT_TAIL).bind(xid).bind(seq).bind(below).bind(limit);
            query.fetch_all(&mut **c).await?
        }
        Conn::Direct(_) => return Err(StoreError::NotForTheWriter),
    })
}

/// The last place of the log that is written, on PostgreSQL also where nobody reads it yet because an older transaction
/// is under way.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn written(conn: &mut Conn<'_>) -> Result<PlaceRow, StoreError> {
    match conn {
        Conn::Postgres(c) => {
            let last: Option<PlaceRow> =
                sqlx::query_as(postgres::EVENT_HEAD).bind(i64::MAX).fetch_optional(&mut **c).await?;
            match last {
                Some(place) => Ok(place),
                None => head(conn).await,
            }
        }
        _ => head(conn).await,
    }
}

/// The last place of the log; before everything while nothing was ever told.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn head(conn: &mut Conn<'_>) -> Result<PlaceRow, StoreError> {
    let last: Option<PlaceRow> = match conn {
        Conn::Sqlite(c) => sqlx::query_as(sqlite::EVENT_HEAD).fetch_optional(&mut **c).await?,
        Conn::Postgres(c) => {
            let below = horizon(c).await?;
            sqlx::query_as(postgres::EVENT_HEAD).bind(below).fetch_optional(&mut **c).await?
        }
        Conn::Direct(_) => return Err(StoreError::NotForTheWriter),
    };
    match last {
        Some(place) => Ok(place),
        None => Ok(trimmed(conn).await?.map(|row| row.place()).unwrap_or_default()),
    }
}

/// How much the log holds after a place, row by row.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn sizes(conn: &mut Conn<'_>, after: PlaceRow, limit: i64) -> Result<Vec<LogSizeRow>, StoreError> {
    let PlaceRow { xid, seq } = after;
    Ok(match conn {
        Conn::Sqlite(c) => sqlx::query_as(sqlite::EVENT_SIZES).bind(seq).bind(limit).fetch_all(&mut **c).await?,
        Conn::Postgres(c) => {
            let below = horizon(c).await?;
            let query = sqlx::query_as(postgres::EVENT_SIZES).bind(xid).bind(seq).bind(below).bind(limit);
            query.fetch_all(&mut **c).await?
        }
        Conn::Direct(_) => return Err(StoreError::NotForTheWriter),
    })
}

/// Up to where the log is gone; `None` while all of it is there.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn trimmed(conn: &mut Conn<'_>) -> Result<Option<TrimmedRow>, StoreError> {
    Ok(on!(conn, |c| sqlx::query_as(sql::EVENT_TRIMMED_GET).fetch_optional(c).await?))
}

/// When the oldest delivery to a webhook was made, UTC milliseconds; `None` when there is none.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn oldest_delivery(conn: &mut Conn<'_>) -> Result<Option<i64>, StoreError> {
    let row: (Option<i64>,) = on!(conn, |c| sqlx::query_as(sql::WEBHOOK_DELIVERY_OLDEST).fetch_one(c).await?);
    Ok(row.0)
}

impl TrimmedRow {
    /// The last place that is gone.
    #[must_use]
    pub const fn place(&self) -> PlaceRow {
        PlaceRow { xid: self.xid, seq: self.seq }
    }
}

impl LogRow {
    /// Its place.
    #[must_use]
    pub const fn place(&self) -> PlaceRow {
        PlaceRow { xid: self.xid, seq: self.seq }
    }
}

impl Db {
    /// Deliveries of a webhook that are due; on PostgreSQL leased until a time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn due_deliveries(
        &self,
        (ws, webhook): (&str, &str),
        now: i64,
        limit: i64,
        until: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        if let Some(pool) = self.postgres() {
            let query = sqlx::query_as(postgres::WEBHOOK_DELIVERY_CLAIM).bind(ws).bind(webhook).bind(now).bind(limit);
            return Ok(query.bind(until).fetch_all(pool).await?);
        }
        let mut reader = self.read().await?;
        Ok(on!(&mut reader.conn(), |c| sqlx::query_as(sqlite::WEBHOOK_DELIVERY_DUE)
            .bind(ws)
            .bind(webhook)
            .bind(now)
            .bind(limit)
            .fetch_all(c)
            .await?))
    }

    /// A dump that was restored into another PostgreSQL server may name transactions that are yet to come there.
    pub(in crate::store) async fn mend_log(&self) -> Result<(), StoreError> {
        if let Some(pool) = self.postgres() {
            sqlx::query(postgres::EVENT_MEND).execute(pool).await?;
            sqlx::query(postgres::EVENT_MEND_TRIMMED).execute(pool).await?;
        }
        Ok(())
    }
}
