//! `Remit-Event-Seq`: the place of the event log that an answer joins.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::http::state::App;

/// The header.
pub(crate) const EVENT_SEQ: HeaderName = HeaderName::from_static("remit-event-seq");

/// Adds the header to what is read. The place is looked up before the answer is: whoever follows the log from there
/// misses nothing; of what happened in the half second before, some may be told that the answer has already.
pub(crate) async fn add(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_known = headers.contains_key(header::AUTHORIZATION) || headers.contains_key(header::COOKIE);
    let reads = request.method() == Method::GET && is_known;
    let place = if reads { app.engine().events().head().await.ok() } else { None };
    let mut response = next.run(request).await;
    if let Some(value) = place.and_then(|place| HeaderValue::from_str(&place.to_string()).ok())
        && response.status().is_success()
    {
        response.headers_mut().insert(EVENT_SEQ, value);
    }
    response
}
