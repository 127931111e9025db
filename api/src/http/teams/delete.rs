use axum::extract::State;
use axum::http::StatusCode;

use super::found;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::Id;
use crate::http::state::App;

/// Delete a team
///
/// Conversations keep its name until somebody gives them to another.
#[utoipa::path(
    delete,
    path = "/api/v1/teams/{id}",
    tag = "teams",
    params(
        ("id" = String, Path, description = "The team, `team_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the team that you saw"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn delete_team(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    found(&app, &rep, &id).await?;
    app.engine().delete_team(rep.workspace(), &id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
