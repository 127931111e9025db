//! Providers that are not there: Twilio, Telnyx and WhatsApp as they speak, on this machine.
//!
//! They take sends at the providers' own paths, check the credentials, refuse what the providers refuse, and sign what they
//! tell with the providers' own schemes, so that everything between a channel and its provider is the real thing. Nothing
//! leaves the machine. What they would call back waits in [`Sim::callbacks`], to be delivered in whatever order, as often as
//! one likes.

mod files;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use data_encoding::{BASE64, HEXLOWER};
use remit_engine::accounts::Connection;
use remit_engine::channels::form::Form;
use remit_engine::channels::{sign, twilio};

use remit_engine::ports::Clock;
use serde_json::{Value, json};

/// A number whose carrier filters what it is sent.
const FILTERED: &str = "+15005550611";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "simulated-auth-token";
const NUMBER_ID: &str = "100000000000001";
const APP_SECRET: &str = "simulated-app-secret";
const ACCESS: &str = "simulated-access-token";
const API_KEY: &str = "KEYsimulated";
const SEED: [u8; 32] = [7; 32];
/// A text may be sent within this time of the person's last message.
const WINDOW_MS: i64 = 24 * 3_600_000;

/// A request that a provider makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// A message that a provider took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The provider's id of it.
    pub id: String,
    /// Whom it is for.
    pub to: String,
    /// The text.
    pub text: String,
    /// When, UTC milliseconds.
    pub at_ms: i64,
}

#[derive(Debug, Default)]
struct Inside {
    taken: Vec<Taken>,
    callbacks: Vec<Callback>,
    /// When people last wrote by WhatsApp.
    wrote: BTreeMap<String, i64>,
    /// The next answers that get lost on the way.
    lost: usize,
    files: files::Files,
}

#[derive(Debug)]
struct Shared {
    inside: Mutex<Inside>,
    clock: Arc<dyn Clock>,
    /// Where the WhatsApp channel is called.
    whatsapp_hook: Mutex<Option<String>>,
    /// Where they are, and where Twilio's files are in truth.
    url: String,
    store_url: String,
}

/// The providers that are not there. Clones share them.
#[derive(Debug, Clone)]
pub struct Sim {
    shared: Arc<Shared>,
    /// Where they are.
    pub url: String,
}

impl Shared {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Keeps a message; gives its id.
    fn take(&self, prefix: &str, to: &str, text: &str) -> String {
        let at_ms = self.now();
        let mut inside = self.inside();
        let id = format!("{prefix}{:032x}", inside.taken.len() + 1);
        inside.taken.push(Taken { id: id.clone(), to: to.to_owned(), text: text.to_owned(), at_ms });
        id
    }

    fn call_back(&self, callback: Callback) {
        self.inside().callbacks.push(callback);
    }

    /// Whether the next answer gets lost.
    fn loses(&self) -> bool {
        let mut inside = self.inside();
        let loses = inside.lost > 0;
        inside.lost = inside.lost.saturating_sub(1);
        loses
    }
}

/// A form, signed as Twilio signs.
fn twilio_callback(url: &str, fields: &[(&str, &str)]) -> Callback {
    let owned: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&owned).finish();
    let headers = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("x-twilio-signature", twilio::signature(TOKEN, url, &owned)),
    ];
    Callback { url: url.to_owned(), headers, body: body.into_bytes() }
}

/// JSON, signed as Telnyx signs.
fn telnyx_callback(url: &str, body: &Value, now_ms: i64) -> Callback {
    let (body, at) = (body.to_string().into_bytes(), (now_ms / 1000).to_string());
    let signed = sign::ed25519_signed(&SEED, &[at.as_bytes(), b"|", &body]);
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("telnyx-timestamp", at),
        ("telnyx-signature-ed25519", signed.map(|(_, signature)| signature).unwrap_or_default()),
    ];
    Callback { url: url.to_owned(), headers, body }
}

/// JSON, signed as Meta signs.
fn meta_callback(url: &str, value: &Value) -> Callback {
    let change = json!({ "field": "messages", "value": value });
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [change] }] });
    let body = body.to_string().into_bytes();
    let digest = HEXLOWER.encode(&sign::hmac_sha256(APP_SECRET.as_bytes(), &[&body]));
    let headers =
        vec![("content-type", "application/json".to_owned()), ("x-hub-signature-256", format!("sha256={digest}"))];
    Callback { url: url.to_owned(), headers, body }
}

fn refuse(status: StatusCode, body: &Value) -> Response {
    (status, axum::Json(body.clone())).into_response()
}

fn authorised(headers: &HeaderMap, wanted: &str) -> bool {
    headers.get("authorization").and_then(|value| value.to_str().ok()) == Some(wanted)
}

fn twilio_basic() -> String {
    format!("Basic {}", BASE64.encode(format!("{ACCOUNT}:{TOKEN}").as_bytes()))
}

/// Twilio's statuses of a message, in the order in which it tells them; some texts and numbers have other fates.
async fn twilio_send(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    if !authorised(&headers, &twilio_basic()) {
        return refuse(StatusCode::UNAUTHORIZED, &json!({ "code": 20003, "message": "Authenticate" }));
    }
    let form = Form::urlencoded(&body);
    let (to, text) = (form.text("To").unwrap_or_default(), form.text("Body").unwrap_or_default());
    let code = match to.as_str() {
        "+15005550001" => Some((21211, "The number is no number")),
        "+15005550610" => Some((21610, "The recipient has opted out")),
        _ => None,
    };
    if let Some((code, message)) = code {
        return refuse(StatusCode::BAD_REQUEST, &json!({ "code": code, "message": message }));
    }
    let id = shared.take("SM", &to, &text);
    if let Some(url) = form.text("StatusCallback") {
        let fate: &[(&str, &str)] = match to.as_str() {
            FILTERED => &[("sent", ""), ("undelivered", "30007")],
            _ => &[("sent", ""), ("delivered", "")],
        };
        for (status, code) in fate {
            let mut fields =
                vec![("MessageSid", id.as_str()), ("MessageStatus", status), ("To", &to), ("AccountSid", ACCOUNT)];
            if !code.is_empty() {
                fields.push(("ErrorCode", code));
            }
            shared.call_back(twilio_callback(&url, &fields));
        }
    }
    if shared.loses() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    (StatusCode::CREATED, axum::Json(json!({ "sid": id, "status": "queued" }))).into_response()
}

async fn twilio_list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    if !authorised(&headers, &twilio_basic()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let to = asked.get("To").cloned().unwrap_or_default();
    let date = |at: i64| {
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
        jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
    };
    let row = |one: &Taken| json!({ "sid": one.id, "to": one.to, "body": one.text, "date_created": date(one.at_ms) });
    let rows: Vec<Value> = shared.inside().taken.iter().filter(|one| one.to == to).map(row).collect();
    axum::Json(json!({ "messages": rows })).into_response()
}

async fn twilio_account(headers: HeaderMap) -> Response {
    let good = authorised(&headers, &twilio_basic());
    if good { axum::Json(json!({ "sid": ACCOUNT })).into_response() } else { StatusCode::UNAUTHORIZED.into_response() }
}

async fn telnyx_send(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    if !authorised(&headers, &format!("Bearer {API_KEY}")) {
        return refuse(
            StatusCode::UNAUTHORIZED,
            &json!({ "errors": [{ "code": "10009", "title": "Authentication failed" }] }),
        );
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (to, url) = (text("to"), text("webhook_url"));
    if to == "+15005550610" {
        let error = json!({ "errors": [{ "code": "40300", "title": "Blocked due to STOP message" }] });
        return refuse(StatusCode::BAD_REQUEST, &error);
    }
    let id = shared.take("tel-", &to, &text("text"));
    if !url.is_empty() {
        for (number, (event, status)) in
            [("message.sent", "sent"), ("message.finalized", "delivered")].into_iter().enumerate()
        {
            let payload = json!({ "id": id, "to": [{ "phone_number": to, "status": status }] });
            let data = json!({ "id": format!("{id}-{number}"), "event_type": event, "payload": payload });
            shared.call_back(telnyx_callback(&url, &json!({ "data": data }), shared.now()));
        }
    }
    axum::Json(json!({ "data": { "id": id } })).into_response()
}

async fn telnyx_balance(headers: HeaderMap) -> Response {
    let good = authorised(&headers, &format!("Bearer {API_KEY}"));
    if good { axum::Json(json!({ "data": {} })).into_response() } else { StatusCode::UNAUTHORIZED.into_response() }
}

async fn meta_send(
    State(shared): State<Arc<Shared>>,
    Path((_, number)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !authorised(&headers, &format!("Bearer {ACCESS}")) || number != NUMBER_ID {
        return refuse(StatusCode::UNAUTHORIZED, &json!({ "error": { "code": 190, "message": "Invalid token" } }));
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let to = body.get("to").or_else(|| body.get("recipient")).and_then(Value::as_str).unwrap_or_default().to_owned();
    let now = shared.now();
    let wrote = shared.inside().wrote.get(&to).copied();
    let open = wrote.is_some_and(|at| now - at < WINDOW_MS);
    if text("/type") != "template" && !open {
        let error = json!({ "error": { "code": 131_047, "message": "Re-engagement message" } });
        return refuse(StatusCode::BAD_REQUEST, &error);
    }
    let said =
        if text("/type") == "template" { format!("template {}", text("/template/name")) } else { text("/text/body") };
    let id = shared.take("wamid.", &to, &said);
    let own = text("/biz_opaque_callback_data");
    let hook = shared.whatsapp_hook.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(url) = hook {
        for status in ["sent", "delivered", "read"] {
            let one = json!({ "id": id, "status": status, "timestamp": (now / 1000).to_string(), "recipient_id": to,
                "biz_opaque_callback_data": own });
            let value = json!({ "metadata": { "phone_number_id": NUMBER_ID }, "statuses": [one] });
            shared.call_back(meta_callback(&url, &value));
        }
    }
    axum::Json(json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] })).into_response()
}

/// A number of Meta's, or a file.
async fn meta_named(
    State(shared): State<Arc<Shared>>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if !authorised(&headers, &format!("Bearer {ACCESS}")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if name == NUMBER_ID {
        return axum::Json(json!({ "id": NUMBER_ID })).into_response();
    }
    files::of_meta(&shared, &name)
}

impl Sim {
    /// Starts them on a port of this machine.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let store = tokio::net::TcpListener::bind("127.0.0.2:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let store_url = format!("http://{}", store.local_addr()?);
        let (inside, whatsapp_hook) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { inside, clock, whatsapp_hook, url: url.clone(), store_url });
        tokio::spawn(axum::serve(listener, router(Arc::clone(&shared))).into_future());
        tokio::spawn(axum::serve(store, files::store(Arc::clone(&shared))).into_future());
        Ok(Self { shared, url })
    }

    /// Where they listen.
    #[must_use]
    pub fn places(&self) -> Vec<std::net::SocketAddr> {
        let urls = [&self.shared.url, &self.shared.store_url];
        urls.into_iter().filter_map(|url| url.strip_prefix("http://")?.parse().ok()).collect()
    }

    /// What connects a channel with one of them; `hook_url` is where the channel is called.
    #[must_use]
    pub fn connection(&self, provider: &str, hook_url: &str) -> Connection {
        let public = sign::ed25519_signed(&SEED, &[]).map(|(public, _)| public).unwrap_or_default();
        type Pairs<'a> = &'a [(&'a str, &'a str)];
        let (settings, secrets): (Pairs<'_>, Pairs<'_>) = match provider {
            "twilio" | "twilio_voice" => (&[("account_sid", ACCOUNT)], &[("auth_token", TOKEN)]),
            "telnyx" => (&[("public_key", &public)], &[("api_key", API_KEY)]),
            _ => {
                *self.shared.whatsapp_hook.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook_url.to_owned());
                let secrets = &[("app_secret", APP_SECRET), ("verify_token", "simulated"), ("access_token", ACCESS)];
                (&[("phone_number_id", NUMBER_ID)], secrets)
            }
        };
        let owned = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let mut settings = owned(settings);
        let base = if provider == "whatsapp_cloud" { format!("{}/graph", self.url) } else { self.url.clone() };
        settings.insert("base_url".to_owned(), base);
        settings.insert("hook_url".to_owned(), hook_url.to_owned());
        Connection { provider: Some(provider.to_owned()), settings, secrets: owned(secrets) }
    }

    /// What Twilio would say when somebody sends a text message.
    #[must_use]
    pub fn text_message(&self, hook_url: &str, id: &str, from: &str, to: &str, body: &str) -> Callback {
        self.named_text_message(hook_url, id, (from, ""), to, body)
    }

    /// The same from somebody whose name the network knows.
    #[must_use]
    pub fn named_text_message(
        &self,
        hook_url: &str,
        id: &str,
        (from, name): (&str, &str),
        to: &str,
        body: &str,
    ) -> Callback {
        let mut fields = vec![
            ("MessageSid", id),
            ("AccountSid", ACCOUNT),
            ("From", from),
            ("To", to),
            ("Body", body),
            ("NumMedia", "0"),
        ];
        if !name.is_empty() {
            fields.push(("ProfileName", name));
        }
        twilio_callback(hook_url, &fields)
    }

    /// What Telnyx would say when somebody sends a text message.
    #[must_use]
    pub fn telnyx_message(&self, hook_url: &str, id: &str, from: &str, text: &str) -> Callback {
        let payload = json!({ "id": id, "from": { "phone_number": from }, "to": [{ "phone_number": "+15550000002" }], "text": text });
        let data = json!({ "id": format!("event-{id}"), "event_type": "message.received", "payload": payload });
        telnyx_callback(hook_url, &json!({ "data": data }), self.shared.now())
    }

    /// What Meta would say when somebody writes by WhatsApp: `message` as Meta writes it, with its sender.
    #[must_use]
    pub fn whatsapp_message(&self, hook_url: &str, from: &str, name: &str, mut message: Value) -> Callback {
        let now = self.shared.now();
        self.shared.inside().wrote.insert(from.to_owned(), now);
        message["from"] = json!(from);
        message["timestamp"] = json!((now / 1000).to_string());
        let contact = json!({ "wa_id": from, "user_id": format!("US.{from}"), "profile": { "name": name } });
        let value =
            json!({ "metadata": { "phone_number_id": NUMBER_ID }, "contacts": [contact], "messages": [message] });
        meta_callback(hook_url, &value)
    }

    /// What was taken, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.inside().taken.clone()
    }

    /// What waits to be called back, in order; from now on it waits no more.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        std::mem::take(&mut self.shared.inside().callbacks)
    }

    /// The next so many messages are taken, and the answers get lost.
    pub fn lose_answers(&self, many: usize) {
        self.shared.inside().lost = many;
    }
}

#[expect(clippy::disallowed_methods, reason = "this is no part of the API and stands in no document")]
fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/2010-04-01/Accounts/{sid}/Messages.json", post(twilio_send).get(twilio_list))
        .route("/2010-04-01/Accounts/{sid}", get(twilio_account))
        .route("/v2/messages", post(telnyx_send))
        .route("/v2/balance", get(telnyx_balance))
        .route("/graph/{version}/{number}/messages", post(meta_send))
        .route("/graph/{version}/{number}", get(meta_named))
        .merge(files::router())
        .with_state(shared)
}
