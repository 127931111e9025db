//! Mailgun and Resend: mail in, and what became of mail out.

use serde_json::Value;

use super::form::{Form, Part};
use super::mime::{FilePiece, Pieces, whole};
use super::{
    Account, Answered, Capabilities, Doubt, Event, Field, Happened, Hook, Is, Outgoing, Provider, Status, epoch, sign,
    text, time,
};
use crate::domain::ChannelKind;
use crate::ports::SendError;

pub(super) const MAILER: Capabilities =
    Capabilities { receives: true, sends: false, tells_status: true, reactions: false, longest_text: usize::MAX };

/// Mailgun. <https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http>
#[derive(Debug)]
pub(super) struct Mailgun;

fn mailgun_signature(hook: &Hook<'_>) -> Option<(String, String, String)> {
    if let Some(json) = hook.json() {
        let part = |name: &str| text(&json, &format!("/signature/{name}"));
        return Some((part("timestamp")?, part("token")?, part("signature")?));
    }
    let form = Form::of(hook);
    Some((form.text("timestamp")?, form.text("token")?, form.text("signature")?))
}

fn mailgun_word(word: &str, permanent: bool, reason: &str, code: i64) -> Is {
    match word {
        "accepted" | "stored" => Is::Queued,
        "delivered" => Is::Delivered,
        "failed" if !permanent => Is::Deferred,
        // The code of the far server says whether it was the address: 605 and 607 are Mailgun's own lists.
        "failed" | "dropped" if matches!(code, 605..=607) || reason.starts_with("suppress") => Is::Rejected,
        "dropped" if reason == "old" => Is::BouncedSoft,
        "dropped" => Is::Rejected,
        "failed" | "bounced" => Is::BouncedHard,
        "rejected" => Is::Rejected,
        "complained" => Is::Complained,
        "unsubscribed" => Is::OptedOut,
        "opened" => Is::Opened,
        "clicked" => Is::Clicked,
        _ => Is::Other,
    }
}

fn mailgun_event(json: &Value) -> Option<Event> {
    let data = json.get("event-data")?;
    let word = text(data, "/event")?;
    let permanent = text(data, "/severity").as_deref() != Some("temporary");
    let code = data.pointer("/delivery-status/code").and_then(Value::as_i64).unwrap_or_default();
    let is = mailgun_word(&word, permanent, &text(data, "/reason").unwrap_or_default(), code);
    let cause = ["/delivery-status/message", "/delivery-status/description", "/reject/reason", "/reason"];
    let cause = cause.iter().filter_map(|pointer| text(data, pointer)).find(|words| !words.is_empty());
    let recipient = text(data, "/recipient").or_else(|| text(data, "/message/headers/to"));
    let key = text(data, "/id").or_else(|| text(json, "/signature/token"));
    let key = key.unwrap_or_else(|| sign::sha256_hex(data.to_string().as_bytes()));
    let own = text(data, "/user-variables/remit");
    let id = text(data, "/message/headers/message-id").map(|id| id.trim_matches(['<', '>']).to_owned());
    let status = Status::new(is, &word).with(cause, recipient);
    Some(Event::new(format!("status:{key}"), epoch(data, "/timestamp"), Happened::Status(status)).about([own, id]))
}

/// The older form of the same.
fn mailgun_old_event(form: &Form) -> Option<Event> {
    let word = form.text("event")?;
    let code = form.text("code").and_then(|code| code.trim().parse().ok()).unwrap_or_default();
    let is = mailgun_word(&word, true, &form.text("reason").unwrap_or_default(), code);
    let listed: Vec<(String, String)> =
        form.text("message-headers").and_then(|headers| serde_json::from_str(&headers).ok()).unwrap_or_default();
    let of_headers = listed.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("message-id")).map(|(_, id)| id);
    let id = form.text("Message-Id").or_else(|| form.text("message-id")).or(of_headers);
    let id = id.map(|id| id.trim_matches(['<', '>']).to_owned());
    let at = form.text("timestamp").and_then(|at| at.parse::<f64>().ok()).map(|at| (at * 1000.0) as i64);
    let key = form.text("token").unwrap_or_else(|| format!("{}:{word}", id.clone().unwrap_or_default()));
    let cause = ["error", "description", "notification"].iter().find_map(|name| form.text(name));
    let status = Status::new(is, &word).with(cause, form.text("recipient"));
    Some(Event::new(format!("status:{key}"), at, Happened::Status(status)).about([form.text("remit"), id]))
}

pub(super) fn file_piece(part: &Part, cid: Option<String>) -> FilePiece {
    FilePiece {
        name: part.file.clone().unwrap_or_default(),
        media_type: part.media_type.clone().unwrap_or_default(),
        cid,
        bytes: part.bytes.clone(),
    }
}

fn mailgun_mail(form: &Form) -> Option<Vec<u8>> {
    if let Some(raw) = form.bytes("body-mime") {
        return Some(raw.to_vec());
    }
    let headers: Vec<(String, String)> = serde_json::from_str(&form.text("message-headers")?).unwrap_or_default();
    let mut pieces = Pieces { headers, text: form.text("body-plain"), html: form.text("body-html"), files: Vec::new() };
    pieces.add("From", form.text("from").or_else(|| form.text("sender")));
    pieces.add("To", form.text("recipient"));
    pieces.add("Subject", form.text("subject"));
    let cids: Value =
        form.text("content-id-map").and_then(|map| serde_json::from_str(&map).ok()).unwrap_or(Value::Null);
    let cid_of = |name: &str| {
        let map = cids.as_object()?;
        map.iter().find(|(_, part)| part.as_str() == Some(name)).map(|(cid, _)| cid.clone())
    };
    pieces.files = form
        .0
        .iter()
        .filter(|part| part.name.starts_with("attachment-"))
        .map(|part| file_piece(part, cid_of(&part.name)))
        .collect();
    Some(whole(&pieces))
}

impl Provider for Mailgun {
    fn name(&self) -> &'static str {
        "mailgun"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        MAILER
    }

    fn fields(&self) -> &'static [Field] {
        &[Field { name: "signing_key", secret: true, needed: true, about: "The HTTP webhook signing key" }]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("signing_key")?;
        let (timestamp, token, given) = mailgun_signature(hook).ok_or(Doubt::Missing)?;
        let parts: [&[u8]; 2] = [timestamp.as_bytes(), token.as_bytes()];
        if !keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &parts, &given)) {
            return Err(Doubt::Wrong);
        }
        let at: i64 = timestamp.parse().map_err(|_| Doubt::Missing)?;
        sign::fresh(at.saturating_mul(1000), hook.now_ms)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        if let Some(json) = hook.json() {
            return mailgun_event(&json)
                .map_or_else(|| vec![Event::unknown(hook, "no event-data")], |event| vec![event]);
        }
        let form = Form::of(hook);
        if let Some(event) = mailgun_old_event(&form) {
            return vec![event];
        }
        if form.bytes("event-data").is_some() {
            return vec![Event::unknown(hook, "an event in a form")];
        }
        match mailgun_mail(&form) {
            // The token is new with each attempt; the mail itself says whether it is the same.
            Some(raw) => {
                let key = format!("mail:{}", sign::sha256_hex(&raw));
                vec![Event::new(key, None, Happened::Mail { raw, to: form.text("recipient") })]
            }
            None => vec![Event::unknown(hook, "neither a mail nor an event")],
        }
    }
}

/// Resend. <https://resend.com/docs/webhooks/emails/received.md>
#[derive(Debug)]
pub(super) struct Resend;

fn resend_word(word: &str, data: &Value) -> Option<Is> {
    Some(match word {
        "email.sent" => Is::Sent,
        "email.scheduled" => Is::Queued,
        "email.delivered" => Is::Delivered,
        "email.delivery_delayed" => Is::Deferred,
        "email.complained" => Is::Complained,
        "email.opened" => Is::Opened,
        "email.clicked" => Is::Clicked,
        "email.failed" => Is::Failed,
        "email.suppressed" => Is::Rejected,
        "email.bounced" => match text(data, "/bounce/type").as_deref() {
            Some("Transient" | "Undetermined") => Is::BouncedSoft,
            _ => Is::BouncedHard,
        },
        _ => return None,
    })
}

/// An address out of `Name <address>`.
pub(super) fn bare(mailbox: &str) -> String {
    let inner = mailbox.rsplit_once('<').map_or(mailbox, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    inner.trim().to_owned()
}

impl Provider for Resend {
    fn name(&self) -> &'static str {
        "resend"
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
                name: "base_url",
                secret: false,
                needed: false,
                about: "Where the API is, if not at api.resend.com",
            },
            Field { name: "signing_secret", secret: true, needed: true, about: "The webhook's secret, whsec_…" },
            Field {
                name: "api_key",
                secret: true,
                needed: false,
                about: "The key that fetches mails which came in, re_…",
            },
        ]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        sign::standard("svix", account.keys("signing_secret"), hook)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let word = text(&json, "/type").unwrap_or_default();
        let data = json.get("data").unwrap_or(&Value::Null);
        let at = text(&json, "/created_at").and_then(|at| time(&at));
        let id = text(data, "/email_id").unwrap_or_default();
        if word == "email.received" && !id.is_empty() {
            return vec![Event::new(format!("mail:{id}"), at, Happened::MailAt { id })];
        }
        let Some(is) = resend_word(&word, data) else { return vec![Event::unknown(hook, format!("`{word}`"))] };
        let recipient = text(data, "/to/0").map(|to| bare(&to));
        let cause = text(data, "/bounce/message").or_else(|| text(data, "/failed/reason"));
        let key =
            hook.header("svix-id").map_or_else(|| format!("{id}:{word}:{}", at.unwrap_or_default()), str::to_owned);
        let sent_as = super::postmark::headers(data.get("headers"), "/name", "/value");
        let named = |wanted: &str| {
            let found = sent_as.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim_matches(['<', '>']).to_owned())
        };
        let status = Status::new(is, &word).with(cause, recipient);
        let refs = [text(data, "/tags/remit"), named("message-id"), Some(id)];
        vec![Event::new(format!("status:{key}"), at, Happened::Status(status)).about(refs)]
    }

    fn fetch(&self, account: &Account, id: &str) -> Result<Outgoing, SendError> {
        let key = account.secret("api_key")?;
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Ok(Outgoing::get(format!("{}/emails/receiving/{id}", account.base("https://api.resend.com"))).bearer(key))
    }

    fn fetched(&self, answered: &Answered) -> Option<Vec<u8>> {
        let json = answered.json();
        if answered.status != 200 || json.get("from").is_none() {
            return None;
        }
        let mut pieces = Pieces {
            headers: match json.get("headers") {
                Some(Value::Object(map)) => {
                    map.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
                }
                list => super::postmark::headers(list, "/name", "/value"),
            },
            text: text(&json, "/text").filter(|body| !body.is_empty()),
            html: text(&json, "/html").filter(|body| !body.is_empty()),
            files: Vec::new(),
        };
        let joined = |name: &str| {
            let list = json.get(name)?.as_array()?;
            Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        };
        pieces.add("From", text(&json, "/from"));
        pieces.add("To", joined("to"));
        pieces.add("Cc", joined("cc"));
        pieces.add("Subject", text(&json, "/subject"));
        pieces.add("Message-ID", text(&json, "/message_id"));
        let files = json.get("attachments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        // Their content stays with the provider; that they were there is kept.
        pieces.files = files
            .iter()
            .map(|file| FilePiece {
                name: text(file, "/filename").unwrap_or_default(),
                media_type: text(file, "/content_type").unwrap_or_default(),
                ..FilePiece::default()
            })
            .collect();
        Some(whole(&pieces))
    }
}
