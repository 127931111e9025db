//! Keeps the index up to date: from the event log, or on a walk through the store where it begins anew.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::words::document;
use super::{contact_fields, message_fields};
use crate::engine::Engine;
use crate::events::{Event, Place, events_of};
use crate::join::MOST_JOINED;
use crate::store::events::read as log;
use crate::store::rows::PlaceRow;
use crate::store::search::{Doc, Gone, State, Taken};
use crate::store::{Conn, StoreError, read};

/// Rows of the log that are taken in at once, at most; each holds up to 128 changes.
const ROWS: i64 = 8;
/// The same while more than [`BUSY`] conversations are being worked on: some 500 changes a second.
const FEW_ROWS: i64 = 2;
/// Rows of a table that are taken in at once on a walk.
const SLICE: i64 = 256;
/// How often it is looked for what no wake-up tells of.
const LOOK: Duration = Duration::from_secs(1);
/// What came in within this time is taken in together.
const BREATH: Duration = Duration::from_millis(200);
/// Between two steps while more than [`BUSY`] conversations are being worked on: the index waits, not they.
const ASIDE: Duration = Duration::from_millis(500);
/// How soon it is looked again for what could not be read yet.
const AGAIN: Duration = Duration::from_millis(20);
/// See [`ASIDE`].
const BUSY: usize = 64;
/// How long a process that is at work on the index keeps others away, in milliseconds.
const LEASE_MS: i64 = 15_000;

/// What one step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Something was taken in: there may be more.
    More,
    /// Everything that was told is in the index.
    Done,
    /// Another process is at work on it.
    Others,
}

/// What a document is made from: workspace, kind and id.
type Subject = (String, &'static str, String);

/// Keeps the index up to date until told to stop.
pub(crate) async fn keep_indexing(engine: Engine, stopped: CancellationToken) {
    let mut told = engine.writer().told();
    loop {
        told.borrow_and_update();
        let progress = engine.index_step().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot bring the search index up to date; trying again");
            Progress::Others
        });
        let busy = engine.lanes().len() > BUSY;
        tokio::select! {
            () = stopped.cancelled() => break,
            () = tokio::time::sleep(ASIDE), if progress == Progress::More && busy => {}
            () = tokio::task::yield_now(), if progress == Progress::More && !busy => {}
            () = tokio::time::sleep(LOOK), if progress != Progress::More => {}
            Ok(()) = told.changed(), if progress == Progress::Done => tokio::time::sleep(BREATH).await,
        }
    }
    engine.index().close().await;
}

impl Engine {
    /// Takes in all that was told when this began and is not in the index yet. On PostgreSQL what was told is read once
    /// every transaction that was begun before has ended: so long this waits, and while another process is at work.
    ///
    /// # Errors
    /// [`StoreError`] when the database or the index fails.
    pub async fn index_all(&self) -> Result<(), StoreError> {
        let mut reader = self.db().read().await?;
        let told = log::written(&mut reader.conn()).await?;
        drop(reader);
        loop {
            if self.index_step().await? == Progress::More {
                continue;
            }
            let state = self.index().state().await?;
            if state.is_some_and(|state| state.walk.is_none() && state.place >= told) {
                return Ok(());
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Throws the index away: the next step begins to make it anew.
    ///
    /// # Errors
    /// [`StoreError`] when the database or the index fails.
    pub async fn index_anew(&self) -> Result<(), StoreError> {
        let mut reader = self.db().read().await?;
        let head = log::head(&mut reader.conn()).await?;
        drop(reader);
        self.index().begin(State { place: head, walk: Some(String::new()), until: 0 }, self.boot()).await
    }

    /// Takes in a little.
    ///
    /// # Errors
    /// [`StoreError`] when the database or the index fails; nothing of this step was kept then.
    pub async fn index_step(&self) -> Result<Progress, StoreError> {
        let now = self.clock().now_ms();
        let seen = match self.index().take(self.boot(), now, now + LEASE_MS).await? {
            Taken::Others => return Ok(Progress::Others),
            Taken::New => {
                self.index_anew().await?;
                return Ok(Progress::More);
            }
            Taken::Ours(state) => state,
        };
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let trimmed = log::trimmed(conn).await?.map(|row| row.place()).unwrap_or_default();
        // What was told meanwhile and is gone cannot be made up for; nor is it known what a store holds that is older
        // than its index, because it was put back from a copy.
        if seen.place < trimmed || log::head(conn).await? < seen.place {
            drop(reader);
            self.index_anew().await?;
            return Ok(Progress::More);
        }
        let step = match &seen.walk {
            Some(after) => Some(walk(conn, &seen, after).await?),
            None => {
                let rows = if self.lanes().len() > BUSY { FEW_ROWS } else { ROWS };
                follow(conn, &seen, rows, now).await?
            }
        };
        let Some(step) = step else {
            drop(reader);
            return Ok(Progress::Done);
        };
        let docs = documents(conn, &step.subjects).await?;
        drop(reader);
        // Where another was faster, the next step sees how far it came.
        self.index().put(seen, step.state, step.gone, docs).await?;
        Ok(Progress::More)
    }
}

struct Step {
    state: State,
    gone: Vec<Gone>,
    /// Conversations that took in others: workspace and id.
    joined: BTreeSet<(String, String)>,
    subjects: BTreeSet<Subject>,
}

/// What the log tells after the place where the index is.
async fn follow(conn: &mut Conn<'_>, seen: &State, rows: i64, now: i64) -> Result<Option<Step>, StoreError> {
    let PlaceRow { xid, seq } = seen.place;
    let rows = log::tail(conn, PlaceRow { xid, seq: seq.saturating_add(1) }, rows).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let mut step = Step {
        state: State { place: last.place(), walk: None, until: now },
        gone: Vec::new(),
        joined: BTreeSet::new(),
        subjects: BTreeSet::new(),
    };
    for row in &rows {
        for event in events_of(row, Place::default())? {
            step.state.until = event.at;
            step.hear(&event);
        }
    }
    for (ws, conversation) in std::mem::take(&mut step.joined) {
        let messages = read::messages(conn, &ws, &conversation, i64::MAX, MOST_JOINED).await?;
        step.subjects.extend(messages.into_iter().map(|message| (ws.clone(), "message", message.id)));
        let notes = read::notes(conn, &ws, &conversation, i64::MAX, "", MOST_JOINED).await?;
        step.subjects.extend(notes.into_iter().map(|note| (ws.clone(), "note", note.id)));
    }
    Ok(Some(step))
}

impl Step {
    fn hear(&mut self, event: &Event) {
        let ws = &event.workspace_id;
        let id = |field: &str| event.data.get(field).and_then(|value| value.as_str()).map(str::to_owned);
        match event.kind.as_str() {
            "message.received" | "message.sending" | "message.queued" => {
                self.subjects.extend(id("message_id").map(|id| (ws.clone(), "message", id)));
            }
            "note.created" => self.subjects.extend(id("note_id").map(|id| (ws.clone(), "note", id))),
            "note.updated" => {
                self.gone.extend(id("note_id").map(|id| Gone::One(ws.clone(), "note", id)));
                self.subjects.extend(id("note_id").map(|id| (ws.clone(), "note", id)));
            }
            "contact.created" | "contact.updated" => {
                self.subjects.extend(id("contact_id").map(|id| (ws.clone(), "contact", id)));
            }
            "contact.merged" | "contact.erased" => {
                self.gone.extend(id("contact_id").map(|id| Gone::One(ws.clone(), "contact", id)));
                self.subjects.extend(id("into_id").map(|id| (ws.clone(), "contact", id)));
            }
            "note.deleted" => self.gone.extend(id("note_id").map(|id| Gone::One(ws.clone(), "note", id))),
            "conversation.merged" => {
                let from = event.conversation_id.clone();
                self.gone.extend(from.map(|id| Gone::Conversation(ws.clone(), id)));
                self.joined.extend(id("into_id").map(|id| (ws.clone(), id)));
            }
            "conversation.erased" => {
                let erased = event.conversation_id.clone();
                self.gone.extend(erased.map(|id| Gone::Conversation(ws.clone(), id)));
            }
            _ => {}
        }
    }
}

/// The tables that are walked through, one after the other: the most numerous last, for what comes last is found first.
const TABLES: [&str; 3] = ["contact", "note", "message"];

/// The next few rows after a place of the walk: table, workspace and id with spaces between, or nothing at its beginning.
async fn walk(conn: &mut Conn<'_>, seen: &State, after: &str) -> Result<Step, StoreError> {
    let mut words = after.split(' ');
    let table = words.next().and_then(|word| TABLES.into_iter().find(|table| *table == word)).unwrap_or(TABLES[0]);
    let (ws, id) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let rows = match table {
        "contact" => read::contact_walk(conn, ws, id, SLICE).await?,
        "note" => read::note_walk(conn, ws, id, SLICE).await?,
        _ => read::message_walk(conn, ws, id, SLICE).await?,
    };
    let next = match rows.last() {
        Some((ws, id)) => Some(format!("{table} {ws} {id}")),
        None => TABLES.into_iter().skip_while(|one| *one != table).nth(1).map(|table| format!("{table}  ")),
    };
    let subjects = rows.into_iter().map(|(ws, id)| (ws, table, id)).collect();
    Ok(Step {
        state: State { place: seen.place, walk: next, until: seen.until },
        gone: Vec::new(),
        joined: BTreeSet::new(),
        subjects,
    })
}

/// The documents of what is still there.
async fn documents(conn: &mut Conn<'_>, subjects: &BTreeSet<Subject>) -> Result<Vec<Doc>, StoreError> {
    let of = |kind: &str| {
        let wanted = subjects.iter().filter(move |subject| subject.1 == kind);
        wanted.map(|(ws, _, id)| (ws.as_str(), id.as_str())).collect::<Vec<_>>()
    };
    let mut docs = Vec::with_capacity(subjects.len());
    for (ws, id) in of("contact") {
        let Some(contact) = read::contact(conn, ws, id).await? else { continue };
        let addresses = read::contact_addresses(conn, ws, id).await?;
        docs.push(Doc {
            workspace_id: ws.to_owned(),
            kind: "contact",
            id: id.to_owned(),
            conversation_id: String::new(),
            channel_kind: String::new(),
            at: contact.created_at,
            words: words(&contact_fields(&contact, &addresses)),
        });
    }
    for (ws, id) in of("note") {
        let note = read::note(conn, ws, id).await?.filter(|note| note.deleted_at.is_none());
        let Some(note) = note else { continue };
        let conversation = read::conversation(conn, ws, &note.conversation_id).await?;
        docs.push(Doc {
            workspace_id: ws.to_owned(),
            kind: "note",
            id: id.to_owned(),
            channel_kind: conversation.map(|row| row.channel_kind).unwrap_or_default(),
            at: note.created_at,
            words: words(&[String::new(), note.body_text]),
            conversation_id: note.conversation_id,
        });
    }
    for message in read::messages_of(conn, &of("message")).await? {
        docs.push(Doc {
            kind: "message",
            words: words(&message_fields(&message)),
            id: message.id,
            conversation_id: message.conversation_id,
            channel_kind: message.channel_kind,
            at: message.occurred_at,
            workspace_id: message.workspace_id,
        });
    }
    // In the order in which they were made, which is what their ids say behind the prefix.
    docs.sort_by(|one, other| made(one).cmp(made(other)));
    Ok(docs)
}

fn made(doc: &Doc) -> &str {
    doc.id.rsplit('_').next().unwrap_or_default()
}

fn words(fields: &[String]) -> Vec<String> {
    document(&fields.iter().map(String::as_str).collect::<Vec<_>>())
}
