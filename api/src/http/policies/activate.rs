use axum::Json;
use axum::extract::State;
use remit_engine::publish::By;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Acknowledge, Activated, Digest, refused};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// What was seen before a version comes into force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activation {
    /// The difference that you have seen; needed when some message may leave more freely.
    #[serde(default)]
    pub(super) acknowledge: Option<Acknowledge>,
}

/// Put a version in force
///
/// Only without errors, with its claims proved and its cases holding. Where some message may leave more freely than under
/// the version in force, the difference must be acknowledged by both digests. Who, when and what changed are kept.
#[utoipa::path(
    post,
    path = "/api/v1/policies/versions/{digest}/activate",
    tag = "policies",
    params(("digest" = String, Path, description = "The digest, with or without `sha256:`")),
    request_body = Activation,
    responses(
        (status = 200, description = "It is in force", body = Activated),
        (status = 409, description = "`not_acknowledged`, `stale_acknowledgement`, `cases_fail`, `already_in_force`"),
    )
)]
pub(crate) async fn activate_policy_version(
    rep: Rep<Manager>,
    State(app): State<App>,
    Digest(digest): Digest,
    JsonBody(activation): JsonBody<Activation>,
) -> Result<Json<Activated>, ApiError> {
    let seen = activation.acknowledge.as_ref().map(Acknowledge::seen);
    let by = By::Rep(&rep.row.id, &rep.row.name);
    let published = app.engine().publish(rep.workspace(), &digest, seen, by).await;
    Ok(Json(published.map_err(refused)?.into()))
}
