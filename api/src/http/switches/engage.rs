use axum::Json;
use axum::extract::State;

use super::{FlipReason, Switch, flip};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Stop sending
///
/// From the commit of this request on, nothing that an AI wrote leaves. Messages still come in.
#[utoipa::path(
    post,
    path = "/api/v1/kill-switch/engage",
    tag = "switches",
    security(("key" = ["closer"])),
    request_body = FlipReason,
    responses((status = 200, description = "The switch, on", body = Switch))
)]
pub(crate) async fn engage_kill_switch(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(why): JsonBody<FlipReason>,
) -> Result<Json<Switch>, ApiError> {
    Ok(Json(flip(&app, &rep.row, true, &why).await?))
}
