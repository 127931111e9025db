//! The writes about what people keep for themselves: filters, and texts that they have not sent.

use super::statements as sql;
use super::{Conn, StoreError, execute};

/// What [`StoreError::Stale`] names where a kept filter is not as it was seen.
pub(crate) const VIEW: &str = "view";
/// The same for a text that is being written.
pub(crate) const COMPOSER: &str = "text";

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum OwnWrite {
    /// Keep a filter.
    NewView { id: String, owner_id: String, name: String, shared: bool, filter: String },
    /// Change one, if its version is the one that was seen; else [`StoreError::Stale`].
    ChangeView { id: String, version: i64, name: String, shared: bool, filter: String },
    /// Forget one, if its version is the one that was seen; else [`StoreError::Stale`].
    DeleteView { id: String, version: i64 },
    /// Keep a text that is being written, if its version is the one that was seen, or if there is none and none was seen;
    /// else [`StoreError::Stale`].
    Compose {
        rep_id: String,
        conversation_id: String,
        version: Option<i64>,
        subject: Option<String>,
        body_text: String,
        attachment_ids: String,
    },
    /// Forget it.
    ComposeClear { rep_id: String, conversation_id: String },
}

impl OwnWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let (changed, what) = match self {
            Self::NewView { id, owner_id, name, shared, filter } => {
                (execute!(conn, sql::VIEW_INSERT, ws, id, owner_id, name, *shared, filter, now), VIEW)
            }
            Self::ChangeView { id, version, name, shared, filter } => {
                (execute!(conn, sql::VIEW_CHANGE, ws, id, *version, name, *shared, filter), VIEW)
            }
            Self::DeleteView { id, version } => (execute!(conn, sql::VIEW_DELETE, ws, id, *version), VIEW),
            Self::Compose { rep_id, conversation_id, version, subject, body_text, attachment_ids } => {
                let subject = subject.as_deref();
                let changed = match version {
                    Some(version) => execute!(
                        conn,
                        sql::COMPOSER_KEEP,
                        ws,
                        rep_id,
                        conversation_id,
                        *version,
                        subject,
                        body_text,
                        attachment_ids,
                        now
                    ),
                    None => execute!(
                        conn,
                        sql::COMPOSER_BEGIN,
                        ws,
                        rep_id,
                        conversation_id,
                        subject,
                        body_text,
                        attachment_ids,
                        now
                    ),
                };
                (changed, COMPOSER)
            }
            Self::ComposeClear { rep_id, conversation_id } => {
                execute!(conn, sql::COMPOSER_CLEAR, ws, rep_id, conversation_id);
                return Ok(());
            }
        };
        if changed == 0 { Err(StoreError::Stale(what)) } else { Ok(()) }
    }
}
