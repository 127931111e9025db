use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use remit_engine::office::MOST_MEMBERS;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Team, found, shown};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Who shall be in a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamMembers {
    /// All of them, `usr_…`; 200 at most.
    #[schema(max_items = 200)]
    user_ids: Vec<String>,
}

/// Set who is in a team
///
/// These and no others.
#[utoipa::path(
    put,
    path = "/api/v1/teams/{id}/members",
    tag = "teams",
    params(
        ("id" = String, Path, description = "The team, `team_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the team that you saw"),
    ),
    request_body = TeamMembers,
    responses(
        (status = 200, description = "The team, changed", body = Team),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn set_team_members(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<TeamMembers>,
) -> Result<Response, ApiError> {
    found(&app, &rep, &id).await?;
    if body.user_ids.len() > MOST_MEMBERS {
        return Err(ApiError::field("/user_ids", "too_long", format!("may name {MOST_MEMBERS} users at most")));
    }
    let mut reader = app.read().await?;
    for (position, user) in body.user_ids.iter().enumerate() {
        if read::rep(&mut reader.conn(), rep.workspace(), user).await?.is_none() {
            return Err(ApiError::field(format!("/user_ids/{position}"), "invalid", "there is no such user"));
        }
    }
    drop(reader);
    app.engine().set_members(rep.workspace(), &id, version, body.user_ids).await?;
    shown(&app, &rep, &id, StatusCode::OK).await
}
