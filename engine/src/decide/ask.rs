//! Ask: a rep wants a draft of the AI where its work on a message has ended without a reply; and a rep throws a draft away.
//!
//! The run is taken up again and goes the usual way: classifier, drafter, checks, gate. What the gate would let go waits for
//! a person all the same ([`RunContext::wants_a_yes`]); what it would not answer is refused right here, so that whoever asks
//! learns why.

use remit_dsl::{Location, Outcome, Policy};

use super::person::{DecideError, not_asked, said, unclaimed};
use super::{RunContext, facts};
use crate::domain::{ActionReason, ClosedReason, Stage};
use crate::ports::Ids;
use crate::store::rows::{ApprovalRow, RepRow};
use crate::store::{JobWrite, PeopleWrite, Transition, Write};

/// Why no draft is made. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Nobody outside has written, or what came last is a machine's.
    #[error("there is no message of a person to answer")]
    NothingToAnswer,
    /// The AI is writing one, or a reply is on its way.
    #[error("the AI is at work on the message: its reply is {stage}")]
    AtWork {
        /// Where it stands.
        stage: Stage,
    },
    /// There is one already.
    #[error("a draft waits for approval already, {draft_id}: have that one written anew")]
    Waits {
        /// The draft.
        draft_id: String,
    },
    /// The AI has answered.
    #[error("the AI has answered the message")]
    Answered,
    /// A reply may have left.
    #[error("nobody knows whether the AI's reply was sent; say what became of it first")]
    InDoubt,
    /// The policy does not let the AI answer this.
    #[error("the policy says `{}`: rule `{rule}` ({at})", outcome.as_str())]
    Forbidden {
        /// What it says.
        outcome: Outcome,
        /// The rule that decides.
        rule: String,
        /// Where it stands.
        at: Location,
    },
}

/// Has a reply drafted by the AI whose work on the message has ended.
///
/// # Errors
/// [`AskError`] when it is at it, has answered, or may not.
pub fn ask(
    context: &RunContext,
    policy: &Policy,
    rep: &RepRow,
    instruction: Option<&str>,
    ids: &dyn Ids,
) -> Result<Transition, AskError> {
    if !context.from_a_person() || context.by_rep() {
        return Err(AskError::NothingToAnswer);
    }
    let in_doubt = context.effect.as_ref().is_some_and(|effect| effect.state == "in_doubt");
    match context.run.stage {
        Stage::Failed if in_doubt => return Err(AskError::InDoubt),
        Stage::Failed | Stage::Closed => {}
        Stage::Sent => return Err(AskError::Answered),
        Stage::WaitingApproval => {
            return Err(AskError::Waits { draft_id: context.run.draft_id.clone().unwrap_or_default() });
        }
        stage => return Err(AskError::AtWork { stage }),
    }
    may_be_answered(context, policy)?;
    let run_id = &context.run.id;
    let mut writes = Vec::new();
    if context.run.stage == Stage::Failed {
        let conversation_id = context.conversation.id.clone();
        writes.push(Write::Job(JobWrite::ActionSettled { conversation_id, run_id: run_id.clone() }));
        writes.push(Write::Job(JobWrite::UncleanClear { run_id: run_id.clone() }));
    }
    // There will be a draft; where there is none again, it is said again.
    for reason in [ActionReason::NoDraft, ActionReason::DraftExpired] {
        writes.push(Write::ActionRemove { conversation_id: context.conversation.id.clone(), reason });
    }
    // What is left of the work before is past: the next draft is another one.
    let past = context.draft.iter().filter(|draft| draft.status != "rejected");
    writes.extend(past.map(|draft| Write::DraftStatus { id: draft.id.clone(), status: "discarded" }));
    writes.push(Write::People(PeopleWrite::Instruct {
        run_id: run_id.clone(),
        instruction: instruction.map(str::to_owned),
        asked_by: Some(rep.id.clone()),
    }));
    let summary = match instruction {
        Some(instruction) => format!("{} asked the AI for a draft: {instruction}", rep.name),
        None => format!("{} asked the AI for a draft", rep.name),
    };
    writes.push(said(context, rep, ids, "draft_asked", summary, &context.message.id));
    let is_read = context.run.stage == Stage::Closed && context.classification.is_some();
    let mut run = context.to(if is_read { Stage::Classified } else { Stage::Received }, Some(context.now_ms));
    run.approved = false;
    run.held_since = None;
    Ok(context.transition(run, writes))
}

/// What the policy says before there is a draft. Rules about drafts only make it more careful.
fn may_be_answered(context: &RunContext, policy: &Policy) -> Result<(), AskError> {
    let verdict = policy.decide(&facts::collect(context, policy, None).facts);
    if verdict.outcome < Outcome::Off {
        return Ok(());
    }
    let (rule, at) = match verdict.deciding.first() {
        Some(reason) => (reason.name.clone(), reason.at.clone()),
        None => ("default".to_owned(), verdict.route.at.clone()),
    };
    Err(AskError::Forbidden { outcome: verdict.outcome, rule, at })
}

/// Throws a draft away that waits for a person or a time: nothing of it leaves. `approval` asks about it, where one does.
///
/// # Errors
/// [`DecideError`] when it has left or its end is settled, has changed since it was seen, or a colleague has it in hand.
pub fn discard(
    context: &RunContext,
    approval: Option<&ApprovalRow>,
    rep: &RepRow,
    seen_version: i64,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let too_late = |status: &str| DecideError::TooLate { status: status.to_owned() };
    let Some(draft) = &context.draft else { return Err(too_late("gone")) };
    let run_id = &context.run.id;
    let mut writes = match (context.run.stage, approval) {
        (Stage::WaitingApproval, Some(approval)) if approval.state == "pending" => {
            unclaimed(context, approval, rep)?;
            let mut writes = vec![Write::ApprovalDecided {
                run_id: run_id.clone(),
                state: "withdrawn",
                by: Some(rep.name.clone()),
                draft_version: Some(draft.version),
                reason: Some("discarded".to_owned()),
            }];
            writes.extend(not_asked(context, approval));
            writes
        }
        (Stage::Held | Stage::Scheduled | Stage::Gated, _) => vec![
            Write::EffectCancel { run_id: run_id.clone() },
            Write::People(PeopleWrite::LimitWaitEnd { run_id: run_id.clone() }),
        ],
        _ => return Err(too_late(&draft.status)),
    };
    if draft.version != seen_version {
        return Err(DecideError::DraftChanged { current: draft.version });
    }
    writes.push(Write::DraftStatus { id: draft.id.clone(), status: "discarded" });
    writes.push(said(context, rep, ids, "draft_discarded", format!("{} threw the draft away", rep.name), &draft.id));
    if !context.by_rep() {
        // The contact has no answer, and the AI gives none by itself: a person's, or until somebody asks it again.
        let conversation_id = context.conversation.id.clone();
        writes.push(Write::ActionAdd { conversation_id, reason: ActionReason::NoDraft });
    }
    let mut run = context.to(Stage::Closed, None);
    run.closed_reason = Some(ClosedReason::TakenBack);
    Ok(context.transition(run, writes))
}
