//! Stopping: the kill switch, a paused contact, a disabled channel. From the commit of the change on no reply of the AI
//! begins to leave; what was queued is then taken back, and not revived when somebody lets go.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

use crate::decide::person::{Stop, stop};
use crate::domain::{ActionReason, ClosedReason, Stage};
use crate::engine::{Engine, EngineError};
use crate::halts::Halted;
use crate::people::not_found;
use crate::store::rows::QueuedRow;
use crate::store::{Outcome, PeopleWrite, StoreError, Write, read};

/// What a stop came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// Replies that were queued and will not leave.
    pub stopped: usize,
    /// Replies that were being handed over when it was stopped: they may have left.
    pub in_flight: usize,
}

/// The switch that stops everything.
pub const KILL_SWITCH: &str = "kill_switch";

/// Queued runs that are looked at in one go.
const PAGE: i64 = 500;
/// How long a stop waits for what has been claimed and does not come to this process's door: another process has it.
const OTHERS_COME: Duration = Duration::from_millis(500);
/// How long it waits for what was held back to be in the queue again; whatever is left then meets the gate.
const LONGEST_ROUND_UP: Duration = Duration::from_secs(5);
/// How long what was held back on its way out takes to be in the queue again, about.
const HELD_BACK_COMES: Duration = Duration::from_millis(5);
/// How often what was lost to somebody else is looked at again. They lose against the switch, too: a few are enough.
const MOST_ROUNDS: usize = 100;

impl Engine {
    /// Flips a switch: one that the policy declares, or `kill_switch`. When this returns after engaging the kill switch,
    /// no reply of the AI begins to leave, and what was queued is taken back. Releasing it revives nothing.
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
    ) -> Result<Stopped, StoreError> {
        let stops = name == KILL_SWITCH && is_on;
        // In this process it holds from now on; the commit waits its turn. Should it fail, it never was.
        let halted = stops.then(|| Halted::begin(self, workspace));
        let switch = Write::Switch { name: name.to_owned(), is_on, reason: reason.to_owned(), by: by.to_owned() };
        self.commit_writes(workspace, vec![switch]).await?;
        if name == KILL_SWITCH && !is_on {
            Halted::release(self, workspace);
        }
        let Some(halted) = halted else { return Ok(Stopped::default()) };
        let why = format!("{by} stopped all sending: {reason}");
        let closed = (ClosedReason::Stopped, ActionReason::SendingStopped);
        let stop = Stop { closed: closed.0, action: closed.1, by, reason: &why };
        let mut count = Count::default();
        let stopped = self.stop_all(workspace, stop, &mut count).await;
        // Also where that failed: it is committed, and nothing that waits may leave.
        halted.linger();
        stopped.map(|()| count.stopped())
    }

    /// Takes back all that is queued, also what was claimed but is held back before the provider's door.
    async fn stop_all(&self, workspace: &str, why: Stop<'_>, count: &mut Count) -> Result<(), StoreError> {
        let mut first_done = None;
        loop {
            count.in_flight.extend(count.sending.drain());
            self.stop_queued(workspace, None, why, count).await?;
            let waited = first_done.get_or_insert_with(tokio::time::Instant::now).elapsed();
            let sending = count.sending.iter().map(String::as_str).collect();
            let to_come = self.halts().before_the_door(&sending);
            let held = self.halts().held(workspace);
            let patience = if to_come.iter().any(|run| held.contains(*run)) { LONGEST_ROUND_UP } else { OTHERS_COME };
            if to_come.is_empty() || waited > patience {
                // Whoever ended it, it has not left.
                count.in_flight.retain(|run| !held.contains(run));
                count.sending.retain(|run| !held.contains(run));
                return Ok(());
            }
            tokio::time::sleep(HELD_BACK_COMES).await;
        }
    }

    /// Activates or disables a channel. When this returns after disabling it, no reply leaves by it, and what the AI had
    /// queued for it is taken back.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such channel in the workspace.
    pub async fn set_channel_active(
        &self,
        workspace: &str,
        channel_id: &str,
        active: bool,
        reason: &str,
        by: &str,
    ) -> Result<Stopped, EngineError> {
        self.channel_exists(workspace, channel_id).await?;
        let status = if active { "active" } else { "disabled" };
        self.commit_writes(workspace, vec![Write::ChannelStatus { id: channel_id.to_owned(), status }]).await?;
        if active {
            return Ok(Stopped::default());
        }
        self.stop_channel(workspace, channel_id, by, &format!("disabled the channel: {reason}")).await
    }

    /// Takes back what the AI had queued for a channel by which nothing leaves any more.
    pub(crate) async fn stop_channel(
        &self,
        workspace: &str,
        channel_id: &str,
        by: &str,
        what: &str,
    ) -> Result<Stopped, EngineError> {
        let why = format!("{by} {what}");
        let stop = Stop { closed: ClosedReason::Stopped, action: ActionReason::SendingStopped, by, reason: &why };
        let mut count = Count::default();
        self.stop_queued(workspace, Some(channel_id), stop, &mut count).await?;
        Ok(count.stopped())
    }

    /// Says whether a mailbox is new. While it is, the gate sends its mails to people, also those that are queued.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such channel in the workspace.
    pub async fn set_warmup(&self, workspace: &str, channel_id: &str, warmup: bool) -> Result<(), EngineError> {
        self.channel_exists(workspace, channel_id).await?;
        let write = Write::People(PeopleWrite::Warmup { channel_id: channel_id.to_owned(), warmup });
        Ok(self.commit_writes(workspace, vec![write]).await?)
    }

    async fn channel_exists(&self, workspace: &str, id: &str) -> Result<(), EngineError> {
        let mut reader = self.db().read().await?;
        let own = read::channel_state(&mut reader.conn(), workspace, id).await?;
        let own = own.filter(|own| own.deleted_at.is_none());
        own.map(|_| ()).ok_or_else(|| not_found("channel", id))
    }

    async fn stop_queued(
        &self,
        workspace: &str,
        channel_id: Option<&str>,
        why: Stop<'_>,
        count: &mut Count,
    ) -> Result<(), StoreError> {
        for _ in 0..MOST_ROUNDS {
            let (mut lost, mut after) = (false, (i64::MIN, String::new()));
            loop {
                let mut reader = self.db().read().await?;
                let page = read::queued(&mut reader.conn(), workspace, after.0, &after.1, PAGE).await?;
                drop(reader);
                let Some(last) = page.last() else { break };
                after = (last.run.ready_at.unwrap_or(i64::MAX), last.run.id.clone());
                let concerned = page.into_iter().filter(|row| channel_id.is_none_or(|id| row.channel_id == id));
                lost |= self.take_back_all(&concerned.collect::<Vec<_>>(), why, count).await?;
            }
            if !lost {
                break;
            }
        }
        Ok(())
    }

    pub(crate) async fn stop_contact(
        &self,
        workspace: &str,
        contact_id: &str,
        why: Stop<'_>,
    ) -> Result<Stopped, StoreError> {
        let mut count = Count::default();
        for _ in 0..MOST_ROUNDS {
            let mut reader = self.db().read().await?;
            let live = read::live_of_contact(&mut reader.conn(), workspace, contact_id).await?;
            drop(reader);
            if !self.take_back_all(&live, why, &mut count).await? {
                break;
            }
        }
        Ok(count.stopped())
    }

    /// Takes back what can be. True when somebody else moved one of them meanwhile, so that it is worth another look.
    async fn take_back_all(&self, rows: &[QueuedRow], why: Stop<'_>, count: &mut Count) -> Result<bool, StoreError> {
        let now = self.clock().now_ms();
        let sending = rows.iter().filter(|row| row.run.stage == Stage::Sending);
        count.sending.extend(sending.map(|row| row.run.id.clone()));
        let taken = rows.iter().filter_map(|row| Some((&row.run.id, stop(row, why, now, self.ids())?)));
        // All at once, so that they share their commits.
        let outcomes = join_all(taken.map(async |(id, taken)| (id, self.writer().commit(taken).await))).await;
        let mut lost = false;
        for (id, outcome) in outcomes {
            match outcome? {
                Outcome::Won => {
                    count.stopped.insert(id.clone());
                }
                _ => lost = true,
            }
        }
        Ok(lost)
    }
}

#[derive(Debug, Default)]
struct Count {
    stopped: HashSet<String>,
    /// Runs that were seen while they were being sent, in this round.
    sending: HashSet<String>,
    /// The same, in the rounds before.
    in_flight: HashSet<String>,
}

impl Count {
    fn stopped(&self) -> Stopped {
        // What came back from its way out is not on it any more.
        let in_flight = self.in_flight.union(&self.sending).filter(|run| !self.stopped.contains(*run)).count();
        Stopped { stopped: self.stopped.len(), in_flight }
    }
}
