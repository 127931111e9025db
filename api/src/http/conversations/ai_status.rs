use axum::Json;
use axum::extract::State;
use remit_engine::decide::why::{Check, Remedy, Rule, Why};
use remit_engine::why::Answer;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::state::App;

/// About which message.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AiStatusQuery {
    /// A message of the conversation, `msg_…`; the latest one from outside when left out.
    message_id: Option<String>,
}

/// Why the AI did or did not answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AiStatus {
    /// The conversation.
    conversation_id: String,
    /// The message that it is about; null when nobody outside has written.
    #[schema(required)]
    message_id: Option<String>,
    /// The AI's work on it, `run_…`, which is also a job; null when there was none.
    #[schema(required)]
    job_id: Option<String>,
    /// The latest decision about it; null when there was none.
    #[schema(required)]
    decision_id: Option<String>,
    /// `responded`, `held`, `blocked`, `paused`, `not_applicable`, `in_progress`, `failed` or `unknown`.
    #[schema(example = "held")]
    outcome: &'static str,
    /// The one reason, as a word: `approval_pending`, `policy_off`, `ai_paused`, `human_took_over` and so on.
    #[schema(example = "approval_pending")]
    primary: &'static str,
    /// The same as a sentence, for people inside.
    summary: String,
    /// The rule that decided; null when none did.
    #[schema(required)]
    rule: Option<AiStatusRule>,
    /// What was looked at, in the order in which it counts. The first that fails is the reason.
    checks: Vec<AiStatusCheck>,
    /// What a person could do about it.
    remedies: Vec<AiStatusRemedy>,
}

impl AiStatus {
    /// The reason for a message of a conversation, or for the latest one.
    pub(super) async fn read<R>(app: &App, rep: &Rep<R>, id: &str, message: Option<&str>) -> Result<Self, ApiError> {
        let answer = app.engine().why(rep.workspace(), id, message).await?;
        let Answer { message_id, run_id: job_id, decision_id, why } = answer;
        let Why { outcome, primary, summary, rule, checks, remedies } = why;
        Ok(Self {
            conversation_id: id.to_owned(),
            message_id,
            job_id,
            decision_id,
            outcome: outcome.as_str(),
            primary,
            summary,
            rule: rule.map(AiStatusRule::from),
            checks: checks.into_iter().map(AiStatusCheck::from).collect(),
            remedies: remedies.into_iter().map(AiStatusRemedy::from).collect(),
        })
    }
}

/// The rule that decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AiStatusRule {
    /// Its name.
    name: String,
    /// File.
    file: String,
    /// Line, from 1.
    line: u32,
    /// Column in characters, from 1.
    column: u32,
    /// The rule's own words for people inside. Never show them to a contact.
    #[schema(required)]
    because: Option<String>,
}

impl From<Rule> for AiStatusRule {
    fn from(Rule { name, at, because }: Rule) -> Self {
        Self { name, file: at.file, line: at.line, column: at.column, because }
    }
}

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AiStatusCheck {
    /// Its name.
    id: &'static str,
    /// `pass`, `fail`, or `skipped` when it did not come to that.
    status: &'static str,
    /// What was found.
    says: String,
}

impl From<Check> for AiStatusCheck {
    fn from(Check { id, status, says }: Check) -> Self {
        Self { id, status: status.as_str(), says }
    }
}

/// Something that a person could do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AiStatusRemedy {
    /// In words.
    label: &'static str,
    /// Method of the operation.
    method: &'static str,
    /// Its path. Whether you may use it stands in `may` of `GET /api/v1/session`.
    path: String,
}

impl From<Remedy> for AiStatusRemedy {
    fn from(Remedy { label, method, path }: Remedy) -> Self {
        Self { label, method, path }
    }
}

/// Why did the AI not respond?
///
/// Or why it did. What is told is what happened then, from the records; what is true now beside it is told as such.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/ai-status",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), AiStatusQuery),
    responses((status = 200, description = "The reason, and how to see it", body = AiStatus))
)]
pub(crate) async fn get_ai_status(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<AiStatusQuery>,
) -> Result<Json<AiStatus>, ApiError> {
    Ok(Json(AiStatus::read(&app, &rep, &id, query.message_id.as_deref()).await?))
}
