use axum::Json;
use axum::extract::State;
use remit_engine::replay::Window;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Candidate;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;
use crate::http::time;

/// Which recorded decisions are decided again under which policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToReplay {
    /// The candidate.
    policy: Candidate,
    /// None that is older; 30 days when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    since: Option<String>,
    /// The latest so many at most: 1 to 200,000, which is also what counts when it is left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200_000)]
    limit: Option<u64>,
    /// Decisions to name for each change: 0 to 100, 3 when left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    examples: Option<usize>,
}

/// What recorded traffic would have become.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// Nothing came out otherwise, and everything could be replayed.
    empty: bool,
    /// Something would have left more freely, or could not be told.
    may_be_freer: bool,
    /// There were more decisions in the time than the limit: only the latest were replayed.
    limited: bool,
    /// Counts, changes with examples, and what is not replayable and why, as `remit replay --json` prints it. Each example
    /// names a decision: `/api/v1/decisions/{id}/explain` says why it was made.
    #[schema(value_type = Object)]
    report: serde_json::Value,
}

/// Decisions in one answer at most: they take well under a second.
const MOST: u64 = 200_000;
const MOST_EXAMPLES: usize = 100;
const THIRTY_DAYS_MS: i64 = 30 * 86_400_000;

/// Replay recorded decisions
///
/// Every recorded decision is decided again under a candidate, on the facts that were recorded with it. Nothing is stored
/// and nothing is sent. The answer comes at once: at most 200,000 decisions are replayed; `remit replay` has no such limit.
#[utoipa::path(
    post,
    path = "/api/v1/policies/replay",
    tag = "policies",
    request_body = ToReplay,
    responses(
        (status = 200, description = "What it came to", body = Replayed),
        (status = 404, description = "`not_found`: no such version was kept"),
    )
)]
pub(crate) async fn replay_policy(
    rep: Rep,
    State(app): State<App>,
    JsonBody(replay): JsonBody<ToReplay>,
) -> Result<Json<Replayed>, ApiError> {
    let limit = replay.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::field("/limit", "invalid", format!("must be 1 to {MOST}")));
    }
    let examples = replay.examples.unwrap_or(3);
    if examples > MOST_EXAMPLES {
        return Err(ApiError::field("/examples", "invalid", format!("must be 0 to {MOST_EXAMPLES}")));
    }
    let since_ms = match &replay.since {
        Some(since) => time::given("/since", since)?,
        None => app.now_ms() - THIRTY_DAYS_MS,
    };
    let candidate = replay.policy.policy(&app, rep.workspace()).await?;
    let window = Window { since_ms, latest: Some(limit), examples };
    let report = app.engine().replay(rep.workspace(), &candidate, window, &|_| {}).await?;
    Ok(Json(Replayed {
        empty: report.is_empty(),
        may_be_freer: report.may_be_freer(),
        limited: report.decisions >= limit,
        report: serde_json::to_value(&report).map_err(|_| ApiError::internal())?,
    }))
}
