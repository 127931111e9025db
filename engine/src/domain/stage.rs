//! The stages of a run and the moves that are legal between them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word read from a row that is none of the words this program knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {what}")]
pub struct UnknownWord {
    /// What was expected.
    pub what: &'static str,
    /// What was found.
    pub word: String,
}

/// Declares an enum whose variants have one word each, the same in rows, JSON and messages.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every variant, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The one word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord { what: $what, word: word.to_owned() }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = UnknownWord;
            fn try_from(word: String) -> Result<Self, UnknownWord> { word.parse() }
        }
    };
}

words! {
    /// Where a run stands. One run answers one inbound message.
    Stage, "stage" {
        /// Stored; nothing was made of it yet.
        Received = "received",
        /// Its intent is known, or known to be unknown.
        Classified = "classified",
        /// A draft is there, or it is settled that none will be.
        Drafted = "drafted",
        /// The gate let it go; it is about to be sent.
        Gated = "gated",
        /// Parked until a person decides.
        WaitingApproval = "waiting_approval",
        /// Parked until a time; then the gate is asked again.
        Held = "held",
        /// Parked for the undo window; then the gate is asked again and it is sent.
        Scheduled = "scheduled",
        /// The provider is being called.
        Sending = "sending",
        /// Out.
        Sent = "sent",
        /// Not out, or nobody knows; nothing more is tried unless a person says so.
        Failed = "failed",
        /// Ended without a reply, for the reason in `closed_reason`.
        Closed = "closed",
    }
}

impl Stage {
    /// True when nothing moves the run again by itself. A person may take up again a failed one, and one that was closed.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Closed)
    }

    /// True while the run waits for a person or a time and leaves its conversation's lane free.
    #[must_use]
    pub const fn is_parked(self) -> bool {
        matches!(self, Self::WaitingApproval | Self::Held | Self::Scheduled)
    }

    /// Whether a run may move from here to `to` in one transition.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        use Stage::{
            Classified, Closed, Drafted, Failed, Gated, Held, Received, Scheduled, Sending, Sent, WaitingApproval,
        };
        match (self, to) {
            (Sent, _) => false,
            // A person asks for a draft where the work had ended without a reply.
            (Closed, to) => matches!(to, Received | Classified),
            // A person has it tried again, says that it was sent after all, or leaves it.
            (Failed, to) => matches!(to, Received | Drafted | Gated | Sent | Closed),
            // Any live run may be closed (superseded, stopped) or given up after too many errors.
            (_, Closed | Failed) => true,
            (Received, Classified) | (Classified, Drafted) => true,
            (Drafted | Held, Gated | WaitingApproval | Held | Scheduled) => true,
            // The first of two people said yes, or the draft is written anew.
            (WaitingApproval, Gated | Held | Scheduled | WaitingApproval | Classified) => true,
            // A second look before the send may still ask for a person or for more time.
            (Gated | Scheduled, Sending | Gated | WaitingApproval | Held | Scheduled) => true,
            // Back to `gated` is a retry: the provider certainly does not have it. `sending` again: it will be asked later.
            (Sending, Sent | Gated | Sending) => true,
            _ => false,
        }
    }
}

words! {
    /// Why a run ended without a reply.
    ClosedReason, "closed reason" {
        /// The policy's outcome was `off`.
        PolicyOff = "policy_off",
        /// The policy's outcome was `escalate`: a person was called.
        Escalated = "escalated",
        /// A newer message of the contact replaced it.
        Superseded = "superseded",
        /// A person rejected the draft.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// It would have been allowed, but there was nothing to send.
        NoDraft = "no_draft",
        /// Somebody stopped all sending, or disabled the channel.
        Stopped = "stopped",
        /// A person paused the AI for the contact.
        Paused = "paused",
        /// A person answered, or took the conversation over.
        HumanTookOver = "human_took_over",
        /// A rep took their own reply back before it left.
        TakenBack = "taken_back",
        /// A person ended the job.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why a conversation needs a person. Closed list.
    ActionReason, "reason for requiring action" {
        /// A draft waits for approval.
        ApprovalPending = "approval_pending",
        /// The classifier was not sure enough.
        LowConfidence = "low_confidence",
        /// The policy does not answer such messages.
        IntentOff = "intent_off",
        /// The policy calls a person.
        Escalation = "escalation",
        /// The contact asked for a person.
        HumanRequest = "human_request",
        /// The reply did not reach the provider, or nobody knows whether it did.
        DeliveryFailed = "delivery_failed",
        /// The run failed too often.
        JobDead = "job_dead",
        /// Nobody decided on the draft in time.
        DraftExpired = "draft_expired",
        /// The contact may not be written to automatically (paused or opted out), yet wrote to us.
        ContactBlockedInbound = "contact_blocked_inbound",
        /// No AI agent answers on the channel.
        NoIntakeAgent = "no_intake_agent",
        /// There is no draft to send.
        NoDraft = "no_draft",
        /// A reply was queued when somebody stopped sending, or cancelled it.
        SendingStopped = "sending_stopped",
        /// A rep's reply was waiting to be sent when the contact wrote again.
        ReplyWithdrawn = "reply_withdrawn",
        /// Nobody answered in the time that the policy's route promises.
        SlaRisk = "sla_risk",
        /// A colleague was named in a note.
        Mention = "mention",
        /// A person wants somebody to look.
        Flagged = "flagged",
        /// The message could not be read, or names no sender.
        Unreadable = "unreadable",
        /// More came in than could be answered in time; the message is a person's.
        Overloaded = "overloaded",
    }
}

words! {
    /// What kind of failure an attempt met: how long to wait, how often to try, and who decides follow from it.
    ErrorClass, "class of error" {
        /// It may pass: tried again, later and later.
        Transient = "transient",
        /// Too much at once: tried again, not before the other side said.
        Throttled = "throttled",
        /// Understood and refused: trying again changes nothing.
        Refused = "refused",
        /// Nobody knows whether the reply left: the provider is asked where it can be, else a person.
        InDoubt = "in_doubt",
        /// A step broke off: a bug, or the store.
        Fault = "fault",
        /// The process died while it worked on the run.
        Died = "died",
        /// It waited too long before anybody began with it.
        Overloaded = "overloaded",
    }
}

words! {
    /// Where a job stands, as people ask: a run seen from the operating side.
    JobState, "state of a job" {
        /// It is its turn as soon as a worker is free.
        Queued = "queued",
        /// An attempt failed; the next one waits for its time.
        Retrying = "retrying",
        /// The provider is being called.
        Working = "working",
        /// A person is asked about the draft.
        Waiting = "waiting",
        /// It leaves at a time, unless it is taken back.
        Scheduled = "scheduled",
        /// The gate is asked again at a time.
        Held = "held",
        /// Nobody knows whether the reply left: a person must say.
        InDoubt = "in_doubt",
        /// Given up: a person has it tried again, or leaves it.
        Failed = "failed",
        /// Out.
        Sent = "sent",
        /// Ended without a reply.
        Closed = "closed",
    }
}

words! {
    /// Which asking of the gate a decision records.
    Gate, "gate" {
        /// The draft was ready.
        Draft = "draft",
        /// A person approved.
        Approved = "approved",
        /// A hold ended.
        Release = "release",
        /// Right before the send.
        Send = "send",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_nothing_leaves_the_end() {
        for stage in Stage::ALL.iter().copied() {
            assert_eq!(stage.as_str().parse::<Stage>(), Ok(stage));
            if matches!(stage, Stage::Failed | Stage::Closed) {
                // Only for a person to say, and never straight to the provider.
                assert!(!stage.may_become(Stage::Sending) && !stage.may_become(Stage::Scheduled));
                assert!(
                    stage != Stage::Closed || !stage.may_become(Stage::Gated),
                    "what has ended begins with a draft"
                );
            } else if stage.is_terminal() {
                assert!(Stage::ALL.iter().all(|to| !stage.may_become(*to)), "{stage}");
            } else {
                assert!(stage.may_become(Stage::Closed) && stage.may_become(Stage::Failed), "{stage}");
            }
        }
        assert!("sendd".parse::<Stage>().is_err());
    }

    #[test]
    fn only_a_gated_or_scheduled_run_is_sent() {
        let senders: Vec<_> = Stage::ALL.iter().filter(|from| from.may_become(Stage::Sending)).collect();
        // `sending` itself: an attempt whose outcome is not known is asked about again.
        assert_eq!(senders, [&Stage::Gated, &Stage::Scheduled, &Stage::Sending]);
    }
}
