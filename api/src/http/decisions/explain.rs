use axum::Json;
use axum::extract::State;
use remit_dsl::Outcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{Id, Query};
use crate::http::state::App;
use crate::http::time::{self, Timestamp};

/// What to ask beside why.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhatIfQuery {
    /// `send`, `hold`, `approval`, `off` or `escalate`: what would have had to be otherwise for this outcome?
    what_if: Option<String>,
}

/// A decision, explained.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explained {
    /// The decision.
    decision_id: String,
    /// The message it is about.
    message_id: String,
    /// The outcome.
    outcome: String,
    /// Digest of the policy version it was made under.
    policy_digest: String,
    /// As an admin reads it, a line for each thing.
    text: String,
    /// The same for programs, as `remit explain --json` prints it.
    #[schema(value_type = Object)]
    explanation: serde_json::Value,
    /// When it was decided.
    decided_at: Timestamp,
}

/// Why a decision was made
///
/// Under the policy version that was in force then: the rules that decided and those that matched beside them, where each
/// setting came from, and with `what_if` the smallest change that would have led to another outcome, or what forbids it.
#[utoipa::path(
    get,
    path = "/api/v1/decisions/{id}/explain",
    tag = "decisions",
    params(("id" = String, Path, description = "The decision, `dec_…`"), WhatIfQuery),
    responses((status = 200, description = "Why", body = Explained))
)]
pub(crate) async fn explain_decision(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<WhatIfQuery>,
) -> Result<Json<Explained>, ApiError> {
    let what_if = query.what_if.as_deref().map(str::parse::<Outcome>).transpose();
    let what_if = what_if.map_err(|error| ApiError::new(ErrorCode::InvalidQuery, error.to_string()))?;
    let explanation = app.engine().explain(rep.workspace(), &id, what_if).await?;
    let decided_at = explanation.decision.as_ref().map_or(0, |of| of.decided_at_ms);
    Ok(Json(Explained {
        decision_id: id,
        message_id: explanation.decision.as_ref().map(|of| of.message_id.clone()).unwrap_or_default(),
        outcome: explanation.verdict.outcome.to_string(),
        policy_digest: explanation.policy_digest.clone(),
        text: explanation.text(&time::minute),
        explanation: serde_json::to_value(&explanation).map_err(|_| ApiError::internal())?,
        decided_at: Timestamp(decided_at),
    }))
}
