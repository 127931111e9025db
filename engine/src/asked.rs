//! Drafts that reps ask the AI for, and drafts that they throw away.

use crate::decide::ask::{self, AskError};
use crate::decide::person::DecideError;
use crate::engine::{Engine, EngineError};
use crate::jobs::MOST_TRIES;
use crate::people::not_found;
use crate::stages;
use crate::store::rows::RepRow;
use crate::store::{Outcome, StoreError, read};

impl Engine {
    /// Has the AI draft a reply to the latest message of a conversation, where its work on that has ended without one: by the
    /// usual drafter, checks and gate. What comes of it waits for a person; nothing leaves because of it. Gives the job that
    /// makes the draft.
    ///
    /// # Errors
    /// [`EngineError::Asked`] when there is nothing to draft, or the policy does not let the AI answer;
    /// [`EngineError::NotFound`].
    pub async fn ask_for_draft(
        &self,
        rep: &RepRow,
        conversation_id: &str,
        instruction: Option<&str>,
    ) -> Result<String, EngineError> {
        let ws = &rep.workspace_id;
        for _ in 0..MOST_TRIES {
            let mut reader = self.db().read().await?;
            let conn = &mut reader.conn();
            let conversation = read::conversation(conn, ws, conversation_id).await?;
            conversation.ok_or_else(|| not_found("conversation", conversation_id))?;
            let message = read::latest_inbound(conn, ws, conversation_id).await?.ok_or(AskError::NothingToAnswer)?;
            let run = read::run_of_message(conn, ws, &message.id).await?.ok_or(AskError::NothingToAnswer)?;
            drop(reader);
            let in_force = self.policies().in_force(self.db(), ws).await?;
            let context = stages::context(self, &in_force, ws, &run.id).await?;
            let context = context.ok_or_else(|| not_found("run", &run.id))?;
            let transition = ask::ask(&context, &in_force.policy, rep, instruction, self.ids())?;
            if self.commit(transition).await? == Outcome::Won {
                self.wake();
                return Ok(run.id);
            }
        }
        Err(StoreError::Contended.into())
    }

    /// Throws a draft away that waits for approval, is held or has not left yet, if its version is the one that was seen.
    ///
    /// # Errors
    /// [`EngineError::Changed`] when it is not; [`DecideError::TooLate`] when it has left or its end is settled.
    pub async fn discard_draft(&self, rep: &RepRow, draft_id: &str, version: i64) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        for _ in 0..MOST_TRIES {
            let mut reader = self.db().read().await?;
            let draft = read::draft(&mut reader.conn(), ws, draft_id).await?;
            let draft = draft.ok_or_else(|| not_found("draft", draft_id))?;
            drop(reader);
            let in_force = self.policies().in_force(self.db(), ws).await?;
            let context = stages::context(self, &in_force, ws, &draft.run_id).await?;
            let context = context.ok_or_else(|| not_found("run", &draft.run_id))?;
            if context.run.draft_id.as_deref() != Some(draft_id) {
                return Err(DecideError::TooLate { status: draft.status }.into());
            }
            let mut reader = self.db().read().await?;
            let approval = read::approval_pending(&mut reader.conn(), ws, &context.run.id).await?;
            drop(reader);
            let transition = match ask::discard(&context, approval.as_ref(), rep, version, self.ids()) {
                Err(DecideError::DraftChanged { current }) => {
                    return Err(EngineError::Changed { what: "draft", current });
                }
                decided => decided?,
            };
            if self.commit(transition).await? == Outcome::Won {
                return Ok(());
            }
        }
        Err(StoreError::Contended.into())
    }
}
