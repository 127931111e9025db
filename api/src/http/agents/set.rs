use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use axum::response::Response;
use remit_engine::agents::AgentsError;
use remit_engine::policies::PolicyError;
use remit_engine::publish::{By, PublishError};
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::{AiAgents, shown};
use crate::http::auth::{Manager, Rep};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::etag::missing;
use crate::http::extract::{JsonBody, text};
use crate::http::policies::{Acknowledge, refused};
use crate::http::state::App;

/// Agents that a policy may declare by the API.
const MOST_AGENTS: usize = 50;

/// An AI agent to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedAgent {
    /// Its name, as rules call it: lower-case letters, digits and `_`.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// One sentence for people.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// Kinds of channel that it answers on. One that answers nowhere is left out of the list.
    #[schema(min_items = 1, max_items = 10)]
    channels: Vec<String>,
}

/// All agents that there shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedAgents {
    /// In the order in which they come first: where two answer on one channel, the first one does.
    #[schema(max_items = 50)]
    agents: Vec<WantedAgent>,
    /// The difference that you have seen; needed when some message may leave more freely.
    #[serde(default)]
    acknowledge: Option<Acknowledge>,
}

impl WantedAgents {
    fn checked(&self) -> Result<Vec<remit_dsl::AiAgent>, ApiError> {
        if self.agents.len() > MOST_AGENTS {
            return Err(ApiError::field("/agents", "too_long", format!("must be at most {MOST_AGENTS} agents")));
        }
        let mut agents: Vec<remit_dsl::AiAgent> = Vec::with_capacity(self.agents.len());
        for (at, agent) in self.agents.iter().enumerate() {
            let name = text(&format!("/agents/{at}/name"), &agent.name, 60)?.to_owned();
            if agents.iter().any(|other| other.name == name) {
                return Err(ApiError::field(format!("/agents/{at}/name"), "invalid", "is there twice"));
            }
            let pointer = format!("/agents/{at}/title");
            let title = agent.title.as_deref().map(|title| text(&pointer, title, 200)).transpose()?.map(str::to_owned);
            if agent.channels.is_empty() || agent.channels.len() > 10 {
                let message = "must be 1 to 10 kinds of channel; leave an agent out that answers nowhere";
                return Err(ApiError::field(format!("/agents/{at}/channels"), "invalid", message));
            }
            agents.push(remit_dsl::AiAgent { name, title, channels: agent.channels.clone() });
        }
        Ok(agents)
    }
}

/// The digest that `If-Match` names.
fn seen(headers: &HeaderMap) -> Result<String, ApiError> {
    let value = headers.get(IF_MATCH).ok_or_else(missing)?;
    let digest = value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let digest = digest.filter(|digest| digest.starts_with("sha256:"));
    digest
        .map(str::to_owned)
        .ok_or_else(|| ApiError::new(ErrorCode::BadRequest, "`If-Match` must be the `ETag` of `GET /api/v1/agents`."))
}

fn problem(error: AgentsError) -> ApiError {
    match error {
        AgentsError::OtherPolicy => {
            ApiError::new(ErrorCode::VersionConflict, "Another policy is in force than the one you saw; look again.")
        }
        AgentsError::Undeclarable(why) => ApiError::field("/agents", "invalid", why),
        AgentsError::Publish(PublishError::Policy(PolicyError::Invalid(diagnostics))) => {
            let mut problem = ApiError::new(ErrorCode::Invalid, "The policy does not check with these agents.");
            for found in diagnostics.iter().filter(|found| found.severity == remit_dsl::Severity::Error) {
                let at = found.at.location();
                problem = problem.with("/agents", "invalid", format!("{at}: {} {}", found.code, found.message));
            }
            problem
        }
        AgentsError::Publish(error) => refused(error),
    }
}

/// Say which AI agents there are, and where they answer
///
/// All of them: one that is not named is no more, one that is new begins. They stand in the policy, so this makes a version of it
/// in which only their lines are others, and puts it in force: with its claims proved and its cases holding, and, where
/// some message may leave more freely than before, once you acknowledged the difference by both digests. The 409 that asks for
/// it names them; the version is kept, so that `POST /api/v1/policies/diff` shows it. A rule that names an agent which is gone
/// makes it 422, with its place. A server that is started with a policy file puts that one in force again.
#[utoipa::path(
    put,
    path = "/api/v1/agents",
    tag = "policies",
    params(("If-Match" = String, Header, description = "`ETag` of the agents that you saw: the digest of the policy")),
    request_body = WantedAgents,
    responses(
        (status = 200, description = "The agents from now on", body = AiAgents),
        (status = 409, description = "`not_acknowledged`, `stale_acknowledgement`, `cases_fail`, `no_policy`"),
        (status = 412, description = "`version_conflict`: another policy is in force"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn set_agents(
    rep: Rep<Manager>,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<WantedAgents>,
) -> Result<Response, ApiError> {
    let digest = seen(&headers)?;
    let agents = wanted.checked()?;
    let acknowledged = wanted.acknowledge.as_ref().map(Acknowledge::seen);
    let by = By::Rep(&rep.row.id, &rep.row.name);
    app.engine().set_agents(rep.workspace(), &digest, &agents, acknowledged, by).await.map_err(problem)?;
    shown(&app, &rep).await
}
