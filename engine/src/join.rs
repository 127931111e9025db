//! What people change about a conversation itself: its subject, team and priority, whether a person must look, and two
//! that become one.

use serde_json::json;

use crate::audit;
use crate::decide::gone::join;
use crate::decide::reply::Desk;
use crate::domain::ActionReason;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::rows::{ConversationRow, RepRow};
use crate::store::{AT_WORK, CONVERSATION, Join, OfficeWrite, PeopleWrite, StoreError, Write, read};

/// Messages of two conversations together that can become one.
pub const MOST_JOINED: i64 = 2_000;
/// How often a change is tried again when somebody else was faster.
const MOST_TRIES: usize = 10;

/// Why a conversation was left as it is. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// They are the same.
    #[error("a conversation cannot be merged into itself")]
    Itself,
    /// They are with two contacts.
    #[error("the conversations are with different contacts; merge the contacts first, where they are the same")]
    OtherContact,
    /// They are on two channels.
    #[error("the conversations are on different channels")]
    OtherChannel,
    /// A message is being answered, or a reply is on its way.
    #[error("something is being answered or sent in one of the conversations; wait for it, or take it back")]
    AtWork,
    /// A draft waits for approval, which needs a person until it is decided.
    #[error("a draft waits for approval in it; decide on that")]
    Pending,
    /// They hold too much.
    #[error("the conversations hold more than {MOST_JOINED} messages together")]
    TooLarge,
}

/// A conversation as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its subject.
    pub subject: Option<String>,
    /// Name of the team that looks after it.
    pub team: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: Option<String>,
}

impl Engine {
    /// Makes a conversation as somebody wants it, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn change_conversation(
        &self,
        rep: &RepRow,
        id: &str,
        version: i64,
        wish: Wish,
    ) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let now = self.conversation_of(ws, id).await?;
        let moved = || EngineError::Changed { what: "conversation", current: now.version };
        if now.version != version {
            return Err(moved());
        }
        let mut changed = Vec::new();
        changed.extend((now.subject != wish.subject).then_some("subject"));
        changed.extend((now.team != wish.team).then_some("team"));
        changed.extend((now.priority != wish.priority).then_some("priority"));
        if changed.is_empty() {
            return Ok(());
        }
        let desk = Desk { rep, conversation: &now, now_ms: self.clock().now_ms(), ids: self.ids() };
        let said = desk.said("changed", format!("{} changed: {}", rep.name, changed.join(", ")), None);
        let Wish { subject, team, priority } = wish;
        let write = OfficeWrite::Conversation { id: id.to_owned(), version, subject, team, priority, changed };
        match self.commit_writes(ws, vec![Write::Office(write), Write::Timeline(Box::new(said))]).await {
            Err(StoreError::Stale(CONVERSATION)) => {
                let current = self.conversation_of(ws, id).await?.version;
                Err(EngineError::Changed { what: "conversation", current })
            }
            done => Ok(done?),
        }
    }

    /// Calls a person to a conversation, as somebody wants it. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn flag(&self, rep: &RepRow, id: &str, why: &str) -> Result<(), EngineError> {
        let conversation = self.conversation_of(&rep.workspace_id, id).await?;
        let mut reader = self.db().read().await?;
        let known = read::actions(&mut reader.conn(), &rep.workspace_id, id).await?;
        drop(reader);
        if known.iter().any(|row| row.reason == ActionReason::Flagged.as_str()) {
            return Ok(());
        }
        let desk = Desk { rep, conversation: &conversation, now_ms: self.clock().now_ms(), ids: self.ids() };
        let said = desk.said("flagged", format!("{} wants somebody to look: {why}", rep.name), None);
        let add = Write::ActionAdd { conversation_id: id.to_owned(), reason: ActionReason::Flagged };
        self.commit_writes(&rep.workspace_id, vec![add, Write::Timeline(Box::new(said))]).await?;
        Ok(())
    }

    /// A person has seen to a conversation: nothing but mentions is left of why it needed one. Doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// [`DeskError::Pending`] while a draft waits for approval: that needs a person until it is decided.
    pub async fn unflag(&self, rep: &RepRow, id: &str) -> Result<(), EngineError> {
        let conversation = self.conversation_of(&rep.workspace_id, id).await?;
        let mut reader = self.db().read().await?;
        let known = read::actions(&mut reader.conn(), &rep.workspace_id, id).await?;
        drop(reader);
        if known.iter().any(|row| row.reason == ActionReason::ApprovalPending.as_str()) {
            return Err(DeskError::Pending.into());
        }
        if known.iter().all(|row| row.reason == ActionReason::Mention.as_str()) {
            return Ok(());
        }
        let desk = Desk { rep, conversation: &conversation, now_ms: self.clock().now_ms(), ids: self.ids() };
        let said = desk.said("seen_to", format!("{} has seen to it", rep.name), None);
        let clear = Write::People(PeopleWrite::ActionClear { conversation_id: id.to_owned() });
        self.commit_writes(&rep.workspace_id, vec![clear, Write::Timeline(Box::new(said))]).await?;
        Ok(())
    }

    /// Makes one conversation of two with the same contact on the same channel: messages in the order in which they came,
    /// notes, drafts, tags, the timeline, what is unread and why a person must look. What the AI had waiting in either is
    /// withdrawn, and a person is called where something was; while anything is on its way nothing is merged. There is
    /// no way back; what there was is in the audit trail.
    ///
    /// # Errors
    /// [`EngineError::Desk`]: why not; nothing was changed then.
    pub async fn join_conversations(&self, rep: &RepRow, from: &str, into: &str) -> Result<(), EngineError> {
        if from == into {
            return Err(DeskError::Itself.into());
        }
        let ws = &rep.workspace_id;
        let mut tries = 0;
        loop {
            tries += 1;
            let (one, other) = (self.conversation_of(ws, from).await?, self.conversation_of(ws, into).await?);
            if one.contact_id != other.contact_id {
                return Err(DeskError::OtherContact.into());
            }
            if one.channel_id != other.channel_id {
                return Err(DeskError::OtherChannel.into());
            }
            if one.revision.saturating_add(other.revision) > MOST_JOINED {
                return Err(DeskError::TooLarge.into());
            }
            let mut reader = self.db().read().await?;
            let messages = read::messages(&mut reader.conn(), ws, from, i64::MAX, MOST_JOINED).await?;
            drop(reader);
            let undo = json!({
                "from": as_it_was(&one),
                "into": as_it_was(&other),
                "messages": messages.iter().map(|message| &message.id).collect::<Vec<_>>(),
            });
            let mut writes = vec![Write::Office(OfficeWrite::Join(Box::new(self.joining(rep, &one, &other))))];
            writes.extend(audit::detail(self, "merge_conversation", (&rep.id, &rep.name), from, &undo));
            match self.commit_writes(ws, writes).await {
                Err(StoreError::Stale(CONVERSATION)) if tries < MOST_TRIES => {}
                Err(StoreError::Stale(AT_WORK)) => return Err(DeskError::AtWork.into()),
                done => return Ok(done?),
            }
        }
    }

    fn joining(&self, rep: &RepRow, from: &ConversationRow, into: &ConversationRow) -> Join {
        let now_ms = self.clock().now_ms();
        let desk = |conversation| Desk { rep, conversation, now_ms, ids: self.ids() };
        let withdrawn = format!("The pending draft was withdrawn: {} merged two conversations", rep.name);
        let title = from.subject.as_deref().map(|subject| format!(" “{subject}”")).unwrap_or_default();
        let mut said =
            desk(into).said("merged", format!("{} merged the conversation{title} into this one", rep.name), None);
        said.data = json!({ "from_id": from.id });
        Join {
            from: (from.id.clone(), from.version),
            into_version: into.version,
            into: join(into, from),
            by: rep.name.clone(),
            withdrawn: [from, into].map(|one| desk(one).said("draft_withdrawn", withdrawn.clone(), None)),
            said,
        }
    }

    pub(crate) async fn conversation_of(&self, workspace: &str, id: &str) -> Result<ConversationRow, EngineError> {
        let mut reader = self.db().read().await?;
        let found = read::conversation(&mut reader.conn(), workspace, id).await?;
        found.ok_or_else(|| not_found("conversation", id))
    }
}

/// What of a conversation a merge changes.
fn as_it_was(row: &ConversationRow) -> serde_json::Value {
    json!({
        "id": row.id,
        "subject": row.subject,
        "status": row.status,
        "revision": row.revision,
        "human_active": row.human_active,
        "team": row.team,
        "person": row.person,
        "priority": row.priority,
        "created_at": row.created_at,
        "last_activity_at": row.last_activity_at,
        "version": row.version,
    })
}
