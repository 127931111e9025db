//! The index as a SQLite file of its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::{Doc, FORM, Find, Gone, HitRow, State, Window};
use crate::store::StoreError;
use crate::store::rows::PlaceRow;

const SCHEMA: &str = include_str!("../sql/search/sqlite_schema.sql");
const FIND: &str = include_str!("../sql/search/sqlite_find.sql");
/// Whether all documents are of one workspace.
const ALONE: &str = "SELECT (SELECT workspace_id FROM doc ORDER BY workspace_id, kind, id LIMIT 1)
    IS (SELECT workspace_id FROM doc ORDER BY workspace_id DESC, kind DESC, id DESC LIMIT 1)";

#[derive(Debug)]
pub(super) struct SqliteIndex {
    path: PathBuf,
    /// Opened when it is first needed.
    write: Arc<Mutex<Option<Connection>>>,
    read: SqlitePool,
}

impl SqliteIndex {
    /// The index beside this file.
    pub(super) fn beside(store: &Path) -> Self {
        let mut name = store.as_os_str().to_owned();
        name.push("-search");
        let path = PathBuf::from(name);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .pragma("query_only", "on")
            .pragma("cache_size", "-4096")
            .busy_timeout(Duration::from_secs(5));
        let read = SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options);
        Self { path, write: Arc::default(), read }
    }

    /// Does something with the connection that writes, on a thread where it may wait.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (path, write) = (self.path.clone(), Arc::clone(&self.write));
        let done = tokio::task::spawn_blocking(move || {
            let mut held = write.lock().unwrap_or_else(PoisonError::into_inner);
            let mut connection = match held.take() {
                Some(connection) => connection,
                None => open(&path)?,
            };
            let done = work(&mut connection);
            // After an error it is opened anew: whatever was begun ends with the connection.
            if done.is_ok() {
                *held = Some(connection);
            }
            done
        });
        done.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn state(&self) -> Result<Option<State>, StoreError> {
        self.with(|connection| Ok(state(connection)?)).await
    }

    pub(super) async fn begin(&self, state: State) -> Result<(), StoreError> {
        self.with(move |connection| {
            let tx = begin(connection)?;
            tx.execute_batch("DELETE FROM doc; DROP TABLE ft;")?;
            tx.execute_batch(SCHEMA)?;
            keep(&tx, &state)?;
            Ok(tx.commit()?)
        })
        .await
    }

    pub(super) async fn put(
        &self,
        seen: State,
        now: State,
        gone: Vec<Gone>,
        docs: Vec<Doc>,
    ) -> Result<bool, StoreError> {
        self.with(move |connection| {
            let tx = begin(connection)?;
            if state(&tx)?.as_ref() != Some(&seen) {
                return Ok(false);
            }
            for one in &gone {
                match one {
                    Gone::One(ws, kind, id) => remove(&tx, seq_of(&tx, ws, kind, id)?)?,
                    Gone::Conversation(ws, id) => {
                        let text = "SELECT seq FROM doc WHERE workspace_id = ?1 AND conversation_id = ?2
                            AND conversation_id <> ''";
                        let mut asked = tx.prepare_cached(text)?;
                        let all = asked.query_map(params![ws, id], |row| row.get(0))?;
                        for seq in all.collect::<Result<Vec<i64>, _>>()? {
                            remove(&tx, Some(seq))?;
                        }
                    }
                }
            }
            for doc in &docs {
                let there = seq_of(&tx, &doc.workspace_id, doc.kind, &doc.id)?;
                if there.is_some() && doc.kind != "contact" {
                    continue;
                }
                remove(&tx, there)?;
                insert(&tx, doc)?;
            }
            keep(&tx, &now)?;
            tx.commit()?;
            Ok(true)
        })
        .await
    }

    /// The number after the last document.
    pub(super) async fn end(&self) -> Result<i64, StoreError> {
        // Makes the file where there is none, so that it can be read.
        if !self.path.exists() {
            self.state().await?;
        }
        let row: (i64,) = sqlx::query_as("SELECT COALESCE(MAX(seq), -1) + 1 FROM doc").fetch_one(&self.read).await?;
        Ok(row.0)
    }

    pub(super) async fn find(&self, find: &Find<'_>, window: Window, limit: usize) -> Result<Vec<HitRow>, StoreError> {
        // The tag of a workspace that is alone is in every document: looking for it costs more than everything else.
        let alone: (bool,) = sqlx::query_as(ALONE).fetch_one(&self.read).await?;
        let tags = find.tags().into_iter().skip(usize::from(alone.0)).map(|row| {
            let row: Vec<String> = row.into_iter().map(|tag| format!("\"{tag}\"")).collect();
            format!("tags : ({})", row.join(" OR "))
        });
        let asked = tags.chain([find.asked.for_sqlite()]).collect::<Vec<_>>().join(" AND ");
        let rows = sqlx::query_as(FIND)
            .bind(asked)
            .bind(window.from)
            .bind(window.below)
            .bind(find.workspace_id)
            .bind(find.since.unwrap_or(i64::MIN))
            .bind(find.until.unwrap_or(i64::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.read)
            .await?;
        Ok(rows)
    }

    /// Lets go of the connection that writes; it is opened anew when it is needed.
    pub(super) async fn close(&self) {
        let write = Arc::clone(&self.write);
        let closed = tokio::task::spawn_blocking(move || write.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(closed.await);
    }
}

/// Opens the file; one that is no index of this form is thrown away and made anew.
fn open(path: &Path) -> Result<Connection, StoreError> {
    match set_up(path) {
        Err(error) if is_no_index(&error) => {}
        done => return done,
    }
    tracing::warn!(path = %path.display(), "the search index cannot be used and is made anew");
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        if let Err(error) = std::fs::remove_file(&name)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(StoreError::Folder { path: path.display().to_string(), reason: error.to_string() });
        }
    }
    set_up(path)
}

/// The file is damaged, no database, or an index of another form; not that somebody else is at work on it.
fn is_no_index(error: &StoreError) -> bool {
    match error {
        StoreError::Stale(_) => true,
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => {
            matches!(error.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
        }
        _ => false,
    }
}

fn set_up(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    // What a failure of the machine may take away is written again from the store, so nothing waits for the disk.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;",
    )?;
    connection.execute_batch(SCHEMA)?;
    let form = connection.query_row("SELECT form FROM state", [], |row| row.get::<_, i64>(0)).optional()?;
    if form.is_some_and(|form| form != FORM) {
        return Err(StoreError::Stale("search index"));
    }
    Ok(connection)
}

/// With the write lock from the start: another process may be at work on the same file.
fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn state(connection: &Connection) -> rusqlite::Result<Option<State>> {
    let mut asked = connection.prepare_cached("SELECT xid, seq, walk, until FROM state WHERE id = 1")?;
    asked
        .query_row([], |row| {
            let place = PlaceRow { xid: row.get(0)?, seq: row.get(1)? };
            Ok(State { place, walk: row.get(2)?, until: row.get(3)? })
        })
        .optional()
}

fn keep(connection: &Connection, state: &State) -> rusqlite::Result<()> {
    let text = "INSERT OR REPLACE INTO state (id, form, xid, seq, walk, until) VALUES (1, ?1, ?2, ?3, ?4, ?5)";
    let mut kept = connection.prepare_cached(text)?;
    kept.execute(params![FORM, state.place.xid, state.place.seq, state.walk, state.until]).map(drop)
}

fn seq_of(connection: &Connection, ws: &str, kind: &str, id: &str) -> rusqlite::Result<Option<i64>> {
    let text = "SELECT seq FROM doc WHERE workspace_id = ?1 AND kind = ?2 AND id = ?3";
    connection.prepare_cached(text)?.query_row(params![ws, kind, id], |row| row.get(0)).optional()
}

fn remove(connection: &Connection, seq: Option<i64>) -> rusqlite::Result<()> {
    let Some(seq) = seq else { return Ok(()) };
    connection.prepare_cached("DELETE FROM ft WHERE rowid = ?1")?.execute([seq])?;
    connection.prepare_cached("DELETE FROM doc WHERE seq = ?1")?.execute([seq]).map(drop)
}

fn insert(connection: &Connection, doc: &Doc) -> rusqlite::Result<()> {
    let text = "INSERT INTO doc (seq, workspace_id, kind, id, conversation_id, channel_kind, at)
        VALUES ((SELECT COALESCE(MAX(seq), -1) + 1 FROM doc), ?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![doc.workspace_id, doc.kind, doc.id, doc.conversation_id, doc.channel_kind, doc.at];
    connection.prepare_cached(text)?.execute(values)?;
    let seq = connection.last_insert_rowid();
    let text = "INSERT INTO ft (rowid, words, tags) VALUES (?1, ?2, ?3)";
    let values = params![seq, doc.words.join(" "), doc.tags().join(" ")];
    connection.prepare_cached(text)?.execute(values).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_no_index_is_made_anew_and_who_is_late_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let index = SqliteIndex::beside(&folder.path().join("remit.db"));
        std::fs::write(&index.path, vec![7; 10_000]).unwrap();
        assert_eq!(index.state().await.unwrap(), None);
        let begun = State { place: PlaceRow::default(), walk: None, until: 1 };
        index.begin(begun.clone()).await.unwrap();
        let further = State { until: 2, ..begun.clone() };
        let doc = Doc {
            workspace_id: "wsp_x".to_owned(),
            kind: "message",
            id: "msg_1".to_owned(),
            conversation_id: "cnv_1".to_owned(),
            channel_kind: "chat".to_owned(),
            at: 1,
            words: vec!["hello".to_owned()],
        };
        let docs = vec![doc.clone(), doc];
        assert!(index.put(begun.clone(), further.clone(), Vec::new(), docs.clone()).await.unwrap());
        assert!(!index.put(begun, further.clone(), Vec::new(), docs).await.unwrap());
        assert_eq!(index.end().await.unwrap(), 1);
        let gone = vec![Gone::Conversation("wsp_x".to_owned(), "cnv_1".to_owned())];
        assert!(index.put(further.clone(), further.clone(), gone, Vec::new()).await.unwrap());
        assert_eq!((index.end().await.unwrap(), index.state().await.unwrap()), (0, Some(further)));
        index.close().await;
        Connection::open(&index.path).unwrap().execute("UPDATE state SET form = 99", []).unwrap();
        assert_eq!(index.state().await.unwrap(), None);
    }
}
