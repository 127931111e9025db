use axum::extract::State;
use axum::http::StatusCode;

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Activate a channel
///
/// What was stopped when it was disabled is not revived.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/activate",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    responses((status = 204, description = "Active"))
)]
pub(crate) async fn activate_channel(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    app.engine().set_channel_active(rep.workspace(), &id, true, "", &rep.row.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
