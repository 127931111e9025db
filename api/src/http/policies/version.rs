use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use remit_engine::store::{StoreError, read};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Digest, PolicyFile};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// A version of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyVersion {
    /// Its digest.
    digest: String,
    /// Its name.
    name: String,
    /// Its root file.
    root: String,
    /// It is the version in force.
    in_force: bool,
    /// When it was first kept.
    created_at: Timestamp,
    /// Its files, by path.
    files: Vec<PolicyFile>,
}

/// One policy version
///
/// With its files.
#[utoipa::path(
    get,
    path = "/api/v1/policies/versions/{digest}",
    tag = "policies",
    params(("digest" = String, Path, description = "The digest, with or without `sha256:`")),
    responses((status = 200, description = "The version", body = PolicyVersion))
)]
pub(crate) async fn get_policy_version(
    rep: Rep,
    State(app): State<App>,
    Digest(digest): Digest,
) -> Result<Json<PolicyVersion>, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let active = read::policy_active(conn, rep.workspace()).await?;
    let version = read::policy_version(conn, rep.workspace(), &digest).await?;
    let version = version.ok_or_else(|| ApiError::not_found("policy version"))?;
    let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
        .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
    Ok(Json(PolicyVersion {
        in_force: active.is_some_and(|active| active.digest == version.digest),
        digest: version.digest,
        name: version.name,
        root: version.root,
        created_at: Timestamp(version.created_at),
        files: files.into_iter().map(|(path, text)| PolicyFile { path, text }).collect(),
    }))
}
