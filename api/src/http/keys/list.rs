use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::ApiKey;
use crate::http::auth::{Owner, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of keys.
    ApiKeyPage of ApiKey
}

/// Keys
///
/// The latest first, also those that were revoked.
#[utoipa::path(
    get,
    path = "/api/v1/keys",
    tag = "keys",
    params(PageQuery),
    responses((status = 200, description = "A page of keys", body = ApiKeyPage))
)]
pub(crate) async fn list_keys(
    rep: Rep<Owner>,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<ApiKeyPage>, ApiError> {
    let list = List::new(&app, &["keys", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::keys(&mut reader.conn(), rep.workspace(), start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.created_at, id: row.id.clone() });
    Ok(Json(ApiKeyPage { data: rows.into_iter().map(ApiKey::from).collect(), next_cursor }))
}
