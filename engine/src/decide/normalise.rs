//! Normalise: what a channel handed over becomes one [`Ingest`], whatever state it is in.
//!
//! Nothing is lost here: bytes that cannot be read are stored as they are, with a person asked to look.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::channels::{NewMessage, media, reply_token};
use crate::domain::{ChannelKind, IdKind};
use crate::mail::{self, MailKind};
use crate::ports::Ids;
use crate::store::ingest::{Ingest, IngestIds};
use crate::store::rows::ChannelRow;

/// An inbound message of any channel as JSON: the body of `POST /api/v1/inbound/{channel_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundMessage {
    /// The sender's own name for the message: the same again is the same message. 1 to 200 characters.
    pub external_id: String,
    /// Who wrote it.
    pub from: InboundSender,
    /// Address it was sent to; the channel's own when left out.
    #[serde(default)]
    pub to: Option<String>,
    /// Subject, for mail.
    #[serde(default)]
    pub subject: Option<String>,
    /// The text; for voice, the transcript. At most 200,000 characters.
    pub text: String,
    /// When it was sent, RFC 3339; the time of arrival when left out.
    #[serde(default)]
    pub sent_at: Option<String>,
    /// `external_id` of the message it answers, where known.
    #[serde(default)]
    pub in_reply_to: Option<String>,
    /// What came with it.
    #[serde(default)]
    pub attachments: Vec<InboundAttachment>,
    /// True when a machine made it: it is kept and never answered.
    #[serde(default)]
    pub automated: bool,
}

/// Who wrote an inbound message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundSender {
    /// Mail address, phone number with country code, or the chat visitor's id.
    pub address: String,
    /// Name, where known.
    #[serde(default)]
    pub name: Option<String>,
    /// Company, where known.
    #[serde(default)]
    pub company: Option<String>,
}

/// A file that came with a message; its content stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundAttachment {
    /// File name.
    pub name: String,
    /// MIME type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// What is wrong with an inbound message; nothing of it was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct InvalidInbound {
    /// JSON pointer to the field (RFC 6901).
    pub pointer: &'static str,
    /// What is wrong and what is wanted.
    pub message: String,
}

const LONGEST_ID: usize = 200;
const LONGEST_TEXT: usize = 200_000;
/// Most tokens of a mail that are looked at.
const MOST_TOKENS: usize = 4;

/// Where a message came from and when.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The channel account.
    pub channel: &'a ChannelRow,
    /// Its kind.
    pub kind: ChannelKind,
    /// For people: a file name, `api`, `maildir`.
    pub source: &'a str,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
}

/// A raw RFC 5322 mail. Total: every byte string gives an ingest.
#[must_use]
pub fn from_mail(arrival: Arrival<'_>, raw: &[u8], ids: &dyn Ids) -> Ingest {
    let mail = mail::read(raw);
    let sender = mail.from.as_deref().and_then(mail::normalise_email);
    let unreadable = mail.kind == MailKind::Unparsable || (mail.kind == MailKind::Message && sender.is_none());
    // A bounce from the null sender still has a place to be: the channel's mailer daemon.
    let fallback =
        || format!("unknown-sender@{}", arrival.channel.address.rsplit_once('@').map_or("invalid", |at| at.1));
    let kind = match mail.kind {
        MailKind::Message => "message",
        MailKind::AutoReply => "auto_reply",
        MailKind::Bounce => "bounce",
        MailKind::Complaint => "complaint",
        MailKind::Unparsable => "unparsable",
    };
    let own_address = arrival.channel.address.to_lowercase();
    let from_ourselves = sender.as_deref() == Some(own_address.as_str());
    let settings: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&arrival.channel.settings).unwrap_or_default();
    let spoofed = settings.get("authserv_id").is_some_and(|id| super::told::is_spoofed(raw, id));
    let odd = |word: &str| mail.warnings.iter().any(|warning| warning == word);
    // What is sealed can only be read by a person, elsewhere; an invitation is no question, and two authors are none.
    let unreadable = unreadable || odd("encrypted");
    let not_to_be_answered = unreadable
        || odd("calendar")
        || odd("several_from")
        || mail.precedence_bulk
        || mail.suppress_auto_reply
        || mail.own_loop
        || from_ourselves
        || spoofed;
    let addresses = mail.delivered_to.iter().chain(&mail.to).chain(&mail.cc);
    let mut reply_tokens: Vec<String> = addresses.filter_map(|address| reply_token::in_address(address)).collect();
    reply_tokens.dedup();
    reply_tokens.truncate(if spoofed { 0 } else { MOST_TOKENS });
    Ingest {
        reply_tokens,
        dedupe_key: mail::dedupe_key(raw, &mail),
        // Whoever forges a sender does not join their conversations.
        thread_ids: if spoofed { Vec::new() } else { mail::thread_ids(&mail) },
        content_type: "message/rfc822".to_owned(),
        bytes: raw.to_vec(),
        sender_address: sender.clone().unwrap_or_else(fallback),
        sender_name: mail.from_name,
        company: None,
        kind,
        automated: kind != "message" || not_to_be_answered,
        unreadable,
        from_address: answer_to(mail.reply_to.as_deref(), mail.from.as_deref()).unwrap_or_else(fallback),
        to_address: mail.to.first().cloned().unwrap_or_else(|| arrival.channel.address.clone()),
        subject: Some(mail.subject).filter(|subject| !subject.is_empty()),
        body_text: mail.visible_text,
        full_text: mail.text,
        body_html: mail.safe_html,
        attachments: serde_json::to_string(&mail.attachments).unwrap_or_else(|_| "[]".to_owned()),
        external_id: mail.message_id,
        language: mail.language,
        occurred_at: mail.date_ms.unwrap_or(arrival.now_ms),
        warnings: if spoofed {
            let said = "the sender's domain does not vouch for this mail (DMARC failed): no machine answers it";
            mail.warnings.into_iter().chain([said.to_owned()]).collect()
        } else {
            mail.warnings
        },
        ..blank(arrival, ids)
    }
}

/// A message of any channel, as JSON. `raw` is the request body it was read from.
///
/// # Errors
/// [`InvalidInbound`] naming the field; nothing is stored then.
pub fn from_json(
    arrival: Arrival<'_>,
    message: &InboundMessage,
    raw: &[u8],
    ids: &dyn Ids,
) -> Result<Ingest, InvalidInbound> {
    let external = clean(&message.external_id);
    if external.is_empty() || external.chars().count() > LONGEST_ID {
        return Err(invalid("/external_id", "must have 1 to 200 characters".to_owned()));
    }
    if message.text.chars().count() > LONGEST_TEXT {
        return Err(invalid("/text", format!("must have at most {LONGEST_TEXT} characters")));
    }
    let address = sender_address(arrival.kind, &message.from.address)?;
    let occurred_at = match &message.sent_at {
        Some(text) => text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(|_| {
            invalid("/sent_at", format!("`{text}` is not an RFC 3339 time such as 2026-03-02T09:00:00Z"))
        })?,
        None => arrival.now_ms,
    };
    let text = message.text.replace('\0', "");
    let visible = if arrival.kind == ChannelKind::Email { mail::visible_text(&text) } else { text.trim().to_owned() };
    let mut dedupe = Sha256::new();
    dedupe.update(b"external_id\0");
    dedupe.update(external.as_bytes());
    Ok(Ingest {
        dedupe_key: data_encoding::HEXLOWER.encode(&dedupe.finalize()),
        content_type: "application/json".to_owned(),
        bytes: raw.to_vec(),
        from_address: message.from.address.trim().to_owned(),
        sender_address: address,
        sender_name: message.from.name.as_deref().map(clean).filter(|name| !name.is_empty()),
        company: message.from.company.as_deref().map(clean).filter(|name| !name.is_empty()),
        kind: "message",
        automated: message.automated,
        to_address: message.to.clone().unwrap_or_else(|| arrival.channel.address.clone()),
        subject: message.subject.as_deref().map(clean).filter(|subject| !subject.is_empty()),
        language: crate::language::detect(&visible).map(str::to_owned),
        body_text: visible,
        full_text: text,
        attachments: serde_json::to_string(&message.attachments).unwrap_or_else(|_| "[]".to_owned()),
        external_id: Some(external),
        thread_ids: message.in_reply_to.iter().map(|id| clean(id)).collect(),
        occurred_at,
        ..blank(arrival, ids)
    })
}

/// Where an answer goes: Reply-To only within the sender's own domain, so that nobody can point our answers at others.
fn answer_to(reply_to: Option<&str>, from: Option<&str>) -> Option<String> {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    match (reply_to, from) {
        (Some(reply_to), Some(from)) if domain(reply_to).is_some() && domain(reply_to) == domain(from) => {
            Some(reply_to.to_owned())
        }
        (_, from) => from.map(str::to_owned),
    }
}

/// An address as contacts have it.
///
/// # Errors
/// [`InvalidInbound`] says what is wrong with it.
pub fn address(kind: ChannelKind, address: &str) -> Result<String, InvalidInbound> {
    sender_address(kind, address)
}

/// An address as it is looked up; what is none of its kind stays as it is, on one line.
#[must_use]
pub fn plain_address(kind: ChannelKind, address: &str) -> String {
    let plain = match kind {
        ChannelKind::Email => mail::normalise_email(address),
        ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Voice => mail::normalise_phone(address),
        ChannelKind::Chat => None,
    };
    plain.unwrap_or_else(|| clean(address).chars().take(LONGEST_ID).collect())
}

/// A message as a provider handed it over. Total: what has no sender that can be answered is kept all the same, and
/// answered by nobody.
#[must_use]
pub fn from_provider(
    arrival: Arrival<'_>,
    message: &NewMessage,
    raw: (&str, &[u8]),
    at_ms: Option<i64>,
    ids: &dyn Ids,
) -> Ingest {
    let text: String = message.text.replace('\0', "").chars().take(LONGEST_TEXT).collect();
    let address = plain_address(arrival.kind, &message.from);
    let nobody = address.is_empty();
    // A short code or a name of letters can be read and not answered.
    let mute = match arrival.kind {
        ChannelKind::Sms => mail::normalise_phone(&message.from).is_none_or(|number| number.len() < 7),
        ChannelKind::Voice => mail::normalise_phone(&message.from).is_none(),
        _ => false,
    };
    let files: Vec<serde_json::Value> = message.files.iter().map(media::entry).collect();
    let mut dedupe = Sha256::new();
    dedupe.update(b"external_id\0");
    dedupe.update(message.id.as_bytes());
    Ingest {
        dedupe_key: data_encoding::HEXLOWER.encode(&dedupe.finalize()),
        content_type: raw.0.to_owned(),
        bytes: raw.1.to_vec(),
        from_address: clean(&message.from),
        sender_address: if nobody { "unknown".to_owned() } else { address },
        sender_name: message.name.as_deref().map(clean).filter(|name| !name.is_empty()),
        automated: message.automated || nobody || mute,
        unreadable: nobody,
        to_address: message.to.as_deref().map(clean).unwrap_or_else(|| arrival.channel.address.clone()),
        language: crate::language::detect(&text).map(str::to_owned),
        body_text: text.trim().to_owned(),
        full_text: message.whole.as_ref().map_or(text, |whole| whole.chars().take(LONGEST_TEXT).collect()),
        attachments: serde_json::to_string(&files).unwrap_or_else(|_| "[]".to_owned()),
        external_id: Some(message.id.clone()),
        thread_ids: message.answers.iter().cloned().collect(),
        occurred_at: at_ms.unwrap_or(arrival.now_ms),
        ..blank(arrival, ids)
    }
}

fn sender_address(kind: ChannelKind, address: &str) -> Result<String, InvalidInbound> {
    let pointer = "/from/address";
    match kind {
        ChannelKind::Email => mail::normalise_email(address)
            .ok_or_else(|| invalid(pointer, format!("`{}` is not a mail address", clean(address)))),
        ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Voice => {
            mail::normalise_phone(address).ok_or_else(|| {
                invalid(
                    pointer,
                    format!("`{}` is not a phone number with country code, such as +41791234567", clean(address)),
                )
            })
        }
        ChannelKind::Chat => {
            let id = clean(address);
            if id.is_empty() || id.chars().count() > LONGEST_ID {
                return Err(invalid(pointer, "must have 1 to 200 characters".to_owned()));
            }
            Ok(id)
        }
    }
}

fn invalid(pointer: &'static str, message: String) -> InvalidInbound {
    InvalidInbound { pointer, message }
}

/// One line, no control characters.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn blank(arrival: Arrival<'_>, ids: &dyn Ids) -> Ingest {
    Ingest {
        workspace_id: arrival.channel.workspace_id.clone(),
        channel_id: arrival.channel.id.clone(),
        channel_kind: arrival.kind,
        dedupe_key: String::new(),
        content_type: String::new(),
        source: arrival.source.to_owned(),
        bytes: Vec::new(),
        warnings: Vec::new(),
        sender_address: String::new(),
        sender_name: None,
        company: None,
        kind: "message",
        automated: false,
        unreadable: false,
        from_address: String::new(),
        to_address: String::new(),
        subject: None,
        body_text: String::new(),
        full_text: String::new(),
        body_html: None,
        attachments: "[]".to_owned(),
        external_id: None,
        thread_ids: Vec::new(),
        reply_tokens: Vec::new(),
        proven: false,
        language: None,
        occurred_at: arrival.now_ms,
        now_ms: arrival.now_ms,
        ids: IngestIds {
            raw_event: ids.next(IdKind::RawEvent),
            contact: ids.next(IdKind::Contact),
            conversation: ids.next(IdKind::Conversation),
            message: ids.next(IdKind::Message),
            run: ids.next(IdKind::Run),
            timeline: ids.next(IdKind::Timeline),
            superseded_timeline: ids.next(IdKind::Timeline),
        },
        work_here: None,
    }
}
