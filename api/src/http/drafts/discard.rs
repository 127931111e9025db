use axum::extract::State;
use axum::http::StatusCode;

use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::Id;
use crate::http::state::App;

/// Throw a draft away
///
/// One that waits for approval, is held or has not left yet: nothing of it is sent, and its texts are kept for those who ask
/// later. It says nothing about the AI's answer, which `reject` does.
#[utoipa::path(
    delete,
    path = "/api/v1/drafts/{id}",
    tag = "drafts",
    params(
        ("id" = String, Path, description = "The draft, `dft_…`"),
        ("If-Match" = String, Header, description = "The `version` of the draft that you saw, such as `\"v3\"`"),
    ),
    responses(
        (status = 204, description = "Thrown away"),
        (status = 409, description = "`too_late`, `claimed`, `no_policy`"),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn discard_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    app.engine().discard_draft(&rep.row, &id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
