use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::RunErrorRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Job, shown};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// Failures that are shown at most.
const MOST_ERRORS: i64 = 100;

/// One failure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobFailure {
    /// `transient`, `throttled`, `refused`, `in_doubt`, `fault`, `died` or `overloaded`.
    class: String,
    /// What happened.
    error: String,
    /// Where the job stood.
    stage: String,
    /// Which failure in a row it was, from 1.
    attempt: i64,
    /// When.
    at: Timestamp,
}

impl From<RunErrorRow> for JobFailure {
    fn from(row: RunErrorRow) -> Self {
        let RunErrorRow { class, error, stage, attempt, at, .. } = row;
        Self { class, error, stage, attempt, at: Timestamp(at) }
    }
}

/// A job and what failed in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobDetail {
    /// The job.
    job: Job,
    /// Every failure, the latest first; the last 100.
    errors: Vec<JobFailure>,
}

/// One job, with everything that failed in it
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{id}",
    tag = "jobs",
    params(("id" = String, Path, description = "The job, `run_…`")),
    responses((status = 200, description = "The job", body = JobDetail))
)]
pub(crate) async fn get_job(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<JobDetail>, ApiError> {
    let job = shown(&app, &rep, &id).await?;
    let mut reader = app.read().await?;
    let errors = read::run_errors(&mut reader.conn(), rep.workspace(), &id, i64::MAX, MOST_ERRORS).await?;
    Ok(Json(JobDetail { job, errors: errors.into_iter().map(JobFailure::from).collect() }))
}
