use axum::Json;
use axum::extract::State;

use super::{Draft, found};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Take back what has not left yet
///
/// Within the undo window, and while a reply is held or scheduled. A draft of the AI becomes a question to people, a reply
/// of your own ends.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{id}/take-back",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`")),
    responses(
        (status = 200, description = "The draft, taken back", body = Draft),
        (status = 409, description = "`too_late`, `no_policy`"),
    )
)]
pub(crate) async fn take_back_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Draft>, ApiError> {
    app.engine().take_back(&rep.row, &id).await?;
    Ok(Json(found(&app, &rep, &id).await?.into()))
}
