//! What people are writing and have not sent: kept here, so that it is there on every device.

pub(crate) mod drop;
pub(crate) mod get;
pub(crate) mod keep;
pub(crate) mod list;

use remit_engine::store::rows::ComposerRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::time::Timestamp;

/// What you are writing in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComposerDraft {
    /// The conversation, `cnv_…`.
    conversation_id: String,
    /// Subject, for mail.
    #[schema(required)]
    subject: Option<String>,
    /// The text; may be empty.
    body_text: String,
    /// Files that shall go along, `att_…`.
    attachment_ids: Vec<String>,
    /// When it was kept.
    updated_at: Timestamp,
    /// Counts its changes.
    version: i64,
}

impl From<ComposerRow> for ComposerDraft {
    fn from(row: ComposerRow) -> Self {
        Self {
            conversation_id: row.conversation_id,
            subject: row.subject,
            body_text: row.body_text,
            attachment_ids: serde_json::from_str(&row.attachment_ids).unwrap_or_default(),
            updated_at: Timestamp(row.updated_at),
            version: row.version,
        }
    }
}
