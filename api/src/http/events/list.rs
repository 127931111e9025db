use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use remit_engine::events::Place;
use remit_engine::events::hub::{Heard, Told};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Event, place, wanted};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::Limit;
use crate::http::state::App;

/// How long to wait for an event: 0 to 25 seconds.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "u32")]
pub(crate) struct Wait(u64);

impl TryFrom<u32> for Wait {
    type Error = &'static str;

    fn try_from(seconds: u32) -> Result<Self, Self::Error> {
        if seconds <= 25 { Ok(Self(u64::from(seconds))) } else { Err("`wait_seconds` must be 0 to 25") }
    }
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Only what comes after this place: `seq` of an event, `next_after` of the answer before, or the header
    /// `Remit-Event-Seq` of a list. The oldest event there is when left out.
    after: Option<String>,
    /// Only these types, separated by commas; `message.*` stands for all that begin so.
    types: Option<String>,
    /// Only what happened in this conversation.
    conversation_id: Option<String>,
    /// Events in the answer.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
    /// Where there is none: how long to wait for one, in seconds.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 0, maximum = 25, default = 0)]
    wait_seconds: Wait,
}

/// Events in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// The events; may be none also where there are more.
    data: Vec<Event>,
    /// Send it as `after` for what comes next.
    next_after: String,
    /// True when there is more to read now.
    has_more: bool,
}

impl EventPage {
    fn of(events: &[Arc<Told>], next: Place, has_more: bool) -> Json<Self> {
        let data = events.iter().map(|told| Event::from(&**told)).collect();
        Json(Self { data, next_after: next.to_string(), has_more })
    }
}

/// What happened
///
/// Oldest first. Read on with `next_after`, also when there was no event: nothing is told twice and nothing is left out.
/// With `wait_seconds` the answer comes as soon as there is an event.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    params(EventQuery),
    responses(
        (status = 200, description = "Events", body = EventPage),
        (status = 410, description = "`events_expired`: the log does not reach back that far; read your lists again"),
    )
)]
pub(crate) async fn list_events(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<EventQuery>,
) -> Result<Json<EventPage>, ApiError> {
    let wanted = wanted(query.types.as_deref(), query.conversation_id)?;
    let hub = app.engine().events();
    let after = match query.after.as_deref() {
        Some(text) => place(text)?,
        None => hub.oldest().await?,
    };
    let limit = query.limit.rows();
    let (events, next, is_all) = hub.page(rep.workspace(), after, &wanted, limit).await?;
    if !events.is_empty() || !is_all || query.wait_seconds.0 == 0 {
        return Ok(EventPage::of(&events, next, !is_all));
    }
    let mut listener = hub.listen(rep.workspace(), Some(next), wanted).await?;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(query.wait_seconds.0);
    loop {
        match tokio::time::timeout_at(deadline, listener.next()).await {
            Ok(Ok(Heard::Events(events))) => match events.get(..limit.min(events.len())) {
                Some([]) | None => {}
                Some(first) => {
                    let cut = first.len() < events.len();
                    let next = first.last().filter(|_| cut).map_or(listener.place(), |told| told.event.place);
                    return Ok(EventPage::of(first, next, cut));
                }
            },
            Ok(Err(error)) => return Err(error.into()),
            // Time is up, or there is nothing to wait for: the caller reads on from here.
            Ok(Ok(Heard::Reset | Heard::Closed)) | Err(_) => {
                return Ok(EventPage::of(&[], listener.place(), false));
            }
        }
    }
}
