//! A drafter that asks a language model where the policy says `draft model`, and fills templates everywhere else.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use super::{Breaker, DraftQuestion, LanguageModel, LlmError};
use crate::domain::ChannelKind;
use crate::draft::check::Passage;
use crate::draft::{Knowledge, MODEL, TemplateDrafter};
use crate::mail::reply_subject;
use crate::ports::{DraftError, DraftInput, DraftText, Drafter, ModelCall};

/// Passages that a model is given for a draft.
const MOST_PASSAGES: usize = 5;

/// Asks a model for drafts.
///
/// An intent whose policy names a template is never drafted by a model, whatever was asked: so a class that is too risky
/// for free text has none.
#[derive(Debug)]
pub struct LlmDrafter {
    model: Arc<dyn LanguageModel>,
    templates: TemplateDrafter,
    knowledge: Arc<Knowledge>,
    breaker: Arc<Breaker>,
}

impl LlmDrafter {
    /// A drafter over a model, these templates, and what its drafts may rest on.
    #[must_use]
    pub const fn new(
        model: Arc<dyn LanguageModel>,
        templates: TemplateDrafter,
        knowledge: Arc<Knowledge>,
        breaker: Arc<Breaker>,
    ) -> Self {
        Self { model, templates, knowledge, breaker }
    }

    /// The passages of the policy's knowledge that fit the message.
    fn passages(&self, input: &DraftInput<'_>) -> Vec<Passage> {
        let Some(sources) = input.sources else { return Vec::new() };
        let asked = format!("{}\n{}", input.subject.unwrap_or_default(), input.text);
        self.knowledge.passages(sources, &asked, MOST_PASSAGES)
    }
}

#[async_trait]
impl Drafter for LlmDrafter {
    fn asks_a_model(&self, input: &DraftInput<'_>) -> bool {
        input.template.is_none() && input.model.is_some()
    }

    async fn draft(&self, input: &DraftInput<'_>) -> Result<DraftText, DraftError> {
        self.draft_and_tell(input).await.0
    }

    async fn draft_and_tell(&self, input: &DraftInput<'_>) -> (Result<DraftText, DraftError>, Vec<ModelCall>) {
        let Some(kind) = input.model.filter(|_| self.asks_a_model(input)) else {
            return (self.templates.render(input), Vec::new());
        };
        if self.breaker.is_open(Instant::now()) {
            let reason = "the model is left out for a while, after failures in a row".to_owned();
            return (Err(DraftError::Later { reason, after_ms: None, throttled: false }), Vec::new());
        }
        let passages = self.passages(input);
        let asked = self
            .model
            .draft(&DraftQuestion {
                channel: input.channel,
                intent: input.intent,
                kind,
                tone: input.tone,
                max_words: input.max_words,
                language: input.language,
                contact_name: input.contact_name,
                subject: input.subject,
                text: input.text,
                ai_agent: input.ai_agent,
                workspace: input.workspace,
                passages: &passages,
                instruction: input.instruction,
                parts: &input.parts,
            })
            .await;
        let answer = match asked.answer {
            Ok(letter) => {
                self.breaker.answered();
                let subject =
                    (input.channel == ChannelKind::Email).then(|| reply_subject(input.subject.unwrap_or_default()));
                // All that it was given is kept, what it says it used first: it may have used more.
                let mut rests_on: Vec<_> =
                    letter.used.iter().filter_map(|place| passages.get(*place)).cloned().collect();
                let others: Vec<_> = passages.into_iter().filter(|passage| !rests_on.contains(passage)).collect();
                rests_on.extend(others);
                Ok(DraftText {
                    subject,
                    body_text: letter.text,
                    source: format!("{MODEL}{}", self.model.id()),
                    rests_on,
                })
            }
            Err(LlmError::Unusable(why)) => {
                self.breaker.answered();
                Err(DraftError::Model(why))
            }
            Err(LlmError::Misconfigured(why)) => {
                tracing::error!(model = self.model.id(), why, "the model refuses the call");
                self.breaker.failed(Instant::now());
                Err(DraftError::Model(why))
            }
            Err(LlmError::Later { reason, after_ms, throttled }) => {
                self.breaker.failed(Instant::now());
                Err(DraftError::Later { reason, after_ms, throttled })
            }
        };
        (answer, asked.calls)
    }
}
