use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::found;
use crate::http::auth::Rep;
use crate::http::channels::events::{ProviderEvent, ProviderEventPage};
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery};
use crate::http::state::App;

/// How far a message has got
///
/// Everything that its provider told: what became of it, reactions, edits. Latest first, by the provider's clock; the log
/// only grows. The message's `status` follows from all of it, whatever the order in which it came.
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/deliveries",
    tag = "messages",
    params(("id" = String, Path, description = "The message, `msg_…`"), PageQuery),
    responses((status = 200, description = "A page of events", body = ProviderEventPage))
)]
pub(crate) async fn list_message_deliveries(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<ProviderEventPage>, ApiError> {
    found(&app, &rep, &id).await?;
    let list = List::new(&app, &["message deliveries", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::events_of_message(&mut reader.conn(), rep.workspace(), &id, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.occurred_at, id: row.id.clone() });
    Ok(Json(ProviderEventPage { data: rows.into_iter().map(ProviderEvent::from).collect(), next_cursor }))
}
