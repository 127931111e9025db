//! The writes beside the path of messages: blocks of decisions, and which policy is in force.

use super::statements as sql;
use super::{Conn, StoreError, execute};

/// A block of the ledger, and the same decisions packed for replay.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `ledger_block` and `decision_pack`")]
pub struct NewBlock {
    pub seq: i64,
    pub previous_sha256: String,
    pub sha256: String,
    pub entries: String,
    pub last_at: i64,
    pub last_id: String,
    /// How many decisions there are.
    pub decisions: i64,
    /// See `decide::replay::pack`.
    pub pack: Vec<u8>,
}

impl NewBlock {
    /// Seals the block, unless another process has sealed one of this number.
    pub(super) async fn insert(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let Self { seq, previous_sha256, sha256, entries, last_at, last_id, decisions, pack } = self;
        let sealed = execute!(
            conn,
            sql::LEDGER_BLOCK_INSERT,
            ws,
            *seq,
            previous_sha256,
            sha256,
            entries,
            *last_at,
            last_id,
            now
        );
        if sealed > 0 {
            execute!(conn, sql::DECISION_PACK_INSERT, ws, *seq, *last_at, last_id, *decisions, pack);
        }
        Ok(())
    }
}

/// A policy on its way into force.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `policy_activation`")]
pub struct NewActivation {
    pub id: String,
    pub digest: String,
    /// The policy that must still be in force; `None` when there must be none.
    pub previous: Option<String>,
    pub how: &'static str,
    pub by_id: Option<String>,
    pub by_name: String,
    pub freer: bool,
    pub acknowledged: Option<String>,
    pub summary: String,
}

impl NewActivation {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let Self { id, digest, previous, how, by_id, by_name, freer, acknowledged, summary } = self;
        let (by_id, acknowledged) = (by_id.as_deref(), acknowledged.as_deref());
        let changed = match previous {
            Some(previous) => execute!(conn, sql::POLICY_ACTIVATE_IF, ws, digest, now, by_name, previous),
            None => execute!(conn, sql::POLICY_ACTIVATE_FIRST, ws, digest, now, by_name),
        };
        if changed == 0 {
            return Err(StoreError::PolicyChanged);
        }
        let previous = previous.as_deref();
        execute!(
            conn,
            sql::POLICY_ACTIVATION_INSERT,
            ws,
            id,
            digest,
            previous,
            *how,
            by_id,
            by_name,
            *freer,
            acknowledged,
            summary,
            now
        );
        Ok(())
    }
}
