use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use remit_engine::events::hub::{Heard, Listener, StreamSeat};
use remit_engine::events::whisper::{Whisper, Writer};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use utoipa::IntoParams;

use super::{place, typing, wanted};
use crate::http::auth::{Principal, Rep};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Query;
use crate::http::state::App;

/// Streams that a rep may have open at the same time, on one server.
const MOST_STREAMS: usize = 5;
/// How often a stream says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Only what comes after this place, as in `GET /api/v1/events`; what happens from now on when left out. The header
    /// `Last-Event-ID`, which browsers send when they connect again, wins over it.
    after: Option<String>,
    /// Only these types, separated by commas; `message.*` stands for all that begin so.
    types: Option<String>,
    /// Only what happened in this conversation.
    conversation_id: Option<String>,
}

/// What happens, as it happens
///
/// Server-sent events. The first is `hello`; then each event comes as a message whose `id` is its place in the log and
/// whose data is the envelope. A comment every 15 seconds keeps the connection. `reset` says that something was missed:
/// read your lists again and connect anew. `typing` says that a visitor at a chat writes (`conversation_id`, `typing`): it is
/// kept nowhere, has no `id`, and is good for a few seconds. Five streams at a time are allowed.
#[utoipa::path(
    get,
    path = "/api/v1/events/stream",
    tag = "events",
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "`id` of the last event that was received"),
    ),
    responses(
        (status = 200, description = "A stream of events", body = String, content_type = "text/event-stream"),
        (status = 410, description = "`events_expired`: the log does not reach back that far; read your lists again"),
        (status = 429, description = "`too_many_streams`"),
    )
)]
pub(crate) async fn stream_events(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted = wanted(query.types.as_deref(), query.conversation_id)?;
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let after = last.or(query.after.as_deref()).map(place).transpose()?;
    let hub = app.engine().events();
    let seat = hub.stream_of(&rep.row.id, MOST_STREAMS).ok_or_else(|| {
        let detail = format!("You have {MOST_STREAMS} streams open already; close one, or share one between tabs.");
        ApiError::new(ErrorCode::TooManyStreams, detail)
    })?;
    let (whispers, only) = (hub.whispers(), wanted.conversation_id.clone());
    let listener = hub.listen(rep.workspace(), after, wanted).await?;
    let hello = format!("event: hello\nid: {0}\nretry: 3000\ndata: {{\"seq\":\"{0}\"}}\n\n", listener.place());
    let workspace = rep.workspace().to_owned();
    let principal = rep.principal;
    let stream =
        Stream { app, listener, whispers, workspace, only, principal, first: Some(hello), over: false, _seat: seat };
    let frames = futures_util::stream::unfold(stream, |mut stream| async move {
        let frame = stream.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(frame)), stream))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

struct Stream {
    app: App,
    listener: Listener,
    whispers: broadcast::Receiver<Arc<Whisper>>,
    workspace: String,
    /// The only conversation that is wanted.
    only: Option<String>,
    principal: Principal,
    first: Option<String>,
    over: bool,
    _seat: StreamSeat,
}

impl Stream {
    /// What is sent next; nothing more when it is over.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.over {
            let next = tokio::select! {
                heard = tokio::time::timeout(HEARTBEAT, self.listener.next()) => heard,
                Some(frame) = typing::next(&mut self.whispers, |one| visitor(one, &self.workspace, self.only.as_deref())) => {
                    return Some(frame);
                }
            };
            let heard = match next {
                // The id moves on also where nothing is wanted, so that it does not fall out of the log.
                Err(_) => return Some(format!(":\nid: {}\n\n", self.listener.place())),
                Ok(Ok(heard)) => heard,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a stream ended; its client will come back");
                    return None;
                }
            };
            match heard {
                Heard::Events(events) => {
                    if self.listener.keys_changed() && !self.may_listen().await {
                        return None;
                    }
                    let mut frames = String::new();
                    for told in events {
                        // Writing to a string cannot fail.
                        let _ = write!(frames, "id: {}\ndata: {}\n\n", told.event.place, told.json);
                    }
                    if !frames.is_empty() {
                        return Some(frames);
                    }
                }
                Heard::Reset => {
                    self.over = true;
                    return Some("event: reset\ndata: {\"code\":\"events_expired\"}\n\n".to_owned());
                }
                Heard::Closed => return None,
            }
        }
        None
    }

    /// The key or the session still holds.
    async fn may_listen(&self) -> bool {
        self.principal.is_still_good(&self.app).await
    }
}

/// A visitor who writes, or writes no more, for who listens to this workspace, or to one conversation of it `only`.
fn visitor(whisper: &Whisper, workspace: &str, only: Option<&str>) -> Option<Value> {
    let wanted = whisper.workspace_id == workspace && only.is_none_or(|only| only == whisper.conversation_id);
    (wanted && whisper.by == Writer::Visitor)
        .then(|| json!({ "conversation_id": whisper.conversation_id, "typing": whisper.typing }))
}
