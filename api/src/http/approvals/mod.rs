//! Approvals: drafts that the policy does not let go without a person.

pub(crate) mod approve;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod reject;

use remit_engine::store::read;
use remit_engine::store::rows::ApprovalRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::state::App;
use super::time::Timestamp;

/// A question to a person: may this draft leave?
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Approval {
    /// Its id, `apr_…`.
    id: String,
    /// The conversation.
    conversation_id: String,
    /// The draft.
    draft_id: String,
    /// The decision that asks.
    decision_id: String,
    /// `pending`, `approved`, `rejected`, `expired` or `withdrawn`.
    state: String,
    /// The team that should answer.
    #[schema(required)]
    team: Option<String>,
    /// When it is too late; null for never.
    #[schema(required)]
    expires_at: Option<Timestamp>,
    /// What becomes of it then: `off` or `escalate`. It is never sent.
    expire_to: String,
    /// Name of the rep who answered.
    #[schema(required)]
    decided_by: Option<String>,
    /// When it was settled.
    #[schema(required)]
    decided_at: Option<Timestamp>,
    /// Version of the draft that the answer was about.
    #[schema(required)]
    draft_version: Option<i64>,
    /// Why it was rejected or withdrawn.
    #[schema(required)]
    reason: Option<String>,
    /// When it was asked.
    created_at: Timestamp,
}

impl From<ApprovalRow> for Approval {
    fn from(row: ApprovalRow) -> Self {
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            draft_id: row.draft_id,
            decision_id: row.decision_id,
            state: row.state,
            team: row.team,
            expires_at: row.expires_at.map(Timestamp),
            expire_to: row.expire_to,
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Timestamp),
            draft_version: row.draft_version,
            reason: row.reason,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// The approval, or 404.
async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<ApprovalRow, ApiError> {
    let mut reader = app.read().await?;
    read::approval(&mut reader.conn(), rep.workspace(), id).await?.ok_or_else(|| ApiError::not_found("approval"))
}
