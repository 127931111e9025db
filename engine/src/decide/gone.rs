//! What one contact becomes who takes in another, and what is left of a decision when a contact is erased.
//!
//! The more careful of two wins: whoever asked not to be written to did so for both, and a pause is a pause.

use super::record::Record;
use crate::store::Suppressed;
use crate::store::rows::{ContactRow, ConversationRow};

/// A contact as it is after it took in another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of `contact`")]
pub struct Absorbed {
    pub name: Option<String>,
    pub company: Option<String>,
    pub opted_out_at: Option<i64>,
    pub ai_paused: bool,
    pub ai_pause_reason: Option<String>,
    pub ai_paused_by: Option<String>,
    pub ai_paused_at: Option<i64>,
    pub ai_paused_until: Option<i64>,
    pub inbound_count: i64,
    pub suppressed: String,
}

/// What `into` becomes when it takes in `from`.
#[must_use]
pub fn absorb(into: &ContactRow, from: &ContactRow) -> Absorbed {
    let opted_out_at = match (into.opted_out_at, from.opted_out_at) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    // Of two pauses the longer one; one without an end is the longest.
    let end = |row: &ContactRow| if row.ai_paused { row.ai_paused_until.unwrap_or(i64::MAX) } else { i64::MIN };
    let paused = if end(from) > end(into) { from } else { into };
    Absorbed {
        name: into.name.clone().or_else(|| from.name.clone()),
        company: into.company.clone().or_else(|| from.company.clone()),
        opted_out_at,
        ai_paused: paused.ai_paused,
        ai_pause_reason: paused.ai_pause_reason.clone(),
        ai_paused_by: paused.ai_paused_by.clone(),
        ai_paused_at: paused.ai_paused_at,
        ai_paused_until: paused.ai_paused_until,
        inbound_count: into.inbound_count.saturating_add(from.inbound_count),
        suppressed: both(&into.suppressed, &from.suppressed),
    }
}

/// The addresses of two lists. One that cannot be read names every address, and stays as it is.
fn both(into: &str, from: &str) -> String {
    let read = |list: &str| serde_json::from_str::<Vec<Suppressed>>(list);
    let (Ok(mut all), Ok(more)) = (read(into), read(from)) else {
        return if read(into).is_err() { into } else { from }.to_owned();
    };
    for one in more {
        if !all.iter().any(|known| known.channel == one.channel && known.address == one.address) {
            all.push(one);
        }
    }
    serde_json::to_string(&all).unwrap_or_else(|_| into.to_owned())
}

/// What `into` becomes when it takes in `from`. What somebody chose for it stays; where nothing was chosen, the other's
/// holds. It is open where either is.
#[must_use]
pub fn join(into: &ConversationRow, from: &ConversationRow) -> ConversationRow {
    let latest = if from.last_activity_at > into.last_activity_at { from } else { into };
    let earlier = |one: Option<i64>, other: Option<i64>| match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let rank = |row: &ConversationRow| match row.status.as_str() {
        "closed" => 2,
        "snoozed" => 1,
        _ => 0,
    };
    let stands = if rank(from) < rank(into) { from } else { into };
    let urgency = |row: &ConversationRow| match row.priority.as_deref() {
        Some("urgent") => 4,
        Some("high") => 3,
        Some("normal") => 2,
        Some("low") => 1,
        _ => 0,
    };
    let urgent = if urgency(from) > urgency(into) { from } else { into };
    ConversationRow {
        subject: into.subject.clone().or_else(|| from.subject.clone()),
        status: stands.status.clone(),
        snoozed_until: stands.snoozed_until,
        preview: latest.preview.clone(),
        revision: into.revision.saturating_add(from.revision),
        ai_turns: into.ai_turns.saturating_add(from.ai_turns),
        human_active: into.human_active || from.human_active,
        team: into.team.clone().or_else(|| from.team.clone()),
        person: into.person.clone().or_else(|| from.person.clone()),
        priority: urgent.priority.clone(),
        sla_at: earlier(into.sla_at, from.sla_at),
        last_inbound_at: into.last_inbound_at.max(from.last_inbound_at),
        last_activity_at: latest.last_activity_at,
        created_at: into.created_at.min(from.created_at),
        ..into.clone()
    }
}

/// A decision record without the words that somebody wrote; `None` where there are none, or it cannot be read.
#[must_use]
pub fn without_words(record: &str) -> Option<String> {
    let mut record: Record = serde_json::from_str(record).ok()?;
    record.forget_words().then(|| record.parts().text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: &str) -> ContactRow {
        ContactRow {
            workspace_id: "wsp_x".to_owned(),
            id: id.to_owned(),
            name: None,
            company: None,
            opted_out_at: None,
            ai_paused: false,
            ai_pause_reason: None,
            ai_paused_by: None,
            ai_paused_at: None,
            ai_paused_until: None,
            inbound_count: 2,
            created_at: 0,
            version: 1,
            suppressed: "[]".to_owned(),
        }
    }

    #[test]
    fn an_address_that_is_not_written_to_stays_so_whoever_takes_it_in() {
        let list =
            |address: &str| format!(r#"[{{"channel":"email","address":"{address}","reason":"bounced","at":1}}]"#);
        let with = |suppressed: String| ContactRow { suppressed, ..contact("con_1") };
        let taken = absorb(&with(list("a@x.example")), &with(list("b@x.example"))).suppressed;
        let names = |address: &str| crate::decide::is_suppressed(&taken, crate::domain::ChannelKind::Email, address);
        assert!(names("a@x.example") && names("b@x.example") && !names("c@x.example"));
        assert_eq!(absorb(&with(list("a@x.example")), &with("?".to_owned())).suppressed, "?", "which names everybody");
    }

    #[test]
    fn the_more_careful_of_two_wins() {
        let paused = |until| ContactRow { ai_paused: true, ai_paused_until: until, ..contact("con_2") };
        let both = absorb(&contact("con_1"), &ContactRow { opted_out_at: Some(5), ..paused(Some(9)) });
        assert_eq!((both.opted_out_at, both.ai_paused, both.ai_paused_until), (Some(5), true, Some(9)));
        assert_eq!(both.inbound_count, 4);
        let both = absorb(&ContactRow { opted_out_at: Some(3), ..paused(None) }, &paused(Some(9)));
        assert_eq!((both.opted_out_at, both.ai_paused_until), (Some(3), None));
        let both = absorb(&paused(Some(9)), &contact("con_1"));
        assert!(both.ai_paused);
    }

    fn conversation(id: &str, status: &str, last: i64) -> ConversationRow {
        ConversationRow {
            workspace_id: "wsp_x".to_owned(),
            id: id.to_owned(),
            channel_id: "chn_1".to_owned(),
            channel_kind: "email".to_owned(),
            contact_id: "con_1".to_owned(),
            subject: None,
            status: status.to_owned(),
            preview: id.to_owned(),
            revision: 2,
            ai_turns: 1,
            human_active: false,
            requires_action: false,
            team: None,
            person: None,
            priority: None,
            sla_at: None,
            last_inbound_at: None,
            last_activity_at: last,
            created_at: last - 1,
            version: 1,
            snoozed_until: None,
        }
    }

    #[test]
    fn two_conversations_become_one_in_which_nothing_is_forgotten() {
        let from = ConversationRow {
            human_active: true,
            team: Some("sales".to_owned()),
            priority: Some("urgent".to_owned()),
            sla_at: Some(7),
            last_inbound_at: Some(9),
            ..conversation("cnv_from", "open", 9)
        };
        let into = ConversationRow {
            subject: Some("Ours".to_owned()),
            priority: Some("low".to_owned()),
            sla_at: Some(8),
            ..conversation("cnv_into", "closed", 5)
        };
        let one = join(&into, &from);
        assert_eq!((one.id.as_str(), one.status.as_str(), one.preview.as_str()), ("cnv_into", "open", "cnv_from"));
        assert_eq!((one.revision, one.ai_turns, one.human_active), (4, 2, true), "who took over has taken both over");
        assert_eq!((one.subject.as_deref(), one.team.as_deref()), (Some("Ours"), Some("sales")));
        assert_eq!((one.priority.as_deref(), one.sla_at, one.last_inbound_at), (Some("urgent"), Some(7), Some(9)));
        assert_eq!((one.last_activity_at, one.created_at), (9, 4));
        let snoozed = ConversationRow { snoozed_until: Some(99), ..conversation("cnv_from", "snoozed", 1) };
        let both = join(&conversation("cnv_into", "closed", 5), &snoozed);
        assert_eq!((both.status.as_str(), both.snoozed_until), ("snoozed", Some(99)));
    }
}
