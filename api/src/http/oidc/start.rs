use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{leave, provider};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Query;
use crate::http::session::fresh_token;
use crate::http::state::{App, key_sha256};

/// Where to go then.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignInStart {
    /// A path on this server, `/` when left out.
    #[param(max_length = 500)]
    return_to: Option<String>,
}

/// Sign in with the provider
///
/// For a browser: it is sent to the provider, and comes back to the callback within ten minutes.
#[utoipa::path(
    get,
    path = "/api/v1/session/oidc/start",
    tag = "session",
    params(SignInStart),
    responses(
        (status = 303, description = "Go to the provider"),
        (status = 404, description = "`not_found`: there is no provider"),
        (status = 429, description = "`rate_limited`: too many begin at once"),
        (status = 502, description = "`provider_failed`"),
    )
)]
pub(crate) async fn start_provider_sign_in(
    State(app): State<App>,
    Query(query): Query<SignInStart>,
) -> Result<Response, ApiError> {
    let return_to = query.return_to.unwrap_or_else(|| "/".to_owned());
    if !is_own_path(&return_to) {
        return Err(ApiError::new(ErrorCode::InvalidQuery, "`return_to` must be a path on this server."));
    }
    let kept = provider(&app).await?;
    // Whoever asks need not be anybody, and each leaves a row behind.
    app.chat_rate().take("sign in with the provider", app.now_ms())?;
    let leaving = leave(&app, &kept).await?;
    let (token, browser_sha256) = fresh_token();
    let state_sha256 = key_sha256(&leaving.state);
    let begun = (state_sha256, browser_sha256);
    app.engine().begin_sign_in(begun, leaving.nonce, leaving.verifier, return_to).await?;
    let location: HeaderValue = leaving.location.parse().map_err(|_| ApiError::internal())?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)], [(SET_COOKIE, app.site().binding(&token)?)]).into_response())
}

/// A path that leads nowhere else: one slash, and nothing that a browser takes for another.
fn is_own_path(path: &str) -> bool {
    let plain = path.len() <= 500 && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && path.starts_with('/') && !path.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn nobody_is_sent_elsewhere_afterwards() {
        for good in ["/", "/inbox?view=view_1#x"] {
            assert!(is_own_path(good), "{good}");
        }
        for bad in ["", "inbox", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/\t/x"] {
            assert!(!is_own_path(bad), "{bad}");
        }
    }
}
