//! What the mails of a channel carry besides what was decided: a reply address that finds the conversation, a way to say
//! "no more" by one click, and a signature.

use crate::channels::Account;
use crate::channels::dkim::Signer;
use crate::channels::own_id;
use crate::channels::reply_token::Tokens;
use crate::channels::seal::SealError;
use crate::mail::{Extra, compose_with};
use crate::ports::{OutboundMessage, SendError};
use crate::store::rows::ChannelRow;

/// What the mails of one channel carry. The same message gives the same bytes, as long as the channel is as it is.
#[derive(Debug, Clone)]
pub struct Dress {
    tokens: Tokens,
    channel_id: String,
    address: String,
    public_url: Option<String>,
    /// Mail that shall be signed and cannot be does not leave.
    signer: Result<Option<Signer>, String>,
}

impl Dress {
    /// For a channel and its account.
    #[must_use]
    pub fn new(tokens: Tokens, channel: &ChannelRow, account: Result<Account, SealError>) -> Self {
        let (public_url, signer) = match account {
            Ok(account) => {
                let signer = Signer::of(&account).map_err(|(field, why)| format!("`{field}` {why}"));
                (account.setting("public_url").map(|url| url.trim_end_matches('/').to_owned()), signer)
            }
            Err(error) => (None, Err(error.to_string())),
        };
        Self { tokens, channel_id: channel.id.clone(), address: channel.address.clone(), public_url, signer }
    }

    /// The mail as it leaves.
    ///
    /// # Errors
    /// [`SendError::Refused`] when it cannot be signed as it should be.
    pub fn compose(&self, message: &OutboundMessage) -> Result<Vec<u8>, SendError> {
        let own = own_id(&message.idempotency_key);
        // Who is answered has asked; whom we write to first may want no more of it.
        let begun = message.in_reply_to.is_none();
        let token = self.tokens.token(&self.channel_id, &own);
        let extra = Extra {
            reply_to: self.tokens.address(&self.channel_id, &self.address, &own),
            unsubscribe: self
                .public_url
                .as_ref()
                .filter(|_| begun)
                .map(|url| format!("{url}/unsubscribe/{}/{token}", self.channel_id)),
        };
        let mail = compose_with(message, &extra);
        let signer =
            self.signer.as_ref().map_err(|why| SendError::Refused(format!("the mail cannot be signed: {why}")))?;
        match signer {
            None => Ok(mail),
            Some(signer) => signer
                .sign(&mail, message.at_ms)
                .map_err(|why| SendError::Refused(format!("the mail cannot be signed: {why}"))),
        }
    }
}
