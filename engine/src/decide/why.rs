//! Why the AI did, or did not, answer a message: one word, one sentence, and the checks in the order in which they count.
//!
//! What is told is what happened: where the run of the message stands, and the decision that was made about it. What is
//! true now beside it (a switch that is on, a pause) is told as such.

use remit_dsl::{Location, Reason};

use super::record::Record;
use crate::domain::{ClosedReason, Stage};
use crate::store::rows::{ApprovalRow, ChannelRow, ContactRow, ConversationRow, MessageRow, RunErrorRow, RunRow};

/// What became of a message, as people ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The AI answered.
    Responded,
    /// There is a draft, and it waits: for a person, or for a time.
    Held,
    /// It will not answer this message.
    Blocked,
    /// Somebody paused it here, or writes here themselves.
    Paused,
    /// There is nothing for it to answer.
    NotApplicable,
    /// It is at it.
    InProgress,
    /// It wanted to and could not.
    Failed,
    /// What is stored does not say.
    Unknown,
}

impl Outcome {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Responded,
        Self::Held,
        Self::Blocked,
        Self::Paused,
        Self::NotApplicable,
        Self::InProgress,
        Self::Failed,
        Self::Unknown,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Responded => "responded",
            Self::Held => "held",
            Self::Blocked => "blocked",
            Self::Paused => "paused",
            Self::NotApplicable => "not_applicable",
            Self::InProgress => "in_progress",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Nothing in the way.
    Pass,
    /// This is in the way.
    Fail,
    /// It did not come to that.
    Skipped,
}

impl Checked {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub id: &'static str,
    /// How it ended.
    pub status: Checked,
    /// What was found, for people.
    pub says: String,
}

/// The rule that decided, where one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub at: Location,
    /// Its own words, for people inside.
    pub because: Option<String>,
}

impl From<&Reason> for Rule {
    fn from(reason: &Reason) -> Self {
        Self { name: reason.name.clone(), at: reason.at.clone(), because: reason.because.clone() }
    }
}

/// Something a person could do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// In words.
    pub label: &'static str,
    /// Method of the operation that does it, or shows more.
    pub method: &'static str,
    /// Its path.
    pub path: String,
}

/// Everything that is looked at.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The conversation.
    pub conversation: &'a ConversationRow,
    /// Its contact.
    pub contact: &'a ContactRow,
    /// Its channel.
    pub channel: &'a ChannelRow,
    /// The message that was or was not answered; the latest from outside. `None` when nobody outside has written.
    pub message: Option<&'a MessageRow>,
    /// The AI's run for it.
    pub run: Option<&'a RunRow>,
    /// The latest decision about it: its id and record. `None` where there is none.
    pub decision: Option<(&'a str, Option<&'a Record>)>,
    /// The latest question to people about it.
    pub approval: Option<&'a ApprovalRow>,
    /// Its latest failure.
    pub failure: Option<&'a RunErrorRow>,
    /// The reply may have left, and nobody knows.
    pub in_doubt: bool,
    /// Sending is stopped now.
    pub kill_switch: bool,
    /// A policy is in force.
    pub has_policy: bool,
    /// Name of the AI agent that answers on the channel under that policy.
    pub agent: Option<&'a str>,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What became of the message.
    pub outcome: Outcome,
    /// The one reason, as a word.
    pub primary: &'static str,
    /// The same as a sentence.
    pub summary: String,
    /// The rule that decided, where one did.
    pub rule: Option<Rule>,
    /// What was looked at, in the order in which it counts.
    pub checks: Vec<Check>,
    /// What a person could do.
    pub remedies: Vec<Remedy>,
}

/// Says why.
#[must_use]
pub fn why(asked: &Asked<'_>) -> Why {
    let rule = asked.record().and_then(|record| record.verdict.deciding.first()).map(Rule::from);
    let (outcome, primary, says) = asked.primary();
    let is_decided = matches!(outcome, Outcome::Held | Outcome::Blocked | Outcome::Paused);
    let summary = match &rule {
        Some(rule) if is_decided && asked.by_rule(primary) => {
            format!("{says} Rule `{}` ({}) decided.", rule.name, rule.at)
        }
        _ => says,
    };
    Why { outcome, primary, summary, checks: asked.checks(primary), remedies: asked.remedies(outcome, primary), rule }
}

impl Asked<'_> {
    fn record(&self) -> Option<&Record> {
        self.decision.and_then(|(_, record)| record)
    }

    fn decided_by(&self, name: &str) -> bool {
        self.record().is_some_and(|record| record.verdict.deciding.iter().any(|rule| rule.name == name))
    }

    /// Whether what is told first was a rule's doing.
    fn by_rule(&self, primary: &str) -> bool {
        !matches!(
            primary,
            "approval_expired" | "rejected" | "taken_back" | "job_cancelled" | "human_took_over" | "ai_paused"
        ) && self.record().is_some()
            // Where the policy would have let it go, it waits because somebody asked for it.
            && !(self.run.is_some_and(|run| run.asked_by.is_some()) && primary == "approval_pending"
                && self.record().is_some_and(|record| record.verdict.outcome < remit_dsl::Outcome::Approval))
    }

    fn is_suppressed(&self) -> bool {
        let kind = self.conversation.channel_kind.parse();
        let message = kind.ok().zip(self.message);
        message
            .is_some_and(|(kind, message)| super::is_suppressed(&self.contact.suppressed, kind, &message.from_address))
    }

    fn is_paused_now(&self) -> bool {
        self.contact.ai_paused && self.contact.ai_paused_until.is_none_or(|until| until > self.now_ms)
    }

    /// What became of it, the one reason, and a sentence.
    fn primary(&self) -> (Outcome, &'static str, String) {
        let told = |outcome, primary, says: &str| (outcome, primary, says.to_owned());
        let Some(message) = self.message else {
            return told(Outcome::NotApplicable, "nothing_to_answer", "Nobody outside has written here yet.");
        };
        let Some(run) = self.run else {
            if message.direction != "inbound" {
                return told(Outcome::NotApplicable, "not_inbound", "This message is ours; only others' are answered.");
            }
            return told(Outcome::Unknown, "no_run", "Nothing is recorded of any work on this message.");
        };
        match run.stage {
            Stage::Sent => told(Outcome::Responded, "responded", "The AI answered."),
            Stage::Received | Stage::Classified | Stage::Drafted | Stage::Gated => self.on_its_way(run),
            Stage::Sending => told(Outcome::InProgress, "sending", "The reply is being handed to the provider."),
            Stage::Scheduled => {
                told(Outcome::InProgress, "undo_window", "The reply leaves when the undo window is over.")
            }
            Stage::Held => told(Outcome::Held, "held", "A draft is there and waits for its time."),
            Stage::WaitingApproval if run.asked_by.is_some() => told(
                Outcome::Held,
                "approval_pending",
                "A draft that a person asked for waits for a person's approval.",
            ),
            Stage::WaitingApproval => told(Outcome::Held, "approval_pending", "A draft waits for a person's approval."),
            Stage::Failed if self.in_doubt => told(
                Outcome::Failed,
                "in_doubt",
                "The reply may have left; nobody knows, and it is not sent again blindly.",
            ),
            Stage::Failed => {
                let error = run.last_error.as_deref().or(self.failure.map(|failure| failure.error.as_str()));
                let says =
                    format!("It failed and is not tried again by itself: {}", error.unwrap_or("no reason is kept"));
                (Outcome::Failed, "failed", says)
            }
            Stage::Closed => {
                let reason: Option<ClosedReason> = run.closed_reason.as_deref().and_then(|word| word.parse().ok());
                match reason {
                    Some(reason) => self.closed(reason),
                    None => told(Outcome::Unknown, "no_reason", "It ended, and no reason is kept that is known here."),
                }
            }
        }
    }

    fn on_its_way(&self, run: &RunRow) -> (Outcome, &'static str, String) {
        match run.ready_at {
            None => (Outcome::InProgress, "parked", "It waits for somebody to look at what went wrong.".to_owned()),
            Some(at) if at > self.now_ms && run.attempt > 0 => {
                let error = run.last_error.as_deref().unwrap_or("no reason is kept");
                (Outcome::InProgress, "retrying", format!("An attempt failed and is made again: {error}"))
            }
            Some(_) => (Outcome::InProgress, "working", "The AI is at it.".to_owned()),
        }
    }

    fn closed(&self, reason: ClosedReason) -> (Outcome, &'static str, String) {
        let (outcome, primary, says) = match reason {
            ClosedReason::Superseded => {
                (Outcome::NotApplicable, "superseded", "The contact wrote again; the newer message is what counts.")
            }
            ClosedReason::Rejected => (Outcome::Blocked, "rejected", "A person rejected the draft."),
            ClosedReason::Expired => (Outcome::Blocked, "approval_expired", "Nobody decided on the draft in time."),
            ClosedReason::NoDraft => (Outcome::Failed, "no_draft", "It might have answered, but there was no draft."),
            ClosedReason::Stopped => {
                (Outcome::Blocked, "sending_stopped", "Somebody stopped sending while the reply was waiting.")
            }
            ClosedReason::Paused => {
                (Outcome::Paused, "ai_paused", "Somebody paused the AI while the reply was waiting.")
            }
            ClosedReason::HumanTookOver => (Outcome::Paused, "human_took_over", "A person answered or took over."),
            ClosedReason::TakenBack => (Outcome::Blocked, "taken_back", "The reply was taken back before it left."),
            ClosedReason::Cancelled => (Outcome::Blocked, "job_cancelled", "A person ended the work on it."),
            ClosedReason::PolicyOff if self.decided_by("std_automated") => {
                (Outcome::NotApplicable, "automated_message", "A machine wrote this; such messages are not answered.")
            }
            ClosedReason::PolicyOff if self.decided_by("std_paused") => {
                (Outcome::Paused, "ai_paused", "The AI is paused for this contact.")
            }
            ClosedReason::PolicyOff if self.decided_by("std_human_active") => {
                (Outcome::Paused, "human_took_over", "A person writes in this conversation.")
            }
            ClosedReason::PolicyOff if self.decided_by("std_opted_out") => {
                (Outcome::Blocked, "opted_out", "The contact does not want to be written to.")
            }
            ClosedReason::PolicyOff if self.decided_by("std_kill_switch") => {
                (Outcome::Blocked, "kill_switch", "Sending was stopped when the message came in.")
            }
            ClosedReason::PolicyOff if self.decided_by("std_no_agent") => {
                (Outcome::Blocked, "no_intake_agent", "No AI agent answers on this channel.")
            }
            ClosedReason::PolicyOff if self.decided_by("std_channel_disabled") => {
                (Outcome::Blocked, "channel_disabled", "The channel was disabled.")
            }
            ClosedReason::PolicyOff => (Outcome::Blocked, "policy_off", "The policy does not answer such messages."),
            ClosedReason::Escalated => (Outcome::Blocked, "escalated", "The policy gives this message to a person."),
        };
        (outcome, primary, says.to_owned())
    }

    /// What was looked at. The one that counts fails; what comes after it did not matter any more.
    fn checks(&self, primary: &str) -> Vec<Check> {
        let intent = self.message.and_then(|message| message.intent.as_deref());
        let list: [(&'static str, bool, String, &[&str]); 11] = [
            (
                "message",
                self.message.is_some(),
                "There is a message to answer.".to_owned(),
                &["nothing_to_answer", "not_inbound", "superseded", "automated_message", "no_run", "no_reason"],
            ),
            (
                "channel_active",
                self.channel.status == "active",
                format!("The channel is {}.", self.channel.status),
                &["channel_disabled"],
            ),
            (
                "kill_switch",
                !self.kill_switch,
                on_off("Sending is stopped.", "Sending is not stopped.", self.kill_switch),
                &["kill_switch", "sending_stopped"],
            ),
            (
                "policy_in_force",
                self.has_policy,
                on_off("A policy is in force.", "No policy is in force.", self.has_policy),
                &[],
            ),
            (
                "intake_agent",
                self.agent.is_some(),
                match self.agent {
                    Some(agent) => format!("`{agent}` answers on this channel."),
                    None => "No AI agent answers on this channel.".to_owned(),
                },
                &["no_intake_agent"],
            ),
            (
                "contact_ai_paused",
                !self.is_paused_now(),
                match &self.contact.ai_pause_reason {
                    Some(reason) if self.is_paused_now() => format!("The AI is paused for this contact: {reason}"),
                    _ => "The AI is not paused for this contact.".to_owned(),
                },
                &["ai_paused"],
            ),
            (
                "opted_out",
                self.contact.opted_out_at.is_none() && !self.is_suppressed(),
                on_off(
                    "The contact does not want to be written to.",
                    "The contact may be written to.",
                    self.contact.opted_out_at.is_some() || self.is_suppressed(),
                ),
                &["opted_out"],
            ),
            (
                "human_took_over",
                !self.conversation.human_active,
                on_off(
                    "A person writes in this conversation.",
                    "No person has taken the conversation over.",
                    self.conversation.human_active,
                ),
                &["human_took_over"],
            ),
            (
                "intent_classified",
                intent.is_some(),
                match intent {
                    Some(intent) => format!("The message was read as `{intent}`."),
                    None => "What the message is about could not be told.".to_owned(),
                },
                &[],
            ),
            (
                "policy_decision",
                self.record().is_some(),
                match self.record() {
                    Some(record) => format!("The policy said `{}`.", record.verdict.outcome.as_str()),
                    None => "The policy was not asked.".to_owned(),
                },
                &["policy_off", "escalated", "held", "approval_pending", "rejected", "approval_expired", "taken_back"],
            ),
            (
                "delivery",
                true,
                "The reply was handed over, or nothing was in its way.".to_owned(),
                &[
                    "failed",
                    "in_doubt",
                    "no_draft",
                    "parked",
                    "retrying",
                    "working",
                    "sending",
                    "undo_window",
                    "job_cancelled",
                ],
            ),
        ];
        let mut is_over = false;
        let each = list.into_iter().map(|(id, holds, says, answers)| {
            let is_it = answers.contains(&primary);
            let status = match (is_it, is_over) {
                (true, _) => Checked::Fail,
                (false, true) => Checked::Skipped,
                // What fails now but did not then is told by what it says; it was not the reason.
                (false, false) if holds || self.run.is_some() => Checked::Pass,
                (false, false) => Checked::Fail,
            };
            is_over |= is_it;
            Check { id, status, says }
        });
        each.collect()
    }

    fn remedies(&self, outcome: Outcome, primary: &str) -> Vec<Remedy> {
        let mut remedies = Vec::new();
        let mut add = |label, method, path: String| remedies.push(Remedy { label, method, path });
        let conversation = format!("/api/v1/conversations/{}", self.conversation.id);
        match primary {
            "approval_pending" => {
                if let Some(approval) = self.approval {
                    add("Look at the draft and decide", "GET", format!("/api/v1/approvals/{}", approval.id));
                }
            }
            "ai_paused" if self.is_paused_now() => {
                let path = format!("/api/v1/contacts/{}/ai/resume", self.contact.id);
                add("Let the AI answer this contact again", "POST", path);
            }
            "human_took_over" if self.conversation.human_active => {
                add("Hand the conversation back to the AI", "POST", format!("{conversation}/hand-back"));
            }
            "kill_switch" | "sending_stopped" if self.kill_switch => {
                add("Let sending go on", "POST", "/api/v1/kill-switch/release".to_owned());
            }
            "channel_disabled" if self.channel.status != "active" => {
                add("Activate the channel", "POST", format!("/api/v1/channels/{}/activate", self.channel.id));
            }
            "failed" | "in_doubt" | "retrying" | "parked" => {
                if let Some(run) = self.run {
                    add("Look at what went wrong", "GET", format!("/api/v1/jobs/{}", run.id));
                    if outcome == Outcome::Failed {
                        add("Have it tried again", "POST", format!("/api/v1/jobs/{}/retry", run.id));
                    }
                }
            }
            _ => {}
        }
        if let Some((decision, _)) = self.decision
            && matches!(outcome, Outcome::Held | Outcome::Blocked | Outcome::Paused)
        {
            add("See what would have let it go", "GET", format!("/api/v1/decisions/{decision}/explain"));
        }
        if matches!(outcome, Outcome::Blocked | Outcome::Failed | Outcome::Paused) {
            add("Answer yourself", "POST", format!("{conversation}/replies"));
        }
        remedies
    }
}

fn on_off(on: &str, off: &str, is_on: bool) -> String {
    if is_on { on.to_owned() } else { off.to_owned() }
}
