//! An engine on a store, and messages for it.

use std::sync::Arc;

use remit_engine::clock::{SystemClock, SystemIds};
use remit_engine::decide::normalise::{Arrival, InboundMessage, InboundSender, from_json};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, IdKind};
use remit_engine::models::EmbeddedModels;
use remit_engine::ports::Outbound;
use remit_engine::store::ingest::Ingested;
use remit_engine::store::rows::{ChannelRow, RepRow};
use remit_engine::store::{Db, Write, read};
use remit_engine::{Engine, Parts};

use crate::replies::{OneWayOut, Replies};
use crate::{BenchError, policy};

/// What visitors write, in turn. Every second text is one that the default policy answers on its own in a chat.
const TEXTS: [&str; 12] = [
    "Thank you so much, that worked!",
    "Could you tell me how much the Pro plan costs for a team of",
    "When are you open on Saturdays?",
    "How do I export the invoices of last year? I looked everywhere in the settings of workspace",
    "Great, everything runs again, thanks a lot for the quick help",
    "I have been waiting for a refund since March and nobody answers me. This is about order",
    "What are your opening hours, please?",
    "Can we talk on Thursday at 3 about the offer with the number",
    "Perfect, many thanks, all good now",
    "We already use another tool and our budget for this year is gone, but keep my reference",
    "Until what time can I call you today?",
    "Is there a way to import contacts from a spreadsheet? My file has this many rows:",
];

/// Text number `at`. Those that want an answer from a person carry their number, so that no two are the same.
pub(crate) fn text(at: usize) -> String {
    let text = TEXTS.get(at % TEXTS.len()).copied().unwrap_or_default();
    if at.is_multiple_of(2) { text.to_owned() } else { format!("{text} {at}") }
}

/// One message to be stored.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// The sender's name for it.
    pub(crate) external_id: String,
    /// Who writes: same visitor, same conversation.
    pub(crate) visitor: String,
    /// Which text.
    pub(crate) text: usize,
    /// Channel kind.
    pub(crate) kind: ChannelKind,
}

/// An engine with the default policy in force, one channel of each kind and one rep.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) engine: Engine,
    pub(crate) replies: Arc<Replies>,
    pub(crate) rep: RepRow,
    channels: Vec<ChannelRow>,
}

impl Inbox {
    /// Sets it up on an empty store, or goes on with one on which that was done.
    pub(crate) async fn new(db: &Db) -> Result<Self, BenchError> {
        let replies = Arc::new(Replies::default());
        let outbound = Arc::new(OneWayOut(Arc::clone(&replies) as Arc<dyn Outbound>));
        let engine = Engine::new(Parts {
            db: db.clone(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds::new(SystemClock)),
            models: Arc::new(EmbeddedModels),
            outbound,
        })
        .await?;
        let email = "ana@acme.example";
        let mut reader = engine.db().read().await?;
        let known = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email).await?;
        drop(reader);
        if known.is_none() {
            Self::set_up(&engine, email).await?;
        }
        let mut reader = engine.db().read().await?;
        let channels = read::channels(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
        let rep = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email).await?;
        drop(reader);
        let rep = rep.ok_or_else(|| BenchError::Unexpected("the rep is not there".to_owned()))?;
        Ok(Self { engine, replies, rep, channels })
    }

    async fn set_up(engine: &Engine, email: &str) -> Result<(), BenchError> {
        let mut writes = vec![Write::Rep {
            id: engine.ids().next(IdKind::Rep),
            name: "Ana".to_owned(),
            email: email.to_owned(),
            role: "owner".to_owned(),
        }];
        for kind in ChannelKind::ALL {
            writes.push(Write::Channel {
                id: engine.ids().next(IdKind::Channel),
                kind: kind.to_string(),
                name: "Acme".to_owned(),
                address: format!("{kind}@acme.example"),
            });
        }
        engine.commit_writes(DEFAULT_WORKSPACE, writes).await?;
        let lifted = policy::Lifted::new()?;
        engine.activate(DEFAULT_WORKSPACE, policy::ROOT, &|path| lifted.read(path), "bench").await?;
        Ok(())
    }

    /// Id of the channel of a kind.
    pub(crate) fn channel(&self, kind: &str) -> &str {
        self.channels.iter().find(|channel| channel.kind == kind).map_or("", |channel| &channel.id)
    }

    /// Stores a message as a channel hands it over.
    pub(crate) async fn receive(&self, letter: &Letter) -> Result<Ingested, BenchError> {
        let kind = letter.kind;
        let channel = self.channels.iter().find(|channel| channel.kind == kind.as_str());
        let channel = channel.ok_or_else(|| BenchError::Unexpected(format!("no {kind} channel")))?;
        let address = match kind {
            ChannelKind::Email => format!("visitor{}@customer.example", letter.visitor),
            ChannelKind::Chat => format!("visitor-{}", letter.visitor),
            ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Voice => format!("+4179{:0>7}", letter.visitor),
        };
        let message = InboundMessage {
            external_id: letter.external_id.clone(),
            from: InboundSender { address, name: Some(format!("Visitor {}", letter.visitor)), company: None },
            to: None,
            subject: (kind == ChannelKind::Email).then(|| format!("Request {}", letter.visitor)),
            text: text(letter.text),
            sent_at: None,
            in_reply_to: None,
            attachments: Vec::new(),
            automated: false,
        };
        let raw = serde_json::to_vec(&message).map_err(|error| BenchError::Unexpected(error.to_string()))?;
        let arrival = Arrival { channel, kind, source: "bench", now_ms: self.engine.clock().now_ms() };
        let ingest = from_json(arrival, &message, &raw, self.engine.ids())
            .map_err(|error| BenchError::Unexpected(error.to_string()))?;
        self.engine.receive(ingest).await.map_err(BenchError::Store)
    }
}

/// Stores these messages from `senders` tasks that each wait for the answer before they send the next one.
pub(crate) async fn receive_all(
    inbox: &Arc<Inbox>,
    letters: Vec<Letter>,
    senders: usize,
) -> Result<Vec<(Letter, Ingested)>, BenchError> {
    let letters = Arc::new(std::sync::Mutex::new(letters.into_iter()));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..senders {
        let (inbox, letters) = (Arc::clone(inbox), Arc::clone(&letters));
        tasks.spawn(async move {
            let mut stored = Vec::new();
            loop {
                let next = letters.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some(letter) = next else { return Ok::<_, BenchError>(stored) };
                let ingested = inbox.receive(&letter).await?;
                stored.push((letter, ingested));
            }
        });
    }
    let mut stored = Vec::new();
    while let Some(done) = tasks.join_next().await {
        stored.extend(done??);
    }
    Ok(stored)
}
