//! Brevo, MailerSend, Mailjet and SparkPost: mail in, and what became of mail out.

use data_encoding::BASE64;
use serde_json::Value;

use super::mailers::MAILER;
use super::mime::{FilePiece, Pieces, whole};
use super::postmark::{mailbox, mailboxes};
use super::{
    Account, Capabilities, Doubt, Event, Field, Happened, Hook, Is, Provider, Status, epoch, sign, text, time,
};
use crate::domain::ChannelKind;

const BASIC: &[Field] = &[Field {
    name: "basic_auth",
    secret: true,
    needed: true,
    about: "`name:password`, as it stands in the webhook's address: https://name:password@…",
}];

/// Headers as a map; a name that came several times has a list.
fn header_map(map: Option<&Value>) -> Vec<(String, String)> {
    let Some(Value::Object(map)) = map else { return Vec::new() };
    map.iter()
        .flat_map(|(name, value)| {
            let values: Vec<String> = match value {
                Value::String(one) => vec![one.clone()],
                Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            values.into_iter().map(|value| (name.clone(), value)).collect::<Vec<_>>()
        })
        .collect()
}

fn bare_id(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).map(|id| id.trim().trim_matches(['<', '>']).to_owned())
}

fn key(parts: &[Option<String>]) -> String {
    parts.iter().map(|part| part.as_deref().unwrap_or_default()).collect::<Vec<_>>().join(":")
}

/// A JSON body as a list, whether it is one or not.
fn several(hook: &Hook<'_>) -> Vec<Value> {
    match hook.json() {
        Some(Value::Array(all)) => all.into_iter().take(2000).collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn each(hook: &Hook<'_>, read: impl Fn(&Value) -> Option<Event>) -> Vec<Event> {
    let found: Vec<Event> = several(hook).iter().filter_map(read).collect();
    if found.is_empty() { vec![Event::unknown(hook, "nothing that is known")] } else { found }
}

macro_rules! mailer {
    ($(#[$doc:meta])* $type:ident, $name:literal, $fields:expr, $verify:expr, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $type;

        impl Provider for $type {
            fn name(&self) -> &'static str {
                $name
            }

            fn kind(&self) -> ChannelKind {
                ChannelKind::Email
            }

            fn capabilities(&self) -> Capabilities {
                MAILER
            }

            fn fields(&self) -> &'static [Field] {
                $fields
            }

            fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
                let verify: fn(&Account, &Hook<'_>) -> Result<(), Doubt> = $verify;
                verify(account, hook)
            }

            fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
                each(hook, $parse)
            }
        }
    };
}

fn by_basic(account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
    sign::basic(account.keys("basic_auth"), hook)
}

mailer! {
    /// Brevo. <https://developers.brevo.com/docs/transactional-webhooks>
    Brevo, "brevo", BASIC, by_basic, brevo
}

fn brevo(json: &Value) -> Option<Event> {
    if let Some(items) = json.get("items").and_then(Value::as_array) {
        // One mail a request is what it sends; of more, the first is read and the others come by themselves.
        return items.first().and_then(brevo);
    }
    if json.get("RawTextBody").is_some() || json.get("RawHtmlBody").is_some() {
        let mut pieces = Pieces {
            headers: header_map(json.get("Headers")),
            text: text(json, "/RawTextBody"),
            html: text(json, "/RawHtmlBody"),
            files: Vec::new(),
        };
        pieces.add("From", mailbox(text(json, "/From/Name"), text(json, "/From/Address")));
        pieces.add("To", mailboxes(json.get("To"), "/Name", "/Address"));
        pieces.add("Cc", mailboxes(json.get("Cc"), "/Name", "/Address"));
        pieces.add("Subject", text(json, "/Subject"));
        pieces.add("Message-ID", text(json, "/MessageId"));
        pieces.add("In-Reply-To", text(json, "/InReplyTo"));
        let files = json.get("Attachments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        // Their content stays with Brevo; that they were there is kept.
        pieces.files = files
            .iter()
            .map(|file| FilePiece {
                name: text(file, "/Name").unwrap_or_default(),
                media_type: text(file, "/ContentType").unwrap_or_default(),
                ..FilePiece::default()
            })
            .collect();
        let id = text(json, "/Uuid/0").or_else(|| text(json, "/MessageId"));
        let mail = Happened::Mail { raw: whole(&pieces), to: text(json, "/Recipients/0") };
        return Some(Event::new(format!("mail:{}", id.unwrap_or_default()), None, mail));
    }
    let word = text(json, "/event")?;
    let is = match word.as_str() {
        "request" => Is::Queued,
        "delivered" => Is::Delivered,
        "hard_bounce" => Is::BouncedHard,
        "soft_bounce" => Is::BouncedSoft,
        "blocked" | "invalid_email" | "invalid" => Is::Rejected,
        "spam" | "complaint" => Is::Complained,
        "error" => Is::Failed,
        "deferred" => Is::Deferred,
        "unsubscribed" | "unsubscribe" => Is::OptedOut,
        "opened" | "unique_opened" | "proxy_open" | "unique_proxy_open" | "open" => Is::Opened,
        "click" => Is::Clicked,
        _ => Is::Other,
    };
    let id = bare_id(json, "/message-id");
    let at = epoch(json, "/ts_epoch").or_else(|| epoch(json, "/ts_event"));
    let key = key(&[
        Some("status".to_owned()),
        id.clone(),
        Some(word.clone()),
        text(json, "/ts_epoch"),
        text(json, "/email"),
    ]);
    let status = Status::new(is, &word).with(text(json, "/reason"), text(json, "/email"));
    Some(Event::new(key, at, Happened::Status(status)).about([id]))
}

mailer! {
    /// MailerSend. <https://developers.mailersend.com/api/v1/webhooks.html>
    MailerSend,
    "mailersend",
    &[Field { name: "signing_secret", secret: true, needed: true, about: "The webhook's or inbound route's signing secret" }],
    |account, hook| {
        let keys = account.needed_keys("signing_secret")?;
        let given = hook.needed("signature")?;
        let fits = keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &[hook.body], given));
        if fits { Ok(()) } else { Err(Doubt::Wrong) }
    },
    mailersend
}

fn mailersend(json: &Value) -> Option<Event> {
    let word = text(json, "/type")?;
    let data = json.get("data")?;
    let id = text(data, "/id").unwrap_or_default();
    if word == "inbound.message" {
        let raw = text(data, "/raw")?;
        let mail = Happened::Mail { raw: raw.into_bytes(), to: text(data, "/recipients/rcptTo/0/email") };
        let at = text(json, "/created_at").and_then(|at| time(&at));
        return Some(Event::new(format!("mail:{id}"), at, mail));
    }
    let plain = word.strip_prefix("activity.")?;
    let is = match plain {
        "sent" => Is::Sent,
        "delivered" => Is::Delivered,
        "soft_bounced" => Is::BouncedSoft,
        "hard_bounced" => Is::BouncedHard,
        "deferred" => Is::Deferred,
        "spam_complaint" => Is::Complained,
        "unsubscribed" => Is::OptedOut,
        "opened" | "opened_unique" => Is::Opened,
        "clicked" | "clicked_unique" => Is::Clicked,
        _ => Is::Other,
    };
    let at = text(data, "/created_at").and_then(|at| time(&at));
    let cause = text(data, "/morph/readable_reason").or_else(|| text(data, "/morph/reason"));
    let status = Status::new(is, plain).with(cause, text(data, "/email/recipient/email"));
    let refs = [bare_id(data, "/email/headers/message-id"), text(data, "/email/message/id")];
    Some(Event::new(format!("status:{id}"), at, Happened::Status(status)).about(refs))
}

mailer! {
    /// Mailjet. <https://dev.mailjet.com/email/guides/webhooks/>
    Mailjet, "mailjet", BASIC, by_basic, mailjet
}

fn mailjet(json: &Value) -> Option<Event> {
    if json.get("Parts").is_some() || json.get("Text-part").is_some() || json.get("Html-part").is_some() {
        let mut pieces = Pieces {
            headers: header_map(json.get("Headers")),
            text: text(json, "/Text-part"),
            html: text(json, "/Html-part"),
            files: Vec::new(),
        };
        pieces.add("From", text(json, "/From"));
        pieces.add("Subject", text(json, "/Subject"));
        let parts = json.get("Parts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for part in parts {
            let Some(name) = text(part, "/ContentRef").filter(|name| name.starts_with("Attachment")) else { continue };
            let headers = header_map(part.get("Headers"));
            let find = |wanted: &str| {
                headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
            };
            let content = text(json, &format!("/{name}")).unwrap_or_default();
            let kind = find("content-type").cloned().unwrap_or_default();
            let file = kind.split("name=").nth(1).map(|name| name.trim_matches(['"', ';', ' ']).to_owned());
            pieces.files.push(FilePiece {
                name: file.unwrap_or(name),
                media_type: kind.split(';').next().unwrap_or_default().to_owned(),
                cid: find("content-id").map(|cid| cid.trim_matches(['<', '>']).to_owned()),
                bytes: BASE64.decode(content.trim().as_bytes()).unwrap_or_else(|_| content.into_bytes()),
            });
        }
        let raw = whole(&pieces);
        let mark = format!("mail:{}", sign::sha256_hex(&raw));
        return Some(Event::new(mark, None, Happened::Mail { raw, to: text(json, "/Recipient") }));
    }
    let word = text(json, "/event")?;
    let hard = json.get("hard_bounce").is_some_and(|hard| hard.as_bool().unwrap_or_else(|| hard.as_i64() == Some(1)));
    let is = match word.as_str() {
        // By "sent" Mailjet means that the far server took it.
        "sent" => Is::Delivered,
        "bounce" if hard => Is::BouncedHard,
        "bounce" => Is::BouncedSoft,
        "blocked" => Is::Rejected,
        "spam" => Is::Complained,
        "unsub" => Is::OptedOut,
        "open" => Is::Opened,
        "click" => Is::Clicked,
        _ => Is::Other,
    };
    let id = text(json, "/MessageID").filter(|id| id != "0");
    let words = ["/smtp_reply", "/comment", "/error"]
        .iter()
        .filter_map(|pointer| text(json, pointer))
        .find(|words| !words.is_empty());
    let mark =
        key(&[Some("status".to_owned()), id.clone(), Some(word.clone()), text(json, "/time"), text(json, "/url")]);
    let status = Status::new(is, &word).with(words, text(json, "/email"));
    let refs = [text(json, "/CustomID"), id];
    Some(Event::new(mark, epoch(json, "/time"), Happened::Status(status)).about(refs))
}

mailer! {
    /// SparkPost. <https://developers.sparkpost.com/api/webhooks/>
    SparkPost, "sparkpost", BASIC, by_basic, sparkpost
}

/// <https://www.sparkpost.com/docs/deliverability/bounce-classification-codes/>
fn sparkpost_bounce(class: &str) -> Is {
    match class {
        "10" | "30" => Is::BouncedHard,
        "25" => Is::Rejected,
        "60" => Is::AutoResponded,
        "80" => Is::OptedIn,
        "90" => Is::OptedOut,
        // Spam, relay, policy: the sender's side.
        _ => Is::BouncedSoft,
    }
}

fn sparkpost(json: &Value) -> Option<Event> {
    let inner = json.get("msys")?;
    let (name, event) = inner.as_object()?.iter().next()?;
    if name == "relay_message" {
        let content = text(event, "/content/email_rfc822")?;
        let coded = event.pointer("/content/email_rfc822_is_base64").and_then(Value::as_bool).unwrap_or_default();
        let raw =
            coded.then(|| BASE64.decode(content.as_bytes()).ok()).flatten().unwrap_or_else(|| content.into_bytes());
        let mark = format!("mail:{}", sign::sha256_hex(&raw));
        return Some(Event::new(mark, None, Happened::Mail { raw, to: text(event, "/rcpt_to") }));
    }
    let word = text(event, "/type")?;
    let class = text(event, "/bounce_class").unwrap_or_default();
    let is = match word.as_str() {
        "injection" => Is::Queued,
        "delivery" => Is::Delivered,
        "delay" => Is::Deferred,
        "bounce" | "out_of_band" => sparkpost_bounce(&class),
        "policy_rejection" | "generation_rejection" => Is::Rejected,
        "generation_failure" => Is::Failed,
        "spam_complaint" => Is::Complained,
        "list_unsubscribe" | "link_unsubscribe" => Is::OptedOut,
        "open" | "initial_open" | "amp_open" | "amp_initial_open" => Is::Opened,
        "click" | "amp_click" => Is::Clicked,
        _ => Is::Other,
    };
    let id = text(event, "/event_id").unwrap_or_else(|| sign::sha256_hex(event.to_string().as_bytes()));
    let whom = text(event, "/raw_rcpt_to").or_else(|| text(event, "/rcpt_to"));
    let cause = text(event, "/raw_reason").or_else(|| text(event, "/reason"));
    let status = Status::new(is, &word).with(cause, whom);
    let refs = [text(event, "/rcpt_meta/remit"), text(event, "/transmission_id"), text(event, "/message_id")];
    Some(Event::new(format!("status:{id}"), epoch(event, "/timestamp"), Happened::Status(status)).about(refs))
}
