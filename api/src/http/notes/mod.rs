//! Internal notes. They have a table of their own and are never sent.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;

use axum::Json;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;
use remit_engine::store::rows::NoteRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{Rep, Role};
use super::error::ApiError;
use super::etag::etag;
use super::state::App;
use super::time::Timestamp;

/// A note that only the team sees.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Note {
    /// Its id, `note_…`.
    id: String,
    /// Its conversation.
    conversation_id: String,
    /// Who wrote it, `usr_…`.
    author_id: String,
    /// Name of who wrote it.
    author_name: String,
    /// The text.
    body_text: String,
    /// When it was written.
    created_at: Timestamp,
    /// When its text was last changed; null when it never was.
    #[schema(required)]
    edited_at: Option<Timestamp>,
    /// When it was deleted, and its text with it; null when it was not.
    #[schema(required)]
    deleted_at: Option<Timestamp>,
    /// Counts its changes.
    version: i64,
}

impl From<NoteRow> for Note {
    fn from(row: NoteRow) -> Self {
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            author_id: row.author_id,
            author_name: row.author_name,
            body_text: row.body_text,
            created_at: Timestamp(row.created_at),
            edited_at: row.edited_at.map(Timestamp),
            deleted_at: row.deleted_at.map(Timestamp),
            version: row.version,
        }
    }
}

/// The note with its version as `ETag`, or 404.
async fn shown<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Response, ApiError> {
    let mut reader = app.read().await?;
    let row = read::note(&mut reader.conn(), rep.workspace(), id).await?;
    let row = row.ok_or_else(|| ApiError::not_found("note"))?;
    Ok(([(ETAG, etag(row.version)?)], Json(Note::from(row))).into_response())
}

/// The note, where they may change it: their own, and as a manager anybody's.
async fn own<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<NoteRow, ApiError> {
    let mut reader = app.read().await?;
    let row = read::note(&mut reader.conn(), rep.workspace(), id).await?;
    let row = row.filter(|row| row.deleted_at.is_none()).ok_or_else(|| ApiError::not_found("note"))?;
    if row.author_id == rep.row.id || rep.has(Role::Manager) {
        Ok(row)
    } else {
        Err(ApiError::needs_role(Role::Manager, rep.principal.role.as_str()))
    }
}
