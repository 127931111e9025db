//! The writes of people at their desks: who looks after a conversation, and its tags.

use super::statements as sql;
use super::{Conn, StoreError, execute};

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum DeskWrite {
    /// Who looks after a conversation; nobody when absent.
    Assign { conversation_id: String, rep_id: Option<String> },
    /// A contact as it shall be, if its version is the one that was seen; else [`StoreError::Stale`].
    Contact { id: String, version: i64, name: Option<String>, company: Option<String> },
    /// A tag, unless there is one of this name.
    NewTag { id: String, name: String },
    /// Put a tag on a conversation.
    Tag { conversation_id: String, tag_id: String },
    /// Take a tag off a conversation.
    Untag { conversation_id: String, tag_id: String },
}

impl DeskWrite {
    /// The conversation that it is about.
    pub(super) fn conversation(&self) -> Option<&str> {
        match self {
            Self::Assign { conversation_id, .. }
            | Self::Tag { conversation_id, .. }
            | Self::Untag { conversation_id, .. } => Some(conversation_id),
            Self::NewTag { .. } | Self::Contact { .. } => None,
        }
    }

    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Assign { conversation_id, rep_id } => {
                execute!(conn, sql::CONVERSATION_ASSIGN, ws, conversation_id, rep_id.as_deref());
            }
            Self::Contact { id, version, name, company } => {
                let (name, company) = (name.as_deref(), company.as_deref());
                if execute!(conn, sql::CONTACT_CHANGE, ws, id, *version, name, company) == 0 {
                    return Err(StoreError::Stale("contact"));
                }
            }
            Self::NewTag { id, name } => {
                execute!(conn, sql::TAG_INSERT, ws, id, name, now);
            }
            Self::Tag { conversation_id, tag_id } => {
                execute!(conn, sql::CONVERSATION_TAG_ADD, ws, conversation_id, tag_id, now);
            }
            Self::Untag { conversation_id, tag_id } => {
                execute!(conn, sql::CONVERSATION_TAG_REMOVE, ws, conversation_id, tag_id);
            }
        }
        Ok(())
    }
}
