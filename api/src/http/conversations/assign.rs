use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::RepRow;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, must_exist, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// The user, `usr_…`; `me` for yourself; null for nobody.
    user_id: Option<String>,
}

/// Give a conversation to somebody
///
/// Who looks after it. It keeps nobody else away. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/assign",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = Assignment,
    responses((status = 200, description = "The conversation", body = Conversation))
)]
pub(crate) async fn assign_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<Assignment>,
) -> Result<Json<Conversation>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let to = somebody(&app, &rep, "/user_id", body.user_id.as_deref()).await?;
    app.engine().assign(&rep.row, &id, to.as_ref()).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}

/// The user that is meant, who must get in.
pub(super) async fn somebody<R>(
    app: &App,
    rep: &Rep<R>,
    pointer: &str,
    id: Option<&str>,
) -> Result<Option<RepRow>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    if id == "me" {
        return Ok(Some(rep.row.clone()));
    }
    let mut reader = app.read().await?;
    let found = read::rep(&mut reader.conn(), rep.workspace(), id).await?;
    match found.filter(|user| user.disabled_at.is_none()) {
        Some(user) => Ok(Some(user)),
        None => Err(ApiError::field(pointer, "invalid", "there is no such user, or they get in no more")),
    }
}
