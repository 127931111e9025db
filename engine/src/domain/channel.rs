//! The five kinds of channel a conversation can run over.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What kind of channel a message came in on, or goes out by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// RFC 5322 mail.
    Email,
    /// Text messages over the phone network.
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// The chat box of a web site.
    Chat,
    /// Telephone; messages are transcripts.
    Voice,
}

impl ChannelKind {
    /// All kinds, in the order people see them.
    pub const ALL: [Self; 5] = [Self::Email, Self::Sms, Self::Whatsapp, Self::Chat, Self::Voice];

    /// The one word used in files, rows and URLs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Chat => "chat",
            Self::Voice => "voice",
        }
    }
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no channel kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a channel kind (email, sms, whatsapp, chat or voice)")]
pub struct UnknownChannelKind(pub String);

impl FromStr for ChannelKind {
    type Err = UnknownChannelKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownChannelKind(word.to_owned()))
    }
}
