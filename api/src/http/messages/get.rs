use axum::Json;
use axum::extract::State;

use super::{Message, found};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// One message
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}",
    tag = "messages",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    responses((status = 200, description = "The message", body = Message))
)]
pub(crate) async fn get_message(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Message>, ApiError> {
    Ok(Json(found(&app, &rep, &id).await?.into()))
}
