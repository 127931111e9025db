//! Messages, either way.

pub(crate) mod decisions;
pub(crate) mod deliveries;
pub(crate) mod get;
pub(crate) mod html;
pub(crate) mod intent;
pub(crate) mod list;
pub(crate) mod raw;
pub(crate) mod suggest;

use remit_engine::store::read;
use remit_engine::store::rows::MessageRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::state::App;
use super::time::Timestamp;

/// A message. Its texts come from strangers and from models: show them as text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its id, `msg_…`.
    id: String,
    /// Its conversation.
    conversation_id: String,
    /// Its number in the conversation, from 1.
    seq: i64,
    /// `inbound` or `outbound`.
    direction: String,
    /// Kind of channel.
    channel: String,
    /// `message`, `auto_reply`, `bounce`, `complaint` or `unparsable`.
    kind: String,
    /// Made by a machine, or not to be answered by one.
    automated: bool,
    /// Who wrote it.
    author: Author,
    /// Address of the sender.
    from: String,
    /// Address of the recipient.
    to: String,
    /// Subject, for mail.
    #[schema(required)]
    subject: Option<String>,
    /// What was written this time, without quoted history.
    body_text: String,
    /// Whether `body.html` has something to show.
    has_html: bool,
    /// What came with it.
    attachments: Vec<Attachment>,
    /// `received`, or how far it has got: `queued`, `sending`, `sent`, `delivered`, `read`, `failed`, `bounced`,
    /// `complained`, `expired`, `opted_out`, `cancelled` or `needs_review`. What a provider tells never takes it back to an
    /// earlier one; `deliveries` has all of it.
    status: String,
    /// What the classifier made of it; null before it was read, and for machine mail.
    #[schema(required)]
    intent: Option<IntentFound>,
    /// ISO 639-1 code of the language, where it could be told.
    #[schema(required)]
    language: Option<String>,
    /// The AI wrote the first version of it, whoever released it.
    ai_generated: bool,
    /// The draft it was sent from: `take-back` of it cancels what has not left yet, and `retry` of its job tries again what failed.
    #[schema(required)]
    draft_id: Option<String>,
    /// When it was sent, by the sender's word.
    occurred_at: Timestamp,
    /// When it was stored here.
    created_at: Timestamp,
}

/// Who wrote a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Author {
    /// `contact`, `ai_agent`, `rep` or `system`.
    kind: String,
    /// Name, where known.
    #[schema(required)]
    name: Option<String>,
}

/// A file that came with a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attachment {
    /// File name, as the sender wrote it.
    name: String,
    /// MIME type, as the sender wrote it.
    #[serde(rename = "type")]
    media_type: String,
    /// Bytes.
    size: u64,
    /// Its place among the message's attachments, from 1: what `attachments/{position}` names.
    position: usize,
    /// The HTML shows it in place.
    inline: bool,
    /// What the HTML calls it after `cid:`; null where it does not show it.
    #[schema(required)]
    content_id: Option<String>,
    /// Its bytes are here and can be fetched.
    has_content: bool,
    /// `here`; `waiting` while it is fetched from the provider; `missing` where that failed for good; `elsewhere` where it
    /// stayed with whoever delivered the message.
    state: AttachmentState,
    /// Why it is missing; null else.
    #[schema(required)]
    missing_reason: Option<String>,
}

/// Where the bytes of an attachment are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttachmentState {
    /// Here.
    Here,
    /// They are being fetched.
    Waiting,
    /// They could not be fetched, and it is not tried any more.
    Missing,
    /// They were never handed over.
    Elsewhere,
}

/// What is kept of an attachment, whoever it came from.
#[derive(Debug, Deserialize)]
struct KeptAttachment {
    name: String,
    #[serde(rename = "type")]
    media_type: String,
    size: u64,
    /// Of those that we sent, and of those that were fetched.
    #[serde(default)]
    id: Option<String>,
    /// Of those that the provider keeps.
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    /// Of those that could not be fetched.
    #[serde(default)]
    missing: Option<String>,
    /// Of those that stand in a mail.
    #[serde(default)]
    inline: Option<bool>,
    /// Of those that the mail's HTML shows.
    #[serde(default)]
    content_id: Option<String>,
}

impl KeptAttachment {
    fn state(&self) -> AttachmentState {
        if self.id.is_some() || self.inline.is_some() {
            AttachmentState::Here
        } else if self.missing.is_some() {
            AttachmentState::Missing
        } else if self.reference.as_ref().is_some_and(|reference| !reference.is_empty()) {
            AttachmentState::Waiting
        } else {
            AttachmentState::Elsewhere
        }
    }
}

impl Attachment {
    fn all(kept: &str) -> Vec<Self> {
        let kept: Vec<KeptAttachment> = serde_json::from_str(kept).unwrap_or_default();
        let shown = kept.into_iter().enumerate().map(|(at, kept)| {
            let state = kept.state();
            Self {
                name: kept.name,
                media_type: kept.media_type,
                size: kept.size,
                position: at + 1,
                inline: kept.inline.unwrap_or(false),
                content_id: kept.content_id,
                has_content: state == AttachmentState::Here,
                state,
                missing_reason: kept.missing,
            }
        });
        shown.collect()
    }
}

/// What a classifier made of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IntentFound {
    /// The intent; null when none fits.
    #[schema(required)]
    label: Option<String>,
    /// How likely it is right, 0 to 1.
    #[schema(required)]
    confidence: Option<f64>,
    /// How far it is ahead of the second best, 0 to 1.
    #[schema(required)]
    margin: Option<f64>,
}

/// Probabilities are stored in thousandths.
fn probability(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

impl IntentFound {
    /// What this message is taken for; `None` while nobody has looked.
    pub(crate) fn of(row: &MessageRow) -> Option<Self> {
        row.classifier.is_some().then(|| Self {
            label: row.intent.clone(),
            confidence: row.confidence.map(probability),
            margin: row.margin.map(probability),
        })
    }
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        let intent = IntentFound::of(&row);
        Self {
            id: row.id,
            conversation_id: row.conversation_id,
            seq: row.seq,
            ai_generated: row.direction == "outbound" && row.author_kind == "ai_agent",
            direction: row.direction,
            channel: row.channel_kind,
            kind: row.kind,
            automated: row.automated,
            author: Author { kind: row.author_kind, name: row.author_name },
            from: row.from_address,
            to: row.to_address,
            subject: row.subject,
            body_text: row.body_text,
            has_html: row.body_html.is_some_and(|html| !html.trim().is_empty()),
            attachments: Attachment::all(&row.attachments),
            status: row.status,
            intent,
            language: row.language,
            draft_id: row.draft_id,
            occurred_at: Timestamp(row.occurred_at),
            created_at: Timestamp(row.created_at),
        }
    }
}

/// The message, or 404.
pub(crate) async fn found<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<MessageRow, ApiError> {
    let mut reader = app.read().await?;
    read::message(&mut reader.conn(), rep.workspace(), id).await?.ok_or_else(|| ApiError::not_found("message"))
}
