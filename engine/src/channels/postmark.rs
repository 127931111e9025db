//! Postmark: mail in, and what became of mail out. <https://postmarkapp.com/developer/webhooks/webhooks-overview>
//!
//! Nothing is signed: a name and password in the webhook's address are what it is believed by. A refusal with 403 would
//! end its attempts for good, so what is not believed is answered with 401.

use data_encoding::BASE64;
use serde_json::Value;

use super::mime::{FilePiece, Pieces, whole};
use super::{Account, Capabilities, Doubt, Event, Field, Happened, Hook, Is, Provider, Status, sign, text, time};
use crate::domain::ChannelKind;

/// Postmark.
#[derive(Debug)]
pub(super) struct Postmark;

/// Headers as `[{Name, Value}]`.
pub(super) fn headers(list: Option<&Value>, name: &str, value: &str) -> Vec<(String, String)> {
    let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|one| Some((text(one, name)?, text(one, value)?))).collect()
}

/// Name and address as a header writes them.
pub(super) fn mailbox(name: Option<String>, address: Option<String>) -> Option<String> {
    let address = address.filter(|address| !address.is_empty())?;
    let name = name.unwrap_or_default().replace(['"', '\\'], "");
    Some(if name.is_empty() {
        address
    } else if name.is_ascii() {
        format!("\"{name}\" <{address}>")
    } else {
        // An encoded word stands outside quotes.
        format!("=?UTF-8?B?{}?= <{address}>", BASE64.encode(name.as_bytes()))
    })
}

pub(super) fn mailboxes(list: Option<&Value>, name: &str, address: &str) -> Option<String> {
    let list = list.and_then(Value::as_array)?;
    let all: Vec<String> = list.iter().filter_map(|one| mailbox(text(one, name), text(one, address))).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn inbound(whole_event: &Value) -> Vec<u8> {
    if let Some(raw) = text(whole_event, "/RawEmail").filter(|raw| !raw.is_empty()) {
        return raw.into_bytes();
    }
    let mut pieces = Pieces {
        headers: headers(whole_event.get("Headers"), "/Name", "/Value"),
        text: text(whole_event, "/TextBody").filter(|body| !body.is_empty()),
        html: text(whole_event, "/HtmlBody").filter(|body| !body.is_empty()),
        files: Vec::new(),
    };
    let from = mailbox(text(whole_event, "/FromFull/Name"), text(whole_event, "/FromFull/Email"));
    pieces.add("From", from.or_else(|| text(whole_event, "/From")));
    pieces.add("To", mailboxes(whole_event.get("ToFull"), "/Name", "/Email").or_else(|| text(whole_event, "/To")));
    pieces.add("Cc", mailboxes(whole_event.get("CcFull"), "/Name", "/Email"));
    pieces.add("Reply-To", text(whole_event, "/ReplyTo"));
    pieces.add("Subject", text(whole_event, "/Subject"));
    pieces.add("Date", text(whole_event, "/Date"));
    let files = whole_event.get("Attachments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    pieces.files = files
        .iter()
        .map(|file| FilePiece {
            name: text(file, "/Name").unwrap_or_default(),
            media_type: text(file, "/ContentType").unwrap_or_default(),
            cid: text(file, "/ContentID").filter(|cid| !cid.is_empty()),
            bytes: BASE64.decode(text(file, "/Content").unwrap_or_default().trim().as_bytes()).unwrap_or_default(),
        })
        .collect();
    whole(&pieces)
}

/// <https://postmarkapp.com/developer/api/bounce-api#bounce-types>
fn bounce(kind: &str) -> Is {
    match kind {
        "HardBounce" | "BadEmailAddress" | "AddressChange" => Is::BouncedHard,
        "SoftBounce" | "Transient" | "DnsError" | "Undeliverable" | "ChallengeVerification" => Is::BouncedSoft,
        "SpamComplaint" => Is::Complained,
        "Unsubscribe" => Is::OptedOut,
        "Subscribe" => Is::OptedIn,
        "AutoResponder" => Is::AutoResponded,
        "Blocked" | "SpamNotification" | "ManuallyDeactivated" | "VirusNotification" | "DMARCPolicy" => Is::Rejected,
        "InboundError" | "SMTPApiError" | "TemplateRenderingFailed" => Is::Failed,
        _ => Is::Other,
    }
}

impl Provider for Postmark {
    fn name(&self) -> &'static str {
        "postmark"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { receives: true, sends: false, tells_status: true, reactions: false, longest_text: usize::MAX }
    }

    fn fields(&self) -> &'static [Field] {
        &[Field {
            name: "basic_auth",
            secret: true,
            needed: true,
            about: "`name:password`, as it stands in the webhook's address: https://name:password@…",
        }]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        sign::basic(account.keys("basic_auth"), hook)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let kind = text(&json, "/RecordType").unwrap_or_default();
        let id = text(&json, "/MessageID").unwrap_or_default();
        if kind.is_empty() && (json.get("FromFull").is_some() || json.get("RawEmail").is_some()) {
            let mail = Happened::Mail { raw: inbound(&json), to: text(&json, "/OriginalRecipient") };
            return vec![Event::new(format!("mail:{id}"), None, mail)];
        }
        let word = text(&json, "/Type").unwrap_or_else(|| kind.clone());
        let (is, at) = match kind.as_str() {
            "Delivery" => (Is::Delivered, text(&json, "/DeliveredAt")),
            "Bounce" | "SpamComplaint" => (bounce(&word), text(&json, "/BouncedAt")),
            "Open" => (Is::Opened, text(&json, "/ReceivedAt")),
            "Click" => (Is::Clicked, text(&json, "/ReceivedAt")),
            "SubscriptionChange" => {
                let stops = json.get("SuppressSending").and_then(Value::as_bool).unwrap_or(true);
                let is = match text(&json, "/SuppressionReason").as_deref() {
                    Some("HardBounce") => Is::BouncedHard,
                    Some("SpamComplaint") => Is::Complained,
                    _ if stops => Is::OptedOut,
                    _ => Is::OptedIn,
                };
                (is, text(&json, "/ChangedAt"))
            }
            "" => return vec![Event::unknown(hook, "no RecordType")],
            other => return vec![Event::unknown(hook, format!("`{other}`"))],
        };
        let at = at.and_then(|at| time(&at));
        let cause = text(&json, "/Details").filter(|words| !words.is_empty()).or_else(|| text(&json, "/Description"));
        let recipient = text(&json, "/Email").or_else(|| text(&json, "/Recipient"));
        let own = json.get("Metadata").and_then(|data| text(data, "/remit"));
        let mark = text(&json, "/ID").unwrap_or_else(|| at.unwrap_or_default().to_string());
        let status = Status::new(is, &word).with(cause, recipient);
        vec![
            Event::new(format!("status:{id}:{kind}:{word}:{mark}"), at, Happened::Status(status))
                .about([own, Some(id)]),
        ]
    }
}
