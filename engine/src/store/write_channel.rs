//! The writes of channels that are spoken with providers: accounts, what providers told, and how far messages have got.
//!
//! An event is written once, by its key. What it means for a message happens with it, or as soon as the message is known
//! by a name that the event gives: the callback of a send may come before its answer.

use serde_json::{Value, json};

use super::batch::Kinds;
use super::batch::set::Set;
use super::events::Log;
use super::rows::{DeliveryStateRow, ParkedRow, SubjectRow};
use super::statements::{self as sql, many, office as own};
use super::suppress::{alias, release, suppress};
use super::transition::TimelineEntry;
use super::write::add_action;
use super::{Conn, StoreError, execute, fetch};
use crate::channels::{Delivery, Is};
use crate::domain::ActionReason;

/// What [`StoreError::Stale`] names where a channel is not as it was seen.
pub(crate) const CHANNEL: &str = "channel";
/// The same where a chat was sent to its visitor already.
pub(crate) const TRANSCRIPT: &str = "transcript";
/// The same where another process reads a mailbox.
pub(crate) const MAILBOX: &str = "mailbox";

/// What an event means beside being told.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are named by what they hold")]
pub enum Meaning {
    /// Nothing.
    None,
    /// How far a message of ours has got.
    Status(Is),
    /// A person wants no more: on this channel, or at all.
    OptOut { address: String, everywhere: bool },
    /// A person wants more again.
    OptIn { address: String },
    /// Something was done to a message: `reaction`, `edit` or `delete`.
    OnMessage { line: String },
    /// A person has one more address.
    Alias { known: String, address: String },
    /// A colleague wrote elsewhere.
    Echo { address: String, line: String },
    /// A line of the timeline of whoever has one of these addresses.
    Line { kind: &'static str, addresses: Vec<(&'static str, String)>, line: String },
    /// More is known of a call.
    Retell { text: String, full_text: String },
}

/// An event of a provider, on its way into the store.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the columns of `provider_event`")]
pub struct NewEvent {
    pub id: String,
    pub channel_id: String,
    pub channel_kind: &'static str,
    /// The kind of address that the channel has.
    pub address_kind: &'static str,
    pub event_key: String,
    pub kind: &'static str,
    pub word: String,
    pub cause: Option<String>,
    pub recipient: Option<String>,
    pub data: Value,
    pub sha256: String,
    pub occurred_at: i64,
    /// Names of the message that it is about.
    pub refs: Vec<String>,
    pub meaning: Meaning,
    /// For a line of the timeline, should there be one.
    pub timeline_id: String,
}

/// One write. Fields are the columns they set.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields carry the names of their columns")]
pub enum ChannelWrite {
    /// How a channel is spoken with.
    Connect { id: String, provider: Option<String>, settings: String, secrets: String },
    /// Another name and address, if the version is the one that was seen; else [`StoreError::Stale`].
    Change { id: String, version: i64, name: String, address: String },
    /// A new secret from now on.
    Rotate { id: String },
    /// A channel is given up, if its version is the one that was seen; else [`StoreError::Stale`].
    Delete { id: String, version: i64 },
    /// A request that told more than messages.
    Request { channel_id: String, sha256: String, content_type: String, url: String, bytes: Vec<u8> },
    /// What a provider told.
    Event(Box<NewEvent>),
    /// The provider has a name for a message of ours.
    Named { channel_id: String, conversation_id: String, message_id: String, name: String, timeline_id: String },
    /// An address is not written to any more: the provider refused it for good.
    Suppress { contact_id: String, channel_kind: &'static str, address: String, reason: &'static str },
    /// Forget what providers told before this time (UTC milliseconds), and the bytes of their requests from before another.
    Forget { requests_before: i64, events_before: i64, most: i64 },
    /// One more address of whoever has this one.
    Alias { kind: &'static str, known: String, also: String },
    /// Up to where a mailbox was read, just now.
    MailboxPlace { channel_id: String, place: String, uid_validity: i64, last_uid: i64, since: i64 },
    /// A process reads a mailbox until a time, where no other does; else [`StoreError::Stale`].
    MailboxHold { channel_id: String, by: String, until: i64 },
    /// A process reads a mailbox no more.
    MailboxLeave { channel_id: String, by: String },
    /// A chat is sent to its visitor up to a message; [`StoreError::Stale`] where it was before, or to somebody else.
    Transcript { conversation_id: String, address: String, seq: i64 },
    /// Why a mailbox cannot be read.
    MailboxFailed { channel_id: String, failed_why: String },
    /// When a channel was heard of, turned away or tested.
    Health {
        channel_id: String,
        verified_at: Option<i64>,
        refused_at: Option<i64>,
        refused_why: Option<String>,
        tested_at: Option<i64>,
        tested_why: Option<String>,
    },
}

impl ChannelWrite {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        match self {
            Self::Connect { id, provider, settings, secrets } => {
                execute!(conn, sql::CHANNEL_CONNECT, ws, id, provider.as_deref(), settings, secrets);
            }
            Self::Change { id, version, name, address } => {
                if execute!(conn, own::CHANNEL_CHANGE, ws, id, *version, name, address) == 0 {
                    return Err(StoreError::Stale(CHANNEL));
                }
            }
            Self::Rotate { id } => {
                execute!(conn, own::CHANNEL_ROTATE, ws, id, now);
            }
            Self::Delete { id, version } => {
                if execute!(conn, own::CHANNEL_DELETE, ws, id, *version, now) == 0 {
                    return Err(StoreError::Stale(CHANNEL));
                }
            }
            Self::Request { channel_id, sha256, content_type, url, bytes } => {
                let bytes = bytes.as_slice();
                execute!(conn, sql::PROVIDER_REQUEST_INSERT, ws, channel_id, sha256, content_type, url, bytes, now);
            }
            Self::Event(event) => event.apply(conn, ws, now, log).await?,
            Self::Named { channel_id, conversation_id, message_id, name, timeline_id } => {
                let mut refs = Set::new(&many::MESSAGE_REF_INSERT);
                refs.push([ws.into(), name.into(), conversation_id.into(), message_id.into()]);
                refs.execute(conn).await?;
                let parked: Vec<ParkedRow> = fetch!(conn, sql::PROVIDER_EVENT_PARKED, ws, channel_id, name);
                let subjects: Vec<SubjectRow> = fetch!(conn, sql::MESSAGE_BY_OWN_ID, ws, message_id);
                let Some(subject) = subjects.first() else { return Ok(()) };
                for (place, event) in parked.iter().enumerate() {
                    execute!(conn, sql::PROVIDER_EVENT_ATTACH, ws, &event.id, message_id);
                    execute!(conn, sql::PROVIDER_UNPARK, ws, &event.id);
                    let told = Told {
                        is: words(&event.meaning),
                        line: parked_line(event),
                        cause: event.cause.as_deref(),
                        at: event.occurred_at,
                        timeline_id: format!("{timeline_id}{place}"),
                    };
                    about(conn, ws, now, log, subject, &told).await?;
                }
            }
            Self::Suppress { contact_id, channel_kind, address, reason } => {
                suppress(conn, ws, now, log, contact_id, channel_kind, address, reason).await?;
            }
            Self::Forget { requests_before, events_before, most } => {
                execute!(conn, sql::PROVIDER_REQUEST_FORGET, *requests_before, *most);
                execute!(conn, sql::PROVIDER_PARKED_FORGET, *events_before, *most);
                execute!(conn, sql::PROVIDER_EVENT_FORGET, *events_before, *most);
            }
            Self::MailboxPlace { channel_id, place, uid_validity, last_uid, since } => {
                execute!(conn, sql::MAILBOX_PLACE, ws, channel_id, place, *uid_validity, *last_uid, *since, now);
            }
            Self::MailboxHold { channel_id, by, until } => {
                if execute!(conn, own::MAILBOX_HOLD, ws, channel_id, by, now, *until) == 0 {
                    return Err(StoreError::Stale(MAILBOX));
                }
            }
            Self::Transcript { conversation_id, address, seq } => {
                if execute!(conn, own::TRANSCRIPT_CLAIM, ws, conversation_id, address, *seq, now) == 0 {
                    return Err(StoreError::Stale(TRANSCRIPT));
                }
            }
            Self::MailboxLeave { channel_id, by } => {
                execute!(conn, own::MAILBOX_LEAVE, ws, channel_id, by);
            }
            Self::MailboxFailed { channel_id, failed_why } => {
                execute!(conn, sql::MAILBOX_FAILED, ws, channel_id, now, failed_why);
            }
            Self::Alias { kind, known, also } => alias(conn, ws, kind, known, also).await?,
            Self::Health { channel_id, verified_at, refused_at, refused_why, tested_at, tested_why } => {
                let (refused_why, tested_why) = (refused_why.as_deref(), tested_why.as_deref());
                execute!(
                    conn,
                    sql::CHANNEL_HEALTH_MARK,
                    ws,
                    channel_id,
                    *verified_at,
                    *refused_at,
                    refused_why,
                    *tested_at,
                    tested_why
                );
            }
        }
        Ok(())
    }
}

/// What was told about a message of ours.
struct Told<'a> {
    is: Option<Is>,
    /// What was done to the message, where it is that.
    line: Option<(&'static str, String)>,
    cause: Option<&'a str>,
    at: i64,
    timeline_id: String,
}

fn words(meaning: &str) -> Option<Is> {
    serde_json::from_value(Value::String(meaning.to_owned())).ok()
}

fn parked_line(event: &ParkedRow) -> Option<(&'static str, String)> {
    let kind = ["reaction", "edit", "delete"].into_iter().find(|kind| *kind == event.kind)?;
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    Some((kind, data.get("line").and_then(Value::as_str).unwrap_or_default().to_owned()))
}

impl NewEvent {
    async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        let meaning = if let Meaning::Status(is) = self.meaning { is.as_str() } else { self.kind };
        let data = self.data.to_string();
        let inserted = execute!(
            conn,
            sql::PROVIDER_EVENT_INSERT,
            ws,
            &self.id,
            &self.channel_id,
            &self.event_key,
            self.kind,
            &self.word,
            meaning,
            self.cause.as_deref(),
            self.recipient.as_deref(),
            &data,
            &self.sha256,
            self.occurred_at,
            now
        );
        // It was told before, and has had its effect.
        if inserted == 0 {
            return Ok(());
        }
        match &self.meaning {
            Meaning::None => {}
            Meaning::Status(is) => {
                let told = Told {
                    is: Some(*is),
                    line: None,
                    cause: self.cause.as_deref(),
                    at: self.occurred_at,
                    timeline_id: self.timeline_id.clone(),
                };
                self.on_message(conn, ws, now, log, &told).await?;
            }
            Meaning::OnMessage { line } => {
                let line = Some((self.kind, line.clone()));
                let told =
                    Told { is: None, line, cause: None, at: self.occurred_at, timeline_id: self.timeline_id.clone() };
                self.on_message(conn, ws, now, log, &told).await?;
            }
            Meaning::OptOut { address, everywhere } => {
                let Some(contact) = self.contact(conn, ws, self.address_kind, address).await? else { return Ok(()) };
                suppress(conn, ws, now, log, &contact, self.channel_kind, address, "opted_out").await?;
                if *everywhere {
                    execute!(conn, sql::CONTACT_OPT_OUT, ws, &contact, now);
                }
                let what = if *everywhere { "on any channel".to_owned() } else { format!("by {}", self.channel_kind) };
                let line = format!("The contact does not want to be written to {what}");
                self.say(conn, ws, &contact, true, ("opted_out", "contact"), line).await?;
            }
            Meaning::OptIn { address } => {
                let Some(contact) = self.contact(conn, ws, self.address_kind, address).await? else { return Ok(()) };
                if release(conn, ws, log, now, &contact, self.channel_kind, address).await? {
                    let line = format!("The contact may be written to by {} again", self.channel_kind);
                    self.say(conn, ws, &contact, true, ("opted_in", "contact"), line).await?;
                }
            }
            Meaning::Alias { known, address } => {
                alias(conn, ws, self.address_kind, known, address).await?;
                if let Some(contact) = self.contact(conn, ws, self.address_kind, known).await? {
                    let line = format!("The contact has another address now: {address}");
                    self.say(conn, ws, &contact, true, ("contact_moved", "system"), line).await?;
                }
            }
            Meaning::Echo { address, line } => {
                let Some(contact) = self.contact(conn, ws, self.address_kind, address).await? else { return Ok(()) };
                let found: Vec<(String,)> = fetch!(conn, sql::CONVERSATION_LAST_ON, ws, &contact, &self.channel_id);
                if let Some((conversation,)) = found.first() {
                    execute!(conn, sql::CONVERSATION_HUMAN, ws, conversation, true);
                }
                self.say(conn, ws, &contact, true, ("written_elsewhere", "rep"), line.clone()).await?;
            }
            Meaning::Line { kind, addresses, line } => {
                for (address_kind, address) in addresses {
                    let Some(contact) = self.contact(conn, ws, address_kind, address).await? else { continue };
                    self.say(conn, ws, &contact, false, (kind, "system"), line.clone()).await?;
                    break;
                }
            }
            Meaning::Retell { text, full_text } => {
                if let Some(subject) = self.subject(conn, ws).await? {
                    execute!(conn, sql::PROVIDER_EVENT_ATTACH, ws, &self.id, &subject.id);
                    if execute!(conn, sql::MESSAGE_RETELL, ws, &subject.id, text, full_text) > 0 {
                        log.begin(ws, now, Some(&subject.conversation_id), None);
                        log.event("message.updated", &[("message_id", super::events::Datum::Text(&subject.id))]);
                    }
                }
            }
        }
        Ok(())
    }

    /// The message that it is about, where we know it by one of its names.
    async fn subject(&self, conn: &mut Conn<'_>, ws: &str) -> Result<Option<SubjectRow>, StoreError> {
        for name in self.refs.iter().take(8) {
            let own = name.starts_with("msg_");
            let statement = if own { sql::MESSAGE_BY_OWN_ID } else { sql::MESSAGE_BY_NAME };
            let found: Vec<SubjectRow> = fetch!(conn, statement, ws, name);
            // One account says nothing about the messages of another.
            if let Some(subject) = found.into_iter().find(|subject| subject.channel_id == self.channel_id) {
                return Ok(Some(subject));
            }
        }
        Ok(None)
    }

    async fn on_message(
        &self,
        conn: &mut Conn<'_>,
        ws: &str,
        now: i64,
        log: &mut Log,
        told: &Told<'_>,
    ) -> Result<(), StoreError> {
        let Some(subject) = self.subject(conn, ws).await? else {
            for name in self.refs.iter().filter(|name| !name.starts_with("msg_")).take(8) {
                execute!(conn, sql::PROVIDER_PARK, ws, &self.channel_id, name, &self.id);
            }
            return Ok(());
        };
        execute!(conn, sql::PROVIDER_EVENT_ATTACH, ws, &self.id, &subject.id);
        about(conn, ws, now, log, &subject, told).await
    }

    async fn contact(
        &self,
        conn: &mut Conn<'_>,
        ws: &str,
        kind: &str,
        address: &str,
    ) -> Result<Option<String>, StoreError> {
        let found: Vec<(String,)> = fetch!(conn, sql::CONTACT_OF_ADDRESS, ws, kind, address);
        let found = found.into_iter().next().map(|row| row.0);
        if let Some(contact) = &found {
            execute!(conn, sql::PROVIDER_EVENT_ABOUT, ws, &self.id, contact);
        }
        Ok(found)
    }

    /// A line in the contact's latest conversation: on this channel, or on any.
    async fn say(
        &self,
        conn: &mut Conn<'_>,
        ws: &str,
        contact: &str,
        here: bool,
        (kind, actor_kind): (&'static str, &'static str),
        summary: String,
    ) -> Result<(), StoreError> {
        let found: Vec<(String,)> = if here {
            fetch!(conn, sql::CONVERSATION_LAST_ON, ws, contact, &self.channel_id)
        } else {
            fetch!(conn, sql::CONVERSATION_LAST, ws, contact)
        };
        let Some((conversation,)) = found.into_iter().next() else { return Ok(()) };
        let entry = TimelineEntry {
            id: self.timeline_id.clone(),
            conversation_id: conversation,
            contact_id: contact.to_owned(),
            kind,
            actor_kind,
            actor_name: None,
            summary,
            refers_to: None,
            data: self.data.clone(),
            at: self.occurred_at,
        };
        say(conn, ws, &entry).await
    }
}

async fn say(conn: &mut Conn<'_>, ws: &str, entry: &TimelineEntry) -> Result<(), StoreError> {
    let mut kinds = Kinds::new();
    kinds.entry(ws, entry);
    kinds.write(conn).await
}

/// What was told about a message takes effect on it.
async fn about(
    conn: &mut Conn<'_>,
    ws: &str,
    now: i64,
    log: &mut Log,
    subject: &SubjectRow,
    told: &Told<'_>,
) -> Result<(), StoreError> {
    let entry = |kind, summary| TimelineEntry {
        id: told.timeline_id.clone(),
        conversation_id: subject.conversation_id.clone(),
        contact_id: subject.contact_id.clone(),
        kind,
        actor_kind: "contact",
        actor_name: None,
        summary,
        refers_to: Some(subject.id.clone()),
        data: Value::Null,
        at: told.at,
    };
    if let Some((kind, line)) = &told.line {
        return say(conn, ws, &entry(kind, line.clone())).await;
    }
    let Some(is) = told.is.filter(|_| subject.direction == "outbound") else { return Ok(()) };
    if let Some(reason) = is.suppresses() {
        let kinds: Vec<(String,)> = fetch!(conn, sql::CHANNEL_KIND_OF, ws, &subject.channel_id);
        let kind = kinds.into_iter().next().map(|row| row.0).unwrap_or_default();
        suppress(conn, ws, now, log, &subject.contact_id, &kind, &subject.to_address, reason).await?;
    }
    if is == Is::OptedIn {
        let kinds: Vec<(String,)> = fetch!(conn, sql::CHANNEL_KIND_OF, ws, &subject.channel_id);
        let kind = kinds.into_iter().next().map(|row| row.0).unwrap_or_default();
        release(conn, ws, log, now, &subject.contact_id, &kind, &subject.to_address).await?;
    }
    let new = Delivery::of(is, told.at);
    if new.is_empty() {
        return Ok(());
    }
    let Delivery { progress, arrived_at, failed_at, soft_at, expired_at, .. } = new;
    let Delivery { cancelled_at, hard_at, complained_at, opted_out_at, .. } = new;
    execute!(
        conn,
        sql::DELIVERY_MERGE,
        ws,
        &subject.id,
        progress,
        arrived_at,
        failed_at,
        soft_at,
        expired_at,
        cancelled_at,
        hard_at,
        complained_at,
        opted_out_at
    );
    let rows: Vec<DeliveryStateRow> = fetch!(conn, sql::DELIVERY_GET, ws, &subject.id);
    let Some(row) = rows.first() else { return Ok(()) };
    let shown = Delivery::from(row).shown();
    if execute!(conn, sql::MESSAGE_SHOW, ws, &subject.id, shown) == 0 {
        return Ok(());
    }
    log.begin(ws, now, Some(&subject.conversation_id), None);
    let data = [("message_id", super::events::Datum::Text(&subject.id)), ("status", super::events::Datum::Text(shown))];
    log.event("message.status_changed", &data);
    if is.is_bad() && matches!(shown, "failed" | "bounced" | "complained" | "expired") {
        add_action(conn, ws, &subject.conversation_id, ActionReason::DeliveryFailed, now).await?;
        let why = told.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        let mut entry = entry("delivery_failed", format!("The message to {} {}{why}", subject.to_address, bad(shown)));
        entry.actor_kind = "system";
        entry.data = json!({ "status": shown });
        say(conn, ws, &entry).await?;
    }
    Ok(())
}

fn bad(shown: &str) -> &'static str {
    match shown {
        "bounced" => "came back",
        "complained" => "was called spam",
        "expired" => "was not taken in time",
        _ => "was not delivered",
    }
}

impl From<&DeliveryStateRow> for Delivery {
    fn from(row: &DeliveryStateRow) -> Self {
        Self {
            progress: row.progress,
            arrived_at: row.arrived_at,
            failed_at: row.failed_at,
            soft_at: row.soft_at,
            expired_at: row.expired_at,
            cancelled_at: row.cancelled_at,
            hard_at: row.hard_at,
            complained_at: row.complained_at,
            opted_out_at: row.opted_out_at,
        }
    }
}
