//! Brings the schema up to date. Two folders, the same file names; our own bookkeeping table.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use sqlx::migrate::Migrator;
use sqlx::{Connection, SqliteConnection, SqlitePool};

use super::{Db, StoreError};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Applies what is missing. Several processes may do so at once.
pub(super) async fn run(db: &Db) -> Result<(), StoreError> {
    match db {
        Db::Sqlite { write, .. } => {
            ours(&SQLITE).run(write).await?;
            unlist(write).await?;
        }
        Db::Postgres { write, .. } => ours(&POSTGRES).run(write).await?,
    }
    Ok(())
}

fn ours(source: &'static Migrator) -> Migrator {
    let mut migrator = Migrator { migrations: source.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name("_remit_migrations");
    migrator
}

/// Says the same of tables and indexes without lists of words.
///
/// For `stage IN ('a', 'b', 'c')` in a constraint or in the condition of an index SQLite makes a table in memory, fills
/// and drops it each time a row is written: a fifth of what a message costs the writer. `stage = 'a' OR …` is compared.
/// Lists of one and two it compares anyway. What a row may hold does not change, nor does the file's format, so the text
/// of the schema can be replaced as SQLite's documentation says ("Making Other Kinds Of Table Schema Changes").
async fn unlist(write: &SqlitePool) -> Result<(), StoreError> {
    let mut connection = write.acquire().await?;
    // Hardly ever is there anything to do, and then nobody who writes is waited for.
    if listed(&mut connection).await?.is_empty() {
        return Ok(());
    }
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    // Looked at again: another process may have been faster.
    let changed = listed(&mut tx).await?;
    sqlx::query("PRAGMA writable_schema = ON").execute(&mut *tx).await?;
    for (kind, name, plain) in changed {
        let text = "UPDATE sqlite_schema SET sql = $3 WHERE type = $1 AND name = $2";
        sqlx::query(text).bind(kind).bind(name).bind(plain).execute(&mut *tx).await?;
    }
    sqlx::query("PRAGMA writable_schema = RESET").execute(&mut *tx).await?;
    // A change of the usual kind, so that every other connection reads the schema anew.
    sqlx::query("CREATE TABLE _remit_unlisted (a INTEGER) STRICT").execute(&mut *tx).await?;
    sqlx::query("DROP TABLE _remit_unlisted").execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Kind, name and new text of what has such lists.
async fn listed(conn: &mut SqliteConnection) -> Result<Vec<(String, String, String)>, StoreError> {
    let said: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql LIKE '% IN (%'",
    )
    .fetch_all(conn)
    .await?;
    let plain = said.into_iter().filter_map(|(kind, name, sql)| {
        let plain = without_lists(&sql);
        (plain != sql).then_some((kind, name, plain))
    });
    Ok(plain.collect())
}

/// A column, whether it is `NOT`, and a list of more than two words.
#[expect(clippy::expect_used, reason = "a fixed pattern, which a test compiles")]
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(\w+)\s+(NOT\s+)?IN\s*\((\s*'[^'()]*'(?:\s*,\s*'[^'()]*'){2,}\s*)\)").expect("a pattern")
});

fn without_lists(sql: &str) -> String {
    let plain = LISTED.replace_all(sql, |found: &Captures<'_>| {
        let part = |at| found.get(at).map_or("", |part| part.as_str());
        let (is, and) = if part(2).is_empty() { ("=", " OR ") } else { ("<>", " AND ") };
        let each: Vec<String> = part(3).split(',').map(|word| format!("{} {is} {}", part(1), word.trim())).collect();
        format!("({})", each.join(and))
    });
    plain.into_owned()
}

#[cfg(test)]
mod tests {
    use super::without_lists;

    #[test]
    fn lists_of_more_than_two_words_become_comparisons() {
        assert_eq!(
            without_lists("CHECK (a IN ('x', 'y',\n    'z') AND b NOT IN ('p', 'q', 'r')) WHERE c IN ('m', 'n')"),
            "CHECK ((a = 'x' OR a = 'y' OR a = 'z') AND (b <> 'p' AND b <> 'q' AND b <> 'r')) WHERE c IN ('m', 'n')"
        );
    }
}
