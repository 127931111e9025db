//! What a time that has come means: a reminder, a promise that was not kept, a conversation that comes back.

use crate::domain::{ActionReason, IdKind};
use crate::ports::Ids;
use crate::store::rows::{ApprovalRow, ConversationRow, TimerRow};
use crate::store::{PeopleWrite, TimelineEntry, Write};

/// The timer has been dealt with. Committed together with what it caused, so that it happens once.
#[must_use]
pub fn fired(timer: &TimerRow) -> Write {
    Write::People(PeopleWrite::TimerFired {
        kind: timer.kind.clone(),
        subject_id: timer.subject_id.clone(),
        due_at: timer.due_at,
    })
}

fn system(
    conversation: &ConversationRow,
    kind: &'static str,
    summary: String,
    refers_to: Option<String>,
    now_ms: i64,
    ids: &dyn Ids,
) -> Write {
    Write::Timeline(Box::new(TimelineEntry {
        id: ids.next(IdKind::Timeline),
        conversation_id: conversation.id.clone(),
        contact_id: conversation.contact_id.clone(),
        kind,
        actor_kind: "system",
        actor_name: None,
        summary,
        refers_to,
        data: serde_json::Value::Null,
        at: now_ms,
    }))
}

/// Nobody has answered an approval yet. One that is answered, or of which somebody was reminded, is left alone.
#[must_use]
pub fn remind(approval: &ApprovalRow, conversation: &ConversationRow, now_ms: i64, ids: &dyn Ids) -> Vec<Write> {
    if approval.state != "pending" || approval.reminded_at.is_some() {
        return Vec::new();
    }
    let who = match (&approval.claimed_name, &approval.team) {
        (Some(name), _) if approval.claimed_until.is_some_and(|until| until > now_ms) => name.clone(),
        (_, Some(team)) => format!("team {team}"),
        _ => "everybody who may approve".to_owned(),
    };
    let summary = format!("Reminder to {who}: a draft waits for approval");
    vec![
        Write::People(PeopleWrite::Reminded { approval_id: approval.id.clone() }),
        system(conversation, "approval_reminder", summary, Some(approval.id.clone()), now_ms, ids),
    ]
}

/// The time that the route promised is over. Only the promise that still stands counts.
#[must_use]
pub fn late(timer: &TimerRow, conversation: &ConversationRow, now_ms: i64, ids: &dyn Ids) -> Vec<Write> {
    if conversation.sla_at != Some(timer.due_at) || conversation.status == "closed" {
        return Vec::new();
    }
    let summary = match &conversation.team {
        Some(team) => format!("Nobody has answered in the promised time (team {team})"),
        None => "Nobody has answered in the promised time".to_owned(),
    };
    vec![
        Write::ActionAdd { conversation_id: conversation.id.clone(), reason: ActionReason::SlaRisk },
        system(conversation, "sla_missed", summary, None, now_ms, ids),
    ]
}

/// A snooze is over. One that a message or a person ended before is left alone.
#[must_use]
pub fn wake(timer: &TimerRow, conversation: &ConversationRow, now_ms: i64, ids: &dyn Ids) -> Vec<Write> {
    if conversation.status != "snoozed" || conversation.snoozed_until != Some(timer.due_at) {
        return Vec::new();
    }
    let open = PeopleWrite::Status { conversation_id: conversation.id.clone(), status: "open", snoozed_until: None };
    vec![
        Write::People(open),
        // Whoever put it aside wanted to see it again.
        Write::UnreadMark { rep_id: timer.data.clone(), conversation_id: conversation.id.clone() },
        system(conversation, "woke", "The snooze is over".to_owned(), None, now_ms, ids),
    ]
}
