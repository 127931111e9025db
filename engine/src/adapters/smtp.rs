//! Sends mail by SMTP submission.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::dress::Dress;
use crate::domain::ChannelKind;
use crate::mail::compose;
use crate::ports::{Outbound, OutboundMessage, SendClass, SendError, SendReceipt};

/// How long the server may take over one command.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a whole delivery may take once the connection stands.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(90);

/// Why a configured SMTP address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmtpConfigError {
    /// The URL is not of the form `smtp://user:password@host:port?tls=required`.
    #[error("not a usable SMTP address (expected smtp://user:password@host:port?tls=required): {0}")]
    Url(String),
}

/// Hands mail to an SMTP server.
///
/// SMTP has no idempotency key and cannot be asked afterwards, so a connection that dies once the mail may have left
/// is reported as in doubt, and a person decides.
#[derive(Clone)]
pub struct SmtpOutbound {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    dress: Option<Arc<Dress>>,
}

impl fmt::Debug for SmtpOutbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The transport holds the password.
        f.debug_struct("SmtpOutbound").finish_non_exhaustive()
    }
}

impl SmtpOutbound {
    /// Connects lazily to `smtp://user:password@host:port?tls=required` (or `smtps://…`; no `tls` means none); with
    /// `auth=xoauth2` what stands in the place of the password is a token. Must be called inside a tokio runtime, which
    /// keeps the connection pool.
    ///
    /// # Errors
    /// [`SmtpConfigError::Url`] when the URL cannot be used; the message does not repeat it.
    pub fn from_url(url: &str) -> Result<Self, SmtpConfigError> {
        let parsed = url::Url::parse(url).map_err(|error| SmtpConfigError::Url(error.to_string()))?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| SmtpConfigError::Url(error.to_string()))?;
        match parsed.query_pairs().find(|(name, _)| name == "auth").map(|(_, value)| value).as_deref() {
            None | Some("password") => {}
            // A server that has it only among others shall not be told the token as if it were a password.
            Some("xoauth2") => builder = builder.authentication(vec![Mechanism::Xoauth2]),
            Some(other) => return Err(SmtpConfigError::Url(format!("auth `{other}` is none of password, xoauth2"))),
        }
        Ok(Self { transport: builder.timeout(Some(COMMAND_TIMEOUT)).build(), dress: None })
    }

    /// The same for one channel, whose mails carry what it adds.
    #[must_use]
    pub fn dressed(&self, dress: Dress) -> Self {
        Self { transport: self.transport.clone(), dress: Some(Arc::new(dress)) }
    }
}

/// True when every line ends in CRLF and no CR or LF stands alone, so that dot-stuffing covers every line
/// (lettre before 0.11.24 leaves a dot after a bare CR or LF as it is: RUSTSEC-2026-0561).
fn is_safe_data(bytes: &[u8]) -> bool {
    let mut before = 0;
    for &byte in bytes {
        let stray = (byte == b'\n') != (before == b'\r');
        if stray || byte == 0 {
            return false;
        }
        before = byte;
    }
    bytes.ends_with(b"\r\n")
}

fn envelope(message: &OutboundMessage) -> Result<Envelope, SendError> {
    let address = |text: &str| {
        text.trim()
            .parse::<Address>()
            .map_err(|error| SendError::Refused(format!("`{text}` is no mail address: {error}")))
    };
    Envelope::new(Some(address(&message.from)?), vec![address(&message.to)?])
        .map_err(|error| SendError::Refused(error.to_string()))
}

/// What an error after the connection stood means for the message.
fn after_connecting(error: &SmtpError) -> SendError {
    let words = error.to_string();
    if error.is_permanent() || error.is_client() {
        SendError::Refused(words)
    } else if error.is_transient() {
        SendError::Transient(words)
    } else {
        // A lost connection or a timeout does not tell whether the data had already been taken.
        SendError::InDoubt(words)
    }
}

#[async_trait]
impl Outbound for SmtpOutbound {
    fn class(&self) -> SendClass {
        SendClass::Blind
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        if message.channel != ChannelKind::Email {
            return Err(SendError::Refused(format!("{} does not go by SMTP", message.channel)));
        }
        let envelope = envelope(message)?;
        let bytes = match &self.dress {
            Some(dress) => dress.compose(message)?,
            None => compose(message),
        };
        if !is_safe_data(&bytes) {
            return Err(SendError::Refused("the mail holds line ends that SMTP cannot carry safely".to_owned()));
        }
        // Both steps run in tasks of their own: lettre 0.11.23 can panic on what a server says (RUSTSEC-2026-0562).
        let transport = self.transport.clone();
        let connected = tokio::spawn(async move { transport.test_connection().await });
        match connected.await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err(SendError::Transient("the server does not answer".to_owned())),
            Ok(Err(error)) => return Err(SendError::Transient(error.to_string())),
            Err(error) => return Err(SendError::Transient(error.to_string())),
        }
        let transport = self.transport.clone();
        let delivery = tokio::spawn(async move {
            tokio::time::timeout(DELIVERY_TIMEOUT, async { transport.send_raw(&envelope, &bytes).await }).await
        });
        match delivery.await {
            Ok(Ok(Ok(response))) => {
                let words = response.message().collect::<Vec<_>>().join(" ");
                Ok(SendReceipt { provider_ref: format!("smtp:{}", words.chars().take(200).collect::<String>()) })
            }
            Ok(Ok(Err(error))) => Err(after_connecting(&error)),
            Ok(Err(_)) => Err(SendError::InDoubt("the server took too long".to_owned())),
            Err(error) => Err(SendError::InDoubt(error.to_string())),
        }
    }

    async fn look_up(&self, _message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        Err(SendError::InDoubt("an SMTP server cannot be asked".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_line_ends_are_safe() {
        assert!(is_safe_data(b"a: b\r\n\r\n.\r\n"));
        for bytes in [&b"a\r.\rb\r\n"[..], b"a\n.\n", b"a\r\n.\nb\r\n", b"a\0\r\n", b"a", b"a\r"] {
            assert!(!is_safe_data(bytes), "{bytes:?}");
        }
    }
}
