//! Language models: two questions, and nothing else that one could do.
//!
//! A model is asked for the kind of a message and for the text of a reply. It has no tools, fetches nothing and remembers
//! nothing; recipient, subject, thread and sender are the engine's. What it says is checked field by field, and what
//! cannot be read is no answer. Its word alone frees nothing: see [`LlmClassifier`].
//!
//! The three shapes that providers speak are written out in `wire`, over the engine's one way out (`egress`). The
//! library made for this, genai 0.7, was looked at and left out: it switches `serde_json/preserve_order` and
//! `tokio/test-util` on for the whole program, reads an answer of any length, and its Ollama adapter drops the schema.

mod breaker;
mod classifier;
mod client;
mod drafter;
pub mod injection;
mod mask;
pub mod prompt;
mod wire;

use std::fmt::Debug;

use async_trait::async_trait;

pub use breaker::Breaker;
pub use classifier::LlmClassifier;
pub use client::{Endpoint, HttpModel, Price};
pub use drafter::LlmDrafter;
pub use mask::Mask;
pub use wire::Protocol;

use crate::domain::ChannelKind;
use crate::draft::check::Passage;
use crate::ports::{ModelCall, Part};

/// Which kind of message is this?
#[derive(Debug, Clone)]
pub struct ClassifyQuestion<'a> {
    /// Channel it came in on.
    pub channel: ChannelKind,
    /// Its subject, where it has one.
    pub subject: Option<&'a str>,
    /// Its text.
    pub text: &'a str,
    /// The intents that the policy declares: name and title.
    pub intents: &'a [(String, Option<String>)],
}

/// How would one answer this message?
#[derive(Debug, Clone)]
pub struct DraftQuestion<'a> {
    /// Channel the reply would go out by.
    pub channel: ChannelKind,
    /// The intent found in the message.
    pub intent: &'a str,
    /// The kind of reply, as the policy names it.
    pub kind: &'a str,
    /// The tone that the policy asks for.
    pub tone: Option<&'a str>,
    /// Most words that the policy allows.
    pub max_words: Option<u32>,
    /// ISO 639-1 code of the language to write in, where the message's could be told.
    pub language: Option<&'a str>,
    /// The contact's name, where known.
    pub contact_name: Option<&'a str>,
    /// Subject of the message.
    pub subject: Option<&'a str>,
    /// Its text.
    pub text: &'a str,
    /// Name of the AI agent, for the signature.
    pub ai_agent: &'a str,
    /// Name of the workspace, for the signature.
    pub workspace: &'a str,
    /// Passages that the reply may rest on.
    pub passages: &'a [Passage],
    /// What a rep asked for.
    pub instruction: Option<&'a str>,
    /// What must be in it.
    pub parts: &'a [Part<'a>],
}

/// What a model says a message is.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// One of the declared intents; `None` where it says that none fits.
    pub intent: Option<String>,
    /// How sure it says it is, 0 to 1. Worth nothing without a certificate.
    pub confidence: f64,
    /// The words of the message that it goes by. They stand in the message.
    pub evidence: String,
}

/// What a model would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The text.
    pub text: String,
    /// Which of the passages it says it used, counted from 0.
    pub used: Vec<usize>,
}

/// Why a model gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// It cannot answer just now: too much at once, a timeout, a line that went dead.
    #[error("the model cannot answer now: {reason}")]
    Later {
        /// What happened.
        reason: String,
        /// How long it asked to be left alone, in milliseconds; `None` where it did not say so.
        after_ms: Option<i64>,
        /// Too much at once.
        throttled: bool,
    },
    /// It will not take this call however often: a wrong key, a wrong name.
    #[error("the model refuses the call: {0}")]
    Misconfigured(String),
    /// It answered, and the answer is none: declined, cut off at the limit, or not what was asked for, twice.
    #[error("the model gave no usable answer: {0}")]
    Unusable(String),
}

/// An answer, and every call that was made for it.
#[derive(Debug, Clone)]
pub struct Asked<T> {
    /// The answer.
    pub answer: Result<T, LlmError>,
    /// The calls, in order.
    pub calls: Vec<ModelCall>,
}

/// A language model.
#[async_trait]
pub trait LanguageModel: Send + Sync + Debug {
    /// Backend and model, such as `anthropic:claude-sonnet-4-5`: what a certificate is bound to.
    fn id(&self) -> &str;
    /// SHA-256 of what it is asked with, such as a key: no draft may have it.
    fn secrets(&self) -> Vec<[u8; 32]> {
        Vec::new()
    }
    /// Says which kind of message it is.
    async fn classify(&self, question: &ClassifyQuestion<'_>) -> Asked<Judgement>;
    /// Writes a reply.
    async fn draft(&self, question: &DraftQuestion<'_>) -> Asked<Letter>;
}
