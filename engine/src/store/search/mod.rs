//! The search index: words of messages, notes and contacts, beside the store and made from it.
//!
//! It is no part of the schema and of no transaction that anybody waits for. Whoever writes it (`crate::search`) follows
//! the event log, and what it wrote and how far it is commit together; so after a crash it goes on where it was, and
//! where it is missing, damaged or of another form, it is made anew. On SQLite it is a file of its own beside the store's
//! (`…-search`), so that it never waits for the writer nor the writer for it; on PostgreSQL a schema of its own.
//!
//! Documents are numbered as they come in. A search looks at one window of numbers after the other, the latest first, so
//! that its cost is bounded whatever is asked and however much there is: SQLite's index is walked by number, and on
//! PostgreSQL each document carries the names of its windows as words. Where nothing is in a window, SQLite walks on to the
//! next document that is found, wherever that is; so its windows are few and wide.

mod postgres;
mod sqlite;

use sqlx::FromRow;

use super::rows::PlaceRow;
use super::{Db, StoreError};
use crate::search::words::Asked;
use postgres::PostgresIndex;
use sqlite::SqliteIndex;

/// Counts up when what is indexed, or how, changes: an index of another form is made anew.
const FORM: i64 = 1;
/// Bits of a document's number that are not of its narrow window: 16 384 documents.
const NARROW: u32 = 14;
/// And of its wide one: 524 288 on PostgreSQL, where documents carry its name.
const WIDE: u32 = 19;
/// On SQLite 8 388 608.
const WIDE_ON_SQLITE: u32 = 23;
/// Documents that one search looks at, at most: about eight million.
const MOST_DOCUMENTS: i64 = 16 << WIDE;

/// How far the index is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Everything that was told up to this place of the event log is in it, once the walk is over.
    pub place: PlaceRow,
    /// While it is being made anew: after what on the walk through the store. Its end is `None`.
    pub walk: Option<String>,
    /// Time of the last event that is in it, UTC milliseconds.
    pub until: i64,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of `doc`")]
pub struct Doc {
    pub workspace_id: String,
    /// `message`, `note` or `contact`.
    pub kind: &'static str,
    pub id: String,
    /// Empty for a contact.
    pub conversation_id: String,
    /// Empty for a contact.
    pub channel_kind: String,
    pub at: i64,
    pub words: Vec<String>,
}

/// What is in the index no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// One document: workspace, kind and id.
    One(String, &'static str, String),
    /// Everything of a conversation: workspace and id.
    Conversation(String, String),
}

/// What is found by, beside the words.
#[derive(Debug, Clone, Copy)]
pub struct Find<'a> {
    /// In this workspace.
    pub workspace_id: &'a str,
    /// These words.
    pub asked: &'a Asked,
    /// Of one of these kinds; of any when empty.
    pub kinds: &'a [&'a str],
    /// On this channel kind.
    pub channel: Option<&'a str>,
    /// In this conversation.
    pub conversation: Option<&'a str>,
    /// Not before this time, UTC milliseconds.
    pub since: Option<i64>,
    /// Before this time, UTC milliseconds.
    pub until: Option<i64>,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of `doc`")]
pub struct HitRow {
    pub seq: i64,
    pub kind: String,
    pub id: String,
    pub conversation_id: String,
    pub channel_kind: String,
    pub at: i64,
}

/// The index of a store.
#[derive(Debug)]
pub struct Index(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite(SqliteIndex),
    Postgres(PostgresIndex),
}

/// Documents by number: from one, below another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    from: i64,
    below: i64,
    /// Made of narrow windows; of a wide one otherwise.
    narrow: bool,
}

impl Index {
    /// The index beside a store. Nothing is made yet.
    #[must_use]
    pub fn of(db: &Db) -> Self {
        Self(match db {
            Db::Sqlite { write, .. } => Kind::Sqlite(SqliteIndex::beside(write.connect_options().get_filename())),
            Db::Postgres { write, .. } => Kind::Postgres(PostgresIndex::new(write.clone())),
        })
    }

    /// How far it is, for `holder`, who may work on it until `until`, UTC milliseconds: `Err(())` inside when another
    /// process does. `Ok(None)` when there is nothing yet.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened or made.
    pub async fn take(&self, holder: &str, now: i64, until: i64) -> Result<Taken, StoreError> {
        match &self.0 {
            Kind::Sqlite(index) => Ok(index.state().await?.map_or(Taken::New, Taken::Ours)),
            Kind::Postgres(index) => index.take(holder, now, until).await,
        }
    }

    /// How far it is; `None` when there is nothing yet.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened or made.
    pub async fn state(&self) -> Result<Option<State>, StoreError> {
        match &self.0 {
            Kind::Sqlite(index) => index.state().await,
            Kind::Postgres(index) => index.state().await,
        }
    }

    /// Throws away what is in it, and begins anew from this state.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn begin(&self, state: State, holder: &str) -> Result<(), StoreError> {
        match &self.0 {
            Kind::Sqlite(index) => index.begin(state).await,
            Kind::Postgres(index) => index.begin(&state, holder).await,
        }
    }

    /// Takes documents out and puts others in, if it is still as far as `seen`; then it is as far as `now`. A message or
    /// note that is there stays; a contact is put in anew. False when somebody else was faster: nothing was done.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn put(&self, seen: State, now: State, gone: Vec<Gone>, docs: Vec<Doc>) -> Result<bool, StoreError> {
        match &self.0 {
            Kind::Sqlite(index) => index.put(seen, now, gone, docs).await,
            Kind::Postgres(index) => index.put(&seen, &now, &gone, &docs).await,
        }
    }

    /// Documents below a number that have all that is asked for, the latest first, `limit` at most; and the number from
    /// which to go on, where there may be more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn find(
        &self,
        find: &Find<'_>,
        below: i64,
        limit: usize,
    ) -> Result<(Vec<HitRow>, Option<i64>), StoreError> {
        let mut found: Vec<HitRow> = Vec::new();
        if find.asked.is_empty() {
            return Ok((found, None));
        }
        let end = match &self.0 {
            Kind::Sqlite(index) => index.end().await?,
            Kind::Postgres(index) => index.end().await?,
        };
        let wide = match &self.0 {
            Kind::Sqlite(_) => WIDE_ON_SQLITE,
            Kind::Postgres(_) => WIDE,
        };
        let first = Window::first(below.min(end));
        let mut window = first;
        while window.below > first.below - MOST_DOCUMENTS {
            if window.below <= 0 {
                return Ok((found, None));
            }
            let room = limit.saturating_sub(found.len());
            let rows = match &self.0 {
                Kind::Sqlite(index) => index.find(find, window, room).await?,
                Kind::Postgres(index) => index.find(find, window, room).await?,
            };
            found.extend(rows);
            if found.len() >= limit {
                let last = found.last().map(|row| row.seq);
                return Ok((found, last));
            }
            window = window.next(wide);
        }
        Ok((found, (window.below > 0).then_some(window.below)))
    }

    /// Lets go of what is held for writing.
    pub async fn close(&self) {
        if let Kind::Sqlite(index) = &self.0 {
            index.close().await;
        }
    }
}

/// Whose turn it is to work on the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Ours: it is as far as this.
    Ours(State),
    /// Ours: there is nothing yet.
    New,
    /// Another process is at work on it.
    Others,
}

impl Window {
    /// The latest documents: the narrow window in which the last one is, and the one before.
    fn first(below: i64) -> Self {
        let from = ((((below - 1).max(0)) >> NARROW) - 1).max(0) << NARROW;
        Self { from, below, narrow: true }
    }

    /// What comes before: the window of so many bits in which it ends.
    fn next(self, wide: u32) -> Self {
        let below = self.from;
        Self { from: ((below - 1).max(0) >> wide) << wide, below, narrow: false }
    }

    /// Names of the windows that it is made of.
    fn names(self) -> Vec<String> {
        let (bits, letter) = if self.narrow { (NARROW, 'a') } else { (WIDE, 'b') };
        ((self.from >> bits)..=((self.below - 1).max(0) >> bits)).map(|number| format!("{letter}{number}")).collect()
    }
}

/// Names of the windows that a document is in.
fn windows_of(seq: i64) -> [String; 2] {
    [format!("a{}", seq >> NARROW), format!("b{}", seq >> WIDE)]
}

/// A tag: a word that says what a document is, and stands in no text. Ids have letters, digits and `_` only.
fn tag(kind: char, value: &str) -> String {
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{kind}{}", plain.to_ascii_lowercase())
}

impl Doc {
    fn tags(&self) -> Vec<String> {
        let mut tags = vec![tag('w', &self.workspace_id), tag('k', self.kind)];
        tags.extend((!self.channel_kind.is_empty()).then(|| tag('h', &self.channel_kind)));
        tags.extend((!self.conversation_id.is_empty()).then(|| tag('c', &self.conversation_id)));
        tags
    }
}

impl Find<'_> {
    /// Of each row of tags one must be there; the first is that of the workspace.
    fn tags(&self) -> Vec<Vec<String>> {
        let mut tags = vec![vec![tag('w', self.workspace_id)]];
        if !self.kinds.is_empty() {
            tags.push(self.kinds.iter().map(|kind| tag('k', kind)).collect());
        }
        tags.extend(self.channel.map(|kind| vec![tag('h', kind)]));
        tags.extend(self.conversation.map(|id| vec![tag('c', id)]));
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_every_number_once() {
        for below in [1, 2, 16_383, 16_384, 16_385, 40_000, 524_288, 524_289, 3_000_000] {
            let mut window = Window::first(below);
            let mut at = below;
            while window.below > 0 {
                assert_eq!(window.below, at, "{below}");
                assert!(window.from < window.below && window.from >= 0);
                // The names of a document's windows meet those of the window exactly where the document is in it.
                for seq in [window.from, window.below - 1] {
                    let names = windows_of(seq);
                    assert!(window.names().iter().any(|name| names.contains(name)), "{below} {window:?}");
                }
                assert!(window.names().len() <= 2);
                at = window.from;
                window = window.next(WIDE);
            }
            assert_eq!(at, 0);
        }
    }
}
