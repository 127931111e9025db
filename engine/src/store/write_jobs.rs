//! The writes of the operating side: what failed, what a process died over, which processes have not ended well.

use super::statements as sql;
use super::{Conn, StoreError, execute};

/// One write of the operating side. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum JobWrite {
    /// A failure, kept for good.
    Error { run_id: String, version: i64, attempt: i64, stage: &'static str, class: &'static str, error: String },
    /// What failed in a run is settled: no reason to look at its conversation, unless another one there has failed.
    ActionSettled { conversation_id: String, run_id: String },
    /// A run is about to be worked on that a process may have died over: one more time.
    Unclean { run_id: String },
    /// It was worked on, and the process lives.
    UncleanClear { run_id: String },
    /// A process has started that owns the store.
    Boot { id: String },
    /// A process has ended in good order; the word on those before it has been taken.
    BootEnd { id: String },
}

impl JobWrite {
    /// The conversation whose row it changes.
    pub(super) fn conversation(&self) -> Option<&str> {
        match self {
            Self::ActionSettled { conversation_id, .. } => Some(conversation_id),
            _ => None,
        }
    }

    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Error { run_id, version, attempt, stage, class, error } => {
                execute!(conn, sql::RUN_ERROR_INSERT, ws, run_id, *version, *attempt, *stage, *class, error, now);
            }
            Self::ActionSettled { conversation_id, run_id } => {
                execute!(conn, sql::REQUIRES_ACTION_SETTLED, ws, conversation_id, run_id);
                execute!(conn, sql::CONVERSATION_FLAG_ACTION, ws, conversation_id);
            }
            Self::Unclean { run_id } => {
                execute!(conn, sql::RUN_UNCLEAN_ADD, ws, run_id, now);
            }
            Self::UncleanClear { run_id } => {
                execute!(conn, sql::RUN_UNCLEAN_CLEAR, ws, run_id);
            }
            Self::Boot { id } => {
                execute!(conn, sql::BOOT_INSERT, id, now);
            }
            Self::BootEnd { id } => {
                execute!(conn, sql::BOOT_END, id);
            }
        }
        Ok(())
    }
}
