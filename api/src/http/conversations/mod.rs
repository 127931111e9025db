//! Conversations: threads with one contact on one channel.

pub(crate) mod ai_status;
pub(crate) mod assign;
pub(crate) mod assign_team;
pub(crate) mod begin;
pub(crate) mod bulk;
pub(crate) mod change;
pub(crate) mod close;
pub(crate) mod counts;
pub(crate) mod filter;
pub(crate) mod flag;
pub(crate) mod get;
pub(crate) mod hand_back;
pub(crate) mod list;
pub(crate) mod mark_read;
pub(crate) mod mark_unread;
pub(crate) mod merge;
pub(crate) mod presence;
pub(crate) mod reopen;
pub(crate) mod reply;
pub(crate) mod snooze;
pub(crate) mod tag;
pub(crate) mod take_over;

use axum::Json;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::inbox::{self, InboxRow};
use remit_engine::store::{Conn, read};
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::etag::etag;
use super::state::App;
use super::tags::{self, Tag};
use super::time::Timestamp;

/// A conversation, as lists and its own page show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Conversation {
    /// Its id, `cnv_…`.
    id: String,
    /// Subject, where the channel has one.
    #[schema(required)]
    subject: Option<String>,
    /// Kind of channel: `email`, `sms`, `whatsapp`, `chat` or `voice`.
    #[schema(example = "email")]
    channel: String,
    /// The channel account, `chn_…`.
    channel_id: String,
    /// Who it is with.
    contact: ContactSummary,
    /// The first words of the latest message.
    preview: String,
    /// Who wrote it: `contact`, `ai_agent`, `rep` or `system`; null before anything was said.
    #[schema(required)]
    last_author: Option<String>,
    /// Messages from outside that you have not seen.
    unread_count: i64,
    /// Whether and why a person must look.
    requires_action: RequiresAction,
    /// `open`, `snoozed` or `closed`.
    status: String,
    /// When a snoozed one comes back.
    #[schema(required)]
    snoozed_until: Option<Timestamp>,
    /// What the AI does here, as the filter of this name means it: `paused` for the contact, `off` while a person writes, `held` by
    /// something of it that waits for a person or a time, `handling` a message, or `idle`.
    #[schema(example = "held")]
    ai_state: String,
    /// A person writes here; the AI is silent until it is handed back.
    human_active: bool,
    /// Who looks after it; null when nobody in particular does.
    #[schema(required)]
    assignee: Option<Assignee>,
    /// Its tags, in the order of their names.
    tags: Vec<Tag>,
    /// Team it was routed to.
    #[schema(required)]
    team: Option<String>,
    /// Person it was routed to.
    #[schema(required)]
    person: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[schema(required)]
    priority: Option<String>,
    /// When somebody should have answered.
    #[schema(required)]
    sla_at: Option<Timestamp>,
    /// When anything last happened; lists are sorted by it.
    last_activity_at: Timestamp,
    /// When the contact last wrote.
    #[schema(required)]
    last_inbound_at: Option<Timestamp>,
    /// When it began.
    created_at: Timestamp,
    /// Counts its messages; what drafts are based on.
    revision: i64,
    /// Counts its changes.
    version: i64,
    /// What was asked for with `include`, at the conversation's own path; null else.
    #[schema(required)]
    included: Option<Box<get::Included>>,
}

/// The contact of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactSummary {
    /// Its id, `con_…`.
    id: String,
    /// Name, where known.
    #[schema(required)]
    name: Option<String>,
    /// Company, where known.
    #[schema(required)]
    company: Option<String>,
    /// A mail address.
    #[schema(required)]
    email: Option<String>,
    /// A phone number.
    #[schema(required)]
    phone: Option<String>,
    /// The AI does not answer this contact now.
    ai_paused: bool,
    /// Why not.
    #[schema(required)]
    ai_pause_reason: Option<String>,
}

/// Who looks after a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Assignee {
    /// The user, `usr_…`.
    id: String,
    /// Their name.
    name: String,
}

/// Whether a person must look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequiresAction {
    /// Yes or no.
    flag: bool,
    /// Why, the oldest reason first: `approval_pending`, `low_confidence`, `escalation` and so on.
    reasons: Vec<String>,
}

/// A pause that has run out is none.
pub(crate) fn paused_now(paused: bool, until: Option<i64>, now_ms: i64) -> bool {
    paused && until.is_none_or(|until| until > now_ms)
}

impl Conversation {
    /// What a row looks like from outside at `now_ms`.
    pub(crate) fn of(row: InboxRow, now_ms: i64) -> Self {
        let inner = row.conversation;
        let ai_paused = paused_now(row.ai_paused, row.ai_paused_until, now_ms);
        let reasons = row.reasons.unwrap_or_default();
        let (email, phone) = row.contact_addresses.split_once('\n').unwrap_or_default();
        let given = |address: &str| (!address.is_empty()).then(|| address.to_owned());
        // In the order in which the filter looks.
        let ai_state = match row.ai_stage.as_deref() {
            _ if ai_paused => "paused",
            _ if inner.human_active => "off",
            None => "idle",
            Some("") => "handling",
            Some(_) => "held",
        };
        Self {
            id: inner.id,
            subject: inner.subject,
            channel: inner.channel_kind,
            channel_id: inner.channel_id,
            contact: ContactSummary {
                id: inner.contact_id,
                name: row.contact_name,
                company: row.contact_company,
                email: given(email),
                phone: given(phone),
                ai_paused,
                ai_pause_reason: row.ai_pause_reason.filter(|_| ai_paused),
            },
            preview: inner.preview,
            last_author: row.last_author,
            unread_count: row.unread,
            requires_action: RequiresAction {
                flag: inner.requires_action,
                reasons: reasons.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            },
            snoozed_until: inner.snoozed_until.filter(|_| inner.status == "snoozed").map(Timestamp),
            ai_state: ai_state.to_owned(),
            human_active: inner.human_active,
            assignee: row.assignee_id.map(|id| Assignee { id, name: row.assignee_name.unwrap_or_default() }),
            tags: tags::read(row.tags),
            status: inner.status,
            team: inner.team,
            person: inner.person,
            priority: inner.priority,
            sla_at: inner.sla_at.map(Timestamp),
            last_activity_at: Timestamp(inner.last_activity_at),
            last_inbound_at: inner.last_inbound_at.map(Timestamp),
            created_at: Timestamp(inner.created_at),
            revision: inner.revision,
            version: inner.version,
            included: None,
        }
    }
}

/// The conversation as the rep sees it, or 404; 410 where it was merged into another.
async fn shown<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Conversation, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    match inbox::one(conn, rep.workspace(), id, &rep.row.id).await? {
        Some(row) => Ok(Conversation::of(row, app.now_ms())),
        None => Err(absent(conn, rep.workspace(), id).await?),
    }
}

/// The same with its version as `ETag`.
async fn tagged<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Response, ApiError> {
    let conversation = shown(app, rep, id).await?;
    Ok(([(ETAG, etag(conversation.version)?)], Json(conversation)).into_response())
}

/// 404 unless there is such a conversation: what hangs on one that does not exist is not an empty list. 410 where it was
/// merged into another.
pub(crate) async fn must_exist<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<(), ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    match read::conversation(conn, rep.workspace(), id).await? {
        Some(_) => Ok(()),
        None => Err(absent(conn, rep.workspace(), id).await?),
    }
}

/// Why there is no such conversation.
async fn absent(conn: &mut Conn<'_>, workspace: &str, id: &str) -> Result<ApiError, ApiError> {
    let joined = read::conversation_joined(conn, workspace, id).await?;
    Ok(joined.map_or_else(|| ApiError::not_found("conversation"), |joined| ApiError::merged(joined.into_id)))
}
