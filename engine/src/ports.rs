//! What the shell needs from the outside world, as small traits.
//!
//! Adapters make them real (`classify`, `draft`, `adapters`); tests bring their own. A failure of any of them can
//! only make an outcome more careful.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::ChannelKind;
use crate::draft::check::Passage;

/// What a classifier is asked to read. The text comes from a stranger: it is data, never an instruction.
#[derive(Debug, Clone)]
pub struct ClassifyInput<'a> {
    /// Channel the message came in on.
    pub channel: ChannelKind,
    /// Subject, where the channel has one.
    pub subject: Option<&'a str>,
    /// What the person wrote this time: quoted history already removed.
    pub text: &'a str,
}

/// A classifier's answer about one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// The best intent, always one that the policy declares; `None` when the classifier abstains.
    pub intent: Option<String>,
    /// Estimated probability, 0.0 to 1.0, that `intent` is right.
    pub confidence: f64,
    /// Distance, 0.0 to 1.0, between the best and the second-best intent.
    pub margin: f64,
    /// The intents considered, best first, with their probabilities.
    pub alternatives: Vec<(String, f64)>,
    /// What parts of the message are about besides, surest first, with how sure that is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<(String, f64)>,
    /// ISO 639-1 code of the message's language, where it could be told.
    pub language: Option<String>,
    /// Identifies the model exactly: the same id and the same text give the same answer.
    pub model: String,
    /// Words and the nearest example that spoke for the answer, for people.
    pub evidence: Vec<String>,
}

/// Why a message could not be classified. The run goes on with a *failed* intent, which tightens every outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassifyError {
    /// The policy gives no examples to learn from.
    #[error("the policy gives no examples to learn from")]
    Untrained,
    /// The model gave no answer that can be used.
    #[error("the classifier is unavailable: {0}")]
    Unavailable(String),
    /// A language model and the embedded classifier name different intents, and nothing says whom to believe.
    #[error("the model says {model}, the embedded classifier {embedded}")]
    Disputed {
        /// What the model says.
        model: String,
        /// What the embedded classifier says.
        embedded: String,
    },
    /// It cannot answer just now; the engine asks again.
    #[error("the classifier cannot answer now: {reason}")]
    Later {
        /// What happened.
        reason: String,
        /// How long it asked to be left alone, in milliseconds, where it said so.
        after_ms: Option<i64>,
        /// Too much at once.
        throttled: bool,
    },
}

/// One call of a language model, kept so that it can be read and asked again. No key is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    /// What it was for: `classify` or `draft`.
    pub purpose: &'static str,
    /// Backend and model.
    pub model: String,
    /// Version of the prompt.
    pub prompt_version: &'static str,
    /// The whole request, JSON.
    pub request: String,
    /// The whole answer, as it came.
    pub answer: Option<String>,
    /// Why it is no answer.
    pub error: Option<String>,
    /// Tokens read.
    pub tokens_in: Option<i64>,
    /// Tokens written.
    pub tokens_out: Option<i64>,
    /// What it cost, in millionths of the currency that the prices were given in.
    pub cost_micros: Option<i64>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}

/// Reads one message and names its intent.
#[async_trait]
pub trait Classifier: Send + Sync + Debug {
    /// Identifies model and training data; recorded with every decision.
    fn id(&self) -> &str;
    /// Every id that its answers may carry, the usual one first. Each is a tier with labels and certificates of its own:
    /// what is proved of one says nothing about another.
    fn tiers(&self) -> Vec<String> {
        vec![self.id().to_owned()]
    }
    /// True when an answer costs nothing and is always the same for the same text: it need not be stored before the next
    /// step begins, for after a crash it is simply worked out again. An answer that was paid for is stored first.
    fn is_free(&self) -> bool {
        false
    }
    /// Classifies one message.
    async fn classify(&self, input: &ClassifyInput<'_>) -> Result<Classification, ClassifyError>;
    /// The same, and the calls of language models that were made for it.
    async fn classify_and_tell(
        &self,
        input: &ClassifyInput<'_>,
    ) -> (Result<Classification, ClassifyError>, Vec<ModelCall>) {
        (self.classify(input).await, Vec::new())
    }
}

/// What a drafter is asked to write.
#[derive(Debug, Clone)]
pub struct DraftInput<'a> {
    /// Channel the reply will go out by.
    pub channel: ChannelKind,
    /// Intent found in the message.
    pub intent: &'a str,
    /// Template the policy names for the intent (`draft template NAME`).
    pub template: Option<&'a str>,
    /// Model prompt the policy names for the intent (`draft model NAME`).
    pub model: Option<&'a str>,
    /// Longest reply the policy allows, in words.
    pub max_words: Option<u32>,
    /// Tone that the policy asks for.
    pub tone: Option<&'a str>,
    /// Name of the knowledge that the policy lets a model draw on.
    pub sources: Option<&'a str>,
    /// ISO 639-1 code of the message's language, where it could be told.
    pub language: Option<&'a str>,
    /// The contact's name, where known.
    pub contact_name: Option<&'a str>,
    /// Subject of the message being answered.
    pub subject: Option<&'a str>,
    /// The message being answered. A value for templates, never a template.
    pub text: &'a str,
    /// Name of the AI agent that answers on the channel.
    pub ai_agent: &'a str,
    /// The name contacts know us by, for the signature.
    pub workspace: &'a str,
    /// What a rep asked of this draft when they had it written anew.
    pub instruction: Option<&'a str>,
    /// What the policy says must be in it.
    pub parts: Vec<Part<'a>>,
}

/// Something that the policy says must be in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// Name of the detector that has to find it.
    pub name: &'a str,
    /// The words that it looks for, one of which will do; none where it looks for something else.
    pub words: Vec<&'a str>,
}

/// A drafted reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftText {
    /// Subject of the reply, for channels that have one.
    pub subject: Option<String>,
    /// The text.
    pub body_text: String,
    /// What wrote it: `template:thanks`, or a model id.
    pub source: String,
    /// Passages of the policy's knowledge that a model was given for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<Passage>,
}

/// Why there is no draft. A run without a draft never sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The policy names no template or model for the intent, or none that exists here.
    #[error("nothing here can draft `{0}`")]
    NoDrafter(String),
    /// The template failed.
    #[error("template `{name}` failed: {reason}")]
    Template {
        /// Name of the template.
        name: String,
        /// What went wrong, with the template's line.
        reason: String,
    },
    /// The model did not answer; trying again may help.
    #[error("the drafter is unavailable: {0}")]
    Unavailable(String),
    /// A language model gave no draft that can be used.
    #[error("the model wrote nothing that can be used: {0}")]
    Model(String),
    /// It cannot answer just now; the engine asks again.
    #[error("the drafter cannot answer now: {reason}")]
    Later {
        /// What happened.
        reason: String,
        /// How long it asked to be left alone, in milliseconds, where it said so.
        after_ms: Option<i64>,
        /// Too much at once.
        throttled: bool,
    },
}

/// Writes a reply to one message.
#[async_trait]
pub trait Drafter: Send + Sync + Debug {
    /// True when a draft costs nothing and is always the same for the same message; see [`Classifier::is_free`].
    fn is_free(&self) -> bool {
        false
    }
    /// Whether this draft costs something or may come out otherwise the next time.
    fn asks_a_model(&self, _: &DraftInput<'_>) -> bool {
        !self.is_free()
    }
    /// Writes a draft.
    async fn draft(&self, input: &DraftInput<'_>) -> Result<DraftText, DraftError>;
    /// The same, and the calls of language models that were made for it.
    async fn draft_and_tell(&self, input: &DraftInput<'_>) -> (Result<DraftText, DraftError>, Vec<ModelCall>) {
        (self.draft(input).await, Vec::new())
    }
}

/// A reply on its way out. Everything in it was fixed when the decision was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// The same for every attempt at this one effect, and for no other.
    pub idempotency_key: String,
    /// Channel kind to send by.
    pub channel: ChannelKind,
    /// Message-ID without angle brackets, fixed per decision.
    pub message_id: String,
    /// Sender address of the channel account.
    pub from: String,
    /// Name shown beside `from`.
    pub from_name: Option<String>,
    /// Recipient address.
    pub to: String,
    /// Recipient's name.
    pub to_name: Option<String>,
    /// Subject, for mail.
    pub subject: Option<String>,
    /// The text.
    pub body_text: String,
    /// Message-ID of the message being answered, without angle brackets.
    pub in_reply_to: Option<String>,
    /// References, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// True when no person released it: such mail is marked `Auto-Submitted`.
    pub automatic: bool,
    /// When the message that it answers was written, UTC milliseconds: some channels take free text for a while only. `None` where it answers none.
    #[serde(default)]
    pub answers_at_ms: Option<i64>,
    /// When it was decided, UTC milliseconds; the Date header, so that every attempt renders the same bytes.
    pub at_ms: i64,
    /// Files that go along, for mail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<OutboundFile>,
}

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundFile {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// MIME type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// The bytes: there while it is handed over, kept apart otherwise.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl From<crate::store::rows::AttachmentRow> for OutboundFile {
    fn from(row: crate::store::rows::AttachmentRow) -> Self {
        let size = row.size.max(0).unsigned_abs();
        Self { id: row.id, name: row.name, media_type: row.media_type, size, sha256: row.sha256, bytes: Vec::new() }
    }
}

/// The provider's word that it has the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendReceipt {
    /// The provider's name for the message: a queue id, a file path.
    pub provider_ref: String,
}

/// What can be done about a send whose outcome is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendClass {
    /// Sending again with the same key is harmless.
    Idempotent,
    /// The provider can be asked whether it has the key.
    Queryable,
    /// Neither: a person decides.
    Blind,
}

/// Why a message did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Understood and refused: trying again changes nothing.
    #[error("refused: {0}")]
    Refused(String),
    /// Certainly not sent; trying again may help.
    #[error("not sent: {0}")]
    Transient(String),
    /// Certainly not sent: too much at once.
    #[error("not sent, too much at once: {reason}")]
    Throttled {
        /// What the provider said.
        reason: String,
        /// How long it asked to be left alone (`Retry-After`), in milliseconds, where it said so.
        after_ms: Option<i64>,
    },
    /// Understood and refused, because the recipient told the provider that they want no more.
    #[error("refused: {0}")]
    OptedOut(String),
    /// Certainly not sent: all sending was stopped before it was handed over. The engine's own answer, no provider's.
    #[error("not sent: all sending was stopped first")]
    Stopped,
    /// The provider may or may not have it.
    #[error("the outcome is not known: {0}")]
    InDoubt(String),
}

/// Hands a message to the next hop.
#[async_trait]
pub trait Outbound: Send + Sync + Debug {
    /// What can be done about an unknown outcome.
    fn class(&self) -> SendClass;
    /// Hands over one message.
    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError>;
    /// Asks whether the next hop already has the message. `Ok(None)` means it certainly has not.
    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError>;
}

/// The time, as an argument. UTC milliseconds since 1970, whole.
pub trait Clock: Send + Sync + Debug {
    /// Now.
    fn now_ms(&self) -> i64;
}

/// Fresh ids. Within one process they sort in the order they were given out.
pub trait Ids: Send + Sync + Debug {
    /// A new id of the given kind.
    fn next(&self, kind: crate::domain::IdKind) -> String;
}

/// The way out for each kind of channel.
pub trait Outbounds: Send + Sync + Debug {
    /// Where messages of this channel are handed over.
    fn for_channel(&self, channel: &crate::store::rows::ChannelRow) -> std::sync::Arc<dyn Outbound>;
}

/// What reads messages and what writes replies under one policy.
pub type ModelPair = (std::sync::Arc<dyn Classifier>, std::sync::Arc<dyn Drafter>);

/// Makes a classifier and a drafter for a policy.
pub trait Models: Send + Sync + Debug {
    /// What reads messages and what writes replies under this policy.
    ///
    /// # Errors
    /// A sentence for people: the policy's examples or templates cannot be used.
    fn for_policy(&self, policy: &remit_dsl::Policy) -> Result<ModelPair, String>;

    /// SHA-256 of secrets that are used to ask somebody: no draft may have one.
    fn secrets(&self) -> Vec<[u8; 32]> {
        Vec::new()
    }

    /// The same without asking anybody outside, and answering where it is asked: for trying a policy on messages.
    ///
    /// # Errors
    /// As above.
    fn offline(&self, policy: &remit_dsl::Policy) -> Result<ModelPair, String> {
        self.for_policy(policy)
    }

    /// A classifier that has also learned what people said that messages are, as (intent, text); `None` where the
    /// classifiers made here do not learn. The same lessons give the same classifier.
    ///
    /// # Errors
    /// A sentence for people: these examples cannot be learned from.
    fn learned(
        &self,
        _policy: &remit_dsl::Policy,
        _lessons: &[(String, String)],
    ) -> Result<Option<std::sync::Arc<dyn Classifier>>, String> {
        Ok(None)
    }
}
