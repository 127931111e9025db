use axum::extract::State;
use axum::http::StatusCode;

use super::own;
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::Id;
use crate::http::state::App;

/// Delete a note
///
/// Your own; as a manager, anybody's. Nothing is left of it but that there was one.
#[utoipa::path(
    delete,
    path = "/api/v1/notes/{id}",
    tag = "notes",
    params(
        ("id" = String, Path, description = "The note, `note_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the note that you saw"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn delete_note(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    let row = own(&app, &rep, &id).await?;
    app.engine().delete_note(&rep.row, &row, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
