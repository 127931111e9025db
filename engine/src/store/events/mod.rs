//! The event log: what committed transactions changed, told thinly: ids, versions and names of fields, never a text.
//!
//! While a group is being committed a `Log` gathers what its changes tell, and writes it as one row for each
//! workspace: a row for each event would cost more than all the rest of the log. A row is a JSON array with an array
//! for each change: time, conversation, kind and name of the actor, and its events, each a type and its data.
//!
//! A row's place is (`xid`, `seq`). SQLite has one writer: `xid` is 0, and `seq` is the order of commits. On PostgreSQL
//! transactions commit in any order, so `xid` is the transaction's own id, and readers stay below the *horizon*, the
//! oldest transaction that is still under way: below it nothing can appear any more. Nobody waits for anybody.

pub mod read;
mod tell;
mod write;

use super::batch::set::write_text;
use super::statements::{postgres, sqlite};
use super::{Conn, StoreError, execute};

pub use write::{Attempted, EventWrite, NewDelivery};

/// Changes in a row at most: a reader takes in a whole row at a time.
const MOST_CHANGES: usize = 128;
/// Events in a row after which a new one is begun.
const MOST_EVENTS: i64 = 1_000;

/// One value in the data of an event.
#[derive(Debug, Clone, Copy)]
pub(super) enum Datum<'a> {
    /// An id or a word of ours.
    Text(&'a str),
    /// The same, or null.
    Maybe(Option<&'a str>),
    /// A version.
    Number(i64),
    /// Names of fields that changed.
    Words(&'a [&'a str]),
}

#[derive(Debug)]
struct Row {
    workspace_id: String,
    at: i64,
    changes: usize,
    events: i64,
    body: String,
}

/// What the changes of a group tell.
#[derive(Debug, Default)]
pub(super) struct Log {
    rows: Vec<Row>,
    /// Of the change that is being told: its workspace, time, and head.
    workspace_id: String,
    at: i64,
    head: String,
    /// The row in which its events are being written.
    open: Option<usize>,
}

impl Log {
    /// Begins a change. It leaves nothing behind unless an event follows.
    pub(super) fn begin(
        &mut self,
        workspace_id: &str,
        at: i64,
        conversation: Option<&str>,
        actor: Option<(&str, Option<&str>)>,
    ) {
        self.end();
        if self.workspace_id != workspace_id {
            workspace_id.clone_into(&mut self.workspace_id);
        }
        self.at = at;
        let head = &mut self.head;
        head.clear();
        head.push('[');
        head.push_str(&at.to_string());
        let (kind, name) = actor.unwrap_or(("system", None));
        for text in [conversation, Some(kind), name] {
            head.push(',');
            write_maybe(head, text);
        }
        head.push_str(",[");
    }

    /// Tells one event of the change.
    pub(super) fn event(&mut self, kind: &str, data: &[(&str, Datum<'_>)]) {
        if self.open.and_then(|at| self.rows.get(at)).is_some_and(|row| row.events >= MOST_EVENTS) {
            self.end();
        }
        let is_first = self.open.is_none();
        let at = self.open.unwrap_or_else(|| self.room());
        self.open = Some(at);
        let Some(row) = self.rows.get_mut(at) else { return };
        if is_first {
            row.changes += 1;
            row.body.push_str(if row.body.is_empty() { "[" } else { "," });
            row.body.push_str(&self.head);
        } else {
            row.body.push(',');
        }
        row.events += 1;
        let body = &mut row.body;
        body.push('[');
        write_text(body, kind);
        body.push_str(",{");
        for (position, (name, value)) in data.iter().enumerate() {
            if position > 0 {
                body.push(',');
            }
            write_text(body, name);
            body.push(':');
            match value {
                Datum::Text(text) => write_text(body, text),
                Datum::Maybe(text) => write_maybe(body, *text),
                Datum::Number(number) => body.push_str(&number.to_string()),
                Datum::Words(words) => {
                    for (position, word) in words.iter().enumerate() {
                        body.push(if position > 0 { ',' } else { '[' });
                        write_text(body, word);
                    }
                    body.push_str(if words.is_empty() { "[]" } else { "]" });
                }
            }
        }
        body.push_str("}]");
    }

    /// A row of the workspace with room for one more change.
    fn room(&mut self) -> usize {
        let has_room =
            |row: &Row| row.workspace_id == self.workspace_id && row.changes < MOST_CHANGES && row.events < MOST_EVENTS;
        self.rows.iter().rposition(has_room).unwrap_or_else(|| {
            let (workspace_id, body) = (self.workspace_id.clone(), String::with_capacity(4096));
            self.rows.push(Row { workspace_id, at: self.at, changes: 0, events: 0, body });
            self.rows.len() - 1
        })
    }

    fn end(&mut self) {
        if let Some(row) = self.open.take().and_then(|at| self.rows.get_mut(at)) {
            row.body.push_str("]]");
        }
    }

    /// Adds it to the log. True when there was anything to tell.
    pub(super) async fn write(mut self, conn: &mut Conn<'_>) -> Result<bool, StoreError> {
        self.end();
        for row in &mut self.rows {
            row.body.push(']');
            let text = if matches!(conn, Conn::Postgres(_)) { postgres::EVENT_INSERT } else { sqlite::EVENT_INSERT };
            execute!(conn, text, &row.workspace_id, row.at, row.events, &row.body);
        }
        Ok(!self.rows.is_empty())
    }
}

fn write_maybe(json: &mut String, text: Option<&str>) {
    match text {
        Some(text) => write_text(json, text),
        None => json.push_str("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_without_events_leave_nothing_and_each_workspace_has_a_row_of_its_own() {
        let mut log = Log::default();
        log.begin("w1", 1, Some("c1"), Some(("rep", Some("Zoë \"Z\""))));
        log.event("a", &[("id", Datum::Text("x")), ("no", Datum::Maybe(None)), ("version", Datum::Number(2))]);
        log.event("b", &[("changed", Datum::Words(&["x", "y"]))]);
        log.begin("w1", 2, Some("c2"), None);
        log.begin("w2", 3, None, None);
        log.event("c", &[("changed", Datum::Words(&[]))]);
        log.begin("w1", 4, None, None);
        log.event("d", &[]);
        log.end();
        let rows: Vec<(&str, i64, i64, &str)> =
            log.rows.iter().map(|row| (row.workspace_id.as_str(), row.at, row.events, row.body.as_str())).collect();
        let first = concat!(
            r#"[[1,"c1","rep","Zoë \"Z\"",[["a",{"id":"x","no":null,"version":2}],["b",{"changed":["x","y"]}]]],"#,
            r#"[4,null,"system",null,[["d",{}]]]"#
        );
        let second = r#"[[3,null,"system",null,[["c",{"changed":[]}]]]"#;
        assert_eq!(rows, [("w1", 1, 3, first), ("w2", 3, 1, second)]);
    }

    #[test]
    fn a_row_is_not_without_end() {
        let mut log = Log::default();
        for at in 0..300 {
            log.begin("w", at, None, None);
            log.event("a", &[]);
        }
        log.begin("w", 300, None, None);
        for _ in 0..2_500 {
            log.event("b", &[]);
        }
        log.end();
        let events: Vec<i64> = log.rows.iter().map(|row| row.events).collect();
        assert_eq!(events, [128, 128, 1_000, 1_000, 544]);
        for row in &log.rows {
            let read: serde_json::Value = serde_json::from_str(&format!("{}]", row.body)).unwrap();
            let told: usize = read.as_array().unwrap().iter().map(|change| change[4].as_array().unwrap().len()).sum();
            assert_eq!(told, usize::try_from(row.events).unwrap());
        }
    }
}
