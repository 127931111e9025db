//! Jobs as lists show them: each run with its conversation, its contact and what became of its effect. Each list is a
//! statement of `sql/` with the same tail.

use sqlx::FromRow;

use super::rows::RunRow;
use super::{Conn, StoreError, on};
use crate::domain::{JobState, Stage};

/// A run and what a list shows beside it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct JobRow {
    /// The run.
    #[sqlx(flatten)]
    pub run: RunRow,
    /// Its contact.
    pub contact_id: String,
    /// Name of the contact.
    pub contact_name: Option<String>,
    /// Kind of the channel.
    pub channel_kind: String,
    /// Where its latest effect stands.
    pub effect: Option<String>,
}

impl JobRow {
    /// Where the job stands at this time.
    #[must_use]
    pub fn state(&self, now_ms: i64) -> JobState {
        let later = self.run.ready_at.is_some_and(|at| at > now_ms);
        match self.run.stage {
            Stage::Sent => JobState::Sent,
            Stage::Closed => JobState::Closed,
            Stage::Failed if self.effect.as_deref() == Some("in_doubt") => JobState::InDoubt,
            Stage::Failed => JobState::Failed,
            Stage::WaitingApproval => JobState::Waiting,
            Stage::Held => JobState::Held,
            Stage::Scheduled => JobState::Scheduled,
            Stage::Received | Stage::Classified | Stage::Drafted | Stage::Gated | Stage::Sending if later => {
                JobState::Retrying
            }
            Stage::Sending => JobState::Working,
            Stage::Received | Stage::Classified | Stage::Drafted | Stage::Gated => JobState::Queued,
        }
    }
}

// A left-out effect is no row less: most jobs have none yet.
macro_rules! jobs {
    ($($constant:ident = $page:literal by $order:literal;)+) => {
        $(const $constant: &str = concat!("WITH page AS (\n", include_str!(concat!("sql/", $page, ".sql")), ")\n", "\
SELECT page.*, c.contact_id, c.channel_kind, k.name AS contact_name,
    (SELECT e.state FROM effect e WHERE e.workspace_id = page.workspace_id AND e.run_id = page.id
        ORDER BY e.created_at DESC, e.id DESC LIMIT 1) AS effect
FROM page CROSS JOIN conversation c CROSS JOIN contact k
WHERE c.workspace_id = page.workspace_id AND c.id = page.conversation_id
    AND k.workspace_id = c.workspace_id AND k.id = c.contact_id
ORDER BY ", $order);)+
        /// Name and text of every list, which run on both databases.
        pub const PORTABLE: &[(&str, &str)] = &[$(($page, $constant),)+];
    };
}

jobs! {
    RESTING = "job_resting" by "page.id";
    IN_DOUBT = "job_in_doubt" by "page.id";
    MOVING = "job_moving" by "page.ready_at, page.id";
    ONE = "job_one" by "page.id";
}

/// The first `limit` jobs in a state, after one with this time and id: UTC milliseconds for those on their way, where
/// `ready_at` is what they are sorted by; for those at rest only the id counts. Of jobs that have ended there is no list.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(
    conn: &mut Conn<'_>,
    ws: &str,
    state: JobState,
    (after, after_id): (i64, &str),
    now_ms: i64,
    limit: i64,
) -> Result<Vec<JobRow>, StoreError> {
    let stage = match state {
        JobState::Waiting => Stage::WaitingApproval,
        JobState::Held => Stage::Held,
        JobState::Scheduled => Stage::Scheduled,
        JobState::Failed => Stage::Failed,
        JobState::Sent | JobState::Closed => return Ok(Vec::new()),
        JobState::InDoubt => {
            return Ok(on!(conn, |c| sqlx::query_as(IN_DOUBT)
                .bind(ws)
                .bind(after_id)
                .bind(limit)
                .fetch_all(c)
                .await?));
        }
        JobState::Queued | JobState::Working | JobState::Retrying => {
            let (which, from, until) = match state {
                JobState::Working => ("working", (after, after_id), now_ms),
                // `~` comes after every id.
                JobState::Retrying => ("any", (after, after_id).max((now_ms, "~")), i64::MAX),
                _ => ("queued", (after, after_id), now_ms),
            };
            return Ok(on!(conn, |c| sqlx::query_as(MOVING)
                .bind(ws)
                .bind(from.0)
                .bind(from.1)
                .bind(until)
                .bind(which)
                .bind(limit)
                .fetch_all(c)
                .await?));
        }
    };
    Ok(on!(conn, |c| sqlx::query_as(RESTING)
        .bind(ws)
        .bind(stage.as_str())
        .bind(after_id)
        .bind(limit)
        .fetch_all(c)
        .await?))
}

/// One job, in whatever state.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn one(conn: &mut Conn<'_>, ws: &str, id: &str) -> Result<Option<JobRow>, StoreError> {
    Ok(on!(conn, |c| sqlx::query_as(ONE).bind(ws).bind(id).fetch_optional(c).await?))
}
