//! A draft that a rep asks for: for their own reply, whatever the policy would let an AI do.
//!
//! Nothing of it is kept as a draft of the AI and nothing can leave by it: it is words for the rep's own reply, with what
//! the draft checks find in them. What a language model was asked for it is kept like any other call.

use crate::decide::{self, facts};
use crate::draft::check::{Finding, Passage};
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::simulate::draft_row;
use crate::stages;
use crate::store::read;

/// What the drafter would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The intent that it was drafted for.
    pub intent: String,
    /// Subject, where the channel has one.
    pub subject: Option<String>,
    /// The text.
    pub body_text: String,
    /// What wrote it: `template:NAME` or `model:ID`.
    pub source: String,
    /// Passages of the policy's knowledge that a model was given.
    pub rests_on: Vec<Passage>,
    /// What the draft checks found.
    pub findings: Vec<Finding>,
}

impl Engine {
    /// Has a reply to a message drafted for a rep: for the intent that was found, or for the one that they name, with what
    /// they ask of it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such message that came in, or no such intent;
    /// [`EngineError::Draft`] when nothing here drafts for the intent, or the drafter gave nothing.
    pub async fn suggest(
        &self,
        workspace: &str,
        message_id: &str,
        intent: Option<&str>,
        instruction: Option<&str>,
    ) -> Result<Suggestion, EngineError> {
        let in_force = self.policies().in_force(self.db(), workspace).await?;
        let policy = &in_force.policy;
        if let Some(name) = intent {
            policy.intent(name).ok_or_else(|| not_found("intent", name))?;
        }
        let mut reader = self.db().read().await?;
        let run = read::run_of_message(&mut reader.conn(), workspace, message_id).await?;
        drop(reader);
        let run = run.ok_or_else(|| not_found("message", message_id))?;
        let context = stages::context(self, &in_force, workspace, &run.id).await?;
        let mut context = context.ok_or_else(|| not_found("message", message_id))?;
        let found = decide::draft::intent(&context).to_owned();
        let intent = intent.map_or(found, str::to_owned);
        context.run.instruction = instruction.map(str::to_owned);
        let (answer, calls) =
            in_force.drafter.draft_and_tell(&decide::draft::input_for(&context, policy, &intent)).await;
        let calls = context.calls(calls, self.ids());
        if !calls.is_empty() {
            self.commit_writes(workspace, calls).await?;
        }
        let text = answer?;
        context.rests_on.clone_from(&text.rests_on);
        context.draft = Some(draft_row(&context, &text));
        context.around = None;
        context.around = stages::around(self, &in_force, &context).await;
        let findings = facts::collect(&context, policy, Some(&text.body_text)).findings;
        let crate::ports::DraftText { subject, body_text, source, rests_on } = text;
        Ok(Suggestion { intent, subject, body_text, source, rests_on, findings })
    }
}
