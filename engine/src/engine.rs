//! The engine: what the API, the command line and the tests call.

use std::sync::Arc;
use std::time::Duration;

use crate::decide;
use crate::decide::person::{DecideError, Edit};
use crate::domain::{DEFAULT_WORKSPACE, IdKind};
use crate::policies::{InForce, Policies, PolicyError, Prepared};
use crate::ports::{Clock, Ids, Models, Outbounds};
use crate::queue::{self, Lanes};
use crate::stages;
use crate::store::ingest::{Ingest, Ingested};
use crate::store::rows::{ApprovalRow, DueRow, RepRow};
use crate::store::{Db, Outcome, StoreError, TimelineEntry, Transition, Write, Writer, read};

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
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    outbound: Arc<dyn Outbounds>,
    policies: Policies,
    lanes: Arc<Lanes>,
    heard: Arc<tokio::sync::Notify>,
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
    /// A person's decision was not taken.
    #[error(transparent)]
    Decide(#[from] DecideError),
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
const LEASE_MS: i64 = 30_000;

impl Engine {
    /// An engine over an open store. Nothing runs until [`Engine::run`].
    ///
    /// # Errors
    /// [`StoreError`] when the workspace cannot be made.
    pub async fn new(parts: Parts) -> Result<Self, StoreError> {
        let Parts { db, clock, ids, models, outbound } = parts;
        let (writer, _task) = Writer::start(db.clone());
        let boot = ids.next(IdKind::Boot);
        let engine = Self {
            inner: Arc::new(Inner {
                policies: Policies::new(models),
                lanes: Arc::new(Lanes::default()),
                heard: Arc::new(tokio::sync::Notify::new()),
                db,
                writer,
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

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
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
            run: None,
            writes,
        };
        self.writer().commit(transition).await.map(|_| ())
    }

    // ---- messages in -------------------------------------------------------------------------------------------

    /// Stores one inbound message, once, and wakes whoever works on it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be stored; the sender must deliver it again.
    pub async fn receive(&self, ingest: Ingest) -> Result<Ingested, StoreError> {
        let ingested = self.writer().ingest(ingest).await?;
        if !ingested.duplicate {
            self.wake();
        }
        Ok(ingested)
    }

    // ---- running -----------------------------------------------------------------------------------------------

    /// Works on runs until `stop` completes. Steps in progress are finished.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send + 'static) {
        let stopped = tokio_util::sync::CancellationToken::new();
        let listener = {
            let (engine, stopped) = (self.clone(), stopped.clone());
            tokio::spawn(async move {
                let heard = Arc::clone(&engine.inner.heard);
                let pass_on = async {
                    loop {
                        heard.notified().await;
                        engine.lanes().hungry.notify_one();
                    }
                };
                tokio::select! {
                    () = engine.db().listen(Arc::clone(&heard), stopped.clone()) => stopped.cancelled().await,
                    () = pass_on => {}
                }
            })
        };
        queue::run(self.clone(), stop).await;
        stopped.cancel();
        if let Err(error) = listener.await {
            tracing::warn!(%error, "the listener ended with an error");
        }
    }

    /// Waits until nothing that is due now is left to do. For this process's own workers.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn settle(&self) -> Result<(), StoreError> {
        loop {
            self.lanes().drained().await;
            let mut reader = self.db().read().await?;
            let due = read::due(&mut reader.conn(), self.clock().now_ms(), 1).await?;
            drop(reader);
            if due.is_empty() {
                return Ok(());
            }
            self.lanes().hungry.notify_one();
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// Looks for work now: here, and in other processes.
    pub fn wake(&self) {
        self.lanes().hungry.notify_one();
        if self.leases() {
            let engine = self.clone();
            // Outside the transaction: NOTIFY would serialise commits on a global lock.
            tokio::spawn(async move {
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
        if in_memory > window / 4 {
            return Ok(Vec::new());
        }
        let now = self.clock().now_ms();
        let room = i64::try_from(window - in_memory).unwrap_or(i64::MAX);
        if let Some(leased) = self.db().lease(now, room, self.boot(), now + LEASE_MS).await? {
            return Ok(leased);
        }
        let mut reader = self.db().read().await?;
        read::due(&mut reader.conn(), now, i64::try_from(window).unwrap_or(i64::MAX)).await
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

    /// A step failed unexpectedly: later again, and at last to a person.
    pub(crate) async fn put_off(&self, workspace: &str, run_id: &str, problem: &str) -> Result<(), EngineError> {
        let in_force = self.policies().in_force(self.db(), workspace).await?;
        let Some(context) = stages::context(self, &in_force, workspace, run_id).await? else { return Ok(()) };
        if context.run.stage.is_terminal() {
            return Ok(());
        }
        stages::commit(self, &context, decide::step_failed(&context, self.ids(), problem)).await?;
        Ok(())
    }

    // ---- people ------------------------------------------------------------------------------------------------

    /// Approves a pending draft as the person saw it, or as they edited it.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already, changed, or stale; nothing was changed then.
    pub async fn approve(
        &self,
        rep: &RepRow,
        approval_id: &str,
        seen: (i64, &str),
        edit: Option<&Edit>,
    ) -> Result<(), EngineError> {
        self.settle_approval(rep, approval_id, |context, approval| {
            decide::person::approve(context, approval, rep, seen, edit, self.ids())
        })
        .await
    }

    /// Rejects a pending draft.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already; nothing was changed then.
    pub async fn reject(&self, rep: &RepRow, approval_id: &str, reason: &str) -> Result<(), EngineError> {
        self.settle_approval(rep, approval_id, |context, approval| {
            decide::person::reject(context, approval, rep, reason, self.ids())
        })
        .await
    }

    async fn settle_approval(
        &self,
        rep: &RepRow,
        approval_id: &str,
        decide: impl Fn(&decide::RunContext, &ApprovalRow) -> Result<Transition, DecideError>,
    ) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let run_id = self.approval(ws, approval_id).await?.run_id;
        loop {
            let in_force = self.policies().in_force(self.db(), ws).await?;
            let context =
                stages::context(self, &in_force, ws, &run_id).await?.ok_or_else(|| not_found("run", &run_id))?;
            // Read after the run: when the run has moved on, this says who moved it.
            let approval = self.approval(ws, approval_id).await?;
            match self.writer().commit(decide(&context, &approval)?).await? {
                Outcome::Won | Outcome::Ingested(_) => {
                    self.wake();
                    return Ok(());
                }
                // Somebody else moved the run between reading and committing: the next look says who.
                Outcome::Lost | Outcome::Fenced => {}
            }
        }
    }

    async fn approval(&self, ws: &str, id: &str) -> Result<ApprovalRow, EngineError> {
        let mut reader = self.db().read().await?;
        read::approval(&mut reader.conn(), ws, id).await?.ok_or_else(|| not_found("approval", id))
    }

    /// Pauses the AI for a contact and withdraws what it had pending for them. Returns how many drafts were withdrawn.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such contact.
    pub async fn pause(
        &self,
        rep: &RepRow,
        contact_id: &str,
        reason: &str,
        until: Option<i64>,
    ) -> Result<usize, EngineError> {
        let pause =
            Write::ContactPause { id: contact_id.to_owned(), reason: reason.to_owned(), by: rep.name.clone(), until };
        self.on_contact(rep, contact_id, pause, "ai_paused", format!("{} paused the AI: {reason}", rep.name)).await?;
        let mut reader = self.db().read().await?;
        let parked = read::parked_of_contact(&mut reader.conn(), &rep.workspace_id, contact_id).await?;
        drop(reader);
        let in_force = self.policies().in_force(self.db(), &rep.workspace_id).await?;
        let mut withdrawn = 0;
        for run in parked {
            let Some(context) = stages::context(self, &in_force, &rep.workspace_id, &run.id).await? else { continue };
            if !context.run.stage.is_parked() {
                continue;
            }
            let why = format!("the AI was paused: {reason}");
            let transition = decide::person::withdraw(&context, &why, self.ids());
            if self.writer().commit(transition).await? == Outcome::Won {
                withdrawn += 1;
            }
        }
        Ok(withdrawn)
    }

    /// Lets the AI answer a contact again. What was withdrawn stays so.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such contact.
    pub async fn resume(&self, rep: &RepRow, contact_id: &str, note: Option<&str>) -> Result<(), EngineError> {
        let summary = match note {
            Some(note) => format!("{} resumed the AI: {note}", rep.name),
            None => format!("{} resumed the AI", rep.name),
        };
        let resume = Write::ContactResume { id: contact_id.to_owned() };
        self.on_contact(rep, contact_id, resume, "ai_resumed", summary).await
    }

    async fn on_contact(
        &self,
        rep: &RepRow,
        contact_id: &str,
        write: Write,
        kind: &'static str,
        summary: String,
    ) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        read::contact(conn, ws, contact_id).await?.ok_or_else(|| not_found("contact", contact_id))?;
        let conversations = read::conversations_of_contact(conn, ws, contact_id, 20).await?;
        drop(reader);
        let mut writes = vec![write];
        for conversation in conversations {
            writes.push(self.said(rep, &conversation.id, contact_id, kind, summary.clone(), None));
        }
        self.commit_writes(ws, writes).await?;
        Ok(())
    }

    /// Adds an internal note. It is never sent. Returns its id.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn add_note(&self, rep: &RepRow, conversation_id: &str, body: &str) -> Result<String, EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        let conversation = read::conversation(&mut reader.conn(), ws, conversation_id)
            .await?
            .ok_or_else(|| not_found("conversation", conversation_id))?;
        drop(reader);
        let id = self.ids().next(IdKind::Note);
        let note = Write::Note {
            id: id.clone(),
            conversation_id: conversation.id.clone(),
            author_id: rep.id.clone(),
            author_name: rep.name.clone(),
            body_text: body.to_owned(),
        };
        let summary = format!("{} wrote a note", rep.name);
        let said = self.said(rep, &conversation.id, &conversation.contact_id, "note", summary, Some(id.clone()));
        self.commit_writes(ws, vec![note, said]).await?;
        Ok(id)
    }

    fn said(
        &self,
        rep: &RepRow,
        conversation_id: &str,
        contact_id: &str,
        kind: &'static str,
        summary: String,
        refers_to: Option<String>,
    ) -> Write {
        Write::Timeline(Box::new(TimelineEntry {
            id: self.ids().next(IdKind::Timeline),
            conversation_id: conversation_id.to_owned(),
            contact_id: contact_id.to_owned(),
            kind,
            actor_kind: "rep",
            actor_name: Some(rep.name.clone()),
            summary,
            refers_to,
            data: serde_json::Value::Null,
            at: self.clock().now_ms(),
        }))
    }

    /// Flips a switch: one that the policy declares, or `kill_switch`.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be committed.
    pub async fn flip(
        &self,
        workspace: &str,
        name: &str,
        is_on: bool,
        reason: &str,
        by: &str,
    ) -> Result<(), StoreError> {
        let switch = Write::Switch { name: name.to_owned(), is_on, reason: reason.to_owned(), by: by.to_owned() };
        self.commit_writes(workspace, vec![switch]).await
    }

    // ---- policies ----------------------------------------------------------------------------------------------

    /// Puts a policy in force if it checks; otherwise the one before stays. Returns what the check had to say.
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
        let Prepared { in_force, diagnostics } = self.policies().prepare(root, read_file)?;
        let policy = &in_force.policy;
        let files = serde_json::to_string(policy.files())
            .map_err(|error| PolicyError::Unusable(format!("its files cannot be kept: {error}")))?;
        let writes = vec![
            Write::PolicyVersion {
                digest: policy.digest().to_owned(),
                name: policy.name().to_owned(),
                root: policy.root().to_owned(),
                files,
            },
            Write::PolicyActivate { digest: policy.digest().to_owned(), by: by.to_owned() },
        ];
        self.commit_writes(workspace, writes).await?;
        Ok((self.policies().install(workspace, in_force), diagnostics))
    }
}

fn not_found(what: &'static str, id: &str) -> EngineError {
    EngineError::NotFound { what, id: id.to_owned() }
}
