//! The connection of SQLite's writer: driven by the writer's own thread, statement after statement, without a hand-over.
//!
//! Rows are bound as they are and read as they come. Nothing here waits for anything but the disk and other processes.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags};
use serde::de::value::Error as ReadError;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{Cell, StoreError};

/// Statements that are kept prepared: more than the writer has.
const PREPARED: usize = 256;

/// A connection to SQLite that writes.
#[derive(Debug)]
pub struct Direct {
    connection: Connection,
}

impl Direct {
    /// Opens a database that is there and set up.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        // It never leaves its thread but by moving, so SQLite need not lock it.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        // FULL costs little under group commit, and a lost "sent" mark would mean a second send. A commit that also
        // copied the log back would keep everybody waiting; see `checkpoint`.
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;
             PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 134217728; PRAGMA wal_autocheckpoint = 0;",
        )?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self { connection })
    }

    /// Begins a transaction, with the write lock, so that it cannot fail half-way for want of it.
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        self.run("BEGIN IMMEDIATE")
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT")
    }

    /// Undoes what was begun, if anything still is.
    pub(super) fn rollback(&mut self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() { Ok(()) } else { self.run("ROLLBACK") }
    }

    /// Copies of the write-ahead log what can be copied without keeping anybody waiting.
    pub(super) fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn run(&self, text: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(text)?.raw_execute()?;
        Ok(())
    }

    /// Runs a statement once for each row of `width` cells; gives the number of rows it changed.
    pub(super) fn execute(&mut self, text: &str, width: usize, cells: &[Cell<'_>]) -> Result<u64, StoreError> {
        let mut statement = Bound::new(&self.connection, text)?;
        let mut changed = 0;
        for row in rows(width, cells) {
            changed += statement.execute(row)?;
        }
        Ok(changed)
    }

    /// The same; gives the rows that it gives.
    pub(super) fn fetch<R: DeserializeOwned>(
        &mut self,
        text: &str,
        width: usize,
        cells: &[Cell<'_>],
    ) -> Result<Vec<R>, StoreError> {
        let mut asked = Bound::new(&self.connection, text)?;
        let mut found = Vec::with_capacity(cells.len() / width.max(1));
        for row in rows(width, cells) {
            asked.fetch(row, &mut found)?;
        }
        Ok(found)
    }

    /// Runs a statement once for each row, and for each row with which it changed something another one, with the same
    /// parameters; gives what that one gives.
    pub(super) fn change<R: DeserializeOwned>(
        &mut self,
        text: &str,
        after: &str,
        width: usize,
        cells: &[Cell<'_>],
    ) -> Result<Vec<R>, StoreError> {
        let (mut changing, mut asked) = (Bound::new(&self.connection, text)?, Bound::new(&self.connection, after)?);
        let mut found = Vec::with_capacity(cells.len() / width.max(1));
        for row in rows(width, cells) {
            if changing.execute(row)? > 0 {
                asked.fetch(row, &mut found)?;
            }
        }
        Ok(found)
    }
}

/// A prepared statement, and for each of its parameters, by its place there, which cell of a row it takes: SQLite counts
/// `$2` that comes before `$1` as the first.
struct Bound<'c> {
    statement: CachedStatement<'c>,
    places: Vec<usize>,
}

impl<'c> Bound<'c> {
    fn new(connection: &'c Connection, text: &str) -> Result<Self, StoreError> {
        let statement = connection.prepare_cached(text)?;
        let named = |at| statement.parameter_name(at).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let places = (1..=statement.parameter_count()).map(|at| named(at).unwrap_or(at)).collect();
        Ok(Self { statement, places })
    }

    fn bind(&mut self, row: &[Cell<'_>]) -> Result<(), StoreError> {
        for (at, place) in self.places.iter().enumerate() {
            let cell = row.get(place.wrapping_sub(1)).unwrap_or(&Cell::Null);
            self.statement.raw_bind_parameter(at + 1, cell)?;
        }
        Ok(())
    }

    fn execute(&mut self, row: &[Cell<'_>]) -> Result<u64, StoreError> {
        self.bind(row)?;
        Ok(self.statement.raw_execute()? as u64)
    }

    fn fetch<R: DeserializeOwned>(&mut self, row: &[Cell<'_>], found: &mut Vec<R>) -> Result<(), StoreError> {
        self.bind(row)?;
        let mut given = self.statement.raw_query();
        while let Some(row) = given.next()? {
            let read = R::deserialize(RowReader { row });
            found.push(read.map_err(|error| StoreError::Inconsistent { table: "row", reason: error.to_string() })?);
        }
        Ok(())
    }
}

/// The rows in `cells`; one without cells where a statement takes none.
fn rows<'c, 'a>(width: usize, cells: &'c [Cell<'a>]) -> impl Iterator<Item = &'c [Cell<'a>]> {
    cells.chunks(width.max(1)).chain((width == 0).then_some(&[][..]))
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Bool(yes) => ValueRef::Integer(i64::from(*yes)),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A row on its way into a tuple or a struct: its columns in their order.
struct RowReader<'r, 's> {
    row: &'r rusqlite::Row<'s>,
}

impl<'de> Deserializer<'de> for RowReader<'_, '_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_seq(Columns { row: self.row, at: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        debug_assert_eq!(self.row.as_ref().column_names(), fields, "{name}: columns in the order of the fields");
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Columns<'r, 's> {
    row: &'r rusqlite::Row<'s>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Columns<'_, '_> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let Ok(value) = self.row.get_ref(self.at) else { return Ok(None) };
        self.at += 1;
        seed.deserialize(ValueReader(value)).map(Some)
    }
}

struct ValueReader<'r>(ValueRef<'r>);

impl<'de> Deserializer<'de> for ValueReader<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            ValueRef::Null => visitor.visit_unit(),
            ValueRef::Integer(number) => visitor.visit_i64(number),
            ValueRef::Real(number) => visitor.visit_f64(number),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => visitor.visit_str(text),
                Err(_) => visitor.visit_bytes(text),
            },
            ValueRef::Blob(bytes) => visitor.visit_bytes(bytes),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if matches!(self.0, ValueRef::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            ValueRef::Integer(number) => visitor.visit_bool(number != 0),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let word = match self.0 {
            ValueRef::Text(text) => std::str::from_utf8(text).unwrap_or_default(),
            _ => "",
        };
        serde::de::IntoDeserializer::<ReadError>::into_deserializer(word).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> (tempfile::TempDir, Direct) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a TEXT, b INTEGER, c BLOB) STRICT").unwrap();
        let direct = Direct::open(&path).unwrap();
        (folder, direct)
    }

    #[test]
    fn rows_go_in_and_come_out_as_they_are_and_parameters_are_known_by_their_number() {
        let (_folder, mut direct) = fresh();
        let cells = [
            Cell::from("Zoë \"Z\"\n\0"),
            Cell::from(true),
            Cell::from(&b"\xff\0"[..]),
            Cell::Null,
            Cell::Int(-7),
            Cell::Null,
        ];
        assert_eq!(direct.execute("INSERT INTO t (b, a, c) VALUES (?2, ?1, ?3)", 3, &cells).unwrap(), 2);
        // The first that SQLite meets is the second.
        let changed = direct.execute("UPDATE t SET b = $2 WHERE b = $1", 2, &[Cell::Int(-7), Cell::Int(8)]).unwrap();
        assert_eq!(changed, 1);
        let rows: Vec<(Option<String>, i64)> = direct.fetch("SELECT a, b FROM t ORDER BY b", 0, &[]).unwrap();
        assert_eq!(rows, [(Some("Zoë \"Z\"\n\0".to_owned()), 1), (None, 8)]);
        let flags: Vec<(bool,)> =
            direct.fetch("SELECT b FROM t WHERE b = ?1", 1, &[Cell::Int(1), Cell::Int(8)]).unwrap();
        assert_eq!(flags, [(true,), (true,)]);
        assert!(direct.fetch::<(String,)>("SELECT a FROM t WHERE b = 8", 0, &[]).is_err(), "nothing is no text");
    }

    #[test]
    fn what_is_rolled_back_never_was() {
        let (_folder, mut direct) = fresh();
        direct.begin().unwrap();
        direct.execute("INSERT INTO t (b) VALUES (?1)", 1, &[Cell::Int(1)]).unwrap();
        direct.rollback().unwrap();
        direct.rollback().unwrap();
        direct.begin().unwrap();
        direct.execute("INSERT INTO t (b) VALUES (?1)", 1, &[Cell::Int(2)]).unwrap();
        direct.commit().unwrap();
        assert_eq!(direct.fetch::<(i64,)>("SELECT b FROM t", 0, &[]).unwrap(), [(2,)]);
    }
}
