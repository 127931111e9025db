use axum::Json;
use axum::extract::State;
use remit_engine::certificates::Said;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// What a message is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrueIntent {
    /// An intent of the policy in force; null for none of them.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    pub(crate) intent: Option<String>,
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IntentSaid {
    /// What the AI had taken it for.
    #[schema(required)]
    classified: Option<String>,
    /// What it is.
    #[schema(required)]
    intent: Option<String>,
    /// Whether the AI was wrong.
    wrong: bool,
}

impl From<Said> for IntentSaid {
    fn from(said: Said) -> Self {
        Self { classified: said.classified, intent: said.intent, wrong: said.wrong }
    }
}

/// Say what a message is about
///
/// A label: it counts for certificates, and is an example where the classifier is trained anew. What has been decided
/// about the message stays. Saying it again takes the place of what was said before.
#[utoipa::path(
    put,
    path = "/api/v1/messages/{id}/intent",
    tag = "messages",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    request_body = TrueIntent,
    responses(
        (status = 200, description = "What was said, and what the AI had taken it for", body = IntentSaid),
        (status = 404, description = "`not_found`: no such message, it was not classified, or there is no such intent"),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn set_message_intent(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<TrueIntent>,
) -> Result<Json<IntentSaid>, ApiError> {
    Ok(Json(app.engine().correct_intent(&rep.row, &id, body.intent.as_deref()).await?.into()))
}
