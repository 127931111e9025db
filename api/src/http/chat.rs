//! The chat box of web sites: what a visitor writes goes up by `POST`, what they are told comes down as server-sent events.
//!
//! The store is the log: each event is named by its conversation and its number in it, so that a browser that was away
//! goes on where it was, and nothing depends on a socket. This stands beside the API and not in it: visitors have no key,
//! and see nothing but their own conversation.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use remit_engine::channels::chat::{self, Brought, Visitor};
use remit_engine::channels::{Account, Event, Happened, Hook, NewMessage};
use remit_engine::events::hub::{Heard, Listener, StreamSeat};
use remit_engine::events::whisper::{Whisper, Writer};
use remit_engine::store::rows::{ChannelRow, MessageRow};
use remit_engine::store::{Conn, StoreError, read};
use remit_engine::transcripts::Left;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast;

use super::error::{ApiError, ErrorCode};
use super::events::typing;
use super::state::App;

/// The script that sites put on their pages.
const SCRIPT: &str = include_str!("../../chat/remit-chat.js");
/// Longest text, in characters.
const LONGEST_TEXT: usize = 10_000;
/// Largest body, in bytes.
const BODY_LIMIT: usize = 128 * 1024;
/// Streams that a visitor may have open: one for each tab.
const MOST_STREAMS: usize = 8;
/// How often a stream says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Messages that are sent down at once.
const MOST_AT_ONCE: i64 = 200;
/// How many times as many a browser that was away may have missed.
const MOST_PAGES: usize = 20;

/// A visitor on a channel, with the page that they are on.
struct Guest {
    channel: ChannelRow,
    account: Account,
    visitor: Visitor,
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The channel with its account, if pages of this origin may show it.
async fn channel(app: &App, id: &str, headers: &HeaderMap) -> Result<(ChannelRow, Account), ApiError> {
    let mut reader = app.read().await?;
    let row = read::channel_by_id(&mut reader.conn(), id).await?;
    drop(reader);
    let row =
        row.filter(|row| row.provider.as_deref() == Some(chat::NAME)).ok_or_else(|| ApiError::not_found("chat"))?;
    let account = app.providers().account(&row).map_err(|error| {
        tracing::error!(channel = id, %error, "a chat box cannot open its secrets");
        ApiError::internal()
    })?;
    if !chat::may_show(&account, text(headers, "origin")) {
        return Err(ApiError::new(ErrorCode::CrossSite, "This site is not one that may show the chat."));
    }
    Ok((row, account))
}

async fn guest(app: &App, id: &str, headers: &HeaderMap) -> Result<Guest, ApiError> {
    let (channel, account) = channel(app, id, headers).await?;
    if channel.status != "active" {
        return Err(ApiError::new(ErrorCode::ChannelInactive, "The chat is closed."));
    }
    let token = text(headers, "authorization").and_then(|value| value.strip_prefix("Visitor "));
    let user = text(headers, "remit-user").zip(text(headers, "remit-user-hash"));
    let brought = Brought { token, jwt: text(headers, "remit-identity"), user };
    let visitor = chat::visitor(&account, &channel.id, brought, app.now_ms()).map_err(|_| {
        ApiError::new(ErrorCode::Unauthenticated, "The chat is for visitors whom the site vouches for.")
    })?;
    Ok(Guest { channel, account, visitor })
}

/// What a browser must be told so that a page elsewhere may read the answer.
fn shared(headers: &HeaderMap, mut response: Response) -> Response {
    let own = response.headers_mut();
    own.insert(header::VARY, HeaderValue::from_static("Origin"));
    // Whether the origin may is decided before anything is done; an error is for it to read as well.
    if let Some(origin) = headers.get(header::ORIGIN) {
        own.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

async fn preflight(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(error) = channel(&app, &id, &headers).await {
        return error.into_response();
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let own = response.headers_mut();
    own.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    let names = "authorization, content-type, remit-identity, remit-user, remit-user-hash, last-event-id";
    own.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(names));
    own.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    shared(&headers, response)
}

/// What a visitor writes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Made by their browser: the same again is the same message.
    id: String,
    text: String,
}

async fn write(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = written(&app, &id, &headers, &body).await;
    shared(&headers, answer.unwrap_or_else(IntoResponse::into_response))
}

async fn written(app: &App, id: &str, headers: &HeaderMap, body: &Bytes) -> Result<Response, ApiError> {
    if body.len() > BODY_LIMIT {
        return Err(ApiError::new(ErrorCode::TooLarge, "The message is too long."));
    }
    let Guest { channel, visitor, .. } = guest(app, id, headers).await?;
    // A stranger costs nothing to make, so the channel has a bound of its own.
    app.chat_rate().take(&visitor.address, app.now_ms())?;
    app.rate().take(&channel.id, app.now_ms())?;
    let written: Written = super::extract::from_json(body)?;
    let good_id = !written.id.is_empty() && written.id.len() <= 100 && written.id.chars().all(|c| c.is_ascii_graphic());
    if !good_id {
        return Err(ApiError::field("/id", "invalid", "must have 1 to 100 visible characters"));
    }
    let said = written.text.replace('\0', "");
    if said.trim().is_empty() || said.chars().count() > LONGEST_TEXT {
        return Err(ApiError::field("/text", "invalid", format!("must have 1 to {LONGEST_TEXT} characters")));
    }
    let message = NewMessage {
        id: format!("{}:{}", visitor.address, written.id),
        from: visitor.address,
        name: visitor.name,
        text: said,
        ..NewMessage::default()
    };
    let list = [("content-type".to_owned(), "application/json".to_owned())];
    let hook = Hook { method: "POST", url: "", headers: &list, body, extra: None, now_ms: app.now_ms() };
    let event = Event::new(message.id.clone(), None, Happened::Message(Box::new(message)));
    let taken = app.engine().take(&channel, &hook, vec![event]).await?;
    let one = taken.messages.first().ok_or_else(ApiError::internal)?;
    let status = if one.duplicate { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(json!({ "id": one.message_id, "duplicate": one.duplicate }))).into_response())
}

/// That a visitor writes just now. It is told to whoever looks, and kept nowhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Types {
    typing: bool,
}

async fn typing(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = types(&app, &id, &headers, &body).await;
    shared(&headers, answer.unwrap_or_else(IntoResponse::into_response))
}

async fn types(app: &App, id: &str, headers: &HeaderMap, body: &Bytes) -> Result<Response, ApiError> {
    let Guest { channel, visitor, .. } = guest(app, id, headers).await?;
    // Apart from messages, so that typing never keeps anybody from writing.
    app.chat_rate().take(&format!("typing {}", visitor.address), app.now_ms())?;
    let Types { typing } = super::extract::from_json(body)?;
    let mut reader = app.read().await?;
    let found = conversation(&mut reader.conn(), &channel, &visitor).await?;
    drop(reader);
    if let Some(conversation_id) = found {
        let workspace_id = channel.workspace_id;
        let whisper = Whisper { workspace_id, conversation_id, by: Writer::Visitor, typing };
        app.engine().events().whisper(whisper).await;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a visitor says when they leave.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaves {
    /// They want the chat by mail.
    #[serde(default)]
    transcript: bool,
    /// To this address, where the site vouches for none.
    #[serde(default)]
    email: Option<String>,
}

async fn leave(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = left(&app, &id, &headers, &body).await;
    shared(&headers, answer.unwrap_or_else(IntoResponse::into_response))
}

async fn left(app: &App, id: &str, headers: &HeaderMap, body: &Bytes) -> Result<Response, ApiError> {
    let Guest { channel, account, visitor } = guest(app, id, headers).await?;
    app.chat_rate().take(&visitor.address, app.now_ms())?;
    let Leaves { transcript, email } = super::extract::from_json(body)?;
    let mut reader = app.read().await?;
    let found = conversation(&mut reader.conn(), &channel, &visitor).await?;
    drop(reader);
    let Some(conversation_id) = found else { return Ok(axum::Json(json!({ "transcript": false })).into_response()) };
    let sent = match chat::transcript_to(&account, &visitor, transcript, email.as_deref()) {
        None => false,
        Some(address) => {
            let (name, by) = (visitor.name.as_deref(), account.setting("transcript_channel"));
            let left = Left { channel: &channel, conversation_id: &conversation_id, address: &address, name, by };
            app.engine().send_transcript(left).await?
        }
    };
    let (workspace_id, by) = (channel.workspace_id, Writer::Visitor);
    app.engine().events().whisper(Whisper { workspace_id, conversation_id, by, typing: false }).await;
    Ok(axum::Json(json!({ "transcript": sent })).into_response())
}

/// A visitor's latest conversation, where they have one.
async fn conversation(
    conn: &mut Conn<'_>,
    channel: &ChannelRow,
    visitor: &Visitor,
) -> Result<Option<String>, StoreError> {
    let ws = &channel.workspace_id;
    let contact = read::contact_of_address(conn, ws, "chat", &visitor.address).await?;
    let Some((contact,)) = contact else { return Ok(None) };
    Ok(read::conversation_last_on(conn, ws, &contact, &channel.id).await?.map(|found| found.0))
}

/// Where a visitor's browser has got: a conversation, and a number in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seen {
    conversation: String,
    seq: i64,
}

impl Seen {
    fn of(text: Option<&str>) -> Self {
        let parts = text.and_then(|text| text.split_once(':'));
        let (conversation, seq) = parts.unwrap_or_default();
        Self { conversation: conversation.to_owned(), seq: seq.parse().unwrap_or(0) }
    }
}

async fn stream(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = streamed(app, &id, query.as_deref().unwrap_or_default(), &headers).await;
    shared(&headers, answer.unwrap_or_else(IntoResponse::into_response))
}

async fn streamed(app: App, id: &str, query: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let Guest { channel, visitor, .. } = guest(&app, id, headers).await?;
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after").map(|(_, value)| value);
    let seen = Seen::of(text(headers, "last-event-id").or(asked.as_deref()));
    let hub = app.engine().events();
    let seat = hub
        .stream_of(&visitor.address, MOST_STREAMS)
        .ok_or_else(|| ApiError::new(ErrorCode::TooManyStreams, "The chat is open in too many tabs."))?;
    let wanted = super::events::wanted(Some("message.*,conversation.created"), None)?;
    let whispers = hub.whispers();
    let listener = hub.listen(&channel.workspace_id, None, wanted).await?;
    let down = Down { app, channel, visitor, seen, own: None, listener, whispers, first: true, _seat: seat };
    let frames = futures_util::stream::unfold(down, |mut down| async move {
        let frame = down.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(frame)), down))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// What comes down to one tab.
struct Down {
    app: App,
    channel: ChannelRow,
    visitor: Visitor,
    seen: Seen,
    /// The visitor's conversation, once there is one.
    own: Option<String>,
    listener: Listener,
    whispers: broadcast::Receiver<Arc<Whisper>>,
    first: bool,
    _seat: StreamSeat,
}

impl Down {
    /// What is sent next; nothing more when it is over.
    async fn next(&mut self) -> Option<String> {
        if std::mem::take(&mut self.first) {
            let news = self.news().await?;
            return Some(format!("retry: 2000\n\n{news}"));
        }
        loop {
            let next = tokio::select! {
                heard = tokio::time::timeout(HEARTBEAT, self.listener.next()) => heard,
                Some(frame) = typing::next(&mut self.whispers, |one| answering(one, &self.channel.workspace_id, self.own.as_deref())) => {
                    return Some(frame);
                }
            };
            let heard = match next {
                Err(_) => return Some(":\n\n".to_owned()),
                Ok(Ok(Heard::Events(events))) => events,
                Ok(Ok(Heard::Reset | Heard::Closed) | Err(_)) => return None,
            };
            let ours = |told: &remit_engine::events::hub::Told| {
                let at = told.event.conversation_id.as_deref();
                // A conversation that begins may be ours; of those of others, nothing else is.
                (self.own.is_some() && at == self.own.as_deref()) || told.event.kind == "conversation.created"
            };
            if heard.iter().any(|told| ours(told)) {
                let news = self.news().await?;
                if !news.is_empty() {
                    return Some(news);
                }
            }
        }
    }

    /// Messages that this tab has not seen.
    async fn news(&mut self) -> Option<String> {
        match self.unseen().await {
            Ok(frames) => Some(frames),
            Err(error) => {
                tracing::warn!(%error, "a chat's stream ended; the browser will come back");
                None
            }
        }
    }

    async fn unseen(&mut self) -> Result<String, StoreError> {
        let ws = self.channel.workspace_id.clone();
        let mut reader = self.app.engine().db().read().await?;
        let found = conversation(&mut reader.conn(), &self.channel, &self.visitor).await?;
        let Some(conversation) = found else { return Ok(String::new()) };
        if self.seen.conversation != conversation {
            self.seen = Seen { conversation: conversation.clone(), seq: 0 };
        }
        let mut rows = read::messages(&mut reader.conn(), &ws, &conversation, i64::MAX, MOST_AT_ONCE).await?;
        // Who was away for long has missed more than that; a new tab begins with the latest.
        let mut pages = if self.seen.seq > 0 { MOST_PAGES } else { 0 };
        while pages > 0 && rows.last().is_some_and(|row| row.seq > self.seen.seq + 1) {
            let before = rows.last().map_or(0, |row| row.seq);
            rows.extend(read::messages(&mut reader.conn(), &ws, &conversation, before, MOST_AT_ONCE).await?);
            pages -= 1;
        }
        drop(reader);
        self.own = Some(conversation);
        rows.retain(|row| row.seq > self.seen.seq);
        rows.reverse();
        let mut frames = String::new();
        for row in rows {
            // What is on its way out comes next; what is behind it waits for it, so that the order is the same everywhere.
            if row.direction == "outbound" && matches!(row.status.as_str(), "sending" | "queued") {
                break;
            }
            self.seen.seq = row.seq;
            if let Some(message) = self.shown(&row) {
                frames.push_str(&format!("id: {}:{}\ndata: {message}\n\n", self.seen.conversation, row.seq));
            }
        }
        Ok(frames)
    }

    fn shown(&self, row: &MessageRow) -> Option<serde_json::Value> {
        let own = row.direction == "inbound";
        if !own && !matches!(row.status.as_str(), "sent" | "delivered" | "read") {
            return None;
        }
        let author = match row.author_kind.as_str() {
            "contact" => "visitor",
            "rep" => "person",
            _ => "assistant",
        };
        let prefix = format!("{}:", self.visitor.address);
        let client = row.external_id.as_deref().and_then(|id| id.strip_prefix(&prefix)).filter(|_| own);
        let name = row.author_name.as_deref().filter(|_| !own);
        Some(json!({ "id": row.id, "seq": row.seq, "client_id": client, "author": author, "name": name,
            "text": row.body_text, "at": super::written(row.created_at) }))
    }
}

/// A person of ours who writes in the visitor's own conversation, or writes no more.
fn answering(whisper: &Whisper, workspace: &str, own: Option<&str>) -> Option<serde_json::Value> {
    let ours = whisper.workspace_id == workspace && Some(whisper.conversation_id.as_str()) == own;
    match &whisper.by {
        Writer::Rep { name } if ours => Some(json!({ "typing": whisper.typing, "name": name })),
        _ => None,
    }
}

async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, SCRIPT).into_response()
}

/// Where visitors come in.
#[expect(clippy::disallowed_methods, reason = "this is no part of the API and stands in no document")]
pub(super) fn router(app: App) -> Router {
    Router::new()
        .route("/chat.js", get(script))
        .route("/chat/{channel_id}/messages", post(write).options(preflight))
        .route("/chat/{channel_id}/typing", post(typing).options(preflight))
        .route("/chat/{channel_id}/leave", post(leave).options(preflight))
        .route("/chat/{channel_id}/stream", get(stream).options(preflight))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_script_is_small_and_writes_no_html() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(SCRIPT.as_bytes()).expect("memory");
        let size = packed.finish().expect("memory").len();
        assert!(size < 15_000, "{size} bytes");
        for wrong in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "document.cookie"] {
            assert!(!SCRIPT.contains(wrong), "{wrong}");
        }
        println!("chat.js: {size} bytes, packed");
    }

    #[test]
    fn where_a_browser_has_got_is_read_back() {
        assert_eq!(Seen::of(Some("cnv_1:12")), Seen { conversation: "cnv_1".to_owned(), seq: 12 });
        assert_eq!(Seen::of(Some("rubbish")), Seen::default());
        assert_eq!(Seen::of(None), Seen::default());
    }
}
