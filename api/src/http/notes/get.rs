use axum::extract::State;
use axum::response::Response;

use super::{Note, shown};
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
pub(crate) async fn get_note(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    shown(&app, &rep, &id).await
}
