//! Following the event log: events as readers see them, places in the log, and who is told of what.
//!
//! The log itself is written by `crate::store`, in the transactions it tells of. [`hub`] reads it once for everybody in
//! this process who listens; [`keep`] takes away what is too old.

pub mod hub;
pub mod keep;
pub mod whisper;

use data_encoding::BASE32_DNSSEC;
use serde_json::{Map, Value, json};

use crate::domain::{IdKind, encode};
use crate::store::StoreError;
use crate::store::rows::{LogRow, PlaceRow};

/// A place in the log: after an event, or after everything that one transaction told.
///
/// Its text is opaque to others, but sorts as the places do. Within a conversation, what follows from another change
/// comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The row of the log.
    pub row: PlaceRow,
    /// Number of the event in its row, from 0.
    pub event: u16,
}

/// The text is no place of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place of the event log; take `seq` of an event, or the header `Remit-Event-Seq`, unchanged")]
pub struct NoPlace(pub String);

impl Place {
    /// After everything in this row.
    #[must_use]
    pub const fn after_row(row: PlaceRow) -> Self {
        Self { row, event: u16::MAX }
    }

    /// The first row that may hold something after this place.
    #[must_use]
    pub const fn next_row(self) -> PlaceRow {
        let PlaceRow { xid, seq } = self.row;
        if self.event == u16::MAX { PlaceRow { xid, seq: seq.saturating_add(1) } } else { self.row }
    }

    fn bytes(self) -> [u8; 18] {
        let mut bytes = [0; 18];
        bytes[..8].copy_from_slice(&self.row.xid.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.row.seq.to_be_bytes());
        bytes[16..].copy_from_slice(&self.event.to_be_bytes());
        bytes
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&BASE32_DNSSEC.encode(&self.bytes()))
    }
}

impl std::str::FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let no = || NoPlace(text.chars().take(64).collect());
        let bytes = BASE32_DNSSEC.decode(text.as_bytes()).map_err(|_| no())?;
        let bytes: [u8; 18] = bytes.try_into().map_err(|_| no())?;
        let (xid, rest) = bytes.split_first_chunk::<8>().ok_or_else(no)?;
        let (seq, event) = rest.split_first_chunk::<8>().ok_or_else(no)?;
        let event = event.first_chunk::<2>().copied().map(u16::from_be_bytes).ok_or_else(no)?;
        let row = PlaceRow { xid: i64::from_be_bytes(*xid), seq: i64::from_be_bytes(*seq) };
        if row.xid < 0 || row.seq < 0 { Err(no()) } else { Ok(Self { row, event }) }
    }
}

/// One event as readers see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Where it stands in the log.
    pub place: Place,
    /// The workspace.
    pub workspace_id: String,
    /// `evt_…`: the same whenever and however it is told.
    pub id: String,
    /// What happened, such as `message.received`.
    pub kind: String,
    /// When, UTC milliseconds.
    pub at: i64,
    /// The conversation it happened in.
    pub conversation_id: Option<String>,
    /// Who did it: `contact`, `ai_agent`, `rep` or `system`.
    pub actor_kind: String,
    /// The name of the rep or AI agent.
    pub actor_name: Option<String>,
    /// Ids, versions, and names of fields that changed.
    pub data: Map<String, Value>,
}

/// UTC milliseconds as RFC 3339.
#[must_use]
pub fn time(ms: i64) -> String {
    let nearest = if ms < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    format!("{:.3}", jiff::Timestamp::from_millisecond(ms).unwrap_or(nearest))
}

impl Event {
    /// The envelope that every reader gets: a poll, a stream and a webhook.
    #[must_use]
    pub fn envelope(&self) -> Value {
        json!({
            "id": self.id,
            "seq": self.place.to_string(),
            "type": self.kind,
            "created_at": time(self.at),
            "actor": { "kind": self.actor_kind, "name": self.actor_name },
            "conversation_id": self.conversation_id,
            "client_ref": null,
            "data": self.data,
        })
    }
}

/// Time, conversation, kind and name of the actor, and the events.
type Change = (i64, Option<String>, String, Option<String>, Vec<(String, Map<String, Value>)>);

/// The events of a row that come after a place, in order.
///
/// # Errors
/// [`StoreError::Inconsistent`] when the row cannot be read.
pub fn events_of(row: &LogRow, after: Place) -> Result<Vec<Event>, StoreError> {
    let changes: Vec<Change> = serde_json::from_str(&row.body).map_err(|error| StoreError::Inconsistent {
        table: "event_log",
        reason: format!("row {}: {error}", row.seq),
    })?;
    let place = row.place();
    let mut number: u16 = 0;
    let mut events = Vec::new();
    for (at, conversation_id, actor_kind, actor_name, told) in changes {
        for (kind, data) in told {
            let here = Place { row: place, event: number };
            number = number.saturating_add(1);
            if here <= after {
                continue;
            }
            events.push(Event {
                place: here,
                workspace_id: row.workspace_id.clone(),
                id: id_of(at, here),
                kind,
                at,
                conversation_id: conversation_id.clone(),
                actor_kind: actor_kind.clone(),
                actor_name: actor_name.clone(),
                data,
            });
        }
    }
    Ok(events)
}

/// Ids follow from what does not change: the time (48 bits), the number of the row (56) and of the event in it (16).
fn id_of(at: i64, place: Place) -> String {
    let bits = |number: i64| u128::from(number.max(0).unsigned_abs());
    let (time, seq) = (bits(at) & ((1 << 48) - 1), bits(place.row.seq) & ((1 << 56) - 1));
    encode(IdKind::Event, (time << 80) | (seq << 24) | (u128::from(place.event) << 8))
}

/// Which events somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these types; `message.*` stands for every type that begins so. All when empty.
    pub kinds: Vec<String>,
    /// Only what happened in this conversation.
    pub conversation_id: Option<String>,
}

impl Wanted {
    /// True for an event that is wanted.
    #[must_use]
    pub fn takes(&self, event: &Event) -> bool {
        let here = self.conversation_id.is_none() || self.conversation_id == event.conversation_id;
        here && (self.kinds.is_empty() || self.kinds.iter().any(|kind| is_of(&event.kind, kind)))
    }
}

fn is_of(kind: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => kind == wanted,
    }
}

/// Whether a text can be a type of event or a family of them, such as `message.sent` and `message.*`.
#[must_use]
pub fn is_kind(text: &str) -> bool {
    let Some((family, word)) = text.split_once('.') else { return false };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.len() <= 64 && plain(family) && (word == "*" || plain(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_place_reads_back_and_sorts_as_places_do() {
        let mut places = Vec::new();
        for xid in [0, 1, 255, 256, i64::MAX] {
            for seq in [0, 1, 31, 32, 1 << 40] {
                for event in [0, 1, u16::MAX] {
                    places.push(Place { row: PlaceRow { xid, seq }, event });
                }
            }
        }
        places.sort();
        let texts: Vec<String> = places.iter().map(ToString::to_string).collect();
        assert!(texts.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(texts.iter().all(|text| text.len() == 29));
        for (place, text) in places.iter().zip(&texts) {
            assert_eq!(text.parse::<Place>().as_ref(), Ok(place));
        }
        for wrong in ["", "1", &"v".repeat(29), &texts[0][1..], &format!("{}0", texts[0]), "🦀"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_row_is_read_from_any_of_its_events_on() {
        let body = r#"[[5,"cnv_1","rep","Ana",[["a.b",{"x":1}],["a.c",{}]]],[6,null,"system",null,[["d.e",{}]]]]"#;
        let row = LogRow { workspace_id: "w".to_owned(), xid: 7, seq: 3, body: body.to_owned() };
        let all = events_of(&row, Place::default()).unwrap();
        assert_eq!(all.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["a.b", "a.c", "d.e"]);
        assert_eq!((all[1].conversation_id.as_deref(), all[2].conversation_id.as_deref()), (Some("cnv_1"), None));
        for (number, event) in all.iter().enumerate() {
            assert_eq!(events_of(&row, event.place).unwrap(), all[number + 1..]);
            assert!(event.id.starts_with("evt_") && event.id.len() == 30);
        }
        assert!(events_of(&row, Place::after_row(PlaceRow { xid: 7, seq: 3 })).unwrap().is_empty());
        assert!(all[0].id < all[1].id && all[1].id < all[2].id);
        let broken = LogRow { body: "[[1]]".to_owned(), ..row };
        assert!(events_of(&broken, Place::default()).is_err());
    }

    #[test]
    fn kinds_are_wanted_one_by_one_or_as_a_family() {
        for good in ["message.sent", "message.*", "kill_switch.engaged"] {
            assert!(is_kind(good), "{good}");
        }
        for bad in ["", "*", "message", "message.", ".sent", "Message.sent", "message.se*", "message.sent "] {
            assert!(!is_kind(bad), "{bad}");
        }
        assert!(is_of("message.sent", "message.*") && !is_of("messages.sent", "message.*"));
    }
}
