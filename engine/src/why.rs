//! Why the AI did, or did not, answer: loads what [`crate::decide::why`] looks at.

use crate::decide::record::Record;
use crate::decide::why::{Asked, Why, why};
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::{jobs, read};

/// The answer, and what it is about.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The message that was or was not answered; `None` when nobody outside has written.
    pub message_id: Option<String>,
    /// The AI's work on it.
    pub run_id: Option<String>,
    /// The latest decision about it.
    pub decision_id: Option<String>,
    /// Why.
    pub why: Why,
}

impl Engine {
    /// Why the AI did or did not answer a message of a conversation; the latest one from outside when none is named.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation, or no such message in it.
    pub async fn why(
        &self,
        workspace: &str,
        conversation_id: &str,
        message_id: Option<&str>,
    ) -> Result<Answer, EngineError> {
        let in_force = self.policies().in_force(self.db(), workspace).await.ok();
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let conversation = read::conversation(conn, workspace, conversation_id).await?;
        let conversation = conversation.ok_or_else(|| not_found("conversation", conversation_id))?;
        let message = match message_id {
            Some(id) => {
                let found = read::message(conn, workspace, id).await?;
                let found = found.filter(|message| message.conversation_id == conversation.id);
                Some(found.ok_or_else(|| not_found("message", id))?)
            }
            None => read::latest_inbound(conn, workspace, &conversation.id).await?,
        };
        let contact = read::contact(conn, workspace, &conversation.contact_id).await?;
        let contact = contact.ok_or_else(|| not_found("contact", &conversation.contact_id))?;
        let channel = read::channel_by_id(conn, &conversation.channel_id).await?;
        let channel = channel.ok_or_else(|| not_found("channel", &conversation.channel_id))?;
        let run = match &message {
            Some(message) => read::run_of_message(conn, workspace, &message.id).await?,
            None => None,
        };
        let decision = match &message {
            Some(message) => read::decisions_of_message(conn, workspace, &message.id).await?.into_iter().next(),
            None => None,
        };
        let (approval, failure, job) = match &run {
            Some(run) => (
                read::approval_pending(conn, workspace, &run.id).await?,
                read::run_errors(conn, workspace, &run.id, i64::MAX, 1).await?.into_iter().next(),
                jobs::one(conn, workspace, &run.id).await?,
            ),
            None => (None, None, None),
        };
        let switches = read::switches(conn, workspace).await?;
        drop(reader);
        // A record that cannot be read is none: what it said is not known.
        let record: Option<Record> = decision.as_ref().and_then(|row| serde_json::from_str(&row.record).ok());
        let policy = in_force.as_deref().map(|in_force| &in_force.policy);
        let agent = policy.and_then(|policy| policy.ai_agent_on(&conversation.channel_kind));
        let why = why(&Asked {
            conversation: &conversation,
            contact: &contact,
            channel: &channel,
            message: message.as_ref(),
            run: run.as_ref(),
            decision: decision.as_ref().map(|row| (row.id.as_str(), record.as_ref())),
            approval: approval.as_ref(),
            failure: failure.as_ref(),
            in_doubt: job.is_some_and(|job| job.effect.as_deref() == Some("in_doubt")),
            kill_switch: switches.iter().any(|switch| switch.name == "kill_switch" && switch.is_on),
            has_policy: policy.is_some(),
            agent: agent.map(|agent| agent.name.as_str()),
            now_ms: self.clock().now_ms(),
        });
        Ok(Answer {
            message_id: message.map(|message| message.id),
            run_id: run.map(|run| run.id),
            decision_id: decision.map(|row| row.id),
            why,
        })
    }
}
