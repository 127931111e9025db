use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{attempt, hashed, is_right};
use crate::http::auth::Rep;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// The password that you have, and the one that you want.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The one that you have.
    #[schema(max_length = 512)]
    current: String,
    /// The one that you want: at least 12 characters.
    #[schema(min_length = 12, max_length = 512)]
    new: String,
}

/// Change your password
///
/// Every other session of yours ends.
#[utoipa::path(
    post,
    path = "/api/v1/session/password",
    tag = "session",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "`wrong_password`, `wrong_credential`, `cross_site`"),
        (status = 429, description = "`too_many_attempts`"),
    )
)]
pub(crate) async fn change_password(
    rep: Rep,
    State(app): State<App>,
    JsonBody(body): JsonBody<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let subject = format!("change {}", rep.row.id);
    attempt(&app, &subject)?;
    let mut reader = app.read().await?;
    let kept = read::password(&mut reader.conn(), rep.workspace(), &rep.row.id).await?;
    drop(reader);
    if !is_right(&app, body.current, kept.map(|row| row.0)).await? {
        return Err(ApiError::new(ErrorCode::WrongPassword, "`current` is not the password that you have."));
    }
    app.throttle().succeeded(&subject);
    let hash = hashed(&app, "/new", &body.new, &rep.row.email).await?;
    app.engine().change_password(&rep.row, hash, &rep.principal.credential_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
