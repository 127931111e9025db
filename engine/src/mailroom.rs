//! Mail servers' way in: SMTP and LMTP on a port, for the addresses of mail channels.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::adapters::smtp_in::{LARGEST_MAIL, Mailroom, NotTaken, Protocol, converse};
use crate::decide::normalise::{self, Arrival};
use crate::domain::ChannelKind;
use crate::engine::Engine;
use crate::mail::normalise_email;
use crate::store::ingest::Ingest;
use crate::store::rows::ChannelRow;
use crate::store::{StoreError, read};

/// Conversations at the same time.
const MOST_CONVERSATIONS: usize = 100;
/// How long a mail may wait for its turn to be stored.
const PATIENCE: Duration = Duration::from_secs(20);

impl Engine {
    /// Reads a raw mail, whatever state it is in, away from the threads that serve others: a large one takes a while.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the process is shutting down.
    pub async fn read_mail(&self, channel: &ChannelRow, source: &str, raw: Vec<u8>) -> Result<Ingest, StoreError> {
        let channel_id = channel.id.clone();
        let (engine, channel, source) = (self.clone(), channel.clone(), source.to_owned());
        let read = tokio::task::spawn_blocking(move || {
            let now_ms = engine.clock().now_ms();
            let arrival = Arrival { channel: &channel, kind: ChannelKind::Email, source: &source, now_ms };
            normalise::from_mail(arrival, &raw, engine.ids())
        });
        let mut ingest = read.await.map_err(|_| StoreError::Closed)?;
        self.prove(&channel_id, &mut ingest).await?;
        Ok(ingest)
    }

    /// Finds the message of ours that a mail answers by the reply address that it was sent to.
    async fn prove(&self, channel_id: &str, ingest: &mut Ingest) -> Result<(), StoreError> {
        let Some(tokens) = self.options().reply_tokens else { return Ok(()) };
        let named = ingest.reply_tokens.iter().find_map(|token| tokens.read(channel_id, token));
        let Some(named) = named else { return Ok(()) };
        let mut reader = self.db().read().await?;
        let found = read::message(&mut reader.conn(), &ingest.workspace_id, &named).await?;
        if let Some(external) = found.and_then(|message| message.external_id) {
            ingest.thread_ids.retain(|id| *id != external);
            ingest.thread_ids.insert(0, external);
            ingest.proven = true;
        }
        Ok(())
    }
}

/// Takes mail in for the channels of one workspace.
#[derive(Debug, Clone)]
pub struct EngineMailroom {
    engine: Engine,
    workspace: String,
}

impl EngineMailroom {
    /// For the channels of this workspace.
    #[must_use]
    pub fn new(engine: Engine, workspace: &str) -> Self {
        Self { engine, workspace: workspace.to_owned() }
    }

    /// The active mail channel that has this address, with or without what stands after a plus.
    async fn channel(&self, recipient: &str) -> Result<Option<ChannelRow>, StoreError> {
        let Some(address) = normalise_email(recipient) else { return Ok(None) };
        let plain = match address.split_once('@') {
            Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
            None => address.clone(),
        };
        let mut reader = self.engine.db().read().await?;
        let all = read::channels(&mut reader.conn(), &self.workspace).await?;
        let has = |row: &&ChannelRow| {
            let own = normalise_email(&row.address);
            row.kind == "email"
                && row.status == "active"
                && (own.as_ref() == Some(&address) || own.as_ref() == Some(&plain))
        };
        Ok(all.iter().find(has).cloned())
    }
}

#[async_trait]
impl Mailroom for EngineMailroom {
    async fn knows(&self, recipient: &str) -> bool {
        match self.channel(recipient).await {
            Ok(found) => found.is_some(),
            Err(error) => {
                // What cannot be looked up now is taken; storing it says whether it may come again.
                tracing::warn!(%error, "a recipient cannot be looked up");
                true
            }
        }
    }

    async fn take(&self, sender: &str, recipient: &str, raw: &[u8]) -> Result<(), NotTaken> {
        let later = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "a mail was not stored");
            NotTaken::Later("Not now".to_owned())
        };
        let found = self.channel(recipient).await.map_err(|error| later(&error))?;
        let channel = found.ok_or_else(|| NotTaken::Never("There is no such mailbox here".to_owned()))?;
        // The envelope goes with the mail: it says whom it was for, and where errors would go.
        let mut mail = format!("Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n").into_bytes();
        mail.extend_from_slice(raw);
        let ingest = self.engine.read_mail(&channel, "smtp", mail.clone()).await.map_err(|error| later(&error))?;
        let taken = self.engine.take_read_mail(&channel, ingest, &mail, Some(PATIENCE)).await;
        taken.map(|_| ()).map_err(|error| later(&error))
    }
}

/// Takes mail in until stopped.
pub async fn listen(
    mailroom: EngineMailroom,
    listener: TcpListener,
    name: String,
    protocol: Protocol,
    stop: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(MOST_CONVERSATIONS));
    let (mailroom, name) = (Arc::new(mailroom), Arc::new(name));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a mail server was not heard");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Who finds no room is not answered, and comes back.
        let Ok(seat) = Arc::clone(&room).try_acquire_owned() else { continue };
        let (mailroom, name, stop) = (Arc::clone(&mailroom), Arc::clone(&name), stop.clone());
        tokio::spawn(async move {
            let _seat = seat;
            let talk = converse(stream, &name, protocol, LARGEST_MAIL, &*mailroom);
            tokio::select! {
                ended = talk => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, %peer, "a mail server's line broke");
                    }
                }
                // A mail that is half-way through comes again.
                () = stop.cancelled() => {}
            }
        });
    }
}
