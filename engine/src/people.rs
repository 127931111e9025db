//! What people do: approve, reject, pause, resume, write notes.

use crate::decide;
use crate::decide::edit;
use crate::decide::person::{DecideError, Edit, Stop, Yes};
use crate::decide::reply::mentioned;
use crate::domain::{ActionReason, ClosedReason, IdKind};
use crate::engine::{Engine, EngineError};
use crate::stages;
use crate::stop::Stopped;
use crate::store::rows::{ApprovalRow, DraftRow, RepRow, VoteRow};
use crate::store::{Outcome, PeopleWrite, TimelineEntry, Transition, Write, read};

/// What a person's decision is taken on.
struct Asked<'a> {
    context: &'a decide::RunContext,
    approval: &'a ApprovalRow,
    votes: &'a [VoteRow],
}

impl Engine {
    /// Approves a pending draft as the person saw it, or as they edited it. Where the policy asks for two people, the
    /// first yes is kept and the approval stays pending.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already, changed, or stale; nothing was changed then.
    pub async fn approve(&self, rep: &RepRow, approval_id: &str, yes: Yes<'_>) -> Result<(), EngineError> {
        let decide = |asked: &Asked<'_>| {
            decide::person::approve(asked.context, asked.approval, asked.votes, rep, yes, self.ids())
        };
        self.settle_approval(rep, approval_id, decide).await
    }

    /// Rejects a pending draft.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already; nothing was changed then.
    pub async fn reject(&self, rep: &RepRow, approval_id: &str, reason: &str) -> Result<(), EngineError> {
        let decide = |asked: &Asked<'_>| decide::person::reject(asked.context, asked.approval, rep, reason, self.ids());
        self.settle_approval(rep, approval_id, decide).await
    }

    /// Takes an approval in hand until a time (UTC milliseconds), or gives it to a colleague; others are kept away
    /// until then. `over` takes it from whoever has it.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already or somebody else has it.
    pub async fn claim(
        &self,
        rep: &RepRow,
        approval_id: &str,
        whose: &RepRow,
        until: i64,
        over: bool,
    ) -> Result<(), EngineError> {
        let decide = |asked: &Asked<'_>| {
            decide::person::claim(asked.context, asked.approval, rep, (whose, until), over, self.ids())
        };
        self.settle_approval(rep, approval_id, decide).await
    }

    /// Lets go of an approval that was in hand.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it is decided already or somebody else has it.
    pub async fn unclaim(&self, rep: &RepRow, approval_id: &str) -> Result<(), EngineError> {
        let decide = |asked: &Asked<'_>| decide::person::unclaim(asked.context, asked.approval, rep);
        self.settle_approval(rep, approval_id, decide).await
    }

    /// Gives a draft that waits for approval a new text, if it is still the one that was seen (version and hash).
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it does not wait any more or has changed.
    pub async fn edit_draft(
        &self,
        rep: &RepRow,
        draft_id: &str,
        seen: (i64, &str),
        text: &Edit,
    ) -> Result<(), EngineError> {
        let approval_id = self.approval_of(rep, draft_id).await?;
        let decide = |asked: &Asked<'_>| edit::edit(asked.context, asked.approval, rep, seen, text, self.ids());
        self.settle_approval(rep, &approval_id, decide).await
    }

    /// Puts the AI's own text of a draft back. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it does not wait for approval any more.
    pub async fn restore_draft(&self, rep: &RepRow, draft_id: &str) -> Result<(), EngineError> {
        let approval_id = self.approval_of(rep, draft_id).await?;
        let mut reader = self.db().read().await?;
        let versions = read::draft_versions(&mut reader.conn(), &rep.workspace_id, draft_id).await?;
        drop(reader);
        let original = versions.first().ok_or_else(|| not_found("draft", draft_id))?;
        let decide = |asked: &Asked<'_>| edit::restore(asked.context, asked.approval, rep, original, self.ids());
        self.settle_approval(rep, &approval_id, decide).await
    }

    /// Has a draft that waits for approval written anew; the policy decides about the new one afresh.
    ///
    /// # Errors
    /// [`EngineError::Decide`] when it does not wait for approval any more.
    pub async fn regenerate_draft(
        &self,
        rep: &RepRow,
        draft_id: &str,
        instruction: Option<&str>,
    ) -> Result<(), EngineError> {
        let approval_id = self.approval_of(rep, draft_id).await?;
        let decide = |asked: &Asked<'_>| edit::regenerate(asked.context, asked.approval, rep, instruction, self.ids());
        self.settle_approval(rep, &approval_id, decide).await
    }

    /// Takes a reply back that has not left yet: within the undo window, while it is held or scheduled. A draft of the
    /// AI becomes a question to people, a rep's own reply ends.
    ///
    /// # Errors
    /// [`DecideError::TooLate`] when it has left or is being handed over.
    pub async fn take_back(&self, rep: &RepRow, draft_id: &str) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let run_id = self.draft(rep, draft_id).await?.run_id;
        loop {
            let in_force = self.policies().in_force(self.db(), ws).await?;
            let context =
                stages::context(self, &in_force, ws, &run_id).await?.ok_or_else(|| not_found("run", &run_id))?;
            if context.run.draft_id.as_deref() != Some(draft_id) {
                let status = self.draft(rep, draft_id).await?.status;
                return Err(DecideError::TooLate { status }.into());
            }
            let transition = edit::take_back(&context, &in_force.policy, rep, self.ids())?;
            if self.commit(transition).await? == Outcome::Won {
                return Ok(());
            }
        }
    }

    async fn settle_approval(
        &self,
        rep: &RepRow,
        approval_id: &str,
        decide: impl Fn(&Asked<'_>) -> Result<Transition, DecideError>,
    ) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        let run_id = self.approval(ws, approval_id).await?.run_id;
        loop {
            let in_force = self.policies().in_force(self.db(), ws).await?;
            let context =
                stages::context(self, &in_force, ws, &run_id).await?.ok_or_else(|| not_found("run", &run_id))?;
            let mut reader = self.db().read().await?;
            let votes = read::votes(&mut reader.conn(), ws, approval_id).await?;
            drop(reader);
            // Read after the run and the votes: when somebody has settled it meanwhile, this says who.
            let approval = self.approval(ws, approval_id).await?;
            let asked = Asked { context: &context, approval: &approval, votes: &votes };
            match self.commit(decide(&asked)?).await? {
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

    async fn draft(&self, rep: &RepRow, id: &str) -> Result<DraftRow, EngineError> {
        let mut reader = self.db().read().await?;
        let draft = read::draft(&mut reader.conn(), &rep.workspace_id, id).await?;
        draft.ok_or_else(|| not_found("draft", id))
    }

    /// The approval that asks about a draft.
    async fn approval_of(&self, rep: &RepRow, draft_id: &str) -> Result<String, EngineError> {
        let draft = self.draft(rep, draft_id).await?;
        let mut reader = self.db().read().await?;
        let pending = read::approval_pending(&mut reader.conn(), &rep.workspace_id, &draft.run_id).await?;
        let asks = pending.filter(|approval| approval.draft_id == draft_id);
        Ok(asks.ok_or(DecideError::TooLate { status: draft.status })?.id)
    }

    /// Pauses the AI for a contact and withdraws what it had pending for them. Returns how many drafts were withdrawn
    /// and how many replies were being handed over already.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such contact.
    pub async fn pause(
        &self,
        rep: &RepRow,
        contact_id: &str,
        reason: &str,
        until: Option<i64>,
    ) -> Result<Stopped, EngineError> {
        let pause =
            Write::ContactPause { id: contact_id.to_owned(), reason: reason.to_owned(), by: rep.name.clone(), until };
        self.on_contact(rep, contact_id, pause, "ai_paused", format!("{} paused the AI: {reason}", rep.name)).await?;
        let why = format!("the AI was paused: {reason}");
        let stop = Stop {
            closed: ClosedReason::Paused,
            action: ActionReason::ContactBlockedInbound,
            by: &rep.name,
            reason: &why,
        };
        Ok(self.stop_contact(&rep.workspace_id, contact_id, stop).await?)
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
        let reps = read::reps(&mut reader.conn(), ws).await?;
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
        let mut writes = vec![note, said];
        for called in mentioned(body, &reps) {
            writes.push(Write::People(PeopleWrite::Mention {
                note_id: id.clone(),
                rep_id: called.id.clone(),
                conversation_id: conversation.id.clone(),
            }));
            writes.push(Write::UnreadMark { rep_id: called.id.clone(), conversation_id: conversation.id.clone() });
            let summary = format!("{} called {} in a note", rep.name, called.name);
            let refers_to = Some(called.id.clone());
            writes.push(self.said(rep, &conversation.id, &conversation.contact_id, "mention", summary, refers_to));
        }
        if writes.len() > 2 {
            writes.push(Write::ActionAdd { conversation_id: conversation.id.clone(), reason: ActionReason::Mention });
        }
        self.commit_writes(ws, writes).await?;
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
}

pub(crate) fn not_found(what: &'static str, id: &str) -> EngineError {
    EngineError::NotFound { what, id: id.to_owned() }
}
