use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_dsl::vocabulary::CHANNELS;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;

/// An AI agent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AiAgent {
    /// Its name, as rules call it.
    name: String,
    /// One sentence for people.
    #[schema(required)]
    title: Option<String>,
    /// Kinds of channel that it answers on: what comes in there is taken in by it. Where two answer on one, the first one does.
    channels: Vec<String>,
}

/// Who answers where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AiAgents {
    /// The agents, in the order of the policy.
    data: Vec<AiAgent>,
    /// Kinds of channel on which nobody answers: nothing leaves there on its own.
    unanswered: Vec<String>,
    /// Name of the policy in force.
    policy: String,
    /// Its digest.
    digest: String,
}

/// The agents of the policy in force, with its digest as `ETag`.
pub(super) async fn shown<R>(app: &App, rep: &Rep<R>) -> Result<Response, ApiError> {
    let in_force = app.engine().policies().in_force(app.engine().db(), rep.workspace()).await;
    let in_force = in_force.map_err(remit_engine::EngineError::from)?;
    let policy = &in_force.policy;
    let agent = |agent: &remit_dsl::AiAgent| AiAgent {
        name: agent.name.clone(),
        title: agent.title.clone(),
        channels: agent.channels.clone(),
    };
    let unanswered = CHANNELS.iter().filter(|channel| policy.ai_agent_on(channel).is_none());
    let agents = AiAgents {
        data: policy.ai_agents().iter().map(agent).collect(),
        unanswered: unanswered.map(|channel| (*channel).to_owned()).collect(),
        policy: policy.name().to_owned(),
        digest: policy.digest().to_owned(),
    };
    let tag = HeaderValue::from_str(&format!("\"{}\"", policy.digest())).map_err(|_| ApiError::internal())?;
    Ok(([(ETAG, tag)], Json(agents)).into_response())
}

/// AI agents
///
/// As the policy in force declares them, in lines such as `agent ada "Intake" on email, chat`. They are changed by `PUT` here, or
/// like everything else in it by a version of your own.
#[utoipa::path(
    get,
    path = "/api/v1/agents",
    tag = "policies",
    responses(
        (status = 200, description = "The agents", body = AiAgents),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn list_agents(rep: Rep, State(app): State<App>) -> Result<Response, ApiError> {
    shown(&app, &rep).await
}
