//! The gate before a policy comes into force.
//!
//! A version comes into force only without errors (false claims are errors), with every case of its own holding, and, where
//! some message may leave more freely than under the version in force, after somebody acknowledged exactly that
//! difference, by both digests. Who, when and what the difference was are kept with it. If another version comes into
//! force meanwhile, nothing happens: the acknowledgement was about another difference.
//!
//! An operator who names a policy on the command line of a starting process holds the store and the file: that counts as
//! the acknowledgement, and is recorded as such. Errors and failing cases stop it all the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use remit_dsl::diff::{self, Diff, Direction};
use remit_dsl::{CaseResult, Diagnostic};

use crate::domain::IdKind;
use crate::engine::Engine;
use crate::policies::{InForce, PolicyError, Prepared};
use crate::store::{NewActivation, StoreError, Write, read};

/// Somebody has seen what changes from the one version to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged<'a> {
    /// Digest of the version in force; `None` when there was none.
    pub old: Option<&'a str>,
    /// Digest of the new one.
    pub new: &'a str,
}

/// Who puts a policy in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By<'a> {
    /// A rep, by id and name.
    Rep(&'a str, &'a str),
    /// Whoever started a process with a policy named on its command line.
    CommandLine,
    /// Remit itself, where no policy was ever in force; or a test.
    SetUp(&'a str),
}

impl By<'_> {
    const fn id(&self) -> Option<&str> {
        if let By::Rep(id, _) = self { Some(id) } else { None }
    }

    const fn name(&self) -> &str {
        match self {
            By::Rep(_, name) | By::SetUp(name) => name,
            By::CommandLine => "command line",
        }
    }
}

/// What stands between a version and its coming into force.
#[derive(Debug, Clone)]
pub struct Review {
    /// Digest of the version.
    pub digest: String,
    /// Digest of the version in force, where there is one.
    pub in_force: Option<String>,
    /// What the check had to say: warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
    /// Cases of its own that hold.
    pub passed: usize,
    /// Cases that do not.
    pub failed: Vec<CaseResult>,
    /// What it changes; `None` when there is nothing to compare it with: everything it sends is new then.
    pub diff: Option<Diff>,
}

impl Review {
    /// Whether somebody has to acknowledge the difference first.
    #[must_use]
    pub fn is_freer(&self) -> bool {
        self.diff.as_ref().is_none_or(Diff::may_be_freer)
    }

    /// The difference in a few words.
    #[must_use]
    pub fn summary(&self) -> String {
        let Some(diff) = &self.diff else { return "no policy was in force before".to_owned() };
        if diff.is_empty() {
            return "no difference: every message is decided as before".to_owned();
        }
        let count = |direction: Direction| {
            let regions = diff.regions.iter().filter(|region| region.direction == direction).count();
            let items = diff.items.iter().filter(|item| item.direction == direction).count();
            let all = regions + items;
            (all > 0).then(|| format!("{all} {}", direction.as_str()))
        };
        let directions = [Direction::Freer, Direction::Unknown, Direction::Stricter, Direction::Sideways];
        let mut words: Vec<String> = directions.into_iter().filter_map(count).collect();
        if !diff.routes.is_empty() {
            words.push(format!("{} routed to others", diff.routes.len()));
        }
        if diff.incomplete {
            words.push("not everything could be compared".to_owned());
        }
        let lines = diff.regions.iter().take(MOST_LINES).map(|region| {
            let when = if region.when.is_empty() { "every message".to_owned() } else { region.when.join(", ") };
            format!("{}: {} -> {} when {when}", region.direction.as_str(), region.from, region.to)
        });
        std::iter::once(words.join(", ")).chain(lines).collect::<Vec<_>>().join("\n")
    }
}

/// Regions told in a summary at most.
const MOST_LINES: usize = 20;

/// Why a version did not come into force. The one before stays.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Cases written in the policy do not hold.
    #[error("{} case(s) of the policy do not hold", .0.len())]
    TestsFail(Vec<CaseResult>),
    /// It may let more leave than the version in force, and nobody has acknowledged that.
    #[error("some message may leave more freely than before, and nobody has acknowledged it")]
    NotAcknowledged(Box<Review>),
    /// The acknowledgement names other versions than these.
    #[error("the acknowledgement is about another difference")]
    OtherDifference(Box<Review>),
    /// Another version came into force meanwhile.
    #[error("another policy came into force meanwhile")]
    Overtaken,
    /// It is in force already.
    #[error("this version is in force already")]
    AlreadyInForce,
    /// No other version was in force before.
    #[error("no other version was in force before this one")]
    NothingBefore,
    /// There is no such version.
    #[error("there is no version `{0}`")]
    NotFound(String),
    /// It does not check, cannot be used, or the store failed.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::PolicyChanged => Self::Overtaken,
            error => Self::Policy(error.into()),
        }
    }
}

/// Activations looked through for the version before.
const MOST_BACK: i64 = 100;

impl Engine {
    /// Keeps a version, if it checks, without putting it in force. Gives its digest and what the check had to say.
    ///
    /// # Errors
    /// [`PolicyError`] when it does not check or the store fails; it is not kept then.
    pub async fn keep_policy(
        &self,
        workspace: &str,
        root: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<(String, Vec<Diagnostic>), PolicyError> {
        let Prepared { in_force, diagnostics } = self.prepared(root, files).await?;
        let digest = in_force.policy.digest().to_owned();
        self.commit_writes(workspace, vec![version(&in_force)?]).await?;
        Ok((digest, diagnostics))
    }

    /// What stands between a version that was kept and its coming into force.
    ///
    /// # Errors
    /// [`PublishError::NotFound`], or what [`PolicyError`] says.
    pub async fn review(&self, workspace: &str, digest: &str) -> Result<Review, PublishError> {
        let prepared = self.kept(workspace, digest).await?;
        Ok(self.reviewed(workspace, &prepared).await?)
    }

    /// Puts a version in force that was kept, if everything that stands before it is done.
    ///
    /// # Errors
    /// [`PublishError`] says what is missing; the version before stays in force then.
    pub async fn publish(
        &self,
        workspace: &str,
        digest: &str,
        acknowledged: Option<Acknowledged<'_>>,
        by: By<'_>,
    ) -> Result<Review, PublishError> {
        self.put_in_force(workspace, digest, acknowledged, by, "published").await
    }

    /// Puts the version in force again that was in force before this one. It passes the same gate.
    ///
    /// # Errors
    /// [`PublishError::NothingBefore`], or as [`Engine::publish`].
    pub async fn roll_back(
        &self,
        workspace: &str,
        acknowledged: Option<Acknowledged<'_>>,
        by: By<'_>,
    ) -> Result<Review, PublishError> {
        let before = self.version_before(workspace).await?.ok_or(PublishError::NothingBefore)?;
        self.put_in_force(workspace, &before, acknowledged, by, "rolled_back").await
    }

    /// Digest of the version that a roll-back would put in force.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn version_before(&self, workspace: &str) -> Result<Option<String>, StoreError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let Some(active) = read::policy_active(conn, workspace).await? else { return Ok(None) };
        let history = read::policy_activations(conn, workspace, i64::MAX, "", MOST_BACK).await?;
        // The activation of the version in force names the one before it, however often one went back and forth.
        let current = history.into_iter().find(|one| one.digest == active.digest);
        Ok(current.and_then(|one| one.previous).filter(|previous| *previous != active.digest))
    }

    /// Puts a policy in force that a starting process was given, or that Remit begins with. Errors and failing cases
    /// leave the one before; a freer one is let through, because whoever starts the process answers for it.
    ///
    /// # Errors
    /// [`PublishError`] says what is wrong.
    pub async fn start_with(
        &self,
        workspace: &str,
        root: &str,
        files: &dyn Fn(&str) -> Result<String, String>,
        by: By<'_>,
    ) -> Result<Arc<InForce>, PublishError> {
        let prepared = self.policies().prepare(root, files)?;
        let review = self.reviewed(workspace, &prepared).await?;
        if !review.failed.is_empty() {
            return Err(PublishError::TestsFail(review.failed));
        }
        if review.in_force.as_deref() == Some(review.digest.as_str()) {
            return Ok(self.policies().install(workspace, prepared.in_force));
        }
        let how = if by == By::CommandLine { "command_line" } else { "set_up" };
        Ok(self.commit_activation(workspace, prepared.in_force, &review, by, how).await?)
    }

    async fn put_in_force(
        &self,
        workspace: &str,
        digest: &str,
        acknowledged: Option<Acknowledged<'_>>,
        by: By<'_>,
        how: &'static str,
    ) -> Result<Review, PublishError> {
        let prepared = self.kept(workspace, digest).await?;
        self.put_prepared_in_force(workspace, prepared, acknowledged, by, how).await
    }

    /// The same with a version that was just checked.
    pub(crate) async fn put_prepared_in_force(
        &self,
        workspace: &str,
        prepared: Prepared,
        acknowledged: Option<Acknowledged<'_>>,
        by: By<'_>,
        how: &'static str,
    ) -> Result<Review, PublishError> {
        let review = self.reviewed(workspace, &prepared).await?;
        let digest = review.digest.as_str();
        if review.in_force.as_deref() == Some(digest) {
            return Err(PublishError::AlreadyInForce);
        }
        if !review.failed.is_empty() {
            return Err(PublishError::TestsFail(review.failed));
        }
        match acknowledged {
            Some(seen) if (seen.old, seen.new) != (review.in_force.as_deref(), digest) => {
                return Err(PublishError::OtherDifference(Box::new(review)));
            }
            None if review.is_freer() => return Err(PublishError::NotAcknowledged(Box::new(review))),
            _ => {}
        }
        self.commit_activation(workspace, prepared.in_force, &review, by, how).await?;
        Ok(review)
    }

    /// One commit: the version, that it is in force, the line of the history, and the sweeps it has.
    pub(crate) async fn commit_activation(
        &self,
        workspace: &str,
        in_force: InForce,
        review: &Review,
        by: By<'_>,
        how: &'static str,
    ) -> Result<Arc<InForce>, PolicyError> {
        let freer = review.is_freer();
        let activation = NewActivation {
            id: self.ids().next(IdKind::Activation),
            digest: review.digest.clone(),
            previous: review.in_force.clone(),
            how,
            by_id: by.id().map(str::to_owned),
            by_name: by.name().to_owned(),
            freer,
            acknowledged: freer.then(|| review.digest.clone()),
            summary: review.summary(),
        };
        let mut writes = vec![version(&in_force)?, Write::PolicyPublish(Box::new(activation))];
        writes.extend(self.sweeps_of(workspace, &in_force.policy).await?);
        self.commit_writes(workspace, writes).await?;
        Ok(self.policies().install(workspace, in_force))
    }

    /// A version that was kept, checked again: what checked once may not under a newer Remit.
    async fn kept(&self, workspace: &str, digest: &str) -> Result<Prepared, PublishError> {
        let mut reader = self.db().read().await?;
        let version = read::policy_version(&mut reader.conn(), workspace, digest).await?;
        drop(reader);
        let version = version.ok_or_else(|| PublishError::NotFound(digest.to_owned()))?;
        let files: BTreeMap<String, String> = serde_json::from_str(&version.files)
            .map_err(|error| StoreError::Inconsistent { table: "policy_version", reason: error.to_string() })?;
        Ok(self.prepared(&version.root, &files).await?)
    }

    /// Checking, proving and training take a while: not on a thread that serves others.
    pub(crate) async fn prepared(&self, root: &str, files: &BTreeMap<String, String>) -> Result<Prepared, PolicyError> {
        let (engine, root, files) = (self.clone(), root.to_owned(), files.clone());
        let prepare = move || {
            let read = |path: &str| files.get(path).cloned().ok_or_else(|| "there is no such file".to_owned());
            engine.policies().prepare(&root, &read)
        };
        tokio::task::spawn_blocking(prepare).await.map_err(|_| StoreError::Closed)?
    }

    pub(crate) async fn reviewed(&self, workspace: &str, prepared: &Prepared) -> Result<Review, PolicyError> {
        let mut reader = self.db().read().await?;
        let active = read::policy_active(&mut reader.conn(), workspace).await?;
        drop(reader);
        let old = match &active {
            Some(_) => self.policies().in_force(self.db(), workspace).await.ok(),
            None => None,
        };
        // What is compared is what is in force now, or nothing.
        let old = old.filter(|old| active.as_ref().is_some_and(|active| active.digest == old.policy.digest()));
        let new = prepared.in_force.policy.clone();
        let work = move || {
            let report = new.run_tests(None);
            (report, old.map(|old| diff::diff(&old.policy, &new)))
        };
        let (report, diff) = tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?;
        let (passed, failed): (Vec<_>, Vec<_>) = report.cases.into_iter().partition(|case| case.passed);
        Ok(Review {
            digest: prepared.in_force.policy.digest().to_owned(),
            in_force: active.map(|active| active.digest),
            diagnostics: prepared.diagnostics.clone(),
            passed: passed.len(),
            failed,
            diff,
        })
    }
}

/// The version as it is kept.
pub(crate) fn version(in_force: &InForce) -> Result<Write, PolicyError> {
    let policy = &in_force.policy;
    let files = serde_json::to_string(policy.files())
        .map_err(|error| PolicyError::Unusable(format!("its files cannot be kept: {error}")))?;
    let (digest, name, root) = (policy.digest().to_owned(), policy.name().to_owned(), policy.root().to_owned());
    Ok(Write::PolicyVersion { digest, name, root, files })
}
