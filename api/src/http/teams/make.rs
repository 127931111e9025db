use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Team, TeamName, shown};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Make a team
///
/// What a policy routed to its name before is its own at once. There may be 200.
#[utoipa::path(
    post,
    path = "/api/v1/teams",
    tag = "teams",
    request_body = TeamName,
    responses(
        (status = 201, description = "The team", body = Team),
        (status = 409, description = "`name_taken`, `too_many`"),
    )
)]
pub(crate) async fn make_team(
    rep: Rep<Manager>,
    State(app): State<App>,
    JsonBody(body): JsonBody<TeamName>,
) -> Result<Response, ApiError> {
    let made = app.engine().make_team(rep.workspace(), body.checked()?).await?;
    shown(&app, &rep, &made.id, StatusCode::CREATED).await
}
