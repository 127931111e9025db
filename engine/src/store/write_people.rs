//! The writes that people, clocks and limits cause: rarer than those of a message on its way.

use super::batch::Kinds;
use super::batch::set::Set;
use super::events::Log;
use super::rows::SupersededRow;
use super::statements::{self as sql, many};
use super::transition::TimelineEntry;
use super::write::{remove_action, withdraw};
use super::{Conn, StoreError, execute, fetch};
use crate::domain::{ActionReason, ClosedReason, Stage};

/// What a timer is for; the subject is an approval, a conversation, a conversation, or the name of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// Remind those who should answer an approval.
    RemindApproval,
    /// A person should have answered by now.
    Sla,
    /// A snoozed conversation comes back.
    Wake,
    /// A sweep of the policy runs.
    Sweep,
}

impl TimerKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::RemindApproval, Self::Sla, Self::Wake, Self::Sweep];

    /// The word in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RemindApproval => "remind_approval",
            Self::Sla => "sla",
            Self::Wake => "wake",
            Self::Sweep => "sweep",
        }
    }
}

/// A reply that a rep wrote: a draft of theirs and the run that sends it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `run` and `draft`")]
pub struct NewReply {
    pub run_id: String,
    pub draft_id: String,
    /// The message it answers.
    pub message_id: String,
    pub conversation_id: String,
    /// Revision of the conversation it was written for.
    pub revision: i64,
    pub rep_id: String,
    pub rep_name: String,
    pub subject: Option<String>,
    pub body_text: String,
    pub content_sha256: String,
    /// JSON array.
    pub attachments: String,
    pub leaves: Leaves,
}

/// When a rep's reply leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// At once: since this time, UTC milliseconds.
    Now(i64),
    /// At this time, UTC milliseconds.
    At(i64),
    /// When a person has said yes.
    OnceApproved,
}

impl Leaves {
    /// Stage of its run, whether it is approved, when to look at it, and where its draft stands.
    const fn columns(self) -> (Stage, bool, Option<i64>, &'static str) {
        match self {
            Self::Now(at) => (Stage::Gated, true, Some(at), "scheduled"),
            Self::At(at) => (Stage::Scheduled, true, Some(at), "scheduled"),
            Self::OnceApproved => (Stage::WaitingApproval, false, None, "pending_approval"),
        }
    }
}

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum PeopleWrite {
    /// One of several people said yes to a text.
    Vote { approval_id: String, rep_id: String, rep_name: String, draft_version: i64, content_sha256: String },
    /// An approval is somebody's for a while; nobody's when `rep` is absent.
    Claim { approval_id: String, rep: Option<(String, String)>, until: Option<i64> },
    /// Those who should answer were reminded.
    Reminded { approval_id: String },
    /// What the next draft of a run should heed; and who asked for one where the work had ended.
    Instruct { run_id: String, instruction: Option<String>, asked_by: Option<String> },
    /// A rep's own reply.
    Reply(Box<NewReply>),
    /// A person writes in a conversation, or hands it back.
    HumanActive { conversation_id: String, active: bool },
    /// Close what the AI has parked in a conversation and say so once, if there was anything.
    WithdrawParked { conversation_id: String, reason: ClosedReason, said: Box<TimelineEntry> },
    /// Open, snooze or close a conversation.
    Status { conversation_id: String, status: &'static str, snoozed_until: Option<i64> },
    /// A person dealt with it: nothing but mentions is left of why it needed one.
    ActionClear { conversation_id: String },
    /// Somebody answered in time, or at last.
    SlaMet { conversation_id: String },
    /// Something happens at a time.
    Timer { kind: TimerKind, subject_id: String, due_at: i64, data: String },
    /// It will not happen.
    TimerClear { kind: TimerKind, subject_id: String },
    /// It has happened.
    TimerFired { kind: String, subject_id: String, due_at: i64 },
    /// A run is held; it keeps its place in the line before a limit.
    LimitWait { limit: String, subject: String, run_id: String },
    /// A run waits for no limit any more.
    LimitWaitEnd { run_id: String },
    /// The mailbox of a channel is new, or is not any more.
    Warmup { channel_id: String, warmup: bool },
    /// A rep is named in a note.
    Mention { note_id: String, rep_id: String, conversation_id: String },
}

impl PeopleWrite {
    /// The conversation whose row it changes.
    pub(super) fn conversation(&self) -> Option<&str> {
        match self {
            Self::Reply(reply) => Some(&reply.conversation_id),
            Self::HumanActive { conversation_id, .. }
            | Self::WithdrawParked { conversation_id, .. }
            | Self::Status { conversation_id, .. }
            | Self::ActionClear { conversation_id }
            | Self::SlaMet { conversation_id } => Some(conversation_id),
            _ => None,
        }
    }

    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        match self {
            Self::Vote { approval_id, rep_id, rep_name, draft_version, content_sha256 } => {
                let version = *draft_version;
                execute!(
                    conn,
                    sql::APPROVAL_VOTE_INSERT,
                    ws,
                    approval_id,
                    rep_id,
                    rep_name,
                    version,
                    content_sha256,
                    now
                );
            }
            Self::Claim { approval_id, rep, until } => {
                let (id, name) = rep.as_ref().map(|(id, name)| (id.as_str(), name.as_str())).unzip();
                execute!(conn, sql::APPROVAL_CLAIM, ws, approval_id, id, name, *until);
            }
            Self::Reminded { approval_id } => {
                execute!(conn, sql::APPROVAL_REMINDED, ws, approval_id, now);
            }
            Self::Instruct { run_id, instruction, asked_by } => {
                execute!(conn, sql::RUN_INSTRUCT, ws, run_id, instruction.as_deref(), asked_by.as_deref());
            }
            Self::Reply(reply) => reply.insert(conn, ws, now).await?,
            Self::HumanActive { conversation_id, active } => {
                execute!(conn, sql::CONVERSATION_HUMAN, ws, conversation_id, *active);
            }
            Self::WithdrawParked { conversation_id, reason, said } => {
                withdraw_parked(conn, ws, conversation_id, *reason, said, now, log).await?;
            }
            Self::Status { conversation_id, status, snoozed_until } => {
                execute!(conn, sql::CONVERSATION_STATUS, ws, conversation_id, *status, *snoozed_until);
            }
            Self::ActionClear { conversation_id } => {
                execute!(conn, sql::REQUIRES_ACTION_CLEAR, ws, conversation_id);
                execute!(conn, sql::CONVERSATION_FLAG_ACTION, ws, conversation_id);
            }
            Self::SlaMet { conversation_id } => {
                execute!(conn, sql::CONVERSATION_SLA_MET, ws, conversation_id);
                execute!(conn, sql::TIMER_CLEAR, ws, TimerKind::Sla.as_str(), conversation_id);
            }
            Self::Timer { kind, subject_id, due_at, data } => {
                execute!(conn, sql::TIMER_SET, ws, kind.as_str(), subject_id, *due_at, data);
            }
            Self::TimerClear { kind, subject_id } => {
                execute!(conn, sql::TIMER_CLEAR, ws, kind.as_str(), subject_id);
            }
            Self::TimerFired { kind, subject_id, due_at } => {
                execute!(conn, sql::TIMER_FIRED, ws, kind, subject_id, *due_at);
            }
            Self::LimitWait { limit, subject, run_id } => {
                execute!(conn, sql::LIMIT_WAIT_ADD, ws, limit, subject, run_id);
            }
            Self::LimitWaitEnd { run_id } => {
                execute!(conn, sql::LIMIT_WAIT_END, ws, run_id);
            }
            Self::Warmup { channel_id, warmup } => {
                execute!(conn, sql::CHANNEL_WARMUP, ws, channel_id, *warmup);
            }
            Self::Mention { note_id, rep_id, conversation_id } => {
                execute!(conn, sql::MENTION_INSERT, ws, note_id, rep_id, conversation_id, now);
            }
        }
        Ok(())
    }
}

impl NewReply {
    pub(super) async fn insert(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let (stage, approved, ready_at, draft_status) = self.leaves.columns();
        execute!(
            conn,
            sql::RUN_INSERT_REPLY,
            ws,
            &self.run_id,
            &self.message_id,
            &self.conversation_id,
            self.revision,
            stage.as_str(),
            &self.draft_id,
            ready_at,
            now,
            approved
        );
        let subject = self.subject.as_deref();
        execute!(
            conn,
            sql::DRAFT_INSERT_REPLY,
            ws,
            &self.draft_id,
            &self.conversation_id,
            &self.message_id,
            &self.run_id,
            &self.rep_id,
            &self.rep_name,
            draft_status,
            subject,
            &self.body_text,
            &self.content_sha256,
            "rep",
            self.revision,
            now,
            &self.attachments
        );
        let mut versions = Set::new(&many::DRAFT_VERSION_INSERT);
        versions.push([
            ws.into(),
            (&self.draft_id).into(),
            1_i64.into(),
            (&self.rep_id).into(),
            subject.into(),
            (&self.body_text).into(),
            (&self.content_sha256).into(),
            now.into(),
        ]);
        versions.execute(conn).await
    }
}

/// True when there was anything.
pub(super) async fn withdraw_parked(
    conn: &mut Conn<'_>,
    ws: &str,
    conversation_id: &str,
    reason: ClosedReason,
    said: &TimelineEntry,
    now: i64,
    log: &mut Log,
) -> Result<bool, StoreError> {
    let closed: Vec<SupersededRow> = fetch!(conn, sql::RUN_WITHDRAW, ws, conversation_id, reason.as_str(), now);
    if closed.is_empty() {
        return Ok(false);
    }
    log.begin(ws, now, Some(conversation_id), Some((said.actor_kind, said.actor_name.as_deref())));
    for run in &closed {
        withdraw(conn, ws, &run.id, run.draft_id.as_deref(), "discarded", now, log).await?;
    }
    remove_action(conn, ws, conversation_id, ActionReason::ApprovalPending).await?;
    let mut kinds = Kinds::new();
    kinds.entry(ws, said);
    kinds.write(conn).await?;
    Ok(true)
}
