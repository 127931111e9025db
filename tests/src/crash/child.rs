//! The process that is killed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use remit_engine::clock::{SystemClock, SystemIds};
use remit_engine::decide::normalise::{self, Arrival, InboundMessage, InboundSender};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::failpoint::{self, FailPoint};
use remit_engine::ports::{Clock, Outbound, OutboundMessage, Outbounds, SendClass, SendError, SendReceipt};
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{Address, Db, Write, read};
use remit_engine::{Engine, Options, Parts};

use super::WRITERS;
use crate::FakeModels;

/// Answers everything at once.
const POLICY: &str = r#"remit 1
policy eager "Answers everything"
autonomy full
undo 0s
team inbox
agent ada on chat
intent hello { reply send  draft template answer }
route { otherwise: to team inbox }
"#;
const TEMPLATE: &str = "Thank you.";
const CHANNEL: &str = "chn_crash";

/// One life of the process, as its arguments say.
#[derive(Debug, Clone)]
pub struct Child {
    /// Database.
    pub address: String,
    /// The provider's log.
    pub log: PathBuf,
    /// What the provider can say.
    pub class: SendClass,
    /// Messages to take in, by number. Those that are in already are not stored again.
    pub messages: Range<usize>,
    /// How far its clock is ahead of the machine's.
    pub ahead_ms: i64,
    /// Where it dies.
    pub point: Option<(FailPoint, u64)>,
}

impl Child {
    /// Its arguments.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let class = match self.class {
            SendClass::Idempotent => "idempotent",
            SendClass::Queryable => "queryable",
            SendClass::Blind => "blind",
        };
        let point = self.point.map_or_else(|| "-".to_owned(), |(point, nth)| format!("{point}:{nth}"));
        let numbers = [self.messages.start.to_string(), self.messages.end.to_string(), self.ahead_ms.to_string()];
        [self.address.clone(), self.log.display().to_string(), class.to_owned()]
            .into_iter()
            .chain(numbers)
            .chain([point])
            .collect()
    }

    /// Reads them back; `None` when they are not a child's.
    #[must_use]
    pub fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [address, log, class, from, to, ahead, point] = arguments else { return None };
        Some(Self {
            address: address.clone(),
            log: log.into(),
            class: match class.as_str() {
                "idempotent" => SendClass::Idempotent,
                "queryable" => SendClass::Queryable,
                "blind" => SendClass::Blind,
                _ => return None,
            },
            messages: from.parse().ok()?..to.parse().ok()?,
            ahead_ms: ahead.parse().ok()?,
            point: match point.split_once(':') {
                Some((point, nth)) => Some((point.parse().ok()?, nth.parse().ok()?)),
                None => None,
            },
        })
    }

    /// Takes the messages in, works until nothing that is due is left, and ends; unless it dies before.
    ///
    /// # Errors
    /// Whatever went wrong that nobody planned.
    pub async fn live(self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let address: Address = self.address.parse()?;
        let clock = Arc::new(AheadClock(self.ahead_ms));
        let provider: Arc<dyn Outbound> = Arc::new(Provider { log: self.log.clone(), class: self.class });
        // Its clock jumps ahead from life to life: a message may be old before anybody could begin with it.
        let options = Options { longest_wait: None, ..Options::default() };
        let parts = Parts {
            db: Db::open(&address).await?,
            clock: clock.clone(),
            ids: Arc::new(SystemIds::new(AheadClock(self.ahead_ms))),
            models: Arc::new(FakeModels::default()),
            outbound: Arc::new(OneWay(provider)),
        };
        let engine = Engine::with(parts, options).await?;
        let channel = Write::Channel {
            id: CHANNEL.to_owned(),
            kind: "chat".to_owned(),
            name: "Acme".to_owned(),
            address: "chat@acme.example".to_owned(),
        };
        engine.commit_writes(DEFAULT_WORKSPACE, vec![channel]).await?;
        let files = BTreeMap::from([("eager.remit", POLICY), ("templates/answer.jinja", TEMPLATE)]);
        let file = |path: &str| files.get(path).map(|text| (*text).to_owned()).ok_or_else(|| "not there".to_owned());
        engine.activate(DEFAULT_WORKSPACE, "eager.remit", &file, "crash").await?;
        if let Some((point, nth)) = self.point {
            failpoint::arm(point, nth);
        }

        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let working = {
            let engine = engine.clone();
            tokio::spawn(async move {
                engine
                    .run(async move {
                        let _ = stopped.await;
                    })
                    .await;
            })
        };
        let mut reader = engine.db().read().await?;
        let channel = read::channel_by_id(&mut reader.conn(), CHANNEL).await?.ok_or("the channel is not there")?;
        drop(reader);
        for at in self.messages.clone() {
            let message = message(at);
            let arrival = Arrival {
                channel: &channel,
                kind: ChannelKind::Chat,
                source: "crash",
                now_ms: engine.clock().now_ms(),
            };
            let raw = serde_json::to_vec(&message)?;
            engine.receive(normalise::from_json(arrival, &message, &raw, engine.ids())?).await?;
        }
        engine.settle().await?;
        let _ = stop.send(());
        working.await?;
        engine.db().close().await;
        Ok(())
    }
}

/// Message number `at`.
fn message(at: usize) -> InboundMessage {
    InboundMessage {
        external_id: external_id(at),
        from: InboundSender { address: format!("writer-{}", at % WRITERS), name: None, company: None },
        to: None,
        subject: None,
        text: format!("[hello 0.99] This is {at}"),
        sent_at: None,
        in_reply_to: None,
        attachments: Vec::new(),
        automated: false,
    }
}

pub(super) fn external_id(at: usize) -> String {
    format!("m-{at}")
}

#[derive(Debug, Clone)]
struct AheadClock(i64);

impl Clock for AheadClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0
    }
}

/// A provider that outlives the process: every message it takes is one line of its log.
#[derive(Debug)]
pub struct Provider {
    /// The log: key, a tab, the id of the message that is answered.
    pub log: PathBuf,
    /// What it can say.
    pub class: SendClass,
}

impl Provider {
    fn knows(&self, key: &str) -> std::io::Result<bool> {
        match std::fs::read_to_string(&self.log) {
            Ok(text) => Ok(text.lines().any(|line| line.split('\t').next() == Some(key))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn broken(error: std::io::Error) -> SendError {
    SendError::Transient(error.to_string())
}

#[async_trait]
impl Outbound for Provider {
    fn class(&self) -> SendClass {
        self.class
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        let key = &message.idempotency_key;
        let receipt = SendReceipt { provider_ref: key.clone() };
        if self.class == SendClass::Idempotent && self.knows(key).map_err(broken)? {
            return Ok(receipt);
        }
        let line = format!("{key}\t{}\n", message.in_reply_to.as_deref().unwrap_or("-"));
        // One write of a few bytes to a file opened for appending: there whole or not at all.
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).map_err(broken)?;
        log.write_all(line.as_bytes()).map_err(broken)?;
        Ok(receipt)
    }

    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        let key = &message.idempotency_key;
        Ok(self.knows(key).map_err(broken)?.then(|| SendReceipt { provider_ref: key.clone() }))
    }
}

#[derive(Debug)]
struct OneWay(Arc<dyn Outbound>);

impl Outbounds for OneWay {
    fn for_channel(&self, _: &ChannelRow) -> Arc<dyn Outbound> {
        Arc::clone(&self.0)
    }
}
