//! What other programs tell of contacts: meetings, opportunities, sequences. A line of the timeline each, once, and nothing
//! else: no rule reads it and nothing leaves because of it.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::{OfficeWrite, TimelineEntry, Write, read};

/// What is told.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Who tells it, such as `hubspot`.
    pub source: &'a str,
    /// Its own name there: the same is told once.
    pub external_id: &'a str,
    /// The word in the timeline, such as `meeting_booked`.
    pub kind: &'static str,
    /// One sentence for people.
    pub summary: String,
    /// More, for programs; null for nothing.
    pub details: serde_json::Value,
    /// The person who tells it; none for a program.
    pub by: Option<&'a str>,
    /// When it happened, UTC milliseconds.
    pub at: i64,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// Its line of the timeline.
    pub timeline_id: String,
    /// The conversation.
    pub conversation_id: String,
    /// It was not told before.
    pub is_new: bool,
}

impl Engine {
    /// Keeps what is told in a conversation. What was told before stands where it stood, and nothing happens.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn tell(&self, workspace: &str, conversation_id: &str, told: Told<'_>) -> Result<Stands, EngineError> {
        let conversation = self.conversation_of(workspace, conversation_id).await?;
        let id = self.ids().next(IdKind::Timeline);
        let mut name = Sha256::new();
        // The length keeps one name from being two others side by side.
        name.update((told.source.len() as u64).to_be_bytes());
        name.update(told.source.as_bytes());
        name.update(told.external_id.as_bytes());
        let name_sha256 = data_encoding::HEXLOWER.encode(&name.finalize());
        let line = TimelineEntry {
            id: id.clone(),
            conversation_id: conversation.id.clone(),
            contact_id: conversation.contact_id,
            kind: told.kind,
            actor_kind: if told.by.is_some() { "rep" } else { "system" },
            actor_name: Some(told.by.unwrap_or(told.source).to_owned()),
            summary: told.summary,
            refers_to: None,
            data: json!({ "source": told.source, "external_id": told.external_id, "details": told.details }),
            at: told.at,
        };
        let write = OfficeWrite::Told { name_sha256: name_sha256.clone(), line: Box::new(line) };
        self.commit_writes(workspace, vec![Write::Office(write)]).await?;
        let mut reader = self.db().read().await?;
        // Where it stands nowhere the conversation was merged a moment ago.
        let stands = read::told(&mut reader.conn(), workspace, &name_sha256).await?;
        let stands = stands.ok_or_else(|| not_found("conversation", conversation_id))?;
        let is_new = stands.timeline_id == id;
        Ok(Stands { timeline_id: stands.timeline_id, conversation_id: stands.conversation_id, is_new })
    }

    /// A contact's latest conversation, where there is one.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the database fails.
    pub async fn latest_conversation(&self, workspace: &str, contact: &str) -> Result<Option<String>, EngineError> {
        let mut reader = self.db().read().await?;
        Ok(read::conversation_last(&mut reader.conn(), workspace, contact).await?.map(|row| row.0))
    }
}
