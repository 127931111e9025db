use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::ComposerDraft;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of texts that are being written.
    ComposerPage of ComposerDraft
}

/// What you are writing
///
/// In every conversation, the latest first. Nobody else sees it.
#[utoipa::path(
    get,
    path = "/api/v1/composer",
    tag = "conversations",
    params(PageQuery),
    responses((status = 200, description = "A page of your texts", body = ComposerPage))
)]
pub(crate) async fn list_composer(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<ComposerPage>, ApiError> {
    let list = List::new(&app, &["composer", rep.workspace(), &rep.row.id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let (conn, limit) = (&mut reader.conn(), query.limit.with_next());
    let rows = read::composers(conn, rep.workspace(), &rep.row.id, start.sort, &start.id, limit).await?;
    let key =
        |row: &remit_engine::store::rows::ComposerRow| Key { sort: row.updated_at, id: row.conversation_id.clone() };
    let (rows, next_cursor) = list.cut(rows, query.limit, key);
    Ok(Json(ComposerPage { data: rows.into_iter().map(ComposerDraft::from).collect(), next_cursor }))
}
