use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Draft, EditedText, found};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// A new text for the one that you saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewText {
    /// Version of the draft that you saw.
    #[schema(minimum = 1)]
    draft_version: i64,
    /// `content_sha256` of the draft that you saw.
    content_sha256: String,
    /// The text.
    edit: EditedText,
}

/// Edit a draft
///
/// Only while it waits for approval. Each text is kept; a yes that was given to an earlier one does not count for this one.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{id}/edit",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`")),
    request_body = NewText,
    responses(
        (status = 200, description = "The draft, edited", body = Draft),
        (status = 409, description = "`draft_changed`, `claimed`, `too_late`, `no_policy`"),
    )
)]
pub(crate) async fn edit_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(new): JsonBody<NewText>,
) -> Result<Json<Draft>, ApiError> {
    let text = new.edit.checked("/edit", &app, &rep, &id).await?;
    app.engine().edit_draft(&rep.row, &id, (new.draft_version, &new.content_sha256), &text).await?;
    Ok(Json(found(&app, &rep, &id).await?.into()))
}
