//! Approvals: drafts that the policy does not let go without a person.

pub(crate) mod approve;
pub(crate) mod bulk;
pub(crate) mod claim;
pub(crate) mod counts;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod reject;
pub(crate) mod release;

use remit_engine::store::read;
use remit_engine::store::rows::{ApprovalRow, VoteRow};
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
    #[schema(required)]
    decision_id: Option<String>,
    /// `pending`, `approved`, `rejected`, `expired` or `withdrawn`.
    state: String,
    /// The team that should answer.
    #[schema(required)]
    team: Option<String>,
    /// The risk tier that the policy saw; null where none was asked.
    #[schema(required)]
    tier: Option<String>,
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
    /// People it takes to let the draft go: 1 or 2.
    people: i64,
    /// Each yes so far, the first one first. Only those for the draft's version now count.
    yes: Vec<GivenYes>,
    /// Address the reply goes to.
    to: String,
    /// Revision of the conversation when it was asked.
    base_revision: i64,
    /// Who has it in hand; others are kept away until `claimed_until`.
    #[schema(required)]
    claimed_by: Option<String>,
    /// Until when.
    #[schema(required)]
    claimed_until: Option<Timestamp>,
    /// When somebody was reminded.
    #[schema(required)]
    reminded_at: Option<Timestamp>,
    /// When it was asked.
    created_at: Timestamp,
}

/// One yes, and the text it was given for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GivenYes {
    /// Name of the rep.
    by: String,
    /// The rep, `usr_…`.
    by_id: String,
    /// Version of the draft.
    draft_version: i64,
    /// When.
    at: Timestamp,
}

impl Approval {
    fn of(row: ApprovalRow, votes: Vec<VoteRow>) -> Self {
        let given = votes.into_iter().map(|vote| GivenYes {
            by: vote.rep_name,
            by_id: vote.rep_id,
            draft_version: vote.draft_version,
            at: Timestamp(vote.at),
        });
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            draft_id: row.draft_id,
            decision_id: Some(row.decision_id).filter(|id| !id.is_empty()),
            state: row.state,
            team: row.team,
            tier: Some(row.tier).filter(|tier| !tier.is_empty()),
            expires_at: row.expires_at.map(Timestamp),
            expire_to: row.expire_to,
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Timestamp),
            draft_version: row.draft_version,
            reason: row.reason,
            people: row.people,
            yes: given.collect(),
            to: row.to_address,
            base_revision: row.base_revision,
            claimed_by: row.claimed_name,
            claimed_until: row.claimed_until.map(Timestamp),
            reminded_at: row.reminded_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
        }
    }
}

/// The approval, or 404.
async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<ApprovalRow, ApiError> {
    let mut reader = app.read().await?;
    read::approval(&mut reader.conn(), rep.workspace(), id).await?.ok_or_else(|| ApiError::not_found("approval"))
}

/// The approval and each yes to it, or 404.
async fn shown<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Approval, ApiError> {
    let row = found(app, rep, id).await?;
    let mut reader = app.read().await?;
    let votes = read::votes(&mut reader.conn(), rep.workspace(), id).await?;
    Ok(Approval::of(row, votes))
}
