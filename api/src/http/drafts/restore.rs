use axum::Json;
use axum::extract::State;

use super::{Draft, found};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Put the original back
///
/// The AI's own text becomes the latest version; what was written in between is kept. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{id}/restore",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`")),
    responses(
        (status = 200, description = "The draft, as it was", body = Draft),
        (status = 409, description = "`claimed`, `too_late`, `no_policy`"),
    )
)]
pub(crate) async fn restore_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Draft>, ApiError> {
    app.engine().restore_draft(&rep.row, &id).await?;
    Ok(Json(found(&app, &rep, &id).await?.into()))
}
