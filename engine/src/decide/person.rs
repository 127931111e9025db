//! What people decide: approve, reject, stop. The gate is asked again after each yes.

use super::proofs::{judged, rewritten};
use super::{RunContext, content_sha256, send};
use crate::domain::{ActionReason, ClosedReason, IdKind, Stage};
use crate::ports::Ids;
use crate::store::rows::{ApprovalRow, DraftRow, QueuedRow, RepRow, VoteRow};
use crate::store::{LabelSource, PeopleWrite, RunMove, TimelineEntry, TimerKind, Transition, Write};

/// A new text for a draft, written by the person who approves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Subject, for mail.
    pub subject: Option<String>,
    /// The text.
    pub body_text: String,
}

/// Why a person's decision was not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// Somebody was faster, or it was withdrawn or expired.
    #[error("this approval is already {state}{}", by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default())]
    AlreadyDecided {
        /// What became of it.
        state: String,
        /// Who decided.
        by: Option<String>,
    },
    /// The draft is not the one the person saw.
    #[error("the draft has changed since it was shown (version {current}); look at it again")]
    DraftChanged {
        /// The version there is now.
        current: i64,
    },
    /// The contact wrote again since the draft was made.
    #[error("the contact has written again since this draft was made")]
    Stale,
    /// A colleague has it in hand.
    #[error("{by} is working on this approval")]
    Claimed {
        /// Who.
        by: String,
        /// Until when, UTC milliseconds.
        until: i64,
    },
    /// The policy asks for two people, and the same person came twice.
    #[error("{first} has approved this text already; a second person must")]
    SecondPerson {
        /// Who was first.
        first: String,
    },
    /// What should be changed or taken back has left, or its end is settled.
    #[error("it is too late: this draft is {status}")]
    TooLate {
        /// Where the draft stands.
        status: String,
    },
    /// The kill switch is on: nothing that an AI wrote may leave.
    #[error("sending is stopped by the kill switch")]
    Stopped,
    /// A text that a person wrote is empty.
    #[error("the reply has no text")]
    Empty,
}

/// A yes, to the text that the person saw or to their own.
#[derive(Debug, Clone, Copy)]
pub struct Yes<'a> {
    /// Version of the draft that was seen.
    pub version: i64,
    /// Its hash.
    pub content_sha256: &'a str,
    /// Revision of the conversation that was seen, where the person says so.
    pub revision: Option<i64>,
    /// The person's own text instead.
    pub edit: Option<&'a Edit>,
}

/// Approves what the context's run waits for. Where the policy asks for two people, the first yes is kept and the run
/// goes on waiting; an edited text needs both again.
///
/// # Errors
/// [`DecideError`] when the approval is not pending any more or was given for something else.
pub fn approve(
    context: &RunContext,
    approval: &ApprovalRow,
    votes: &[VoteRow],
    rep: &RepRow,
    yes: Yes<'_>,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let draft = pending(context, approval)?;
    unclaimed(context, approval, rep)?;
    if draft.version != yes.version || draft.content_sha256 != yes.content_sha256 {
        return Err(DecideError::DraftChanged { current: draft.version });
    }
    let moved = yes.revision.is_some_and(|revision| revision != context.conversation.revision);
    if context.newer_inbound || moved || approval.to_address != context.message.from_address {
        return Err(DecideError::Stale);
    }
    if context.switches.iter().any(|(name, on)| name == "kill_switch" && *on) {
        return Err(DecideError::Stopped);
    }
    let mut writes = Vec::new();
    let mut approved = context.clone();
    if let Some(edit) = yes.edit {
        let edited = edited(draft, edit, rep, &mut writes)?;
        approved.draft = Some(edited);
    }
    let Some(text) = &approved.draft else { return Err(already(approval)) };
    let given =
        votes.iter().filter(|vote| vote.draft_version == text.version && vote.content_sha256 == text.content_sha256);
    let mut people: Vec<&VoteRow> = given.collect();
    if let Some(own) = people.iter().find(|vote| vote.rep_id == rep.id) {
        return Err(DecideError::SecondPerson { first: own.rep_name.clone() });
    }
    people.dedup_by_key(|vote| &vote.rep_id);
    writes.push(Write::People(PeopleWrite::Vote {
        approval_id: approval.id.clone(),
        rep_id: rep.id.clone(),
        rep_name: rep.name.clone(),
        draft_version: text.version,
        content_sha256: text.content_sha256.clone(),
    }));
    let how = if yes.edit.is_some() { "approved the draft with an edit" } else { "approved the draft" };
    let enough = i64::try_from(people.len()).unwrap_or(i64::MAX).saturating_add(1) >= approval.people;
    if !enough {
        let summary = format!("{} {how}; a second person must approve it too", rep.name);
        writes.push(said(context, rep, ids, "approved_first", summary, &approval.id));
        // A yes ends the claim: it is somebody else's turn.
        writes.push(release(approval));
        let run = context.to(Stage::WaitingApproval, context.run.ready_at);
        return Ok(context.transition(run, writes));
    }
    // Who rewrote it, now or before, found it wrong; who let it go as it was did not.
    let changed = draft.version > 1 || yes.edit.is_some_and(|edit| rewritten(&draft.body_text, &edit.body_text));
    let source = if changed { LabelSource::Edit } else { LabelSource::Approval };
    writes.extend(judged(context, source, changed, rep));
    writes.push(Write::ApprovalDecided {
        run_id: context.run.id.clone(),
        state: "approved",
        by: Some(rep.name.clone()),
        draft_version: Some(text.version),
        reason: None,
    });
    writes.push(Write::DraftStatus { id: draft.id.clone(), status: "approved" });
    writes.extend(send::intend(&approved, false, ids));
    writes.extend(not_asked(context, approval));
    let summary = match people.first() {
        Some(first) => format!("{} {how}, after {}", rep.name, first.rep_name),
        None => format!("{} {how}", rep.name),
    };
    writes.push(said(context, rep, ids, "approved", summary, &approval.id));
    let mut run = context.to(Stage::Gated, Some(context.now_ms));
    run.approved = true;
    Ok(context.transition(run, writes))
}

/// The question is settled: nobody is reminded of it, and it is no reason to look any more.
pub(super) fn not_asked(context: &RunContext, approval: &ApprovalRow) -> Vec<Write> {
    vec![
        Write::ActionRemove { conversation_id: context.conversation.id.clone(), reason: ActionReason::ApprovalPending },
        Write::People(PeopleWrite::TimerClear { kind: TimerKind::RemindApproval, subject_id: approval.id.clone() }),
    ]
}

/// A text of a person's own becomes the next version of a draft.
pub(super) fn edited(
    draft: &DraftRow,
    edit: &Edit,
    rep: &RepRow,
    writes: &mut Vec<Write>,
) -> Result<DraftRow, DecideError> {
    if edit.body_text.trim().is_empty() {
        return Err(DecideError::Empty);
    }
    let mut edited = draft.clone();
    edited.version += 1;
    edited.subject.clone_from(&edit.subject);
    edited.body_text.clone_from(&edit.body_text);
    edited.content_sha256 = content_sha256(edit.subject.as_deref(), &edit.body_text);
    writes.push(Write::DraftEdit {
        id: edited.id.clone(),
        version: edited.version,
        author: rep.id.clone(),
        subject: edited.subject.clone(),
        body_text: edited.body_text.clone(),
        content_sha256: edited.content_sha256.clone(),
    });
    Ok(edited)
}

fn release(approval: &ApprovalRow) -> Write {
    Write::People(PeopleWrite::Claim { approval_id: approval.id.clone(), rep: None, until: None })
}

/// Takes an approval in hand for a while, for oneself or for a colleague. `over` takes it from somebody who has it.
///
/// # Errors
/// [`DecideError`] when it is not pending any more or somebody else has it.
pub fn claim(
    context: &RunContext,
    approval: &ApprovalRow,
    by: &RepRow,
    (whose, until): (&RepRow, i64),
    over: bool,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    pending(context, approval)?;
    if !over {
        unclaimed(context, approval, by)?;
    }
    let rep = Some((whose.id.clone(), whose.name.clone()));
    let mut writes =
        vec![Write::People(PeopleWrite::Claim { approval_id: approval.id.clone(), rep, until: Some(until) })];
    if whose.id != by.id {
        let summary = format!("{} gave the approval to {}", by.name, whose.name);
        writes.push(said(context, by, ids, "assigned", summary, &approval.id));
    }
    Ok(context.transition(context.to(Stage::WaitingApproval, context.run.ready_at), writes))
}

/// Lets go of a claim.
///
/// # Errors
/// [`DecideError`] when it is not pending any more or somebody else has it.
pub fn unclaim(context: &RunContext, approval: &ApprovalRow, rep: &RepRow) -> Result<Transition, DecideError> {
    pending(context, approval)?;
    unclaimed(context, approval, rep)?;
    let run = context.to(Stage::WaitingApproval, context.run.ready_at);
    Ok(context.transition(run, vec![release(approval)]))
}

/// A claim keeps colleagues away until it runs out.
pub(super) fn unclaimed(context: &RunContext, approval: &ApprovalRow, rep: &RepRow) -> Result<(), DecideError> {
    match (&approval.claimed_by, approval.claimed_until) {
        (Some(id), Some(until)) if *id != rep.id && until > context.now_ms => {
            Err(DecideError::Claimed { by: approval.claimed_name.clone().unwrap_or_default(), until })
        }
        _ => Ok(()),
    }
}

/// Rejects what the context's run waits for.
///
/// # Errors
/// [`DecideError::AlreadyDecided`] when it is not pending any more.
pub fn reject(
    context: &RunContext,
    approval: &ApprovalRow,
    rep: &RepRow,
    reason: &str,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let draft = pending(context, approval)?;
    unclaimed(context, approval, rep)?;
    let mut writes = vec![
        Write::ApprovalDecided {
            run_id: context.run.id.clone(),
            state: "rejected",
            by: Some(rep.name.clone()),
            draft_version: Some(draft.version),
            reason: Some(reason.to_owned()),
        },
        Write::DraftStatus { id: draft.id.clone(), status: "rejected" },
        said(context, rep, ids, "rejected", format!("{} rejected the draft: {reason}", rep.name), &approval.id),
    ];
    writes.extend(judged(context, LabelSource::Reject, true, rep));
    writes.extend(not_asked(context, approval));
    let mut run = context.to(Stage::Closed, None);
    run.closed_reason = Some(ClosedReason::Rejected);
    Ok(context.transition(run, writes))
}

/// Nobody decided in time. It never sends: it ends, or it calls a person louder.
#[must_use]
pub fn expire(context: &RunContext, approval: Option<&ApprovalRow>, ids: &dyn Ids) -> Transition {
    let escalate = approval.is_none_or(|approval| approval.expire_to != "off");
    let mut writes = vec![
        Write::ApprovalDecided {
            run_id: context.run.id.clone(),
            state: "expired",
            by: None,
            draft_version: None,
            reason: None,
        },
        Write::ActionRemove { conversation_id: context.conversation.id.clone(), reason: ActionReason::ApprovalPending },
        Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: ActionReason::DraftExpired },
    ];
    if escalate {
        writes.push(Write::ActionAdd {
            conversation_id: context.conversation.id.clone(),
            reason: ActionReason::Escalation,
        });
    }
    if let Some(draft) = &context.draft {
        writes.push(Write::DraftStatus { id: draft.id.clone(), status: "discarded" });
    }
    let summary = "Nobody decided on the draft in time; it was not sent".to_owned();
    writes.push(context.entry_with(ids, "approval_expired", summary, None, serde_json::Value::Null));
    let mut run = context.to(Stage::Closed, None);
    run.closed_reason = Some(if escalate { ClosedReason::Escalated } else { ClosedReason::Expired });
    context.transition(run, writes)
}

/// Why what the AI has queued is taken back.
#[derive(Debug, Clone, Copy)]
pub struct Stop<'a> {
    /// What the run is closed for.
    pub closed: ClosedReason,
    /// Why the conversation needs a person from now on.
    pub action: ActionReason,
    /// Who did it.
    pub by: &'a str,
    /// Why, in their words.
    pub reason: &'a str,
}

/// Takes back what the AI has queued. What is being handed over already cannot be: `None`.
#[must_use]
pub fn stop(
    queued: &QueuedRow,
    Stop { closed, action, by, reason }: Stop<'_>,
    now_ms: i64,
    ids: &dyn Ids,
) -> Option<Transition> {
    let run = &queued.run;
    if run.stage == Stage::Sending || run.stage.is_terminal() {
        return None;
    }
    let mut writes = vec![
        Write::EffectCancel { run_id: run.id.clone() },
        Write::People(PeopleWrite::LimitWaitEnd { run_id: run.id.clone() }),
        Write::ActionAdd { conversation_id: run.conversation_id.clone(), reason: action },
    ];
    if run.stage == Stage::WaitingApproval {
        writes.push(Write::ApprovalDecided {
            run_id: run.id.clone(),
            state: "withdrawn",
            by: None,
            draft_version: None,
            reason: Some(reason.to_owned()),
        });
        writes.push(Write::ActionRemove {
            conversation_id: run.conversation_id.clone(),
            reason: ActionReason::ApprovalPending,
        });
    }
    if let Some(draft) = &run.draft_id {
        writes.push(Write::DraftStatus { id: draft.clone(), status: "discarded" });
    }
    writes.push(Write::Timeline(Box::new(TimelineEntry {
        id: ids.next(IdKind::Timeline),
        conversation_id: run.conversation_id.clone(),
        contact_id: queued.contact_id.clone(),
        kind: "draft_withdrawn",
        actor_kind: "rep",
        actor_name: Some(by.to_owned()),
        summary: format!("What the AI was about to send was taken back: {reason}"),
        refers_to: run.draft_id.clone(),
        data: serde_json::json!({ "closed": closed, "was": run.stage }),
        at: now_ms,
    })));
    let moved = RunMove {
        id: run.id.clone(),
        version: run.version,
        epoch: run.epoch,
        stage: Stage::Closed,
        attempt: run.attempt,
        approved: run.approved,
        held_since: run.held_since,
        ready_at: None,
        closed_reason: Some(closed),
        last_error: None,
        draft_id: None,
        decision_id: None,
    };
    let workspace_id = run.workspace_id.clone();
    Some(Transition { workspace_id, now_ms, run: Some(moved), writes, ..Transition::default() })
}

fn already(approval: &ApprovalRow) -> DecideError {
    // Withdrawn because the contact wrote again: what was on the screen is stale, and that is what helps to know.
    if approval.state == "withdrawn" && approval.reason.as_deref() == Some("superseded") {
        return DecideError::Stale;
    }
    DecideError::AlreadyDecided {
        state: if approval.state == "pending" { "withdrawn".to_owned() } else { approval.state.clone() },
        by: approval.decided_by.clone(),
    }
}

/// The draft that waits for people.
pub(super) fn pending<'a>(context: &'a RunContext, approval: &ApprovalRow) -> Result<&'a DraftRow, DecideError> {
    if approval.state != "pending" || context.run.stage != Stage::WaitingApproval {
        return Err(already(approval));
    }
    context.draft.as_ref().ok_or_else(|| already(approval))
}

pub(super) fn said(
    context: &RunContext,
    rep: &RepRow,
    ids: &dyn Ids,
    kind: &'static str,
    summary: String,
    refers_to: &str,
) -> Write {
    Write::Timeline(Box::new(TimelineEntry {
        id: ids.next(IdKind::Timeline),
        conversation_id: context.conversation.id.clone(),
        contact_id: context.contact.id.clone(),
        kind,
        actor_kind: "rep",
        actor_name: Some(rep.name.clone()),
        summary,
        refers_to: Some(refers_to.to_owned()),
        data: serde_json::Value::Null,
        at: context.now_ms,
    }))
}
