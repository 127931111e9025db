//! Storing one inbound message: raw event, contact, conversation, message, run. All or nothing, and once.

use super::rows::{ContactRow, ConversationRow, SeenRow, SupersededRow};
use super::statements as sql;
use super::transition::TimelineEntry;
use super::write;
use super::{Conn, StoreError, execute, on, read};
use crate::domain::{ActionReason, ChannelKind};

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
    pub language: Option<String>,
    pub occurred_at: i64,
    pub now_ms: i64,
    /// Ids to use for what has to be created.
    pub ids: IngestIds,
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

/// Threads longer than this are matched on their nearest ids only.
pub(crate) const MOST_THREAD_IDS: usize = 24;

impl Ingest {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>) -> Result<Ingested, StoreError> {
        let (ws, ids) = (&self.workspace_id, &self.ids);
        let warnings = serde_json::to_string(&self.warnings).unwrap_or_else(|_| "[]".to_owned());
        let fresh: Option<(String,)> = on!(conn, |c| sqlx::query_as(sql::RAW_EVENT_INSERT)
            .bind(ws)
            .bind(&ids.raw_event)
            .bind(&self.channel_id)
            .bind(&self.dedupe_key)
            .bind(&self.content_type)
            .bind(&self.source)
            .bind(&self.bytes)
            .bind(&warnings)
            .bind(self.now_ms)
            .fetch_optional(c)
            .await?);
        if fresh.is_none() {
            return self.seen_before(conn).await;
        }
        let contact = self.contact(conn).await?;
        let (conversation_id, stranger) = self.conversation(conn, &contact).await?;
        let (seq,): (i64,) = on!(conn, |c| sqlx::query_as(sql::CONVERSATION_TOUCH_INBOUND)
            .bind(ws)
            .bind(&conversation_id)
            .bind(write::preview(&self.body_text))
            .bind(self.now_ms)
            .fetch_one(c)
            .await?);
        self.insert_message(conn, &conversation_id, seq, contact.name.as_deref()).await?;
        if let Some(external) = &self.external_id {
            write::remember_ref(conn, ws, external, &conversation_id, &ids.message).await?;
        }
        if matches!(self.kind, "message" | "unparsable") {
            execute!(conn, sql::UNREAD_ADD, ws, &conversation_id, self.channel_kind.as_str(), self.now_ms);
        } else {
            write::move_unread(conn, ws, &conversation_id, self.now_ms).await?;
        }
        if self.unreadable {
            write::add_action(conn, ws, &conversation_id, ActionReason::Unreadable, self.now_ms).await?;
        }
        self.entry(&conversation_id, &contact, stranger).insert(conn, ws).await?;
        if self.kind == "message" && !self.automated {
            self.supersede(conn, &conversation_id, &contact.id).await?;
        }
        execute!(conn, sql::RUN_INSERT, ws, &ids.run, &ids.message, &conversation_id, seq, self.now_ms);
        Ok(Ingested {
            duplicate: false,
            message_id: ids.message.clone(),
            conversation_id,
            run_id: ids.run.clone(),
            seq,
        })
    }

    async fn seen_before(&self, conn: &mut Conn<'_>) -> Result<Ingested, StoreError> {
        let seen: Option<SeenRow> = on!(conn, |c| sqlx::query_as(sql::MESSAGE_OF_RAW_EVENT)
            .bind(&self.workspace_id)
            .bind(&self.channel_id)
            .bind(&self.dedupe_key)
            .fetch_optional(c)
            .await?);
        let seen = seen.ok_or_else(|| StoreError::Inconsistent {
            table: "raw_event",
            reason: format!("`{}` has no message", self.dedupe_key),
        })?;
        Ok(Ingested {
            duplicate: true,
            message_id: seen.message_id,
            conversation_id: seen.conversation_id,
            run_id: seen.run_id,
            seq: 0,
        })
    }

    /// Finds or makes the contact, and locks its row.
    async fn contact(&self, conn: &mut Conn<'_>) -> Result<ContactRow, StoreError> {
        let (ws, kind) = (&self.workspace_id, AddressKind::of(self.channel_kind).as_str());
        let known = read::contact_by_address(conn, ws, kind, &self.sender_address).await?;
        let id = if let Some(contact) = known {
            contact.id
        } else {
            execute!(
                conn,
                sql::CONTACT_INSERT,
                ws,
                &self.ids.contact,
                self.sender_name.as_deref(),
                self.company.as_deref(),
                self.now_ms
            );
            let taken: Option<(String,)> = on!(conn, |c| sqlx::query_as(sql::CONTACT_ADDRESS_INSERT)
                .bind(ws)
                .bind(kind)
                .bind(&self.sender_address)
                .bind(&self.ids.contact)
                .fetch_optional(c)
                .await?);
            if taken.is_none() {
                // Another process stored the first message of the same stranger just now.
                return Err(StoreError::Contended);
            }
            self.ids.contact.clone()
        };
        Ok(on!(conn, |c| sqlx::query_as(sql::CONTACT_TOUCH)
            .bind(ws)
            .bind(&id)
            .bind(self.sender_name.as_deref())
            .fetch_one(c)
            .await?))
    }

    /// The conversation the message belongs to, and whether it quotes one of somebody else.
    ///
    /// A message id is no capability: a stranger who quotes one starts a conversation of their own.
    async fn conversation(&self, conn: &mut Conn<'_>, contact: &ContactRow) -> Result<(String, bool), StoreError> {
        let ws = &self.workspace_id;
        let mut stranger = false;
        for reference in self.thread_ids.iter().take(MOST_THREAD_IDS) {
            let found: Option<ConversationRow> = on!(conn, |c| sqlx::query_as(sql::CONVERSATION_BY_REF)
                .bind(ws)
                .bind(reference)
                .fetch_optional(c)
                .await?);
            match found {
                Some(conversation) if conversation.contact_id == contact.id => return Ok((conversation.id, false)),
                Some(_) => stranger = true,
                None => {}
            }
        }
        if self.channel_kind != ChannelKind::Email {
            let open: Option<ConversationRow> = on!(conn, |c| sqlx::query_as(sql::CONVERSATION_OPEN_OF_CONTACT)
                .bind(ws)
                .bind(&contact.id)
                .bind(&self.channel_id)
                .fetch_optional(c)
                .await?);
            if let Some(conversation) = open {
                return Ok((conversation.id, false));
            }
        }
        execute!(
            conn,
            sql::CONVERSATION_INSERT,
            ws,
            &self.ids.conversation,
            &self.channel_id,
            self.channel_kind.as_str(),
            &contact.id,
            self.subject.as_deref(),
            self.now_ms
        );
        Ok((self.ids.conversation.clone(), stranger))
    }

    async fn insert_message(
        &self,
        conn: &mut Conn<'_>,
        conversation_id: &str,
        seq: i64,
        contact_name: Option<&str>,
    ) -> Result<(), StoreError> {
        let refs = serde_json::to_string(&self.thread_ids).unwrap_or_else(|_| "[]".to_owned());
        execute!(
            conn,
            sql::MESSAGE_INSERT,
            &self.workspace_id,
            &self.ids.message,
            conversation_id,
            seq,
            "inbound",
            self.channel_kind.as_str(),
            self.kind,
            self.automated,
            "contact",
            None::<&str>,
            self.sender_name.as_deref().or(contact_name),
            &self.from_address,
            &self.to_address,
            self.subject.as_deref(),
            &self.body_text,
            &self.full_text,
            self.body_html.as_deref(),
            &self.attachments,
            self.external_id.as_deref(),
            &refs,
            self.language.as_deref(),
            "received",
            &self.ids.raw_event,
            None::<&str>,
            self.occurred_at,
            self.now_ms
        );
        Ok(())
    }

    fn entry(&self, conversation_id: &str, contact: &ContactRow, stranger: bool) -> TimelineEntry {
        let who = self.sender_name.as_deref().or(contact.name.as_deref()).unwrap_or(&self.from_address);
        let what = match self.kind {
            "auto_reply" => "An automatic reply",
            "bounce" => "A bounce",
            "complaint" => "A complaint report",
            "unparsable" => "A message that could not be read",
            _ => "A message",
        };
        let mut summary = format!("{what} by {} from {who}", self.channel_kind);
        if stranger {
            summary.push_str("; it quotes a message of another contact's conversation and was kept apart");
        }
        TimelineEntry {
            id: self.ids.timeline.clone(),
            conversation_id: conversation_id.to_owned(),
            contact_id: contact.id.clone(),
            kind: "message_received",
            actor_kind: "contact",
            actor_name: Some(who.to_owned()),
            summary,
            refers_to: Some(self.ids.message.clone()),
            data: serde_json::json!({ "kind": self.kind, "warnings": self.warnings }),
            at: self.now_ms,
        }
    }

    /// What was parked on an older message no longer answers the contact.
    async fn supersede(&self, conn: &mut Conn<'_>, conversation_id: &str, contact_id: &str) -> Result<(), StoreError> {
        let ws = &self.workspace_id;
        let closed: Vec<SupersededRow> = on!(conn, |c| sqlx::query_as(sql::RUN_SUPERSEDE)
            .bind(ws)
            .bind(conversation_id)
            .bind(self.now_ms)
            .fetch_all(c)
            .await?);
        if closed.is_empty() {
            return Ok(());
        }
        for run in &closed {
            write::withdraw(conn, ws, &run.id, run.draft_id.as_deref(), "superseded", self.now_ms).await?;
        }
        write::remove_action(conn, ws, conversation_id, ActionReason::ApprovalPending).await?;
        if closed.iter().any(|run| run.author_kind == "rep") {
            write::add_action(conn, ws, conversation_id, ActionReason::ReplyWithdrawn, self.now_ms).await?;
        }
        let entry = TimelineEntry {
            id: self.ids.superseded_timeline.clone(),
            conversation_id: conversation_id.to_owned(),
            contact_id: contact_id.to_owned(),
            kind: "draft_superseded",
            actor_kind: "system",
            actor_name: None,
            summary: "What was waiting to be sent was withdrawn: the contact has written again".to_owned(),
            refers_to: closed.first().and_then(|run| run.draft_id.clone()),
            data: serde_json::json!({ "runs": closed.iter().map(|run| &run.id).collect::<Vec<_>>() }),
            at: self.now_ms,
        };
        entry.insert(conn, ws).await
    }
}
