use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::View;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of kept filters.
    ViewPage of View
}

/// Kept filters
///
/// Your own and those for everybody, the oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/views",
    tag = "views",
    params(PageQuery),
    responses((status = 200, description = "A page of kept filters", body = ViewPage))
)]
pub(crate) async fn list_views(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<ViewPage>, ApiError> {
    let list = List::new(&app, &["views", rep.workspace(), &rep.row.id]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let (conn, limit) = (&mut reader.conn(), query.limit.with_next());
    let rows = read::views(conn, rep.workspace(), &rep.row.id, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: 0, id: row.id.clone() });
    Ok(Json(ViewPage { data: rows.into_iter().map(View::from).collect(), next_cursor }))
}
