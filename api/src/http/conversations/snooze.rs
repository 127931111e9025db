use axum::Json;
use axum::extract::State;
use remit_engine::replies::Gesture;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;
use crate::http::time;

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snooze {
    /// RFC 3339, in the future.
    #[schema(format = DateTime)]
    until: String,
}

/// Snooze a conversation
///
/// Out of sight until the time, or until the contact writes. Then it is open, and unread for you.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/snooze",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = Snooze,
    responses((status = 200, description = "The conversation, snoozed", body = Conversation))
)]
pub(crate) async fn snooze_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(snooze): JsonBody<Snooze>,
) -> Result<Json<Conversation>, ApiError> {
    let until = time::future("/until", &snooze.until, app.now_ms())?;
    app.engine().gesture(&rep.row, &id, Gesture::Snooze(until)).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
