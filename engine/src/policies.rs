//! The policy in force, by content hash; a policy that does not check never replaces it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use remit_dsl::{Compiled, Diagnostic, Policy};

use crate::decide::proofs::Proofs;
use crate::draft::check::Inner;
use crate::learn::{self, Training, lessons_of_another};
use crate::llm::prompt;
use crate::ports::{Classifier, Drafter, Models};
use crate::store::{Conn, Db, StoreError, read};

/// A policy and what was made from it: a classifier of its examples, a drafter of its templates.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The policy.
    pub policy: Policy,
    /// Reads messages.
    pub classifier: Arc<dyn Classifier>,
    /// Writes replies.
    pub drafter: Arc<dyn Drafter>,
    /// What is proved of the classifier's answers under this policy.
    pub proofs: Arc<Proofs>,
    /// What no draft may repeat: our prompts and the policy's own text, in the form that drafts are compared with.
    pub inner: Arc<Inner>,
    /// The training that the classifier was made by, where it was trained anew: the id that the store knows it by.
    pub(crate) trained_as: Option<String>,
}

impl InForce {
    /// A policy of which nothing is proved yet.
    #[must_use]
    pub fn new(policy: Policy, classifier: Arc<dyn Classifier>, drafter: Arc<dyn Drafter>) -> Self {
        let unproved: Vec<_> = classifier.tiers().into_iter().map(|model| (model, Vec::new())).collect();
        let proofs = Arc::new(Proofs::of(&policy, &unproved));
        let own = policy.files().get(policy.root()).map_or("", String::as_str);
        let inner = Arc::new(Inner::of(&[prompt::RULES, own]));
        Self { policy, classifier, drafter, proofs, inner, trained_as: None }
    }
}

/// Why a policy did not come into force. The one before it stays.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It does not check; the diagnostics name each place.
    #[error("the policy does not check: {} error(s)", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// Its examples or templates cannot be used.
    #[error("the policy cannot be used: {0}")]
    Unusable(String),
    /// There is none, and none was given.
    #[error("no policy is in force")]
    None,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A policy that checked, and how to put it into the store.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Ready to decide.
    pub in_force: InForce,
    /// Warnings and notes of the check.
    pub diagnostics: Vec<Diagnostic>,
}

/// The policies in force, per workspace.
#[derive(Debug)]
pub struct Policies {
    models: Arc<dyn Models>,
    current: RwLock<HashMap<String, Current>>,
    /// Held while a classifier is trained anew.
    teaching: tokio::sync::Mutex<()>,
}

/// A policy in use, and when the store was last asked whether it still is the one in force.
#[derive(Debug)]
struct Current {
    in_force: Arc<InForce>,
    asked: Option<Instant>,
}

/// How long the store's word is taken for. Whoever puts a policy in force through this process is heard at once; what
/// another process did is heard after this time, and before every send: its fence compares the policy.
const WORD_HOLDS: Duration = Duration::from_millis(250);

impl Policies {
    /// None in force yet.
    #[must_use]
    pub fn new(models: Arc<dyn Models>) -> Self {
        Self { models, current: RwLock::new(HashMap::new()), teaching: tokio::sync::Mutex::new(()) }
    }

    /// What classifiers and drafters are made by.
    #[must_use]
    pub fn models(&self) -> &dyn Models {
        &*self.models
    }

    /// The policy in force in a workspace.
    #[must_use]
    pub fn current(&self, workspace: &str) -> Option<Arc<InForce>> {
        let current = self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        current.get(workspace).map(|current| Arc::clone(&current.in_force))
    }

    /// Checks a policy and makes what it needs, without putting it in force.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`] with every diagnostic, or [`PolicyError::Unusable`].
    pub fn prepare(
        &self,
        root: &str,
        read_file: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Prepared, PolicyError> {
        let Compiled { policy, diagnostics, .. } = remit_dsl::compile(root, read_file);
        let Some(policy) = policy else { return Err(PolicyError::Invalid(diagnostics)) };
        let (classifier, drafter) = self.models.for_policy(&policy).map_err(PolicyError::Unusable)?;
        let mut in_force = InForce::new(policy, classifier, drafter);
        if let Some(inner) = Arc::get_mut(&mut in_force.inner) {
            inner.keep_secret(self.models.secrets());
        }
        Ok(Prepared { in_force, diagnostics })
    }

    /// Takes a policy into use in this process. The caller has committed it as the active one.
    pub fn install(&self, workspace: &str, in_force: InForce) -> Arc<InForce> {
        let shared = Arc::new(in_force);
        // What is proved under it stands in the store: the next look asks.
        let asked = shared.policy.certificates().is_empty().then(Instant::now);
        let mut current = self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        current.insert(workspace.to_owned(), Current { in_force: Arc::clone(&shared), asked });
        shared
    }

    /// The next look asks the store, however lately it was asked.
    pub(crate) fn doubt(&self, workspace: &str) {
        let mut current = self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(current) = current.get_mut(workspace) {
            current.asked = None;
        }
    }

    /// The current policy, if the store was asked about it a moment ago.
    fn lately_confirmed(&self, workspace: &str) -> Option<Arc<InForce>> {
        let current = self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let current = current.get(workspace)?;
        let lately = current.asked.is_some_and(|asked| asked.elapsed() < WORD_HOLDS);
        lately.then(|| Arc::clone(&current.in_force))
    }

    fn confirm(&self, workspace: &str) {
        let mut current = self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(current) = current.get_mut(workspace) {
            current.asked = Some(Instant::now());
        }
    }

    /// The policy that the store says is in force, loaded if this process does not have it yet.
    ///
    /// # Errors
    /// [`PolicyError`] when there is none or it cannot be loaded.
    pub async fn in_force(&self, db: &Db, workspace: &str) -> Result<Arc<InForce>, PolicyError> {
        match self.lately_confirmed(workspace) {
            Some(current) => Ok(current),
            // Boxed: it is rare and large, and every run that is worked on has room for what it waits for.
            None => Box::pin(self.confirmed(db, workspace)).await,
        }
    }

    /// Looks which policy is in force, and prepares it where it is another one.
    async fn confirmed(&self, db: &Db, workspace: &str) -> Result<Arc<InForce>, PolicyError> {
        let mut reader = db.read().await?;
        let active = read::policy_active(&mut reader.conn(), workspace).await?.ok_or(PolicyError::None)?;
        if let Some(current) = self.current(workspace)
            && current.policy.digest() == active.digest
        {
            if let Some(training) = lessons_of_another(&mut reader.conn(), workspace, &current).await? {
                drop(reader);
                // One trains; the others go on with what they have.
                let Ok(_teaching) = self.teaching.try_lock() else {
                    self.confirm(workspace);
                    return Ok(current);
                };
                let taught = self.taught(db, workspace, InForce::clone(&current), Some(training)).await?;
                return Ok(self.install(workspace, taught));
            }
            let proofs = proved(&mut reader.conn(), workspace, &current).await?;
            if *current.proofs == proofs {
                self.confirm(workspace);
                return Ok(current);
            }
            let renewed = InForce { proofs: Arc::new(proofs), ..InForce::clone(&current) };
            return Ok(self.install(workspace, renewed));
        }
        let version =
            read::policy_version(&mut reader.conn(), workspace, &active.digest).await?.ok_or(PolicyError::None)?;
        drop(reader);
        let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
            .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
        let prepared = self.prepare(&version.root, &|path| {
            files.get(path).cloned().ok_or_else(|| format!("`{path}` was not kept with the policy"))
        })?;
        let in_force = prepared.in_force;
        let mut reader = db.read().await?;
        let training = lessons_of_another(&mut reader.conn(), workspace, &in_force).await?;
        drop(reader);
        let taught = self.taught(db, workspace, in_force, training).await?;
        Ok(self.install(workspace, taught))
    }

    /// The policy with a classifier that has learned these lessons, and what is proved of that one.
    async fn taught(
        &self,
        db: &Db,
        workspace: &str,
        mut in_force: InForce,
        training: Option<Training>,
    ) -> Result<InForce, PolicyError> {
        if let Some(Training { model, lessons }) = training {
            if let Some(classifier) = self.learned(&in_force, &lessons).await? {
                in_force.classifier = classifier;
            }
            in_force.trained_as = Some(model);
        }
        let mut reader = db.read().await?;
        in_force.proofs = Arc::new(proved(&mut reader.conn(), workspace, &in_force).await?);
        Ok(in_force)
    }

    /// A classifier of a policy's examples and these lessons; `None` where the models in use do not learn.
    ///
    /// # Errors
    /// [`PolicyError::Unusable`] when they cannot be learned from.
    pub(crate) async fn learned(
        &self,
        in_force: &InForce,
        lessons: &[(String, String)],
    ) -> Result<Option<Arc<dyn Classifier>>, PolicyError> {
        learn::train(&self.models, in_force, lessons).await
    }
}

/// What the store says is proved; where the policy has no certificates it is not asked.
async fn proved(conn: &mut Conn<'_>, workspace: &str, in_force: &InForce) -> Result<Proofs, StoreError> {
    let policy = &in_force.policy;
    let mut models = Vec::new();
    for model in in_force.classifier.tiers() {
        let rows = match policy.certificates() {
            [] => Vec::new(),
            _ => read::certificates(conn, workspace, policy.digest(), &model).await?,
        };
        models.push((model, rows));
    }
    Ok(Proofs::of(policy, &models))
}
