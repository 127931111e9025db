use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use remit_engine::access::NewPerson;
use remit_engine::store::LinkKind;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{JsonBody, text};
use crate::http::session::{Session, attempt, browser, hashed, signed_in};
use crate::http::state::{App, key_sha256};
use crate::http::users::email;

/// The first owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstOwner {
    /// What stands in the printed link behind `token=`.
    #[schema(max_length = 200)]
    token: String,
    /// Your mail address, which you will sign in with.
    #[schema(min_length = 3, max_length = 320)]
    email: String,
    /// Your name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Your password: at least 12 characters.
    #[schema(min_length = 12, max_length = 512)]
    password: String,
}

/// Become the first owner
///
/// With the link that `remit serve` prints while nobody can sign in. It is good once, for a day. You are signed in.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    tag = "session",
    request_body = FirstOwner,
    responses(
        (status = 200, description = "You are the owner, and signed in", body = Session),
        (status = 403, description = "`link_ended`, `cross_site`"),
        (status = 404, description = "`not_found`: somebody can sign in already"),
        (status = 429, description = "`too_many_attempts`"),
    )
)]
pub(crate) async fn set_up(
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<FirstOwner>,
) -> Result<Response, ApiError> {
    app.site().must_not_be_foreign(&headers)?;
    if !app.engine().needs_set_up().await? {
        let detail = "This is set up already; sign in, or ask an owner for a link.";
        return Err(ApiError::new(ErrorCode::NotFound, detail));
    }
    attempt(&app, "set up")?;
    let link = app.engine().link(&key_sha256(&body.token), LinkKind::SetUp).await?;
    app.throttle().succeeded("set up");
    let (email, name) = (email("/email", &body.email)?, text("/name", &body.name, 100)?);
    let hash = hashed(&app, "/password", &body.password, &email).await?;
    let (token, browser) = browser(&headers);
    let person = NewPerson { name, email: &email, role: "owner" };
    app.engine().set_up(&link, &person, hash, browser).await?;
    signed_in(&app, &token).await
}
