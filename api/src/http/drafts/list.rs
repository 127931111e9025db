use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Draft;
use crate::http::auth::Rep;
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of drafts.
    DraftPage of Draft
}

/// The drafts of a conversation
///
/// Latest first, whatever became of them.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/drafts",
    tag = "drafts",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), PageQuery),
    responses((status = 200, description = "A page of drafts", body = DraftPage))
)]
pub(crate) async fn list_drafts(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<DraftPage>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let list = List::new(&app, &["drafts", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::drafts(&mut reader.conn(), rep.workspace(), &id, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.created_at, id: row.id.clone() });
    Ok(Json(DraftPage { data: rows.into_iter().map(Draft::from).collect(), next_cursor }))
}
