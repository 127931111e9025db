//! Sends by the API of a channel's provider.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::dress::Dress;
use crate::channels::media::{Missing, onwards, refused, too_large};
use crate::channels::reply_token::Tokens;
use crate::channels::seal::{SealError, Vault};
use crate::channels::{Account, Answered, Outgoing, Provider, chat, provider};
use crate::egress::{Answer, Egress, EgressError, Request};
use crate::ports::{Clock, Outbound, OutboundMessage, SendClass, SendError, SendReceipt};
use crate::store::rows::ChannelRow;

/// How long a provider may take.
const LONGEST_CALL: Duration = Duration::from_secs(30);
/// How much of an answer to a send is read, in bytes: a list of a hundred messages.
const MOST_ANSWER: usize = 1024 * 1024;
/// How long a file may take.
const LONGEST_FILE: Duration = Duration::from_secs(60);
/// How often a file may be somewhere else.
const MOST_REDIRECTIONS: usize = 3;
/// How much of what is fetched is read, in bytes.
const MOST_FETCHED: usize = 32 * 1024 * 1024;

/// What channels need that are spoken with providers: a way to open their secrets, and the way out.
#[derive(Debug, Clone)]
pub struct Providers {
    vault: Vault,
    tokens: Tokens,
    egress: Egress,
    clock: Arc<dyn Clock>,
}

impl Providers {
    /// Secrets are opened with the server's key; calls are made by `egress`.
    #[must_use]
    pub fn new(master_key: &[u8; 32], egress: Egress, clock: Arc<dyn Clock>) -> Self {
        Self { vault: Vault::new(master_key), tokens: Tokens::new(master_key), egress, clock }
    }

    /// The vault that secrets of channels are sealed in.
    #[must_use]
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The way out.
    #[must_use]
    pub const fn egress(&self) -> &Egress {
        &self.egress
    }

    /// A channel's account.
    ///
    /// # Errors
    /// [`SealError`] when its secrets do not open.
    pub fn account(&self, channel: &ChannelRow) -> Result<Account, SealError> {
        account(&self.vault, channel)
    }

    /// What the mails of a channel carry.
    #[must_use]
    pub fn dress(&self, channel: &ChannelRow) -> Dress {
        Dress::new(self.tokens, channel, self.account(channel))
    }

    /// What reply addresses are made and read with.
    #[must_use]
    pub const fn tokens(&self) -> Tokens {
        self.tokens
    }

    /// The way out of a channel whose provider sends.
    pub(super) fn outbound(&self, channel: &ChannelRow) -> Option<Arc<dyn Outbound>> {
        let provider = provider(channel.provider.as_deref()?)?;
        if !provider.capabilities().sends {
            return None;
        }
        if provider.name() == chat::NAME {
            return Some(Arc::new(ChatOutbound));
        }
        // What does not open cannot be sent with, and says so when it is tried.
        Some(Arc::new(ProviderOutbound { provider, account: self.account(channel), providers: self.clone() }))
    }

    /// Makes a call of a provider.
    ///
    /// # Errors
    /// [`SendError`]: in doubt only once something was sent.
    pub async fn call(&self, call: &Outgoing) -> Result<Answered, SendError> {
        self.call_most(call, MOST_ANSWER).await
    }

    /// The same for something large.
    ///
    /// # Errors
    /// As [`Providers::call`].
    pub async fn fetch(&self, call: &Outgoing) -> Result<Answered, SendError> {
        self.call_most(call, MOST_FETCHED).await
    }

    /// A file that a provider keeps, whole, over a few redirections; each is one more call of the one way out.
    ///
    /// # Errors
    /// [`Missing`]: why it is not here.
    pub async fn file(&self, call: &Outgoing, most_bytes: usize) -> Result<Vec<u8>, Missing> {
        let mut call = call.clone();
        for _ in 0..=MOST_REDIRECTIONS {
            let Outgoing { method, url, headers, body } = &call;
            // One byte more tells whether there is more.
            let request = Request { method, url, headers, body, most_bytes: most_bytes + 1 };
            let answer = self.egress.call(request, LONGEST_FILE).await.map_err(|error| match error {
                EgressError::Refused(why) => Missing::Never(why),
                EgressError::Unreached(why) | EgressError::Failed(why) => Missing::Later(why),
            })?;
            match answer.status {
                200 if answer.body.len() > most_bytes => return Err(too_large(most_bytes)),
                200 if !answer.whole => return Err(Missing::Later("it broke off half-way".to_owned())),
                200 => return Ok(answer.body),
                301 | 302 | 303 | 307 | 308 => {
                    let location = answer.headers.get("location").and_then(|value| value.to_str().ok());
                    call = onwards(&call, location.unwrap_or_default())?;
                }
                other => return Err(refused(other)),
            }
        }
        Err(Missing::Never(format!("the provider leads from one address to the next, over {MOST_REDIRECTIONS} times")))
    }

    async fn call_most(&self, call: &Outgoing, most_bytes: usize) -> Result<Answered, SendError> {
        let Outgoing { method, url, headers, body } = call;
        let request = Request { method, url, headers, body, most_bytes };
        match self.egress.call(request, LONGEST_CALL).await {
            Ok(answer) => Ok(answered(answer, self.clock.now_ms())),
            Err(EgressError::Refused(why)) => Err(SendError::Refused(why)),
            Err(EgressError::Unreached(why)) => Err(SendError::Transient(why)),
            Err(EgressError::Failed(why)) => Err(SendError::InDoubt(why)),
        }
    }
}

/// A channel's account; the settings are JSON, and the secrets open for this channel only.
///
/// # Errors
/// [`SealError`] when they do not.
pub fn account(vault: &Vault, channel: &ChannelRow) -> Result<Account, SealError> {
    let settings: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&channel.settings).unwrap_or_default();
    Ok(Account {
        address: channel.address.clone(),
        hook_url: settings.get("hook_url").filter(|url| !url.is_empty()).cloned(),
        settings,
        secrets: vault.open(&channel.id, &channel.secrets)?,
    })
}

fn answered(answer: Answer, now_ms: i64) -> Answered {
    Answered { status: answer.status, after_ms: answer.retry_after_ms(Some(now_ms)), body: answer.body }
}

#[derive(Debug)]
struct ProviderOutbound {
    provider: &'static dyn Provider,
    account: Result<Account, SealError>,
    providers: Providers,
}

impl ProviderOutbound {
    fn account(&self) -> Result<&Account, SendError> {
        self.account.as_ref().map_err(|error| SendError::Refused(error.to_string()))
    }
}

#[async_trait]
impl Outbound for ProviderOutbound {
    fn class(&self) -> SendClass {
        self.provider.class()
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        let account = self.account()?;
        let call = self.provider.send(account, message, self.providers.clock.now_ms())?;
        let answered = self.providers.call(&call).await?;
        self.provider.sent(&answered)
    }

    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        let account = self.account()?;
        let call = self.provider.look_up(account, message)?;
        let answered = self.providers.call(&call).await.map_err(|error| SendError::InDoubt(error.to_string()))?;
        self.provider.looked_up(account, message, &answered)
    }
}

/// The chat box reads what was written from the store: it is there once the send is committed, and nothing else is to be
/// done.
#[derive(Debug)]
struct ChatOutbound;

#[async_trait]
impl Outbound for ChatOutbound {
    fn class(&self) -> SendClass {
        SendClass::Idempotent
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        Ok(SendReceipt { provider_ref: format!("chat:{}", message.idempotency_key) })
    }

    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        self.send(message).await.map(Some)
    }
}
