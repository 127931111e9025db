use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::events::whisper::{Whisper, Writer};
use remit_engine::store::read;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::must_exist;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;
use crate::http::time::Timestamp;

/// What somebody does at a conversation.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doing {
    /// Looks at it.
    Viewing,
    /// Writes in it.
    Typing,
    /// Edits a draft of the AI.
    EditingDraft,
}

impl Doing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Viewing => "viewing",
            Self::Typing => "typing",
            Self::EditingDraft => "editing_draft",
        }
    }
}

/// What you do here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPresence {
    /// It is believed for 30 seconds: say it again before.
    doing: Doing,
}

/// Somebody who is at a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Present {
    /// Who, `usr_…`.
    user_id: String,
    /// Their name.
    user_name: String,
    /// `viewing`, `typing` or `editing_draft`.
    doing: String,
    /// Until when that is believed.
    until: Timestamp,
}

/// Who is at a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Presence {
    /// In the order of their names; you are among them while you say so.
    data: Vec<Present>,
}

async fn now(app: &App, workspace: &str, id: &str) -> Result<Json<Presence>, ApiError> {
    let mut reader = app.read().await?;
    let rows = read::presence(&mut reader.conn(), workspace, id, app.now_ms()).await?;
    let one = |row: remit_engine::store::rows::PresenceRow| Present {
        user_id: row.rep_id,
        user_name: row.rep_name,
        doing: row.doing,
        until: Timestamp(row.until_at),
    };
    Ok(Json(Presence { data: rows.into_iter().map(one).collect() }))
}

/// Whoever is outside, at a chat, sees that somebody writes.
async fn writes(app: &App, rep: &Rep, id: &str, typing: bool) {
    let by = Writer::Rep { name: rep.row.name.clone() };
    let (workspace_id, conversation_id) = (rep.workspace().to_owned(), id.to_owned());
    app.engine().events().whisper(Whisper { workspace_id, conversation_id, by, typing }).await;
}

/// Who is here
///
/// Who looks at or writes in a conversation at this moment. `presence.updated` tells of who comes and goes; who says nothing
/// more is gone after 30 seconds without being told of.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/presence",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "Who is here", body = Presence))
)]
pub(crate) async fn get_presence(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Presence>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    now(&app, rep.workspace(), &id).await
}

/// Say that you are here
///
/// For 30 seconds, and then again. Others are told when you come, and when you do something else; a visitor at a chat sees
/// that you write.
#[utoipa::path(
    put,
    path = "/api/v1/conversations/{id}/presence",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = NewPresence,
    responses((status = 200, description = "Who is here, you among them", body = Presence))
)]
pub(crate) async fn be_present(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<NewPresence>,
) -> Result<Json<Presence>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    app.engine().be_present(&rep.row, &id, body.doing.as_str()).await?;
    writes(&app, &rep, &id, matches!(body.doing, Doing::Typing)).await;
    now(&app, rep.workspace(), &id).await
}

/// Say that you are gone
///
/// Doing it again changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{id}/presence",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 204, description = "You are gone"))
)]
pub(crate) async fn leave_presence(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<StatusCode, ApiError> {
    must_exist(&app, &rep, &id).await?;
    app.engine().leave(&rep.row, &id).await?;
    writes(&app, &rep, &id, false).await;
    Ok(StatusCode::NO_CONTENT)
}
