use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::ProviderEventRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::provider::found;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// A page of what a provider told.
    ProviderEventPage of ProviderEvent
}

/// What a provider told. Its words come from outside: show them as text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderEvent {
    /// Its id, `pev_…`.
    id: String,
    /// `status`, `opt_out`, `opt_in`, `reaction`, `edit`, `delete`, `echo`, `call`, `moved`, `timeline`, `mail_at` or
    /// `unknown`.
    kind: String,
    /// The message that it is about; null while that is not known, or where it is about none.
    #[schema(required)]
    message_id: Option<String>,
    /// The provider's own word.
    word: String,
    /// What it means: for a status `queued`, `sending`, `sent`, `delivered`, `read`, `failed`, `rejected`,
    /// `bounced_hard`, `bounced_soft`, `complained`, `opted_out`, `expired`, `cancelled`, or a note such as `deferred`.
    meaning: String,
    /// Why, in the provider's words.
    #[schema(required)]
    cause: Option<String>,
    /// Whom a message went to, where told.
    #[schema(required)]
    recipient: Option<String>,
    /// When it happened, by the provider's clock.
    occurred_at: Timestamp,
    /// When it came in.
    received_at: Timestamp,
}

impl From<ProviderEventRow> for ProviderEvent {
    fn from(row: ProviderEventRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            message_id: row.message_id,
            word: row.word,
            meaning: row.meaning,
            cause: row.cause,
            recipient: row.recipient,
            occurred_at: Timestamp(row.occurred_at),
            received_at: Timestamp(row.received_at),
        }
    }
}

/// What the provider of a channel told
///
/// Beside messages; latest first. What was not understood is here too.
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}/events",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`"), PageQuery),
    responses((status = 200, description = "A page of events", body = ProviderEventPage))
)]
pub(crate) async fn list_channel_events(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<ProviderEventPage>, ApiError> {
    found(&app, rep.workspace(), &id).await?;
    let list = List::new(&app, &["channel events", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::provider_events(&mut reader.conn(), rep.workspace(), &id, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.received_at, id: row.id.clone() });
    Ok(Json(ProviderEventPage { data: rows.into_iter().map(ProviderEvent::from).collect(), next_cursor }))
}
