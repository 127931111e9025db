use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use remit_engine::store::{StoreError, read};
use serde::Serialize;
use utoipa::ToSchema;

use super::PolicyFile;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// The policy in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivePolicy {
    /// Its name.
    name: String,
    /// Digest of all its files; decisions name it.
    digest: String,
    /// Its root file.
    root: String,
    /// Since when it is in force.
    activated_at: Timestamp,
    /// Who put it in force.
    activated_by: String,
    /// Its files, by path.
    files: Vec<PolicyFile>,
}

/// The policy in force
///
/// With its files, so that every file and line a decision names can be shown. 404 before one was activated.
#[utoipa::path(
    get,
    path = "/api/v1/policies/active",
    tag = "policies",
    responses(
        (status = 200, description = "The policy", body = ActivePolicy),
        (status = 404, description = "`not_found`: none is in force"),
    )
)]
pub(crate) async fn get_active_policy(rep: Rep, State(app): State<App>) -> Result<Json<ActivePolicy>, ApiError> {
    let none = || ApiError::not_found("active policy");
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let active = read::policy_active(conn, rep.workspace()).await?.ok_or_else(none)?;
    let version = read::policy_version(conn, rep.workspace(), &active.digest).await?.ok_or_else(none)?;
    let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
        .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
    Ok(Json(ActivePolicy {
        name: version.name,
        digest: version.digest,
        root: version.root,
        activated_at: Timestamp(active.activated_at),
        activated_by: active.activated_by,
        files: files.into_iter().map(|(path, text)| PolicyFile { path, text }).collect(),
    }))
}
