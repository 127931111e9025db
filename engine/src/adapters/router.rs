//! Which way a message leaves.

use std::sync::Arc;

use super::provider::Providers;
use super::smtp::SmtpOutbound;
use crate::domain::ChannelKind;
use crate::ports::{Outbound, Outbounds};
use crate::store::rows::ChannelRow;

/// Chooses the next hop by channel: its provider where it has one that sends, SMTP for mail where that is configured, the
/// outbox for everything else.
#[derive(Debug, Clone)]
pub struct OutboundRouter {
    outbox: Arc<dyn Outbound>,
    smtp: Option<SmtpOutbound>,
    providers: Option<Providers>,
}

impl OutboundRouter {
    /// Sends everything to the outbox, but mail by SMTP when given.
    #[must_use]
    pub fn new(outbox: Arc<dyn Outbound>, smtp: Option<SmtpOutbound>) -> Self {
        Self { outbox, smtp, providers: None }
    }

    /// The same, where channels that have a provider go by it.
    #[must_use]
    pub fn with_providers(self, providers: Providers) -> Self {
        Self { providers: Some(providers), ..self }
    }
}

impl Outbounds for OutboundRouter {
    fn for_channel(&self, channel: &ChannelRow) -> Arc<dyn Outbound> {
        if let Some(own) = self.providers.as_ref().and_then(|providers| providers.outbound(channel)) {
            return own;
        }
        match (channel.kind.parse(), &self.smtp) {
            (Ok(ChannelKind::Email), Some(smtp)) => match &self.providers {
                Some(providers) => Arc::new(smtp.dressed(providers.dress(channel))),
                None => Arc::new(smtp.clone()),
            },
            _ => Arc::clone(&self.outbox),
        }
    }
}
