use axum::Json;
use axum::extract::State;
use remit_engine::replies::Gesture;

use super::{Conversation, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Open a conversation
///
/// One that is snoozed or closed is among the open ones again.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/reopen",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation, open", body = Conversation))
)]
pub(crate) async fn reopen_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Conversation>, ApiError> {
    app.engine().gesture(&rep.row, &id, Gesture::Reopen).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
