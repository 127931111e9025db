//! The models of the embedded set-up: trained from the policy's own examples, drafting from its own templates, with no
//! network and no weights; the same with a model that knows what words mean, and with a language model beside either.

use std::sync::{Arc, OnceLock};

use remit_dsl::Policy;

use crate::classify::{EmbeddedClassifier, Encoder};
use crate::draft::{Knowledge, TemplateDrafter};
use crate::llm::{Breaker, LanguageModel, LlmClassifier, LlmDrafter};
use crate::ports::{Classification, Classifier, ClassifyError, ClassifyInput, ModelPair, Models};
use crate::semantic::installed::{About, Installed};

/// Makes the embedded classifier and the template drafter of a policy.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmbeddedModels;

impl Models for EmbeddedModels {
    fn for_policy(&self, policy: &Policy) -> Result<ModelPair, String> {
        Ok((taught(None, &examples(policy), true)?, Arc::new(templates(policy)?)))
    }

    fn learned(&self, policy: &Policy, lessons: &[(String, String)]) -> Result<Option<Arc<dyn Classifier>>, String> {
        learned(None, policy, lessons)
    }
}

/// The same with a model that was installed. Its files are read when the first policy needs them.
#[derive(Debug)]
pub struct SemanticModels {
    place: Installed,
    about: About,
    loaded: OnceLock<Result<Arc<dyn Encoder>, String>>,
}

impl SemanticModels {
    /// With this model out of that folder.
    #[must_use]
    pub const fn new(place: Installed, about: About) -> Self {
        Self { place, about, loaded: OnceLock::new() }
    }

    /// The model.
    ///
    /// # Errors
    /// A sentence for people: its files cannot be used.
    pub fn encoder(&self) -> Result<Arc<dyn Encoder>, String> {
        let load = || match self.place.load(&self.about) {
            Ok(model) => Ok(Arc::new(model) as Arc<dyn Encoder>),
            Err(error) => Err(format!("the model `{}` that is in use cannot be loaded: {error}", self.about.name)),
        };
        self.loaded.get_or_init(load).clone()
    }
}

impl Models for SemanticModels {
    fn for_policy(&self, policy: &Policy) -> Result<ModelPair, String> {
        Ok((taught(Some(self.encoder()?), &examples(policy), false)?, Arc::new(templates(policy)?)))
    }

    fn offline(&self, policy: &Policy) -> Result<ModelPair, String> {
        Ok((taught(Some(self.encoder()?), &examples(policy), true)?, Arc::new(templates(policy)?)))
    }

    fn learned(&self, policy: &Policy, lessons: &[(String, String)]) -> Result<Option<Arc<dyn Classifier>>, String> {
        learned(Some(self.encoder()?), policy, lessons)
    }
}

fn templates(policy: &Policy) -> Result<TemplateDrafter, String> {
    TemplateDrafter::new(policy.templates()).map_err(|error| error.to_string())
}

/// The classifier of these examples. One that takes long answers on a thread of its own, unless `at_once` is asked for.
fn taught(
    encoder: Option<Arc<dyn Encoder>>,
    examples: &[(String, String)],
    at_once: bool,
) -> Result<Arc<dyn Classifier>, String> {
    let aside = !at_once && encoder.as_ref().is_some_and(|encoder| encoder.takes_long());
    match EmbeddedClassifier::train_with(encoder, examples) {
        Ok(classifier) if aside => Ok(Arc::new(Aside(Arc::new(classifier)))),
        Ok(classifier) => Ok(Arc::new(classifier)),
        // A policy without examples is legal: every intent is then unknown, and a person decides.
        Err(error @ ClassifyError::Untrained) => Ok(Arc::new(Untrained(error))),
        Err(error) => Err(error.to_string()),
    }
}

fn learned(
    encoder: Option<Arc<dyn Encoder>>,
    policy: &Policy,
    lessons: &[(String, String)],
) -> Result<Option<Arc<dyn Classifier>>, String> {
    let mut all = examples(policy);
    all.extend(lessons.iter().cloned());
    let classifier = taught(encoder, &all, false)?;
    Ok((classifier.id() != UNTRAINED).then_some(classifier))
}

/// Answers on a thread that nothing else waits for.
#[derive(Debug)]
struct Aside(Arc<EmbeddedClassifier>);

#[async_trait::async_trait]
impl Classifier for Aside {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn is_free(&self) -> bool {
        true
    }

    async fn classify(&self, input: &ClassifyInput<'_>) -> Result<Classification, ClassifyError> {
        let (classifier, channel) = (Arc::clone(&self.0), input.channel);
        let (subject, text) = (input.subject.map(str::to_owned), input.text.to_owned());
        let read = move || classifier.read(&ClassifyInput { channel, subject: subject.as_deref(), text: &text });
        let answer = tokio::task::spawn_blocking(read).await;
        answer.map_err(|_| ClassifyError::Unavailable("the thread that read it is gone".to_owned()))
    }
}

/// The same with a language model beside it, which whoever runs the server chose.
#[derive(Debug, Clone)]
pub struct LanguageModels {
    /// What classifies and drafts without it: the witness of its answers, and who answers where it cannot.
    pub local: Arc<dyn Models>,
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
        let (mut classifier, mut drafter) = self.local.for_policy(policy)?;
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
            let (model, breaker) = (Arc::clone(&self.model), Arc::clone(&self.breaker));
            drafter = Arc::new(LlmDrafter::new(model, templates(policy)?, Arc::clone(&self.knowledge), breaker));
        }
        Ok((classifier, drafter))
    }

    fn secrets(&self) -> Vec<[u8; 32]> {
        self.model.secrets()
    }

    fn offline(&self, policy: &Policy) -> Result<ModelPair, String> {
        self.local.offline(policy)
    }

    /// A language model learns nothing here; beside one that only drafts, the local classifier does.
    fn learned(&self, policy: &Policy, lessons: &[(String, String)]) -> Result<Option<Arc<dyn Classifier>>, String> {
        if self.classifies { Ok(None) } else { self.local.learned(policy, lessons) }
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

/// The id of what knows nothing.
const UNTRAINED: &str = "untrained";

/// Knows nothing and says so.
#[derive(Debug)]
struct Untrained(ClassifyError);

#[async_trait::async_trait]
impl Classifier for Untrained {
    fn id(&self) -> &str {
        UNTRAINED
    }

    fn is_free(&self) -> bool {
        true
    }

    async fn classify(&self, _: &ClassifyInput<'_>) -> Result<Classification, ClassifyError> {
        Err(self.0.clone())
    }
}
