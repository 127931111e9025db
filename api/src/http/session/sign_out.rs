use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

use super::CLEAR;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;

/// Sign out
///
/// Ends this session and takes the cookie away.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "session",
    responses((status = 204, description = "You are signed out"))
)]
pub(crate) async fn sign_out(rep: Rep, State(app): State<App>) -> Result<Response, ApiError> {
    app.engine().sign_out(&rep.row, &rep.principal.credential_id).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, app.site().no_cookie()?), CLEAR]).into_response())
}
