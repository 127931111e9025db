use axum::Json;
use axum::extract::State;
use remit_engine::store::Write;

use super::{Conversation, must_exist, shown};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Mark as unread
///
/// For you only. What is unread already stays as it is.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{id}/read",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation, unread", body = Conversation))
)]
pub(crate) async fn mark_unread(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Conversation>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let mark = Write::UnreadMark { rep_id: rep.row.id.clone(), conversation_id: id.clone() };
    app.engine().commit_writes(rep.workspace(), vec![mark]).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
