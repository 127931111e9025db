//! Fires timers whose time has come: reminders, promises, snoozes, and the policy's sweeps. What a timer causes and its end are one commit, so that it happens once.

use std::time::Duration;

use remit_dsl::{Policy, Sweep};

use crate::decide::{self, timer};
use crate::domain::Stage;
use crate::engine::{Engine, EngineError};
use crate::policies::InForce;
use crate::stages;
use crate::store::rows::{ApprovalRow, TimerRow};
use crate::store::{PeopleWrite, StoreError, TimerKind, Write, read};

/// What a sweep does and when, as its timer remembers it.
fn words(sweep: &Sweep) -> String {
    format!("{} {} {}", sweep.job, sweep.timezone, sweep.cron)
}

fn next_time(sweep: &Sweep, now: i64) -> Option<Write> {
    let due_at = sweep.next_after(now)?;
    let (kind, subject_id) = (TimerKind::Sweep, sweep.name.clone());
    Some(Write::People(PeopleWrite::Timer { kind, subject_id, due_at, data: words(sweep) }))
}

/// Timers that are looked at in one go.
const PAGE: i64 = 200;
/// How long a process may take to fire what it has leased, in milliseconds.
const LEASE_MS: i64 = 30_000;

impl Engine {
    /// Waits until nothing that is due now is left to do. For this process's own workers.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn settle(&self) -> Result<(), StoreError> {
        loop {
            self.lanes().drained().await;
            let mut reader = self.db().read().await?;
            let due = read::due(&mut reader.conn(), self.clock().now_ms(), 1).await?;
            let timers = read::timers_due(&mut reader.conn(), self.clock().now_ms()).await?;
            drop(reader);
            if due.is_empty() && timers == 0 {
                return Ok(());
            }
            self.lanes().hungry.notify_one();
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// Fires what is due. One that fails stays, and is tried again at the next look.
    pub(crate) async fn fire_timers(&self) -> Result<(), StoreError> {
        loop {
            let now = self.clock().now_ms();
            let due = self.db().due_timers(now, PAGE, now + LEASE_MS).await?;
            let full = due.len() as i64 == PAGE;
            let mut failed = false;
            for timer in due {
                if let Err(error) = self.fire(&timer, now).await {
                    failed = true;
                    tracing::warn!(kind = timer.kind, subject = timer.subject_id, %error, "a timer could not be fired");
                }
            }
            if !full || failed {
                return Ok(());
            }
        }
    }

    async fn fire(&self, due: &TimerRow, now: i64) -> Result<(), EngineError> {
        let kind = TimerKind::ALL.into_iter().find(|kind| kind.as_str() == due.kind);
        let mut writes = match kind {
            Some(TimerKind::RemindApproval) => self.remind(due, now).await?,
            Some(kind @ (TimerKind::Sla | TimerKind::Wake)) => {
                let mut reader = self.db().read().await?;
                let found = read::conversation(&mut reader.conn(), &due.workspace_id, &due.subject_id).await?;
                drop(reader);
                match found {
                    Some(conversation) if kind == TimerKind::Sla => timer::late(due, &conversation, now, self.ids()),
                    Some(conversation) => timer::wake(due, &conversation, now, self.ids()),
                    None => Vec::new(),
                }
            }
            Some(TimerKind::Sweep) => return self.sweep(due, now).await,
            None => Vec::new(),
        };
        writes.push(timer::fired(due));
        Ok(self.commit_writes(&due.workspace_id, writes).await?)
    }

    /// What sets the timers of a policy's sweeps and ends those of the policy before. A sweep that stays as it was keeps
    /// its time, also one that is over: what was missed while nobody ran is made up for once.
    pub(crate) async fn sweeps_of(&self, workspace: &str, policy: &Policy) -> Result<Vec<Write>, StoreError> {
        let mut reader = self.db().read().await?;
        let set = read::timers(&mut reader.conn(), workspace, TimerKind::Sweep.as_str()).await?;
        drop(reader);
        let ended = set.iter().filter(|timer| policy.sweeps().iter().all(|sweep| sweep.name != timer.subject_id));
        let mut writes: Vec<Write> = ended.map(timer::fired).collect();
        let now = self.clock().now_ms();
        for sweep in policy.sweeps() {
            let stays = set.iter().any(|timer| timer.subject_id == sweep.name && timer.data == words(sweep));
            if !stays {
                writes.extend(next_time(sweep, now));
            }
        }
        Ok(writes)
    }

    /// Runs a sweep of the policy in force and sets its next time.
    async fn sweep(&self, due: &TimerRow, now: i64) -> Result<(), EngineError> {
        let ws = &due.workspace_id;
        let in_force = self.policies().in_force(self.db(), ws).await?;
        let Some(sweep) = in_force.policy.sweeps().iter().find(|sweep| sweep.name == due.subject_id) else {
            return Ok(self.commit_writes(ws, vec![timer::fired(due)]).await?);
        };
        let mut writes = match sweep.job.as_str() {
            "remind_approvals" => self.remind_all(ws, now).await?,
            _ => {
                self.expire_all(&in_force, ws, now).await?;
                Vec::new()
            }
        };
        writes.push(timer::fired(due));
        writes.extend(next_time(sweep, now));
        Ok(self.commit_writes(ws, writes).await?)
    }

    /// Every approval that waits, the oldest first.
    async fn pending(&self, ws: &str) -> Result<Vec<ApprovalRow>, StoreError> {
        let (mut all, mut after) = (Vec::new(), (i64::MIN, String::new()));
        loop {
            let mut reader = self.db().read().await?;
            let page = read::approvals(&mut reader.conn(), ws, "pending", after.0, &after.1, PAGE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = (last.created_at, last.id.clone());
            all.extend(page);
        }
    }

    async fn remind_all(&self, ws: &str, now: i64) -> Result<Vec<Write>, StoreError> {
        let mut writes = Vec::new();
        for approval in self.pending(ws).await? {
            let mut reader = self.db().read().await?;
            let conversation = read::conversation(&mut reader.conn(), ws, &approval.conversation_id).await?;
            let remind = |conversation| timer::remind(&approval, &conversation, now, self.ids());
            writes.extend(conversation.map(remind).unwrap_or_default());
        }
        Ok(writes)
    }

    /// Ends what nobody decided on in time, should its own time have been missed.
    async fn expire_all(&self, in_force: &InForce, ws: &str, now: i64) -> Result<(), EngineError> {
        for approval in self.pending(ws).await? {
            if approval.expires_at.is_none_or(|at| at > now) {
                continue;
            }
            let Some(context) = stages::context(self, in_force, ws, &approval.run_id).await? else { continue };
            if context.run.stage == Stage::WaitingApproval {
                let transition = decide::person::expire(&context, Some(&approval), self.ids());
                // Lost: somebody was faster, and that is as well.
                self.writer().commit(transition).await?;
            }
        }
        Ok(())
    }

    async fn remind(&self, due: &TimerRow, now: i64) -> Result<Vec<Write>, EngineError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let Some(approval) = read::approval(conn, &due.workspace_id, &due.subject_id).await? else {
            return Ok(Vec::new());
        };
        let conversation = read::conversation(conn, &due.workspace_id, &approval.conversation_id).await?;
        Ok(conversation.map_or_else(Vec::new, |conversation| timer::remind(&approval, &conversation, now, self.ids())))
    }
}
