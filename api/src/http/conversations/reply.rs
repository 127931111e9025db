use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::decide::person::Edit;
use remit_engine::decide::reply::Compose;
use remit_engine::files::MOST_FILES;
use serde::Deserialize;
use utoipa::ToSchema;

use super::must_exist;
use crate::http::auth::{Closer, Rep};
use crate::http::drafts::{Draft, found, one_line};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;
use crate::http::time;

/// A reply of your own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReply {
    /// Subject, for mail.
    #[serde(default)]
    #[schema(max_length = 900)]
    subject: Option<String>,
    /// The text.
    #[schema(min_length = 1, max_length = 100_000)]
    body_text: String,
    /// When it should leave, RFC 3339; now when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    send_at: Option<String>,
    /// `revision` of the conversation that you saw; not looked at when left out.
    #[serde(default)]
    conversation_revision: Option<i64>,
    /// You know that the contact does not want to be written to, and write all the same. It is recorded.
    #[serde(default)]
    knows_opted_out: bool,
    /// Files that go along, `att_…`, for mail: at most 20, and 25 MiB together.
    #[serde(default)]
    #[schema(max_items = 20)]
    attachment_ids: Vec<String>,
}

/// As many files as a reply can carry.
pub(crate) fn few(attachment_ids: &[String]) -> Result<(), ApiError> {
    if attachment_ids.len() > MOST_FILES {
        return Err(ApiError::field("/attachment_ids", "too_long", format!("at most {MOST_FILES} files")));
    }
    Ok(())
}

/// What was written, within bounds.
pub(crate) fn written(subject: Option<&str>, body_text: &str) -> Result<Edit, ApiError> {
    let body_text = text("/body_text", body_text, 100_000)?.to_owned();
    let subject = subject.map(|subject| one_line("/subject", subject)).transpose()?;
    Ok(Edit { subject, body_text })
}

/// Reply
///
/// To the contact's latest message, by the conversation's channel. What the AI has pending here is withdrawn, and it is
/// silent in this conversation until you hand it back. A reply that is sent later is withdrawn if the contact writes first.
///
/// With a key of the kind `draft_only` or `ai` nothing is sent: what you wrote becomes a draft that waits for approval, without
/// `send_at`, and leaves when a person says yes.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/replies",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = NewReply,
    responses(
        (status = 201, description = "Your reply, on its way", body = Draft),
        (status = 202, description = "With a key of the kind `draft_only` or `ai`: a draft that waits for approval", body = Draft),
        (status = 409, description = "`stale_context`, `opted_out`, `channel_inactive`, `no_files`, `nothing_to_answer`, `no_policy`"),
    )
)]
pub(crate) async fn create_reply(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(reply): JsonBody<NewReply>,
) -> Result<(StatusCode, Json<Draft>), ApiError> {
    must_exist(&app, &rep, &id).await?;
    let text = written(reply.subject.as_deref(), &reply.body_text)?;
    let send_at = reply.send_at.as_deref().map(|at| time::future("/send_at", at, app.now_ms())).transpose()?;
    few(&reply.attachment_ids)?;
    let compose = Compose {
        text,
        send_at,
        revision: reply.conversation_revision,
        knows_opted_out: reply.knows_opted_out,
        files: reply.attachment_ids,
    };
    let (status, draft_id) = if rep.principal.credential.may_act() {
        (StatusCode::CREATED, app.engine().reply(&rep.row, &id, &compose).await?)
    } else {
        (StatusCode::ACCEPTED, app.engine().propose(&rep.row, &id, &compose).await?)
    };
    Ok((status, Json(found(&app, &rep, &draft_id).await?.into())))
}
