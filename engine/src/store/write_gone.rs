//! The writes by which contacts are merged and erased, and the trail of who did what.

use super::statements as sql;
use super::{Conn, StoreError, execute};
use crate::decide::gone::Absorbed;

/// One write.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum GoneWrite {
    /// One contact takes in another, if both are as they were seen; else [`StoreError::Stale`].
    Merge { from: (String, i64), into: (String, i64), absorbed: Box<Absorbed>, limits: Vec<String>, by: String },
    /// Nothing is left of who a contact is.
    EraseContact { id: String, by: String },
    /// Nothing is left of who was merged into a contact, nor of what it would take to undo that.
    EraseMerged { id: String },
    /// What was answered since a time is not said again: words stand in it.
    HushAnswers { since: i64 },
    /// The pack of a decision says where a message came from: it is not read any more.
    ErasePack { at: i64, id: String },
    /// Nothing is left of what was said in a conversation. `files` went out in it.
    EraseConversation { id: String, files: Vec<String> },
    /// A decision without a contact's words, and what it hashed to before.
    EraseDecision { id: String, record: String, sha256: String },
    /// Who did what.
    Audit(Box<AuditEntry>),
}

/// Who did what.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub struct AuditEntry {
    pub id: String,
    pub actor_id: String,
    pub actor_name: String,
    pub credential: String,
    pub credential_id: String,
    pub action: String,
    pub subject: String,
    /// JSON.
    pub data: String,
}

impl GoneWrite {
    /// The conversation that it is about.
    pub(super) fn conversation(&self) -> Option<&str> {
        if let Self::EraseConversation { id, .. } = self { Some(id) } else { None }
    }

    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        match self {
            Self::Merge { from, into, absorbed, limits, by } => {
                merge(conn, ws, (from, into), absorbed, limits).await?;
                execute!(conn, sql::PROVIDER_EVENT_MOVE, ws, &from.0, &into.0);
                execute!(conn, sql::CONTACT_GONE_INSERT, ws, &from.0, "merged", Some(into.0.as_str()), by, now);
            }
            Self::EraseContact { id, by } => {
                execute!(conn, sql::PROVIDER_REQUEST_ERASE_CONTACT, ws, id, &[] as &[u8]);
                execute!(conn, sql::PROVIDER_EVENT_ERASE_CONTACT, ws, id);
                execute!(conn, sql::CONTACT_ERASE, ws, id, now);
                execute!(conn, sql::CONTACT_ADDRESS_ERASE, ws, id);
                execute!(conn, sql::CONTACT_SEGMENT_ERASE, ws, id);
                execute!(conn, sql::CONTACT_GONE_INSERT, ws, id, "erased", None::<&str>, by, now);
            }
            Self::EraseMerged { id } => {
                execute!(conn, sql::CONTACT_ERASE, ws, id, now);
                let merge = format!("/api/v1/contacts/{id}/merge");
                execute!(conn, sql::AUDIT_ERASE, ws, id, &merge);
            }
            Self::HushAnswers { since } => {
                execute!(conn, sql::ONCE_HUSH, ws, *since);
            }
            Self::ErasePack { at, id } => {
                execute!(conn, sql::DECISION_PACK_EMPTY, ws, *at, id, &[] as &[u8]);
            }
            Self::EraseConversation { id, files } => {
                // What is found by way of the messages goes before what is in them.
                execute!(conn, sql::MESSAGE_REF_ERASE, ws, id);
                execute!(conn, sql::RAW_EVENT_ERASE, ws, id, &[] as &[u8]);
                execute!(conn, sql::STEP_ERASE, ws, id);
                execute!(conn, sql::PROVIDER_REQUEST_ERASE, ws, id, &[] as &[u8]);
                for text in [
                    sql::PROVIDER_EVENT_ERASE,
                    sql::MODEL_CALL_ERASE,
                    sql::TRAINING_ERASE,
                    sql::MESSAGE_ERASE,
                    sql::DRAFT_VERSION_ERASE,
                    sql::EFFECT_ERASE,
                    sql::APPROVAL_ERASE,
                    sql::RUN_ERROR_ERASE,
                    sql::RUN_ERASE,
                    sql::DRAFT_ERASE,
                    sql::NOTE_ERASE,
                    sql::COMPOSER_ERASE,
                    sql::TIMELINE_ERASE,
                    sql::AUDIT_ERASE_JOINED,
                    sql::TRANSCRIPT_ERASE,
                    sql::CONVERSATION_ERASE,
                ] {
                    execute!(conn, text, ws, id);
                }
                for file in files {
                    execute!(conn, sql::ATTACHMENT_ERASE, ws, file);
                }
            }
            Self::EraseDecision { id, record, sha256 } => {
                execute!(conn, sql::DECISION_ERASED_INSERT, ws, id, sha256, now);
                execute!(conn, sql::DECISION_RECORD_SET, ws, id, record);
            }
            Self::Audit(entry) => {
                let AuditEntry { id, actor_id, actor_name, credential, credential_id, action, subject, data } =
                    &**entry;
                execute!(
                    conn,
                    sql::AUDIT_INSERT,
                    ws,
                    id,
                    actor_id,
                    actor_name,
                    credential,
                    credential_id,
                    action,
                    subject,
                    data,
                    now
                );
            }
        }
        Ok(())
    }
}

async fn merge(
    conn: &mut Conn<'_>,
    ws: &str,
    (from, into): (&(String, i64), &(String, i64)),
    absorbed: &Absorbed,
    limits: &[String],
) -> Result<(), StoreError> {
    // Contacts before conversations, as messages that come in take them.
    let left = execute!(conn, sql::CONTACT_LEAVE, ws, &from.0, from.1);
    let took = execute!(
        conn,
        sql::CONTACT_ABSORB,
        ws,
        &into.0,
        into.1,
        absorbed.name.as_deref(),
        absorbed.company.as_deref(),
        absorbed.opted_out_at,
        absorbed.ai_paused,
        absorbed.ai_pause_reason.as_deref(),
        absorbed.ai_paused_by.as_deref(),
        absorbed.ai_paused_at,
        absorbed.ai_paused_until,
        absorbed.inbound_count,
        absorbed.suppressed.as_str()
    );
    if left == 0 || took == 0 {
        return Err(StoreError::Stale("contact"));
    }
    for text in [sql::CONTACT_ADDRESS_MOVE, sql::CONTACT_SEGMENT_MOVE, sql::CONVERSATION_MOVE] {
        execute!(conn, text, ws, &from.0, &into.0);
    }
    execute!(conn, sql::CONTACT_SEGMENT_ERASE, ws, &from.0);
    for limit in limits {
        execute!(conn, sql::LIMIT_COUNT_MOVE, ws, limit, &from.0, &into.0);
        execute!(conn, sql::LIMIT_WAIT_MOVE, ws, limit, &from.0, &into.0);
    }
    Ok(())
}
