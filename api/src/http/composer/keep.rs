use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use remit_engine::own::Writing;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ComposerDraft;
use crate::http::auth::{Closer, Rep};
use crate::http::conversations::must_exist;
use crate::http::conversations::reply::few;
use crate::http::drafts::one_line;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::etag::{etag, seen};
use crate::http::extract::{Id, JsonBody, bounded};
use crate::http::state::App;

/// What you have written so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComposerText {
    /// Subject, for mail.
    #[serde(default)]
    #[schema(max_length = 900)]
    subject: Option<String>,
    /// The text; may be empty.
    #[schema(max_length = 100_000)]
    body_text: String,
    /// Files that shall go along, `att_…`.
    #[serde(default)]
    #[schema(max_items = 20)]
    attachment_ids: Vec<String>,
}

/// Keep what you are writing here
///
/// The first time with `If-None-Match: *`, from then on with `If-Match` and the `ETag` of what you saw: where you wrote on elsewhere
/// it is 412, and nothing is lost on either side. `current_version` is 0 when it was sent or dropped. Nothing of it is sent.
#[utoipa::path(
    put,
    path = "/api/v1/conversations/{id}/composer",
    tag = "conversations",
    params(
        ("id" = String, Path, description = "The conversation, `cnv_…`"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the text that you saw"),
        ("If-None-Match" = Option<String>, Header, description = "`*` when you saw none"),
    ),
    request_body = ComposerText,
    responses(
        (status = 200, description = "Your text, kept", body = ComposerDraft),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn keep_composer(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    headers: HeaderMap,
    JsonBody(text): JsonBody<ComposerText>,
) -> Result<Response, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let saw_none = headers.get(IF_NONE_MATCH).is_some_and(|value| value == "*");
    let version = match (saw_none, seen(&headers)?) {
        (true, None) => None,
        (false, Some(version)) => Some(version),
        _ => {
            let detail = "Send `If-Match` with the `ETag` of what you saw, or `If-None-Match: *` when you saw nothing.";
            return Err(ApiError::new(ErrorCode::PreconditionRequired, detail));
        }
    };
    bounded("/body_text", &text.body_text, 100_000)?;
    few(&text.attachment_ids)?;
    for (at, file) in text.attachment_ids.iter().enumerate() {
        bounded(&format!("/attachment_ids/{at}"), file, 100)?;
    }
    let writing = Writing {
        subject: text.subject.as_deref().map(|subject| one_line("/subject", subject)).transpose()?,
        body_text: text.body_text,
        attachment_ids: text.attachment_ids,
    };
    let row = app.engine().keep_writing(&rep.row, &id, version, &writing).await?;
    Ok(([(ETAG, etag(row.version)?)], Json(ComposerDraft::from(row))).into_response())
}
