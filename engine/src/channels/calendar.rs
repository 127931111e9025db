//! Calendars and CRMs: meetings, stages, enrolments, as lines of the timeline.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Account, Capabilities, Doubt, Event, Field, Happened, Hook, Provider, epoch, sign, text, time};
use crate::domain::ChannelKind;

const EVENTS: Capabilities =
    Capabilities { receives: true, sends: false, tells_status: false, reactions: false, longest_text: 0 };

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// `meeting_booked`, `meeting_cancelled`, `meeting_moved`, `meeting_ended`, `opportunity_stage_changed`,
    /// `sequence_enrolled`, `sequence_finished`.
    pub kind: String,
    /// Mail addresses and telephone numbers of whom it is about; the first that is a contact of ours counts.
    pub people: Vec<String>,
    /// The person's name, where told.
    pub name: Option<String>,
    /// One line for people.
    pub summary: String,
    /// The provider's id of the meeting or deal.
    pub subject: String,
    /// What it replaces: the meeting that was moved.
    pub replaces: Option<String>,
    /// Somebody whom we do not know becomes a contact by it.
    pub makes_contact: bool,
}

fn event(key: String, at: Option<i64>, line: TimelineEvent) -> Vec<Event> {
    vec![Event::new(key, at, Happened::Timeline(Box::new(line)))]
}

fn at_words(start: Option<String>) -> String {
    start
        .map(|start| format!(" at {}", start.replace('T', " ").trim_end_matches(".000Z").trim_end_matches('Z')))
        .unwrap_or_default()
}

/// Cal.com. <https://cal.com/docs/developing/guides/automation/webhooks>
#[derive(Debug)]
pub(super) struct CalCom;

macro_rules! source {
    ($type:ident, $name:literal, $fields:expr) => {
        fn name(&self) -> &'static str {
            $name
        }

        fn kind(&self) -> ChannelKind {
            ChannelKind::Email
        }

        fn capabilities(&self) -> Capabilities {
            EVENTS
        }

        fn fields(&self) -> &'static [Field] {
            $fields
        }
    };
}

impl Provider for CalCom {
    source!(CalCom, "cal_com", &[Field { name: "secret", secret: true, needed: true, about: "The webhook's secret" }]);

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("secret")?;
        let given = hook.needed("x-cal-signature-256")?;
        let fits = keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &[hook.body], given));
        if fits { Ok(()) } else { Err(Doubt::Wrong) }
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let trigger = text(&json, "/triggerEvent").unwrap_or_default();
        let uid = text(&json, "/payload/uid").unwrap_or_default();
        let replaces = text(&json, "/payload/rescheduleUid");
        let (kind, verb) = match trigger.as_str() {
            "BOOKING_CREATED" if replaces.is_some() => ("meeting_moved", "moved"),
            "BOOKING_CREATED" => ("meeting_booked", "booked"),
            "BOOKING_RESCHEDULED" => ("meeting_moved", "moved"),
            "BOOKING_CANCELLED" | "BOOKING_REJECTED" => ("meeting_cancelled", "cancelled"),
            "MEETING_ENDED" => ("meeting_ended", "ended"),
            _ => return vec![Event::unknown(hook, format!("`{trigger}`"))],
        };
        let title = text(&json, "/payload/title").unwrap_or_else(|| "Meeting".to_owned());
        let made = text(&json, "/createdAt");
        let people = json.pointer("/payload/attendees").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let reason =
            text(&json, "/payload/cancellationReason").filter(|why| kind == "meeting_cancelled" && !why.is_empty());
        let line = TimelineEvent {
            kind: kind.to_owned(),
            people: people.iter().filter_map(|one| text(one, "/email")).collect(),
            name: people.first().and_then(|one| text(one, "/name")),
            summary: format!(
                "{title} {verb}{}{}",
                if kind == "meeting_cancelled" { String::new() } else { at_words(text(&json, "/payload/startTime")) },
                reason.map(|why| format!(": {why}")).unwrap_or_default()
            ),
            subject: uid.clone(),
            replaces,
            makes_contact: kind == "meeting_booked",
        };
        let at = made.as_deref().and_then(time);
        event(format!("timeline:{trigger}:{uid}:{}", made.unwrap_or_default()), at, line)
    }
}

/// Calendly. <https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures>
#[derive(Debug)]
pub(super) struct Calendly;

impl Provider for Calendly {
    source!(
        Calendly,
        "calendly",
        &[Field { name: "signing_key", secret: true, needed: true, about: "The webhook's signing key" }]
    );

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("signing_key")?;
        let given = hook.needed("calendly-webhook-signature")?;
        let part = |name: &str| given.split(',').find_map(|part| part.trim().strip_prefix(name)).ok_or(Doubt::Missing);
        let (at, digest) = (part("t=")?, part("v1=")?);
        let parts: [&[u8]; 3] = [at.as_bytes(), b".", hook.body];
        if !keys.iter().any(|key| sign::hex_fits(key.as_bytes(), &parts, digest)) {
            return Err(Doubt::Wrong);
        }
        let at: i64 = at.parse().map_err(|_| Doubt::Missing)?;
        sign::fresh(at.saturating_mul(1000), hook.now_ms)
    }

    /// A meeting that is moved is told twice, once as cancelled and once as created, in any order: only the new one is a
    /// line, and it says what it replaces.
    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let word = text(&json, "/event").unwrap_or_default();
        let payload = json.get("payload").unwrap_or(&Value::Null);
        let uri = text(payload, "/uri").unwrap_or_default();
        let moved_from = text(payload, "/old_invitee");
        let moved = payload.get("rescheduled").and_then(Value::as_bool) == Some(true);
        let (kind, verb) = match word.as_str() {
            "invitee.created" if moved_from.is_some() => ("meeting_moved", "moved"),
            "invitee.created" => ("meeting_booked", "booked"),
            "invitee.canceled" if moved => {
                return vec![Event::unknown(hook, "the old time of a meeting that was moved")];
            }
            "invitee.canceled" => ("meeting_cancelled", "cancelled"),
            _ => return vec![Event::unknown(hook, format!("`{word}`"))],
        };
        let title = text(payload, "/scheduled_event/name").unwrap_or_else(|| "Meeting".to_owned());
        let when = if kind == "meeting_cancelled" {
            String::new()
        } else {
            at_words(text(payload, "/scheduled_event/start_time"))
        };
        let why = text(payload, "/cancellation/reason").filter(|why| !why.is_empty());
        let line = TimelineEvent {
            kind: kind.to_owned(),
            people: text(payload, "/email").into_iter().collect(),
            name: text(payload, "/name"),
            summary: format!("{title} {verb}{when}{}", why.map(|why| format!(": {why}")).unwrap_or_default()),
            subject: uri.clone(),
            replaces: moved_from,
            makes_contact: kind != "meeting_cancelled",
        };
        event(format!("timeline:{word}:{uri}"), text(&json, "/created_at").and_then(|at| time(&at)), line)
    }
}

/// HubSpot. <https://developers.hubspot.com/docs/api/webhooks/validating-requests>
#[derive(Debug)]
pub(super) struct HubSpot;

impl Provider for HubSpot {
    source!(
        HubSpot,
        "hubspot",
        &[Field { name: "client_secret", secret: true, needed: true, about: "The app's client secret" }]
    );

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        let keys = account.needed_keys("client_secret")?;
        let given = BASE64.decode(hook.needed("x-hubspot-signature-v3")?.as_bytes()).map_err(|_| Doubt::Wrong)?;
        let at = hook.needed("x-hubspot-request-timestamp")?;
        let parts: [&[u8]; 4] = [hook.method.as_bytes(), hook.url.as_bytes(), hook.body, at.as_bytes()];
        if !keys.iter().any(|key| sign::same(&sign::hmac_sha256(key.as_bytes(), &parts), &given)) {
            return Err(Doubt::Wrong);
        }
        sign::fresh(at.parse().map_err(|_| Doubt::Missing)?, hook.now_ms)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let all = hook.json().and_then(|json| json.as_array().cloned()).unwrap_or_default();
        let stage = |one: &Value| {
            let kind = text(one, "/subscriptionType")?;
            let changed =
                text(one, "/propertyName").as_deref() == Some("dealstage") && kind.ends_with(".propertyChange");
            if !changed {
                return None;
            }
            let (deal, to) = (text(one, "/objectId")?, text(one, "/propertyValue")?);
            let at = epoch(one, "/occurredAt");
            // The id of an event is used again after a while, so the time is part of its name.
            let key =
                format!("timeline:{}:{}:{deal}", text(one, "/eventId").unwrap_or_default(), at.unwrap_or_default());
            let line = TimelineEvent {
                kind: "opportunity_stage_changed".to_owned(),
                summary: format!("Deal {deal} moved to {to}"),
                subject: format!("hubspot:deal:{deal}"),
                ..TimelineEvent::default()
            };
            Some(Event::new(key, at, Happened::Timeline(Box::new(line))))
        };
        let mut found: Vec<Event> = all.iter().take(500).filter_map(stage).collect();
        found.sort_by_key(|event| event.at_ms);
        if found.is_empty() { vec![Event::unknown(hook, "no change of a stage")] } else { found }
    }
}

/// Pipedrive. <https://pipedrive.readme.io/docs/guide-for-webhooks-v2>
#[derive(Debug)]
pub(super) struct Pipedrive;

impl Provider for Pipedrive {
    source!(
        Pipedrive,
        "pipedrive",
        &[Field {
            name: "basic_auth",
            secret: true,
            needed: true,
            about: "`name:password`, as typed in beside the webhook's address"
        }]
    );

    fn verify(&self, account: &Account, hook: &Hook<'_>) -> Result<(), Doubt> {
        sign::basic(account.keys("basic_auth"), hook)
    }

    fn parse(&self, _account: &Account, hook: &Hook<'_>) -> Vec<Event> {
        let Some(json) = hook.json() else { return vec![Event::unknown(hook, "no JSON")] };
        let (entity, action) =
            (text(&json, "/meta/entity").unwrap_or_default(), text(&json, "/meta/action").unwrap_or_default());
        let id = text(&json, "/meta/entity_id").or_else(|| text(&json, "/data/id")).unwrap_or_default();
        let (old, new) = (text(&json, "/previous/stage_id"), text(&json, "/data/stage_id"));
        if entity != "deal" || action != "change" || old.is_none() || new.is_none() || old == new {
            return vec![Event::unknown(hook, format!("`{action}` of `{entity}`"))];
        }
        let title = text(&json, "/data/title").unwrap_or_else(|| format!("Deal {id}"));
        let line = TimelineEvent {
            kind: "opportunity_stage_changed".to_owned(),
            summary: format!(
                "{title} moved from stage {} to stage {}",
                old.unwrap_or_default(),
                new.unwrap_or_default()
            ),
            subject: format!("pipedrive:deal:{id}"),
            people: text(&json, "/data/person/email").into_iter().collect(),
            ..TimelineEvent::default()
        };
        let at = text(&json, "/meta/timestamp").and_then(|at| time(&at)).or_else(|| epoch(&json, "/meta/timestamp"));
        let mark = text(&json, "/meta/id").unwrap_or_else(|| sign::sha256_hex(hook.body));
        event(format!("timeline:{mark}"), at, line)
    }
}
