//! Drafts: replies that are not sent yet, or were.

pub(crate) mod all;
pub(crate) mod diff;
pub(crate) mod discard;
pub(crate) mod edit;
pub(crate) mod generate;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod regenerate;
pub(crate) mod restore;
pub(crate) mod take_back;
pub(crate) mod versions;
pub(crate) mod write;

use remit_engine::decide::person::Edit;
use remit_engine::store::read;
use remit_engine::store::rows::DraftRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attachments::upload::UploadedFile;
use super::auth::Rep;
use super::error::ApiError;
use super::extract::bounded;
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
    /// The work that it belongs to, `run_…`: `POST /api/v1/jobs/{id}/retry` tries again what failed.
    job_id: String,
    /// Who wrote the first version: `ai_agent` or `rep`.
    author_kind: String,
    /// Name of the rep who wrote it, where it was one.
    #[schema(required)]
    author_name: Option<String>,
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
    /// Files that go along.
    attachments: Vec<UploadedFile>,
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
            job_id: row.run_id,
            author_kind: row.author_kind,
            author_name: row.author_name,
            status: row.status,
            version: row.version,
            subject: row.subject,
            body_text: row.body_text,
            content_sha256: row.content_sha256,
            source: row.source,
            base_revision: row.base_revision,
            attachments: UploadedFile::all(&row.attachments),
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

/// A text of your own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditedText {
    /// Subject; the draft's own when left out.
    #[serde(default)]
    #[schema(max_length = 900)]
    subject: Option<String>,
    /// The text.
    #[schema(min_length = 1, max_length = 100_000)]
    body_text: String,
}

impl EditedText {
    /// The same for the engine, with the draft's subject where it brings none.
    pub(crate) async fn checked<R>(&self, at: &str, app: &App, rep: &Rep<R>, draft_id: &str) -> Result<Edit, ApiError> {
        bounded(&format!("{at}/body_text"), &self.body_text, 100_000)?;
        let subject = match &self.subject {
            Some(subject) => Some(one_line(&format!("{at}/subject"), subject)?),
            None => found(app, rep, draft_id).await?.subject,
        };
        Ok(Edit { subject, body_text: self.body_text.clone() })
    }
}

/// A subject: one line of at most 900 characters.
pub(crate) fn one_line(pointer: &str, text: &str) -> Result<String, ApiError> {
    bounded(pointer, text, 900)?;
    if text.chars().any(char::is_control) {
        return Err(ApiError::field(pointer, "invalid", "must be one line"));
    }
    Ok(text.to_owned())
}
