use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Webhook;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of webhooks.
    WebhookPage of Webhook
}

/// Webhooks
///
/// The oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks",
    tag = "webhooks",
    params(PageQuery),
    responses((status = 200, description = "A page of webhooks", body = WebhookPage))
)]
pub(crate) async fn list_webhooks(
    rep: Rep<Manager>,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<WebhookPage>, ApiError> {
    let list = List::new(&app, &["webhooks", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::webhooks(&mut reader.conn(), rep.workspace(), start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.created_at, id: row.id.clone() });
    let now = app.now_ms();
    Ok(Json(WebhookPage { data: rows.into_iter().map(|row| Webhook::of(row, now)).collect(), next_cursor }))
}
