//! The writes of requests that are made once.

use super::statements as sql;
use super::{Conn, StoreError, execute};
use crate::once::{CLAIMED, KEPT_MS};

/// Requests that are forgotten with each that is made: twice as many as come in, so that none stays for long.
const FORGOTTEN_WITH_EACH: i64 = 2;

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum OnceWrite {
    /// A request is made; fails with [`StoreError::Stale`] where it was made before.
    Claim { id: String, fingerprint: String },
    /// What was answered to it.
    Answer { id: String, status: i64, body: String },
}

impl OnceWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Claim { id, fingerprint } => {
                execute!(conn, sql::ONCE_FORGET, now - KEPT_MS, FORGOTTEN_WITH_EACH);
                if execute!(conn, sql::ONCE_CLAIM, ws, id, fingerprint, now) == 0 {
                    return Err(StoreError::Stale(CLAIMED));
                }
            }
            Self::Answer { id, status, body } => {
                execute!(conn, sql::ONCE_ANSWER, ws, id, *status, body);
            }
        }
        Ok(())
    }
}
