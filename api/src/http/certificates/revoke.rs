use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// Why a certificate is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakenBack {
    /// For the team.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Take a certificate back
///
/// What is about to leave because of it asks the gate again.
#[utoipa::path(
    post,
    path = "/api/v1/certificates/{id}/revoke",
    tag = "certificates",
    params(("id" = String, Path, description = "The certificate's name")),
    request_body = TakenBack,
    responses(
        (status = 204, description = "It is taken back"),
        (status = 404, description = "`not_found`: none of this name is granted"),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn revoke_certificate(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(name): Id,
    JsonBody(body): JsonBody<TakenBack>,
) -> Result<StatusCode, ApiError> {
    let reason = text("/reason", &body.reason, 1000)?;
    app.engine().revoke_certificate(&rep.row, &name, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
