use axum::Json;
use axum::extract::State;
use remit_engine::domain::JobState;
use remit_engine::store::jobs;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Job, is_moving};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;

page! {
    /// A page of jobs.
    JobPage of Job
}

/// States that jobs are listed by. What has ended is found by its conversation.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListedState {
    /// Its turn comes as soon as a worker is free.
    Queued,
    /// An attempt failed; the next one waits for its time.
    Retrying,
    /// The provider is being called.
    Working,
    /// A person is asked about the draft.
    Waiting,
    /// It leaves at a time.
    Scheduled,
    /// The gate is asked again at a time.
    Held,
    /// Nobody knows whether the reply left.
    InDoubt,
    /// Given up.
    #[default]
    Failed,
}

impl From<ListedState> for JobState {
    fn from(state: ListedState) -> Self {
        match state {
            ListedState::Queued => Self::Queued,
            ListedState::Retrying => Self::Retrying,
            ListedState::Working => Self::Working,
            ListedState::Waiting => Self::Waiting,
            ListedState::Scheduled => Self::Scheduled,
            ListedState::Held => Self::Held,
            ListedState::InDoubt => Self::InDoubt,
            ListedState::Failed => Self::Failed,
        }
    }
}

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobQuery {
    /// Only those in this state.
    #[serde(default)]
    #[param(value_type = Option<ListedState>, inline)]
    state: ListedState,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// The work that waits or has failed
///
/// Those that have failed unless another `state` is asked for; the oldest first. Those in doubt are a state of their own:
/// of their reply nobody knows whether it left.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    tag = "jobs",
    params(JobQuery),
    responses((status = 200, description = "A page of jobs", body = JobPage))
)]
pub(crate) async fn list_jobs(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<JobQuery>,
) -> Result<Json<JobPage>, ApiError> {
    let state = JobState::from(query.state);
    let list = List::new(&app, &["jobs", rep.workspace(), state.as_str()]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let (now, limit) = (app.now_ms(), query.limit.with_next());
    let after = (start.sort, start.id.as_str());
    let rows = jobs::list(&mut reader.conn(), rep.workspace(), state, after, now, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| {
        let sort = if is_moving(state) { row.run.ready_at.unwrap_or(i64::MAX) } else { i64::MIN };
        Key { sort, id: row.run.id.clone() }
    });
    let data = rows.into_iter().map(|row| Job::of(row, now)).collect();
    Ok(Json(JobPage { data, next_cursor }))
}
