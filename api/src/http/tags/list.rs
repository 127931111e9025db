use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Tag;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of tags.
    TagPage of Tag
}

/// Tags
///
/// In the order of their names.
#[utoipa::path(
    get,
    path = "/api/v1/tags",
    tag = "tags",
    params(PageQuery),
    responses((status = 200, description = "A page of tags", body = TagPage))
)]
pub(crate) async fn list_tags(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<TagPage>, ApiError> {
    let list = List::new(&app, &["tags", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let rows = read::tags(&mut reader.conn(), rep.workspace(), &start.id, query.limit.with_next()).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: 0, id: row.name.clone() });
    Ok(Json(TagPage { data: rows.into_iter().map(Tag::from).collect(), next_cursor }))
}
