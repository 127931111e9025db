use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use remit_engine::access::{address, password};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Session, attempt, browser, is_right, signed_in};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Mail address.
    #[schema(max_length = 320)]
    email: String,
    /// Password.
    #[schema(max_length = 512)]
    password: String,
}

/// Sign in
///
/// The answer sets a cookie that no script can read. A wrong password, an address that is nobody's and somebody who is
/// disabled get the same answer after the same time. After some failures each further attempt for an address has to wait.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "session",
    request_body = SignIn,
    responses(
        (status = 200, description = "You are signed in", body = Session),
        (status = 401, description = "`sign_in_failed`"),
        (status = 403, description = "`cross_site`"),
        (status = 429, description = "`too_many_attempts`; `Retry-After` says when to try again"),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Response, ApiError> {
    app.site().must_not_be_foreign(&headers)?;
    let email = address(&body.email);
    let subject = format!("sign in {}", email.chars().take(320).collect::<String>());
    attempt(&app, &subject)?;
    let found = app.engine().who_signs_in(&email).await?;
    let kept = found.as_ref().and_then(|(_, kept)| kept.clone());
    let right = is_right(&app, body.password.clone(), kept.clone()).await?;
    let Some((rep, _)) = found.filter(|_| right) else {
        tracing::info!("somebody was not signed in");
        return Err(ApiError::new(ErrorCode::SignInFailed, "The address or the password is not right."));
    };
    app.throttle().succeeded(&subject);
    let rehashed = match kept {
        Some(kept) if password::is_outdated(&kept) => {
            let salt = rand::random::<[u8; 16]>();
            app.throttle().on_password(move || password::hash(&body.password, salt)).await.filter(|h| !h.is_empty())
        }
        _ => None,
    };
    let (token, browser) = browser(&headers);
    app.engine().sign_in(&rep, browser, rehashed).await?;
    signed_in(&app, &token).await
}
