use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::outside::Told;
use remit_engine::store::read;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Closer, Credential, Rep};
use crate::http::contacts::make::NewAddress;
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;
use crate::http::time;

/// Longest `details`, bytes of JSON.
const MOST_DETAILS: usize = 10_000;

/// What happened.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutsideKind {
    /// A meeting was booked.
    MeetingBooked,
    /// A meeting was moved to another time.
    MeetingMoved,
    /// A meeting was cancelled.
    MeetingCancelled,
    /// A meeting is over.
    MeetingEnded,
    /// An opportunity is in another stage.
    OpportunityStageChanged,
    /// The contact was enrolled in a sequence.
    SequenceEnrolled,
    /// A sequence with the contact is over.
    SequenceFinished,
    /// Anything else.
    Activity,
}

impl OutsideKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::MeetingBooked => "meeting_booked",
            Self::MeetingMoved => "meeting_moved",
            Self::MeetingCancelled => "meeting_cancelled",
            Self::MeetingEnded => "meeting_ended",
            Self::OpportunityStageChanged => "opportunity_stage_changed",
            Self::SequenceEnrolled => "sequence_enrolled",
            Self::SequenceFinished => "sequence_finished",
            Self::Activity => "activity",
        }
    }
}

/// Something that happened elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTimelineEvent {
    /// Who tells it, such as `hubspot`.
    #[schema(min_length = 1, max_length = 100)]
    source: String,
    /// Its own name there. The same `source` and `external_id` are told once: whoever tells them again gets what stands there.
    #[schema(min_length = 1, max_length = 200)]
    external_id: String,
    /// What happened.
    kind: OutsideKind,
    /// One sentence for people.
    #[schema(min_length = 1, max_length = 1000)]
    summary: String,
    /// The conversation that it stands in, `cnv_…`. Just one of `conversation_id`, `contact_id` and `address` is said.
    #[serde(default)]
    conversation_id: Option<String>,
    /// The contact, `con_…`: it stands in their latest conversation.
    #[serde(default)]
    contact_id: Option<String>,
    /// An address of the contact: it stands in their latest conversation.
    #[serde(default)]
    address: Option<NewAddress>,
    /// More, for programs: an object of at most 10 000 bytes.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    details: Option<serde_json::Map<String, serde_json::Value>>,
    /// When it happened, RFC 3339; now when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// Where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordedEvent {
    /// Its line in the timeline, `tml_…`.
    timeline_id: String,
    /// The conversation.
    conversation_id: String,
    /// It was told before, and nothing was done.
    duplicate: bool,
}

/// Record what happened elsewhere
///
/// A meeting, a new stage of an opportunity, a sequence: from a CRM, a calendar, or by hand. It stands in the timeline at the time
/// when it happened. Nothing is sent because of it, and no rule reads it.
#[utoipa::path(
    post,
    path = "/api/v1/timeline-events",
    tag = "conversations",
    request_body = NewTimelineEvent,
    responses(
        (status = 201, description = "Recorded", body = RecordedEvent),
        (status = 200, description = "It was told before", body = RecordedEvent),
        (status = 410, description = "`conversation_merged`: `merged_into` names the one that it is in"),
    )
)]
pub(crate) async fn record_timeline_event(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(event): JsonBody<NewTimelineEvent>,
) -> Result<(StatusCode, Json<RecordedEvent>), ApiError> {
    let wrong = || ApiError::field("/at", "invalid", "must be a time such as 2026-03-02T09:00:00Z");
    let told = Told {
        source: text("/source", &event.source, 100)?,
        external_id: text("/external_id", &event.external_id, 200)?,
        kind: event.kind.as_str(),
        summary: text("/summary", &event.summary, 1000)?.to_owned(),
        details: event.details.clone().map_or(serde_json::Value::Null, serde_json::Value::Object),
        by: (rep.principal.credential == Credential::Session).then_some(rep.row.name.as_str()),
        at: match &event.at {
            Some(text) => time::parse(text).ok_or_else(wrong)?,
            None => app.now_ms(),
        },
    };
    if told.details.to_string().len() > MOST_DETAILS {
        return Err(ApiError::field("/details", "too_long", format!("must have at most {MOST_DETAILS} bytes")));
    }
    let conversation = place(&app, &rep, &event).await?;
    let stands = app.engine().tell(rep.workspace(), &conversation, told).await?;
    let status = if stands.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let recorded = RecordedEvent {
        timeline_id: stands.timeline_id,
        conversation_id: stands.conversation_id,
        duplicate: !stands.is_new,
    };
    Ok((status, Json(recorded)))
}

/// The conversation that it stands in.
async fn place(app: &App, rep: &Rep<Closer>, event: &NewTimelineEvent) -> Result<String, ApiError> {
    let nobody = |pointer| ApiError::field(pointer, "invalid", "there is no such contact");
    let (pointer, contact) = match (&event.conversation_id, &event.contact_id, &event.address) {
        (Some(id), None, None) => {
            must_exist(app, rep, id).await?;
            return Ok(id.clone());
        }
        (None, Some(id), None) => {
            let mut reader = app.read().await?;
            let known = read::contact(&mut reader.conn(), rep.workspace(), id).await?;
            ("/contact_id", known.ok_or_else(|| nobody("/contact_id"))?.id)
        }
        (None, None, Some(address)) => {
            let (kind, address) = address.checked("/address")?;
            let mut reader = app.read().await?;
            let known = read::contact_of_address(&mut reader.conn(), rep.workspace(), &kind, &address).await?;
            ("/address", known.ok_or_else(|| nobody("/address"))?.0)
        }
        _ => {
            let detail = "say just one of `conversation_id`, `contact_id` and `address`";
            return Err(ApiError::field("", "invalid", detail));
        }
    };
    let latest = app.engine().latest_conversation(rep.workspace(), &contact).await?;
    let none = "there is no conversation with the contact yet; begin one, and tell it then";
    latest.ok_or_else(|| ApiError::field(pointer, "invalid", none))
}
