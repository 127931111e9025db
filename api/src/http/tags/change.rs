use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::store::read;

use super::Tag;
use super::make::NewTag;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Give a tag another name
///
/// Wherever it is.
#[utoipa::path(
    patch,
    path = "/api/v1/tags/{id}",
    tag = "tags",
    params(("id" = String, Path, description = "The tag, `tag_…`")),
    request_body = NewTag,
    responses(
        (status = 200, description = "The tag, changed", body = Tag),
        (status = 409, description = "`name_taken`"),
    )
)]
pub(crate) async fn change_tag(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<NewTag>,
) -> Result<Json<Tag>, ApiError> {
    app.engine().rename_tag(rep.workspace(), &id, body.checked()?).await?;
    let mut reader = app.read().await?;
    let row = read::tag(&mut reader.conn(), rep.workspace(), &id).await?;
    Ok(Json(row.ok_or_else(|| ApiError::not_found("tag"))?.into()))
}

/// Delete a tag
///
/// It is taken off every conversation.
#[utoipa::path(
    delete,
    path = "/api/v1/tags/{id}",
    tag = "tags",
    params(("id" = String, Path, description = "The tag, `tag_…`")),
    responses((status = 204, description = "Deleted"))
)]
pub(crate) async fn delete_tag(rep: Rep<Manager>, State(app): State<App>, Id(id): Id) -> Result<StatusCode, ApiError> {
    app.engine().delete_tag(rep.workspace(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
