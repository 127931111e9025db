//! Which way a message leaves.

use std::sync::Arc;

use crate::domain::ChannelKind;
use crate::ports::{Outbound, Outbounds};

/// Chooses the next hop by channel: SMTP for mail where it is configured, the outbox for everything else.
#[derive(Debug, Clone)]
pub struct OutboundRouter {
    outbox: Arc<dyn Outbound>,
    smtp: Option<Arc<dyn Outbound>>,
}

impl OutboundRouter {
    /// Sends everything to the outbox, but mail by SMTP when given.
    #[must_use]
    pub fn new(outbox: Arc<dyn Outbound>, smtp: Option<Arc<dyn Outbound>>) -> Self {
        Self { outbox, smtp }
    }
}

impl Outbounds for OutboundRouter {
    fn for_channel(&self, channel: ChannelKind) -> &Arc<dyn Outbound> {
        match (channel, &self.smtp) {
            (ChannelKind::Email, Some(smtp)) => smtp,
            _ => &self.outbox,
        }
    }
}
