//! Search over messages, notes and contacts.
//!
//! The index ([`crate::store::search`]) follows the event log, away from the path of messages: what came in is found
//! within about half a second, or later while there is more work than can be done, when the index steps aside
//! (`BUSY`). What is found is read from the store and looked at once more, so that nothing is shown that is not there
//! any more, and a snippet marks what matched.

mod index;
pub mod words;

use words::{Asked, Piece, snippet};

use crate::engine::Engine;
use crate::store::events::read as log;
use crate::store::rows::{AddressRow, ContactRow, MessageRow, NoteRow};
use crate::store::search::{Find, HitRow};
use crate::store::{Conn, StoreError, read};

pub use index::Progress;
pub(crate) use index::keep_indexing;

/// Something that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Number in the index: where the next page goes on.
    pub seq: i64,
    /// What it is.
    pub what: Found,
    /// Its subject, or the name of a contact.
    pub title: Option<String>,
    /// Of its text, around what matched; `title_matched` says when it was the title alone.
    pub snippet: Vec<Piece>,
}

/// What was found, as it is in the store now.
#[derive(Debug, Clone)]
pub enum Found {
    /// A message.
    Message(Box<MessageRow>),
    /// An internal note.
    Note(Box<NoteRow>),
    /// A contact.
    Contact(Box<ContactRow>),
}

/// A page of what was found.
#[derive(Debug, Clone)]
pub struct Page {
    /// The latest first.
    pub hits: Vec<Hit>,
    /// Below which number the next page begins, where there may be more.
    pub next: Option<i64>,
    /// Everything that happened is in the index; else it is behind, or being made.
    pub complete: bool,
    /// Time of the last thing that is, UTC milliseconds; none while it is being made.
    pub indexed_until: Option<i64>,
}

impl Engine {
    /// What has all that is asked for, below a number of the index, the latest first. A page may have fewer rows than
    /// `limit`, even none, and still have a next one.
    ///
    /// # Errors
    /// [`StoreError`] when the database or the index fails.
    pub async fn search(&self, find: &Find<'_>, below: i64, limit: usize) -> Result<Page, StoreError> {
        let state = self.index().state().await?;
        let state = state.filter(|state| state.walk.is_none());
        let (rows, next) = self.index().find(find, below, limit).await?;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let head = log::head(conn).await?;
        let mut hits = Vec::with_capacity(rows.len());
        for row in &rows {
            hits.extend(hit(conn, find, row).await?);
        }
        let complete = state.as_ref().is_some_and(|state| state.place >= head);
        let indexed_until = state.map(|state| state.until);
        Ok(Page { hits, next, complete, indexed_until })
    }
}

/// The row as it is now; none when it is gone or says something else.
async fn hit(conn: &mut Conn<'_>, find: &Find<'_>, row: &HitRow) -> Result<Option<Hit>, StoreError> {
    let ws = find.workspace_id;
    Ok(match row.kind.as_str() {
        "message" => {
            let Some(message) = read::message(conn, ws, &row.id).await? else { return Ok(None) };
            let fields = message_fields(&message);
            let Some((title, snippet)) = shown(find.asked, &fields) else { return Ok(None) };
            Some(Hit { seq: row.seq, what: Found::Message(Box::new(message)), title, snippet })
        }
        "note" => {
            let Some(note) = read::note(conn, ws, &row.id).await? else { return Ok(None) };
            let fields = [String::new(), note.body_text.clone()];
            let Some((_, snippet)) = shown(find.asked, &fields) else { return Ok(None) };
            Some(Hit { seq: row.seq, what: Found::Note(Box::new(note)), title: None, snippet })
        }
        "contact" => {
            let Some(contact) = read::contact(conn, ws, &row.id).await? else { return Ok(None) };
            let addresses = read::contact_addresses(conn, ws, &row.id).await?;
            let fields = contact_fields(&contact, &addresses);
            let Some((title, snippet)) = shown(find.asked, &fields) else { return Ok(None) };
            Some(Hit { seq: row.seq, what: Found::Contact(Box::new(contact)), title, snippet })
        }
        _ => None,
    })
}

/// What of a message is searched: its subject, its text, and who wrote it.
fn message_fields(message: &MessageRow) -> Vec<String> {
    let text = if message.body_text.is_empty() { &message.full_text } else { &message.body_text };
    vec![
        message.subject.clone().unwrap_or_default(),
        text.clone(),
        message.author_name.clone().unwrap_or_default(),
        message.from_address.clone(),
    ]
}

/// What of a contact is searched: name, company and addresses.
fn contact_fields(contact: &ContactRow, addresses: &[AddressRow]) -> Vec<String> {
    let mut fields = vec![contact.name.clone().unwrap_or_default(), contact.company.clone().unwrap_or_default()];
    fields.extend(addresses.iter().map(|one| one.address.clone()));
    fields
}

/// The first field, and a snippet of the one that matched: the second where it did, else the first of the others.
fn shown(asked: &Asked, fields: &[String]) -> Option<(Option<String>, Vec<Piece>)> {
    let texts: Vec<&str> = fields.iter().map(String::as_str).collect();
    let spans = asked.find(&texts)?;
    let matched = |at: &usize| spans.get(*at).is_some_and(|spans| !spans.is_empty());
    let best = (1..fields.len()).chain([0]).find(matched).unwrap_or(0);
    let title = texts.first().filter(|text| !text.is_empty()).map(|text| (*text).to_owned());
    Some((title, snippet(texts.get(best)?, spans.get(best)?)))
}
