use axum::extract::State;
use axum::response::Response;

use super::{Settings, shown};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::state::App;

/// Settings of the workspace
///
/// What the AI may do is none of them: that stands in the policy.
#[utoipa::path(
    get,
    path = "/api/v1/settings",
    tag = "settings",
    responses((status = 200, description = "The settings", body = Settings))
)]
pub(crate) async fn get_settings(rep: Rep<Manager>, State(app): State<App>) -> Result<Response, ApiError> {
    shown(&app, &rep).await
}
