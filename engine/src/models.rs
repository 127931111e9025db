//! The models of the embedded set-up: trained from the policy's own examples, drafting from its own templates, with no
//! network and no weights; and the same with a language model beside them.

use std::sync::Arc;

use remit_dsl::Policy;

use crate::classify::EmbeddedClassifier;
use crate::draft::{Knowledge, TemplateDrafter};
use crate::llm::{Breaker, LanguageModel, LlmClassifier, LlmDrafter};
use crate::ports::{Classification, Classifier, ClassifyError, ClassifyInput, ModelPair, Models};

/// Makes the embedded classifier and the template drafter of a policy.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmbeddedModels;

impl Models for EmbeddedModels {
    fn for_policy(&self, policy: &Policy) -> Result<ModelPair, String> {
        let drafter = TemplateDrafter::new(policy.templates()).map_err(|error| error.to_string())?;
        Ok((embedded(policy)?, Arc::new(drafter)))
    }

    fn learned(&self, policy: &Policy, lessons: &[(String, String)]) -> Result<Option<Arc<dyn Classifier>>, String> {
        let mut all = examples(policy);
        all.extend(lessons.iter().cloned());
        match EmbeddedClassifier::train(&all) {
            Ok(classifier) => Ok(Some(Arc::new(classifier))),
            Err(ClassifyError::Untrained) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The embedded classifier of a policy's examples.
fn embedded(policy: &Policy) -> Result<Arc<dyn Classifier>, String> {
    match EmbeddedClassifier::train(&examples(policy)) {
        Ok(classifier) => Ok(Arc::new(classifier)),
        // A policy without examples is legal: every intent is then unknown, and a person decides.
        Err(error @ ClassifyError::Untrained) => Ok(Arc::new(Untrained(error))),
        Err(error) => Err(error.to_string()),
    }
}

/// The same with a language model beside it, which whoever runs the server chose.
#[derive(Debug, Clone)]
pub struct LanguageModels {
    /// The model.
    pub model: Arc<dyn LanguageModel>,
    /// Whether it classifies.
    pub classifies: bool,
    /// Whether it drafts where the policy says `draft model`.
    pub drafts: bool,
    /// What its drafts may rest on.
    pub knowledge: Arc<Knowledge>,
    /// Shared by all that ask the model: it fails for everybody.
    pub breaker: Arc<Breaker>,
}

impl Models for LanguageModels {
    fn for_policy(&self, policy: &Policy) -> Result<ModelPair, String> {
        let (mut classifier, mut drafter) = EmbeddedModels.for_policy(policy)?;
        if self.classifies {
            let intents = policy.intents().iter().map(|intent| (intent.name.clone(), intent.title.clone())).collect();
            let (model, breaker) = (Arc::clone(&self.model), Arc::clone(&self.breaker));
            classifier = Arc::new(LlmClassifier::new(model, classifier, intents, breaker));
        }
        if self.drafts {
            for intent in policy.intents() {
                let sources = intent.draft.as_ref().and_then(|spec| spec.sources.as_deref());
                if let Some(sources) = sources.filter(|name| !self.knowledge.has(name)) {
                    tracing::warn!(
                        intent = intent.name,
                        sources,
                        "there is no knowledge of this name; drafts rest on nothing"
                    );
                }
            }
            let templates = TemplateDrafter::new(policy.templates()).map_err(|error| error.to_string())?;
            let (model, breaker) = (Arc::clone(&self.model), Arc::clone(&self.breaker));
            drafter = Arc::new(LlmDrafter::new(model, templates, Arc::clone(&self.knowledge), breaker));
        }
        Ok((classifier, drafter))
    }

    /// A language model learns nothing here; beside one that only drafts, the embedded classifier does.
    fn learned(&self, policy: &Policy, lessons: &[(String, String)]) -> Result<Option<Arc<dyn Classifier>>, String> {
        if self.classifies { Ok(None) } else { EmbeddedModels.learned(policy, lessons) }
    }
}

/// A policy's examples as the classifier learns them.
#[must_use]
pub fn examples(policy: &Policy) -> Vec<(String, String)> {
    let pairs = policy
        .intents()
        .iter()
        .flat_map(|intent| intent.examples.iter().map(|example| (intent.name.clone(), example.clone())));
    pairs.collect()
}

/// Knows nothing and says so.
#[derive(Debug)]
struct Untrained(ClassifyError);

#[async_trait::async_trait]
impl Classifier for Untrained {
    fn id(&self) -> &str {
        "untrained"
    }

    fn is_free(&self) -> bool {
        true
    }

    async fn classify(&self, _: &ClassifyInput<'_>) -> Result<Classification, ClassifyError> {
        Err(self.0.clone())
    }
}
