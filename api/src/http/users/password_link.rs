use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::{PasswordLink, get};
use crate::http::auth::{Owner, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Let a user choose a password
///
/// Makes a link that is good once, for three days. Their password stays as it is until they use it.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/password-link",
    tag = "users",
    params(("id" = String, Path, description = "The user, `usr_…`")),
    responses((status = 201, description = "The link", body = PasswordLink))
)]
pub(crate) async fn make_password_link(
    rep: Rep<Owner>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<(StatusCode, Json<PasswordLink>), ApiError> {
    let user = get::found(&app, rep.workspace(), &id).await?;
    Ok((StatusCode::CREATED, Json(PasswordLink::make(&app, &rep, user.id).await?)))
}
