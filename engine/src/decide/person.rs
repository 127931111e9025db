//! What people decide: approve, reject, pause. The gate is asked again after each of them.

use super::{RunContext, content_sha256, send};
use crate::domain::{ActionReason, ClosedReason, IdKind, Stage};
use crate::ports::Ids;
use crate::store::rows::{ApprovalRow, RepRow};
use crate::store::{TimelineEntry, Transition, Write};

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
    /// The kill switch is on: nothing that an AI wrote may leave.
    #[error("sending is stopped by the kill switch")]
    Stopped,
    /// An edited draft has no text.
    #[error("the edited reply has no text")]
    Empty,
}

/// Approves what the context's run waits for; the person saw version `seen_version` with hash `seen_sha256`.
///
/// # Errors
/// [`DecideError`] when the approval is not pending any more or was given for something else.
pub fn approve(
    context: &RunContext,
    approval: &ApprovalRow,
    rep: &RepRow,
    (seen_version, seen_sha256): (i64, &str),
    edit: Option<&Edit>,
    ids: &dyn Ids,
) -> Result<Transition, DecideError> {
    let draft = pending(context, approval)?;
    if draft.version != seen_version || draft.content_sha256 != seen_sha256 {
        return Err(DecideError::DraftChanged { current: draft.version });
    }
    if context.newer_inbound {
        return Err(DecideError::Stale);
    }
    if context.switches.iter().any(|(name, on)| name == "kill_switch" && *on) {
        return Err(DecideError::Stopped);
    }
    let mut writes = Vec::new();
    let mut approved = context.clone();
    if let Some(edit) = edit {
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
        approved.draft = Some(edited);
    }
    let version = approved.draft.as_ref().map(|draft| draft.version);
    writes.push(Write::ApprovalDecided {
        run_id: context.run.id.clone(),
        state: "approved",
        by: Some(rep.name.clone()),
        draft_version: version,
        reason: None,
    });
    writes.push(Write::DraftStatus { id: draft.id.clone(), status: "approved" });
    writes.extend(send::intend(&approved, false, ids));
    writes.push(Write::ActionRemove {
        conversation_id: context.conversation.id.clone(),
        reason: ActionReason::ApprovalPending,
    });
    let how = if edit.is_some() { "approved the draft with an edit" } else { "approved the draft" };
    writes.push(said(context, rep, ids, "approved", format!("{} {how}", rep.name), &approval.id));
    let mut run = context.to(Stage::Gated, Some(context.now_ms));
    run.approved = true;
    Ok(context.transition(run, writes))
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
    let writes = vec![
        Write::ApprovalDecided {
            run_id: context.run.id.clone(),
            state: "rejected",
            by: Some(rep.name.clone()),
            draft_version: Some(draft.version),
            reason: Some(reason.to_owned()),
        },
        Write::DraftStatus { id: draft.id.clone(), status: "rejected" },
        Write::ActionRemove { conversation_id: context.conversation.id.clone(), reason: ActionReason::ApprovalPending },
        said(context, rep, ids, "rejected", format!("{} rejected the draft: {reason}", rep.name), &approval.id),
    ];
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

/// Takes back a parked run because a person paused the AI or stopped sending.
#[must_use]
pub fn withdraw(context: &RunContext, why: &str, ids: &dyn Ids) -> Transition {
    let mut writes = vec![
        Write::ApprovalDecided {
            run_id: context.run.id.clone(),
            state: "withdrawn",
            by: None,
            draft_version: None,
            reason: Some(why.to_owned()),
        },
        Write::EffectCancel { run_id: context.run.id.clone() },
        Write::ActionRemove { conversation_id: context.conversation.id.clone(), reason: ActionReason::ApprovalPending },
        Write::ActionAdd {
            conversation_id: context.conversation.id.clone(),
            reason: ActionReason::ContactBlockedInbound,
        },
    ];
    if let Some(draft) = &context.draft {
        writes.push(Write::DraftStatus { id: draft.id.clone(), status: "discarded" });
    }
    let summary = format!("The pending draft was withdrawn: {why}");
    writes.push(context.entry_with(ids, "draft_withdrawn", summary, None, serde_json::Value::Null));
    let mut run = context.to(Stage::Closed, None);
    run.closed_reason = Some(ClosedReason::PolicyOff);
    context.transition(run, writes)
}

fn pending<'a>(
    context: &'a RunContext,
    approval: &ApprovalRow,
) -> Result<&'a crate::store::rows::DraftRow, DecideError> {
    let decided = || DecideError::AlreadyDecided {
        state: if approval.state == "pending" { "withdrawn".to_owned() } else { approval.state.clone() },
        by: approval.decided_by.clone(),
    };
    if approval.state != "pending" || context.run.stage != Stage::WaitingApproval {
        return Err(decided());
    }
    context.draft.as_ref().ok_or_else(decided)
}

fn said(
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
