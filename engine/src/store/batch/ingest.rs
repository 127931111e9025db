//! Storing many inbound messages at once: raw events, contacts, conversations, messages, runs.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::set::Set;
use super::{arrived, next_wave};
use crate::domain::{ActionReason, ChannelKind};
use crate::store::events::Log;
use crate::store::ingest::{AddressKind, InLane, Ingest, Ingested, MOST_THREAD_IDS};
use crate::store::rows::{ContactRow, ConversationRow, SeenRow, SupersededRow};
use crate::store::statements::{self as sql, many, postgres};
use crate::store::transition::TimelineEntry;
use crate::store::{Conn, Outcome, StoreError, execute, write};

/// Stores messages; the outcomes are in the same order.
pub(in crate::store) async fn apply(
    conn: &mut Conn<'_>,
    ingests: &[&Ingest],
    log: &mut Log,
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; ingests.len()];
    let mut waiting: Vec<usize> = (0..ingests.len()).collect();
    while !waiting.is_empty() {
        let known = known_contacts(conn, ingests, &waiting).await?;
        let wave = next_wave(&mut waiting, |place| {
            ingests.get(place).map(|one| keys(one, known.get(&place))).unwrap_or_default()
        });
        let arrivals = wave.into_iter().filter_map(|place| {
            let ingest = ingests.get(place).copied()?;
            Some(Arrival { place, ingest, known: known.get(&place).cloned() })
        });
        for (place, outcome) in store(conn, arrivals.collect(), log).await? {
            if let Some(slot) = outcomes.get_mut(place) {
                *slot = Some(outcome);
            }
        }
    }
    outcomes.into_iter().map(|outcome| outcome.ok_or_else(|| missing("raw_event", "an event"))).collect()
}

/// One message of a wave.
struct Arrival<'a> {
    place: usize,
    ingest: &'a Ingest,
    /// The contact who has the sender's address, if there is one.
    known: Option<String>,
}

/// One message of a wave that is not here yet, and where it belongs.
pub(super) struct Placed<'a> {
    pub(super) place: usize,
    pub(super) ingest: &'a Ingest,
    pub(super) contact: ContactRow,
    pub(super) conversation_id: String,
    /// It quotes a message of somebody else.
    pub(super) stranger: bool,
    /// It answers somebody else's conversation, and was sent to the reply address that they were given.
    joins: bool,
    is_new: bool,
}

/// What a message may touch or depend on: its sender, the event, and the message ids it has and quotes.
fn keys<'a>(ingest: &'a Ingest, contact: Option<&'a String>) -> Vec<(&'static str, &'a str)> {
    let mut keys = vec![("address", ingest.sender_address.as_str()), ("event", ingest.dedupe_key.as_str())];
    keys.extend(contact.map(|id| ("contact", id.as_str())));
    keys.extend(ingest.external_id.iter().map(|id| ("message", id.as_str())));
    keys.extend(ingest.thread_ids.iter().take(MOST_THREAD_IDS).map(|id| ("message", id.as_str())));
    keys
}

fn missing(table: &'static str, id: &str) -> StoreError {
    StoreError::Inconsistent { table, reason: format!("`{id}` is missing") }
}

pub(super) fn place_of(place: i64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

async fn known_contacts(
    conn: &mut Conn<'_>,
    ingests: &[&Ingest],
    waiting: &[usize],
) -> Result<HashMap<usize, String>, StoreError> {
    let mut asked = Set::new(&many::CONTACT_BY_ADDRESS);
    for &place in waiting {
        let Some(ingest) = ingests.get(place) else { continue };
        let kind = AddressKind::of(ingest.channel_kind).as_str();
        asked.push([place.into(), (&ingest.workspace_id).into(), kind.into(), (&ingest.sender_address).into()]);
    }
    let rows = asked.fetch_packed::<(i64, String)>(conn).await?;
    Ok(rows.into_iter().map(|(place, contact)| (place_of(place), contact)).collect())
}

/// Stores one wave: no two of its messages have the same sender, event or thread.
async fn store(
    conn: &mut Conn<'_>,
    wave: Vec<Arrival<'_>>,
    log: &mut Log,
) -> Result<Vec<(usize, Outcome)>, StoreError> {
    let fresh = raw_events(conn, &wave).await?;
    let (new, seen): (Vec<_>, Vec<_>) =
        wave.into_iter().partition(|arrival| fresh.contains(&arrival.ingest.ids.raw_event));
    let contacts = contacts(conn, &new).await?;
    let placed = conversations(conn, new, contacts).await?;
    let threads = touch(conn, &placed).await?;
    messages(conn, &placed, &threads).await?;
    for one in &placed {
        let is_stranger = one.contact.id == one.ingest.ids.contact;
        log.received(one.ingest, &one.conversation_id, &one.contact.id, (is_stranger, one.is_new));
    }
    supersede(conn, &placed, log).await?;
    let epochs = runs(conn, &placed, &threads).await?;
    let mut arrived = arrived::rows(conn, &placed, &threads, &epochs).await?;
    let mut outcomes = Vec::with_capacity(placed.len() + seen.len());
    for one in &placed {
        let ids = &one.ingest.ids;
        let ingested = Ingested {
            duplicate: false,
            message_id: ids.message.clone(),
            conversation_id: one.conversation_id.clone(),
            run_id: ids.run.clone(),
            seq: threads.get(&one.conversation_id).map_or(0, |thread| thread.revision),
        };
        outcomes.push((one.place, Outcome::Ingested(ingested, arrived.remove(&one.place))));
    }
    outcomes.extend(seen_before(conn, &seen).await?);
    Ok(outcomes)
}

/// Keeps what came in; gives the ids of those that were not here yet.
async fn raw_events(conn: &mut Conn<'_>, wave: &[Arrival<'_>]) -> Result<HashSet<String>, StoreError> {
    let mut events = Set::new(&many::RAW_EVENT_INSERT);
    for Arrival { ingest, .. } in wave {
        events.push([
            (&ingest.workspace_id).into(),
            (&ingest.ids.raw_event).into(),
            (&ingest.channel_id).into(),
            (&ingest.dedupe_key).into(),
            (&ingest.content_type).into(),
            (&ingest.source).into(),
            ingest.bytes.as_slice().into(),
            serde_json::to_string(&ingest.warnings).unwrap_or_else(|_| "[]".to_owned()).into(),
            (&ingest.ids.message).into(),
            ingest.now_ms.into(),
        ]);
    }
    Ok(events.fetch::<(String,)>(conn).await?.into_iter().map(|row| row.0).collect())
}

/// What became of those that were here already. By place.
async fn seen<'a>(
    conn: &mut Conn<'_>,
    wave: impl Iterator<Item = &'a Arrival<'a>>,
) -> Result<HashMap<usize, SeenRow>, StoreError> {
    let mut asked = Set::new(&many::RAW_EVENT_SEEN);
    for Arrival { place, ingest, .. } in wave {
        asked.push([
            (*place).into(),
            (&ingest.workspace_id).into(),
            (&ingest.channel_id).into(),
            (&ingest.dedupe_key).into(),
        ]);
    }
    Ok(asked.fetch_packed::<SeenRow>(conn).await?.into_iter().map(|row| (place_of(row.place), row)).collect())
}

/// Finds or makes the contacts, counts the messages and locks their rows. By place.
async fn contacts(conn: &mut Conn<'_>, new: &[Arrival<'_>]) -> Result<HashMap<usize, ContactRow>, StoreError> {
    if let Conn::Postgres(c) = conn {
        let known: BTreeSet<(&str, &str)> =
            new.iter().filter_map(|one| Some((one.ingest.workspace_id.as_str(), one.known.as_deref()?))).collect();
        let (workspaces, ids): (Vec<&str>, Vec<&str>) = known.into_iter().unzip();
        if !ids.is_empty() {
            sqlx::query(postgres::CONTACT_LOCK).bind(workspaces).bind(ids).execute(&mut **c).await?;
        }
    }
    let mut added = Set::new(&many::CONTACT_INSERT);
    let mut addresses = Set::new(&many::CONTACT_ADDRESS_INSERT);
    let mut touched = Set::new(&many::CONTACT_TOUCH);
    let mut strangers = 0;
    for Arrival { ingest, known, .. } in new {
        let (ws, name) = (&ingest.workspace_id, &ingest.sender_name);
        let id = known.as_ref().unwrap_or(&ingest.ids.contact);
        if known.is_none() {
            let kind = AddressKind::of(ingest.channel_kind).as_str();
            strangers += 1;
            added.push([ws.into(), id.into(), name.into(), (&ingest.company).into(), ingest.now_ms.into()]);
            addresses.push([ws.into(), kind.into(), (&ingest.sender_address).into(), id.into()]);
        }
        touched.push([ws.into(), id.into(), name.into()]);
    }
    added.execute(conn).await?;
    if addresses.fetch::<(String,)>(conn).await?.len() < strangers {
        // Another process stored the first message of the same stranger just now.
        return Err(StoreError::Contended);
    }
    let mut rows: HashMap<String, ContactRow> =
        touched.fetch::<ContactRow>(conn).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    new.iter()
        .map(|one| {
            let id = one.known.as_ref().unwrap_or(&one.ingest.ids.contact);
            rows.remove(id).map(|row| (one.place, row)).ok_or_else(|| missing("contact", id))
        })
        .collect()
}

/// Finds or opens the conversation that each message belongs to.
///
/// A message id is no capability: a stranger who quotes one starts a conversation of their own. Our reply address is one:
/// a colleague to whom the mail was handed on answers in the same conversation, marked, and a person looks at it.
async fn conversations<'a>(
    conn: &mut Conn<'_>,
    new: Vec<Arrival<'a>>,
    mut contacts: HashMap<usize, ContactRow>,
) -> Result<Vec<Placed<'a>>, StoreError> {
    let mut quoted = Set::new(&many::CONVERSATION_BY_REF);
    for Arrival { place, ingest, .. } in &new {
        for (position, reference) in ingest.thread_ids.iter().take(MOST_THREAD_IDS).enumerate() {
            quoted.push([(*place).into(), position.into(), (&ingest.workspace_id).into(), reference.into()]);
        }
    }
    let mut found = quoted.fetch_packed::<(i64, i64, String, String)>(conn).await?;
    found.sort_by_key(|(_, position, ..)| *position);
    let mut threads: HashMap<usize, Vec<(i64, String, String)>> = HashMap::new();
    for (place, position, conversation, contact) in found {
        threads.entry(place_of(place)).or_default().push((position, conversation, contact));
    }
    let mut placed = Vec::with_capacity(new.len());
    for Arrival { place, ingest, .. } in new {
        let contact = contacts.remove(&place).ok_or_else(|| missing("contact", &ingest.sender_address))?;
        let quoted = threads.remove(&place).unwrap_or_default();
        let proven = quoted.first().filter(|(position, ..)| ingest.proven && *position == 0);
        let own = quoted.iter().find(|(.., owner)| *owner == contact.id);
        let found = proven.or(own);
        let joins = proven.is_some_and(|(.., owner)| *owner != contact.id);
        let conversation_id = found.map(|(_, conversation, _)| conversation.clone());
        if let Some(conversation) = conversation_id.as_ref().filter(|_| joins) {
            // People answer to whom nobody has spoken yet.
            execute!(conn, sql::CONVERSATION_HUMAN, &ingest.workspace_id, conversation, true);
        }
        placed.push(Placed {
            place,
            ingest,
            contact,
            joins,
            stranger: found.is_none() && !quoted.is_empty(),
            is_new: conversation_id.is_none(),
            conversation_id: conversation_id.unwrap_or_else(|| ingest.ids.conversation.clone()),
        });
    }
    let mut open = Set::new(&many::CONVERSATION_OPEN);
    for one in placed.iter().filter(|one| one.is_new && one.ingest.channel_kind != ChannelKind::Email) {
        let ingest = one.ingest;
        open.push([
            one.place.into(),
            (&ingest.workspace_id).into(),
            one.contact.id.clone().into(),
            (&ingest.channel_id).into(),
        ]);
    }
    let mut open: HashMap<usize, String> = open
        .fetch_packed::<(i64, Option<String>)>(conn)
        .await?
        .into_iter()
        .filter_map(|(place, id)| Some((place_of(place), id?)))
        .collect();
    let mut opened = Set::new(&many::CONVERSATION_INSERT);
    for one in &mut placed {
        if let Some(id) = open.remove(&one.place) {
            (one.conversation_id, one.is_new, one.stranger) = (id, false, false);
        }
        if one.is_new {
            let ingest = one.ingest;
            opened.push([
                (&ingest.workspace_id).into(),
                (&ingest.ids.conversation).into(),
                (&ingest.channel_id).into(),
                ingest.channel_kind.as_str().into(),
                one.contact.id.clone().into(),
                (&ingest.subject).into(),
                ingest.now_ms.into(),
            ]);
        }
    }
    opened.execute(conn).await?;
    Ok(placed)
}

/// Counts the messages in their conversations, and gives the conversations.
async fn touch(conn: &mut Conn<'_>, placed: &[Placed<'_>]) -> Result<HashMap<String, ConversationRow>, StoreError> {
    if let Conn::Postgres(c) = conn {
        let known: BTreeSet<(&str, &str)> = placed
            .iter()
            .filter(|one| !one.is_new)
            .map(|one| (one.ingest.workspace_id.as_str(), one.conversation_id.as_str()))
            .collect();
        let (workspaces, ids): (Vec<&str>, Vec<&str>) = known.into_iter().unzip();
        if !ids.is_empty() {
            sqlx::query(postgres::CONVERSATION_LOCK).bind(workspaces).bind(ids).execute(&mut **c).await?;
        }
    }
    let mut touched = Set::new(&many::CONVERSATION_TOUCH_INBOUND);
    for one in placed {
        let preview = write::preview(&one.ingest.body_text);
        touched.push([
            (&one.ingest.workspace_id).into(),
            (&one.conversation_id).into(),
            preview.into(),
            one.ingest.now_ms.into(),
        ]);
    }
    let rows = touched.fetch::<ConversationRow>(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

async fn messages(
    conn: &mut Conn<'_>,
    placed: &[Placed<'_>],
    threads: &HashMap<String, ConversationRow>,
) -> Result<(), StoreError> {
    let mut messages = Set::new(&many::MESSAGE_INSERT);
    let mut refs = Set::new(&many::MESSAGE_REF_INSERT);
    let mut unread = Set::new(&many::UNREAD_ADD);
    let mut moved = Set::new(&many::UNREAD_MOVE);
    let mut actions = Set::new(&many::REQUIRES_ACTION_ADD);
    let mut flagged = Set::new(&many::CONVERSATION_FLAG_ACTION);
    let entries: Vec<TimelineEntry> = placed.iter().map(entry).collect();
    let mut timeline = super::Kinds::new();
    for (one, entry) in placed.iter().zip(&entries) {
        let (ingest, conversation) = (one.ingest, &one.conversation_id);
        let (ws, now) = (&ingest.workspace_id, ingest.now_ms);
        let thread = threads.get(conversation).ok_or_else(|| missing("conversation", conversation))?;
        messages.push([
            ws.into(),
            (&ingest.ids.message).into(),
            conversation.into(),
            thread.revision.into(),
            "inbound".into(),
            ingest.channel_kind.as_str().into(),
            ingest.kind.into(),
            ingest.automated.into(),
            "contact".into(),
            None::<&str>.into(),
            ingest.sender_name.as_ref().or(one.contact.name.as_ref()).into(),
            (&ingest.from_address).into(),
            (&ingest.to_address).into(),
            (&ingest.subject).into(),
            (&ingest.body_text).into(),
            (&ingest.full_text).into(),
            (&ingest.body_html).into(),
            (&ingest.attachments).into(),
            (&ingest.external_id).into(),
            ingest.reply_refs().into(),
            (&ingest.language).into(),
            "received".into(),
            (&ingest.ids.raw_event).into(),
            None::<&str>.into(),
            ingest.occurred_at.into(),
            now.into(),
        ]);
        if let Some(external) = &ingest.external_id {
            refs.push([ws.into(), external.into(), conversation.into(), (&ingest.ids.message).into()]);
        }
        if matches!(ingest.kind, "message" | "unparsable") {
            unread.push([ws.into(), conversation.into(), ingest.channel_kind.as_str().into(), now.into()]);
        } else {
            moved.push([ws.into(), conversation.into(), now.into()]);
        }
        if ingest.unreadable {
            actions.push([ws.into(), conversation.into(), ActionReason::Unreadable.as_str().into(), now.into()]);
            flagged.push([ws.into(), conversation.into()]);
        }
        timeline.entry(ws, entry);
    }
    messages.execute(conn).await?;
    refs.execute(conn).await?;
    unread.execute(conn).await?;
    moved.execute(conn).await?;
    actions.execute(conn).await?;
    flagged.execute(conn).await?;
    timeline.write(conn).await
}

fn entry(one: &Placed<'_>) -> TimelineEntry {
    let ingest = one.ingest;
    let who = ingest.sender_name.as_deref().or(one.contact.name.as_deref()).unwrap_or(&ingest.from_address);
    let what = match ingest.kind {
        "auto_reply" => "An automatic reply",
        "bounce" => "A bounce",
        "complaint" => "A complaint report",
        "unparsable" => "A message that could not be read",
        _ => "A message",
    };
    let mut summary = format!("{what} by {} from {who}", ingest.channel_kind);
    if one.stranger {
        summary.push_str("; it quotes a message of another contact's conversation and was kept apart");
    }
    if one.joins {
        summary.push_str("; they joined the conversation by our reply address");
    }
    TimelineEntry {
        id: ingest.ids.timeline.clone(),
        conversation_id: one.conversation_id.clone(),
        contact_id: one.contact.id.clone(),
        kind: "message_received",
        actor_kind: "contact",
        actor_name: Some(who.to_owned()),
        summary,
        refers_to: Some(ingest.ids.message.clone()),
        data: serde_json::json!({ "kind": ingest.kind, "warnings": ingest.warnings }),
        at: ingest.now_ms,
    }
}

/// What was parked on an older message no longer answers the contact.
async fn supersede(conn: &mut Conn<'_>, placed: &[Placed<'_>], log: &mut Log) -> Result<(), StoreError> {
    let mut asked = Set::new(&many::RUN_SUPERSEDE);
    for one in placed.iter().filter(|one| !one.is_new && one.ingest.kind == "message" && !one.ingest.automated) {
        asked.push([(&one.ingest.workspace_id).into(), (&one.conversation_id).into(), one.ingest.now_ms.into()]);
    }
    let mut closed: HashMap<String, Vec<SupersededRow>> = HashMap::new();
    for row in asked.fetch::<SupersededRow>(conn).await? {
        closed.entry(row.conversation_id.clone()).or_default().push(row);
    }
    for one in placed {
        let Some(mut closed) = closed.remove(&one.conversation_id) else { continue };
        closed.sort_by(|a, b| a.id.cmp(&b.id));
        let (ws, now) = (&one.ingest.workspace_id, one.ingest.now_ms);
        log.begin(ws, now, Some(&one.conversation_id), None);
        for run in &closed {
            write::withdraw(conn, ws, &run.id, run.draft_id.as_deref(), "superseded", now, log).await?;
        }
        write::remove_action(conn, ws, &one.conversation_id, ActionReason::ApprovalPending).await?;
        if closed.iter().any(|run| run.author_kind == "rep") {
            write::add_action(conn, ws, &one.conversation_id, ActionReason::ReplyWithdrawn, now).await?;
        }
        let entry = TimelineEntry {
            id: one.ingest.ids.superseded_timeline.clone(),
            conversation_id: one.conversation_id.clone(),
            contact_id: one.contact.id.clone(),
            kind: "draft_superseded",
            actor_kind: "system",
            actor_name: None,
            summary: "What was waiting to be sent was withdrawn: the contact has written again".to_owned(),
            refers_to: closed.first().and_then(|run| run.draft_id.clone()),
            data: serde_json::json!({ "runs": closed.iter().map(|run| &run.id).collect::<Vec<_>>() }),
            at: now,
        };
        let mut kinds = super::Kinds::new();
        kinds.entry(ws, &entry);
        kinds.write(conn).await?;
    }
    Ok(())
}

/// Starts the runs; gives the epoch of each, and whether it is the head of its lane.
async fn runs(
    conn: &mut Conn<'_>,
    placed: &[Placed<'_>],
    threads: &HashMap<String, ConversationRow>,
) -> Result<HashMap<String, (i64, InLane)>, StoreError> {
    let mut runs = Set::new(&many::RUN_INSERT);
    for one in placed {
        let ingest = one.ingest;
        let seq = threads.get(&one.conversation_id).map_or(0, |thread| thread.revision);
        let lease = ingest.work_here.as_ref().and_then(|here| here.lease.as_ref());
        runs.push([
            (&ingest.workspace_id).into(),
            (&ingest.ids.run).into(),
            (&ingest.ids.message).into(),
            (&one.conversation_id).into(),
            seq.into(),
            ingest.now_ms.into(),
            lease.map(|(owner, _)| owner.as_str()).into(),
            lease.map(|(_, until)| *until).into(),
        ]);
    }
    let started = runs.fetch::<(String, i64, i64)>(conn).await?;
    Ok(started.into_iter().map(|(id, epoch, head)| (id, (epoch, InLane::of(head)))).collect())
}

async fn seen_before(conn: &mut Conn<'_>, earlier: &[Arrival<'_>]) -> Result<Vec<(usize, Outcome)>, StoreError> {
    let mut rows = seen(conn, earlier.iter()).await?;
    earlier
        .iter()
        .map(|Arrival { place, ingest, .. }| {
            let row = rows.remove(place).ok_or_else(|| StoreError::Inconsistent {
                table: "raw_event",
                reason: format!("`{}` has no message", ingest.dedupe_key),
            })?;
            let ingested = Ingested {
                duplicate: true,
                message_id: row.message_id,
                conversation_id: row.conversation_id,
                run_id: row.run_id,
                seq: 0,
            };
            Ok((*place, Outcome::Ingested(ingested, None)))
        })
        .collect()
}
