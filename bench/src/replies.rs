//! A next hop that takes everything and remembers what it was handed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use remit_engine::ports::{Outbound, OutboundMessage, Outbounds, SendClass, SendError, SendReceipt};
use remit_engine::store::rows::ChannelRow;
use tokio::sync::oneshot;

/// How often replies were handed over.
#[derive(Debug, Default)]
struct Counts {
    by_key: HashMap<String, u32>,
    by_message: HashMap<String, u32>,
    /// Who waits for the reply to which message.
    expected: HashMap<String, oneshot::Sender<()>>,
    /// Nobody waits any more.
    over: bool,
    /// When the latest was handed over.
    latest: Option<Instant>,
}

/// Counts replies by idempotency key and by the message they answer.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    counts: Mutex<Counts>,
}

impl Replies {
    /// Is told when the reply to the message with this `external_id` leaves, unless that was given up. To be asked before the message is stored.
    pub(crate) fn expect(&self, external_id: &str) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut counts = self.lock();
        if !counts.over {
            counts.expected.insert(external_id.to_owned(), sender);
        }
        drop(counts);
        receiver
    }

    /// Tells all who wait, and who will, that there is nothing to wait for.
    pub(crate) fn give_up(&self) {
        let mut counts = self.lock();
        counts.over = true;
        counts.expected.clear();
    }

    /// When the latest reply was handed over.
    pub(crate) fn latest(&self) -> Option<Instant> {
        self.lock().latest
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many different messages were answered.
    pub(crate) fn answered(&self) -> usize {
        self.lock().by_message.len()
    }

    /// Whether this message was answered.
    pub(crate) fn has_answered(&self, external_id: &str) -> bool {
        self.lock().by_message.contains_key(external_id)
    }

    /// Replies beyond the first for the same key or the same message, whichever are more.
    pub(crate) fn duplicated(&self) -> usize {
        let beyond = |counts: &HashMap<String, u32>| counts.values().map(|times| (times - 1) as usize).sum::<usize>();
        let counts = self.lock();
        beyond(&counts.by_key).max(beyond(&counts.by_message))
    }
}

#[async_trait]
impl Outbound for Replies {
    fn class(&self) -> SendClass {
        SendClass::Queryable
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        let answered = message.in_reply_to.clone().unwrap_or_default();
        let mut counts = self.lock();
        counts.latest = Some(Instant::now());
        *counts.by_key.entry(message.idempotency_key.clone()).or_default() += 1;
        if let Some(waiting) = counts.expected.remove(&answered) {
            // Nobody has to listen.
            let _ = waiting.send(());
        }
        *counts.by_message.entry(answered).or_default() += 1;
        drop(counts);
        Ok(SendReceipt { provider_ref: message.idempotency_key.clone() })
    }

    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        let there = self.lock().by_key.contains_key(&message.idempotency_key);
        Ok(there.then(|| SendReceipt { provider_ref: message.idempotency_key.clone() }))
    }
}

/// The same way out for every channel.
#[derive(Debug)]
pub(crate) struct OneWayOut(pub(crate) Arc<dyn Outbound>);

impl Outbounds for OneWayOut {
    fn for_channel(&self, _: &ChannelRow) -> Arc<dyn Outbound> {
        Arc::clone(&self.0)
    }
}
