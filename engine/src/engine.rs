//! The engine: what the API, the command line and the tests call.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::care::Care;
use crate::decide::job::JobError;
use crate::decide::person::DecideError;
use crate::decide::reply::ReplyError;
use crate::domain::{DEFAULT_WORKSPACE, IdKind};
use crate::events::hub::Hub;
use crate::gone::GoneError;
use crate::halts::Halts;
use crate::lanes::Lanes;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::policies::{InForce, Policies, PolicyError, Prepared};
use crate::ports::{Clock, Ids, Models, Outbounds};
use crate::publish::By;
use crate::queue;
use crate::stages::{self, Known};
use crate::store::rows::DueRow;
use crate::store::search::Index;
use crate::store::{Db, StoreError, Transition, Write, Writer, read};
use crate::webhooks::WebhookError;

/// What an engine is made of.
#[derive(Debug)]
pub struct Parts {
    /// The store.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
    /// Classifiers and drafters.
    pub models: Arc<dyn Models>,
    /// The way out.
    pub outbound: Arc<dyn Outbounds>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    writer: Writer,
    index: Index,
    events: Arc<Hub>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    outbound: Arc<dyn Outbounds>,
    policies: Policies,
    lanes: Arc<Lanes>,
    options: Options,
    metrics: Metrics,
    care: Care,
    halts: Halts,
    /// More is due than the options let wait.
    flooded: AtomicBool,
    heard: Arc<tokio::sync::Notify>,
    /// Other processes are about to be told that there is work.
    telling: AtomicBool,
    boot: String,
}

/// A handle to the engine; clones share it.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// Why the engine did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such thing in this workspace.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// It has changed since it was seen; nothing was changed.
    #[error("the {what} has changed; it has version {current} now")]
    Changed {
        /// What was to be changed.
        what: &'static str,
        /// Its version now.
        current: i64,
    },
    /// A person's decision was not taken.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// A rep's reply was not taken.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// A rep asked for a draft, and there is none.
    #[error(transparent)]
    Draft(#[from] crate::ports::DraftError),
    /// A rep asked the AI for a draft, and there will be none.
    #[error(transparent)]
    Asked(#[from] crate::decide::ask::AskError),
    /// A job was left as it is.
    #[error(transparent)]
    Job(#[from] JobError),
    /// Somebody was not let in, or a person was left as they are.
    #[error(transparent)]
    Access(#[from] crate::access::AccessError),
    /// There are as many as there may be.
    #[error("there are {most} {what} already, which is as many as there may be")]
    TooMany {
        /// What.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// Another has the name.
    #[error("there is a {what} of this name")]
    Taken {
        /// What.
        what: &'static str,
    },
    /// A contact is not merged.
    #[error(transparent)]
    Gone(#[from] GoneError),
    /// A conversation was left as it is.
    #[error(transparent)]
    Desk(#[from] crate::join::DeskError),
    /// A webhook is not as was wanted.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The policy is missing or does not check.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<stages::StepError> for EngineError {
    fn from(error: stages::StepError) -> Self {
        match error {
            stages::StepError::Store(error) => Self::Store(error),
            stages::StepError::Policy(error) => Self::Policy(error),
            stages::StepError::Restless => Self::Store(StoreError::Contended),
        }
    }
}

/// How long a process may be silent before others take over its runs, in milliseconds.
pub(crate) const LEASE_MS: i64 = 30_000;

/// How long tidying up at the end may take.
const TIDY_UP: Duration = Duration::from_secs(2);

/// How long work waits before other processes are told of it, so that they are told once of much.
const TELL_AFTER: Duration = Duration::from_millis(5);

impl Engine {
    /// An engine over an open store, with the options as they come. Nothing runs until [`Engine::run`].
    ///
    /// # Errors
    /// [`StoreError`] when the workspace cannot be made.
    pub async fn new(parts: Parts) -> Result<Self, StoreError> {
        Self::with(parts, Options::default()).await
    }

    /// The same with options of one's own.
    ///
    /// # Errors
    /// [`StoreError`] when the workspace cannot be made.
    pub async fn with(parts: Parts, options: Options) -> Result<Self, StoreError> {
        let Parts { db, clock, ids, models, outbound } = parts;
        let writer = Writer::start(&db);
        let boot = ids.next(IdKind::Boot);
        let events = Hub::new(&db, writer.told());
        let index = Index::of(&db);
        let engine = Self {
            inner: Arc::new(Inner {
                metrics: Metrics::new(&writer),
                options,
                care: Care::default(),
                halts: Halts::default(),
                flooded: AtomicBool::new(false),
                policies: Policies::new(models),
                lanes: Arc::new(Lanes::default()),
                heard: Arc::new(tokio::sync::Notify::new()),
                telling: AtomicBool::new(false),
                db,
                writer,
                index,
                events,
                clock,
                ids,
                outbound,
                boot,
            }),
        };
        engine.ensure_workspace().await?;
        Ok(engine)
    }

    async fn ensure_workspace(&self) -> Result<(), StoreError> {
        let mut reader = self.db().read().await?;
        let there = read::workspace(&mut reader.conn(), DEFAULT_WORKSPACE).await?.is_some();
        let switches = read::switches(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
        drop(reader);
        let mut writes = Vec::new();
        if !there {
            writes.push(Write::Workspace { name: "Remit".to_owned() });
        }
        // The row that every send looks at must exist, so that PostgreSQL can hold it.
        if !switches.iter().any(|switch| switch.name == "kill_switch") {
            writes.push(Write::Switch {
                name: "kill_switch".to_owned(),
                is_on: false,
                reason: "set up".to_owned(),
                by: "remit".to_owned(),
            });
        }
        if !writes.is_empty() {
            self.commit_writes(DEFAULT_WORKSPACE, writes).await?;
        }
        Ok(())
    }

    /// The store.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The way in for changes.
    #[must_use]
    pub fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    /// The search index.
    pub(crate) fn index(&self) -> &Index {
        &self.inner.index
    }

    /// The event log, for those who follow it.
    #[must_use]
    pub fn events(&self) -> &Arc<Hub> {
        &self.inner.events
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Fresh ids.
    #[must_use]
    pub fn ids(&self) -> &dyn Ids {
        &*self.inner.ids
    }

    /// The policies in force.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.inner.policies
    }

    pub(crate) fn outbound(&self) -> &dyn Outbounds {
        &*self.inner.outbound
    }

    pub(crate) fn lanes(&self) -> &Arc<Lanes> {
        &self.inner.lanes
    }

    /// What this process counts of itself.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn flooded(&self) -> &AtomicBool {
        &self.inner.flooded
    }

    pub(crate) fn care(&self) -> &Care {
        &self.inner.care
    }

    pub(crate) fn halts(&self) -> &Halts {
        &self.inner.halts
    }

    /// Names this start of the process.
    pub(crate) fn boot(&self) -> &str {
        &self.inner.boot
    }

    /// Commits writes that need no compare-and-set.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be committed; nothing of them was kept then.
    pub async fn commit_writes(&self, workspace: &str, writes: Vec<Write>) -> Result<(), StoreError> {
        let transition = Transition {
            workspace_id: workspace.to_owned(),
            now_ms: self.clock().now_ms(),
            fence: None,
            unchanged: None,
            run: None,
            writes,
        };
        self.commit(transition).await.map(|_| ())
    }

    // ---- running -----------------------------------------------------------------------------------------------

    /// Works on runs until `stop` completes. Steps in progress are finished, or released when they take longer than
    /// [`Options::shutdown`].
    pub async fn run(&self, stop: impl Future<Output = ()> + Send + 'static) {
        if let Err(error) = self.note_start().await {
            tracing::warn!(%error, "the start of this process could not be noted");
        }
        let stopped = tokio_util::sync::CancellationToken::new();
        let mut background = tokio::task::JoinSet::new();
        let (engine, token) = (self.clone(), stopped.clone());
        background.spawn(async move {
            let heard = Arc::clone(&engine.inner.heard);
            let pass_on = async {
                loop {
                    heard.notified().await;
                    engine.lanes().hungry.notify_one();
                }
            };
            tokio::select! {
                () = engine.db().listen(Arc::clone(&heard), token.clone()) => token.cancelled().await,
                () = pass_on => {}
                () = token.cancelled() => {}
            }
        });
        background.spawn(crate::ledger::keep_sealing(self.clone(), stopped.clone()));
        background.spawn(crate::events::keep::keep_short(self.clone(), stopped.clone()));
        background.spawn(crate::sweeper::keep_sweeping(self.clone(), stopped.clone()));
        background.spawn(crate::search::keep_indexing(self.clone(), stopped.clone()));
        background.spawn(crate::learn::keep_learning(self.clone(), stopped.clone()));
        background.spawn(crate::drift::keep_watching(self.clone(), stopped.clone()));
        queue::run(self.clone(), stop).await;
        stopped.cancel();
        let ended = async {
            while let Some(ended) = background.join_next().await {
                if let Err(error) = ended {
                    tracing::warn!(%error, "a background task ended with an error");
                }
            }
            self.note_end().await
        };
        match tokio::time::timeout(TIDY_UP, ended).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the end of this process could not be noted"),
            Err(_) => {
                tracing::warn!("the store did not answer in time at the end; what was in progress is resumed later")
            }
        }
    }

    /// Looks for work now: here, and in other processes.
    pub fn wake(&self) {
        self.lanes().hungry.notify_one();
        // One word is enough for all that comes in within a moment.
        if self.leases() && !self.inner.telling.swap(true, Ordering::Relaxed) {
            let engine = self.clone();
            // Outside the transaction: NOTIFY would serialise commits on a global lock.
            tokio::spawn(async move {
                tokio::time::sleep(TELL_AFTER).await;
                engine.inner.telling.store(false, Ordering::Relaxed);
                if let Err(error) = engine.db().tell_others().await {
                    tracing::debug!(%error, "cannot tell other processes; they will look by themselves");
                }
            });
        }
    }

    /// True when runs are leased because other processes may work on the same store.
    pub(crate) fn leases(&self) -> bool {
        self.db().postgres().is_some()
    }

    /// What is due and not in memory yet; on PostgreSQL leased by this process.
    pub(crate) async fn due(&self, window: usize, in_memory: usize) -> Result<Vec<DueRow>, StoreError> {
        let now = self.clock().now_ms();
        let room = i64::try_from(window - in_memory).unwrap_or(i64::MAX);
        self.metrics().looked();
        if let Some(leased) = self.db().lease(now, room, self.boot(), now + LEASE_MS).await? {
            self.metrics().taken_over(leased.iter().filter(|run| run.suspect).count() as u64);
            return Ok(leased);
        }
        let mut reader = self.db().read().await?;
        read::due(&mut reader.conn(), now, i64::try_from(window).unwrap_or(i64::MAX)).await
    }

    /// How these runs stand, by run; one that cannot be loaded now is left out and loaded when it is worked on.
    pub(crate) async fn known(&self, due: &[&DueRow]) -> HashMap<String, Known> {
        let mut known = HashMap::new();
        let workspaces: BTreeSet<&str> = due.iter().map(|one| one.workspace_id.as_str()).collect();
        for workspace in workspaces {
            let Ok(in_force) = self.policies().in_force(self.db(), workspace).await else { continue };
            let runs: Vec<(&str, &str)> = due
                .iter()
                .filter(|one| one.workspace_id == workspace)
                .map(|one| (workspace, one.id.as_str()))
                .collect();
            let Ok(contexts) = stages::contexts(self, &in_force, &runs).await else { continue };
            known.extend(contexts.into_iter().map(|(id, context)| {
                let in_force = Arc::clone(&in_force);
                (id, Known { in_force, context })
            }));
        }
        known
    }

    /// How long the feeder may sleep.
    pub(crate) async fn next_look(&self) -> Duration {
        let poll = Duration::from_millis(if self.leases() { 500 } else { 1_000 });
        let now = self.clock().now_ms();
        let next = async {
            let mut reader = self.db().read().await?;
            read::next_due(&mut reader.conn(), now).await
        };
        match next.await {
            Ok(Some(at)) => poll.min(Duration::from_millis(u64::try_from((at - now).max(1)).unwrap_or(1))),
            _ => poll,
        }
    }

    pub(crate) async fn renew_leases(&self) -> Result<(), StoreError> {
        self.db().renew(self.boot(), self.clock().now_ms() + LEASE_MS).await
    }

    pub(crate) async fn give_back_leases(&self) -> Result<(), StoreError> {
        self.db().unlease(self.boot()).await
    }

    // ---- policies ----------------------------------------------------------------------------------------------

    /// Puts a policy in force if it checks; otherwise the one before stays. Returns what the check had to say. Nobody has to
    /// acknowledge anything: this is for setting up. What people do goes through [`Engine::publish`].
    ///
    /// # Errors
    /// [`PolicyError::Invalid`] with each place, [`PolicyError::Unusable`], or a failing store.
    pub async fn activate(
        &self,
        workspace: &str,
        root: &str,
        read_file: &dyn Fn(&str) -> Result<String, String>,
        by: &str,
    ) -> Result<(Arc<InForce>, Vec<remit_dsl::Diagnostic>), PolicyError> {
        let prepared = self.policies().prepare(root, read_file)?;
        let review = self.reviewed(workspace, &prepared).await?;
        let Prepared { in_force, diagnostics } = prepared;
        if review.in_force.as_deref() == Some(in_force.policy.digest()) {
            return Ok((self.policies().install(workspace, in_force), diagnostics));
        }
        let in_force = self.commit_activation(workspace, in_force, &review, By::SetUp(by), "set_up").await?;
        Ok((in_force, diagnostics))
    }
}
