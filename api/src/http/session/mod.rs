//! Sessions: who is signed in at a browser.

pub(crate) mod change_password;
pub(crate) mod end;
pub(crate) mod list;
pub(crate) mod me;
pub(crate) mod show;
pub(crate) mod sign_in;
pub(crate) mod sign_in_by_link;
pub(crate) mod sign_out;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Json;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use remit_engine::access::{Browser, password};
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{Credential, Principal, Role, by_session};
use super::error::{ApiError, ErrorCode};
use super::permit;
use super::scope::Scope;
use super::state::{App, key_sha256};
use super::users::User;

/// Who you are, and what you may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// You.
    user: User,
    /// The role that counts: yours, or a lesser one that your key has.
    role: Role,
    /// By what you came in.
    credential: Credential,
    /// Id of the session, `ses_…`, or of the key, `key_…`.
    credential_id: String,
    /// What your key was limited to; null where it was not, and for a session.
    #[schema(required)]
    scopes: Option<Vec<Scope>>,
    /// Names of the operations that you may use, as in the document.
    may: Vec<String>,
}

impl Session {
    fn of(principal: &Principal) -> Self {
        Self {
            user: User::from(principal.row.clone()),
            role: principal.role,
            credential: principal.credential,
            credential_id: principal.credential_id.clone(),
            scopes: principal.scopes.clone(),
            may: named(|rule| rule.lets(principal)),
        }
    }
}

/// Names of the operations whose line in the table is one of these.
pub(crate) fn named(wanted: impl Fn(&permit::Rule) -> bool) -> Vec<String> {
    /// Method and path of each operation, and its name.
    static NAMES: LazyLock<BTreeMap<(String, String), String>> = LazyLock::new(|| {
        let document = super::openapi();
        let each = document.paths.paths.iter().flat_map(|(path, item)| {
            let methods = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            methods.into_iter().filter_map(move |(method, operation)| {
                let name = operation.as_ref()?.operation_id.clone()?;
                Some(((method.to_owned(), path.clone()), name))
            })
        });
        each.collect()
    });
    let rules = permit::all().filter(|rule| wanted(rule));
    let mut names: Vec<String> =
        rules.filter_map(|rule| NAMES.get(&(rule.method.to_owned(), rule.path.to_owned())).cloned()).collect();
    names.sort_unstable();
    names
}

/// A fresh token for a link or a session, and its SHA-256.
pub(crate) fn fresh_token() -> (String, String) {
    let token = BASE64URL_NOPAD.encode(&rand::random::<[u8; 32]>());
    let sha256 = key_sha256(&token);
    (token, sha256)
}

/// A browser about to be signed in, and the token that it gets.
pub(crate) fn browser(headers: &HeaderMap) -> (String, Browser) {
    let (token, token_sha256) = fresh_token();
    let named = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let name = named.chars().filter(|c| !c.is_control()).take(200).collect();
    (token, Browser { token_sha256, name })
}

/// The answer to somebody who has just been signed in: who they are, and their cookie.
pub(crate) async fn signed_in(app: &App, token: &str) -> Result<Response, ApiError> {
    let principal = by_session(app, token).await?;
    Ok(([(SET_COOKIE, app.site().cookie(token)?)], Json(Session::of(&principal))).into_response())
}

/// Tells the browser to forget everything it keeps of this site but what it is running.
const CLEAR: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));

/// A password that will do for this address, as it is kept.
pub(crate) async fn hashed(app: &App, pointer: &str, text: &str, email: &str) -> Result<String, ApiError> {
    password::check(text, email).map_err(|weak| {
        let code = match weak {
            password::Weak::Long => "too_long",
            password::Weak::Short => "too_short",
            password::Weak::Common => "too_common",
        };
        ApiError::field(pointer, code, weak.to_string())
    })?;
    let (text, salt) = (text.to_owned(), rand::random::<[u8; 16]>());
    let hash = app.throttle().on_password(move || password::hash(&text, salt)).await;
    hash.filter(|hash| !hash.is_empty()).ok_or_else(ApiError::internal)
}

/// Whether a password is the one that was kept; takes as long where none was.
async fn is_right(app: &App, text: String, kept: Option<String>) -> Result<bool, ApiError> {
    if text.len() > password::LONGEST {
        return Ok(false);
    }
    let work = move || password::matches(&text, kept.as_deref());
    app.throttle().on_password(work).await.ok_or_else(ApiError::internal)
}

/// Counts an attempt to guess something about a subject, unless there were too many.
pub(crate) fn attempt(app: &App, subject: &str) -> Result<(), ApiError> {
    app.throttle().attempt(subject, app.now_ms()).map_err(|wait_ms| {
        let seconds = (wait_ms + 999) / 1_000;
        let detail = format!("There were too many attempts; the next one may be made in {seconds} s.");
        ApiError::new(ErrorCode::TooManyAttempts, detail).after(seconds)
    })
}
