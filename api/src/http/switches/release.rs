use axum::Json;
use axum::extract::State;

use super::{FlipReason, Switch, flip};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Let sending go on
///
/// What was stopped is not revived; messages that come from now on are answered again.
#[utoipa::path(
    post,
    path = "/api/v1/kill-switch/release",
    tag = "switches",
    request_body = FlipReason,
    responses((status = 200, description = "The switch, off", body = Switch))
)]
pub(crate) async fn release_kill_switch(
    rep: Rep<Manager>,
    State(app): State<App>,
    JsonBody(why): JsonBody<FlipReason>,
) -> Result<Json<Switch>, ApiError> {
    Ok(Json(flip(&app, &rep.row, false, &why).await?.0))
}
