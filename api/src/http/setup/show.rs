use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::state::App;

/// Whether it has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetUp {
    /// Nobody can sign in yet: open the link that `remit serve` prints.
    needed: bool,
}

/// Whether anybody can sign in
#[utoipa::path(
    get,
    path = "/api/v1/setup",
    tag = "session",
    responses((status = 200, description = "Yes or no", body = SetUp))
)]
pub(crate) async fn get_setup(State(app): State<App>) -> Result<Json<SetUp>, ApiError> {
    Ok(Json(SetUp { needed: app.engine().needs_set_up().await? }))
}
