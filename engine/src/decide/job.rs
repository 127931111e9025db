//! Job: what the operating side does with runs. A person has one tried again, says what became of one in doubt, or ends
//! it; the engine parks what it must not touch any more, and makes due again what was forgotten.

use remit_dsl::Policy;
use serde::Deserialize;

use super::retry::{Failure, given_up, undone};
use super::{RunContext, gate};
use crate::domain::{ActionReason, ClosedReason, ErrorClass, IdKind, Stage};
use crate::ports::Ids;
use crate::store::rows::RunRow;
use crate::store::{JobWrite, PeopleWrite, RunMove, TimelineEntry, Transition, Write};

/// What a person says about a reply of which nobody knows whether it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It left: the contact has it.
    MarkSent,
    /// It did not leave, or may as well come twice: send it.
    SendAgain,
}

/// Why a job was left as it is. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// It has not failed.
    #[error("this job has not failed: its reply is {stage}")]
    NotFailed {
        /// Where it stands.
        stage: Stage,
    },
    /// It may have left, and the person did not say.
    #[error("nobody knows whether this reply was sent; say that it was (mark it sent), or that it shall be sent again")]
    InDoubt,
    /// The person said what became of a reply that is not in doubt.
    #[error("there is no doubt about this reply: it was not sent; just have it tried again")]
    NotInDoubt,
    /// It is being handed over, or is settled.
    #[error("it is too late: this reply is {stage}")]
    TooLate {
        /// Where it stands.
        stage: Stage,
    },
}

/// Who does something with a job, and why.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'a> {
    /// Their name, for the timeline.
    pub name: &'a str,
    /// Why, in their words.
    pub note: Option<&'a str>,
}

impl Operator<'_> {
    fn said(&self, context: &RunContext, kind: &'static str, what: &str, was: &str, ids: &dyn Ids) -> Write {
        let note = self.note.map(|note| format!(": {note}")).unwrap_or_default();
        Write::Timeline(Box::new(TimelineEntry {
            id: ids.next(IdKind::Timeline),
            conversation_id: context.conversation.id.clone(),
            contact_id: context.contact.id.clone(),
            kind,
            actor_kind: "rep",
            actor_name: Some(self.name.to_owned()),
            summary: format!("{} {what}{note}", self.name),
            refers_to: Some(context.run.id.clone()),
            data: serde_json::json!({ "job_id": context.run.id, "was": was, "note": self.note }),
            at: context.now_ms,
        }))
    }
}

/// Has a failed job tried again, or one that waits for its next attempt tried now. A reply in doubt needs a person's word.
/// The gate is asked again before anything of the AI leaves.
///
/// # Errors
/// [`JobError`] when there is nothing to try again, or the word is missing or not wanted.
pub fn retry(
    context: &RunContext,
    by: Operator<'_>,
    word: Option<Word>,
    ids: &dyn Ids,
) -> Result<Transition, JobError> {
    let stage = context.run.stage;
    if stage != Stage::Failed {
        return at_once(context, by, word, ids);
    }
    let effect = context.effect.as_ref();
    let in_doubt = effect.filter(|effect| effect.state == "in_doubt");
    let mut writes = vec![
        Write::Job(JobWrite::ActionSettled {
            conversation_id: context.conversation.id.clone(),
            run_id: context.run.id.clone(),
        }),
        Write::Job(JobWrite::UncleanClear { run_id: context.run.id.clone() }),
    ];
    let draft_status = |status| {
        let draft = context.draft.as_ref();
        draft.map(|draft| Write::DraftStatus { id: draft.id.clone(), status })
    };
    match (in_doubt, word) {
        (Some(_), None) => return Err(JobError::InDoubt),
        (None, Some(_)) => return Err(JobError::NotInDoubt),
        (Some(effect), Some(Word::MarkSent)) => {
            writes.push(Write::EffectFinish {
                id: effect.id.clone(),
                message_id: effect.message_id.clone(),
                state: "sent",
                message_status: "sent",
                provider_ref: None,
                last_error: effect.last_error.clone(),
            });
            writes.extend(draft_status("sent"));
            writes.push(by.said(context, "marked_sent", "said that the reply was sent", "in_doubt", ids));
            return Ok(context.transition(context.to(Stage::Sent, None), writes));
        }
        (Some(_), Some(Word::SendAgain)) | (None, None) => {}
    }
    // The same effect once more: the same text and the same key, so that a provider which has it can say so.
    let again = effect.filter(|effect| effect.state != "sent").filter(|_| context.draft.is_some());
    if let Some(effect) = again {
        writes.push(Write::EffectFinish {
            id: effect.id.clone(),
            message_id: effect.message_id.clone(),
            state: "pending",
            message_status: "queued",
            provider_ref: None,
            last_error: effect.last_error.clone(),
        });
    }
    let to = match (again, &context.draft) {
        (Some(_), _) => Stage::Gated,
        (None, Some(_)) if context.by_rep() => Stage::Gated,
        (None, Some(_)) => Stage::Drafted,
        (None, None) => Stage::Received,
    };
    writes.extend(draft_status(match (context.by_rep(), context.run.approved) {
        (true, _) => "scheduled",
        (false, true) => "approved",
        (false, false) => "open",
    }));
    let (what, was) = match in_doubt {
        Some(_) => ("said that the reply was not sent, or may come twice, and had it sent again", "in_doubt"),
        None => ("had it tried again", "failed"),
    };
    writes.push(by.said(context, "job_retried", what, was, ids));
    Ok(context.transition(context.to(to, Some(context.now_ms)), writes))
}

/// One that waits for its next attempt need not wait.
fn at_once(context: &RunContext, by: Operator<'_>, word: Option<Word>, ids: &dyn Ids) -> Result<Transition, JobError> {
    let run = &context.run;
    let waits = run.attempt > 0 && run.ready_at.is_some_and(|at| at > context.now_ms);
    if run.stage.is_terminal() || run.stage.is_parked() || !waits {
        return Err(JobError::NotFailed { stage: run.stage });
    }
    if word.is_some() {
        return Err(JobError::NotInDoubt);
    }
    let mut moved = context.to(run.stage, Some(context.now_ms));
    moved.attempt = run.attempt;
    moved.last_error.clone_from(&run.last_error);
    let said = by.said(context, "job_retried", "had it tried again at once", "retrying", ids);
    Ok(context.transition(moved, vec![said]))
}

/// Ends a job: nothing is sent, and nothing more is tried. Where a contact is left without an answer, the conversation
/// says so.
///
/// # Errors
/// [`JobError::TooLate`] when the reply is being handed over, or its end is settled.
pub fn cancel(context: &RunContext, by: Operator<'_>, ids: &dyn Ids) -> Result<Transition, JobError> {
    let run = &context.run;
    let conversation_id = || context.conversation.id.clone();
    if matches!(run.stage, Stage::Sending | Stage::Sent | Stage::Closed) {
        return Err(JobError::TooLate { stage: run.stage });
    }
    let in_doubt = context.effect.as_ref().filter(|effect| effect.state == "in_doubt");
    let mut writes = vec![
        Write::EffectCancel { run_id: run.id.clone() },
        Write::People(PeopleWrite::LimitWaitEnd { run_id: run.id.clone() }),
        Write::Job(JobWrite::UncleanClear { run_id: run.id.clone() }),
    ];
    if run.stage == Stage::WaitingApproval {
        writes.push(Write::ApprovalDecided {
            run_id: run.id.clone(),
            state: "withdrawn",
            by: Some(by.name.to_owned()),
            draft_version: None,
            reason: Some("cancelled".to_owned()),
        });
        writes.push(Write::ActionRemove { conversation_id: conversation_id(), reason: ActionReason::ApprovalPending });
    }
    if run.stage == Stage::Failed {
        writes.push(Write::Job(JobWrite::ActionSettled { conversation_id: conversation_id(), run_id: run.id.clone() }));
    } else {
        // Nobody has looked at it yet, and nobody else will.
        writes.push(Write::ActionAdd { conversation_id: conversation_id(), reason: ActionReason::SendingStopped });
    }
    if let Some(effect) = in_doubt {
        // It may have left; that is not known now, and will not be.
        writes.push(Write::EffectFinish {
            id: effect.id.clone(),
            message_id: effect.message_id.clone(),
            state: "cancelled",
            message_status: "unknown",
            provider_ref: None,
            last_error: effect.last_error.clone(),
        });
    }
    writes.extend(context.draft.iter().map(|draft| Write::DraftStatus { id: draft.id.clone(), status: "discarded" }));
    let was = if in_doubt.is_some() { "in_doubt" } else { run.stage.as_str() };
    writes.push(by.said(context, "job_cancelled", "ended the work on the reply", was, ids));
    let mut moved = context.to(Stage::Closed, None);
    moved.attempt = run.attempt;
    moved.closed_reason = Some(ClosedReason::Cancelled);
    moved.last_error.clone_from(&run.last_error);
    Ok(context.transition(moved, writes))
}

/// More came in than could be answered in time: a person's, instead of being answered late.
#[must_use]
pub fn overloaded(context: &RunContext, policy: &Policy, reason: &str, ids: &dyn Ids) -> Transition {
    gate::give_up(context, policy, &Failure::new(ErrorClass::Overloaded, reason), ids)
}

/// The process died too often while it worked on this: it is parked for a person, untouched.
#[must_use]
pub fn poisonous(context: &RunContext, policy: &Policy, times: i64, ids: &dyn Ids) -> Transition {
    let reason = format!("the process died {times} times in a row while it worked on this");
    let failure = Failure::new(ErrorClass::Died, &reason);
    let mut transition = match context.run.decision_id {
        Some(_) => given_up(context, ids, &failure, undone(context, &failure)),
        None => gate::give_up(context, policy, &failure, ids),
    };
    transition.writes.push(Write::Job(JobWrite::UncleanClear { run_id: context.run.id.clone() }));
    transition
}

/// A run that nobody would look at any more is looked at now.
#[must_use]
pub fn due_again(run: &RunRow, now_ms: i64) -> Transition {
    let moved = RunMove {
        id: run.id.clone(),
        version: run.version,
        epoch: run.epoch,
        stage: run.stage,
        attempt: run.attempt,
        approved: run.approved,
        held_since: run.held_since,
        ready_at: Some(now_ms),
        closed_reason: None,
        last_error: run.last_error.clone(),
        draft_id: None,
        decision_id: None,
    };
    Transition { workspace_id: run.workspace_id.clone(), now_ms, run: Some(moved), ..Transition::default() }
}
