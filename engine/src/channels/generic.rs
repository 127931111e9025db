//! Lines of the timeline from any program: a CRM of one's own, Salesforce by a flow, a script. Signed as Standard Webhooks
//! says (<https://www.standardwebhooks.com>), one event or a list of up to a hundred.

use serde_json::Value;

use super::{Account, Capabilities, Doubt, Event, Field, Happened, Hook, Provider, TimelineEvent, sign, text, time};
use crate::domain::ChannelKind;

/// Events of one request that are read.
const MOST_EVENTS: usize = 100;
/// Longest line, in characters.
const LONGEST_LINE: usize = 500;

/// Types of events, the kind of line that each becomes, and what is said where the event says nothing itself.
const TYPES: [(&str, &str, &str); 8] = [
    ("meeting.booked", "meeting_booked", "A meeting was booked"),
    ("meeting.cancelled", "meeting_cancelled", "A meeting was cancelled"),
    ("meeting.moved", "meeting_moved", "A meeting was moved"),
    ("meeting.ended", "meeting_ended", "A meeting ended"),
    ("opportunity.stage_changed", "opportunity_stage_changed", "An opportunity changed its stage"),
    ("sequence.enrolled", "sequence_enrolled", "Enrolled in a sequence"),
    ("sequence.finished", "sequence_finished", "Finished a sequence"),
    ("note", "activity", "Something happened"),
];

/// Any program that signs.
#[derive(Debug)]
pub(super) struct TimelineEvents;

fn one(json: &Value, hook: &Hook<'_>) -> Event {
    let unknown = |what: &str| {
        let raw = sign::sha256_hex(json.to_string().as_bytes());
        let what = Happened::Unknown { what: what.to_owned() };
        Event::new(format!("raw:{raw}"), None, what)
    };
    let word = text(json, "/type").unwrap_or_default();
    let Some((_, kind, says)) = TYPES.iter().find(|(own, ..)| *own == word) else {
        return if json.is_object() { unknown(&format!("`{word}`")) } else { Event::unknown(hook, "no event") };
    };
    let people: Vec<String> = ["/subject/email", "/subject/phone"].iter().filter_map(|at| text(json, at)).collect();
    if people.is_empty() {
        return unknown(&format!("`{word}` about nobody: it names neither subject.email nor subject.phone"));
    }
    let stage = text(json, "/data/stage").map(|stage| format!(": {stage}"));
    let named = text(json, "/data/name").map(|name| format!(": {name}"));
    let summary = text(json, "/data/summary").filter(|line| !line.trim().is_empty());
    let summary = summary.unwrap_or_else(|| format!("{says}{}", stage.or(named).unwrap_or_default()));
    let summary: String = summary.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_LINE).collect();
    let at = text(json, "/occurred_at");
    // Without a key of its own, an event is itself: the same again is the same.
    let key = text(json, "/dedupe_key").unwrap_or_else(|| sign::sha256_hex(json.to_string().as_bytes()));
    let line = TimelineEvent {
        kind: (*kind).to_owned(),
        people,
        name: text(json, "/subject/name"),
        summary,
        subject: text(json, "/subject/external_id").or_else(|| text(json, "/data/id")).unwrap_or_else(|| key.clone()),
        replaces: None,
        makes_contact: *kind == "meeting_booked",
    };
    let at = at.as_deref().and_then(time);
    Event::new(format!("timeline:{word}:{key}"), at, Happened::Timeline(Box::new(line)))
}

impl Provider for TimelineEvents {
    fn name(&self) -> &'static str {
        "timeline_events"
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { receives: true, sends: false, tells_status: false, reactions: false, longest_text: 0 }
    }

    fn fields(&self) -> &'static [Field] {
        &[Field {
            name: "secret",
            secret: true,
            needed: true,
            about: "what requests are signed with: `whsec_` and base64",
        }]
    }

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        sign::standard("webhook", account.keys("secret"), hook)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        match hook.json() {
            Some(Value::Array(none)) if none.is_empty() => vec![Event::unknown(hook, "no event")],
            Some(Value::Array(all)) => all.iter().take(MOST_EVENTS).map(|event| one(event, hook)).collect(),
            Some(event) => vec![one(&event, hook)],
            None => vec![Event::unknown(hook, "no JSON")],
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use serde_json::json;

    use super::*;

    #[test]
    fn any_program_that_signs_tells_of_meetings_stages_and_sequences() {
        let key = b"a secret of twenty-four b";
        let mut account = Account::default();
        account.secrets.insert("secret".to_owned(), format!("whsec_{}", BASE64.encode(key)));
        let body = json!([
            { "type": "meeting.booked", "occurred_at": "2026-03-03T09:00:00Z", "dedupe_key": "m1",
              "subject": { "email": "ann@customer.example", "name": "Ann" }, "data": { "summary": "Demo on\nFriday" } },
            { "type": "opportunity.stage_changed", "subject": { "phone": "+41791234567" }, "data": { "stage": "won" } },
            { "type": "note", "subject": {} },
            { "type": "weather.changed" },
            7
        ])
        .to_string();
        let now_ms = 1_772_532_000_000;
        let at = (now_ms / 1000).to_string();
        let digest = sign::standard_digest(key, ("w1", &at), body.as_bytes());
        let headers = [
            ("webhook-id".to_owned(), "w1".to_owned()),
            ("webhook-timestamp".to_owned(), at),
            ("webhook-signature".to_owned(), format!("v1,{}", BASE64.encode(&digest))),
        ];
        let hook = Hook { method: "POST", url: "", headers: &headers, body: body.as_bytes(), extra: None, now_ms };
        assert_eq!(TimelineEvents.verify(&account, &hook), Ok(()));
        assert_eq!(TimelineEvents.verify(&Account::default(), &hook), Err(Doubt::Unconfigured));
        let late = Hook { now_ms: now_ms + 3_600_000, ..hook };
        assert_eq!(TimelineEvents.verify(&account, &late), Err(Doubt::Stale));
        let events = TimelineEvents.parse(&account, &hook);
        let lines: Vec<(&str, &str)> = events
            .iter()
            .filter_map(|event| match &event.happened {
                Happened::Timeline(line) => Some((line.kind.as_str(), line.summary.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("meeting_booked", "Demo on Friday"),
                ("opportunity_stage_changed", "An opportunity changed its stage: won")
            ]
        );
        assert_eq!(events[0].at_ms, Some(1_772_528_400_000));
        assert!(events[2..].iter().all(|event| matches!(event.happened, Happened::Unknown { .. })));
        let again = TimelineEvents.parse(&account, &hook);
        assert!(events.iter().zip(&again).all(|(one, other)| one.key == other.key), "the same again is the same");
    }
}
