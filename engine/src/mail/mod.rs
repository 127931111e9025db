//! Reads and writes RFC 5322 mail: bytes in, plain values out.
//!
//! Nothing here waits, reads a clock or fails. A mail that cannot be understood is still a [`Mail`], with
//! [`MailKind::Unparsable`] and as much of its text as could be saved.

mod address;
mod bounce;
mod bounce_text;
mod bounce_words;
mod charset;
mod compose;
mod header;
mod html;
mod identity;
mod machine;
mod parse;
mod prepare;
mod quote;
mod reading;
mod rich;
mod subject;
mod visible;

use serde::{Deserialize, Serialize};

pub use address::{normalise_email, normalise_phone};
pub(crate) use compose::line as header_line;
pub use compose::{Extra, compose, compose_with};
pub use html::safe_html;
pub use identity::{dedupe_key, thread_ids};
pub(crate) use reading::text_of_html;
pub use subject::{base_subject, reply_subject};
pub use visible::visible_text;

/// What a mail is, told from its headers and structure before its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// A person may have written it.
    #[default]
    Message,
    /// A machine answered: vacation notices and the like (RFC 3834), read receipts.
    AutoReply,
    /// A delivery status notification (RFC 3464) or a mail system's words to that effect. Look at
    /// [`BounceEntry::action`]: a notification may also say *delayed* or *delivered*.
    Bounce,
    /// A feedback report (RFC 5965): the recipient called our mail abuse.
    Complaint,
    /// No header field could be found, or the parser gave up.
    Unparsable,
}

/// One part of a mail that is kept beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Name for people: no path, no control or direction-changing characters, at most 120 characters.
    pub name: String,
    /// Media type as the mail declares it, in lower case.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Decoded size in bytes.
    pub size: u64,
    /// True when the HTML shows it in place (`cid:`).
    pub inline: bool,
    /// What the HTML calls it after `cid:`, where it shows it in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
}

/// What a delivery status notification says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceEntry {
    /// The recipient's address, or `""` when the notification does not name it.
    pub recipient: String,
    /// RFC 3463 status (`5.1.1`), where the notification holds one.
    pub status: Option<String>,
    /// True when the address itself is at fault for good: mail to it should stop.
    pub hard: bool,
    /// RFC 3464 action: `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// The receiving server's words, where given.
    pub diagnostic: Option<String>,
}

/// A feedback report's subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// RFC 5965 feedback type: `abuse`, `auth-failure`, `fraud`, `not-spam`, `virus`, `other`.
    #[serde(rename = "type")]
    pub feedback_type: String,
    /// Who complained, where the report says so; providers often leave it out.
    pub recipient: Option<String>,
}

/// One mail, read. As JSON it is what `remit inspect` prints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mail {
    /// What it is.
    pub kind: MailKind,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// First id of In-Reply-To, without angle brackets.
    pub in_reply_to: Option<String>,
    /// References, oldest first, without angle brackets or repeats.
    pub references: Vec<String>,
    /// Address of the first author, as written.
    pub from: Option<String>,
    /// Name shown beside `from`.
    pub from_name: Option<String>,
    /// Addresses in To, as written.
    pub to: Vec<String>,
    /// Addresses in Cc, as written.
    pub cc: Vec<String>,
    /// Where the author wants answers to go, when it is not `from`.
    pub reply_to: Option<String>,
    /// Decoded subject; empty when there is none.
    pub subject: String,
    /// Date header as RFC 3339 in UTC, where it can be read and lies between 1971 and 2100.
    pub date: Option<String>,
    /// `date` as UTC milliseconds.
    pub date_ms: Option<i64>,
    /// The whole text: from text/plain parts, else made from the HTML.
    pub text: String,
    /// What the author wrote this time: quoted history and signatures removed. Never empty when `text` is not.
    pub visible_text: String,
    /// Sanitised HTML, where the mail has HTML; see [`safe_html`].
    pub safe_html: Option<String>,
    /// ISO 639-1 code of `visible_text`'s language, where it could be told.
    pub language: Option<String>,
    /// Parts kept beside the text, at most 100.
    pub attachments: Vec<Attachment>,
    /// One entry for each recipient a delivery status notification speaks of.
    pub bounce: Vec<BounceEntry>,
    /// The complaint, when `kind` is complaint.
    pub complaint: Option<Complaint>,
    /// True when the mail has an HTML body.
    pub has_html: bool,
    /// List or bulk mail: no automatic answer, although a person may have written it.
    pub precedence_bulk: bool,
    /// The sender asks for no automatic answer (`X-Auto-Response-Suppress`); not proof of a machine.
    pub suppress_auto_reply: bool,
    /// The mail carries our own marker (`X-Remit-*`): some Remit wrote it.
    pub own_loop: bool,
    /// Envelope sender as recorded by the receiving server; `""` is the null sender of RFC 5321 §4.5.5.
    pub return_path: Option<String>,
    /// `Authentication-Results` (RFC 8601), newest first. Trust only those of your own server.
    pub authentication_results: Vec<String>,
    /// Whom receiving servers say that it was delivered to: only they know of blind copies and of what was forwarded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivered_to: Vec<String>,
    /// What was odd about the mail, as words for machines.
    pub warnings: Vec<String>,
}

/// Reads one mail. Total: any bytes give a [`Mail`].
///
/// The MIME parser runs inside `catch_unwind`, since it has panicked on crafted input before; such a mail comes
/// back as [`MailKind::Unparsable`] with the warning `parser_panicked`.
#[must_use]
pub fn read(raw: &[u8]) -> Mail {
    let guarded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parse::parse(raw)));
    guarded.unwrap_or_else(|_| parse::unparsable(raw, "parser_panicked"))
}

/// One of a mail's attachments, from 0, and its bytes, as they were before they were encoded for the way.
#[must_use]
pub fn attachment(raw: &[u8], at: usize) -> Option<(Attachment, Vec<u8>)> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parse::attachment(raw, at))).ok().flatten()
}

/// A file name fit to show: no folders, nothing that is not seen, not too long.
#[must_use]
pub fn display_name(name: &str) -> String {
    let shown = parse::display_name(name);
    if shown.is_empty() { "file".to_owned() } else { shown }
}
