//! What keeps the desk in order: teams, who is where, notes that are mended, tags, and settings of the workspace.

use crate::decide::reply::Desk;
use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::rows::{NoteRow, RepRow, SettingRow, TeamRow};
use crate::store::{ADDRESS, NOTE, OfficeWrite, SETTINGS, StoreError, TAG, TEAM, Write, read};

/// Teams of a workspace.
pub const MOST_TEAMS: i64 = 200;
/// People in a team.
pub const MOST_MEMBERS: usize = 200;
/// How long it is believed that somebody is where they said, in milliseconds.
pub const PRESENT_MS: i64 = 30_000;
/// Days for which events are kept where nothing else was set.
pub const EVENT_DAYS: i64 = 7;
/// Days for which events can be kept.
pub const MOST_EVENT_DAYS: i64 = 90;
/// Conversations that a tag is taken off in one commit.
const TAGS_TOGETHER: i64 = 500;

/// What a workspace sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// Days for which events are kept.
    pub event_days: i64,
    /// How people sign in beside a password, as JSON.
    pub sign_in: Option<String>,
    /// Counts its changes.
    pub version: i64,
}

impl Engine {
    // ---- teams -------------------------------------------------------------------------------------------------

    /// Makes a team.
    ///
    /// # Errors
    /// [`EngineError::Taken`] when there is one of this name.
    pub async fn make_team(&self, workspace: &str, name: &str) -> Result<TeamRow, EngineError> {
        let mut reader = self.db().read().await?;
        let all = read::teams(&mut reader.conn(), workspace, "", MOST_TEAMS).await?;
        drop(reader);
        if all.iter().any(|team| team.name == name) {
            return Err(EngineError::Taken { what: "team" });
        }
        if all.len() >= usize::try_from(MOST_TEAMS).unwrap_or(usize::MAX) {
            return Err(EngineError::TooMany { what: "teams", most: all.len() });
        }
        let id = self.ids().next(IdKind::Team);
        let team = OfficeWrite::NewTeam { id: id.clone(), name: name.to_owned() };
        self.commit_writes(workspace, vec![Write::Office(team)]).await?;
        // Somebody may have been faster with the same name.
        self.team(workspace, &id).await.map_err(|_| EngineError::Taken { what: "team" })
    }

    /// Gives a team another name, if its version is the one that was seen. What was routed to it by its old name stays so.
    ///
    /// # Errors
    /// [`EngineError::Changed`] or [`EngineError::Taken`]; nothing was changed then.
    pub async fn rename_team(&self, workspace: &str, id: &str, version: i64, name: &str) -> Result<(), EngineError> {
        let write = OfficeWrite::Team { id: id.to_owned(), version, name: name.to_owned() };
        self.on_team(workspace, id, version, write).await
    }

    /// Sets who is in a team, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn set_members(
        &self,
        workspace: &str,
        id: &str,
        version: i64,
        rep_ids: Vec<String>,
    ) -> Result<(), EngineError> {
        self.on_team(workspace, id, version, OfficeWrite::Members { id: id.to_owned(), version, rep_ids }).await
    }

    /// A team is no more, if its version is the one that was seen. Conversations keep its name until somebody gives them
    /// to another.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn delete_team(&self, workspace: &str, id: &str, version: i64) -> Result<(), EngineError> {
        self.on_team(workspace, id, version, OfficeWrite::DeleteTeam { id: id.to_owned(), version }).await
    }

    async fn team(&self, workspace: &str, id: &str) -> Result<TeamRow, EngineError> {
        let mut reader = self.db().read().await?;
        read::team(&mut reader.conn(), workspace, id).await?.ok_or_else(|| not_found("team", id))
    }

    async fn on_team(&self, workspace: &str, id: &str, seen: i64, write: OfficeWrite) -> Result<(), EngineError> {
        match self.commit_writes(workspace, vec![Write::Office(write)]).await {
            Err(StoreError::Stale(TEAM)) => {
                let now = self.team(workspace, id).await?;
                if now.version == seen {
                    Err(EngineError::Taken { what: "team" })
                } else {
                    Err(EngineError::Changed { what: "team", current: now.version })
                }
            }
            done => Ok(done?),
        }
    }

    /// Gives a conversation to a team, or to none. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn assign_team(&self, rep: &RepRow, id: &str, team: Option<&str>) -> Result<(), EngineError> {
        let conversation = self.conversation_of(&rep.workspace_id, id).await?;
        if conversation.team.as_deref() == team {
            return Ok(());
        }
        let desk = Desk { rep, conversation: &conversation, now_ms: self.clock().now_ms(), ids: self.ids() };
        let summary = match team {
            Some(team) => format!("{} gave the conversation to the team {team}", rep.name),
            None => format!("{} took the conversation from its team", rep.name),
        };
        let said = desk.said("assigned", summary, None);
        let assign = OfficeWrite::AssignTeam { conversation_id: id.to_owned(), team: team.map(str::to_owned) };
        self.commit_writes(&rep.workspace_id, vec![Write::Office(assign), Write::Timeline(Box::new(said))]).await?;
        Ok(())
    }

    // ---- contacts ----------------------------------------------------------------------------------------------

    /// Makes a contact with addresses that are nobody's yet: kind and normalised address. Gives its id.
    ///
    /// # Errors
    /// [`EngineError::Taken`] when one of them is somebody's; nothing was made then.
    pub async fn make_contact(
        &self,
        workspace: &str,
        name: Option<String>,
        company: Option<String>,
        addresses: Vec<(String, String)>,
    ) -> Result<String, EngineError> {
        let id = self.ids().next(IdKind::Contact);
        let write = OfficeWrite::NewContact { id: id.clone(), name, company, addresses };
        match self.commit_writes(workspace, vec![Write::Office(write)]).await {
            Err(StoreError::Stale(ADDRESS)) => Err(EngineError::Taken { what: "contact with an address" }),
            done => Ok(done.map(|()| id)?),
        }
    }

    // ---- notes and tags ----------------------------------------------------------------------------------------

    /// Gives a note another text, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn change_note(&self, rep: &RepRow, note: &NoteRow, seen: i64, body: &str) -> Result<(), EngineError> {
        let (id, conversation_id) = (note.id.clone(), note.conversation_id.clone());
        let body_text = body.to_owned();
        self.on_note(rep, note, OfficeWrite::Note { id, conversation_id, version: seen, body_text }).await
    }

    /// Nothing is left of a note but that there was one, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn delete_note(&self, rep: &RepRow, note: &NoteRow, seen: i64) -> Result<(), EngineError> {
        let (id, conversation_id) = (note.id.clone(), note.conversation_id.clone());
        self.on_note(rep, note, OfficeWrite::DeleteNote { id, conversation_id, version: seen }).await
    }

    async fn on_note(&self, rep: &RepRow, note: &NoteRow, write: OfficeWrite) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let conversation = self.conversation_of(ws, &note.conversation_id).await?;
        let desk = Desk { rep, conversation: &conversation, now_ms: self.clock().now_ms(), ids: self.ids() };
        let (kind, what) = match write {
            OfficeWrite::Note { .. } => ("note_changed", "changed"),
            _ => ("note_deleted", "deleted"),
        };
        let said = desk.said(kind, format!("{} {what} a note", rep.name), Some(note.id.clone()));
        match self.commit_writes(ws, vec![Write::Office(write), Write::Timeline(Box::new(said))]).await {
            Err(StoreError::Stale(NOTE)) => {
                let mut reader = self.db().read().await?;
                let now = read::note(&mut reader.conn(), ws, &note.id).await?;
                let now = now.filter(|now| now.deleted_at.is_none()).ok_or_else(|| not_found("note", &note.id))?;
                Err(EngineError::Changed { what: "note", current: now.version })
            }
            done => Ok(done?),
        }
    }

    /// Another word for a tag, wherever it is.
    ///
    /// # Errors
    /// [`EngineError::Taken`] when another tag has it.
    pub async fn rename_tag(&self, workspace: &str, id: &str, name: &str) -> Result<(), EngineError> {
        let write = OfficeWrite::Tag { id: id.to_owned(), name: name.to_owned() };
        match self.commit_writes(workspace, vec![Write::Office(write)]).await {
            Err(StoreError::Stale(TAG)) => {
                let mut reader = self.db().read().await?;
                read::tag(&mut reader.conn(), workspace, id).await?.ok_or_else(|| not_found("tag", id))?;
                Err(EngineError::Taken { what: "tag" })
            }
            done => Ok(done?),
        }
    }

    /// Takes a tag off every conversation, some at a time, and then away. Doing it again ends one that was broken off.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such tag.
    pub async fn delete_tag(&self, workspace: &str, id: &str) -> Result<(), EngineError> {
        loop {
            let mut reader = self.db().read().await?;
            read::tag(&mut reader.conn(), workspace, id).await?.ok_or_else(|| not_found("tag", id))?;
            drop(reader);
            let off = OfficeWrite::TagOff { id: id.to_owned(), most: TAGS_TOGETHER };
            self.commit_writes(workspace, vec![Write::Office(off)]).await?;
            let delete = OfficeWrite::DeleteTag { id: id.to_owned() };
            match self.commit_writes(workspace, vec![Write::Office(delete)]).await {
                Err(StoreError::Stale(TAG)) => {}
                done => return Ok(done?),
            }
        }
    }

    // ---- who is where ------------------------------------------------------------------------------------------

    /// Keeps for [`PRESENT_MS`] that somebody is at a conversation, and what they do there: `viewing`, `typing` or
    /// `editing_draft`. Others are told when that is new, and not each time it is said again.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn be_present(&self, rep: &RepRow, conversation_id: &str, doing: &str) -> Result<i64, StoreError> {
        let now = self.clock().now_ms();
        let mut reader = self.db().read().await?;
        let known = read::presence_of(&mut reader.conn(), &rep.workspace_id, conversation_id, &rep.id).await?;
        drop(reader);
        let until_at = now + PRESENT_MS;
        let write = OfficeWrite::Presence {
            conversation_id: conversation_id.to_owned(),
            rep_id: rep.id.clone(),
            rep_name: rep.name.clone(),
            doing: doing.to_owned(),
            until_at,
            new: known.is_none_or(|(known, until)| known != doing || until <= now),
        };
        self.commit_writes(&rep.workspace_id, vec![Write::Office(write)]).await?;
        Ok(until_at)
    }

    /// Somebody is at a conversation no more. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub async fn leave(&self, rep: &RepRow, conversation_id: &str) -> Result<(), StoreError> {
        let mut reader = self.db().read().await?;
        let known = read::presence_of(&mut reader.conn(), &rep.workspace_id, conversation_id, &rep.id).await?;
        drop(reader);
        if known.is_none() {
            return Ok(());
        }
        let write = OfficeWrite::Leave {
            conversation_id: conversation_id.to_owned(),
            rep_id: rep.id.clone(),
            rep_name: rep.name.clone(),
        };
        self.commit_writes(&rep.workspace_id, vec![Write::Office(write)]).await
    }

    // ---- settings ----------------------------------------------------------------------------------------------

    /// What a workspace sets.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such workspace.
    pub async fn settings(&self, workspace: &str) -> Result<Settings, EngineError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let named = read::workspace(conn, workspace).await?.ok_or_else(|| not_found("workspace", workspace))?;
        let kept = read::settings(conn, workspace).await?;
        let SettingRow { event_days, sign_in, version } =
            kept.unwrap_or(SettingRow { event_days: EVENT_DAYS, sign_in: None, version: 1 });
        Ok(Settings { name: named.name, event_days, sign_in, version })
    }

    /// Sets what a workspace sets, if the version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`]; nothing was changed then.
    pub async fn change_settings(&self, workspace: &str, wanted: Settings) -> Result<(), EngineError> {
        let Settings { name, event_days, sign_in, version } = wanted;
        let write = OfficeWrite::Settings { version, name, event_days, sign_in };
        match self.commit_writes(workspace, vec![Write::Office(write)]).await {
            Err(StoreError::Stale(SETTINGS)) => {
                let current = self.settings(workspace).await?.version;
                Err(EngineError::Changed { what: "settings", current })
            }
            done => Ok(done?),
        }
    }
}
