//! The outermost layer: names each request, writes problem bodies, and puts the security headers on every answer.

use std::any::Any;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use remit_engine::domain::IdKind;
use tracing::Instrument;

use super::error::{ApiError, ErrorCode, Problem};
use super::state::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Wraps every request.
pub(crate) async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let request_id = given_id(request.headers()).unwrap_or_else(|| fresh_id(&app));
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", %request_id, %method, route);
    let known_tag = request.headers().get(header::IF_NONE_MATCH).filter(|_| method == Method::GET).cloned();
    let mut response = next.run(request).instrument(span.clone()).await;
    if known_tag.is_some_and(|tag| response.status() == StatusCode::OK && has(&tag, response.headers())) {
        response = as_known(response);
    }
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        response = as_problem(response, path, &request_id);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    harden(headers);
    app.engine().metrics().answered(&route, known(&method), status.as_u16(), begun.elapsed());
    let _entered = span.enter();
    tracing::debug!(status = status.as_u16(), ms = begun.elapsed().as_millis(), "answered");
    response
}

/// Whether one of the tags that a caller knows is the one that an answer has.
fn has(known: &HeaderValue, headers: &HeaderMap) -> bool {
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let known = known.to_str().unwrap_or_default();
    tag.is_some_and(|tag| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag))
}

/// The caller has it already.
fn as_known(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE] {
        parts.headers.remove(name);
    }
    Response::from_parts(parts, Body::empty())
}

/// The method as a word of a closed list: what callers make up is not counted by name.
fn known(method: &Method) -> &'static str {
    let methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    methods.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// The caller's name for the request, if it is one that can stand in a log.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    ((1..=64).contains(&id.len()) && id.bytes().all(allowed)).then(|| id.to_owned())
}

fn fresh_id(app: &App) -> String {
    // Requests are not rows and have no id kind of their own; only the random part is taken.
    let id = app.engine().ids().next(IdKind::RawEvent);
    format!("req_{}", id.rsplit('_').next().unwrap_or_default())
}

/// Gives an error its body. Answers of other layers (no route, no such method, a panic) get the code of their status.
fn as_problem(mut response: Response, path: String, request_id: &str) -> Response {
    let status = response.status();
    let mut problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| general(status));
    problem.instance = path;
    problem.request_id = request_id.to_owned();
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    parts.status = problem.http_status();
    Response::from_parts(parts, Body::from(body))
}

fn general(status: StatusCode) -> Problem {
    let code = ErrorCode::of(status);
    let detail = match code {
        ErrorCode::NotFound => "There is nothing at this path.",
        ErrorCode::MethodNotAllowed => "The `Allow` header names the methods of this path.",
        ErrorCode::TimedOut => "It may or may not have been done; look before you try again.",
        ErrorCode::Internal => "The server's log has the reason under the request id.",
        _ => "The request was turned away before it was read.",
    };
    ApiError::new(code, detail).into_problem()
}

/// A panic is a fault of ours: the caller learns nothing of it, the log everything.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the panic layer calls")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given");
    tracing::error!(reason, "a handler panicked");
    ApiError::internal().into_response()
}

/// Headers that keep a browser from making anything else of an answer than what it is.
fn harden(headers: &mut HeaderMap) {
    let set = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "private, no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in set {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
