//! Providers: who hands messages over, and how each of them speaks.
//!
//! Everything here is pure: bytes and a time in, events or a call to make out. A provider **verifies** the raw bytes of
//! a request, **parses** them into [`Event`]s, writes the **call** that sends a message and **reads** its answer. Who
//! stores, calls and retries is elsewhere. What a provider says and we do not understand is [`Happened::Unknown`]: it is
//! kept and answered with 200, for a refusal would only bring it again.

pub mod call;
pub mod chat;
pub mod delivery;
pub mod dkim;
pub mod event;
pub mod form;
pub mod health;
pub mod hook;
pub mod keywords;
pub mod mailbox;
pub mod media;
pub mod mime;
pub mod reply_token;
pub mod seal;
pub mod segments;
pub mod sign;

mod calendar;
mod generic;
mod mailers;
mod meta;
mod more_mailers;
mod postmark;
mod sendgrid;
pub mod ses;
pub mod telnyx;
pub mod twilio;
mod voice;
pub mod whatsapp;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use calendar::TimelineEvent;
pub use call::{Answered, Outgoing, Thanks};
pub use delivery::{Delivery, Is, Status};
pub use event::{Call, Event, Happened, MediaFile, NewMessage, Turn};
pub use hook::{Doubt, Hook};

use crate::domain::ChannelKind;
use crate::ports::{OutboundMessage, SendClass, SendError, SendReceipt};

/// An account with a provider: what is public, and what is not.
#[derive(Clone, Default)]
pub struct Account {
    /// Our own address on it.
    pub address: String,
    /// Public settings, such as an account's id. `base_url` replaces the provider's own address.
    pub settings: BTreeMap<String, String>,
    /// Secrets. `previous_NAME` is one that is being replaced: it is still believed.
    pub secrets: BTreeMap<String, String>,
    /// Where the provider reaches the channel, as it is told: an absolute URL, where the server knows its own.
    pub hook_url: Option<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secrets stay secret.
        f.debug_struct("Account")
            .field("address", &self.address)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// A setting.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A secret, or why nothing can be done without it.
    ///
    /// # Errors
    /// [`SendError::Refused`] when it is not set.
    pub fn secret(&self, name: &str) -> Result<&str, SendError> {
        let found = self.secrets.get(name).map(String::as_str).filter(|value| !value.is_empty());
        found.ok_or_else(|| {
            SendError::Refused(format!("the channel has no `{name}`; set it with `remit channel connect`"))
        })
    }

    /// The secrets that a signature may be made with: the one in use and the one before.
    pub fn keys<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        [self.secrets.get(name), self.secrets.get(&format!("previous_{name}"))]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The same, where nothing can be believed without one.
    ///
    /// # Errors
    /// [`Doubt::Unconfigured`] when none is set.
    fn needed_keys(&self, name: &str) -> Result<Vec<&str>, Doubt> {
        let keys: Vec<&str> = self.keys(name).collect();
        if keys.is_empty() { Err(Doubt::Unconfigured) } else { Ok(keys) }
    }

    /// Where the provider is called.
    #[must_use]
    pub fn base<'a>(&'a self, own: &'a str) -> &'a str {
        self.setting("base_url").unwrap_or(own).trim_end_matches('/')
    }
}

/// A field that a channel of a provider needs or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// It is kept sealed and never shown.
    pub secret: bool,
    /// Nothing works without it.
    pub needed: bool,
    /// What it is, for people.
    pub about: &'static str,
}

/// What a provider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// Messages come in.
    pub receives: bool,
    /// Messages go out by its API.
    pub sends: bool,
    /// It says what becomes of messages.
    pub tells_status: bool,
    /// Reactions, edits and deletions are told.
    pub reactions: bool,
    /// Most characters of a text that it takes.
    pub longest_text: usize,
}

/// One provider.
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// The word that names it in settings.
    fn name(&self) -> &'static str;
    /// The kind of channel it serves.
    fn kind(&self) -> ChannelKind;
    /// What it can do.
    fn capabilities(&self) -> Capabilities;
    /// What a channel of it must and may say.
    fn fields(&self) -> &'static [Field];
    /// A setting that cannot be used, and why.
    fn wrong(&self, _account: &Account) -> Option<(&'static str, String)> {
        None
    }
    /// Whether it calls the channel's address; false where we fetch, or others bring.
    fn calls(&self) -> bool {
        true
    }
    /// A call whose answer is needed to check a request: a certificate, say. It is named by the request, so it must be
    /// one that may be believed.
    fn needs(&self, _account: &Account, _hook: &Hook<'_>) -> Option<Outgoing> {
        None
    }
    /// Whether the raw bytes of a request come from it.
    ///
    /// # Errors
    /// [`Doubt`]: why it is not believed.
    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt>;
    /// What a request says. Total: what is not understood is [`Happened::Unknown`].
    fn parse(&self, account: &Account, hook: &Hook<'_>) -> Vec<Event>;
    /// What to answer to a `GET`, where the provider makes sure of the address that way.
    fn handshake(&self, _account: &Account, _hook: &Hook<'_>) -> Option<Result<String, Doubt>> {
        None
    }
    /// What to answer to a request that was taken.
    fn thanks(&self) -> Thanks {
        Thanks::default()
    }
    /// A call to make once what was said is stored: to confirm an address, say.
    fn afterwards(&self, _account: &Account, _hook: &Hook<'_>) -> Option<Outgoing> {
        None
    }
    /// A call that fetches what the event only names.
    ///
    /// # Errors
    /// [`SendError::Refused`] where there is nothing to fetch.
    fn fetch(&self, _account: &Account, id: &str) -> Result<Outgoing, SendError> {
        Err(SendError::Refused(format!("{} has no mail to fetch as `{id}`", self.name())))
    }
    /// The mail in the answer to [`Provider::fetch`].
    fn fetched(&self, _answered: &Answered) -> Option<Vec<u8>> {
        None
    }
    /// The call that fetches a file of a message, by the name or address that the provider gave it: the address as it is,
    /// where nothing else is known.
    ///
    /// # Errors
    /// [`SendError::Refused`] where it cannot be asked for.
    fn media(&self, _account: &Account, reference: &str) -> Result<Outgoing, SendError> {
        media::plain(reference)
    }
    /// Whether the answer to [`Provider::media`] only says where the file is.
    fn tells_where(&self) -> bool {
        false
    }
    /// Where it is then.
    ///
    /// # Errors
    /// [`SendError::Refused`] where the answer names no place that the provider's credentials may go to.
    fn media_at(&self, _account: &Account, _answered: &Answered) -> Result<media::Found, SendError> {
        Err(SendError::Refused(format!("{} does not say where its files are", self.name())))
    }
    /// What can be known of a send whose outcome was not told.
    fn class(&self) -> SendClass {
        SendClass::Blind
    }
    /// The call that sends a message.
    ///
    /// # Errors
    /// [`SendError::Refused`] where it cannot be sent at all.
    fn send(&self, _account: &Account, _message: &OutboundMessage, _now_ms: i64) -> Result<Outgoing, SendError> {
        Err(SendError::Refused(format!("{} does not send by its API; mail goes by SMTP", self.name())))
    }
    /// What the answer to a send means.
    ///
    /// # Errors
    /// [`SendError`]: why it is not sent, or that nobody knows.
    fn sent(&self, answered: &Answered) -> Result<SendReceipt, SendError> {
        Err(answered.failure("no answer is expected".to_owned()))
    }
    /// The call that asks whether a message was taken.
    ///
    /// # Errors
    /// [`SendError::InDoubt`] where it cannot be asked.
    fn look_up(&self, _account: &Account, _message: &OutboundMessage) -> Result<Outgoing, SendError> {
        Err(SendError::InDoubt(format!("{} cannot be asked", self.name())))
    }
    /// What the answer to [`Provider::look_up`] says; `None` means that it certainly has not.
    ///
    /// # Errors
    /// [`SendError::InDoubt`] where the answer does not tell.
    fn looked_up(
        &self,
        _account: &Account,
        _message: &OutboundMessage,
        answered: &Answered,
    ) -> Result<Option<SendReceipt>, SendError> {
        Err(SendError::InDoubt(format!("status {}", answered.status)))
    }
    /// A harmless call that shows whether the credentials are good, where there is one.
    fn ping(&self, _account: &Account) -> Option<Result<Outgoing, SendError>> {
        None
    }
}

/// Every provider, by name.
pub const PROVIDERS: &[&dyn Provider] = &[
    &twilio::Twilio,
    &telnyx::Telnyx,
    &whatsapp::WhatsApp,
    &mailbox::Imap,
    &mailbox::MailServer,
    &postmark::Postmark,
    &mailers::Mailgun,
    &sendgrid::SendGrid,
    &ses::Ses,
    &mailers::Resend,
    &more_mailers::Brevo,
    &more_mailers::MailerSend,
    &more_mailers::Mailjet,
    &more_mailers::SparkPost,
    &voice::TwilioVoice,
    &voice::Vapi,
    &voice::Retell,
    &chat::WebChat,
    &calendar::CalCom,
    &calendar::Calendly,
    &calendar::HubSpot,
    &calendar::Pipedrive,
    &generic::TimelineEvents,
];

/// The provider of this name.
#[must_use]
pub fn provider(name: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.name() == name)
}

/// Our own id of a message, out of the key that its send has. It is what we ask providers to give back.
#[must_use]
pub fn own_id(idempotency_key: &str) -> String {
    format!("msg_{}", idempotency_key.split('.').next().unwrap_or_default())
}

/// RFC 3339 as UTC milliseconds.
pub(crate) fn time(text: &str) -> Option<i64> {
    text.trim().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Text at a JSON pointer; numbers are written out.
pub(crate) fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Seconds or milliseconds since 1970 at a JSON pointer, as milliseconds.
pub(crate) fn epoch(value: &Value, pointer: &str) -> Option<i64> {
    let found = value.pointer(pointer)?;
    let number = found.as_f64().or_else(|| found.as_str()?.trim().parse().ok())?;
    let ms = if number.abs() >= 1e11 { number } else { number * 1000.0 };
    (ms.is_finite() && ms.abs() < 1e15).then_some(ms as i64)
}
