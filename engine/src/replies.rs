//! What a rep does in a conversation: reply, take over, hand back, snooze, close, log what happened elsewhere.

use crate::decide::reply::{Compose, Desk, LinkedIn};
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::rows::{ConversationRow, RepRow};
use crate::store::{StoreError, Write, read};

/// Something a rep does with a conversation that needs no more than the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// The AI is silent here until it is handed back; what it had pending is withdrawn.
    TakeOver,
    /// The AI may answer here again.
    HandBack,
    /// Out of sight until this time, UTC milliseconds, or until the contact writes.
    Snooze(i64),
    /// Back among the open ones.
    Reopen,
    /// Dealt with.
    Close,
}

impl Engine {
    /// Sends a rep's own reply, now or at a time, and withdraws what the AI had pending in the conversation. Gives the id
    /// of its draft, which can be taken back until it leaves.
    ///
    /// # Errors
    /// [`EngineError::Reply`] when it was not taken; nothing was changed then.
    pub async fn reply(&self, rep: &RepRow, conversation_id: &str, compose: &Compose) -> Result<String, EngineError> {
        self.written(rep, conversation_id, compose, false).await
    }

    /// The same as a draft that a person decides on, for a program that may send nothing itself.
    ///
    /// # Errors
    /// [`EngineError::Reply`] when it was not taken; nothing was changed then.
    pub async fn propose(&self, rep: &RepRow, conversation_id: &str, compose: &Compose) -> Result<String, EngineError> {
        self.written(rep, conversation_id, compose, true).await
    }

    async fn written(
        &self,
        rep: &RepRow,
        conversation_id: &str,
        compose: &Compose,
        proposed: bool,
    ) -> Result<String, EngineError> {
        let ws = &rep.workspace_id;
        // Its run cannot go on without a policy, though none is asked about what a person wrote.
        self.policies().in_force(self.db(), ws).await?;
        let conversation = self.conversation(rep, conversation_id).await?;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let contact = read::contact(conn, ws, &conversation.contact_id).await?;
        let contact = contact.ok_or_else(|| not_found("contact", &conversation.contact_id))?;
        let channel = read::channel_by_id(conn, &conversation.channel_id).await?;
        let channel = channel.ok_or_else(|| not_found("channel", &conversation.channel_id))?;
        let answered = read::latest_inbound(conn, ws, conversation_id).await?;
        drop(reader);
        let desk = self.desk(rep, &conversation);
        let files = self.files(ws, &compose.files).await?;
        let (draft_id, writes) = if proposed {
            desk.propose(&contact, &channel.status, answered.as_ref(), compose, &files)?
        } else {
            desk.reply(&contact, &channel.status, answered.as_ref(), compose, &files)?
        };
        match self.commit_writes(ws, writes).await {
            // Forgotten between the look and the commit: it was a day old.
            Err(StoreError::Stale("attachment")) => return Err(not_found("attachment", "named")),
            done => done?,
        }
        self.wake();
        Ok(draft_id)
    }

    /// Takes over, hands back, snoozes, opens or closes a conversation.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn gesture(&self, rep: &RepRow, conversation_id: &str, gesture: Gesture) -> Result<(), EngineError> {
        let conversation = self.conversation(rep, conversation_id).await?;
        let desk = self.desk(rep, &conversation);
        let writes = match gesture {
            Gesture::TakeOver => desk.take_over(),
            Gesture::HandBack => desk.hand_back(),
            Gesture::Snooze(until) => desk.snooze(until),
            Gesture::Reopen => desk.reopen(),
            Gesture::Close => desk.close(),
        };
        self.commit_writes(&rep.workspace_id, writes).await?;
        // A timer may have been set: the feeder must know when to look.
        self.wake();
        Ok(())
    }

    /// Logs what happened on LinkedIn at a time, UTC milliseconds. Nothing is sent and no run is made. Gives the id of
    /// its line in the timeline.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation; [`EngineError::Decide`] when it has no text.
    pub async fn log_linkedin(
        &self,
        rep: &RepRow,
        conversation_id: &str,
        kind: LinkedIn,
        text: &str,
        at: i64,
    ) -> Result<String, EngineError> {
        let conversation = self.conversation(rep, conversation_id).await?;
        let entry = kind.log(&self.desk(rep, &conversation), text, at)?;
        let id = entry.id.clone();
        self.commit_writes(&rep.workspace_id, vec![Write::Timeline(Box::new(entry))]).await?;
        Ok(id)
    }

    async fn conversation(&self, rep: &RepRow, id: &str) -> Result<ConversationRow, EngineError> {
        let mut reader = self.db().read().await?;
        let found = read::conversation(&mut reader.conn(), &rep.workspace_id, id).await?;
        found.ok_or_else(|| not_found("conversation", id))
    }

    fn desk<'a>(&'a self, rep: &'a RepRow, conversation: &'a ConversationRow) -> Desk<'a> {
        Desk { rep, conversation, now_ms: self.clock().now_ms(), ids: self.ids() }
    }
}
