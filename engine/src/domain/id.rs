//! Ids: a prefix that says what is named, and 26 characters of base32 over a UUIDv7.
//!
//! The text form of TypeID (<https://github.com/jetify-com/typeid>): time-ordered, one form in rows, URLs and logs.

/// What an id names; the prefix of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant names the resource it is called after")]
pub enum IdKind {
    Workspace,
    Rep,
    ApiKey,
    Channel,
    Contact,
    Conversation,
    RawEvent,
    Message,
    Run,
    Decision,
    Draft,
    Approval,
    Effect,
    Note,
    Timeline,
    Activation,
    Boot,
    Event,
    Webhook,
    Delivery,
    Session,
    Link,
    Tag,
    Attachment,
    Audit,
    View,
    ProviderEvent,
    ModelCall,
    Team,
}

impl IdKind {
    /// The prefix, without the underscore.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Workspace => "wsp",
            Self::Rep => "usr",
            Self::ApiKey => "key",
            Self::Channel => "chn",
            Self::Contact => "con",
            Self::Conversation => "cnv",
            Self::RawEvent => "raw",
            Self::Message => "msg",
            Self::Run => "run",
            Self::Decision => "dec",
            Self::Draft => "dft",
            Self::Approval => "apr",
            Self::Effect => "eff",
            Self::Note => "note",
            Self::Timeline => "tml",
            Self::Activation => "act",
            Self::Boot => "boot",
            Self::Event => "evt",
            Self::Webhook => "whk",
            Self::Delivery => "whd",
            Self::Session => "ses",
            Self::Link => "lnk",
            Self::Tag => "tag",
            Self::Attachment => "att",
            Self::Audit => "aud",
            Self::View => "view",
            Self::ProviderEvent => "pev",
            Self::ModelCall => "call",
            Self::Team => "team",
        }
    }
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes 128 bits as `<prefix>_<26 characters>`.
#[must_use]
pub fn encode(kind: IdKind, bits: u128) -> String {
    let prefix = kind.prefix();
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    for position in (0..26).rev() {
        let five = (bits >> (position * 5)) & 31;
        // `five` is below 32, so the look-up never falls back.
        text.push(char::from(ALPHABET.get(usize::try_from(five).unwrap_or(0)).copied().unwrap_or(b'0')));
    }
    text
}

/// The workspace of the embedded set-up.
pub const DEFAULT_WORKSPACE: &str = "wsp_00000000000000000000000000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_the_order_of_their_bits() {
        let low = encode(IdKind::Message, 1 << 100);
        let high = encode(IdKind::Message, (1 << 100) + 1);
        assert!(low < high);
        assert_eq!(low.len(), "msg_".len() + 26);
        assert_eq!(encode(IdKind::Workspace, 0), DEFAULT_WORKSPACE);
        assert_eq!(encode(IdKind::Note, u128::MAX), "note_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }
}
