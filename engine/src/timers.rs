//! Fires timers whose time has come. What a timer causes and its end are one commit, so that it happens once.

use crate::decide::timer;
use crate::engine::{Engine, EngineError};
use crate::store::rows::TimerRow;
use crate::store::{StoreError, TimerKind, Write, read};

/// Timers that are looked at in one go.
const PAGE: i64 = 200;
/// How long a process may take to fire what it has leased, in milliseconds.
const LEASE_MS: i64 = 30_000;

impl Engine {
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
            Some(TimerKind::Sweep) | None => Vec::new(),
        };
        writes.push(timer::fired(due));
        Ok(self.commit_writes(&due.workspace_id, writes).await?)
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
