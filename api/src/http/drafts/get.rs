use axum::Json;
use axum::extract::State;

use super::{Draft, found};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// One draft
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{id}",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`")),
    responses((status = 200, description = "The draft", body = Draft))
)]
pub(crate) async fn get_draft(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Draft>, ApiError> {
    Ok(Json(found(&app, &rep, &id).await?.into()))
}
