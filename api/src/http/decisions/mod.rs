//! Decisions of the gate: what it said, by which line of the policy, and what it had read.

pub(crate) mod explain;
pub(crate) mod get;
pub(crate) mod list;

use std::collections::HashMap;

use remit_engine::store::rows::{DecisionRow, MessageRow};
use remit_engine::store::{Conn, read};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use super::messages::IntentFound;
use super::page::page;
use super::time::Timestamp;

page! {
    /// A page of decisions.
    DecisionPage of DecisionSummary
}

/// A decision in one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionSummary {
    /// Its id, `dec_…`.
    id: String,
    /// The message it is about.
    message_id: String,
    /// The conversation of that message.
    conversation_id: String,
    /// Kind of channel that the message came by; null when the message is gone.
    #[schema(required)]
    channel: Option<String>,
    /// What the message is taken for now; null when nobody has looked, or the message is gone.
    #[schema(required)]
    intent: Option<IntentFound>,
    /// The draft that was judged; null when there was none.
    #[schema(required)]
    draft_id: Option<String>,
    /// Which asking: `draft`, `approved`, `release` or `send`.
    gate: String,
    /// `send`, `hold`, `approval`, `off` or `escalate`.
    outcome: String,
    /// The first rule that decided.
    rule: String,
    /// File of that rule.
    file: String,
    /// Line of that rule, from 1.
    line: i64,
    /// Column of that rule in characters, from 1.
    column: i64,
    /// The policy that decided, by its digest.
    policy_digest: String,
    /// How long the asking took, in microseconds.
    took_us: i64,
    /// When it was decided.
    decided_at: Timestamp,
}

impl DecisionSummary {
    /// A decision, and the message it is about.
    pub(crate) fn of(row: DecisionRow, message: Option<&MessageRow>) -> Self {
        Self {
            id: row.id,
            message_id: row.message_id,
            conversation_id: row.conversation_id,
            channel: message.map(|message| message.channel_kind.clone()),
            intent: message.and_then(IntentFound::of),
            draft_id: row.draft_id,
            gate: row.gate,
            outcome: row.outcome,
            rule: row.rule,
            file: row.rule_file,
            line: row.rule_line,
            column: row.rule_column,
            policy_digest: row.policy_digest,
            took_us: row.took_us,
            decided_at: Timestamp(row.decided_at),
        }
    }

    /// Each of these with its message, in their order.
    async fn all(conn: &mut Conn<'_>, ws: &str, rows: Vec<DecisionRow>) -> Result<Vec<Self>, ApiError> {
        let mut ids: Vec<_> = rows.iter().map(|row| (ws, row.message_id.as_str())).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = read::messages_of(conn, &ids).await?;
        let messages: HashMap<&str, &MessageRow> = found.iter().map(|row| (row.id.as_str(), row)).collect();
        Ok(rows
            .into_iter()
            .map(|row| {
                let message = messages.get(row.message_id.as_str()).copied();
                Self::of(row, message)
            })
            .collect())
    }
}
