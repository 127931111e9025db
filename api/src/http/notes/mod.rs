//! Internal notes. They have a table of their own and are never sent.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;

use remit_engine::store::rows::NoteRow;
use serde::Serialize;
use utoipa::ToSchema;

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
        }
    }
}
