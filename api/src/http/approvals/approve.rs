use axum::Json;
use axum::extract::State;
use remit_engine::decide::person::{self, Edit};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Approval, found, shown};
use crate::http::auth::{Approver, Rep};
use crate::http::drafts::EditedText;
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
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
    /// `revision` of the conversation that you saw; not looked at when left out.
    #[serde(default)]
    conversation_revision: Option<i64>,
    /// Your own text instead, if you changed it.
    #[serde(default)]
    edit: Option<EditedText>,
}

impl Yes {
    /// The same for the engine.
    fn seen<'a>(&'a self, edit: Option<&'a Edit>) -> person::Yes<'a> {
        person::Yes {
            version: self.draft_version,
            content_sha256: &self.content_sha256,
            revision: self.conversation_revision,
            edit,
        }
    }
}

/// Let a draft go
///
/// Names the text that you saw: if it is another one by now, nothing is sent. The gate is asked once more before the
/// message leaves. The first answer counts; whoever comes second learns who was first. Where the policy asks for two
/// people, the first yes is kept in `yes` and the approval stays pending until another person says yes to the same text.
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/approve",
    tag = "approvals",
    params(("id" = String, Path, description = "The approval, `apr_…`")),
    request_body = Yes,
    responses(
        (status = 200, description = "The approval, answered", body = Approval),
        (status = 409, description = "`already_decided`, `draft_changed`, `stale_context`, `claimed`, `second_person_needed`, \
            `sending_stopped`, `no_policy`"),
    )
)]
pub(crate) async fn approve(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(yes): JsonBody<Yes>,
) -> Result<Json<Approval>, ApiError> {
    let edit = match &yes.edit {
        Some(edit) => {
            let draft_id = found(&app, &rep, &id).await?.draft_id;
            Some(edit.checked("/edit", &app, &rep, &draft_id).await?)
        }
        None => None,
    };
    app.engine().approve(&rep.row, &id, yes.seen(edit.as_ref())).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
