//! Editing what others may edit too: a thing's version goes out as `ETag`, and comes back as `If-Match`.

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

use super::error::{ApiError, ErrorCode};
use super::state::App;

/// The version that the caller saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IfMatch(pub(crate) i64);

impl FromRequestParts<App> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        seen(&parts.headers)?.map(Self).ok_or_else(missing)
    }
}

/// The version that the caller saw, where they say so.
pub(crate) fn seen(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim().strip_prefix("\"v")?.strip_suffix('"')?.parse().ok());
    version.map(Some).ok_or_else(|| {
        ApiError::new(ErrorCode::BadRequest, "`If-Match` must be the `ETag` of what you saw, such as `\"v4\"`.")
    })
}

/// The version that the caller saw, where they say so in the body or in `If-Match`: once, or twice the same.
pub(crate) fn named(headers: &HeaderMap, version: Option<i64>) -> Result<i64, ApiError> {
    match (seen(headers)?, version) {
        (Some(one), Some(other)) if one != other => {
            Err(ApiError::new(ErrorCode::BadRequest, "`If-Match` and `version` name two versions."))
        }
        (Some(version), _) | (None, Some(version)) => Ok(version),
        (None, None) => Err(missing()),
    }
}

/// `If-Match` is not there.
pub(crate) fn missing() -> ApiError {
    let detail = "Send `If-Match` with the `ETag` of what you saw, so that nobody's change is lost.";
    ApiError::new(ErrorCode::PreconditionRequired, detail)
}

/// The header of a version.
pub(crate) fn etag(version: i64) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&format!("\"v{version}\"")).map_err(|_| ApiError::internal())
}
