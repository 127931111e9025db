//! The writes about files that people send along.

use super::statements as sql;
use super::{Conn, StoreError, execute};
use crate::ports::OutboundFile;

/// One write.
#[derive(Debug, Clone)]
pub enum FileWrite {
    /// Keep a file.
    Keep {
        /// What it is.
        file: OutboundFile,
        /// Its bytes.
        bytes: Vec<u8>,
        /// Who brought it.
        by: String,
    },
    /// It goes out with something; else [`StoreError::Stale`]: it was forgotten a moment ago.
    Use {
        /// The file.
        id: String,
    },
    /// Forget files that nobody has sent.
    Forget {
        /// From before this time, UTC milliseconds.
        before: i64,
        /// How many at most.
        most: i64,
    },
}

impl FileWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Keep { file, bytes, by } => {
                let size = i64::try_from(file.size).unwrap_or(i64::MAX);
                execute!(
                    conn,
                    sql::ATTACHMENT_INSERT,
                    ws,
                    &file.id,
                    &file.name,
                    &file.media_type,
                    size,
                    &file.sha256,
                    bytes,
                    by,
                    now
                );
            }
            Self::Use { id } => {
                if execute!(conn, sql::ATTACHMENT_USE, ws, id) == 0 {
                    return Err(StoreError::Stale("attachment"));
                }
            }
            Self::Forget { before, most } => {
                execute!(conn, sql::ATTACHMENT_FORGET, *before, *most);
            }
        }
        Ok(())
    }
}
