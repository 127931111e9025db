//! Mail without a provider that calls: a mailbox that is read by IMAP, and mail servers that bring mail themselves.
//!
//! Nothing of it comes in by `POST`, so nothing that is posted is believed.

use data_encoding::BASE64;

use super::{Account, Answered, Capabilities, Doubt, Event, Field, Hook, Outgoing, Provider, text};
use crate::domain::ChannelKind;
use crate::egress::Server;

/// A mailbox that is read by IMAP.
#[derive(Debug)]
pub(super) struct Imap;

/// Mail servers that bring mail: by SMTP, by LMTP, into a maildir.
#[derive(Debug)]
pub(super) struct MailServer;

/// The word for a mailbox that is read by IMAP.
pub const IMAP: &str = "imap";
/// The word for mail servers that bring mail.
pub const MAIL_SERVER: &str = "mail_server";

const MAIL: Capabilities =
    Capabilities { receives: true, sends: false, tells_status: false, reactions: false, longest_text: 1_000_000 };

const fn public(name: &'static str, needed: bool, about: &'static str) -> Field {
    Field { name, secret: false, needed, about }
}

const IMAP_FIELDS: &[Field] = &[
    public("host", true, "name of the IMAP server"),
    public("port", false, "its port; 993, or 143 where `tls` is not `implicit`"),
    public("tls", false, "`implicit` (the default), `starttls`, or `none`, which needs `--egress-allow`"),
    public("tls_root", false, "a certificate of your own authority that is believed too, base64 of its DER form"),
    public("user", true, "the name to sign in with"),
    public("auth", false, "how to sign in: `password` (the default) or `xoauth2`, by a token"),
    Field { name: "password", secret: true, needed: false, about: "the password to sign in with" },
    Field {
        name: "access_token",
        secret: true,
        needed: false,
        about: "for `xoauth2`: the token, where something of yours renews it",
    },
    public("token_url", false, "for `xoauth2`: where a token is to be had for `refresh_token`"),
    public("client_id", false, "for `token_url`: what this server is called there"),
    Field { name: "client_secret", secret: true, needed: false, about: "for `token_url`: what it proves that with" },
    Field { name: "refresh_token", secret: true, needed: false, about: "for `token_url`: what gets tokens" },
    public("folder", false, "the folder to read; INBOX"),
    public("after", false, "what happens to a mail that was taken: `keep` (the default), `seen`, or `move:FOLDER`"),
    public("since", false, "`now` (the default): what comes from now on; `all`: also what is there already"),
];

/// How a connection becomes secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From its first byte.
    Implicit,
    /// After `STARTTLS`; without it, nothing is said.
    Start,
    /// Not at all: only in networks that were allowed by name.
    None,
}

/// What happens to a mail that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Keep,
    /// It is marked as seen.
    Seen,
    /// It is moved into this folder.
    Move(String),
}

/// What one signs in with. It stays secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// A password.
    Password(String),
    /// A token, by XOAUTH2.
    Token(String),
    /// The same, where the token is to be had first, by the call that asks for it.
    Refreshed(Outgoing),
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password",
            Self::Token(_) => "Token",
            Self::Refreshed(_) => "Refreshed",
        })
    }
}

impl Auth {
    fn of(account: &Account) -> Result<Self, (&'static str, String)> {
        let secret = |name: &'static str| {
            let found = account.secret(name).map(str::to_owned);
            found.map_err(|error| (name, error.to_string()))
        };
        match account.setting("auth") {
            None | Some("password") => Ok(Self::Password(secret("password")?)),
            Some("xoauth2") => match account.setting("token_url") {
                None => Ok(Self::Token(secret("access_token")?)),
                Some(url) => {
                    let id =
                        account.setting("client_id").ok_or(("client_id", "is needed for `token_url`".to_owned()))?;
                    let refresh = secret("refresh_token")?;
                    let mut fields =
                        vec![("grant_type", "refresh_token"), ("refresh_token", &*refresh), ("client_id", id)];
                    // Programs that cannot keep a secret have none.
                    fields.extend(account.secret("client_secret").ok().map(|secret| ("client_secret", secret)));
                    Ok(Self::Refreshed(Outgoing::form(url.to_owned(), &fields)))
                }
            },
            Some(other) => Err(("auth", format!("`{other}` is none of password, xoauth2"))),
        }
    }
}

/// The token in an answer to [`Auth::Refreshed`] (RFC 6749 §5.1).
///
/// # Errors
/// What the server says instead.
pub fn token(answered: &Answered) -> Result<String, String> {
    let json = answered.json();
    let found = text(&json, "/access_token").filter(|token| answered.status == 200 && !token.is_empty());
    found.ok_or_else(|| {
        let why = text(&json, "/error_description").or_else(|| text(&json, "/error"));
        let why = why.unwrap_or_else(|| format!("status {}", answered.status));
        format!("no token is to be had for `refresh_token`: {}", why.chars().take(200).collect::<String>())
    })
}

/// What is said to a server by XOAUTH2. <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>
#[must_use]
pub fn xoauth2(user: &str, token: &str) -> String {
    // What separates the parts stands in none of them.
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    format!("user={}\u{1}auth=Bearer {}\u{1}\u{1}", plain(user), plain(token))
}

/// A mailbox and how it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Where.
    pub server: Server,
    /// How it is secured.
    pub tls: Tls,
    /// Whom to sign in as.
    pub user: String,
    /// With what.
    pub auth: Auth,
    /// The folder.
    pub folder: String,
    /// What happens to what was taken in.
    pub after: After,
    /// Also what was there before the channel was connected.
    pub everything: bool,
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password stays secret.
        f.debug_struct("Mailbox").field("server", &self.server).field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Mailbox {
    /// The mailbox of an account.
    ///
    /// # Errors
    /// The name of the setting that cannot be used, and why.
    pub fn of(account: &Account) -> Result<Self, (&'static str, String)> {
        let set = |name| account.setting(name).map(str::to_owned);
        let tls = match account.setting("tls") {
            None | Some("implicit") => Tls::Implicit,
            Some("starttls") => Tls::Start,
            Some("none") => Tls::None,
            Some(other) => return Err(("tls", format!("`{other}` is none of implicit, starttls, none"))),
        };
        let port = match account.setting("port") {
            None => {
                if tls == Tls::Implicit {
                    993
                } else {
                    143
                }
            }
            Some(port) => port.parse().map_err(|_| ("port", format!("`{port}` is no port")))?,
        };
        let own_root = account.setting("tls_root").map(|root| BASE64.decode(root.as_bytes()));
        let own_root = own_root.transpose().map_err(|error| ("tls_root", format!("is no base64: {error}")))?;
        let after = match account.setting("after") {
            None | Some("keep") => After::Keep,
            Some("seen") => After::Seen,
            Some(other) => match other.strip_prefix("move:").map(str::trim).filter(|folder| !folder.is_empty()) {
                Some(folder) => After::Move(folder.to_owned()),
                None => return Err(("after", format!("`{other}` is none of keep, seen, move:FOLDER"))),
            },
        };
        let everything = match account.setting("since") {
            None | Some("now") => false,
            Some("all") => true,
            Some(other) => return Err(("since", format!("`{other}` is none of now, all"))),
        };
        Ok(Self {
            server: Server { host: set("host").ok_or(("host", "is needed".to_owned()))?, port, own_root },
            tls,
            user: set("user").ok_or(("user", "is needed".to_owned()))?,
            auth: Auth::of(account)?,
            folder: set("folder").unwrap_or_else(|| "INBOX".to_owned()),
            after,
            everything,
        })
    }
}

impl Provider for Imap {
    fn name(&self) -> &'static str {
        IMAP
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        MAIL
    }

    fn fields(&self) -> &'static [Field] {
        IMAP_FIELDS
    }

    fn verify(&self, _account: &Account, _hook: &Hook<'_>) -> Result<(), Doubt> {
        Err(Doubt::Unconfigured)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        vec![Event::unknown(hook, "nothing is posted here")]
    }

    fn wrong(&self, account: &Account) -> Option<(&'static str, String)> {
        Mailbox::of(account).err()
    }

    fn calls(&self) -> bool {
        false
    }
}

impl Provider for MailServer {
    fn name(&self) -> &'static str {
        MAIL_SERVER
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        MAIL
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn verify(&self, _account: &Account, _hook: &Hook<'_>) -> Result<(), Doubt> {
        Err(Doubt::Unconfigured)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        vec![Event::unknown(hook, "nothing is posted here")]
    }

    fn calls(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_read_from_settings_and_what_cannot_be_used_is_named() {
        let mut account = Account::default();
        for (name, value) in [("host", "imap.us.example"), ("user", "ann")] {
            account.settings.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(Mailbox::of(&account).unwrap_err().0, "password");
        account.secrets.insert("password".to_owned(), "s".to_owned());
        let mailbox = Mailbox::of(&account).unwrap();
        assert_eq!((mailbox.server.port, mailbox.tls, mailbox.after), (993, Tls::Implicit, After::Keep));
        assert_eq!((mailbox.folder.as_str(), mailbox.everything), ("INBOX", false));
        assert!(!format!("{:?}", Mailbox::of(&account)).contains("\"s\""));
        for (name, value) in [
            ("tls", "maybe"),
            ("port", "x"),
            ("after", "burn"),
            ("after", "move:"),
            ("since", "2020"),
            ("tls_root", "?"),
            ("auth", "smile"),
        ] {
            let mut wrong = account.clone();
            wrong.settings.insert(name.to_owned(), value.to_owned());
            assert_eq!(Mailbox::of(&wrong).unwrap_err().0, name, "{name}={value}");
            assert!(Imap.wrong(&wrong).is_some());
        }
        let mut by_token = account.clone();
        let mut set = |secret: bool, name: &str, value: &str| {
            let map = if secret { &mut by_token.secrets } else { &mut by_token.settings };
            map.insert(name.to_owned(), value.to_owned());
            Mailbox::of(&by_token).map(|mailbox| mailbox.auth)
        };
        assert_eq!(set(false, "auth", "xoauth2").err().map(|wrong| wrong.0), Some("access_token"));
        assert!(matches!(set(true, "access_token", "t1"), Ok(Auth::Token(token)) if token == "t1"));
        assert_eq!(set(false, "token_url", "https://id.example/token").err().map(|wrong| wrong.0), Some("client_id"));
        assert_eq!(set(false, "client_id", "remit").err().map(|wrong| wrong.0), Some("refresh_token"));
        let Ok(Auth::Refreshed(call)) = set(true, "refresh_token", "r&1") else { panic!("a token is asked for") };
        let body = String::from_utf8(call.body).unwrap();
        assert_eq!(body, "grant_type=refresh_token&refresh_token=r%261&client_id=remit");
        let answer = |status, body: &str| token(&Answered { status, after_ms: None, body: body.as_bytes().to_vec() });
        assert_eq!(answer(200, r#"{"access_token":"t2","expires_in":3600}"#), Ok("t2".to_owned()));
        assert!(
            answer(400, r#"{"error":"invalid_grant","access_token":"x"}"#)
                .is_err_and(|why| why.contains("invalid_grant"))
        );
        assert_eq!(xoauth2("ann\u{1}", "t"), "user=ann\u{1}auth=Bearer t\u{1}\u{1}");
        account.settings.insert("tls".to_owned(), "none".to_owned());
        account.settings.insert("after".to_owned(), "move:Done".to_owned());
        let mailbox = Mailbox::of(&account).unwrap();
        assert_eq!((mailbox.server.port, mailbox.after), (143, After::Move("Done".to_owned())));
    }
}
