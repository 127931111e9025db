//! The writes of those who follow the log: keeping it short, and webhooks.

use super::{Datum, Log};
use crate::store::batch::set::Set;
use crate::store::rows::{PlaceRow, TrimmedRow};
use crate::store::statements::{self as sql, many, postgres, sqlite};
use crate::store::{Conn, StoreError, execute};

/// One event for one webhook.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `webhook_delivery`")]
pub struct NewDelivery {
    pub id: String,
    pub webhook_id: String,
    pub event_id: String,
    pub event_type: String,
    pub body: String,
}

/// What became of an attempt to deliver.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `webhook_delivery`")]
pub struct Attempted {
    pub id: String,
    pub webhook_id: String,
    /// Attempts made, this one included.
    pub attempt: i64,
    pub state: &'static str,
    pub next_at: Option<i64>,
    pub status: Option<i64>,
    pub took_ms: i64,
    pub error: Option<String>,
    pub response: Option<String>,
}

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum EventWrite {
    /// Take away the log up to a place, and say how many events are gone then.
    Trim(TrimmedRow),
    /// A new webhook, which is told of what comes after a place.
    Webhook {
        id: String,
        url: String,
        description: String,
        event_types: String,
        enabled: bool,
        from: PlaceRow,
        by: String,
    },
    /// A webhook as it shall be, if it still has the version that was seen. One that is switched on is told of what
    /// comes after a place.
    WebhookChange {
        id: String,
        version: i64,
        url: String,
        description: String,
        event_types: String,
        enabled: bool,
        from: PlaceRow,
        by: String,
    },
    /// A new secret for a webhook; the one before is good until a time as well.
    WebhookRotate { id: String, old_until: i64, by: String },
    /// A webhook is told nothing any more, and forgotten.
    WebhookDelete { id: String, by: String },
    /// A webhook is told nothing any more because it cannot be reached.
    WebhookDisable { id: String, reason: String },
    /// Since when every attempt at a webhook fails.
    WebhookFailing { id: String, since: Option<i64> },
    /// Deliveries of the log from one place up to another, unless somebody else has gone on from there.
    FanOut { before: PlaceRow, after: PlaceRow, deliveries: Vec<NewDelivery> },
    /// One delivery, out of turn.
    Delivery(NewDelivery),
    /// What became of an attempt.
    Attempted(Box<Attempted>),
    /// Deliver again, from the first attempt on.
    Redeliver { id: String },
    /// Forget deliveries made before a time, so many at most.
    PruneDeliveries { before: i64, most: i64 },
}

impl EventWrite {
    pub(super) fn tells(&self, log: &mut Log) -> bool {
        let (kind, id) = match self {
            Self::Webhook { id, .. } => ("webhook.created", id),
            Self::WebhookChange { id, .. } | Self::WebhookRotate { id, .. } => ("webhook.updated", id),
            Self::WebhookDelete { id, .. } => ("webhook.deleted", id),
            Self::WebhookDisable { id, .. } => ("webhook.disabled", id),
            _ => return false,
        };
        log.event(kind, &[("webhook_id", Datum::Text(id))]);
        true
    }

    pub(super) fn by(&self) -> Option<&str> {
        match self {
            Self::Webhook { by, .. }
            | Self::WebhookChange { by, .. }
            | Self::WebhookRotate { by, .. }
            | Self::WebhookDelete { by, .. } => Some(by),
            _ => None,
        }
    }

    pub(in crate::store) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Trim(TrimmedRow { xid, seq, events }) => {
                if matches!(conn, Conn::Postgres(_)) {
                    execute!(conn, postgres::EVENT_TRIM, *xid, *seq);
                } else {
                    execute!(conn, sqlite::EVENT_TRIM, *seq);
                }
                execute!(conn, sql::EVENT_TRIMMED_SET, *xid, *seq, *events);
            }
            Self::Webhook { id, url, description, event_types, enabled, from, by } => {
                let PlaceRow { xid, seq } = *from;
                execute!(conn, sql::WEBHOOK_INSERT, ws, id, url, description, event_types, *enabled, xid, seq, by, now);
                execute!(conn, sql::WEBHOOK_PLACE_BEGIN, ws, xid, seq);
            }
            Self::WebhookChange { id, version, url, description, event_types, enabled, from, by: _ } => {
                let PlaceRow { xid, seq } = *from;
                let version = *version;
                let types = event_types;
                execute!(conn, sql::WEBHOOK_CHANGE, ws, id, version, url, description, types, *enabled, xid, seq, now);
            }
            Self::WebhookRotate { id, old_until, by: _ } => {
                execute!(conn, sql::WEBHOOK_ROTATE, ws, id, *old_until, now);
            }
            Self::WebhookDelete { id, by: _ } => {
                execute!(conn, sql::WEBHOOK_DELETE, ws, id, now, false);
            }
            Self::WebhookDisable { id, reason } => {
                execute!(conn, sql::WEBHOOK_DISABLE, ws, id, reason, now, false);
            }
            Self::WebhookFailing { id, since } => {
                execute!(conn, sql::WEBHOOK_FAILING, ws, id, *since);
            }
            Self::FanOut { before, after, deliveries } => {
                let moved = execute!(conn, sql::WEBHOOK_PLACE_MOVE, ws, after.xid, after.seq, before.xid, before.seq);
                if moved > 0 {
                    insert(conn, ws, deliveries, now).await?;
                }
            }
            Self::Delivery(delivery) => insert(conn, ws, std::slice::from_ref(delivery), now).await?,
            Self::Attempted(made) => {
                let Attempted { id, webhook_id: _, attempt, state, next_at, status, took_ms, error, response } =
                    &**made;
                let (error, response) = (error.as_deref(), response.as_deref());
                execute!(
                    conn,
                    sql::WEBHOOK_DELIVERY_ATTEMPTED,
                    ws,
                    id,
                    *attempt,
                    *state,
                    *next_at,
                    *status,
                    *took_ms,
                    error,
                    response,
                    now
                );
            }
            Self::Redeliver { id } => {
                execute!(conn, sql::WEBHOOK_DELIVERY_AGAIN, ws, id, now);
            }
            Self::PruneDeliveries { before, most } => {
                execute!(conn, sql::WEBHOOK_DELIVERY_PRUNE, *before, *most);
            }
        }
        Ok(())
    }
}

async fn insert(conn: &mut Conn<'_>, ws: &str, deliveries: &[NewDelivery], now: i64) -> Result<(), StoreError> {
    let mut set = Set::new(&many::WEBHOOK_DELIVERY_INSERT);
    for NewDelivery { id, webhook_id, event_id, event_type, body } in deliveries {
        set.push([
            ws.into(),
            id.into(),
            webhook_id.into(),
            event_id.into(),
            event_type.into(),
            body.into(),
            now.into(),
        ]);
    }
    set.execute(conn).await
}
