//! The writes about files of messages that providers keep and that are fetched.

use super::events::{Datum, Log};
use super::statements as sql;
use super::{Conn, StoreError, execute};

/// What [`StoreError::Stale`] names where somebody else has a file's turn, or changed what is known of a message's files.
pub(crate) const MEDIA: &str = "media";

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum MediaWrite {
    /// A file is to be fetched. Said again, it changes nothing.
    Add { message_id: String, reference: String, channel_id: String },
    /// It is tried, or tried again at a time, if it is due when it was; else [`StoreError::Stale`].
    Again { message_id: String, reference: String, was_due: i64, tries: i64, due_at: i64 },
    /// It is fetched no more.
    Done { message_id: String, reference: String },
    /// What became of a message's files, if they are as they were seen; else [`StoreError::Stale`].
    Files { conversation_id: String, message_id: String, before: String, after: String },
}

impl MediaWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        match self {
            Self::Add { message_id, reference, channel_id } => {
                execute!(conn, sql::MEDIA_ADD, ws, message_id, reference, channel_id, now);
            }
            Self::Again { message_id, reference, was_due, tries, due_at } => {
                let (was_due, tries, due_at) = (*was_due, *tries, *due_at);
                if execute!(conn, sql::MEDIA_AGAIN, ws, message_id, reference, was_due, tries, due_at) == 0 {
                    return Err(StoreError::Stale(MEDIA));
                }
            }
            Self::Done { message_id, reference } => {
                execute!(conn, sql::MEDIA_DONE, ws, message_id, reference);
            }
            Self::Files { conversation_id, message_id, before, after } => {
                if execute!(conn, sql::MESSAGE_FILES, ws, message_id, before, after) == 0 {
                    return Err(StoreError::Stale(MEDIA));
                }
                log.begin(ws, now, Some(conversation_id), None);
                log.event("message.updated", &[("message_id", Datum::Text(message_id))]);
            }
        }
        Ok(())
    }
}
