use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Note;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// One note
#[utoipa::path(
    get,
    path = "/api/v1/notes/{id}",
    tag = "notes",
    params(("id" = String, Path, description = "The note, `note_…`")),
    responses((status = 200, description = "The note", body = Note))
)]
pub(crate) async fn get_note(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Note>, ApiError> {
    let mut reader = app.read().await?;
    let row = read::note(&mut reader.conn(), rep.workspace(), &id).await?;
    Ok(Json(row.ok_or_else(|| ApiError::not_found("note"))?.into()))
}
