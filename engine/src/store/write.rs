//! The writes a decision is made of. Each is one small statement or a fixed few; a
//! [`Transition`](super::Transition) commits them together.

use super::batch::Kinds;
use super::batch::set::Set;
use super::events::{EventWrite, Log};
pub(super) use super::preview::preview;
use super::statements::{self as sql, many};
use super::transition::{SendClaim, TimelineEntry};
use super::write_access::{AccessWrite, NewKey};
use super::write_begin::NewConversation;
use super::write_channel::ChannelWrite;
use super::write_desk::DeskWrite;
use super::write_files::FileWrite;
use super::write_gone::GoneWrite;
use super::write_jobs::JobWrite;
use super::write_labels::LabelWrite;
use super::write_media::MediaWrite;
use super::write_office::OfficeWrite;
use super::write_once::OnceWrite;
use super::write_own::OwnWrite;
use super::write_people::PeopleWrite;
use super::write_traffic::{NewActivation, NewBlock};
use super::{Conn, StoreError, execute, fetch};
use crate::domain::ActionReason;
use crate::ports::ModelCall;

/// One write. Fields are the columns they set; ids and times come with them.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum Write {
    /// Keep what a step produced.
    Step { run_id: String, step: &'static str, revision: i64, output: String },
    /// What the classifier found.
    Classified {
        message_id: String,
        intent: Option<String>,
        confidence: Option<i64>,
        margin: Option<i64>,
        language: Option<String>,
        classifier: String,
    },
    /// A draft and its first version.
    Draft {
        id: String,
        conversation_id: String,
        message_id: String,
        run_id: String,
        subject: Option<String>,
        body_text: String,
        content_sha256: String,
        source: String,
        base_revision: i64,
    },
    /// A new text for a draft.
    DraftEdit {
        id: String,
        version: i64,
        author: String,
        subject: Option<String>,
        body_text: String,
        content_sha256: String,
    },
    /// Where a draft stands.
    DraftStatus { id: String, status: &'static str },
    /// A decision of the gate.
    Decision {
        id: String,
        run_id: String,
        message_id: String,
        conversation_id: String,
        draft_id: Option<String>,
        gate: &'static str,
        policy_digest: String,
        outcome: &'static str,
        rule: String,
        rule_file: String,
        rule_line: i64,
        rule_column: i64,
        record: String,
        took_us: i64,
        /// The autonomy mode, which stands in the record: here for those who count.
        mode: String,
    },
    /// Ask a person.
    Approval {
        id: String,
        run_id: String,
        conversation_id: String,
        draft_id: String,
        decision_id: String,
        team: Option<String>,
        expires_at: Option<i64>,
        expire_to: &'static str,
        people: i64,
        to_address: String,
        base_revision: i64,
        /// The risk tier; empty where no policy was asked.
        tier: String,
        /// Its place from the highest down, from 1; 0 where no policy was asked.
        ease: i64,
    },
    /// Settle what a run waits for.
    ApprovalDecided {
        run_id: String,
        state: &'static str,
        by: Option<String>,
        draft_version: Option<i64>,
        reason: Option<String>,
    },
    /// Intend to send.
    Effect {
        id: String,
        run_id: String,
        conversation_id: String,
        message_id: String,
        idempotency_key: String,
        payload: String,
        automatic: bool,
    },
    /// The provider is about to be called; the first time, the message becomes visible.
    EffectStart { id: String, boot: String, message: Option<Box<SendClaim>> },
    /// What became of an effect and of its message.
    EffectFinish {
        id: String,
        message_id: String,
        state: &'static str,
        message_status: &'static str,
        provider_ref: Option<String>,
        last_error: Option<String>,
    },
    /// Take back an effect that was not begun.
    EffectCancel { run_id: String },
    /// One more reason for a person to look.
    ActionAdd { conversation_id: String, reason: ActionReason },
    /// One reason less.
    ActionRemove { conversation_id: String, reason: ActionReason },
    /// Who should look after it.
    Route {
        conversation_id: String,
        team: Option<String>,
        person: Option<String>,
        priority: Option<String>,
        sla_at: Option<i64>,
    },
    /// Pause the AI for a contact.
    ContactPause { id: String, reason: String, by: String, until: Option<i64> },
    /// Let the AI answer again.
    ContactResume { id: String },
    /// The contact does not want to be written to.
    ContactOptOut { id: String },
    /// A contact's company.
    ContactCompany { id: String, company: String },
    /// Put a contact into a segment.
    ContactSegment { id: String, segment: String },
    /// Count one reply of the AI.
    LimitCount { limit: String, subject: String, bucket_start: i64 },
    /// An internal note.
    Note { id: String, conversation_id: String, author_id: String, author_name: String, body_text: String },
    /// A line of the timeline.
    Timeline(Box<TimelineEntry>),
    /// A rep has seen a conversation.
    UnreadClear { rep_id: String, conversation_id: String },
    /// A rep wants to see it again.
    UnreadMark { rep_id: String, conversation_id: String },
    /// Flip a switch.
    Switch { name: String, is_on: bool, reason: String, by: String },
    /// A workspace, unless it is there.
    Workspace { name: String },
    /// A rep, unless the address is taken.
    Rep { id: String, name: String, email: String, role: String },
    /// A key that may do all that its rep may, for good.
    ApiKey { id: String, rep_id: String, name: String, key_sha256: String },
    /// End a key.
    ApiKeyRevoke { id: String },
    /// A channel, unless its id is there.
    Channel { id: String, kind: String, name: String, address: String },
    /// Activate or disable a channel.
    ChannelStatus { id: String, status: &'static str },
    /// The files of a policy.
    PolicyVersion { digest: String, name: String, root: String, files: String },
    /// Who gets in, and how.
    Access(AccessWrite),
    /// A request is made once.
    Once(OnceWrite),
    /// Channels that are spoken with providers.
    Channels(ChannelWrite),
    /// What people do with conversations beside writing in them.
    Desk(DeskWrite),
    /// What keeps the desk in order: teams, who is where, notes, tags, settings.
    Office(OfficeWrite),
    /// A rep begins a conversation.
    Begin(Box<NewConversation>),
    /// Files that people send along.
    File(FileWrite),
    /// Files of messages that are fetched.
    Media(MediaWrite),
    /// Contacts are merged and erased, and who did what.
    Gone(GoneWrite),
    /// What people keep for themselves.
    Own(OwnWrite),
    /// What people, clocks and limits cause.
    People(PeopleWrite),
    /// What people found about the classifier's answers.
    Labels(LabelWrite),
    /// What the operating side causes.
    Job(JobWrite),
    /// What those cause who follow the event log.
    Events(EventWrite),
    /// Seal decisions, unless another process has sealed a block of this number.
    LedgerBlock(Box<NewBlock>),
    /// Put a policy in force where `previous` still is, and say who and why; nothing is written when another is.
    PolicyPublish(Box<NewActivation>),
    /// Keep a call of a language model.
    ModelCall(Box<NewModelCall>),
    /// Count an inbound request that was turned away.
    RejectedInbound { reason: String, day: i64 },
}

/// A call of a language model, and what it was for.
#[derive(Debug, Clone)]
pub struct NewModelCall {
    /// Its id.
    pub id: String,
    /// The message it was about.
    pub message_id: String,
    /// The run that made it.
    pub run_id: String,
    /// The call.
    pub call: ModelCall,
}

pub(super) async fn add_action(
    conn: &mut Conn<'_>,
    ws: &str,
    conversation_id: &str,
    reason: ActionReason,
    now: i64,
) -> Result<(), StoreError> {
    let mut actions = Set::new(&many::REQUIRES_ACTION_ADD);
    actions.push([ws.into(), conversation_id.into(), reason.as_str().into(), now.into()]);
    actions.execute(conn).await?;
    execute!(conn, sql::CONVERSATION_FLAG_ACTION, ws, conversation_id);
    Ok(())
}

pub(super) async fn remove_action(
    conn: &mut Conn<'_>,
    ws: &str,
    conversation_id: &str,
    reason: ActionReason,
) -> Result<(), StoreError> {
    if execute!(conn, sql::REQUIRES_ACTION_REMOVE, ws, conversation_id, reason.as_str()) > 0 {
        execute!(conn, sql::CONVERSATION_FLAG_ACTION, ws, conversation_id);
    }
    Ok(())
}

/// Takes back what a closed run had pending: its draft, its question, its effect.
pub(super) async fn withdraw(
    conn: &mut Conn<'_>,
    ws: &str,
    run_id: &str,
    draft_id: Option<&str>,
    draft_status: &str,
    now: i64,
    log: &mut Log,
) -> Result<(), StoreError> {
    if let Some(draft_id) = draft_id {
        let mut set = Set::new(&many::DRAFT_STATUS);
        set.push([ws.into(), draft_id.into(), draft_status.into(), now.into()]);
        set.execute(conn).await?;
        log.draft_status(draft_id, draft_status);
    }
    let withdrawn = ApprovalEnd { state: "withdrawn", by: None, draft_version: None, reason: Some(draft_status) };
    settle_approval(conn, ws, run_id, withdrawn, now, log).await?;
    execute!(conn, sql::LIMIT_WAIT_END, ws, run_id);
    cancel_effect(conn, ws, run_id, now).await
}

/// How an approval ended.
struct ApprovalEnd<'a> {
    state: &'a str,
    by: Option<&'a str>,
    draft_version: Option<i64>,
    reason: Option<&'a str>,
}

/// Settles what a run waits for, if it waits.
async fn settle_approval(
    conn: &mut Conn<'_>,
    ws: &str,
    run_id: &str,
    end: ApprovalEnd<'_>,
    now: i64,
    log: &mut Log,
) -> Result<(), StoreError> {
    let ApprovalEnd { state, by, draft_version, reason } = end;
    let settled: Vec<(String,)> = fetch!(conn, sql::APPROVAL_DECIDE, ws, run_id, state, by, now, draft_version, reason);
    for (id,) in settled {
        log.approval(&id, state, reason);
    }
    Ok(())
}

/// Takes back an effect that was not begun, and the message of one whose earlier attempt failed.
async fn cancel_effect(conn: &mut Conn<'_>, ws: &str, run_id: &str, now: i64) -> Result<(), StoreError> {
    let cancelled: Vec<(String,)> = fetch!(conn, sql::EFFECT_CANCEL_OF_RUN, ws, run_id, now);
    let mut set = Set::new(&many::MESSAGE_STATUS);
    for (message_id,) in &cancelled {
        set.push([ws.into(), message_id.into(), "cancelled".into()]);
    }
    set.execute(conn).await
}

impl Write {
    /// Makes it; what it learns from the store about what it did, it tells.
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        if Kinds::takes(self) {
            let mut kinds = Kinds::new();
            kinds.add(self, ws, now, None);
            return kinds.write(conn).await;
        }
        match self {
            Self::DraftEdit { id, version, author, subject, body_text, content_sha256 } => {
                let subject = subject.as_deref();
                execute!(conn, sql::DRAFT_EDIT, ws, id, subject, body_text, content_sha256, now);
                let mut set = Set::new(&many::DRAFT_VERSION_INSERT);
                set.push([
                    ws.into(),
                    id.into(),
                    (*version).into(),
                    author.into(),
                    subject.into(),
                    body_text.into(),
                    content_sha256.into(),
                    now.into(),
                ]);
                set.execute(conn).await?;
            }
            Self::ApprovalDecided { run_id, state, by, draft_version, reason } => {
                let (by, reason) = (by.as_deref(), reason.as_deref());
                let end = ApprovalEnd { state, by, draft_version: *draft_version, reason };
                settle_approval(conn, ws, run_id, end, now, log).await?;
            }
            Self::EffectCancel { run_id } => cancel_effect(conn, ws, run_id, now).await?,
            Self::ActionRemove { conversation_id, reason } => remove_action(conn, ws, conversation_id, *reason).await?,
            Self::ContactPause { id, reason, by, until } => {
                execute!(conn, sql::CONTACT_PAUSE, ws, id, reason, by, now, *until);
            }
            Self::ContactResume { id } => {
                execute!(conn, sql::CONTACT_RESUME, ws, id);
            }
            Self::ContactOptOut { id } => {
                execute!(conn, sql::CONTACT_OPT_OUT, ws, id, now);
            }
            Self::ContactCompany { id, company } => {
                execute!(conn, sql::CONTACT_SET_COMPANY, ws, id, company);
            }
            Self::ContactSegment { id, segment } => {
                execute!(conn, sql::CONTACT_SEGMENT_ADD, ws, id, segment);
            }
            Self::Note { id, conversation_id, author_id, author_name, body_text } => {
                execute!(conn, sql::NOTE_INSERT, ws, id, conversation_id, author_id, author_name, body_text, now);
            }
            Self::UnreadClear { rep_id, conversation_id } => {
                execute!(conn, sql::UNREAD_CLEAR, ws, rep_id, conversation_id);
            }
            Self::UnreadMark { rep_id, conversation_id } => {
                execute!(conn, sql::UNREAD_MARK, ws, rep_id, conversation_id);
            }
            Self::Switch { name, is_on, reason, by } => {
                execute!(conn, sql::SWITCH_SET, ws, name, *is_on, reason, by, now);
                execute!(conn, sql::SWITCH_COUNT, ws);
            }
            Self::Workspace { name } => {
                execute!(conn, sql::WORKSPACE_ENSURE, ws, name, now);
            }
            Self::Rep { id, name, email, role } => {
                execute!(conn, sql::REP_INSERT, ws, id, name, email, role, now);
            }
            Self::ApiKey { id, rep_id, name, key_sha256 } => {
                let key = NewKey::plain(id.clone(), rep_id.clone(), name.clone(), key_sha256.clone());
                AccessWrite::Key(Box::new(key)).apply(conn, ws, now).await?;
            }
            Self::ApiKeyRevoke { id } => {
                execute!(conn, sql::API_KEY_REVOKE, ws, id, now);
            }
            Self::Channel { id, kind, name, address } => {
                execute!(conn, sql::CHANNEL_INSERT, ws, id, kind, name, address, now);
            }
            Self::ChannelStatus { id, status } => {
                execute!(conn, sql::CHANNEL_SET_STATUS, ws, id, *status);
            }
            Self::PolicyVersion { digest, name, root, files } => {
                execute!(conn, sql::POLICY_VERSION_INSERT, ws, digest, name, root, files, now);
            }
            Self::Access(write) => write.apply(conn, ws, now).await?,
            Self::Once(write) => write.apply(conn, ws, now).await?,
            Self::Channels(write) => write.apply(conn, ws, now, log).await?,
            Self::Desk(write) => write.apply(conn, ws, now).await?,
            Self::Office(write) => write.apply(conn, ws, now, log).await?,
            Self::Begin(write) => write.apply(conn, ws, now, log).await?,
            Self::File(write) => write.apply(conn, ws, now).await?,
            Self::Media(write) => write.apply(conn, ws, now, log).await?,
            Self::Gone(write) => write.apply(conn, ws, now).await?,
            Self::Own(write) => write.apply(conn, ws, now).await?,
            Self::People(write) => write.apply(conn, ws, now, log).await?,
            Self::Labels(write) => write.apply(conn, ws, now).await?,
            Self::Events(write) => write.apply(conn, ws, now).await?,
            Self::Job(write) => write.apply(conn, ws, now).await?,
            Self::LedgerBlock(block) => block.insert(conn, ws, now).await?,
            Self::PolicyPublish(activation) => activation.apply(conn, ws, now).await?,
            Self::ModelCall(new) => {
                let (call, at) = (&new.call, now);
                execute!(
                    conn,
                    sql::MODEL_CALL_INSERT,
                    ws,
                    &new.id,
                    &new.message_id,
                    &new.run_id,
                    call.purpose,
                    &call.model,
                    call.prompt_version,
                    &call.request,
                    call.answer.as_deref(),
                    call.error.as_deref(),
                    call.tokens_in,
                    call.tokens_out,
                    call.cost_micros,
                    call.took_ms,
                    at
                );
            }
            Self::RejectedInbound { reason, day } => {
                execute!(conn, sql::REJECTED_ADD, reason, *day);
            }
            // Gathered by kind, above.
            Self::Step { .. }
            | Self::Classified { .. }
            | Self::Draft { .. }
            | Self::DraftStatus { .. }
            | Self::Decision { .. }
            | Self::Approval { .. }
            | Self::Effect { .. }
            | Self::EffectStart { .. }
            | Self::EffectFinish { .. }
            | Self::Route { .. }
            | Self::ActionAdd { .. }
            | Self::LimitCount { .. }
            | Self::Timeline(_) => {}
        }
        Ok(())
    }
}
