//! Reply addresses that say which message of ours is answered, and cannot be made up.
//!
//! `support+0abc….mac@acme.example`: the id of our message and a code over it, the channel and the server's key. The code
//! is 80 bits long; letters are lower case and count as such in any case, for some mail servers change it. Where a mail was
//! delivered to such an address, it answers that message, whatever became of its headers on the way.

use data_encoding::BASE32_NOPAD;

use super::sign;

/// Length of the id of a message without its prefix.
const ID: usize = 26;
/// Length of the code.
const CODE: usize = 16;
/// Longest local part of an address (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// Makes and reads tokens. The key is derived from the server's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    key: [u8; 32],
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// Tokens under the server's key.
    #[must_use]
    pub fn new(master_key: &[u8; 32]) -> Self {
        let derived = sign::hmac_sha256(master_key, &[b"reply tokens"]);
        let mut key = [0; 32];
        key.iter_mut().zip(derived).for_each(|(to, from)| *to = from);
        Self { key }
    }

    fn code(&self, channel: &str, id: &str) -> String {
        let whole = BASE32_NOPAD.encode(&sign::hmac_sha256(&self.key, &[channel.as_bytes(), &[0], id.as_bytes()]));
        whole.chars().take(CODE).collect::<String>().to_ascii_lowercase()
    }

    /// The token of a message of ours (`msg_…`) on a channel.
    #[must_use]
    pub fn token(&self, channel: &str, message_id: &str) -> String {
        let id = message_id.trim_start_matches("msg_");
        format!("{id}{}", self.code(channel, id))
    }

    /// The message of ours that a token names; `None` where it was not made here for this channel.
    #[must_use]
    pub fn read(&self, channel: &str, token: &str) -> Option<String> {
        let token = token.trim().to_ascii_lowercase();
        let (id, code) = token.split_at_checked(ID).filter(|(_, code)| code.len() == CODE)?;
        sign::same(self.code(channel, id).as_bytes(), code.as_bytes()).then(|| format!("msg_{id}"))
    }

    /// The address that answers to a message go to; `None` where the channel's own is too long for it.
    #[must_use]
    pub fn address(&self, channel: &str, own: &str, message_id: &str) -> Option<String> {
        let (local, domain) = own.rsplit_once('@')?;
        let local = format!("{}+{}", local.split('+').next()?, self.token(channel, message_id));
        (local.len() <= LONGEST_LOCAL && !local.contains(['"', ' '])).then(|| format!("{local}@{domain}"))
    }
}

/// What may be a token in an address: what stands after a plus, or after a minus where a server allows no plus.
#[must_use]
pub fn in_address(address: &str) -> Option<String> {
    let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
    let local = local.trim_matches('"');
    let token = local.rsplit_once(['+', '-']).map(|(_, token)| token)?;
    let good = token.len() == ID + CODE && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    good.then(|| token.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_043_a_token_is_read_in_any_case_and_only_where_it_was_made() {
        let tokens = Tokens::new(&[7; 32]);
        let message = "msg_01jqrs0000abcdefghjkmnpqrs";
        let address = tokens.address("chn_a", "support@acme.example", message).unwrap();
        assert!(address.starts_with("support+01jqrs") && address.ends_with("@acme.example"), "{address}");
        for written in [
            address.clone(),
            address.to_uppercase(),
            format!("<{address}>"),
            address.replace("support+", "\"support+").replace("@acme", "\"@acme"),
            address.replace('+', "-"),
        ] {
            let token = in_address(&written).unwrap_or_else(|| panic!("{written}"));
            assert_eq!(tokens.read("chn_a", &token).as_deref(), Some(message), "{written}");
            assert_eq!(tokens.read("chn_b", &token), None, "another account's");
            assert_eq!(Tokens::new(&[8; 32]).read("chn_a", &token), None, "another server's");
        }
        let token = in_address(&address).unwrap();
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'2' { b'3' } else { b'2' };
            assert_eq!(tokens.read("chn_a", std::str::from_utf8(&bytes).unwrap()), None, "altered at {at}");
        }
        assert_eq!(tokens.read("chn_a", ""), None);
        assert_eq!(tokens.read("chn_a", &"ä".repeat(21)), None);
        assert_eq!(in_address("support+sales@acme.example"), None);
        assert_eq!(tokens.address("c", &format!("{}@acme.example", "x".repeat(30)), message), None);
    }
}
