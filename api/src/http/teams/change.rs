use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Team, TeamName, found, shown};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Give a team another name
///
/// What was given to its old name stays there until somebody gives it to another.
#[utoipa::path(
    patch,
    path = "/api/v1/teams/{id}",
    tag = "teams",
    params(
        ("id" = String, Path, description = "The team, `team_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the team that you saw"),
    ),
    request_body = TeamName,
    responses(
        (status = 200, description = "The team, changed", body = Team),
        (status = 409, description = "`name_taken`"),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_team(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<TeamName>,
) -> Result<Response, ApiError> {
    found(&app, &rep, &id).await?;
    app.engine().rename_team(rep.workspace(), &id, version, body.checked()?).await?;
    shown(&app, &rep, &id, StatusCode::OK).await
}
