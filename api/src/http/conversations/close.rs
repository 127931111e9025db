use axum::Json;
use axum::extract::State;
use remit_engine::replies::Gesture;

use super::{Conversation, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Close a conversation
///
/// What the AI had pending is withdrawn, and nobody need look any more. It opens again when the contact writes.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/close",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation, closed", body = Conversation))
)]
pub(crate) async fn close_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Conversation>, ApiError> {
    app.engine().gesture(&rep.row, &id, Gesture::Close).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
