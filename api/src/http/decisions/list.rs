use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::{DecisionPage, DecisionSummary};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery};
use crate::http::state::App;

/// All decisions
///
/// Latest first.
#[utoipa::path(
    get,
    path = "/api/v1/decisions",
    tag = "decisions",
    params(PageQuery),
    responses((status = 200, description = "A page of decisions", body = DecisionPage))
)]
pub(crate) async fn list_decisions(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<DecisionPage>, ApiError> {
    let list = List::new(&app, &["decisions", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::decisions(&mut reader.conn(), rep.workspace(), start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.decided_at, id: row.id.clone() });
    Ok(Json(DecisionPage { data: rows.into_iter().map(DecisionSummary::from).collect(), next_cursor }))
}
