//! The policy in force, by content hash; a policy that does not check never replaces it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

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
    current: RwLock<HashMap<String, Arc<InForce>>>,
}

impl Policies {
    /// None in force yet.
    #[must_use]
    pub fn new(models: Arc<dyn Models>) -> Self {
        Self { models, current: RwLock::new(HashMap::new()) }
    }

    /// The policy in force in a workspace.
    #[must_use]
    pub fn current(&self, workspace: &str) -> Option<Arc<InForce>> {
        self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(workspace).cloned()
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
        current.insert(workspace.to_owned(), Arc::clone(&shared));
        shared
    }

    /// The policy that the store says is in force, loaded if this process does not have it yet.
    ///
    /// # Errors
    /// [`PolicyError`] when there is none or it cannot be loaded.
    pub async fn in_force(&self, db: &Db, workspace: &str) -> Result<Arc<InForce>, PolicyError> {
        let mut reader = db.read().await?;
        let active = read::policy_active(&mut reader.conn(), workspace).await?.ok_or(PolicyError::None)?;
        if let Some(current) = self.current(workspace)
            && current.policy.digest() == active.digest
        {
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
