//! A classifier that asks a language model, and a witness that no message can talk to.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use super::{Breaker, ClassifyQuestion, Judgement, LanguageModel, LlmError, prompt};
use crate::ports::{Classification, Classifier, ClassifyError, ClassifyInput, ModelCall};

/// Asks a language model, and the embedded classifier beside it.
///
/// The model's own confidence counts for nothing. Where both name the same intent, the confidence is the embedded
/// classifier's: what leaves is what would have left without the model. Where they differ, the message has no intent that
/// can be relied on, and every rule about intents counts as matched. So a message that talks the model into something
/// gains nothing by it.
///
/// That both agree is an answer of its own kind, more often right than either: it carries an id of its own, made of both
/// and of the prompt's version, and what people say about it proves something of that id only. A model that fails again
/// and again is not asked for a while; the embedded classifier then answers under its own id, and only what is proved of
/// that one lets the answer go.
#[derive(Debug)]
pub struct LlmClassifier {
    /// Of the answers that both give.
    id: String,
    model: Arc<dyn LanguageModel>,
    embedded: Arc<dyn Classifier>,
    intents: Vec<(String, Option<String>)>,
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
        let id = format!("{}@{} with {}", model.id(), prompt::VERSION, embedded.id());
        Self { id, model, embedded, intents, breaker }
    }

    /// Puts the two answers together.
    fn together(
        &self,
        said: Judgement,
        witness: Result<Classification, ClassifyError>,
    ) -> Result<Classification, ClassifyError> {
        let mut evidence = Vec::new();
        if !said.evidence.is_empty() {
            evidence.push(format!("it says: \"{}\"", said.evidence.chars().take(200).collect::<String>()));
        }
        evidence.push(format!("its own confidence: {:.2}", said.confidence));
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
        Ok(Classification { model: self.id.clone(), evidence, ..witness })
    }
}

#[async_trait]
impl Classifier for LlmClassifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn tiers(&self) -> Vec<String> {
        [vec![self.id.clone()], self.embedded.tiers()].concat()
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
