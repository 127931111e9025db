use axum::Json;
use axum::extract::State;
use remit_dsl::matrix;
use remit_dsl::vocabulary::CHANNELS;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::Rep;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Query;
use crate::http::state::App;

/// On which channel.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AutonomyQuery {
    /// The channel that replies and actions are looked at on; mail, where an AI agent answers it, when left out.
    channel: Option<String>,
}

/// The policy in force as tables: every cell is an answer of the evaluator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Autonomy {
    /// Name of the policy.
    policy: String,
    /// Its digest.
    digest: String,
    /// The channel that replies and actions are looked at on.
    channel: String,
    /// The risk tiers, from the lowest to the highest.
    tiers: Vec<String>,
    /// Which mode is in force where.
    settings: Vec<AutonomySetting>,
    /// What becomes of a reply, by mode and intent.
    replies: Vec<AutonomyRow>,
    /// What becomes of an action, by mode and action.
    actions: Vec<AutonomyRow>,
}

/// Which mode is in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AutonomySetting {
    /// Channel.
    channel: String,
    /// The AI agent that answers there; `none` where there is none.
    agent: String,
    /// The segment that the contact is in; null for contacts in none.
    #[schema(required)]
    segment: Option<String>,
    /// The intent; null for every one without a setting of its own.
    #[schema(required)]
    intent: Option<String>,
    /// The mode.
    mode: String,
    /// How long a person can take back an automatic send, in milliseconds.
    undo_ms: i64,
    /// `file:line:column` that set it; null for the built-in default.
    #[schema(required)]
    at: Option<String>,
}

/// What becomes of one thing in one mode.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AutonomyRow {
    /// The mode.
    mode: String,
    /// The intent, or the action.
    name: String,
    /// The segment that the contact is in, where that makes a difference.
    #[schema(required)]
    segment: Option<String>,
    /// One for each tier.
    cells: Vec<AutonomyCell>,
}

/// What happens, from sure to unsure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AutonomyCell {
    /// The thresholds fall; the last one is 0.
    bands: Vec<AutonomyBand>,
}

/// The outcome from a confidence on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AutonomyBand {
    /// The least confidence, 0 to 1.
    from: f64,
    /// `send`, `hold`, `approval`, `off` or `escalate`.
    outcome: &'static str,
}

fn cells(cells: Vec<matrix::Cell>) -> Vec<AutonomyCell> {
    let band = |band: matrix::Band| AutonomyBand { from: band.from, outcome: band.outcome.as_str() };
    cells.into_iter().map(|cell| AutonomyCell { bands: cell.bands.into_iter().map(band).collect() }).collect()
}

/// What the AI may do on its own
///
/// Mode and outcome for every intent, action, channel and tier, asked of the policy in force. Rules that ask for more than
/// that can only make an outcome more careful.
#[utoipa::path(
    get,
    path = "/api/v1/autonomy",
    tag = "policies",
    params(AutonomyQuery),
    responses(
        (status = 200, description = "The tables", body = Autonomy),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn get_autonomy(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<AutonomyQuery>,
) -> Result<Json<Autonomy>, ApiError> {
    if query.channel.as_deref().is_some_and(|channel| !CHANNELS.contains(&channel)) {
        let detail = format!("`channel` must be one of {}.", CHANNELS.join(", "));
        return Err(ApiError::new(ErrorCode::InvalidQuery, detail));
    }
    let in_force = app.engine().policies().in_force(app.engine().db(), rep.workspace()).await;
    let in_force = in_force.map_err(remit_engine::EngineError::from)?;
    // A table has hundreds of questions: not on a thread that serves others.
    let tables = tokio::task::spawn_blocking(move || matrix::of(&in_force.policy, query.channel.as_deref()));
    let tables = tables.await.map_err(|_| ApiError::internal())?;
    let setting = |row: matrix::SettingsRow| AutonomySetting {
        channel: row.channel,
        agent: row.agent,
        segment: row.segment,
        intent: row.intent,
        mode: row.mode,
        undo_ms: row.undo_ms,
        at: row.at.map(|at| at.to_string()),
    };
    let reply = |row: matrix::ReplyRow| AutonomyRow {
        mode: row.mode,
        name: row.intent,
        segment: None,
        cells: cells(row.cells),
    };
    let action = |row: matrix::ActionRow| AutonomyRow {
        mode: row.mode,
        name: row.action,
        segment: row.segment,
        cells: cells(row.cells),
    };
    Ok(Json(Autonomy {
        policy: tables.policy,
        digest: tables.digest,
        channel: tables.channel,
        tiers: tables.tiers,
        settings: tables.settings.into_iter().map(setting).collect(),
        replies: tables.replies.into_iter().map(reply).collect(),
        actions: tables.actions.into_iter().map(action).collect(),
    }))
}
