//! A classifier that asks a language model, and a witness that no message can talk to.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use super::{Breaker, ClassifyQuestion, Judgement, LanguageModel, LlmError};
use crate::ports::{Classification, Classifier, ClassifyError, ClassifyInput, ModelCall};

/// Whether a model's confidence has a certificate: labelled traffic that bounds how often it is wrong.
pub trait Certified: Send + Sync + std::fmt::Debug {
    /// True when the classifications of this backend and model may be judged by the model's own confidence.
    fn covers(&self, model: &str) -> bool;
}

/// Nothing has a certificate.
#[derive(Debug)]
struct NoneYet;

impl Certified for NoneYet {
    fn covers(&self, _: &str) -> bool {
        false
    }
}

/// Asks a language model, and the embedded classifier beside it.
///
/// Without a certificate the model's own confidence counts for nothing. Where both name the same intent, the confidence is
/// the embedded classifier's: what leaves is what would have left without the model. Where they differ, the message has
/// no intent that can be relied on, and every rule about intents counts as matched. So a message that talks the model
/// into something gains nothing by it. With a certificate the model's answer stands, and the policy asks for that
/// certificate.
///
/// A model that fails again and again is not asked for a while; the embedded classifier then answers, under its own name
/// and with its own certificate.
#[derive(Debug)]
pub struct LlmClassifier {
    model: Arc<dyn LanguageModel>,
    embedded: Arc<dyn Classifier>,
    intents: Vec<(String, Option<String>)>,
    certified: Arc<dyn Certified>,
    breaker: Arc<Breaker>,
}

impl LlmClassifier {
    /// A classifier for these intents (name and title). `embedded` is the witness, and answers where the model cannot.
    #[must_use]
    pub fn new(
        model: Arc<dyn LanguageModel>,
        embedded: Arc<dyn Classifier>,
        intents: Vec<(String, Option<String>)>,
        breaker: Arc<Breaker>,
    ) -> Self {
        Self { model, embedded, intents, certified: Arc::new(NoneYet), breaker }
    }

    /// The same with certificates.
    #[must_use]
    pub fn certified(mut self, certified: Arc<dyn Certified>) -> Self {
        self.certified = certified;
        self
    }

    /// Puts the two answers together.
    fn together(
        &self,
        said: Judgement,
        witness: Result<Classification, ClassifyError>,
    ) -> Result<Classification, ClassifyError> {
        let language = witness.as_ref().ok().and_then(|found| found.language.clone());
        let mut evidence = Vec::new();
        if !said.evidence.is_empty() {
            evidence.push(format!("it says: \"{}\"", said.evidence.chars().take(200).collect::<String>()));
        }
        evidence.push(format!("its own confidence: {:.2}", said.confidence));
        if self.certified.covers(self.model.id()) {
            let alternatives = said.intent.iter().map(|intent| (intent.clone(), said.confidence)).collect();
            return Ok(Classification {
                confidence: if said.intent.is_some() { said.confidence } else { 0.0 },
                margin: if said.intent.is_some() { said.confidence } else { 0.0 },
                intent: said.intent,
                alternatives,
                language,
                model: self.model.id().to_owned(),
                evidence,
            });
        }
        let witness = witness?;
        if said.intent != witness.intent {
            let name = |intent: Option<&str>| intent.unwrap_or("nothing that is declared").to_owned();
            return Err(ClassifyError::Disputed {
                model: name(said.intent.as_deref()),
                embedded: name(witness.intent.as_deref()),
            });
        }
        evidence.extend(witness.evidence);
        evidence.push(format!("agrees with {}", witness.model));
        Ok(Classification { model: self.model.id().to_owned(), evidence, ..witness })
    }
}

#[async_trait]
impl Classifier for LlmClassifier {
    fn id(&self) -> &str {
        self.model.id()
    }

    async fn classify(&self, input: &ClassifyInput<'_>) -> Result<Classification, ClassifyError> {
        self.classify_and_tell(input).await.0
    }

    async fn classify_and_tell(
        &self,
        input: &ClassifyInput<'_>,
    ) -> (Result<Classification, ClassifyError>, Vec<ModelCall>) {
        if self.breaker.is_open(Instant::now()) {
            return (self.embedded.classify(input).await, Vec::new());
        }
        let ClassifyInput { channel, subject, text } = *input;
        let question = ClassifyQuestion { channel, subject, text, intents: &self.intents };
        let asked = self.model.classify(&question).await;
        let answer = match asked.answer {
            Ok(said) => {
                self.breaker.answered();
                self.together(said, self.embedded.classify(input).await)
            }
            // It answers; only this message makes it say nothing that can be used.
            Err(LlmError::Unusable(why)) => {
                self.breaker.answered();
                Err(ClassifyError::Unavailable(why))
            }
            Err(LlmError::Later { reason, after_ms, throttled }) => {
                if self.breaker.failed(Instant::now()) {
                    tracing::warn!(model = self.model.id(), reason, "the model is left out for a while");
                    self.embedded.classify(input).await
                } else {
                    Err(ClassifyError::Later { reason, after_ms, throttled })
                }
            }
            Err(LlmError::Misconfigured(why)) => {
                tracing::error!(
                    model = self.model.id(),
                    why,
                    "the model refuses the call; the embedded classifier answers"
                );
                self.breaker.failed(Instant::now());
                self.embedded.classify(input).await
            }
        };
        (answer, asked.calls)
    }
}
