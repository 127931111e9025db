//! What people do: approve, reject, pause, resume, write notes, flip switches.

use crate::decide;
use crate::decide::person::{DecideError, Edit};
use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::stages;
use crate::store::rows::{ApprovalRow, RepRow};
use crate::store::{Outcome, StoreError, TimelineEntry, Transition, Write, read};

impl Engine {
    /// Approves a pending draft as the person saw it, or as they edited it.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already, changed, or stale; nothing was changed then.
    pub async fn approve(
        &self,
        rep: &RepRow,
        approval_id: &str,
        seen: (i64, &str),
        edit: Option<&Edit>,
    ) -> Result<(), EngineError> {
        self.settle_approval(rep, approval_id, |context, approval| {
            decide::person::approve(context, approval, rep, seen, edit, self.ids())
        })
        .await
    }

    /// Rejects a pending draft.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already; nothing was changed then.
    pub async fn reject(&self, rep: &RepRow, approval_id: &str, reason: &str) -> Result<(), EngineError> {
        self.settle_approval(rep, approval_id, |context, approval| {
            decide::person::reject(context, approval, rep, reason, self.ids())
        })
        .await
    }

    async fn settle_approval(
        &self,
        rep: &RepRow,
        approval_id: &str,
        decide: impl Fn(&decide::RunContext, &ApprovalRow) -> Result<Transition, DecideError>,
    ) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let run_id = self.approval(ws, approval_id).await?.run_id;
        loop {
            let in_force = self.policies().in_force(self.db(), ws).await?;
            let context =
                stages::context(self, &in_force, ws, &run_id).await?.ok_or_else(|| not_found("run", &run_id))?;
            // Read after the run: when the run has moved on, this says who moved it.
            let approval = self.approval(ws, approval_id).await?;
            match self.writer().commit(decide(&context, &approval)?).await? {
                Outcome::Won | Outcome::Ingested(..) => {
                    self.wake();
                    return Ok(());
                }
                // Somebody else moved the run between reading and committing: the next look says who.
                Outcome::Lost | Outcome::Fenced => {}
            }
        }
    }

    async fn approval(&self, ws: &str, id: &str) -> Result<ApprovalRow, EngineError> {
        let mut reader = self.db().read().await?;
        read::approval(&mut reader.conn(), ws, id).await?.ok_or_else(|| not_found("approval", id))
    }

    /// Pauses the AI for a contact and withdraws what it had pending for them. Returns how many drafts were withdrawn.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such contact.
    pub async fn pause(
        &self,
        rep: &RepRow,
        contact_id: &str,
        reason: &str,
        until: Option<i64>,
    ) -> Result<usize, EngineError> {
        let pause =
            Write::ContactPause { id: contact_id.to_owned(), reason: reason.to_owned(), by: rep.name.clone(), until };
        self.on_contact(rep, contact_id, pause, "ai_paused", format!("{} paused the AI: {reason}", rep.name)).await?;
        let mut reader = self.db().read().await?;
        let parked = read::parked_of_contact(&mut reader.conn(), &rep.workspace_id, contact_id).await?;
        drop(reader);
        let in_force = self.policies().in_force(self.db(), &rep.workspace_id).await?;
        let mut withdrawn = 0;
        for run in parked {
            let Some(context) = stages::context(self, &in_force, &rep.workspace_id, &run.id).await? else { continue };
            if !context.run.stage.is_parked() {
                continue;
            }
            let why = format!("the AI was paused: {reason}");
            let transition = decide::person::withdraw(&context, &why, self.ids());
            if self.writer().commit(transition).await? == Outcome::Won {
                withdrawn += 1;
            }
        }
        Ok(withdrawn)
    }

    /// Lets the AI answer a contact again. What was withdrawn stays so.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such contact.
    pub async fn resume(&self, rep: &RepRow, contact_id: &str, note: Option<&str>) -> Result<(), EngineError> {
        let summary = match note {
            Some(note) => format!("{} resumed the AI: {note}", rep.name),
            None => format!("{} resumed the AI", rep.name),
        };
        let resume = Write::ContactResume { id: contact_id.to_owned() };
        self.on_contact(rep, contact_id, resume, "ai_resumed", summary).await
    }

    async fn on_contact(
        &self,
        rep: &RepRow,
        contact_id: &str,
        write: Write,
        kind: &'static str,
        summary: String,
    ) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        read::contact(conn, ws, contact_id).await?.ok_or_else(|| not_found("contact", contact_id))?;
        let conversations = read::conversations_of_contact(conn, ws, contact_id, 20).await?;
        drop(reader);
        let mut writes = vec![write];
        for conversation in conversations {
            writes.push(self.said(rep, &conversation.id, contact_id, kind, summary.clone(), None));
        }
        self.commit_writes(ws, writes).await?;
        Ok(())
    }

    /// Adds an internal note. It is never sent. Returns its id.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such conversation.
    pub async fn add_note(&self, rep: &RepRow, conversation_id: &str, body: &str) -> Result<String, EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        let conversation = read::conversation(&mut reader.conn(), ws, conversation_id)
            .await?
            .ok_or_else(|| not_found("conversation", conversation_id))?;
        drop(reader);
        let id = self.ids().next(IdKind::Note);
        let note = Write::Note {
            id: id.clone(),
            conversation_id: conversation.id.clone(),
            author_id: rep.id.clone(),
            author_name: rep.name.clone(),
            body_text: body.to_owned(),
        };
        let summary = format!("{} wrote a note", rep.name);
        let said = self.said(rep, &conversation.id, &conversation.contact_id, "note", summary, Some(id.clone()));
        self.commit_writes(ws, vec![note, said]).await?;
        Ok(id)
    }

    fn said(
        &self,
        rep: &RepRow,
        conversation_id: &str,
        contact_id: &str,
        kind: &'static str,
        summary: String,
        refers_to: Option<String>,
    ) -> Write {
        Write::Timeline(Box::new(TimelineEntry {
            id: self.ids().next(IdKind::Timeline),
            conversation_id: conversation_id.to_owned(),
            contact_id: contact_id.to_owned(),
            kind,
            actor_kind: "rep",
            actor_name: Some(rep.name.clone()),
            summary,
            refers_to,
            data: serde_json::Value::Null,
            at: self.clock().now_ms(),
        }))
    }

    /// Flips a switch: one that the policy declares, or `kill_switch`.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be committed.
    pub async fn flip(
        &self,
        workspace: &str,
        name: &str,
        is_on: bool,
        reason: &str,
        by: &str,
    ) -> Result<(), StoreError> {
        let switch = Write::Switch { name: name.to_owned(), is_on, reason: reason.to_owned(), by: by.to_owned() };
        self.commit_writes(workspace, vec![switch]).await
    }
}

fn not_found(what: &'static str, id: &str) -> EngineError {
    EngineError::NotFound { what, id: id.to_owned() }
}
