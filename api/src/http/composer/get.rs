use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;

use super::ComposerDraft;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::etag;
use crate::http::extract::Id;
use crate::http::state::App;

/// What you are writing here
///
/// On whichever device; nobody else sees it. 404 when there is nothing.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/composer",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 200, description = "Your text", body = ComposerDraft))
)]
pub(crate) async fn get_composer(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    let mut reader = app.read().await?;
    let row = read::composer(&mut reader.conn(), rep.workspace(), &rep.row.id, &id).await?;
    let row = row.ok_or_else(|| ApiError::not_found("text"))?;
    Ok(([(ETAG, etag(row.version)?)], Json(ComposerDraft::from(row))).into_response())
}
