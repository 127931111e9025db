use axum::extract::State;
use axum::response::Response;

use super::{Note, own, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::notes::create::NewNote;
use crate::http::state::App;

/// Change a note
///
/// Your own; as a manager, anybody's. It says when it was changed.
#[utoipa::path(
    patch,
    path = "/api/v1/notes/{id}",
    tag = "notes",
    params(
        ("id" = String, Path, description = "The note, `note_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the note that you saw"),
    ),
    request_body = NewNote,
    responses(
        (status = 200, description = "The note, changed", body = Note),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_note(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(note): JsonBody<NewNote>,
) -> Result<Response, ApiError> {
    let row = own(&app, &rep, &id).await?;
    app.engine().change_note(&rep.row, &row, version, text("/body_text", &note.body_text, 20_000)?).await?;
    shown(&app, &rep, &id).await
}
