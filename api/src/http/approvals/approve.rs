use axum::Json;
use axum::extract::State;
use remit_engine::decide::person::Edit;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Approval, found};
use crate::http::auth::{Approver, Rep};
use crate::http::drafts;
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, bounded};
use crate::http::state::App;

/// A yes to one text and to no other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Yes {
    /// Version of the draft that you saw.
    #[schema(minimum = 1)]
    draft_version: i64,
    /// `content_sha256` of the draft that you saw.
    content_sha256: String,
    /// Your own text instead, if you changed it.
    #[serde(default)]
    edit: Option<EditedText>,
}

/// A text to send instead of the draft's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditedText {
    /// Subject; the draft's own when left out.
    #[serde(default)]
    #[schema(max_length = 900)]
    subject: Option<String>,
    /// The text.
    #[schema(min_length = 1, max_length = 100_000)]
    body_text: String,
}

/// Let a draft go
///
/// Names the text that you saw: if it is another one by now, nothing is sent. The gate is asked once more before the
/// message leaves. The first answer counts; whoever comes second learns who was first.
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/approve",
    tag = "approvals",
    security(("key" = ["approver"])),
    params(("id" = String, Path, description = "The approval, `apr_…`")),
    request_body = Yes,
    responses(
        (status = 200, description = "The approval, answered", body = Approval),
        (status = 409, description = "`already_decided`, `draft_changed`, `stale_context`, `sending_stopped`, `no_policy`"),
    )
)]
pub(crate) async fn approve(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(yes): JsonBody<Yes>,
) -> Result<Json<Approval>, ApiError> {
    let edit = match yes.edit {
        Some(edit) => Some(checked(&app, &rep, &id, edit).await?),
        None => None,
    };
    let seen = (yes.draft_version, yes.content_sha256.as_str());
    app.engine().approve(&rep.row, &id, seen, edit.as_ref()).await?;
    Ok(Json(found(&app, &rep, &id).await?.into()))
}

async fn checked(app: &App, rep: &Rep<Approver>, id: &str, edit: EditedText) -> Result<Edit, ApiError> {
    bounded("/edit/body_text", &edit.body_text, 100_000)?;
    let subject = match edit.subject {
        Some(subject) => {
            bounded("/edit/subject", &subject, 900)?;
            if subject.chars().any(char::is_control) {
                return Err(ApiError::field("/edit/subject", "invalid", "must be one line"));
            }
            Some(subject)
        }
        None => drafts::found(app, rep, &found(app, rep, id).await?.draft_id).await?.subject,
    };
    Ok(Edit { subject, body_text: edit.body_text })
}
