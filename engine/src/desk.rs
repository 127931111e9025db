//! What people do with conversations beside writing in them: give them to somebody, and put tags on them.

use std::collections::BTreeSet;

use crate::decide::reply::Desk;
use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::rows::{RepRow, TagRow};
use crate::store::{DeskWrite, StoreError, Write, read};

/// Tags that a conversation can have.
pub const MOST_TAGS: usize = 20;

impl Engine {
    /// Gives a conversation to a colleague, or to nobody. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn assign(&self, rep: &RepRow, conversation_id: &str, to: Option<&RepRow>) -> Result<(), EngineError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let conversation = read::conversation(conn, &rep.workspace_id, conversation_id).await?;
        let conversation = conversation.ok_or_else(|| not_found("conversation", conversation_id))?;
        let now = read::assignee(conn, &rep.workspace_id, conversation_id).await?.and_then(|row| row.0);
        drop(reader);
        let wanted = to.map(|to| to.id.clone());
        if now == wanted {
            return Ok(());
        }
        let desk = Desk { rep, conversation: &conversation, now_ms: self.clock().now_ms(), ids: self.ids() };
        let summary = match to {
            Some(to) if to.id == rep.id => format!("{} took the conversation", rep.name),
            Some(to) => format!("{} gave the conversation to {}", rep.name, to.name),
            None => format!("{} gave the conversation back to everybody", rep.name),
        };
        let said = desk.said("assigned", summary, wanted.clone());
        let assign = DeskWrite::Assign { conversation_id: conversation_id.to_owned(), rep_id: wanted };
        self.commit_writes(&rep.workspace_id, vec![Write::Desk(assign), Write::Timeline(Box::new(said))]).await?;
        Ok(())
    }

    /// Gives a contact another name and company, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when it is not; nothing was changed then.
    pub async fn change_contact(
        &self,
        workspace: &str,
        id: &str,
        version: i64,
        name: Option<String>,
        company: Option<String>,
    ) -> Result<(), EngineError> {
        let write = DeskWrite::Contact { id: id.to_owned(), version, name, company };
        match self.commit_writes(workspace, vec![Write::Desk(write)]).await {
            Err(StoreError::Stale("contact")) => {
                let mut reader = self.db().read().await?;
                let now = read::contact(&mut reader.conn(), workspace, id).await?;
                let now = now.ok_or_else(|| not_found("contact", id))?;
                Err(EngineError::Changed { what: "contact", current: now.version })
            }
            done => Ok(done?),
        }
    }

    /// Makes a tag; gives the one that has the name already, where there is one.
    ///
    /// # Errors
    /// [`EngineError::Store`] when it could not be kept.
    pub async fn make_tag(&self, workspace: &str, name: &str) -> Result<TagRow, EngineError> {
        let id = self.ids().next(IdKind::Tag);
        let tag = DeskWrite::NewTag { id, name: name.to_owned() };
        self.commit_writes(workspace, vec![Write::Desk(tag)]).await?;
        let mut reader = self.db().read().await?;
        let made = read::tag_by_name(&mut reader.conn(), workspace, name).await?;
        made.ok_or_else(|| not_found("tag", name))
    }

    /// Puts tags on a conversation and takes others off. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation or tag.
    pub async fn tag(
        &self,
        workspace: &str,
        conversation_id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), EngineError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let found = read::conversation(conn, workspace, conversation_id).await?;
        found.ok_or_else(|| not_found("conversation", conversation_id))?;
        let now: BTreeSet<String> =
            read::tags_of(conn, workspace, conversation_id).await?.into_iter().map(|tag| tag.id).collect();
        for tag in add {
            read::tag(conn, workspace, tag).await?.ok_or_else(|| not_found("tag", tag))?;
        }
        drop(reader);
        let conversation_id = conversation_id.to_owned();
        let fresh = add.iter().filter(|tag| !now.contains(*tag)).cloned().collect::<BTreeSet<String>>();
        let gone = remove.iter().filter(|tag| now.contains(*tag) && !add.contains(*tag)).cloned();
        let mut writes: Vec<Write> = Vec::new();
        writes.extend(
            fresh
                .into_iter()
                .map(|tag_id| DeskWrite::Tag { conversation_id: conversation_id.clone(), tag_id })
                .map(Write::Desk),
        );
        writes.extend(
            gone.map(|tag_id| DeskWrite::Untag { conversation_id: conversation_id.clone(), tag_id }).map(Write::Desk),
        );
        if !writes.is_empty() {
            self.commit_writes(workspace, writes).await?;
        }
        Ok(())
    }
}
