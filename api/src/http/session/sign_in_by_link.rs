use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use remit_engine::store::{LinkKind, read};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Session, attempt, browser, hashed, signed_in};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::{App, key_sha256};

/// A link, and the password to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordByLink {
    /// What stands in the link behind `token=`.
    #[schema(max_length = 200)]
    token: String,
    /// The password: at least 12 characters.
    #[schema(min_length = 12, max_length = 512)]
    password: String,
}

/// Choose a password by a link
///
/// The link that an owner made for you, or `remit user password-link`. It is good once. You are signed in, everywhere
/// else you are signed out, and every other link of yours ends.
#[utoipa::path(
    post,
    path = "/api/v1/session/password-by-link",
    tag = "session",
    request_body = PasswordByLink,
    responses(
        (status = 200, description = "You are signed in", body = Session),
        (status = 403, description = "`link_ended`, `cross_site`"),
        (status = 429, description = "`too_many_attempts`"),
    )
)]
pub(crate) async fn choose_password(
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PasswordByLink>,
) -> Result<Response, ApiError> {
    app.site().must_not_be_foreign(&headers)?;
    attempt(&app, "choose a password")?;
    let link = app.engine().link(&key_sha256(&body.token), LinkKind::Password).await?;
    // A good link was not guessed.
    app.throttle().succeeded("choose a password");
    let rep_id = link.rep_id.clone().unwrap_or_default();
    let mut reader = app.read().await?;
    let rep = read::rep(&mut reader.conn(), &link.workspace_id, &rep_id).await?;
    drop(reader);
    let rep = rep.ok_or_else(|| ApiError::not_found("user"))?;
    let hash = hashed(&app, "/password", &body.password, &rep.email).await?;
    let (token, browser) = browser(&headers);
    app.engine().password_by_link(&link, hash, browser).await?;
    signed_in(&app, &token).await
}
