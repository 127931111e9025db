//! An inbound message on its way into the store: raw event, contact, conversation, message, run. All or nothing, and once.

use super::rows::{ChannelRow, ContactRow, ConversationRow, MessageRow, RunRow, SwitchRow};
use crate::domain::{ChannelKind, Stage};

/// Kinds of address, each a name space of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Mail.
    Email,
    /// A phone number: SMS, WhatsApp and voice share it.
    Phone,
    /// A visitor of the chat box.
    Chat,
}

impl AddressKind {
    /// The kind of address a channel uses.
    #[must_use]
    pub const fn of(channel: ChannelKind) -> Self {
        match channel {
            ChannelKind::Email => Self::Email,
            ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Voice => Self::Phone,
            ChannelKind::Chat => Self::Chat,
        }
    }

    /// The word in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Chat => "chat",
        }
    }
}

/// Everything about one inbound message that is known before it is stored.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `raw_event` and `message`")]
pub struct Ingest {
    pub workspace_id: String,
    pub channel_id: String,
    pub channel_kind: ChannelKind,
    pub dedupe_key: String,
    pub content_type: String,
    /// Where it came from, for people: a file name, `api`, `maildir`.
    pub source: String,
    pub bytes: Vec<u8>,
    pub warnings: Vec<String>,
    /// Normalised address of the sender.
    pub sender_address: String,
    pub sender_name: Option<String>,
    pub company: Option<String>,
    /// `message`, `auto_reply`, `bounce`, `complaint` or `unparsable`.
    pub kind: &'static str,
    /// Made by a machine, or not to be answered by one.
    pub automated: bool,
    /// It cannot be read, or names no sender: a person is asked to look.
    pub unreadable: bool,
    pub from_address: String,
    pub to_address: String,
    pub subject: Option<String>,
    pub body_text: String,
    pub full_text: String,
    pub body_html: Option<String>,
    /// JSON array of `{name, type, size}`.
    pub attachments: String,
    pub external_id: Option<String>,
    /// Message ids this one answers, nearest first.
    pub thread_ids: Vec<String>,
    /// What may be tokens of ours in the addresses that it was sent to.
    pub reply_tokens: Vec<String>,
    /// The first of `thread_ids` is proven by such a token: whoever wrote it was given our reply address.
    pub proven: bool,
    pub language: Option<String>,
    pub occurred_at: i64,
    pub now_ms: i64,
    /// Ids to use for what has to be created.
    pub ids: IngestIds,
    /// Set by an engine that will work on it at once.
    pub work_here: Option<WorkHere>,
}

/// Fresh ids for what an ingest may create.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "one id for each kind of row")]
pub struct IngestIds {
    pub raw_event: String,
    pub contact: String,
    pub conversation: String,
    pub message: String,
    pub run: String,
    pub timeline: String,
    pub superseded_timeline: String,
}

/// What became of an ingest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// True when the message was here already; nothing was written.
    pub duplicate: bool,
    /// The message.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
    /// The run that answers it.
    pub run_id: String,
    /// Its number in the conversation; 0 for a duplicate.
    pub seq: i64,
}

/// Asked of the store by whoever will work on the message at once, so that nothing has to be loaded again.
#[derive(Debug, Clone)]
pub struct WorkHere {
    /// The limits whose counts the policy reads.
    pub limits: Vec<LimitAsked>,
    /// Where runs are leased: for whom and until when (UTC milliseconds).
    pub lease: Option<(String, i64)>,
}

/// A limit whose count is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitAsked {
    /// Name of the limit.
    pub limit: String,
    /// Whose sends it counts.
    pub subject: LimitSubject,
    /// Start of the bucket of time, UTC milliseconds.
    pub bucket_start: i64,
    /// How many it lets go in a bucket.
    pub most: i64,
}

/// Whose sends a limit counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitSubject {
    /// The contact's, who is only known once the message is stored.
    Contact,
    /// These.
    Named(String),
}

/// Where a run stands among those of its conversation, which are worked on one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InLane {
    /// At once: no other run of the conversation is on its way. On PostgreSQL it is leased then, and only then.
    Head,
    /// After one whose reply is just leaving: nothing that this one reads will change any more.
    Next,
    /// After others, which change what there is to read.
    Behind,
}

impl InLane {
    /// As the statement that starts a run says it.
    pub(super) const fn of(head: i64) -> Self {
        match head {
            1 => Self::Head,
            2 => Self::Next,
            _ => Self::Behind,
        }
    }
}

/// A message that was stored just now, and what its first step may read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are rows")]
pub struct Arrived {
    pub run: RunRow,
    /// Where it stands in its lane.
    pub in_lane: InLane,
    pub message: MessageRow,
    pub conversation: ConversationRow,
    pub contact: ContactRow,
    pub segments: Vec<String>,
    pub channel: ChannelRow,
    pub switches: Vec<SwitchRow>,
    /// True when it begins a conversation although it quotes one of another contact.
    pub third_party: bool,
    /// How much of the limits that were asked for is taken, in the same order: counted, or due to those who wait.
    pub taken: Vec<i64>,
}

/// Threads longer than this are matched on their nearest ids only.
pub(crate) const MOST_THREAD_IDS: usize = 24;

impl Ingest {
    /// The run as it was stored.
    pub(crate) fn run_row(&self, thread: &ConversationRow, epoch: i64) -> RunRow {
        RunRow {
            workspace_id: self.workspace_id.clone(),
            id: self.ids.run.clone(),
            message_id: self.ids.message.clone(),
            conversation_id: thread.id.clone(),
            seq: thread.revision,
            stage: Stage::Received,
            version: 1,
            attempt: 0,
            approved: false,
            held_since: None,
            ready_at: Some(self.now_ms),
            closed_reason: None,
            last_error: None,
            draft_id: None,
            decision_id: None,
            epoch,
            created_at: self.now_ms,
            updated_at: self.now_ms,
            author_kind: "ai_agent".to_owned(),
            instruction: None,
            asked_by: None,
        }
    }

    /// The message as it was stored.
    pub(crate) fn message_row(&self, thread: &ConversationRow, contact: &ContactRow) -> MessageRow {
        MessageRow {
            workspace_id: self.workspace_id.clone(),
            id: self.ids.message.clone(),
            conversation_id: thread.id.clone(),
            seq: thread.revision,
            direction: "inbound".to_owned(),
            channel_kind: self.channel_kind.as_str().to_owned(),
            kind: self.kind.to_owned(),
            automated: self.automated,
            author_kind: "contact".to_owned(),
            author_id: None,
            author_name: self.sender_name.clone().or_else(|| contact.name.clone()),
            from_address: self.from_address.clone(),
            to_address: self.to_address.clone(),
            subject: self.subject.clone(),
            body_text: self.body_text.clone(),
            full_text: self.full_text.clone(),
            body_html: self.body_html.clone(),
            attachments: self.attachments.clone(),
            external_id: self.external_id.clone(),
            reply_refs: self.reply_refs(),
            language: self.language.clone(),
            intent: None,
            confidence: None,
            margin: None,
            classifier: None,
            status: "received".to_owned(),
            raw_event_id: Some(self.ids.raw_event.clone()),
            draft_id: None,
            occurred_at: self.occurred_at,
            created_at: self.now_ms,
        }
    }

    /// The ids it answers, as they stand in its row.
    pub(super) fn reply_refs(&self) -> String {
        serde_json::to_string(&self.thread_ids).unwrap_or_else(|_| "[]".to_owned())
    }
}
