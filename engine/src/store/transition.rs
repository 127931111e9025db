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
    /// What must still be true, where this transition begins a send.
    pub fence: Option<SendFence>,
    /// A conversation and its revision: it must have had no message since. What parks or ends a run relies on it.
    pub unchanged: Option<(String, i64)>,
    /// The compare-and-set that wins or loses the transition.
    pub run: Option<RunMove>,
    /// What is written when it is won.
    pub writes: Vec<Write>,
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

/// What the gate saw right before a send. If any of it has changed when the send is claimed, the gate is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields name what is compared")]
pub struct SendFence {
    pub conversation_id: String,
    pub contact_id: String,
    pub revision: i64,
    pub human_active: bool,
    pub contact_version: i64,
    pub policy_digest: String,
    /// Names of the switches that were on, in order, with commas between them.
    pub switches_on: String,
    /// The limits this send counts against.
    pub limits: Vec<LimitUse>,
}

/// A limit that one send counts against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitUse {
    /// Name of the limit.
    pub limit: String,
    /// Whose sends it counts.
    pub subject: String,
    /// Start of the bucket of time, UTC milliseconds.
    pub bucket_start: i64,
    /// Sends that are allowed in a bucket.
    pub most: i64,
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

impl SendFence {
    /// Whether all of it is still so. Limits are looked at apart, for they are shared.
    pub(super) fn holds(&self, row: &FenceRow, now_ms: i64) -> bool {
        let paused = row.ai_paused && row.ai_paused_until.is_none_or(|until| until > now_ms);
        let switches_on = row.switches_on.as_deref().unwrap_or_default();
        !paused
            && row.opted_out_at.is_none()
            && row.channel_status == "active"
            && row.revision == self.revision
            && row.human_active == self.human_active
            && row.contact_version == self.contact_version
            && switches_on == self.switches_on
            && switches_on.split(',').all(|name| name != "kill_switch")
            && row.policy_digest.as_deref() == Some(self.policy_digest.as_str())
    }
}
