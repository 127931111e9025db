use axum::extract::State;
use axum::http::StatusCode;

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Delete a webhook
///
/// It is told nothing any more, also not what is on its way.
#[utoipa::path(
    delete,
    path = "/api/v1/webhooks/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook, `whk_…`")),
    responses((status = 204, description = "Deleted"))
)]
pub(crate) async fn delete_webhook(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    app.engine().delete_webhook(&rep.row, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
