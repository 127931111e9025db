//! The event log: polled, waited for, or streamed.

pub(crate) mod list;
pub(crate) mod seq;
pub(crate) mod stream;
pub(crate) mod typing;

use remit_engine::events::hub::{ListenError, Told};
use remit_engine::events::{Place, Wanted, is_kind};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::error::{ApiError, ErrorCode};
use super::time::Timestamp;

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Actor {
    /// `contact`, `ai_agent`, `rep` or `system`.
    kind: String,
    /// Name of the rep or AI agent; null for others.
    #[schema(required)]
    name: Option<String>,
}

/// Something that happened. The same envelope comes by polling, in a stream and to webhooks. It is thin: read what
/// changed where it lives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Event {
    /// `evt_…`: the same whenever and however it is told.
    id: String,
    /// Its place in the log. Opaque, but texts sort as the events do.
    seq: String,
    /// What happened, such as `message.received`. Expect words that are not documented.
    #[serde(rename = "type")]
    kind: String,
    /// When.
    created_at: Timestamp,
    /// Who did it.
    actor: Actor,
    /// The conversation it happened in.
    #[schema(required)]
    conversation_id: Option<String>,
    /// What the client called the request that caused it; null for now.
    #[schema(required)]
    client_ref: Option<String>,
    /// Ids, versions and names of fields that changed.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

impl From<&Told> for Event {
    fn from(told: &Told) -> Self {
        let event = &told.event;
        Self {
            id: event.id.clone(),
            seq: event.place.to_string(),
            kind: event.kind.clone(),
            created_at: Timestamp(event.at),
            actor: Actor { kind: event.actor_kind.clone(), name: event.actor_name.clone() },
            conversation_id: event.conversation_id.clone(),
            client_ref: None,
            data: event.data.clone(),
        }
    }
}

/// Reads a place.
fn place(text: &str) -> Result<Place, ApiError> {
    text.parse()
        .map_err(|error: remit_engine::events::NoPlace| ApiError::new(ErrorCode::InvalidCursor, error.to_string()))
}

/// Reads types, separated by commas, and a conversation.
pub(crate) fn wanted(types: Option<&str>, conversation_id: Option<String>) -> Result<Wanted, ApiError> {
    let kinds: Vec<String> = types
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|kind| !kind.is_empty())
        .map(str::to_owned)
        .collect();
    if let Some(wrong) = kinds.iter().find(|kind| !is_kind(kind)) {
        let wrong: String = wrong.chars().take(80).collect();
        let detail = format!("`{wrong}` is no type of event, such as `message.sent` or `message.*`.");
        return Err(ApiError::new(ErrorCode::InvalidQuery, detail));
    }
    Ok(Wanted { kinds, conversation_id })
}

impl From<ListenError> for ApiError {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::Expired => Self::new(ErrorCode::EventsExpired, error.to_string()),
            ListenError::Store(error) => error.into(),
        }
    }
}
