use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::fetch::{FetchQuery, served};
use super::upload::UploadedFile;
use crate::http::auth::Rep;
use crate::http::document::Binary;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::state::App;

/// A file that was brought
///
/// What a draft, a reply or `composer` names by `att_…`. Before it goes along with something it is there for whoever brought it.
#[utoipa::path(
    get,
    path = "/api/v1/attachments/{id}",
    tag = "attachments",
    params(("id" = String, Path, description = "The file, `att_…`")),
    responses((status = 200, description = "What it is", body = UploadedFile))
)]
pub(crate) async fn get_attachment(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<UploadedFile>, ApiError> {
    Ok(Json(app.engine().brought(&rep.row, &id).await?.into()))
}

/// The bytes of a file that was brought
///
/// So that whoever approves a draft sees what goes along. As with files of messages, nothing of it runs.
#[utoipa::path(
    get,
    path = "/api/v1/attachments/{id}/content",
    tag = "attachments",
    params(("id" = String, Path, description = "The file, `att_…`"), FetchQuery),
    responses((status = 200, description = "The bytes", body = Binary, content_type = "application/octet-stream"))
)]
pub(crate) async fn get_attachment_content(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<FetchQuery>,
) -> Result<Response, ApiError> {
    served(app.engine().brought_bytes(&rep.row, &id).await?, query.show)
}
