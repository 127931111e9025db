//! The chat box of a web site: who a visitor is, and which sites may show it.
//!
//! A visitor has a random token that only their browser knows; an address is made of it, so that whoever reads the database
//! cannot speak for them. Who they are to the site is believed only when the site's own server says so: with a JWT that is
//! good for an hour at most and meant for this channel, or with an HMAC of their id. Anything else is a stranger, who sees
//! nothing of what somebody else wrote.

use serde_json::Value;

use super::{Account, Capabilities, Doubt, Event, Field, Hook, Provider, sign};
use crate::domain::ChannelKind;

/// The chat box.
#[derive(Debug)]
pub struct WebChat;

/// The word that names it.
pub const NAME: &str = "web_chat";
/// An identity is good for so long at most, in seconds; a minute is for clocks.
const LONGEST_IDENTITY_S: i64 = 3600 + 60;
/// Longest name or id, in characters.
const LONGEST_NAME: usize = 200;

impl Provider for WebChat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Chat
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { receives: true, sends: true, tells_status: false, reactions: false, longest_text: usize::MAX }
    }

    fn fields(&self) -> &'static [Field] {
        &[
            Field {
                name: "allowed_origins",
                secret: false,
                needed: true,
                about: "The sites that may show it, with commas between them: https://shop.example",
            },
            Field {
                name: "anonymous",
                secret: false,
                needed: false,
                about: "`allow` (as when left out) or `deny` visitors whom the site does not vouch for",
            },
            Field {
                name: "transcript",
                secret: false,
                needed: false,
                about: "Who gets the chat by mail when they leave: `verified` (the default: who asks, and whose address the \
                    site vouches for), `asked` (also to an address that they type in), `always` (whose address the site \
                    vouches for, without asking), `never`",
            },
            Field {
                name: "transcript_channel",
                secret: false,
                needed: false,
                about: "The mail channel that it leaves by, chn_…; the first one where none is named",
            },
            Field {
                name: "identity_secret",
                secret: true,
                needed: false,
                about: "What the site's server signs identities with",
            },
        ]
    }

    fn wrong(&self, account: &Account) -> Option<(&'static str, String)> {
        let given = account.setting("transcript").unwrap_or("verified");
        let known = ["verified", "asked", "always", "never"].contains(&given);
        (!known).then(|| ("transcript", format!("`{given}` is none of verified, asked, always, never")))
    }

    /// Nothing is delivered to it by anybody else.
    fn verify(&self, _: &Account, _: &Hook<'_>) -> Result<(), Doubt> {
        Err(Doubt::Unconfigured)
    }

    fn parse(&self, _: &Account, hook: &Hook<'_>) -> Vec<Event> {
        vec![Event::unknown(hook, "a delivery to a chat box")]
    }
}

/// Who a visitor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// What they are found by.
    pub address: String,
    /// Their name, where the site vouches for it or they said it themselves.
    pub name: Option<String>,
    /// Their mail address, where the site vouches for it.
    pub email: Option<String>,
    /// The site vouches for them.
    pub verified: bool,
}

/// Whom a chat is sent to when its visitor leaves: `asks` and `typed` are what they say.
#[must_use]
pub fn transcript_to(account: &Account, visitor: &Visitor, asks: bool, typed: Option<&str>) -> Option<String> {
    let vouched = || visitor.email.clone().filter(|_| visitor.verified);
    match account.setting("transcript").unwrap_or("verified") {
        "verified" if asks => vouched(),
        "always" => vouched(),
        "asked" if asks => vouched().or_else(|| typed.map(str::to_owned)),
        _ => None,
    }
}

/// What a visitor brings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Brought<'a> {
    /// The browser's own token.
    pub token: Option<&'a str>,
    /// A JWT of the site.
    pub jwt: Option<&'a str>,
    /// An id at the site, and its HMAC-SHA256 in hexadecimal.
    pub user: Option<(&'a str, &'a str)>,
}

fn short(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn by_jwt(token: &str, keys: &[&str], channel: &str, now_ms: i64) -> Option<Visitor> {
    let claims = keys.iter().find_map(|key| sign::jwt_claims(token, key.as_bytes()))?;
    let now = now_ms / 1000;
    let exp = claims.get("exp").and_then(Value::as_i64)?;
    let is_ours = match claims.get("aud")? {
        Value::String(one) => one == channel,
        Value::Array(all) => all.iter().any(|one| one.as_str() == Some(channel)),
        _ => false,
    };
    let begun = claims.get("nbf").and_then(Value::as_i64).is_none_or(|from| from <= now + 60);
    if !is_ours || !begun || exp <= now || exp > now + LONGEST_IDENTITY_S {
        return None;
    }
    let subject = short(claims.get("sub").and_then(Value::as_str)?)?;
    let name = claims.get("name").and_then(Value::as_str).and_then(short);
    let holds = claims.get("email_verified").and_then(Value::as_bool) != Some(false);
    let email = claims.get("email").and_then(Value::as_str).filter(|_| holds).and_then(short);
    Some(Visitor { address: format!("user:{subject}"), name, email, verified: true })
}

/// Who it is: an identity that does not hold counts as none.
///
/// # Errors
/// [`Doubt::Missing`] where there is no token, or where strangers are not let in.
pub fn visitor(account: &Account, channel: &str, brought: Brought<'_>, now_ms: i64) -> Result<Visitor, Doubt> {
    let keys: Vec<&str> = account.keys("identity_secret").collect();
    if let Some(known) = brought.jwt.and_then(|jwt| by_jwt(jwt, &keys, channel, now_ms)) {
        return Ok(known);
    }
    if let Some((user, digest)) = brought.user
        && let Some(id) = short(user).filter(|id| id == user)
        && keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &[user.as_bytes()], digest))
    {
        return Ok(Visitor { address: format!("user:{id}"), name: None, email: None, verified: true });
    }
    if account.setting("anonymous") == Some("deny") {
        return Err(Doubt::Missing);
    }
    // 128 bits at least, so that nobody finds another one's.
    let token = brought.token.filter(|token| token.len() >= 32 && token.len() <= 200).ok_or(Doubt::Missing)?;
    let digest = sign::sha256_hex(format!("{channel}\0{token}").as_bytes());
    let address = format!("visitor:{}", digest.get(..32).unwrap_or_default());
    Ok(Visitor { address, name: None, email: None, verified: false })
}

/// Whether a page of this origin may show the chat box. A program has no origin, and is no page.
#[must_use]
pub fn may_show(account: &Account, origin: Option<&str>) -> bool {
    let Some(origin) = origin else { return true };
    let allowed = account.setting("allowed_origins").unwrap_or_default();
    allowed
        .split(',')
        .map(|one| one.trim().trim_end_matches('/'))
        .any(|one| !one.is_empty() && one.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_772_532_000_000;
    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn account() -> Account {
        let mut account = Account::default();
        account.settings.insert("allowed_origins".to_owned(), "https://shop.example, https://b.example/".to_owned());
        account.secrets.insert("identity_secret".to_owned(), "s".to_owned());
        account
    }

    fn jwt(claims: &Value, key: &str) -> Option<Visitor> {
        let token = sign::jwt(claims, key.as_bytes());
        visitor(&account(), "chn_1", Brought { token: Some(TOKEN), jwt: Some(&token), user: None }, NOW).ok()
    }

    #[test]
    fn case_097_an_identity_that_does_not_hold_is_none() {
        let now = NOW / 1000;
        let good = json!({ "sub": "42", "name": "Lena", "aud": "chn_1", "exp": now + 600 });
        let known = jwt(&good, "s").filter(|visitor| visitor.verified);
        assert_eq!(
            known.map(|visitor| (visitor.address, visitor.name)),
            Some(("user:42".to_owned(), Some("Lena".to_owned())))
        );
        for (claims, key) in [
            (good.clone(), "another"),
            (json!({ "sub": "42", "aud": "chn_2", "exp": now + 600 }), "s"),
            (json!({ "sub": "42", "aud": "chn_1", "exp": now - 1 }), "s"),
            (json!({ "sub": "42", "aud": "chn_1", "exp": now + 90_000 }), "s"),
            (json!({ "sub": "42", "aud": "chn_1" }), "s"),
            (json!({ "sub": "", "aud": "chn_1", "exp": now + 600 }), "s"),
        ] {
            let found = jwt(&claims, key);
            assert!(
                found.is_some_and(|visitor| !visitor.verified && visitor.address.starts_with("visitor:")),
                "{claims}"
            );
        }
        let none = r#"eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9."#;
        let found = visitor(&account(), "chn_1", Brought { token: Some(TOKEN), jwt: Some(none), user: None }, NOW);
        assert!(found.is_ok_and(|visitor| !visitor.verified));
        let digest = data_encoding::HEXLOWER.encode(&sign::hmac_sha256(b"s", &[b"42"]));
        let by = |user, digest| {
            visitor(&account(), "chn_1", Brought { token: Some(TOKEN), jwt: None, user: Some((user, digest)) }, NOW)
        };
        assert!(by("42", digest.as_str()).is_ok_and(|visitor| visitor.verified));
        assert!(by("43", digest.as_str()).is_ok_and(|visitor| !visitor.verified));
        let mut closed = account();
        closed.settings.insert("anonymous".to_owned(), "deny".to_owned());
        let stranger = Brought { token: Some(TOKEN), ..Brought::default() };
        assert_eq!(visitor(&closed, "chn_1", stranger, NOW), Err(Doubt::Missing));
        let guessable = Brought { token: Some("1"), ..Brought::default() };
        assert_eq!(visitor(&account(), "chn_1", guessable, NOW), Err(Doubt::Missing));
        // The same token is somebody else on another channel.
        assert_ne!(visitor(&account(), "chn_1", stranger, NOW), visitor(&account(), "chn_2", stranger, NOW));
    }

    #[test]
    fn a_chat_goes_by_mail_to_whom_the_channel_lets_it() {
        let now = NOW / 1000;
        let claims = |verified: bool| json!({ "sub": "42", "aud": "chn_1", "exp": now + 600, "email": "lena@c.example", "email_verified": verified });
        let known = jwt(&claims(true), "s").unwrap();
        let unsure = jwt(&claims(false), "s").unwrap();
        let stranger = visitor(&account(), "chn_1", Brought { token: Some(TOKEN), ..Brought::default() }, NOW).unwrap();
        let to = |word: &str, who: &Visitor, asks: bool, typed: Option<&str>| {
            let mut account = account();
            account.settings.insert("transcript".to_owned(), word.to_owned());
            assert!(WebChat.wrong(&account).is_none());
            transcript_to(&account, who, asks, typed)
        };
        let (own, typed) = (Some("lena@c.example".to_owned()), Some("any@d.example"));
        for word in ["", "verified"] {
            assert_eq!(to(word, &known, true, typed), own);
            assert_eq!(to(word, &known, false, typed), None, "nobody asked");
            assert_eq!((to(word, &stranger, true, typed), to(word, &unsure, true, typed)), (None, None));
        }
        assert_eq!(to("asked", &stranger, true, typed).as_deref(), typed);
        assert_eq!((to("asked", &known, true, typed), to("asked", &stranger, false, typed)), (own.clone(), None));
        assert_eq!((to("always", &known, false, None), to("always", &stranger, true, typed)), (own, None));
        assert_eq!(to("never", &known, true, typed), None);
        let mut odd = account();
        odd.settings.insert("transcript".to_owned(), "sometimes".to_owned());
        assert!(WebChat.wrong(&odd).is_some());
    }

    #[test]
    fn case_098_only_the_sites_that_are_named_show_it() {
        for (origin, good) in [
            (Some("https://shop.example"), true),
            (Some("https://b.example"), true),
            (Some("https://shop.example.evil.example"), false),
            (Some("http://shop.example"), false),
            (Some("null"), false),
            (None, true),
        ] {
            assert_eq!(may_show(&account(), origin), good, "{origin:?}");
        }
        assert!(!may_show(&Account::default(), Some("https://shop.example")), "none is named");
    }
}
