use axum::Json;
use axum::extract::State;
use remit_engine::replies::Gesture;

use super::{Conversation, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Take a conversation over
///
/// The AI is silent in it until you hand it back; what it had pending is withdrawn.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/take-over",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation, yours", body = Conversation))
)]
pub(crate) async fn take_over(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Conversation>, ApiError> {
    app.engine().gesture(&rep.row, &id, Gesture::TakeOver).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
