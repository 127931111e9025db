//! A transition: the compare-and-set that wins or loses it, and what is written when it is won.

use super::rows::FenceRow;
use super::statements as sql;
use super::write::{Write, move_unread, preview, remember_ref};
use super::{Conn, Outcome, StoreError, execute, on, read};
use crate::domain::{ClosedReason, Stage};

/// Result, next state and effects of one step: committed together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Transition {
    /// The workspace everything in it belongs to.
    pub workspace_id: String,
    /// The time of the transition, UTC milliseconds.
    pub now_ms: i64,
    /// What must still be true beside the run's version.
    pub fence: Option<Guarded>,
    /// The compare-and-set that wins or loses the transition.
    pub run: Option<RunMove>,
    /// What is written when it is won.
    pub writes: Vec<Write>,
}

/// A fence and the rows it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields name the rows")]
pub struct Guarded {
    pub conversation_id: String,
    pub contact_id: String,
    pub run_id: String,
    pub fence: Fence,
}

/// Moves a run, if nobody else has moved it since it was read.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `run`")]
pub struct RunMove {
    pub id: String,
    pub version: i64,
    pub epoch: i64,
    pub stage: Stage,
    pub attempt: i64,
    pub approved: bool,
    pub held_since: Option<i64>,
    pub ready_at: Option<i64>,
    pub closed_reason: Option<ClosedReason>,
    pub last_error: Option<String>,
    pub draft_id: Option<String>,
    pub decision_id: Option<String>,
}

/// What a transition relies on beside the run itself. If any of it has changed, it is decided again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fence {
    /// A reply of the AI is about to leave.
    Send(SendFence),
    /// A rep's own reply is about to leave: only the channel can be in its way.
    ByRep,
    /// A reply of the AI is put aside for a person or a time: nobody has written, taken over or paused meanwhile.
    Park(SendFence),
}

/// What the gate saw. `Transition::fence` says which of it must still hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields name what is compared")]
pub struct SendFence {
    pub revision: i64,
    pub policy_digest: String,
    pub human_active: bool,
    pub paused: bool,
    pub opted_out: bool,
    pub email_warmup: bool,
    /// How often any switch had been flipped.
    pub flips: i64,
    pub limits: Vec<LimitClaim>,
}

/// A limit that a send counts against. The count is looked at and held in the transaction that begins the send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitClaim {
    /// Its name.
    pub limit: String,
    /// Whose sends it counts.
    pub subject: String,
    /// Start of the bucket of time, UTC milliseconds.
    pub bucket_start: i64,
    /// How many may have been counted before this one; not looked at when absent, because the policy lets it go anyway.
    pub most: Option<i64>,
}

/// A new outbound message and the effect that sends it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `message`")]
pub struct SendClaim {
    pub message_id: String,
    pub conversation_id: String,
    pub channel_kind: &'static str,
    pub author_kind: &'static str,
    pub author_name: String,
    pub from_address: String,
    pub to_address: String,
    pub subject: Option<String>,
    pub body_text: String,
    pub external_id: String,
    pub reply_refs: Vec<String>,
    pub draft_id: String,
    /// True when the AI answered: it counts as one of its turns.
    pub ai_turn: bool,
}

/// One line of the timeline.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `timeline`")]
pub struct TimelineEntry {
    pub id: String,
    pub conversation_id: String,
    pub contact_id: String,
    pub kind: &'static str,
    pub actor_kind: &'static str,
    pub actor_name: Option<String>,
    pub summary: String,
    pub refers_to: Option<String>,
    pub data: serde_json::Value,
    pub at: i64,
}

impl Transition {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>) -> Result<Outcome, StoreError> {
        if let Some(fence) = &self.fence
            && !fence.holds(conn, &self.workspace_id, self.now_ms).await?
        {
            return Ok(Outcome::Fenced);
        }
        if let Some(run) = &self.run
            && run.apply(conn, &self.workspace_id, self.now_ms).await? == 0
        {
            return Ok(Outcome::Lost);
        }
        for write in &self.writes {
            write.apply(conn, &self.workspace_id, self.now_ms).await?;
        }
        Ok(Outcome::Won)
    }
}

impl Guarded {
    async fn holds(&self, conn: &mut Conn<'_>, ws: &str, now_ms: i64) -> Result<bool, StoreError> {
        let text = match conn {
            Conn::Sqlite(_) => sql::sqlite::SEND_FENCE,
            Conn::Postgres(_) => sql::postgres::SEND_FENCE,
        };
        let row: Option<FenceRow> = on!(conn, |c| sqlx::query_as(text)
            .bind(ws)
            .bind(&self.conversation_id)
            .bind(&self.contact_id)
            .fetch_optional(c)
            .await?);
        let Some(row) = row else { return Ok(false) };
        match &self.fence {
            Fence::ByRep => Ok(row.channel_status == "active"),
            Fence::Park(seen) => Ok(seen.thread_is_as(&row, now_ms)),
            Fence::Send(seen) => {
                let free = seen.thread_is_as(&row, now_ms)
                    && !row.kill_switch
                    && !seen.paused
                    && !seen.opted_out
                    && !seen.human_active
                    && row.channel_status == "active"
                    && row.email_warmup == seen.email_warmup
                    && row.flips == seen.flips
                    && row.policy_digest.as_deref() == Some(seen.policy_digest.as_str());
                Ok(free && seen.within_limits(conn, ws, &self.run_id, now_ms).await?)
            }
        }
    }
}

impl SendFence {
    /// Nobody has written, taken over, paused or opted out since the gate looked.
    fn thread_is_as(&self, row: &FenceRow, now_ms: i64) -> bool {
        let paused = row.ai_paused && row.ai_paused_until.is_none_or(|until| until > now_ms);
        row.revision == self.revision
            && row.human_active == self.human_active
            && paused == self.paused
            && row.opted_out_at.is_some() == self.opted_out
    }

    /// Every limit has room for one more, after those that came earlier and are due as well.
    async fn within_limits(
        &self,
        conn: &mut Conn<'_>,
        ws: &str,
        run_id: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        for LimitClaim { limit, subject, bucket_start, most } in &self.limits {
            let Some(most) = most else { continue };
            let (sent,): (i64,) = on!(conn, |c| sqlx::query_as(sql::LIMIT_LOCK)
                .bind(ws)
                .bind(limit)
                .bind(subject)
                .bind(*bucket_start)
                .fetch_one(c)
                .await?);
            let room = most - sent;
            if room <= 0
                || read::limit_ahead(conn, ws, (limit.as_str(), subject.as_str()), run_id, now_ms, room).await? >= room
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl RunMove {
    async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<u64, StoreError> {
        // A run that waits belongs to nobody; a lease would keep it from whoever comes when its time has come.
        let release = self.ready_at.is_none_or(|at| at > now);
        Ok(execute!(
            conn,
            sql::RUN_ADVANCE,
            ws,
            &self.id,
            self.version,
            self.epoch,
            self.stage.as_str(),
            self.attempt,
            self.approved,
            self.held_since,
            self.ready_at,
            self.closed_reason.map(ClosedReason::as_str),
            self.last_error.as_deref(),
            self.draft_id.as_deref(),
            self.decision_id.as_deref(),
            release,
            now
        ))
    }
}

impl TimelineEntry {
    pub(super) async fn insert(&self, conn: &mut Conn<'_>, ws: &str) -> Result<(), StoreError> {
        execute!(
            conn,
            sql::TIMELINE_INSERT,
            ws,
            &self.id,
            &self.conversation_id,
            &self.contact_id,
            self.kind,
            self.actor_kind,
            self.actor_name.as_deref(),
            &self.summary,
            self.refers_to.as_deref(),
            self.data.to_string(),
            self.at
        );
        Ok(())
    }
}

impl SendClaim {
    pub(super) async fn insert(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let (seq,): (i64,) = on!(conn, |c| sqlx::query_as(sql::CONVERSATION_TOUCH_OUTBOUND)
            .bind(ws)
            .bind(&self.conversation_id)
            .bind(preview(&self.body_text))
            .bind(now)
            .bind(i64::from(self.ai_turn))
            .fetch_one(c)
            .await?);
        let refs = serde_json::to_string(&self.reply_refs).unwrap_or_else(|_| "[]".to_owned());
        execute!(
            conn,
            sql::MESSAGE_INSERT,
            ws,
            &self.message_id,
            &self.conversation_id,
            seq,
            "outbound",
            self.channel_kind,
            "message",
            false,
            self.author_kind,
            None::<&str>,
            &self.author_name,
            &self.from_address,
            &self.to_address,
            self.subject.as_deref(),
            &self.body_text,
            &self.body_text,
            None::<&str>,
            "[]",
            &self.external_id,
            &refs,
            None::<&str>,
            "sending",
            None::<&str>,
            &self.draft_id,
            now,
            now
        );
        remember_ref(conn, ws, &self.external_id, &self.conversation_id, &self.message_id).await?;
        move_unread(conn, ws, &self.conversation_id, now).await
    }
}
