//! Telnyx's text messages. <https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks>

use serde_json::{Value, json};

use super::{
    Account, Answered, Capabilities, Doubt, Event, Field, Happened, Hook, Is, MediaFile, NewMessage, Outgoing,
    Provider, Status, own_id, sign, text, time, twilio,
};
use crate::domain::ChannelKind;
use crate::ports::{OutboundMessage, SendError, SendReceipt};

/// Telnyx.
#[derive(Debug)]
pub struct Telnyx;

fn meaning(word: &str) -> Is {
    match word {
        "queued" => Is::Queued,
        "sending" => Is::Sending,
        // No receipt will come: it is sent, and nobody will ever know more.
        "sent" | "delivery_unconfirmed" => Is::Sent,
        "delivered" => Is::Delivered,
        "sending_failed" | "delivery_failed" => Is::Failed,
        "expired" => Is::Expired,
        _ => Is::Other,
    }
}

fn first_error(value: &Value) -> Option<String> {
    let error = value.get("errors")?.get(0)?;
    let code = text(error, "/code").unwrap_or_default();
    let words = text(error, "/detail").or_else(|| text(error, "/title")).unwrap_or_default();
    Some(format!("{code}: {words}"))
}

impl Provider for Telnyx {
    fn name(&self) -> &'static str {
        "telnyx"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { receives: true, sends: true, tells_status: true, reactions: false, longest_text: 1600 }
    }

    fn fields(&self) -> &'static [Field] {
        &[
            Field {
                name: "public_key",
                secret: false,
                needed: true,
                about: "The account's public key, base64: what comes in is signed with it",
            },
            Field { name: "messaging_profile_id", secret: false, needed: false, about: "Send by this profile" },
            Field {
                name: "base_url",
                secret: false,
                needed: false,
                about: "Where the API is, if not at api.telnyx.com",
            },
            Field { name: "api_key", secret: true, needed: true, about: "The API key, KEY…" },
        ]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys: Vec<&str> =
            ["public_key", "previous_public_key"].iter().filter_map(|name| account.setting(name)).collect();
        if keys.is_empty() {
            return Err(Doubt::Unconfigured);
        }
        let given = hook.needed("telnyx-signature-ed25519")?;
        let timestamp = hook.needed("telnyx-timestamp")?;
        let at: i64 = timestamp.parse().map_err(|_| Doubt::Missing)?;
        let parts: [&[u8]; 3] = [timestamp.as_bytes(), b"|", hook.body];
        if !keys.iter().any(|key| sign::ed25519(key, &parts, given)) {
            return Err(Doubt::Wrong);
        }
        sign::fresh(at.saturating_mul(1000), hook.now_ms)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(whole) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let kind = text(&whole, "/data/event_type").unwrap_or_default();
        let at = text(&whole, "/data/occurred_at").and_then(|at| time(&at));
        let Some(payload) = whole.pointer("/data/payload") else {
            return vec![Event::unknown(hook, format!("`{kind}` without a payload"))];
        };
        let Some(id) = text(payload, "/id") else {
            return vec![Event::unknown(hook, format!("`{kind}` without an id"))];
        };
        match kind.as_str() {
            "message.received" => {
                let Some(from) = text(payload, "/from/phone_number") else {
                    return vec![Event::unknown(hook, "a message without a sender")];
                };
                let body = text(payload, "/text").unwrap_or_default().replace('\0', "");
                let (wished, automated) = twilio::wished(&id, &from, &body, at);
                let media = payload.get("media").and_then(Value::as_array).cloned().unwrap_or_default();
                let file = |(place, one): (usize, &Value)| MediaFile {
                    name: format!("media-{}", place + 1),
                    media_type: text(one, "/content_type").unwrap_or_else(|| "application/octet-stream".to_owned()),
                    size: one.get("size").and_then(Value::as_u64).unwrap_or(0),
                    reference: text(one, "/url").unwrap_or_default(),
                };
                let message = NewMessage {
                    id: id.clone(),
                    from,
                    to: text(payload, "/to/0/phone_number"),
                    text: body.trim().to_owned(),
                    files: media.iter().enumerate().take(10).map(file).collect(),
                    automated,
                    ..NewMessage::default()
                };
                let mut events: Vec<Event> = wished.into_iter().collect();
                events.push(Event::new(format!("message:{id}"), at, Happened::Message(Box::new(message))));
                events
            }
            "message.sent" | "message.finalized" => {
                let word = text(payload, "/to/0/status").unwrap_or_else(|| "sent".to_owned());
                let status =
                    Status::new(meaning(&word), &word).with(first_error(payload), text(payload, "/to/0/phone_number"));
                let refs = [hook.asked("message"), Some(id.clone())];
                vec![Event::new(format!("status:{id}:{word}"), at, Happened::Status(status)).about(refs)]
            }
            other => vec![Event::unknown(hook, format!("`{other}`"))],
        }
    }

    fn send(&self, account: &Account, message: &OutboundMessage, _now_ms: i64) -> Result<Outgoing, SendError> {
        let key = account.secret("api_key")?;
        let mut body = json!({ "to": message.to, "from": message.from, "text": message.body_text });
        if let Some(profile) = account.setting("messaging_profile_id") {
            body["messaging_profile_id"] = json!(profile);
        }
        if let Some(url) = &account.hook_url {
            body["webhook_url"] = json!(format!("{url}?message={}", own_id(&message.idempotency_key)));
        }
        Ok(Outgoing::json(format!("{}/v2/messages", account.base("https://api.telnyx.com")), &body).bearer(key))
    }

    fn sent(&self, answered: &Answered) -> Result<SendReceipt, SendError> {
        let json = answered.json();
        if (200..300).contains(&answered.status) {
            let id =
                text(&json, "/data/id").ok_or_else(|| SendError::InDoubt("the answer names no message".to_owned()))?;
            return Ok(SendReceipt { provider_ref: id });
        }
        let words = first_error(&json).unwrap_or_else(|| format!("status {}", answered.status));
        // 40300: blocked, because the recipient sent STOP.
        if words.starts_with("40300:") { Err(SendError::OptedOut(words)) } else { Err(answered.failure(words)) }
    }

    fn ping(&self, account: &Account) -> Option<Result<Outgoing, SendError>> {
        let url = format!("{}/v2/balance", account.base("https://api.telnyx.com"));
        Some(account.secret("api_key").map(|key| Outgoing::get(url).bearer(key)))
    }
}
