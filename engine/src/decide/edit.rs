//! What people do with a draft of the AI before they decide: edit it, put the original back, have it written anew, take
//! back one that is about to leave. Approvals are bound to a version, so each of these makes earlier ones worthless.

use remit_dsl::Policy;

use super::person::{DecideError, Edit, edited, not_asked, pending, said, unclaimed};
use super::{RunContext, gate};
use crate::domain::{ClosedReason, Gate, Stage};
use crate::ports::Ids;
use crate::store::rows::{ApprovalRow, DraftVersionRow, RepRow};
use crate::store::{PeopleWrite, Transition, Write};

/// Gives the draft a new text, if it is still the one that the person saw.
///
/// # Errors
/// [`DecideError`] when it does not wait any more, has changed, or the text is empty.
pub fn edit(
    context: &RunContext,
    approval: &ApprovalRow,
    rep: &RepRow,
    (seen_version, seen_sha256): (i64, &str),
    text: &Edit,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let draft = pending(context, approval)?;
    unclaimed(context, approval, rep)?;
    if draft.version != seen_version || draft.content_sha256 != seen_sha256 {
        return Err(DecideError::DraftChanged { current: draft.version });
    }
    let mut writes = Vec::new();
    edited(draft, text, rep, &mut writes)?;
    writes.push(said(context, rep, ids, "draft_edited", format!("{} edited the draft", rep.name), &draft.id));
    Ok(context.transition(context.to(Stage::WaitingApproval, context.run.ready_at), writes))
}

/// Puts the AI's own text back, as a version of its own: nothing that was written is lost.
///
/// # Errors
/// [`DecideError`] when it does not wait any more.
pub fn restore(
    context: &RunContext,
    approval: &ApprovalRow,
    rep: &RepRow,
    original: &DraftVersionRow,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let draft = pending(context, approval)?;
    unclaimed(context, approval, rep)?;
    let mut writes = Vec::new();
    if draft.content_sha256 != original.content_sha256 {
        let text = Edit { subject: original.subject.clone(), body_text: original.body_text.clone() };
        edited(draft, &text, rep, &mut writes)?;
        let summary = format!("{} put the original draft back", rep.name);
        writes.push(said(context, rep, ids, "draft_restored", summary, &draft.id));
    }
    Ok(context.transition(context.to(Stage::WaitingApproval, context.run.ready_at), writes))
}

/// Has the draft written anew; the gate is asked about the new one as about the first.
///
/// # Errors
/// [`DecideError`] when it does not wait any more.
pub fn regenerate(
    context: &RunContext,
    approval: &ApprovalRow,
    rep: &RepRow,
    instruction: Option<&str>,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let draft = pending(context, approval)?;
    unclaimed(context, approval, rep)?;
    let summary = match instruction {
        Some(instruction) => format!("{} had the draft written anew: {instruction}", rep.name),
        None => format!("{} had the draft written anew", rep.name),
    };
    let mut writes = vec![
        Write::ApprovalDecided {
            run_id: context.run.id.clone(),
            state: "withdrawn",
            by: Some(rep.name.clone()),
            draft_version: Some(draft.version),
            reason: Some("regenerated".to_owned()),
        },
        Write::DraftStatus { id: draft.id.clone(), status: "superseded" },
        Write::People(PeopleWrite::Instruct {
            run_id: context.run.id.clone(),
            instruction: instruction.map(str::to_owned),
            asked_by: None,
        }),
        said(context, rep, ids, "draft_regenerated", summary, &draft.id),
    ];
    writes.extend(not_asked(context, approval));
    Ok(context.transition(context.to(Stage::Classified, Some(context.now_ms)), writes))
}

/// Takes back what is about to leave. A draft of the AI becomes a question to people; a rep's own reply ends.
///
/// # Errors
/// [`DecideError::TooLate`] when it has left, is being handed over, or does not wait to be sent.
pub fn take_back(
    context: &RunContext,
    policy: &Policy,
    rep: &RepRow,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let too_late = |status: &str| DecideError::TooLate { status: status.to_owned() };
    let Some(draft) = &context.draft else { return Err(too_late("gone")) };
    if !matches!(context.run.stage, Stage::Scheduled | Stage::Held | Stage::Gated) {
        return Err(too_late(&draft.status));
    }
    let mut writes = vec![
        Write::EffectCancel { run_id: context.run.id.clone() },
        Write::People(PeopleWrite::LimitWaitEnd { run_id: context.run.id.clone() }),
        said(context, rep, ids, "taken_back", format!("{} took the reply back before it left", rep.name), &draft.id),
    ];
    if context.by_rep() {
        writes.push(Write::DraftStatus { id: draft.id.clone(), status: "discarded" });
        let mut run = context.to(Stage::Closed, None);
        run.closed_reason = Some(ClosedReason::TakenBack);
        return Ok(context.transition(run, writes));
    }
    let verdict = gate::ask(context, policy, Gate::Draft).verdict;
    let decision_id = context.run.decision_id.clone().unwrap_or_default();
    writes.extend(gate::ask_people((context, policy), draft, &verdict, &decision_id, ids));
    let expires_at = verdict.approvals.expire_after_ms.map(|ms| context.now_ms.saturating_add(ms));
    let mut run = context.to(Stage::WaitingApproval, expires_at);
    run.approved = false;
    Ok(context.transition(run, writes))
}
