//! `Idempotency-Key`: a request that is sent again, because its answer was lost, is not made again.
//!
//! The word that a request was made is committed with what it did ([`remit_engine::once`]), so there is no moment in which
//! one is there without the other. Its answer is kept right after. A request that failed before it did anything is not
//! remembered: it may be sent again with the same key.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use http_body_util::BodyExt;
use remit_engine::once::{self, Claim};
use remit_engine::store::rows::OnceRow;
use sha2::{Digest, Sha256};

use super::auth::Principal;
use super::error::{ApiError, ErrorCode};
use super::extract::{JSON_LIMIT, read_body};
use super::permit::{self, Repeat, Rule};
use super::state::App;

/// The header.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// So long another process may still be at it, milliseconds.
const AT_IT_MS: i64 = 60_000;

/// What this process is at. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Underway(Arc<Mutex<HashSet<String>>>);

/// One request that is being made; over when dropped.
#[derive(Debug)]
struct Place(Underway, String);

impl Underway {
    fn begin(&self, id: &str) -> Option<Place> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(id.to_owned()).then(|| Place(self.clone(), id.to_owned()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// The key of a request, where it names one and the operation heeds it.
pub(crate) fn key(rule: &Rule, headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(KEY).filter(|_| rule.repeat != Repeat::Ignored) else {
        if rule.repeat == Repeat::Required {
            let detail = "This may reach a customer: name it with `Idempotency-Key`, a fresh UUID for each thing that you \
                          want done, and the same one when you send it again.";
            return Err(ApiError::new(ErrorCode::IdempotencyKeyMissing, detail));
        }
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(text.to_owned()))
    } else {
        Err(ApiError::new(ErrorCode::BadRequest, "`Idempotency-Key` must be 1 to 255 visible ASCII characters."))
    }
}

/// Makes a request once.
pub(crate) async fn make(
    app: &App,
    principal: &Principal,
    rule: &'static Rule,
    key: &str,
    request: (Parts, Body),
    next: Next,
) -> Result<Response, ApiError> {
    let (parts, body) = request;
    let bytes = read_body(&parts.headers, body, JSON_LIMIT).await?;
    let claim = Claim {
        workspace_id: principal.row.workspace_id.clone(),
        id: sha256(&[&principal.row.id, rule.method, rule.path, key].map(str::as_bytes)),
        fingerprint: sha256(&[parts.uri.path().as_bytes(), &canonical(&bytes)]),
    };
    // First the place, then the look: what another request of ours finishes between the two is seen.
    let place = app.underway().begin(&claim.id);
    if let Some(row) = app.engine().made(&claim.workspace_id, &claim.id).await? {
        return again(app, &claim, row, place.is_none());
    }
    let place = place.ok_or_else(in_progress)?;
    let (app, principal) = (app.clone(), principal.clone());
    // A caller who goes away does not end it half-way: its answer is kept for when they ask again.
    let work = tokio::spawn(async move {
        let _place = place;
        let request = Request::from_parts(parts, Body::from(bytes));
        let (response, kept) = once::within(claim.clone(), permit::run(&app, &principal, rule, request, next)).await;
        if !kept || response.status().is_server_error() {
            return response;
        }
        keep(&app, &claim, response).await
    });
    work.await.map_err(|_| ApiError::internal())
}

/// Keeps an answer. Where that fails, the caller gets it all the same; asked again, they learn that it was done.
async fn keep(app: &App, claim: &Claim, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return ApiError::internal().into_response() };
    let body = body.to_bytes();
    if let Ok(text) = std::str::from_utf8(&body) {
        let kept = app.engine().answered(claim, parts.status.as_u16(), text.to_owned()).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "an answer could not be kept; sent again, the request is told that it was done");
        }
    }
    Response::from_parts(parts, Body::from(body))
}

/// Answers a request that was made before.
fn again(app: &App, claim: &Claim, row: OnceRow, is_underway: bool) -> Result<Response, ApiError> {
    if row.fingerprint != claim.fingerprint {
        let detail =
            "This `Idempotency-Key` was used for something else; take a fresh one for each thing you want done.";
        return Err(ApiError::new(ErrorCode::IdempotencyKeyReused, detail));
    }
    let OnceRow { status: Some(status), body: Some(body), .. } = row else {
        if is_underway || row.created_at + AT_IT_MS > app.now_ms() {
            return Err(in_progress());
        }
        let detail = "This was done, once; what was answered is lost. Look at what there is now.";
        return Err(ApiError::new(ErrorCode::AnswerLost, detail));
    };
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(ApiError::internal)?;
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == StatusCode::NO_CONTENT {
        headers.remove(header::CONTENT_TYPE);
    }
    Ok(response)
}

/// The same request is being made.
pub(crate) fn in_progress() -> ApiError {
    ApiError::new(ErrorCode::RequestInProgress, "The same request is being made; ask again in a moment.").after(1)
}

/// The body as bytes that do not depend on how JSON was laid out.
fn canonical(bytes: &[u8]) -> Vec<u8> {
    let value = serde_json::from_slice::<serde_json::Value>(bytes).ok();
    value.and_then(|value| serde_json::to_vec(&value).ok()).unwrap_or_else(|| bytes.to_vec())
}

fn sha256(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    HEXLOWER.encode(&hash.finalize())
}
