//! The index as a schema of its own on PostgreSQL.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool};
use tokio::sync::OnceCell;

use super::{Doc, FORM, Find, Gone, HitRow, State, Taken, Window, windows_of};
use crate::store::StoreError;
use crate::store::rows::PlaceRow;

const SCHEMA: &str = include_str!("../sql/search/postgres_schema.sql");
const FIND: &str = include_str!("../sql/search/postgres_find.sql");
/// Bytes of different words that one document may have; PostgreSQL takes a mebibyte.
const MOST_BYTES: usize = 400_000;

#[derive(Debug)]
pub(super) struct PostgresIndex {
    write: PgPool,
    /// For searching alone: which words are rare is for the planner to know.
    read: PgPool,
    made: OnceCell<()>,
}

#[derive(Debug, sqlx::FromRow)]
struct StateRow {
    xid: i64,
    seq: i64,
    walk: Option<String>,
    until: i64,
}

impl From<StateRow> for State {
    fn from(row: StateRow) -> Self {
        Self { place: PlaceRow { xid: row.xid, seq: row.seq }, walk: row.walk, until: row.until }
    }
}

const STATE: &str = "SELECT xid, seq, walk, until FROM remit_search.state WHERE id = 1 AND form = $1";

impl PostgresIndex {
    pub(super) fn new(write: PgPool) -> Self {
        let options = (*write.connect_options()).clone().options([("plan_cache_mode", "force_custom_plan")]);
        let read = PgPoolOptions::new().max_connections(4).acquire_timeout(Duration::from_secs(20));
        Self { read: read.connect_lazy_with(options), write, made: OnceCell::new() }
    }

    async fn make(&self) -> Result<(), StoreError> {
        self.made
            .get_or_try_init(|| async {
                let there = "SELECT to_regclass('remit_search.doc') IS NOT NULL";
                let is_there: bool = sqlx::query_scalar(there).fetch_one(&self.write).await?;
                if !is_there {
                    let mut tx = self.write.begin().await?;
                    // Two processes that make the same at once would get into each other's way.
                    sqlx::query("SELECT pg_advisory_xact_lock(7362041355)").execute(&mut *tx).await?;
                    sqlx::raw_sql(SCHEMA).execute(&mut *tx).await?;
                    tx.commit().await?;
                }
                Ok(())
            })
            .await
            .copied()
    }

    pub(super) async fn state(&self) -> Result<Option<State>, StoreError> {
        self.make().await?;
        let row: Option<StateRow> = sqlx::query_as(STATE).bind(FORM).fetch_optional(&self.write).await?;
        Ok(row.map(State::from))
    }

    pub(super) async fn take(&self, holder: &str, now: i64, until: i64) -> Result<Taken, StoreError> {
        self.make().await?;
        let text = "INSERT INTO remit_search.state (id, form, xid, seq, until, next_doc, holder, held_until)
            VALUES (1, -1, 0, 0, 0, 0, $1, $3) ON CONFLICT (id) DO UPDATE SET holder = $1, held_until = $3
            WHERE state.holder = $1 OR state.held_until < $2";
        let taken = sqlx::query(text).bind(holder).bind(now).bind(until).execute(&self.write).await?;
        if taken.rows_affected() == 0 {
            return Ok(Taken::Others);
        }
        Ok(self.state().await?.map_or(Taken::New, Taken::Ours))
    }

    pub(super) async fn begin(&self, state: &State, holder: &str) -> Result<(), StoreError> {
        self.make().await?;
        let mut tx = self.write.begin().await?;
        sqlx::query("TRUNCATE remit_search.doc").execute(&mut *tx).await?;
        let text = "UPDATE remit_search.state SET form = $1, xid = $2, seq = $3, walk = $4, until = $5, next_doc = 0
            WHERE id = 1 AND holder = $6";
        let PlaceRow { xid, seq } = state.place;
        let query = sqlx::query(text).bind(FORM).bind(xid).bind(seq).bind(&state.walk).bind(state.until);
        query.bind(holder).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn put(&self, seen: &State, now: &State, gone: &[Gone], docs: &[Doc]) -> Result<bool, StoreError> {
        let mut tx = self.write.begin().await?;
        let text = "SELECT xid, seq, walk, until FROM remit_search.state WHERE id = 1 AND form = $1 FOR UPDATE";
        let row: Option<StateRow> = sqlx::query_as(text).bind(FORM).fetch_optional(&mut *tx).await?;
        if row.map(State::from).as_ref() != Some(seen) {
            return Ok(false);
        }
        for one in gone {
            match one {
                Gone::One(ws, kind, id) => remove(&mut tx, ws, kind, id).await?,
                Gone::Conversation(ws, id) => {
                    let text = "DELETE FROM remit_search.doc WHERE workspace_id = $1 AND conversation_id = $2
                        AND conversation_id <> ''";
                    sqlx::query(text).bind(ws).bind(id).execute(&mut *tx).await?;
                }
            }
        }
        for doc in docs.iter().filter(|doc| doc.kind == "contact") {
            remove(&mut tx, &doc.workspace_id, doc.kind, &doc.id).await?;
        }
        let next: (i64,) =
            sqlx::query_as("SELECT next_doc FROM remit_search.state WHERE id = 1").fetch_one(&mut *tx).await?;
        insert(&mut tx, next.0, docs).await?;
        let text =
            "UPDATE remit_search.state SET xid = $1, seq = $2, walk = $3, until = $4, next_doc = $5 WHERE id = 1";
        let PlaceRow { xid, seq } = now.place;
        let after = next.0 + i64::try_from(docs.len()).unwrap_or_default();
        let query = sqlx::query(text).bind(xid).bind(seq).bind(&now.walk).bind(now.until).bind(after);
        query.execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The number after the last document.
    pub(super) async fn end(&self) -> Result<i64, StoreError> {
        self.make().await?;
        let text = "SELECT COALESCE(MAX(seq), -1) + 1 FROM remit_search.doc";
        Ok(sqlx::query_scalar(text).fetch_one(&self.read).await?)
    }

    pub(super) async fn find(&self, find: &Find<'_>, window: Window, limit: usize) -> Result<Vec<HitRow>, StoreError> {
        let one_of = |row: Vec<String>| {
            let row: Vec<String> = row.into_iter().map(|tag| format!("'#{tag}'")).collect();
            format!("({})", row.join(" | "))
        };
        let tags = find.tags().into_iter().chain([window.names()]).map(one_of);
        let asked = tags.chain([find.asked.for_postgres()]).collect::<Vec<_>>().join(" & ");
        // Planned for what is asked each time: a plan for any words would be one for none of them.
        let rows = sqlx::query_as(FIND)
            .bind(asked)
            .bind(window.from)
            .bind(window.below)
            .bind(find.workspace_id)
            .bind(find.since.unwrap_or(i64::MIN))
            .bind(find.until.unwrap_or(i64::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .persistent(false)
            .fetch_all(&self.read)
            .await?;
        Ok(rows)
    }
}

async fn remove(tx: &mut PgConnection, ws: &str, kind: &str, id: &str) -> Result<(), StoreError> {
    let text = "DELETE FROM remit_search.doc WHERE workspace_id = $1 AND kind = $2 AND id = $3";
    sqlx::query(text).bind(ws).bind(kind).bind(id).execute(tx).await?;
    Ok(())
}

async fn insert(tx: &mut PgConnection, first: i64, docs: &[Doc]) -> Result<(), StoreError> {
    if docs.is_empty() {
        return Ok(());
    }
    let text = "INSERT INTO remit_search.doc (seq, workspace_id, kind, id, conversation_id, channel_kind, at, words)
        SELECT seq, workspace_id, kind, id, conversation_id, channel_kind, at, words::tsvector
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[])
            AS j (seq, workspace_id, kind, id, conversation_id, channel_kind, at, words)
        ON CONFLICT (workspace_id, kind, id) DO NOTHING";
    let seqs: Vec<i64> = (first..).take(docs.len()).collect();
    let vectors: Vec<String> = docs.iter().zip(&seqs).map(|(doc, seq)| vector(doc, *seq)).collect();
    let of = |column: fn(&Doc) -> &str| docs.iter().map(column).collect::<Vec<&str>>();
    sqlx::query(text)
        .bind(&seqs)
        .bind(of(|doc| &doc.workspace_id))
        .bind(of(|doc| doc.kind))
        .bind(of(|doc| &doc.id))
        .bind(of(|doc| &doc.conversation_id))
        .bind(of(|doc| &doc.channel_kind))
        .bind(docs.iter().map(|doc| doc.at).collect::<Vec<i64>>())
        .bind(&vectors)
        .execute(tx)
        .await?;
    Ok(())
}

/// The words and tags of a document as a `tsvector`. Words are letters and digits only, so nothing must be escaped.
fn vector(doc: &Doc, seq: i64) -> String {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut bytes = 0;
    for (at, word) in doc.words.iter().enumerate() {
        let known = places.contains_key(word.as_str());
        // A gap between two fields takes up a place and is no word.
        if word == crate::search::words::GAP || (!known && bytes > MOST_BYTES) {
            continue;
        }
        if !known {
            bytes += word.len();
        }
        places.entry(word).or_default().push(at + 1);
    }
    let mut text = String::with_capacity(bytes * 2);
    for tag in doc.tags().iter().chain(&windows_of(seq)) {
        text.push_str(&format!("'#{tag}' "));
    }
    for (word, at) in places {
        // More places of one word are not kept there.
        let at: Vec<String> = at.iter().take(250).map(usize::to_string).collect();
        text.push_str(&format!("'{word}':{} ", at.join(",")));
    }
    text
}
