//! A transition: the compare-and-set that wins or loses it, and what is written when it is won.

use super::rows::FenceRow;
use super::write::Write;
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
    /// A conversation and its revision: it must have had no message since. What ends a run relies on it.
    pub unchanged: Option<(String, i64)>,
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
    pub human_active: bool,
    pub contact_version: i64,
    pub policy_digest: String,
    pub paused: bool,
    pub opted_out: bool,
    /// The address must not be written to; what changes that raises the contact's version.
    pub suppressed: bool,
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
    /// JSON array.
    pub attachments: String,
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
    /// This transition and then that one, which was decided on what this one leaves behind: committed as one.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.writes.extend(next.writes);
        self.run = match (self.run, next.run) {
            (Some(first), Some(second)) => Some(RunMove {
                version: first.version,
                draft_id: second.draft_id.or(first.draft_id),
                decision_id: second.decision_id.or(first.decision_id),
                ..second
            }),
            (first, second) => second.or(first),
        };
        Self { now_ms: next.now_ms, fence: next.fence, unchanged: next.unchanged, ..self }
    }
}

impl Guarded {
    /// Whether all of it is still so. Limits are looked at apart, for they are shared.
    pub(super) fn holds(&self, row: &FenceRow, now_ms: i64) -> bool {
        match &self.fence {
            Fence::ByRep => row.channel_status == "active",
            Fence::Park(seen) => seen.thread_is_as(row, now_ms),
            Fence::Send(seen) => {
                seen.thread_is_as(row, now_ms)
                    && !row.kill_switch
                    && !seen.paused
                    && !seen.opted_out
                    && !seen.suppressed
                    && !seen.human_active
                    && row.channel_status == "active"
                    && row.contact_version == seen.contact_version
                    && row.email_warmup == seen.email_warmup
                    && row.flips == seen.flips
                    && row.policy_digest.as_deref() == Some(seen.policy_digest.as_str())
            }
        }
    }

    /// The limits that a send counts against.
    pub(super) fn limits(&self) -> &[LimitClaim] {
        match &self.fence {
            Fence::Send(seen) => &seen.limits,
            Fence::ByRep | Fence::Park(_) => &[],
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
}
