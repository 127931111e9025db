use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use remit_engine::accounts::OLD_SECRET_MS;
use remit_engine::channels::Provider;
use remit_engine::decide::normalise::{
    Arrival, InboundAttachment, InboundMessage, InboundSender, InvalidInbound, from_json,
};
use remit_engine::domain::ChannelKind;
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{Ingest, StoreError, Write, read};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::provider::{deliver, unknown_provider};
use super::signature::{self, Doubt};
use crate::http::document::Binary;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{self, Id, JSON_LIMIT, bounded};
use crate::http::state::{App, inbound_key};

/// Largest mail, bytes.
pub(crate) const MAIL_LIMIT: usize = 25 * 1024 * 1024;

/// How long a message may wait for its turn to be stored. Beyond it whoever sends it comes back later.
const PATIENCE: Duration = Duration::from_secs(5);

/// A message of any channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inbound {
    /// Your own name for the message: the same again is the same message.
    #[schema(min_length = 1, max_length = 200)]
    external_id: String,
    /// Who wrote it.
    from: InboundFrom,
    /// Address it was sent to; the channel's own when left out.
    #[serde(default)]
    to: Option<String>,
    /// Subject, for mail.
    #[serde(default)]
    subject: Option<String>,
    /// The text; for voice, the transcript.
    #[schema(max_length = 200_000)]
    text: String,
    /// When it was sent, RFC 3339; the time of arrival when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// `external_id` of the message it answers, where known.
    #[serde(default)]
    in_reply_to: Option<String>,
    /// What came with it.
    #[serde(default)]
    attachments: Vec<InboundFile>,
    /// True when a machine made it: it is kept and never answered.
    #[serde(default)]
    automated: bool,
}

/// Who wrote it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundFrom {
    /// Mail address, phone number with country code, or the chat visitor's id.
    address: String,
    /// Name, where known.
    #[serde(default)]
    name: Option<String>,
    /// Company, where known.
    #[serde(default)]
    company: Option<String>,
}

/// A file that came with it; its content stays where it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundFile {
    /// File name.
    name: String,
    /// MIME type.
    #[serde(rename = "type")]
    media_type: String,
    /// Bytes.
    size: u64,
}

impl From<Inbound> for InboundMessage {
    fn from(inbound: Inbound) -> Self {
        let file =
            |file: InboundFile| InboundAttachment { name: file.name, media_type: file.media_type, size: file.size };
        Self {
            external_id: inbound.external_id,
            from: InboundSender {
                address: inbound.from.address,
                name: inbound.from.name,
                company: inbound.from.company,
            },
            to: inbound.to,
            subject: inbound.subject,
            text: inbound.text,
            sent_at: inbound.sent_at,
            in_reply_to: inbound.in_reply_to,
            attachments: inbound.attachments.into_iter().map(file).collect(),
            automated: inbound.automated,
        }
    }
}

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Received {
    /// The message, `msg_…`.
    message_id: String,
    /// Its conversation, `cnv_…`.
    conversation_id: String,
    /// It was here already; nothing was done.
    duplicate: bool,
}

/// Why a delivery was turned away: the error to answer, and the word to count it under.
pub(super) struct Rejected {
    error: ApiError,
    pub(super) counted: &'static str,
}

impl Rejected {
    pub(super) fn new(counted: &'static str, code: ErrorCode, detail: &str) -> Self {
        Self { error: ApiError::new(code, detail), counted }
    }
}

pub(super) enum Refusal {
    Counted(Rejected),
    Failed(ApiError),
}

impl From<Rejected> for Refusal {
    fn from(rejected: Rejected) -> Self {
        Self::Counted(rejected)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Deliver a message
///
/// Signed as Standard Webhooks describe, with the secret of the channel: `webhook-id`, `webhook-timestamp` (seconds,
/// at most five minutes off) and `webhook-signature` (`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`).
/// A delivery that is answered with 2xx is stored for good; anything else was not stored and may be sent again.
///
/// A channel that is connected with a provider takes the provider's own requests here, signed as the provider signs, and
/// answers what the provider expects; what it does not understand is kept, and answered with 200.
#[utoipa::path(
    post,
    path = "/api/v1/inbound/{channel_id}",
    tag = "inbound",
    params(
        ("channel_id" = String, Path, description = "The channel, `chn_…`"),
        ("webhook-id" = String, Header, description = "Your id of the delivery"),
        ("webhook-timestamp" = String, Header, description = "Seconds since 1970, UTC"),
        ("webhook-signature" = String, Header, description = "`v1,<base64>`, several with spaces between them"),
    ),
    request_body(
        description = "JSON for every channel, a raw mail (RFC 5322, at most 25 MiB) for mail channels",
        content((Inbound = "application/json"), (Binary = "message/rfc822"))
    ),
    responses(
        (status = 200, description = "It was here already", body = Received),
        (status = 202, description = "It is stored and will be worked on", body = Received),
        (status = 401, description = "`invalid_signature`"),
        (status = 403, description = "`forbidden`: the channel has no secret to check it with"),
        (status = 409, description = "`channel_inactive`"),
        (status = 429, description = "`busy`: nothing was stored; come back after `Retry-After` seconds"),
        (status = 503, description = "`database_busy`, `timed_out`: come back after `Retry-After` seconds"),
    )
)]
pub(crate) async fn receive_inbound(
    State(app): State<App>,
    Id(channel_id): Id,
    request: Request,
) -> Result<Response, ApiError> {
    let _room = app.intake().room_for(&app, request.headers())?;
    answered(&app, taken(&app, &channel_id, request).await).await
}

/// Prove an address
///
/// Some providers ask whether the address is ours before they deliver: with a token that was typed in beside it, and a
/// challenge that is sent back.
#[utoipa::path(
    get,
    path = "/api/v1/inbound/{channel_id}",
    tag = "inbound",
    params(("channel_id" = String, Path, description = "The channel, `chn_…`")),
    responses(
        (status = 200, description = "The challenge", body = String, content_type = "text/plain"),
        (status = 401, description = "`invalid_signature`: it is no question, but a delivery that nobody we know has signed"),
        (status = 403, description = "`forbidden`: the token is not ours"),
        (status = 405, description = "`method_not_allowed`: the channel's provider does not ask"),
        (status = 409, description = "`channel_inactive`: of a delivery"),
        (status = 429, description = "`busy`: nothing was stored; come back after `Retry-After` seconds"),
    )
)]
pub(crate) async fn prove_inbound(
    State(app): State<App>,
    Id(channel_id): Id,
    request: Request,
) -> Result<Response, ApiError> {
    answered(&app, taken(&app, &channel_id, request).await).await
}

async fn answered(app: &App, taken: Result<Response, Refusal>) -> Result<Response, ApiError> {
    match taken {
        Ok(response) => Ok(response),
        Err(Refusal::Failed(error)) => Err(error),
        Err(Refusal::Counted(Rejected { error, counted })) => {
            count(app, counted).await;
            Err(error)
        }
    }
}

/// What may come in by a channel that has a provider, of any kind.
async fn by_provider(
    app: &App,
    channel: &ChannelRow,
    provider: &'static dyn Provider,
    parts: &Parts,
    body: axum::body::Body,
) -> Result<Response, Refusal> {
    let body: Bytes = extract::read_body(&parts.headers, body, MAIL_LIMIT)
        .await
        .map_err(|error| Rejected { error, counted: "unreadable_body" })?;
    deliver(app, channel, provider, parts, &body).await
}

async fn taken(app: &App, channel_id: &str, request: Request) -> Result<Response, Refusal> {
    let channel = {
        let mut reader = app.engine().db().read().await?;
        read::channel_by_id(&mut reader.conn(), channel_id).await?
    };
    let channel =
        channel.ok_or_else(|| Rejected { error: ApiError::not_found("channel"), counted: "unknown_channel" })?;
    let kind: ChannelKind = channel.kind.parse().map_err(|_| StoreError::Inconsistent {
        table: "channel",
        reason: format!("`{}` is no kind of channel", channel.kind),
    })?;
    let (parts, body) = request.into_parts();
    // A chat box is spoken with by visitors; what is delivered to it is signed JSON as ever.
    if let Some(name) = channel.provider.as_ref().filter(|name| *name != remit_engine::channels::chat::NAME) {
        let provider = remit_engine::channels::provider(name)
            .ok_or_else(|| Rejected { error: unknown_provider(name), counted: "unknown_provider" })?;
        return by_provider(app, &channel, provider, &parts, body).await;
    }
    if parts.method != axum::http::Method::POST {
        let detail = "Deliveries are posted.";
        return Err(Refusal::Failed(ApiError::new(ErrorCode::MethodNotAllowed, detail)));
    }
    let media_type = extract::media_type(&parts.headers);
    let is_mail = media_type.as_deref() == Some("message/rfc822") && kind == ChannelKind::Email;
    let limit = if is_mail { MAIL_LIMIT } else { JSON_LIMIT };
    let body = extract::read_body(&parts.headers, body, limit)
        .await
        .map_err(|error| Rejected { error, counted: "unreadable_body" })?;
    believed(app, &channel, &parts.headers, &body).await?;
    if channel.status != "active" {
        let detail = "The channel is disabled; nothing was stored.";
        return Err(Rejected::new("channel_inactive", ErrorCode::ChannelInactive, detail).into());
    }
    if is_mail {
        let ingest = app.engine().read_mail(&channel, "api", body.to_vec()).await?;
        return stored(app, &channel, ingest, &body).await;
    }
    if media_type.as_deref() != Some("application/json") {
        let detail = "Send `application/json`, or `message/rfc822` to a mail channel.";
        return Err(Rejected::new("unsupported_type", ErrorCode::UnsupportedMediaType, detail).into());
    }
    let invalid = |error| Rejected { error, counted: "invalid_body" };
    let inbound: Inbound = extract::from_json(&body).map_err(invalid)?;
    storable(&inbound, &channel).map_err(invalid)?;
    let arrival = Arrival { channel: &channel, kind, source: "api", now_ms: app.now_ms() };
    let ingest = from_json(arrival, &inbound.into(), &body, app.engine().ids())
        .map_err(|InvalidInbound { pointer, message }| invalid(ApiError::field(pointer, "invalid", message)))?;
    stored(app, &channel, ingest, &body).await
}

/// A delivery is signed with the channel's secret or, for a day after there was a new one, with the one before.
async fn believed(app: &App, channel: &ChannelRow, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let now = app.now_ms();
    let with = |version| signature::verify(&inbound_key(app.master_key(), &channel.id, version), headers, body, now);
    let doubt = match with(channel.secret_version) {
        Ok(()) => return Ok(()),
        Err(doubt) => doubt,
    };
    if doubt == Doubt::Wrong && channel.secret_version > 1 {
        let mut reader = app.engine().db().read().await?;
        let state = read::channel_state(&mut reader.conn(), &channel.workspace_id, &channel.id).await?;
        let rotated = state.and_then(|state| state.rotated_at);
        if rotated.is_some_and(|at| now - at < OLD_SECRET_MS) {
            return with(channel.secret_version - 1).map_err(|doubt| not_believed(doubt).into());
        }
    }
    Err(not_believed(doubt).into())
}

async fn stored(app: &App, channel: &ChannelRow, ingest: Ingest, raw: &[u8]) -> Result<Response, Refusal> {
    let stored = app.engine().take_read_mail(channel, ingest, raw, Some(PATIENCE)).await.inspect_err(|error| {
        if matches!(error, StoreError::Full) {
            app.engine().metrics().rejected("queue_full");
        }
    })?;
    let status = if stored.duplicate { StatusCode::OK } else { StatusCode::ACCEPTED };
    let received = Received {
        message_id: stored.message_id,
        conversation_id: stored.conversation_id,
        duplicate: stored.duplicate,
    };
    Ok((status, Json(received)).into_response())
}

/// Addresses are kept as they came: long enough for every standard, and nothing a database cannot hold.
fn storable(inbound: &Inbound, channel: &ChannelRow) -> Result<(), ApiError> {
    bounded("/to", inbound.to.as_deref().unwrap_or(&channel.address), 1000)?;
    bounded("/from/address", &inbound.from.address, 1000)?;
    bounded("/from/name", inbound.from.name.as_deref().unwrap_or_default(), 1000)?;
    bounded("/from/company", inbound.from.company.as_deref().unwrap_or_default(), 1000)?;
    bounded("/subject", inbound.subject.as_deref().unwrap_or_default(), 10_000)?;
    bounded("/in_reply_to", inbound.in_reply_to.as_deref().unwrap_or_default(), 1000)?;
    Ok(())
}

fn not_believed(doubt: Doubt) -> Rejected {
    let (counted, detail) = match doubt {
        Doubt::Missing => ("missing_signature", "webhook-id, webhook-timestamp and webhook-signature are needed."),
        Doubt::Stale => ("stale_signature", "The timestamp is more than five minutes off."),
        Doubt::Wrong => ("wrong_signature", "No signature fits these bytes and this channel's secret."),
    };
    Rejected::new(counted, ErrorCode::InvalidSignature, detail)
}

/// Nothing of a rejected request is kept but that there was one.
async fn count(app: &App, reason: &'static str) {
    const DAY_MS: i64 = 86_400_000;
    let now = app.now_ms();
    let write = Write::RejectedInbound { reason: reason.to_owned(), day: now - now.rem_euclid(DAY_MS) };
    if let Err(error) = app.engine().commit_writes(remit_engine::domain::DEFAULT_WORKSPACE, vec![write]).await {
        tracing::warn!(%error, reason, "a rejected delivery was not counted");
    }
}
