//! A model behind HTTP: one call, what became of it, and one more where the answer cannot be read.

use std::fmt;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::prompt::{self, Fresh};
use super::wire::{Protocol, Question, complaint};
use super::{Asked, ClassifyQuestion, DraftQuestion, Judgement, LanguageModel, Letter, LlmError, Mask};
use crate::draft::check::CANARY;
use crate::egress::{Allowed, Egress, EgressError, Request};
use crate::ports::ModelCall;

/// How much of an answer is read, in bytes.
const MOST_BYTES: usize = 512 * 1024;
/// Calls that are made at once for one question: the first, and one that says what was wrong with its answer.
const MOST_CALLS: usize = 2;

/// What a million tokens cost, in millionths of any currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Price {
    /// Tokens that are read.
    pub input: i64,
    /// Tokens that are written.
    pub output: i64,
}

impl Price {
    fn of(self, tokens_in: Option<i64>, tokens_out: Option<i64>) -> Option<i64> {
        let cost = |tokens: Option<i64>, price: i64| tokens.map(|tokens| tokens.saturating_mul(price) / 1_000_000);
        (self != Self::default())
            .then(|| cost(tokens_in, self.input).unwrap_or(0) + cost(tokens_out, self.output).unwrap_or(0))
    }
}

/// Which model, and where.
#[derive(Clone)]
pub struct Endpoint {
    /// Name of the backend, as whoever runs the server wrote it: `openai`, `anthropic`, `gemini`, `ollama`, `vllm`.
    pub backend: String,
    /// The shape that it speaks.
    pub protocol: Protocol,
    /// Name of the model there.
    pub model: String,
    /// Address, where it is not the provider's own.
    pub base_url: Option<String>,
    /// The key, where there is one.
    pub key: Option<String>,
    /// How long a call may take.
    pub within: Duration,
    /// What it costs; all zero where nobody said so.
    pub price: Price,
    /// Whether what identifies people is masked.
    pub mask: bool,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("backend", &self.backend)
            .field("model", &self.model)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// A model that is asked by HTTP.
#[derive(Debug, Clone)]
pub struct HttpModel {
    endpoint: Endpoint,
    base: String,
    id: String,
    egress: Egress,
    canary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassifyAnswer {
    intent: String,
    confidence: f64,
    evidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftAnswer {
    text: String,
    sources: Vec<i64>,
}

impl HttpModel {
    /// A model at an address that whoever runs the server named. `canary` is a word of this deployment.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn new(endpoint: Endpoint, canary: &str) -> Result<Self, String> {
        let base = endpoint.base_url.clone().unwrap_or_else(|| endpoint.protocol.home().to_owned());
        let base = base.trim_end_matches('/').to_owned();
        let url = url::Url::parse(&base).map_err(|error| format!("`{base}` is no URL: {error}"))?;
        let host = url.host_str().ok_or_else(|| format!("`{base}` names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        // The operator named it, so that it may be of a private network; nothing else may be called by this client.
        let allowed: Allowed = host.parse().map_err(|_| format!("`{host}` is no host"))?;
        let id = format!("{}:{}", endpoint.backend, endpoint.model);
        Ok(Self { base, id, egress: Egress::new(vec![allowed]), canary: format!("{CANARY}{canary}"), endpoint })
    }

    /// Asks until an answer can be read, at most twice.
    async fn ask<A: DeserializeOwned, T>(
        &self,
        purpose: &'static str,
        mut question: Question,
        accept: impl Fn(A) -> Result<T, String>,
    ) -> Asked<T> {
        let mut calls = Vec::new();
        let mut wrong = String::new();
        for number in 0..MOST_CALLS {
            let (said, call) = self.call(purpose, &question).await;
            calls.push(call);
            let text = match said {
                Ok(text) => text,
                // What is declined is declined: asking again is arguing.
                Err(error) => return Asked { answer: Err(error), calls },
            };
            // What the parser says quotes the answer, and that may be a stranger's words: it is kept, not passed on.
            let told = match serde_json::from_str::<A>(text.trim()).map_err(|error| error.to_string()) {
                Err(error) => {
                    wrong = error;
                    "it was not that JSON object".to_owned()
                }
                Ok(answer) => match accept(answer) {
                    Ok(answer) => return Asked { answer: Ok(answer), calls },
                    Err(why) => {
                        wrong.clone_from(&why);
                        why
                    }
                },
            };
            if let Some(call) = calls.last_mut() {
                call.error = Some(format!("not an answer: {wrong}"));
            }
            if number == 0 {
                question.system.push_str(&format!("\n\nAn answer to this could not be used: {told}. Answer again."));
            }
        }
        Asked { answer: Err(LlmError::Unusable(wrong)), calls }
    }

    async fn call(&self, purpose: &'static str, question: &Question) -> (Result<String, LlmError>, ModelCall) {
        let Endpoint { protocol, model, key, within, price, .. } = &self.endpoint;
        let body = protocol.body(model, question);
        let mut call = ModelCall {
            purpose,
            model: self.id.clone(),
            prompt_version: prompt::VERSION,
            request: body.to_string(),
            answer: None,
            error: None,
            tokens_in: None,
            tokens_out: None,
            cost_micros: None,
            took_ms: 0,
        };
        let begun = Instant::now();
        let url = protocol.url(&self.base, model);
        let headers = protocol.headers(key.as_deref());
        let body = call.request.as_bytes();
        let asked = Request { method: "POST", url: &url, headers: &headers, body, most_bytes: MOST_BYTES };
        let posted = self.egress.call(asked, *within).await;
        call.took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let answer = match posted {
            Ok(answer) => answer,
            Err(error) => {
                call.error = Some(error.to_string());
                return (Err(not_made(error)), call);
            }
        };
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        call.answer = Some(body.clone());
        let result = if !(200..300).contains(&answer.status) {
            Err(turned_away(answer.status, &body, answer.retry_after_ms(None)))
        } else if !answer.whole {
            Err(later("the answer broke off".to_owned()))
        } else {
            self.read(&body, &mut call)
        };
        call.cost_micros = price.of(call.tokens_in, call.tokens_out);
        call.error = result.as_ref().err().map(ToString::to_string);
        (result, call)
    }

    fn read(&self, body: &str, call: &mut ModelCall) -> Result<String, LlmError> {
        let body: Value =
            serde_json::from_str(body).map_err(|error| LlmError::Unusable(format!("it is no JSON: {error}")))?;
        let said = self.endpoint.protocol.read(&body);
        let said =
            said.ok_or_else(|| LlmError::Unusable("it has not the shape of this provider's answers".to_owned()))?;
        (call.tokens_in, call.tokens_out) = (said.tokens_in, said.tokens_out);
        if let Some(why) = said.declined {
            return Err(LlmError::Unusable(why));
        }
        if said.text.contains(&self.canary) {
            tracing::error!(model = self.id, "a model repeated our canary: somebody made it tell its instructions");
            return Err(LlmError::Unusable("it repeated our instructions".to_owned()));
        }
        Ok(said.text)
    }

    fn fresh(&self) -> Fresh {
        Fresh { nonce: data_encoding::HEXLOWER.encode(&rand::random::<[u8; 9]>()), canary: self.canary.clone() }
    }
}

fn later(reason: String) -> LlmError {
    LlmError::Later { reason, after_ms: None, throttled: false }
}

fn not_made(error: EgressError) -> LlmError {
    match error {
        EgressError::Refused(why) => LlmError::Misconfigured(why),
        EgressError::Unreached(why) | EgressError::Failed(why) => later(why),
    }
}

/// What a status other than success means.
fn turned_away(status: u16, body: &str, after_ms: Option<i64>) -> LlmError {
    let reason = format!("status {status}: {}", complaint(body));
    match status {
        429 | 529 => LlmError::Later { reason, after_ms, throttled: true },
        408 | 409 | 425 | 500..=599 => LlmError::Later { reason, after_ms, throttled: false },
        _ => LlmError::Misconfigured(reason),
    }
}

#[async_trait]
impl LanguageModel for HttpModel {
    fn id(&self) -> &str {
        &self.id
    }

    fn secrets(&self) -> Vec<[u8; 32]> {
        self.endpoint.key.iter().map(|key| Sha256::digest(key.as_bytes()).into()).collect()
    }

    async fn classify(&self, question: &ClassifyQuestion<'_>) -> Asked<Judgement> {
        let mut mask = Mask::default();
        let covered = self
            .endpoint
            .mask
            .then(|| (question.subject.map(|text| mask.cover(text, &[])), mask.cover(question.text, &[])));
        let (subject, text) = match &covered {
            Some((subject, text)) => (subject.as_deref(), text.as_str()),
            None => (question.subject, question.text),
        };
        let asked = prompt::classify(&ClassifyQuestion { subject, text, ..question.clone() }, &self.fresh());
        let whole = format!("{}\n{text}", subject.unwrap_or_default());
        self.ask("classify", asked, |answer: ClassifyAnswer| judgement(answer, question, &whole)).await
    }

    async fn draft(&self, question: &DraftQuestion<'_>) -> Asked<Letter> {
        let mut mask = Mask::default();
        let names: Vec<&str> = question.contact_name.into_iter().collect();
        let covered = self.endpoint.mask.then(|| {
            let name = question.contact_name.map(|name| mask.cover(name, &names));
            (name, question.subject.map(|text| mask.cover(text, &names)), mask.cover(question.text, &names))
        });
        let asked = match &covered {
            Some((name, subject, text)) => prompt::draft(
                &DraftQuestion { contact_name: name.as_deref(), subject: subject.as_deref(), text, ..question.clone() },
                &self.fresh(),
            ),
            None => prompt::draft(question, &self.fresh()),
        };
        let most = question.passages.len();
        let accept = |answer: DraftAnswer| {
            let text = mask.lift(answer.text.trim());
            if text.is_empty() {
                return Err("`text` is empty".to_owned());
            }
            let used =
                answer.sources.iter().map(|number| usize::try_from(number - 1).ok().filter(|place| *place < most));
            let used: Option<Vec<usize>> = used.collect();
            Ok(Letter {
                text,
                used: used.ok_or_else(|| format!("`sources` names one that is not there; there are {most}"))?,
            })
        };
        self.ask("draft", asked, accept).await
    }
}

/// Takes a classification only with a declared intent, a number that is one, and words that stand in the message.
fn judgement(answer: ClassifyAnswer, question: &ClassifyQuestion<'_>, text: &str) -> Result<Judgement, String> {
    let ClassifyAnswer { intent, confidence, evidence } = answer;
    if !(0.0..=1.0).contains(&confidence) {
        return Err("`confidence` is not from 0 to 1".to_owned());
    }
    if intent == "none" {
        return Ok(Judgement { intent: None, confidence, evidence: String::new() });
    }
    if !question.intents.iter().any(|(name, _)| *name == intent) {
        return Err("`intent` is none of those asked about".to_owned());
    }
    if !prompt::quotes(text, &evidence) {
        return Err("`evidence` does not stand in the message".to_owned());
    }
    Ok(Judgement { intent: Some(intent), confidence, evidence })
}
