use axum::extract::State;
use axum::response::Response;
use remit_engine::join::Wish;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, must_exist, tagged};
use crate::http::auth::{Closer, Rep};
use crate::http::drafts::one_line;
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{Id, JsonBody, given};
use crate::http::state::App;

/// How soon somebody should look.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConversationPriority {
    /// When there is time.
    Low,
    /// In its turn.
    Normal,
    /// Before others.
    High,
    /// At once.
    Urgent,
}

impl ConversationPriority {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// What shall be different; what is left out stays, and null takes it away (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationChange {
    /// The subject, as people see it; what was sent and comes in keeps its own.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 900)]
    subject: Option<Option<String>>,
    /// The team that looks after it, `team_…`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    team_id: Option<Option<String>>,
    /// How soon somebody should look.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<ConversationPriority>)]
    priority: Option<Option<ConversationPriority>>,
}

/// Change a conversation
///
/// Its subject, team and priority. Whatever happens in it counts as a change: on 412 look at it again.
#[utoipa::path(
    patch,
    path = "/api/v1/conversations/{id}",
    tag = "conversations",
    params(
        ("id" = String, Path, description = "The conversation, `cnv_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the conversation that you saw"),
    ),
    request_body = ConversationChange,
    responses(
        (status = 200, description = "The conversation, changed", body = Conversation),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ConversationChange>,
) -> Result<Response, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let now = read::conversation(conn, rep.workspace(), &id).await?;
    let now = now.ok_or_else(|| ApiError::not_found("conversation"))?;
    let team = match change.team_id {
        Some(Some(team)) => {
            let found = read::team(conn, rep.workspace(), &team).await?;
            Some(found.ok_or_else(|| ApiError::field("/team_id", "invalid", "there is no such team"))?.name)
        }
        Some(None) => None,
        None => now.team,
    };
    drop(reader);
    let subject = match change.subject {
        Some(new) => new.map(|new| one_line("/subject", &new)).transpose()?.filter(|new| !new.is_empty()),
        None => now.subject,
    };
    let priority = match change.priority {
        Some(new) => new.map(|new| new.as_str().to_owned()),
        None => now.priority,
    };
    app.engine().change_conversation(&rep.row, &id, version, Wish { subject, team, priority }).await?;
    tagged(&app, &rep, &id).await
}
