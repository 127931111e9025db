//! Jobs: the work on each message, as whoever runs the place sees it.

pub(crate) mod cancel;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod retry;

use remit_engine::domain::JobState;
use remit_engine::store::jobs::{self, JobRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::state::App;
use super::time::Timestamp;

/// The work on one message: by the AI for a message that came in, or sending a rep's own reply.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Its id, `run_…`.
    id: String,
    /// `queued`, `retrying`, `working`, `waiting`, `scheduled`, `held`, `in_doubt`, `failed`, `sent` or `closed`.
    state: String,
    /// Where it stands exactly: `received`, `classified`, `drafted`, `gated`, `waiting_approval`, `held`, `scheduled`,
    /// `sending`, `sent`, `failed` or `closed`.
    stage: String,
    /// Who wrote what it sends: `ai_agent` or `rep`.
    author: String,
    /// Who asked for the draft, `usr_…`, where somebody did: then it waits for a yes, whatever the policy says.
    #[schema(required)]
    asked_by: Option<String>,
    /// The conversation.
    conversation_id: String,
    /// The message that is answered.
    message_id: String,
    /// Kind of the channel.
    channel: String,
    /// The contact.
    contact_id: String,
    /// Name of the contact, where known.
    #[schema(required)]
    contact_name: Option<String>,
    /// The draft.
    #[schema(required)]
    draft_id: Option<String>,
    /// The decision that settled it last.
    #[schema(required)]
    decision_id: Option<String>,
    /// Failures in a row.
    failures: i64,
    /// The last of them.
    #[schema(required)]
    last_error: Option<String>,
    /// Why it ended without a reply.
    #[schema(required)]
    closed_reason: Option<String>,
    /// When it will be looked at next; null when a person must do something, or it has ended.
    #[schema(required)]
    next_at: Option<Timestamp>,
    /// When it began.
    created_at: Timestamp,
    /// When it moved last.
    updated_at: Timestamp,
}

impl Job {
    pub(crate) fn of(row: JobRow, now_ms: i64) -> Self {
        let state = row.state(now_ms);
        let run = row.run;
        Self {
            id: run.id,
            state: state.to_string(),
            stage: run.stage.to_string(),
            author: run.author_kind,
            asked_by: run.asked_by,
            conversation_id: run.conversation_id,
            message_id: run.message_id,
            channel: row.channel_kind,
            contact_id: row.contact_id,
            contact_name: row.contact_name,
            draft_id: run.draft_id,
            decision_id: run.decision_id,
            failures: run.attempt,
            last_error: run.last_error,
            closed_reason: run.closed_reason,
            next_at: run.ready_at.map(Timestamp),
            created_at: Timestamp(run.created_at),
            updated_at: Timestamp(run.updated_at),
        }
    }
}

/// The job, or 404.
pub(crate) async fn shown<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Job, ApiError> {
    let mut reader = app.read().await?;
    let found = jobs::one(&mut reader.conn(), rep.workspace(), id).await?;
    found.map(|row| Job::of(row, app.now_ms())).ok_or_else(|| ApiError::not_found("job"))
}

/// True for states in which jobs are on their way: their lists are in order of time.
const fn is_moving(state: JobState) -> bool {
    matches!(state, JobState::Queued | JobState::Retrying | JobState::Working)
}
