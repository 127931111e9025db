//! Requests of providers: believed by their own signatures, stored, and thanked for.

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use remit_engine::channels::{Account, Doubt, Event, Happened, Hook, Provider};
use remit_engine::ports::SendError;
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{ChannelWrite, StoreError, Write};

use super::receive::{Refusal, Rejected};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::state::App;

/// How often it is noted that a channel is heard of, in milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;

/// Headers as providers' code sees them.
fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect()
}

/// The URL as the provider called it: where the channel says so, else where browsers find us. A header of the request is
/// believed last, for anybody can write one; a wrong one only makes a signature fail.
fn called_at(app: &App, account: &Account, parts: &Parts) -> String {
    let path = parts.uri.path_and_query().map_or_else(|| parts.uri.path(), axum::http::uri::PathAndQuery::as_str);
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    if let Some(url) = &account.hook_url {
        return format!("{url}{query}");
    }
    let known = app.site().page(path.trim_start_matches('/'));
    if !known.starts_with('/') {
        return known;
    }
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("http://{host}{path}")
}

/// Why a request is not believed, as an answer. Where there is no secret at all it is 403: nothing will be believed.
fn not_believed(doubt: Doubt) -> Rejected {
    let (code, detail) = match doubt {
        Doubt::Unconfigured => (ErrorCode::Forbidden, "The channel has no secret to check this with."),
        Doubt::Missing => (ErrorCode::InvalidSignature, "The provider's signature, or part of it, is missing."),
        Doubt::Stale => (ErrorCode::InvalidSignature, "It was signed more than five minutes ago, or in the future."),
        Doubt::Wrong => {
            (ErrorCode::InvalidSignature, "No signature fits these bytes, this address and this channel's secret.")
        }
    };
    Rejected::new(doubt.word(), code, detail)
}

/// Takes a request in: the answer is given only when everything is stored.
pub(super) async fn deliver(
    app: &App,
    channel: &ChannelRow,
    provider: &'static dyn Provider,
    parts: &Parts,
    body: &Bytes,
) -> Result<Response, Refusal> {
    let providers = app.providers();
    let account = providers.account(channel).map_err(|error| {
        tracing::error!(channel = channel.id, %error, "a provider's request cannot be checked");
        Rejected::new("sealed_secrets", ErrorCode::Forbidden, "The channel's secrets cannot be opened.")
    })?;
    let (url, list) = (called_at(app, &account, parts), headers(&parts.headers));
    let method = parts.method.as_str();
    let mut hook = Hook { method, url: &url, headers: &list, body, extra: None, now_ms: app.now_ms() };
    if method == "GET"
        && let Some(answer) = provider.handshake(&account, &hook)
    {
        let challenge =
            answer.map_err(|doubt| Rejected::new(doubt.word(), ErrorCode::Forbidden, "The token is not ours."));
        note(app, channel, challenge.as_ref().err().map(|rejected| rejected.counted)).await;
        return Ok(([(CONTENT_TYPE, "text/plain")], challenge?).into_response());
    }
    let extra = match provider.needs(&account, &hook) {
        Some(call) => app.kept().get_or(&call.url, || providers.call(&call)).await,
        None => None,
    };
    hook.extra = extra.as_deref();
    if let Err(doubt) = provider.verify(&account, &hook) {
        note(app, channel, Some(doubt.word())).await;
        return Err(not_believed(doubt).into());
    }
    note(app, channel, None).await;
    if channel.status != "active" {
        let detail = "The channel is disabled; nothing was stored.";
        return Err(Rejected::new("channel_inactive", ErrorCode::ChannelInactive, detail).into());
    }
    let events = fetched(app, provider, &account, provider.parse(&account, &hook)).await?;
    app.engine().take(channel, &hook, events).await.inspect_err(|error| {
        if matches!(error, StoreError::Full) {
            app.engine().metrics().rejected("queue_full");
        }
    })?;
    if let Some(call) = provider.afterwards(&account, &hook) {
        // It is asked again where this fails.
        match providers.call(&call).await {
            Ok(answered) => tracing::info!(channel = channel.id, status = answered.status, "confirmed an address"),
            Err(error) => tracing::warn!(channel = channel.id, %error, "an address was not confirmed"),
        }
    }
    let thanks = provider.thanks();
    let media_type = HeaderValue::from_static(thanks.media_type);
    Ok((StatusCode::OK, [(CONTENT_TYPE, media_type)], thanks.body).into_response())
}

/// Fetches mails that a request only names. What cannot be had now is asked for again, with the provider's own patience.
async fn fetched(
    app: &App,
    provider: &'static dyn Provider,
    account: &Account,
    events: Vec<Event>,
) -> Result<Vec<Event>, Refusal> {
    let mut done = Vec::with_capacity(events.len());
    for mut event in events {
        if let Happened::MailAt { id } = &event.happened {
            match provider.fetch(account, id) {
                Ok(call) => {
                    let answered = app.providers().fetch(&call).await;
                    let raw = answered.ok().and_then(|answered| provider.fetched(&answered));
                    let detail = "The mail itself cannot be fetched now; nothing was stored.";
                    let raw = raw.ok_or_else(|| Rejected::new("unfetched_mail", ErrorCode::DatabaseBusy, detail))?;
                    event.happened = Happened::Mail { raw, to: None };
                }
                // It cannot be fetched at all: that it was there is kept.
                Err(SendError::Refused(why)) => tracing::warn!(why, "a mail was named that cannot be fetched"),
                Err(error) => tracing::warn!(%error, "a mail was named that cannot be fetched"),
            }
        }
        done.push(event);
    }
    Ok(done)
}

/// Notes that the channel is heard of, or why it is not believed; not more often than people look.
async fn note(app: &App, channel: &ChannelRow, refused: Option<&'static str>) {
    let now = app.now_ms();
    if !app.kept().is_due(&channel.id, refused, now, NOTED_EVERY_MS) {
        return;
    }
    let write = ChannelWrite::Health {
        channel_id: channel.id.clone(),
        verified_at: refused.is_none().then_some(now),
        refused_at: refused.map(|_| now),
        refused_why: refused.map(str::to_owned),
        tested_at: None,
        tested_why: None,
    };
    if let Err(error) = app.engine().commit_writes(&channel.workspace_id, vec![Write::Channels(write)]).await {
        tracing::warn!(%error, channel = channel.id, "a channel's health was not noted");
    }
}

/// An error of a provider's request as it is answered.
pub(super) fn unknown_provider(name: &str) -> ApiError {
    ApiError::new(ErrorCode::Forbidden, format!("This server does not know the provider `{name}`."))
}
