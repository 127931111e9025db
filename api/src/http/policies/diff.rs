use axum::Json;
use axum::extract::State;
use remit_dsl::diff;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Candidate, or_in_force};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Two policies to compare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToCompare {
    /// The old one; the version in force when left out.
    #[serde(default)]
    old: Option<Candidate>,
    /// The new one.
    new: Candidate,
}

/// What a change of a policy means.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// Digest of the old one.
    old_digest: String,
    /// Digest of the new one.
    new_digest: String,
    /// Every message is decided as before.
    empty: bool,
    /// Some message may leave more freely: it takes an acknowledgement to put it in force.
    may_be_freer: bool,
    /// Everything that changes: `regions`, `routes` and `items`, as `remit diff --json` prints it.
    #[schema(value_type = Object)]
    diff: serde_json::Value,
    /// The same as text.
    text: String,
    /// The same for a comment on a pull request.
    markdown: String,
}

/// Compare two policies
///
/// Exactly which messages would be decided otherwise, each sort with an example. Nothing is kept.
#[utoipa::path(
    post,
    path = "/api/v1/policies/diff",
    tag = "policies",
    request_body = ToCompare,
    responses(
        (status = 200, description = "The difference", body = Difference),
        (status = 404, description = "`not_found`: no such version was kept"),
        (status = 409, description = "`no_policy`: nothing is in force to compare with"),
    )
)]
pub(crate) async fn diff_policies(
    rep: Rep,
    State(app): State<App>,
    JsonBody(compare): JsonBody<ToCompare>,
) -> Result<Json<Difference>, ApiError> {
    let old = or_in_force(&app, rep.workspace(), compare.old.as_ref()).await?;
    let new = compare.new.policy(&app, rep.workspace()).await?;
    let work = move || {
        let found = diff::diff(&old, &new);
        Difference {
            empty: found.is_empty(),
            may_be_freer: found.may_be_freer(),
            text: diff::render::human(&found),
            markdown: diff::render::markdown(&found),
            diff: diff::render::json(&found),
            old_digest: found.old_digest,
            new_digest: found.new_digest,
        }
    };
    Ok(Json(tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::internal())?))
}
