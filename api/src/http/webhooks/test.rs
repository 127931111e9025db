use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Delivery;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Test a webhook
///
/// Posts an event of the type `webhook.test`, signed and tried again like any other. Look at the delivery for what came
/// of it.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/test",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook, `whk_…`")),
    responses(
        (status = 202, description = "The delivery", body = Delivery),
        (status = 409, description = "`webhook_disabled`"),
    )
)]
pub(crate) async fn test_webhook(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    let row = app.engine().test_webhook(&rep.row, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}
