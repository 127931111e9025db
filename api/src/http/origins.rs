//! Pages of other origins that may ask with a key of their own (CORS): those that were named, and none by default.
//!
//! A cookie is never sent along for them: what changes something with one must come from our own pages ([`super::site`]).

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what is allowed.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The layer for these origins.
pub(crate) fn layer(origins: &[HeaderValue]) -> CorsLayer {
    let named = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            super::once::KEY,
            named("last-event-id"),
            named("request-id"),
        ])
        .expose_headers([
            ETAG,
            RETRY_AFTER,
            named("idempotency-replayed"),
            named("ratelimit"),
            named("ratelimit-policy"),
            named("remit-event-seq"),
            named("request-id"),
        ])
        .max_age(REMEMBERED)
}

/// Reads an origin as a command line names it: scheme and host, and a port where it is not the usual one.
pub(crate) fn origin(text: &str) -> Result<HeaderValue, String> {
    let wrong = || format!("`{text}` is no origin; write https://HOST or https://HOST:PORT, without a path");
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(wrong)?;
    let is_host = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-:[]".contains(letter);
    if rest.is_empty() || !rest.chars().all(is_host) {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for good in ["https://a.example", "http://localhost:5173", "https://[::1]:8443"] {
            assert_eq!(origin(good).unwrap(), good);
        }
        for bad in
            ["*", "null", "a.example", "https://", "https://a.example/", "https://*.a.example", "https://A.example"]
        {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
