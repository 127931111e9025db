use axum::Json;
use axum::extract::State;

use super::WebhookWithSecret;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Make a new secret
///
/// For 24 hours everything is signed with both, so that the receiver can change over in its own time.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/rotate-secret",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook, `whk_…`")),
    responses((status = 200, description = "The webhook and its new secret", body = WebhookWithSecret))
)]
pub(crate) async fn rotate_webhook_secret(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<WebhookWithSecret>, ApiError> {
    let row = app.engine().rotate_webhook(&rep.row, &id).await?;
    Ok(Json(WebhookWithSecret::of(&app, row)))
}
