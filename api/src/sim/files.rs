//! Files that people send by way of the providers: pictures, documents, recordings.
//!
//! Twilio answers with a redirection to a store elsewhere, which turns away whoever brings it credentials that are not its
//! own. Meta first tells where a file is, and wants its token there too.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::HEXLOWER;
use remit_engine::channels::sign;
use serde_json::json;

use super::{ACCESS, ACCOUNT, Callback, Shared, Sim, authorised, twilio_basic, twilio_callback};

/// A file: its type and bytes.
type Kept = (String, Vec<u8>);

/// What is kept, and how the next requests for it go.
#[derive(Debug, Default)]
pub(super) struct Files {
    kept: BTreeMap<String, Kept>,
    /// The next requests are answered with this instead.
    statuses: Vec<u16>,
    asked: usize,
}

fn found(shared: &Shared, name: &str) -> Result<Kept, StatusCode> {
    let mut inside = shared.inside();
    inside.files.asked += 1;
    if let Some(status) = inside.files.statuses.pop() {
        return Err(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
    }
    inside.files.kept.get(name).cloned().ok_or(StatusCode::NOT_FOUND)
}

fn given(found: Result<Kept, StatusCode>) -> Response {
    match found {
        Ok((media_type, bytes)) => ([(CONTENT_TYPE, media_type)], bytes).into_response(),
        Err(status) => status.into_response(),
    }
}

/// Where a file of Meta's is.
pub(super) fn of_meta(shared: &Shared, name: &str) -> Response {
    let (media_type, bytes) = match found(shared, name) {
        Ok(kept) => kept,
        Err(status) => return status.into_response(),
    };
    // What it says of a file that is not as it was told: for tests.
    let sha256 = if name.starts_with("torn") { HEXLOWER.encode(&[0; 32]) } else { sign::sha256_hex(&bytes) };
    let url = format!("{}/lookaside/{name}", shared.url);
    axum::Json(json!({ "id": name, "url": url, "mime_type": media_type, "sha256": sha256, "file_size": bytes.len() }))
        .into_response()
}

async fn lookaside(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !authorised(&headers, &format!("Bearer {ACCESS}")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    given(found(&shared, &name))
}

async fn twilio_media(
    State(shared): State<Arc<Shared>>,
    Path(names): Path<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if !authorised(&headers, &twilio_basic()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let name = names.get("file").cloned().unwrap_or_default();
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, format!("{}/{name}", shared.store_url))]).into_response()
}

async fn stored(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    if headers.contains_key(AUTHORIZATION) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    given(found(&shared, &name))
}

/// Where files are asked for.
#[expect(clippy::disallowed_methods, reason = "this is no part of the API and stands in no document")]
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/2010-04-01/Accounts/{sid}/Messages/{message}/Media/{file}", get(twilio_media))
        .route("/2010-04-01/Accounts/{sid}/Recordings/{file}", get(twilio_media))
        .route("/lookaside/{file}", get(lookaside))
}

/// Where Twilio's files are in truth.
#[expect(clippy::disallowed_methods, reason = "this is no part of the API and stands in no document")]
pub(super) fn store(shared: Arc<Shared>) -> Router {
    Router::new().route("/{file}", get(stored)).with_state(shared)
}

impl Sim {
    /// Keeps a file, by its name.
    pub fn keep_file(&self, name: &str, media_type: &str, bytes: &[u8]) {
        self.shared.inside().files.kept.insert(name.to_owned(), (media_type.to_owned(), bytes.to_vec()));
    }

    /// The next requests for files are answered with these statuses, the first one first.
    pub fn fail_files(&self, statuses: &[u16]) {
        self.shared.inside().files.statuses = statuses.iter().rev().copied().collect();
    }

    /// How often a file was asked for where it is.
    #[must_use]
    pub fn files_asked(&self) -> usize {
        self.shared.inside().files.asked
    }

    /// Where Twilio says that a file of a message is.
    #[must_use]
    pub fn media_url(&self, name: &str) -> String {
        format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/{name}", self.url)
    }

    /// Where Twilio says that a recording is.
    #[must_use]
    pub fn recording_url(&self, name: &str) -> String {
        format!("{}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{name}", self.url)
    }

    /// What Twilio would say when somebody sends pictures: address and type of each.
    #[must_use]
    pub fn picture_message(
        &self,
        hook_url: &str,
        id: &str,
        from: &str,
        text: &str,
        files: &[(&str, &str)],
    ) -> Callback {
        let count = files.len().to_string();
        let mut fields: Vec<(String, String)> =
            [("MessageSid", id), ("AccountSid", ACCOUNT), ("From", from), ("Body", text), ("NumMedia", &count)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        for (place, (url, media_type)) in files.iter().enumerate() {
            fields.push((format!("MediaUrl{place}"), (*url).to_owned()));
            fields.push((format!("MediaContentType{place}"), (*media_type).to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        twilio_callback(hook_url, &fields)
    }

    /// What Twilio would say of a call.
    #[must_use]
    pub fn call(&self, hook_url: &str, id: &str, from: &str, fields: &[(&str, &str)]) -> Callback {
        let mut all = vec![("CallSid", id), ("AccountSid", ACCOUNT), ("From", from)];
        all.extend_from_slice(fields);
        twilio_callback(hook_url, &all)
    }
}
