use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Team, shown};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// A team
#[utoipa::path(
    get,
    path = "/api/v1/teams/{id}",
    tag = "teams",
    params(("id" = String, Path, description = "The team, `team_…`")),
    responses((status = 200, description = "The team", body = Team))
)]
pub(crate) async fn get_team(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    shown(&app, &rep, &id, StatusCode::OK).await
}
