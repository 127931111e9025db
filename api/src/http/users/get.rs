use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;
use remit_engine::store::rows::RepRow;

use super::User;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::etag;
use crate::http::extract::Id;
use crate::http::state::App;

/// One user
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = String, Path, description = "The user, `usr_…`")),
    responses((status = 200, description = "The user", body = User))
)]
pub(crate) async fn get_user(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    shown(&app, rep.workspace(), &id).await
}

/// The user with their version as `ETag`, or 404.
pub(super) async fn shown(app: &App, workspace: &str, id: &str) -> Result<Response, ApiError> {
    let row = found(app, workspace, id).await?;
    Ok(([(ETAG, etag(row.version)?)], Json(User::from(row))).into_response())
}

/// The user, or 404.
pub(crate) async fn found(app: &App, workspace: &str, id: &str) -> Result<RepRow, ApiError> {
    let mut reader = app.read().await?;
    let row = read::rep(&mut reader.conn(), workspace, id).await?;
    row.ok_or_else(|| ApiError::not_found("user"))
}
