//! SendGrid: Inbound Parse, and what became of mail out.
//! <https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook>

use serde_json::Value;

use super::form::{Form, Part};
use super::mailers::{MAILER, file_piece};
use super::mime::{Pieces, whole};
use super::{Account, Capabilities, Doubt, Event, Field, Happened, Hook, Is, Provider, Status, epoch, sign, text};
use crate::domain::ChannelKind;

/// SendGrid.
#[derive(Debug)]
pub(super) struct SendGrid;

fn meaning(event: &Value, word: &str) -> Is {
    match word {
        // SendGrid has it and will try.
        "processed" => Is::Queued,
        "deferred" => Is::Deferred,
        "delivered" => Is::Delivered,
        "bounce" if text(event, "/type").as_deref() == Some("blocked") => Is::BouncedSoft,
        "bounce" => Is::BouncedHard,
        "dropped" => Is::Rejected,
        "spamreport" => Is::Complained,
        "unsubscribe" | "group_unsubscribe" => Is::OptedOut,
        "group_resubscribe" => Is::OptedIn,
        "open" => Is::Opened,
        "click" => Is::Clicked,
        _ => Is::Other,
    }
}

fn status(event: &Value) -> Event {
    let word = text(event, "/event").unwrap_or_default();
    let is = meaning(event, &word);
    let cause = text(event, "/reason").or_else(|| text(event, "/response"));
    let key = text(event, "/sg_event_id").unwrap_or_else(|| sign::sha256_hex(event.to_string().as_bytes()));
    let id = text(event, "/smtp-id").map(|id| id.trim_matches(['<', '>']).to_owned());
    // What is after the first dot names machines that the message passed.
    let provider_id = text(event, "/sg_message_id").map(|id| id.split('.').next().unwrap_or(&id).to_owned());
    let status = Status::new(is, &word).with(cause, text(event, "/email"));
    let refs = [text(event, "/remit"), id, provider_id];
    Event::new(format!("status:{key}"), epoch(event, "/timestamp"), Happened::Status(status)).about(refs)
}

/// A field in the charset that the form says it has.
fn decoded(form: &Form, charsets: &Value, name: &str) -> Option<String> {
    let bytes = form.bytes(name)?;
    let label = charsets.get(name).and_then(Value::as_str).unwrap_or("utf-8");
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let text = encoding.decode(bytes).0.replace('\0', "");
    Some(text).filter(|text| !text.is_empty())
}

/// Header lines, folded ones joined.
fn header_lines(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

fn mail(form: &Form) -> Option<(Vec<u8>, Option<String>)> {
    let envelope: Value =
        form.text("envelope").and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(Value::Null);
    let to = text(&envelope, "/to/0");
    if let Some(raw) = form.bytes("email") {
        return Some((raw.to_vec(), to));
    }
    form.bytes("headers").or_else(|| form.bytes("from"))?;
    let charsets: Value =
        form.text("charsets").and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(Value::Null);
    let field = |name: &str| decoded(form, &charsets, name);
    let mut pieces = Pieces {
        headers: header_lines(&form.text("headers").unwrap_or_default()),
        text: field("text"),
        html: field("html"),
        files: Vec::new(),
    };
    // The field is decoded already and says what the header says.
    pieces.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("subject") || form.bytes("subject").is_none());
    pieces.add("From", field("from"));
    pieces.add("To", field("to"));
    pieces.add("Subject", field("subject"));
    let cids: Value = form.text("content-ids").and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(Value::Null);
    let cid_of = |part: &Part| {
        let map = cids.as_object()?;
        map.iter().find(|(_, name)| name.as_str() == Some(&part.name)).map(|(cid, _)| cid.clone())
    };
    let attached = |part: &&Part| {
        part.name
            .strip_prefix("attachment")
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
    };
    pieces.files = form.0.iter().filter(attached).map(|part| file_piece(part, cid_of(part))).collect();
    Some((whole(&pieces), to))
}

impl Provider for SendGrid {
    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        MAILER
    }

    fn fields(&self) -> &'static [Field] {
        &[
            Field {
                name: "public_key",
                secret: false,
                needed: false,
                about: "The verification key of signed webhooks, base64",
            },
            Field {
                name: "basic_auth",
                secret: true,
                needed: false,
                about: "`name:password` in the address, where requests are not signed",
            },
        ]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys: Vec<&str> =
            ["public_key", "previous_public_key"].iter().filter_map(|name| account.setting(name)).collect();
        if keys.is_empty() {
            return sign::basic(account.keys("basic_auth"), hook);
        }
        let given = hook.needed("x-twilio-email-event-webhook-signature")?;
        let timestamp = hook.needed("x-twilio-email-event-webhook-timestamp")?;
        if !keys.iter().any(|key| sign::ecdsa(key, &[timestamp.as_bytes(), hook.body], given)) {
            return Err(Doubt::Wrong);
        }
        let at: i64 = timestamp.parse().map_err(|_| Doubt::Missing)?;
        sign::fresh(at.saturating_mul(1000), hook.now_ms)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        if let Some(json) = hook.json() {
            let all = json.as_array().cloned().unwrap_or_else(|| vec![json]);
            let known: Vec<Event> =
                all.iter().filter(|event| event.get("event").is_some()).take(2000).map(status).collect();
            return if known.is_empty() { vec![Event::unknown(hook, "no events")] } else { known };
        }
        match mail(&Form::of(hook)) {
            Some((raw, to)) => {
                vec![Event::new(format!("mail:{}", sign::sha256_hex(&raw)), None, Happened::Mail { raw, to })]
            }
            None => vec![Event::unknown(hook, "neither a mail nor events")],
        }
    }
}
