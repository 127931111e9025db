use axum::Json;
use axum::extract::State;
use remit_engine::store::Write;

use super::{Conversation, must_exist, shown};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Mark as read
///
/// For you only; others still see it as unread. Doing it again changes nothing.
#[utoipa::path(
    put,
    path = "/api/v1/conversations/{id}/read",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation, read", body = Conversation))
)]
pub(crate) async fn mark_read(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Conversation>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let clear = Write::UnreadClear { rep_id: rep.row.id.clone(), conversation_id: id.clone() };
    app.engine().commit_writes(rep.workspace(), vec![clear]).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
