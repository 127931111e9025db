use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::{Delivery, get};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of deliveries.
    DeliveryPage of Delivery
}

/// The deliveries of a webhook
///
/// Latest first; they are kept for two weeks.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/deliveries",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook, `whk_…`"), PageQuery),
    responses((status = 200, description = "A page of deliveries", body = DeliveryPage))
)]
pub(crate) async fn list_webhook_deliveries(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<DeliveryPage>, ApiError> {
    get::found(&app, rep.workspace(), &id).await?;
    let list = List::new(&app, &["webhook deliveries", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::deliveries(&mut reader.conn(), rep.workspace(), &id, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.created_at, id: row.id.clone() });
    Ok(Json(DeliveryPage { data: rows.into_iter().map(Delivery::from).collect(), next_cursor }))
}
