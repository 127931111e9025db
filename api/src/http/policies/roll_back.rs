use axum::Json;
use axum::extract::State;
use remit_engine::publish::By;

use super::activate::Activation;
use super::{Acknowledge, Activated, refused};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Put the version before in force again
///
/// The version that was in force before this one passes the same gate: where it lets more leave than this one, that must be
/// acknowledged.
#[utoipa::path(
    post,
    path = "/api/v1/policies/rollback",
    tag = "policies",
    request_body = Activation,
    responses(
        (status = 200, description = "It is in force again", body = Activated),
        (status = 409, description = "`nothing_to_roll_back`, `not_acknowledged`, `stale_acknowledgement`, `cases_fail`"),
    )
)]
pub(crate) async fn roll_back_policy(
    rep: Rep<Manager>,
    State(app): State<App>,
    JsonBody(activation): JsonBody<Activation>,
) -> Result<Json<Activated>, ApiError> {
    let seen = activation.acknowledge.as_ref().map(Acknowledge::seen);
    let by = By::Rep(&rep.row.id, &rep.row.name);
    let published = app.engine().roll_back(rep.workspace(), seen, by).await;
    Ok(Json(published.map_err(refused)?.into()))
}
