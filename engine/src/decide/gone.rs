//! What one contact becomes who takes in another, and what is left of a decision when a contact is erased.
//!
//! The more careful of two wins: whoever asked not to be written to did so for both, and a pause is a pause.

use crate::store::Suppressed;
use crate::store::rows::ContactRow;

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

/// A decision record without the words that detectors found; `None` where there are none, or it cannot be read. What was
/// decided, and why, stays.
#[must_use]
pub fn without_words(record: &str) -> Option<String> {
    let mut record: serde_json::Value = serde_json::from_str(record).ok()?;
    let mut taken = false;
    for detection in record.get_mut("detections")?.as_object_mut()?.values_mut() {
        if let Some(evidence) = detection.get_mut("evidence").and_then(|evidence| evidence.as_array_mut()) {
            taken |= !evidence.is_empty();
            evidence.clear();
        }
    }
    taken.then(|| record.to_string())
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

    #[test]
    fn only_words_are_taken_out_of_a_record() {
        let record = r#"{"facts":{"x":1},"detections":{"iban":{"found":true,"evidence":["CH93 0076"]}}}"#;
        let without = without_words(record).unwrap();
        assert!(!without.contains("CH93") && without.contains("\"found\":true") && without.contains("\"x\":1"));
        assert_eq!(without_words(&without), None);
        assert_eq!(without_words("null"), None);
    }
}
