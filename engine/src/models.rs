//! The models of the embedded set-up: trained from the policy's own examples, drafting from its own templates.
//! No network, no weights.

use std::sync::Arc;

use remit_dsl::Policy;

use crate::classify::EmbeddedClassifier;
use crate::draft::TemplateDrafter;
use crate::ports::{Classification, Classifier, ClassifyError, ClassifyInput, ModelPair, Models};

/// Makes the embedded classifier and the template drafter of a policy.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmbeddedModels;

impl Models for EmbeddedModels {
    fn for_policy(&self, policy: &Policy) -> Result<ModelPair, String> {
        let examples = examples(policy);
        let classifier: Arc<dyn Classifier> = match EmbeddedClassifier::train(&examples) {
            Ok(classifier) => Arc::new(classifier),
            // A policy without examples is legal: every intent is then unknown, and a person decides.
            Err(error @ ClassifyError::Untrained) => Arc::new(Untrained(error)),
            Err(error) => return Err(error.to_string()),
        };
        let drafter = TemplateDrafter::new(policy.templates()).map_err(|error| error.to_string())?;
        Ok((classifier, Arc::new(drafter)))
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
