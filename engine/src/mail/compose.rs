//! Renders an outbound message as an RFC 5322 mail.

use mail_builder::MessageBuilder;
use mail_builder::encoders::quoted_printable::QuotedPrintableEncoder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use crate::domain::ChannelKind;
use crate::ports::OutboundMessage;

/// References kept at each end of a long chain; readers need the root and the newest.
const KEPT_REFERENCES: usize = 20;

/// Renders the mail: the same message gives the same bytes, on every attempt and machine.
///
/// Lines end in CRLF, the text is quoted-printable or base64, and every header value is free of control characters,
/// so nothing in a name, subject or text can end a header or the SMTP data early. Mail that no person released says
/// so (`Auto-Submitted`, RFC 3834), and all mail carries `X-Remit-Message`, by which another Remit knows it.
#[must_use]
pub fn compose(message: &OutboundMessage) -> Vec<u8> {
    compose_with(message, &Extra::default())
}

/// What a mail carries besides what was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Where a recipient says by one click that they want no more (RFC 8058): an `https` address.
    pub unsubscribe: Option<String>,
}

/// The same with what the channel adds.
#[must_use]
pub fn compose_with(message: &OutboundMessage, extra: &Extra) -> Vec<u8> {
    let mut builder = MessageBuilder::new()
        .from(address(message.from_name.as_deref(), &message.from))
        .to(address(message.to_name.as_deref(), &message.to))
        .subject(line(message.subject.as_deref().unwrap_or_default()))
        .date(message.at_ms.div_euclid(1_000))
        .message_id(id(&message.message_id));
    if let Some(answered) = message.in_reply_to.as_deref().map(id).filter(|id| !id.is_empty()) {
        builder = builder.in_reply_to(answered);
    }
    let references = references(message);
    if !references.is_empty() {
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    if let Some(reply_to) = &extra.reply_to {
        builder = builder.reply_to(address(message.from_name.as_deref(), reply_to));
    }
    if let Some(url) = extra.unsubscribe.as_deref().map(id).filter(|url| url.starts_with("https://")) {
        builder = builder
            .header("List-Unsubscribe", Raw::new(format!("<{url}>")))
            .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
    }
    if message.automatic {
        builder = builder
            .header("Auto-Submitted", Raw::new("auto-replied"))
            .header("X-Auto-Response-Suppress", Raw::new("All"));
    }
    builder = builder.header("X-Remit-Message", Raw::new(token(&message.idempotency_key)));
    if message.channel != ChannelKind::Email {
        builder = builder.header("X-Remit-Channel", Raw::new(message.channel.as_str()));
    }
    let text = encoded("text/plain", &body(&message.body_text));
    // The same in HTML where the text has markup: readers that show no HTML have the text, which is what was approved.
    let rich = (message.channel == ChannelKind::Email).then(|| super::rich::html(&message.body_text)).flatten();
    let part = match rich {
        Some(html) => MimePart::new(
            ContentType::new("multipart/alternative").attribute("boundary", boundary('-', message)),
            vec![text, encoded("text/html", &body(&html))],
        ),
        None => text,
    };
    let part = if message.attachments.is_empty() { part } else { with_files(part, message) };
    // Writing to memory cannot fail.
    builder.body(part).write_to_vec().unwrap_or_default()
}

/// The text and the files that go along. The boundary follows from the message's key, so that every attempt gives the same
/// bytes; base64 has none of its characters in a row, and no line of the text can be one, for `=` is encoded there.
fn with_files<'a>(text: MimePart<'a>, message: &'a OutboundMessage) -> MimePart<'a> {
    let mut parts = vec![text];
    parts.extend(message.attachments.iter().map(|file| {
        let kind = file.media_type.split(';').next().unwrap_or_default();
        let kind = if is_plain_type(kind) { kind } else { "application/octet-stream" };
        MimePart::new(ContentType::new(kind.to_owned()), BodyPart::Binary(file.bytes.as_slice().into()))
            .attachment(line(&file.name))
    }));
    MimePart::new(ContentType::new("multipart/mixed").attribute("boundary", boundary('_', message)), parts)
}

/// What separates the parts of a mail.
fn boundary(kind: char, message: &OutboundMessage) -> String {
    format!("={kind}{}", token(&message.idempotency_key).chars().take(60).collect::<String>())
}

/// A text, encoded here whatever it is, so that no line of it can be taken for SMTP or grow past 998 bytes.
fn encoded(kind: &'static str, text: &str) -> MimePart<'static> {
    let encoded = QuotedPrintableEncoder::new().preserve_line_breaks().encode(text.as_bytes());
    let encoded = String::from_utf8(encoded.unwrap_or_default()).unwrap_or_default().replace("\r\n.", "\r\n=2E");
    MimePart::new(ContentType::new(kind).attribute("charset", "utf-8"), BodyPart::Text(encoded.into()))
        .transfer_encoding("quoted-printable")
}

/// A type that a part may have without parameters and without becoming part of the mail's structure.
fn is_plain_type(kind: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
    };
    kind.split_once('/').is_some_and(|(main, sub)| {
        is_word(main) && is_word(sub) && !matches!(main.to_ascii_lowercase().as_str(), "multipart" | "message" | "text")
    })
}

fn address<'a>(name: Option<&str>, address: &str) -> Address<'a> {
    let name = name.map(line).filter(|name| !name.is_empty());
    let address: String =
        address.chars().filter(|c| !c.is_control() && !c.is_whitespace() && !"<>,;\"".contains(*c)).collect();
    Address::new_address(name, address)
}

/// A header value on one line: control characters become blanks, runs of blanks one.
pub(crate) fn line(text: &str) -> String {
    let flat: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    flat.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message id without brackets, blanks or control characters.
fn id(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !"<>".contains(*c)).take(900).collect()
}

/// Printable ASCII only.
fn token(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(900).collect()
}

fn references(message: &OutboundMessage) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for reference in message.references.iter().chain(message.in_reply_to.iter()) {
        let reference = id(reference);
        if !reference.is_empty() {
            ids.retain(|known| *known != reference);
            ids.push(reference);
        }
    }
    if ids.len() > 2 * KEPT_REFERENCES {
        ids.drain(KEPT_REFERENCES..ids.len() - KEPT_REFERENCES);
    }
    ids
}

/// The text with CRLF line ends and no control characters but tabs.
fn body(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut body = String::with_capacity(unified.len() + unified.len() / 20);
    for line in unified.trim_end_matches('\n').split('\n') {
        body.extend(line.chars().filter(|c| *c == '\t' || !c.is_control()));
        body.push_str("\r\n");
    }
    body
}
