//! Where recipients say by one click that they want no more mail (RFC 8058): a `POST` acts, a `GET` only shows a page, for
//! machines that look for harm fetch every address that stands in a mail.
//!
//! The address names a message of ours, with a code that cannot be made up. Nobody signs in, no cookie is read or set, and
//! nothing is said about whom it concerns.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use remit_engine::channels::{Event, Happened, Hook};
use remit_engine::store::read;
use remit_engine::store::rows::{ChannelRow, MessageRow};

use super::error::ApiError;
use super::state::App;

/// Largest body, in bytes: mail programs send one short field.
const BODY_LIMIT: usize = 4 * 1024;

/// The message that an address names, and its channel.
async fn named(app: &App, channel: &str, token: &str) -> Result<(ChannelRow, MessageRow), ApiError> {
    let unknown = || ApiError::not_found("message");
    let own = app.providers().tokens().read(channel, token).ok_or_else(unknown)?;
    let mut reader = app.read().await?;
    let channel = read::channel_by_id(&mut reader.conn(), channel).await?.ok_or_else(unknown)?;
    let message = read::message(&mut reader.conn(), &channel.workspace_id, &own).await?.ok_or_else(unknown)?;
    if message.direction != "outbound" {
        return Err(unknown());
    }
    Ok((channel, message))
}

/// A page of its own, in which nothing runs.
fn page(status: StatusCode, body: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    let whole = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Unsubscribe</title><main>{body}</main></html>"
    );
    (status, headers, whole).into_response()
}

async fn ask(State(app): State<App>, Path((channel, token)): Path<(String, String)>) -> Response {
    if let Err(error) = named(&app, &channel, &token).await {
        return error.into_response();
    }
    page(
        StatusCode::OK,
        "<h1>Unsubscribe</h1><form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\
         <p>Press the button, and we write no more mails to you.</p><button>Write no more mails to me</button></form>",
    )
}

async fn act(
    State(app): State<App>,
    Path((channel, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match acted(&app, &channel, &token, &headers, &body).await {
        Ok(()) => page(StatusCode::OK, "<h1>Done</h1><p>We write no more mails to you.</p>"),
        Err(error) => error.into_response(),
    }
}

async fn acted(app: &App, channel: &str, token: &str, headers: &HeaderMap, body: &Bytes) -> Result<(), ApiError> {
    let (channel, message) = named(app, channel, token).await?;
    let form = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pairs: Vec<(String, String)> = if form.starts_with("multipart/form-data") {
        // One short field: found by its words.
        let text = String::from_utf8_lossy(body);
        let said = text.contains("name=\"List-Unsubscribe\"") && text.contains("One-Click");
        if said { vec![("List-Unsubscribe".to_owned(), "One-Click".to_owned())] } else { Vec::new() }
    } else {
        url::form_urlencoded::parse(body).into_owned().collect()
    };
    if !pairs.iter().any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click") {
        return Err(ApiError::field("/List-Unsubscribe", "invalid", "must be `One-Click`"));
    }
    let list = [("content-type".to_owned(), form.to_owned())];
    let hook = Hook { method: "POST", url: "", headers: &list, body, extra: None, now_ms: app.now_ms() };
    let out = Happened::OptOut { address: message.to_address.clone(), everywhere: false };
    let event = Event::new(format!("unsubscribe:{}", message.id), None, out).about([Some(message.id)]);
    app.engine().take(&channel, &hook, vec![event]).await?;
    Ok(())
}

/// Where recipients come in.
#[expect(clippy::disallowed_methods, reason = "this is no part of the API and stands in no document")]
pub(super) fn router(app: App) -> Router {
    Router::new()
        .route("/unsubscribe/{channel_id}/{token}", get(ask).post(act))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}
