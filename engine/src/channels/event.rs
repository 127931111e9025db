//! What providers tell, in one form for all of them.

use serde::{Deserialize, Serialize};

use super::{Hook, Status, TimelineEvent, sign};

/// A message from a person outside, or of ours that did not leave by us.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NewMessage {
    /// The provider's id of it.
    pub id: String,
    /// Who wrote it, as the provider names them.
    pub from: String,
    /// Other names of the same person with this provider.
    pub also: Vec<String>,
    /// Name, where told.
    pub name: Option<String>,
    /// Whom it was sent to.
    pub to: Option<String>,
    /// The text.
    pub text: String,
    /// Everything, where `text` is only what the person said.
    pub whole: Option<String>,
    /// The provider's id of what it answers.
    pub answers: Option<String>,
    /// What came with it: name, MIME type, and where the provider keeps it.
    pub files: Vec<MediaFile>,
    /// Not to be answered by a machine: the provider answered it itself, or there is nothing to answer.
    pub automated: bool,
}

/// A file that the provider keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MediaFile {
    /// Name.
    pub name: String,
    /// MIME type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Bytes; 0 where not told.
    pub size: u64,
    /// The provider's name or address of it.
    #[serde(rename = "ref")]
    pub reference: String,
}

/// One turn of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// True for the person outside.
    pub contact: bool,
    /// What was said.
    pub text: String,
}

/// A call that is over, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Call {
    /// The provider's id of it.
    pub id: String,
    /// The person outside.
    pub contact: String,
    /// What was said; empty where there is no transcript (yet).
    pub turns: Vec<Turn>,
    /// A summary by the provider.
    pub summary: Option<String>,
    /// `answered`, `voicemail`, `no_answer`, `silent` or `failed`.
    pub outcome: String,
    /// Where the recording is.
    pub recording: Option<String>,
    /// How long it took, in seconds.
    pub seconds: Option<i64>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// A person wrote.
    Message(Box<NewMessage>),
    /// One of ours wrote, but not by us: on the telephone that shares the number.
    Echo(Box<NewMessage>),
    /// A mail, whole. `to` is whom it was delivered to.
    Mail {
        /// RFC 5322.
        raw: Vec<u8>,
        /// The envelope's recipient.
        to: Option<String>,
    },
    /// A mail that must be fetched: the provider only tells that it is there.
    MailAt {
        /// The provider's id of it.
        id: String,
    },
    /// How far a message of ours has got.
    Status(Status),
    /// A person does not want to be written to: on this channel, or at all.
    OptOut {
        /// Who.
        address: String,
        /// On every channel.
        everywhere: bool,
    },
    /// A person wants to be written to again.
    OptIn {
        /// Who.
        address: String,
    },
    /// An emoji on a message; none when it was taken away.
    Reaction {
        /// The emoji.
        emoji: Option<String>,
    },
    /// A message has another text now.
    Edit {
        /// The text.
        text: String,
    },
    /// A message was taken back by its author.
    Delete,
    /// A call is over, or more is known of it.
    Call(Box<Call>),
    /// A person has another address now.
    Moved {
        /// The old one.
        from: String,
        /// The new one.
        to: String,
    },
    /// Something of a calendar or CRM.
    Timeline(Box<TimelineEvent>),
    /// A word of the provider that we do not understand.
    Unknown {
        /// What it is about, as far as can be told.
        what: String,
    },
}

impl Happened {
    /// The word in rows.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Echo(_) => "echo",
            Self::Mail { .. } => "mail",
            Self::MailAt { .. } => "mail_at",
            Self::Status(_) => "status",
            Self::OptOut { .. } => "opt_out",
            Self::OptIn { .. } => "opt_in",
            Self::Reaction { .. } => "reaction",
            Self::Edit { .. } => "edit",
            Self::Delete => "delete",
            Self::Call(_) => "call",
            Self::Moved { .. } => "moved",
            Self::Timeline(_) => "timeline",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// One event out of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The same for every delivery of this event, and for no other of the account.
    pub key: String,
    /// When it happened, by the provider's clock, UTC milliseconds.
    pub at_ms: Option<i64>,
    /// Names of the message that it is about, most certain first: ours, the provider's, a Message-ID.
    pub refs: Vec<String>,
    /// What happened.
    pub happened: Happened,
}

impl Event {
    /// An event about no message of ours.
    #[must_use]
    pub fn new(key: impl Into<String>, at_ms: Option<i64>, happened: Happened) -> Self {
        Self { key: key.into(), at_ms, refs: Vec::new(), happened }
    }

    /// The same about a message that goes by these names; empty ones are left out.
    #[must_use]
    pub fn about(mut self, refs: impl IntoIterator<Item = Option<String>>) -> Self {
        self.refs.extend(refs.into_iter().flatten().filter(|name| !name.is_empty()));
        self
    }

    /// What cannot be understood.
    #[must_use]
    pub fn unknown(hook: &Hook<'_>, what: impl Into<String>) -> Self {
        Self::new(format!("raw:{}", sign::sha256_hex(hook.body)), None, Happened::Unknown { what: what.into() })
    }
}
