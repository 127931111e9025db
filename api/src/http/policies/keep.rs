use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Finding, PolicyFiles, policy_error};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// A version that was kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Kept {
    /// Its digest: the same files are the same version.
    digest: String,
    /// Warnings and notes of the check.
    findings: Vec<Finding>,
}

/// Keep a version
///
/// It is checked, kept, and not in force. A policy with errors is refused, each error with its place.
#[utoipa::path(
    post,
    path = "/api/v1/policies/versions",
    tag = "policies",
    request_body = PolicyFiles,
    responses((status = 201, description = "The version", body = Kept))
)]
pub(crate) async fn keep_policy_version(
    rep: Rep<Manager>,
    State(app): State<App>,
    JsonBody(files): JsonBody<PolicyFiles>,
) -> Result<(StatusCode, Json<Kept>), ApiError> {
    let by_path = files.by_path()?;
    let kept = app.engine().keep_policy(rep.workspace(), &files.root, &by_path).await.map_err(policy_error)?;
    let (digest, diagnostics) = kept;
    let findings = diagnostics.into_iter().map(Finding::from).collect();
    Ok((StatusCode::CREATED, Json(Kept { digest, findings })))
}
