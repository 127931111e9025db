use axum::Json;
use axum::extract::State;
use remit_engine::replies::Gesture;

use super::{Conversation, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Hand a conversation back to the AI
///
/// It answers the next message again.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/hand-back",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "The conversation, handed back", body = Conversation))
)]
pub(crate) async fn hand_back(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Conversation>, ApiError> {
    app.engine().gesture(&rep.row, &id, Gesture::HandBack).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
