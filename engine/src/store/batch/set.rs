//! A set of rows on its way into one statement.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use sqlx::FromRow;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::SqliteRow;

use crate::store::statements::{Column, SetStatement};
use crate::store::{Conn, StoreError};

/// One value of a row.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl<'a> From<&'a [u8]> for Cell<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Cell<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Cell<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().into()
    }
}

/// Rows for one statement. An empty set is never sent.
#[derive(Debug, Clone)]
pub(crate) struct Set<'a> {
    statement: &'static SetStatement,
    /// Row after row.
    cells: Vec<Cell<'a>>,
}

/// A row that both databases can give.
pub(crate) trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

impl<'a> Set<'a> {
    /// No rows yet.
    pub(crate) const fn new(statement: &'static SetStatement) -> Self {
        Self { statement, cells: Vec::new() }
    }

    /// One more row: its values in the order of the statement's columns.
    pub(crate) fn push<const N: usize>(&mut self, row: [Cell<'a>; N]) {
        debug_assert_eq!(N, self.statement.columns.len(), "{}", self.statement.postgres);
        self.cells.extend(row);
    }

    /// The last row, if its cell `at` is this text.
    pub(crate) fn last_about(&mut self, at: usize, text: &str) -> Option<&mut [Cell<'a>]> {
        let from = self.cells.len().checked_sub(self.statement.columns.len())?;
        let row = self.cells.get_mut(from..)?;
        matches!(row.get(at), Some(Cell::Text(cell)) if cell == text).then_some(row)
    }

    /// Takes the last row away again.
    pub(crate) fn pop(&mut self) -> Vec<Cell<'a>> {
        self.cells.split_off(self.cells.len().saturating_sub(self.statement.columns.len()))
    }

    /// True while there is no row.
    pub(crate) const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Runs the statement for its effect.
    pub(crate) async fn execute(self, conn: &mut Conn<'_>) -> Result<(), StoreError> {
        if self.is_empty() {
            return Ok(());
        }
        match conn {
            Conn::Direct(direct) => direct.execute(self.by_row()?, self.statement.columns.len(), &self.cells).map(drop),
            Conn::Sqlite(_) => Err(not_here(self.statement)),
            Conn::Postgres(c) => Ok(self.bound().execute(&mut **c).await.map(drop)?),
        }
    }

    /// Runs the statement for the rows it gives.
    pub(crate) async fn fetch<R: Row + DeserializeOwned>(self, conn: &mut Conn<'_>) -> Result<Vec<R>, StoreError> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        match conn {
            Conn::Direct(direct) => {
                let (text, width) = (self.by_row()?, self.statement.columns.len());
                match self.statement.after {
                    Some(after) => direct.change(text, after, width, &self.cells),
                    None => direct.fetch(text, width, &self.cells),
                }
            }
            Conn::Sqlite(c) => {
                let text = self.statement.by_set.ok_or_else(|| not_here(self.statement))?;
                let rows = sqlx::query(text).bind(self.json()).fetch_all(&mut **c).await?;
                Ok(rows.iter().map(R::from_row).collect::<Result<_, _>>()?)
            }
            Conn::Postgres(c) => {
                let rows = self.bound().fetch_all(&mut **c).await?;
                Ok(rows.iter().map(R::from_row).collect::<Result<_, _>>()?)
            }
        }
    }

    /// The same for a statement whose text for reading SQLite packs its rows into one array of arrays: there every row
    /// costs a hand-over from the connection's thread, which is dearer than reading JSON.
    pub(crate) async fn fetch_packed<R: Row + DeserializeOwned>(
        self,
        conn: &mut Conn<'_>,
    ) -> Result<Vec<R>, StoreError> {
        let Conn::Sqlite(c) = conn else { return self.fetch(conn).await };
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let text = self.statement.by_set.ok_or_else(|| not_here(self.statement))?;
        let packed: String = sqlx::query_scalar(text).bind(self.json()).fetch_one(&mut **c).await?;
        serde_json::from_str(&packed)
            .map_err(|error| StoreError::Inconsistent { table: "json", reason: error.to_string() })
    }

    fn by_row(&self) -> Result<&'static str, StoreError> {
        self.statement.by_row.ok_or_else(|| not_here(self.statement))
    }

    /// An array of arrays.
    fn json(&self) -> String {
        let mut json = String::with_capacity(self.cells.len() * 24);
        for row in self.cells.chunks(self.statement.columns.len().max(1)) {
            json.push_str(if json.is_empty() { "[[" } else { "],[" });
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                write_json(&mut json, cell);
            }
        }
        json.push_str("]]");
        json
    }

    /// An array for each column.
    fn bound(&self) -> Query<'_, sqlx::Postgres, PgArguments> {
        let width = self.statement.columns.len();
        let mut query = sqlx::query(self.statement.postgres);
        for (at, column) in self.statement.columns.iter().enumerate() {
            let cells = self.cells.iter().skip(at).step_by(width);
            query = match column {
                Column::Text => query.bind(
                    cells
                        .map(|cell| if let Cell::Text(text) = cell { Some(&**text) } else { None })
                        .collect::<Vec<_>>(),
                ),
                Column::Int => query.bind(
                    cells
                        .map(|cell| if let Cell::Int(number) = cell { Some(*number) } else { None })
                        .collect::<Vec<_>>(),
                ),
                Column::Bool => query.bind(
                    cells.map(|cell| if let Cell::Bool(yes) = cell { Some(*yes) } else { None }).collect::<Vec<_>>(),
                ),
                Column::Bytes => query.bind(
                    cells
                        .map(|cell| if let Cell::Bytes(bytes) = cell { Some(*bytes) } else { None })
                        .collect::<Vec<_>>(),
                ),
            };
        }
        query
    }
}

/// A reader asks what only the writer may, or the other way round.
fn not_here(statement: &SetStatement) -> StoreError {
    let purpose = statement.postgres.lines().nth(1).unwrap_or_default();
    StoreError::Inconsistent { table: "statement", reason: format!("it has no text for this connection: {purpose}") }
}

fn write_json(json: &mut String, cell: &Cell<'_>) {
    match cell {
        Cell::Null => json.push_str("null"),
        Cell::Text(text) => write_text(json, text),
        Cell::Int(number) => {
            // Writing to a string cannot fail.
            let _ = write!(json, "{number}");
        }
        Cell::Bool(yes) => json.push_str(if *yes { "true" } else { "false" }),
        // Text goes as text; anything else, which is rare, as hexadecimal digits in an array of one.
        Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !bytes.contains(&0) => write_text(json, text),
            _ => {
                json.push_str("[\"");
                data_encoding::HEXLOWER.encode_append(bytes, json);
                json.push_str("\"]");
            }
        },
    }
}

/// Bytes that cannot stand in a JSON string as they are.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'"' as usize] = true;
    special[b'\\' as usize] = true;
    special
};

pub(crate) fn write_text(json: &mut String, text: &str) {
    json.reserve(text.len() + text.len() / 8 + 2);
    json.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !SPECIAL[usize::from(byte)] {
            continue;
        }
        json.push_str(text.get(plain_from..at).unwrap_or_default());
        plain_from = at + 1;
        match byte {
            b'"' => json.push_str("\\\""),
            b'\\' => json.push_str("\\\\"),
            b'\n' => json.push_str("\\n"),
            b'\r' => json.push_str("\\r"),
            b'\t' => json.push_str("\\t"),
            control => {
                let _ = write!(json, "\\u{control:04x}");
            }
        }
    }
    json.push_str(text.get(plain_from..).unwrap_or_default());
    json.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::statements::many;

    #[test]
    fn a_set_is_an_array_of_arrays() {
        let mut set = Set::new(&many::CONTACT_TOUCH);
        set.push(["w".into(), "k1".into(), None::<&str>.into()]);
        set.push(["w".into(), "k2".into(), "Zoë \"Z\"\n\u{1}".into()]);
        assert_eq!(set.json(), r#"[["w","k1",null],["w","k2","Zoë \"Z\"\n\u0001"]]"#);
    }

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>(), number in any::<i64>()) {
            let mut json = String::new();
            write_json(&mut json, &Cell::from(&text));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            json.clear();
            write_json(&mut json, &Cell::from(number));
            prop_assert_eq!(serde_json::from_str::<i64>(&json).unwrap(), number);
        }
    }
}
