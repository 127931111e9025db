//! What people keep for themselves: filters of the inbox, and texts that they have not sent.

use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::rows::{ComposerRow, RepRow, ViewRow};
use crate::store::{COMPOSER, OwnWrite, StoreError, VIEW, Write, read};

/// Filters that one person can keep.
pub const MOST_VIEWS: usize = 100;

/// A text that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// Subject, for mail.
    pub subject: Option<String>,
    /// The text; may be empty.
    pub body_text: String,
    /// Files that shall go along.
    pub attachment_ids: Vec<String>,
}

impl Engine {
    /// Keeps a filter. Gives its id.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] when the person keeps as many as they may.
    pub async fn keep_view(&self, rep: &RepRow, name: &str, shared: bool, filter: &str) -> Result<String, EngineError> {
        let mut reader = self.db().read().await?;
        let most = i64::try_from(MOST_VIEWS).unwrap_or(i64::MAX);
        let own = read::views(&mut reader.conn(), &rep.workspace_id, &rep.id, "", most.saturating_mul(10)).await?;
        drop(reader);
        if own.iter().filter(|view| view.owner_id == rep.id).count() >= MOST_VIEWS {
            return Err(EngineError::TooMany { what: "views", most: MOST_VIEWS });
        }
        let id = self.ids().next(IdKind::View);
        let keep = OwnWrite::NewView {
            id: id.clone(),
            owner_id: rep.id.clone(),
            name: name.to_owned(),
            shared,
            filter: filter.to_owned(),
        };
        self.commit_writes(&rep.workspace_id, vec![Write::Own(keep)]).await?;
        Ok(id)
    }

    /// Changes a kept filter, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when it is not; nothing was changed then.
    pub async fn change_view(&self, workspace: &str, seen: i64, view: &ViewRow) -> Result<(), EngineError> {
        let change = OwnWrite::ChangeView {
            id: view.id.clone(),
            version: seen,
            name: view.name.clone(),
            shared: view.shared,
            filter: view.filter.clone(),
        };
        self.on_view(workspace, &view.id, change).await
    }

    /// Forgets a kept filter, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when it is not.
    pub async fn delete_view(&self, workspace: &str, id: &str, version: i64) -> Result<(), EngineError> {
        self.on_view(workspace, id, OwnWrite::DeleteView { id: id.to_owned(), version }).await
    }

    async fn on_view(&self, workspace: &str, id: &str, write: OwnWrite) -> Result<(), EngineError> {
        match self.commit_writes(workspace, vec![Write::Own(write)]).await {
            Err(StoreError::Stale(VIEW)) => {
                let mut reader = self.db().read().await?;
                let now = read::view(&mut reader.conn(), workspace, id).await?.ok_or_else(|| not_found("view", id))?;
                Err(EngineError::Changed { what: "view", current: now.version })
            }
            done => Ok(done?),
        }
    }

    /// Keeps what somebody is writing in a conversation, if it is as they saw it: `seen` is the version, none where they
    /// saw none. Gives it as it is kept.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when it is not, because they wrote on elsewhere; nothing was changed then.
    pub async fn keep_writing(
        &self,
        rep: &RepRow,
        conversation_id: &str,
        seen: Option<i64>,
        writing: &Writing,
    ) -> Result<ComposerRow, EngineError> {
        let ws = &rep.workspace_id;
        let attachment_ids = serde_json::to_string(&writing.attachment_ids).unwrap_or_else(|_| "[]".to_owned());
        let keep = OwnWrite::Compose {
            rep_id: rep.id.clone(),
            conversation_id: conversation_id.to_owned(),
            version: seen,
            subject: writing.subject.clone(),
            body_text: writing.body_text.clone(),
            attachment_ids,
        };
        let kept = self.commit_writes(ws, vec![Write::Own(keep)]).await;
        let mut reader = self.db().read().await?;
        let now = read::composer(&mut reader.conn(), ws, &rep.id, conversation_id).await?;
        match kept {
            Err(StoreError::Stale(COMPOSER)) => {
                // Where it is gone, somebody has sent or dropped it: version 0 says so.
                Err(EngineError::Changed { what: "text", current: now.map_or(0, |row| row.version) })
            }
            done => {
                done?;
                now.ok_or_else(|| not_found("text", conversation_id))
            }
        }
    }

    /// Forgets what somebody is writing in a conversation. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_writing(&self, rep: &RepRow, conversation_id: &str) -> Result<(), StoreError> {
        let clear = OwnWrite::ComposeClear { rep_id: rep.id.clone(), conversation_id: conversation_id.to_owned() };
        self.commit_writes(&rep.workspace_id, vec![Write::Own(clear)]).await
    }
}
