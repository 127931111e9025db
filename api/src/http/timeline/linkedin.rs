use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::decide::reply::LinkedIn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Closer, Rep};
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, bounded};
use crate::http::state::App;
use crate::http::time;

/// What happened on LinkedIn.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkedInKind {
    /// A connection request.
    ConnectionRequest,
    /// A message.
    Message,
    /// A comment.
    Comment,
}

/// An activity to log.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewActivity {
    /// What happened.
    kind: LinkedInKind,
    /// What was said; only a connection request may do without.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    text: String,
    /// When it happened, RFC 3339; now when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// An activity that was logged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedActivity {
    /// Its line in the timeline, `tml_…`.
    timeline_id: String,
}

/// Log what happened on LinkedIn
///
/// By hand: nothing is read from or sent to LinkedIn, and the AI does nothing about it. It stands in the timeline at the
/// time when it happened.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/linkedin-activities",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = NewActivity,
    responses((status = 201, description = "Logged", body = LoggedActivity))
)]
pub(crate) async fn log_linkedin_activity(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(activity): JsonBody<NewActivity>,
) -> Result<(StatusCode, Json<LoggedActivity>), ApiError> {
    must_exist(&app, &rep, &id).await?;
    bounded("/text", &activity.text, 20_000)?;
    let wrong = || ApiError::field("/at", "invalid", "must be a time such as 2026-03-02T09:00:00Z");
    let at = match &activity.at {
        Some(text) => time::parse(text).ok_or_else(wrong)?,
        None => app.now_ms(),
    };
    let kind = match activity.kind {
        LinkedInKind::ConnectionRequest => LinkedIn::ConnectionRequest,
        LinkedInKind::Message => LinkedIn::Message,
        LinkedInKind::Comment => LinkedIn::Comment,
    };
    if activity.text.trim().is_empty() && !matches!(kind, LinkedIn::ConnectionRequest) {
        return Err(ApiError::field("/text", "empty", "must not be empty"));
    }
    let timeline_id = app.engine().log_linkedin(&rep.row, &id, kind, &activity.text, at).await?;
    Ok((StatusCode::CREATED, Json(LoggedActivity { timeline_id })))
}
