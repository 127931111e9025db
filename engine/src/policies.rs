//! The policy in force, by content hash; a policy that does not check never replaces it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use remit_dsl::{Compiled, Diagnostic, Policy};

use crate::ports::{Classifier, Drafter, Models};
use crate::store::{Db, StoreError, read};

/// A policy and what was made from it: a classifier of its examples, a drafter of its templates.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The policy.
    pub policy: Policy,
    /// Reads messages.
    pub classifier: Arc<dyn Classifier>,
    /// Writes replies.
    pub drafter: Arc<dyn Drafter>,
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
        Self { models, current: RwLock::new(HashMap::new()) }
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
        Ok(Prepared { in_force: InForce { policy, classifier, drafter }, diagnostics })
    }

    /// Takes a policy into use in this process. The caller has committed it as the active one.
    pub fn install(&self, workspace: &str, in_force: InForce) -> Arc<InForce> {
        let shared = Arc::new(in_force);
        let mut current = self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        current.insert(workspace.to_owned(), Current { in_force: Arc::clone(&shared), asked: Some(Instant::now()) });
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
        if let Some(current) = self.lately_confirmed(workspace) {
            return Ok(current);
        }
        let mut reader = db.read().await?;
        let active = read::policy_active(&mut reader.conn(), workspace).await?.ok_or(PolicyError::None)?;
        if let Some(current) = self.current(workspace)
            && current.policy.digest() == active.digest
        {
            self.confirm(workspace);
            return Ok(current);
        }
        let version =
            read::policy_version(&mut reader.conn(), workspace, &active.digest).await?.ok_or(PolicyError::None)?;
        drop(reader);
        let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
            .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
        let prepared = self.prepare(&version.root, &|path| {
            files.get(path).cloned().ok_or_else(|| format!("`{path}` was not kept with the policy"))
        })?;
        Ok(self.install(workspace, prepared.in_force))
    }
}
