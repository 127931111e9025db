use axum::Json;
use axum::extract::State;
use remit_engine::draft::check::Passage;
use remit_engine::suggest::Suggestion;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Closer, Rep};
use crate::http::decisions::get::DraftFinding;
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// What the reply should be like.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToSuggest {
    /// For the drafter. Templates do not heed it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    instruction: Option<String>,
    /// An intent of the policy in force; the one that the classifier found when left out.
    #[serde(default)]
    intent: Option<String>,
}

/// Words for a reply.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestedReply {
    /// The intent that it was drafted for.
    intent: String,
    /// Subject, where the channel has one.
    #[schema(required)]
    subject: Option<String>,
    /// The text.
    body_text: String,
    /// What wrote it: `template:NAME` or `model:ID`.
    source: String,
    /// Passages of the policy's knowledge that a model was given.
    rests_on: Vec<SuggestedFrom>,
    /// What the draft checks found in it.
    findings: Vec<DraftFinding>,
}

/// A passage that a suggested reply rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestedFrom {
    /// Name of the document, and the part of it.
    title: String,
    /// Its text.
    text: String,
}

impl From<Passage> for SuggestedFrom {
    fn from(Passage { title, text }: Passage) -> Self {
        Self { title, text }
    }
}

impl From<Suggestion> for SuggestedReply {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion { intent, subject, body_text, source, rests_on, findings } = suggestion;
        let rests_on = rests_on.into_iter().map(SuggestedFrom::from).collect();
        let findings = findings.into_iter().map(DraftFinding::from).collect();
        Self { intent, subject, body_text, source, rests_on, findings }
    }
}

/// Have a reply drafted
///
/// For a rep's own reply, by the template or the model that the policy names for the intent. Nothing is stored but the calls
/// of a language model, and nothing leaves: send it, as it is or changed, with `POST /api/v1/conversations/{id}/replies`.
#[utoipa::path(
    post,
    path = "/api/v1/messages/{id}/suggest",
    tag = "messages",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    request_body = ToSuggest,
    responses(
        (status = 200, description = "Words for a reply", body = SuggestedReply),
        (status = 404, description = "`not_found`: no such message came in, or there is no such intent"),
        (status = 409, description = "`no_policy`, `no_drafter`, `not_drafted`"),
        (status = 503, description = "`model_unavailable`"),
    )
)]
pub(crate) async fn suggest_reply(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(wish): JsonBody<ToSuggest>,
) -> Result<Json<SuggestedReply>, ApiError> {
    let instruction = wish.instruction.as_deref().map(|wish| text("/instruction", wish, 1000)).transpose()?;
    let suggestion = app.engine().suggest(rep.workspace(), &id, wish.intent.as_deref(), instruction).await?;
    Ok(Json(suggestion.into()))
}
