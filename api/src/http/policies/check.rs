use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::{FailedCase, Finding, PolicyFiles};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;

/// What is wrong with a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// It has no error.
    checks: bool,
    /// Everything found, in file order.
    findings: Vec<Finding>,
    /// Its digest; null when it has errors.
    #[schema(required)]
    digest: Option<String>,
    /// Cases written in it that hold.
    passed: usize,
    /// Cases that do not hold.
    failed: Vec<FailedCase>,
}

/// Check a policy
///
/// Errors, warnings, false claims and failing cases, each with file, line and column. Nothing is kept. 200 also for a policy
/// with errors.
#[utoipa::path(
    post,
    path = "/api/v1/policies/check",
    tag = "policies",
    request_body = PolicyFiles,
    responses((status = 200, description = "What was found", body = Checked))
)]
pub(crate) async fn check_policy(_: Rep, JsonBody(files): JsonBody<PolicyFiles>) -> Result<Json<Checked>, ApiError> {
    let check = move || -> Result<Checked, ApiError> {
        let compiled = files.compile()?;
        let cases = compiled.policy.as_ref().map(|policy| policy.run_tests(None).cases).unwrap_or_default();
        let (passed, failed): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.passed);
        Ok(Checked {
            checks: compiled.policy.is_some(),
            findings: compiled.diagnostics.into_iter().map(Finding::from).collect(),
            digest: compiled.policy.map(|policy| policy.digest().to_owned()),
            passed: passed.len(),
            failed: failed.into_iter().map(FailedCase::from).collect(),
        })
    };
    Ok(Json(tokio::task::spawn_blocking(check).await.map_err(|_| ApiError::internal())??))
}
