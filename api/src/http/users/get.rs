use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::RepRow;

use super::User;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
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
pub(crate) async fn get_user(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<User>, ApiError> {
    Ok(Json(found(&app, rep.workspace(), &id).await?.into()))
}

/// The user, or 404.
pub(crate) async fn found(app: &App, workspace: &str, id: &str) -> Result<RepRow, ApiError> {
    let mut reader = app.read().await?;
    let row = read::rep(&mut reader.conn(), workspace, id).await?;
    row.ok_or_else(|| ApiError::not_found("user"))
}
