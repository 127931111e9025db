use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use remit_engine::access::provider::Stranger;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{introduce, provider};
use crate::http::auth::{Role, cookie};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Query;
use crate::http::session::browser;
use crate::http::state::{App, key_sha256};

/// What the provider sends back; what else it adds is not looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignInBack {
    /// What is exchanged for who somebody is.
    #[param(max_length = 4000)]
    code: Option<String>,
    /// What was sent along.
    #[param(max_length = 500)]
    state: Option<String>,
    /// Why there is no code.
    #[param(max_length = 200)]
    error: Option<String>,
}

/// Come back from the provider
///
/// For a browser that went there: it is signed in, and sent on.
#[utoipa::path(
    get,
    path = "/api/v1/session/oidc/callback",
    tag = "session",
    params(SignInBack),
    responses(
        (status = 303, description = "Signed in; go on"),
        (status = 401, description = "`sign_in_failed`: the provider let nobody in"),
        (status = 403, description = "`link_ended`, `email_not_verified`, `not_invited`"),
        (status = 404, description = "`not_found`: there is no provider"),
        (status = 502, description = "`provider_failed`"),
    )
)]
pub(crate) async fn finish_provider_sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<SignInBack>,
) -> Result<Response, ApiError> {
    let kept = provider(&app).await?;
    let token = cookie(&headers, app.site().binding_name());
    let (state, token) = match (query.state, token) {
        (Some(state), Some(token)) if !state.is_empty() => (state, token),
        _ => return Err(ApiError::new(ErrorCode::LinkEnded, "This browser did not begin to sign in; begin anew.")),
    };
    let begun = app.engine().take_sign_in(&key_sha256(&state), &key_sha256(token)).await?;
    let Some(code) = query.code.filter(|_| query.error.is_none()) else {
        return Err(ApiError::new(ErrorCode::SignInFailed, "The provider let nobody in."));
    };
    let who = introduce(&app, &kept, code, begun.nonce, begun.verifier).await?;
    let stranger = Stranger {
        issuer: kept.issuer.clone(),
        subject: who.subject,
        email: who.email,
        name: who.name,
        role: kept.role(&who.claims).map(Role::as_str),
        // Where the provider says who may do what, its word holds each time.
        says_roles: kept.says_roles(),
        may_be_added: kept.add_people,
    };
    let (token, browser) = browser(&headers);
    app.engine().introduced(&begun.workspace_id, stranger, browser).await?;
    let cookies = [app.site().cookie(&token)?, app.site().no_binding()?];
    let cookies = AppendHeaders(cookies.map(|cookie| (SET_COOKIE, cookie)));
    let location = begun.return_to.parse().map_err(|_| ApiError::internal())?;
    let go: [(_, axum::http::HeaderValue); 1] = [(LOCATION, location)];
    Ok((StatusCode::SEE_OTHER, go, cookies).into_response())
}
