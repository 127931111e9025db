//! Mail without a provider that calls: a mailbox that is read by IMAP, and mail servers that bring mail themselves.
//!
//! Nothing of it comes in by `POST`, so nothing that is posted is believed.

use data_encoding::BASE64;

use super::{Account, Capabilities, Doubt, Event, Field, Hook, Provider};
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
    Field { name: "password", secret: true, needed: true, about: "the password to sign in with" },
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

/// A mailbox and how it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Where.
    pub server: Server,
    /// How it is secured.
    pub tls: Tls,
    /// Whom to sign in as.
    pub user: String,
    /// With which password.
    pub password: String,
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
        let text = |name| account.setting(name).map(str::to_owned);
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
            server: Server { host: text("host").ok_or(("host", "is needed".to_owned()))?, port, own_root },
            tls,
            user: text("user").ok_or(("user", "is needed".to_owned()))?,
            password: account.secret("password").map_err(|error| ("password", error.to_string()))?.to_owned(),
            folder: text("folder").unwrap_or_else(|| "INBOX".to_owned()),
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
        ] {
            let mut wrong = account.clone();
            wrong.settings.insert(name.to_owned(), value.to_owned());
            assert_eq!(Mailbox::of(&wrong).unwrap_err().0, name, "{name}={value}");
            assert!(Imap.wrong(&wrong).is_some());
        }
        account.settings.insert("tls".to_owned(), "none".to_owned());
        account.settings.insert("after".to_owned(), "move:Done".to_owned());
        let mailbox = Mailbox::of(&account).unwrap();
        assert_eq!((mailbox.server.port, mailbox.after), (143, After::Move("Done".to_owned())));
    }
}
