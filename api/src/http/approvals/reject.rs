use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Approval, shown};
use crate::http::auth::{Approver, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// A no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct No {
    /// Why, for the team.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Keep a draft from leaving
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/reject",
    tag = "approvals",
    params(("id" = String, Path, description = "The approval, `apr_…`")),
    request_body = No,
    responses(
        (status = 200, description = "The approval, answered", body = Approval),
        (status = 409, description = "`already_decided`, `claimed`, `no_policy`"),
    )
)]
pub(crate) async fn reject(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(no): JsonBody<No>,
) -> Result<Json<Approval>, ApiError> {
    let reason = text("/reason", &no.reason, 1000)?;
    app.engine().reject(&rep.row, &id, reason).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
