//! No query's cost grows with history: SQLite's plan for every statement walks an index by more than the workspace.

use remit_engine::store::{filtered, inbox, jobs, statements, urgent};
use remit_tests::{Database, Kind};
use sqlx::Row as _;

/// Tables that stay small whatever happens, and statements over the whole of one.
const SMALL: &[&str] =
    &["channel", "rep", "switch", "training", "workspace", "rejected_inbound", "policy_active", "boot", "webhook"];

#[tokio::test]
async fn no_statement_walks_a_table_that_grows() {
    let database = Database::fresh(Kind::Sqlite).await.unwrap();
    database.open().await.close().await;
    // Without foreign keys: with them the plan of an INSERT names searches for children of rows that were not there a
    // moment ago, which SQLite makes only while some key is broken.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database.address).foreign_keys(false);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let mut bad = Vec::new();
    let sets = statements::SETS.iter().map(|(name, sqlite, _)| (*name, *sqlite));
    let all = statements::PORTABLE
        .iter()
        .chain(statements::office::PORTABLE)
        .chain(inbox::PORTABLE)
        .chain(jobs::PORTABLE)
        .chain(filtered::PORTABLE)
        .chain(filtered::ENDS)
        .chain(urgent::PORTABLE)
        .chain(urgent::ENDS)
        .chain(statements::SQLITE_ONLY)
        .chain(statements::EACH)
        .copied()
        .chain(sets);
    for (name, text) in all {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        for row in sqlx::query(explain).fetch_all(&pool).await.unwrap_or_else(|error| panic!("{name}: {error}")) {
            let step: String = row.get("detail");
            if walks_too_much(&step) {
                bad.push(format!("{name}: {step}"));
            }
        }
    }
    assert!(bad.is_empty(), "cost grows with history:\n{}", bad.join("\n"));
}

/// A scan of a table, or a search by nothing but the workspace.
fn walks_too_much(step: &str) -> bool {
    let mut words = step.split_whitespace();
    let (Some(how), Some(table)) = (words.next(), words.next()) else { return false };
    // Aliases are one letter; what they stand for is in the index's name.
    let grows = !SMALL.iter().any(|small| table == *small || step.contains(&format!("sqlite_autoindex_{small}_")));
    let searched = step.split_once('(').map_or("", |(_, by)| by);
    match how {
        // `j` is the set of rows that a statement is about.
        // What a subquery is made from has steps of its own.
        "SCAN" if table.starts_with("(subquery") => false,
        "SCAN" => grows && !matches!(table, "page" | "CONSTANT" | "c" | "j"),
        "SEARCH" => grows && searched.trim_end_matches(')') == "workspace_id=?",
        _ => false,
    }
}
