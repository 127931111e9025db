//! Drafts: replies that are not sent yet, or were.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod versions;

use remit_engine::store::read;
use remit_engine::store::rows::DraftRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::state::App;
use super::time::Timestamp;

/// A draft and its text now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Draft {
    /// Its id, `dft_…`.
    id: String,
    /// Its conversation.
    conversation_id: String,
    /// The message it answers.
    message_id: String,
    /// Who wrote the first version: `ai_agent` or `rep`.
    author_kind: String,
    /// `open`, `pending_approval`, `approved`, `scheduled`, `sent`, `rejected`, `superseded`, `discarded` or `failed`.
    status: String,
    /// Counts its texts, from 1.
    version: i64,
    /// Subject, for mail.
    #[schema(required)]
    subject: Option<String>,
    /// The text.
    body_text: String,
    /// SHA-256 of subject and text, hex: what an approval names.
    content_sha256: String,
    /// What wrote it: `template:thanks`, or a model.
    source: String,
    /// Revision of the conversation it was made for.
    base_revision: i64,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            author_kind: row.author_kind,
            status: row.status,
            version: row.version,
            subject: row.subject,
            body_text: row.body_text,
            content_sha256: row.content_sha256,
            source: row.source,
            base_revision: row.base_revision,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// The draft, or 404.
pub(crate) async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<DraftRow, ApiError> {
    let mut reader = app.read().await?;
    read::draft(&mut reader.conn(), rep.workspace(), id).await?.ok_or_else(|| ApiError::not_found("draft"))
}
