use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Note;
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// A note to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    /// The text.
    #[schema(min_length = 1, max_length = 20_000)]
    pub(super) body_text: String,
}

/// Write a note
///
/// Only the team sees it; it is never sent.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/notes",
    tag = "notes",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = NewNote,
    responses((status = 201, description = "The note", body = Note))
)]
pub(crate) async fn create_note(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(note): JsonBody<NewNote>,
) -> Result<(StatusCode, Json<Note>), ApiError> {
    let body = text("/body_text", &note.body_text, 20_000)?;
    let note_id = app.engine().add_note(&rep.row, &id, body).await?;
    let mut reader = app.read().await?;
    let row = read::note(&mut reader.conn(), rep.workspace(), &note_id).await?;
    let row = row.ok_or_else(|| ApiError::not_found("note"))?;
    Ok((StatusCode::CREATED, Json(row.into())))
}
