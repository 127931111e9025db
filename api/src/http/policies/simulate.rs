use axum::Json;
use axum::extract::State;
use remit_engine::policies::InForce;
use remit_engine::simulate::{Content, Simulator, letter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Candidate, or_in_force};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;
use crate::http::time;

/// Messages to try under a policy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToSimulate {
    /// The policy; the version in force when left out.
    #[serde(default)]
    policy: Option<Candidate>,
    /// Messages as the inbound address takes them, 1 to 1,000; `text` is enough. `given` holds what only an inbox knows:
    /// channel, segments, known, paused, opted_out, depth, human_active, over, switches.
    #[schema(value_type = Vec<Object>)]
    messages: Vec<Map<String, Value>>,
    /// The time at which they come in; now when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// What would become of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulatedMessages {
    /// Digest of the policy.
    policy_digest: String,
    /// One for each message, in their order: kind, intent, outcome, deciding rules with file and line, route, draft.
    #[schema(value_type = Vec<Object>)]
    results: Vec<Value>,
}

const MOST: usize = 1_000;

/// Try messages under a policy
///
/// Machine-mail detection, classifier, drafter and gate, as for a message that comes in. Nothing is stored and nothing is
/// sent; the same messages, policy and time give the same answer.
#[utoipa::path(
    post,
    path = "/api/v1/policies/simulate",
    tag = "policies",
    request_body = ToSimulate,
    responses(
        (status = 200, description = "What would become of them", body = SimulatedMessages),
        (status = 404, description = "`not_found`: no such version was kept"),
        (status = 409, description = "`no_policy`: nothing is in force"),
    )
)]
pub(crate) async fn simulate_policy(
    rep: Rep,
    State(app): State<App>,
    JsonBody(simulate): JsonBody<ToSimulate>,
) -> Result<Json<SimulatedMessages>, ApiError> {
    let ToSimulate { policy, messages, at } = simulate;
    if messages.is_empty() || messages.len() > MOST {
        return Err(ApiError::field("/messages", "invalid", format!("must be 1 to {MOST} messages")));
    }
    let now_ms = match &at {
        Some(at) => time::given("/at", at)?,
        None => app.now_ms(),
    };
    let policy = or_in_force(&app, rep.workspace(), policy.as_ref()).await?;
    let engine = app.engine().clone();
    let work = move || -> Result<SimulatedMessages, ApiError> {
        let policy_digest = policy.digest().to_owned();
        let pair = engine.policies().models().offline(&policy);
        let (classifier, drafter) = pair.map_err(|reason| ApiError::field("/policy", "invalid", reason))?;
        let simulator = Simulator::new(InForce::new(policy, classifier, drafter), now_ms);
        let mut results = Vec::with_capacity(messages.len());
        for (number, fields) in messages.into_iter().enumerate() {
            let wrong = |what: String| ApiError::field(format!("/messages/{number}"), "invalid", what);
            let (message, given) = letter(fields, number + 1).map_err(wrong)?;
            let name = message.external_id.clone();
            let result = simulator.one(&Content::Json(Box::new(message)), &given);
            let result = result.map_err(|error| wrong(error.to_string()))?;
            let mut object = serde_json::to_value(&result).map_err(|_| ApiError::internal())?;
            if let Some(fields) = object.as_object_mut() {
                fields.insert("message".to_owned(), Value::String(name));
            }
            results.push(object);
        }
        Ok(SimulatedMessages { policy_digest, results })
    };
    Ok(Json(tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::internal())??))
}
