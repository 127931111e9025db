use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use remit_engine::files::{File, MOST_BYTES};
use remit_engine::ports::OutboundFile;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::{Closer, Rep};
use crate::http::document::Binary;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{Query, media_type, read_body};
use crate::http::state::App;

/// What the file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// File name, without folders.
    #[param(min_length = 1, max_length = 200)]
    name: String,
}

/// A file that can be sent along.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadedFile {
    /// Its id, `att_…`: name it in `attachment_ids`.
    id: String,
    /// File name, as it will be sent.
    name: String,
    /// MIME type, as you said.
    #[serde(rename = "type")]
    media_type: String,
    /// Bytes.
    size: u64,
    /// SHA-256 of the bytes, hex.
    sha256: String,
}

impl UploadedFile {
    /// Those of a draft, as its row holds them.
    pub(crate) fn all(kept: &str) -> Vec<Self> {
        let kept: Vec<OutboundFile> = serde_json::from_str(kept).unwrap_or_default();
        kept.into_iter().map(Self::from).collect()
    }
}

impl From<OutboundFile> for UploadedFile {
    fn from(file: OutboundFile) -> Self {
        let OutboundFile { id, name, media_type, size, sha256, bytes: _ } = file;
        Self { id, name, media_type, size, sha256 }
    }
}

/// Bring a file
///
/// The body is the file, at most 25 MiB; `Content-Type` says what it is. Name its id in a reply within a day: what nobody has
/// sent until then is forgotten. Sent again, the same file is another one; `Idempotency-Key` is not looked at.
#[utoipa::path(
    post,
    path = "/api/v1/attachments",
    tag = "attachments",
    params(FileQuery),
    request_body(content = Binary, content_type = "application/octet-stream"),
    responses((status = 201, description = "The file", body = UploadedFile))
)]
pub(crate) async fn upload_attachment(
    rep: Rep<Closer>,
    State(app): State<App>,
    Query(query): Query<FileQuery>,
    request: Request<Body>,
) -> Result<(StatusCode, Json<UploadedFile>), ApiError> {
    let name = query.name.trim();
    let fits = (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !fits {
        return Err(ApiError::new(ErrorCode::InvalidQuery, "`name` must be 1 to 200 characters in one line."));
    }
    let (parts, body) = request.into_parts();
    let missing = || ApiError::new(ErrorCode::UnsupportedMediaType, "Say with `Content-Type` what the file is.");
    let media_type = media_type(&parts.headers).filter(|kind| is_media_type(kind)).ok_or_else(missing)?;
    let bytes = read_body(&parts.headers, body, MOST_BYTES).await?;
    if bytes.is_empty() {
        return Err(ApiError::new(ErrorCode::BadRequest, "The file is empty."));
    }
    let file = File { name: name.to_owned(), media_type, bytes: bytes.to_vec() };
    let kept = app.engine().keep_file(&rep.row, file).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Of the form `type/subtype`, as RFC 2045 has it.
fn is_media_type(text: &str) -> bool {
    let is_word = |word: &str| {
        (1..=100).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, subkind)| is_word(kind) && is_word(subkind))
}
