use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, must_exist, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// To which team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamAssignment {
    /// The team, `team_…`; null for none.
    #[schema(max_length = 100)]
    team_id: Option<String>,
}

/// Give a conversation to a team
///
/// Which team looks after it, as a policy's route says it too. It keeps nobody else away. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/assign-team",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = TeamAssignment,
    responses((status = 200, description = "The conversation", body = Conversation))
)]
pub(crate) async fn assign_conversation_team(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<TeamAssignment>,
) -> Result<Json<Conversation>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let team = match &body.team_id {
        Some(team) => {
            let mut reader = app.read().await?;
            let found = read::team(&mut reader.conn(), rep.workspace(), team).await?;
            Some(found.ok_or_else(|| ApiError::field("/team_id", "invalid", "there is no such team"))?.name)
        }
        None => None,
    };
    app.engine().assign_team(&rep.row, &id, team.as_deref()).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
