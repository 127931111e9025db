use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::decide::reply::Compose;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Draft, found};
use crate::http::auth::{Closer, Rep};
use crate::http::conversations::must_exist;
use crate::http::conversations::reply::{few, written};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// A reply that somebody else shall decide on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDraft {
    /// Subject, for mail.
    #[serde(default)]
    #[schema(max_length = 900)]
    subject: Option<String>,
    /// The text.
    #[schema(min_length = 1, max_length = 100_000)]
    body_text: String,
    /// `revision` of the conversation that you saw; not looked at when left out.
    #[serde(default)]
    conversation_revision: Option<i64>,
    /// Files that go along, `att_…`, for mail: at most 20, and 25 MiB together.
    #[serde(default)]
    #[schema(max_items = 20)]
    attachment_ids: Vec<String>,
}

/// Write a draft
///
/// A reply of your own to the contact's latest message that waits for approval, whoever you are and whatever you came with:
/// nothing is sent before somebody says yes. What the AI has pending here stays as it is. `replies` sends at once;
/// `composer` keeps what is not ready; `drafts/generate` asks the AI for one.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/drafts",
    tag = "drafts",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = NewDraft,
    responses(
        (status = 201, description = "The draft, which waits for approval", body = Draft),
        (status = 409, description = "`stale_context`, `opted_out`, `channel_inactive`, `no_files`, `nothing_to_answer`, `no_policy`"),
    )
)]
pub(crate) async fn write_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(draft): JsonBody<NewDraft>,
) -> Result<(StatusCode, Json<Draft>), ApiError> {
    must_exist(&app, &rep, &id).await?;
    let text = written(draft.subject.as_deref(), &draft.body_text)?;
    few(&draft.attachment_ids)?;
    let compose = Compose {
        text,
        send_at: None,
        revision: draft.conversation_revision,
        // Whoever may not be written to is not proposed to be.
        knows_opted_out: false,
        files: draft.attachment_ids,
    };
    let draft_id = app.engine().propose(&rep.row, &id, &compose).await?;
    Ok((StatusCode::CREATED, Json(found(&app, &rep, &draft_id).await?.into())))
}
