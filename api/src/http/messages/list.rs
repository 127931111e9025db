use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Message;
use crate::http::auth::Rep;
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of messages.
    MessagePage of Message
}

/// The messages of a conversation
///
/// Newest first, both directions. Looking does not mark them as read.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/messages",
    tag = "messages",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), PageQuery),
    responses((status = 200, description = "A page of messages", body = MessagePage))
)]
pub(crate) async fn list_messages(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<MessagePage>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let list = List::new(&app, &["messages", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let rows = read::messages(&mut reader.conn(), rep.workspace(), &id, start.sort, query.limit.with_next()).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.seq, id: String::new() });
    Ok(Json(MessagePage { data: rows.into_iter().map(Message::from).collect(), next_cursor }))
}
