//! WhatsApp by Meta's Cloud API: what goes out, and how it is signed.
//! <https://developers.facebook.com/docs/whatsapp/cloud-api>

use serde_json::{Value, json};

use super::{
    Account, Answered, Capabilities, Doubt, Event, Field, Hook, Outgoing, Provider, media, meta, own_id, sign, text,
};
use crate::domain::ChannelKind;
use crate::ports::{OutboundMessage, SendError, SendReceipt};

/// WhatsApp.
#[derive(Debug)]
pub struct WhatsApp;

const LONGEST: usize = 4096;
/// A text may leave within this time of the person's last message, and a template at any time.
pub const WINDOW_MS: i64 = 24 * 3_600_000;
const OWN: &str = "https://graph.facebook.com";
const VERSION: &str = "v23.0";
/// Where Meta keeps files.
const META: [&str; 4] = ["fbsbx.com", "facebook.com", "whatsapp.net", "whatsapp.com"];

fn place(account: &Account, what: &str) -> Result<String, SendError> {
    let number = account.setting("phone_number_id");
    let number = number.ok_or_else(|| SendError::Refused("the channel has no `phone_number_id`".to_owned()))?;
    let version = account.setting("api_version").unwrap_or(VERSION);
    Ok(format!("{}/{version}/{number}{what}", account.base(OWN)))
}

/// A reply that begins with `template: NAME LANGUAGE` sends an approved template; each further line is a parameter.
fn template(body: &str) -> Option<Value> {
    let mut lines = body.lines();
    let mut head = lines.next()?.strip_prefix("template:")?.split_whitespace();
    let (name, language) = (head.next()?, head.next().unwrap_or("en"));
    let parameters: Vec<Value> = lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| json!({ "type": "text", "text": line }))
        .collect();
    let mut template = json!({ "name": name, "language": { "code": language } });
    if !parameters.is_empty() {
        template["components"] = json!([{ "type": "body", "parameters": parameters }]);
    }
    Some(template)
}

impl Provider for WhatsApp {
    fn name(&self) -> &'static str {
        "whatsapp_cloud"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { receives: true, sends: true, tells_status: true, reactions: true, longest_text: LONGEST }
    }

    fn fields(&self) -> &'static [Field] {
        &[
            Field { name: "phone_number_id", secret: false, needed: true, about: "Meta's id of the number" },
            Field { name: "api_version", secret: false, needed: false, about: "Version of the API, such as v23.0" },
            Field {
                name: "base_url",
                secret: false,
                needed: false,
                about: "Where the API is, if not at graph.facebook.com",
            },
            Field { name: "app_secret", secret: true, needed: true, about: "The app's secret: signs what comes in" },
            Field {
                name: "verify_token",
                secret: true,
                needed: true,
                about: "The token that is typed in beside the webhook's address",
            },
            Field { name: "access_token", secret: true, needed: true, about: "The token that allows what goes out" },
        ]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("app_secret")?;
        let given = hook.needed("x-hub-signature-256")?.strip_prefix("sha256=").ok_or(Doubt::Wrong)?;
        let fits = keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &[hook.body], given));
        if fits { Ok(()) } else { Err(Doubt::Wrong) }
    }

    fn handshake(&self, account: &Account, hook: &Hook<'_>) -> Option<Result<String, Doubt>> {
        if account.keys("verify_token").next().is_none() {
            return Some(Err(Doubt::Unconfigured));
        }
        let (token, challenge) = (hook.asked("hub.verify_token")?, hook.asked("hub.challenge")?);
        let subscribes = hook.asked("hub.mode").as_deref() == Some("subscribe");
        let fits = account.keys("verify_token").any(|own| sign::same(own.as_bytes(), token.as_bytes()));
        // It is sent back to whoever asked: digits and letters, and no more.
        let harmless =
            challenge.len() <= 200 && challenge.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        Some(if subscribes && fits && harmless { Ok(challenge) } else { Err(Doubt::Wrong) })
    }

    fn parse(&self, account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        meta::parse(account.setting("phone_number_id"), hook)
    }

    fn send(&self, account: &Account, message: &OutboundMessage, now_ms: i64) -> Result<Outgoing, SendError> {
        let token = account.secret("access_token")?;
        let template = if message.automatic { None } else { template(&message.body_text) };
        let open = message.answers_at_ms.is_some_and(|at| now_ms.saturating_sub(at) < WINDOW_MS);
        if template.is_none() && !open {
            return Err(SendError::Refused(
                "the contact's last message is more than 24 hours old, and WhatsApp takes only templates now: reply with \
                 `template: NAME LANGUAGE`, or by another channel"
                    .to_owned(),
            ));
        }
        let length = message.body_text.chars().count();
        if length > LONGEST {
            return Err(SendError::Refused(format!(
                "the text has {length} characters; WhatsApp takes at most {LONGEST}"
            )));
        }
        let to = message.to.trim_start_matches('+');
        // A business-scoped id goes in a field of its own; a telephone number in the old one.
        let field = if to.chars().all(|c| c.is_ascii_digit()) { "to" } else { "recipient" };
        let mut body = json!({
            "messaging_product": "whatsapp",
            "biz_opaque_callback_data": own_id(&message.idempotency_key),
        });
        body[field] = json!(to);
        match template {
            Some(template) => {
                body["type"] = json!("template");
                body["template"] = template;
            }
            None => {
                body["type"] = json!("text");
                body["text"] = json!({ "body": message.body_text, "preview_url": false });
                if let Some(id) = message.in_reply_to.as_deref().filter(|id| id.starts_with("wamid.")) {
                    body["context"] = json!({ "message_id": id });
                }
            }
        }
        Ok(Outgoing::json(place(account, "/messages")?, &body).bearer(token))
    }

    fn media(&self, account: &Account, reference: &str) -> Result<Outgoing, SendError> {
        let is_name = !reference.is_empty() && reference.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if !is_name {
            return Err(SendError::Refused("Meta names no file".to_owned()));
        }
        let version = account.setting("api_version").unwrap_or(VERSION);
        let url = format!("{}/{version}/{reference}", account.base(OWN));
        Ok(Outgoing::get(url).bearer(account.secret("access_token")?))
    }

    fn tells_where(&self) -> bool {
        true
    }

    fn media_at(&self, account: &Account, answered: &Answered) -> Result<media::Found, SendError> {
        let json = answered.json();
        let url =
            text(&json, "/url").ok_or_else(|| SendError::Refused("Meta names no address of the file".to_owned()))?;
        // The token goes with the call: to Meta's own places only.
        let own = media::same_place(&url, account.base(OWN)) || META.iter().any(|domain| media::within(&url, domain));
        if !own {
            return Err(SendError::Refused("the address of the file is none of Meta's".to_owned()));
        }
        Ok(media::Found {
            call: Outgoing::get(url).bearer(account.secret("access_token")?),
            sha256: text(&json, "/sha256"),
            size: json.get("file_size").and_then(|size| size.as_u64().or_else(|| size.as_str()?.parse().ok())),
        })
    }

    fn sent(&self, answered: &Answered) -> Result<SendReceipt, SendError> {
        let json = answered.json();
        if (200..300).contains(&answered.status) {
            let id = text(&json, "/messages/0/id");
            let id = id.ok_or_else(|| SendError::InDoubt("the answer names no message".to_owned()))?;
            return Ok(SendReceipt { provider_ref: id });
        }
        let code = json.pointer("/error/code").and_then(Value::as_i64);
        let words = meta::error_words(code, text(&json, "/error/message"));
        Err(match code {
            // One pair too often, or all too often: later.
            Some(130_429 | 131_056 | 131_048 | 80_007 | 4) => {
                SendError::Throttled { reason: words, after_ms: answered.after_ms }
            }
            Some(131_050) => SendError::OptedOut(words),
            _ => answered.failure(words),
        })
    }

    fn ping(&self, account: &Account) -> Option<Result<Outgoing, SendError>> {
        let url = match place(account, "?fields=display_phone_number,quality_rating") {
            Ok(url) => url,
            Err(error) => return Some(Err(error)),
        };
        Some(account.secret("access_token").map(|token| Outgoing::get(url).bearer(token)))
    }
}
