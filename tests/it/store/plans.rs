//! No query's cost grows with history: SQLite's plan for every statement walks an index by more than the workspace.

use remit_engine::store::{Conn, Db, filtered, inbox, jobs, statements, urgent};
use remit_tests::{Database, Kind, each_database};
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
        .chain(filtered::OTHERS)
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

/// What the writer does row by row makes no table in memory for each row: a list of words in a constraint would.
#[tokio::test]
async fn the_writer_makes_no_table_for_a_row() {
    let database = Database::fresh(Kind::Sqlite).await.unwrap();
    let db = database.open().await;
    let Db::Sqlite { write, .. } = &db else { unreachable!("it is SQLite") };
    let written = statements::SETS.iter().filter(|(_, sqlite, _)| !sqlite.contains("jsonb_each"));
    let (mut bad, mut seen) = (Vec::new(), 0);
    for (name, text, _) in written {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN {text}"));
        let steps = sqlx::query(explain).fetch_all(write).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        seen += 1;
        // One that gives what it changes finds its rows first, each by its key, and keeps what it gives.
        let needed = if text.contains("RETURNING") { 3 } else { 0 };
        let tables = steps.iter().filter(|step| step.get::<&str, _>("opcode") == "OpenEphemeral").count();
        if tables > needed {
            bad.push(format!("{name}: {tables}"));
        }
    }
    assert!(seen > 30, "{seen}");
    assert!(bad.is_empty(), "tables in memory for each row:\n{}", bad.join("\n"));
}

/// What a row may hold is looked at as ever, and the file is whole.
#[tokio::test]
async fn a_word_that_no_list_has_is_refused() {
    let database = Database::fresh(Kind::Sqlite).await.unwrap();
    let db = database.open().await;
    let Db::Sqlite { write, .. } = &db else { unreachable!("it is SQLite") };
    let text = "INSERT INTO rep (workspace_id, id, name, email, role, created_at) VALUES ($1, $2, 'Bo', 'bo@example.com', $3, 1)";
    let (workspace,): (String,) = sqlx::query_as("SELECT id FROM workspace").fetch_one(write).await.unwrap_or_default();
    let add = async |id: &str, role: &str| {
        sqlx::query(text).bind(&workspace).bind(id).bind(role).execute(write).await.map_err(|error| error.to_string())
    };
    let refused = add("rep_1", "king").await.unwrap_err();
    assert!(refused.contains("CHECK constraint failed"), "{refused}");
    let (whole,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(write).await.unwrap();
    assert_eq!(whole, "ok");
    let said: Vec<(String,)> =
        sqlx::query_as("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetch_all(write).await.unwrap();
    assert!(
        said.iter().any(|(sql,)| sql.contains("stage = 'received' OR stage = 'classified'")),
        "nothing was replaced"
    );
    assert!(!said.iter().any(|(sql,)| sql.contains("stage IN (") || sql.contains("stage NOT IN (")), "{said:?}");
}

/// Otherwise each binding of a `LIMIT` throws a statement's plan away (`.cargo/config.toml`).
#[tokio::test]
async fn sqlite_keeps_its_plans_whatever_is_bound() {
    let database = Database::fresh(Kind::Sqlite).await.unwrap();
    let db = database.open().await;
    let Db::Sqlite { write, .. } = &db else { unreachable!("it is SQLite") };
    let options: Vec<(String,)> = sqlx::query_as("PRAGMA compile_options").fetch_all(write).await.unwrap();
    assert!(options.iter().any(|(option,)| option == "ENABLE_QPSG"), "{options:?}");
}

/// The index by which each list of the inbox is walked.
const WALKS: &[(&str, &str)] = &[
    ("conversation_seek", "conversation_recent"),
    ("conversation_seek_action", "conversation_action"),
    ("conversation_seek_aside", "conversation_put_aside"),
    ("conversation_seek_assigned", "conversation_assigned"),
    ("conversation_seek_channel", "conversation_recent_by_channel"),
    ("conversation_seek_contact", "conversation_of_contact"),
    ("conversation_seek_unread", "unread_recent"),
];

each_database!(each_list_of_the_inbox_is_walked_by_the_index_of_its_filter, |database| {
    let db = database.open().await;
    fill(&db).await;
    let mut bad = Vec::new();
    for (name, text) in filtered::PORTABLE.iter().chain(filtered::OTHERS) {
        let walk = WALKS.iter().find(|(walk, _)| {
            let rest = name.strip_prefix(walk);
            rest.is_some_and(|rest| ["", "_up", "_nth", "_nth_up", "_counts"].contains(&rest))
        });
        let (_, index) = walk.unwrap_or_else(|| panic!("{name} is walked by which index?"));
        let plan = plan(&db, text).await;
        if !plan.iter().any(|step| step.split_whitespace().any(|word| word == *index)) {
            bad.push(format!("{name} is not walked by {index}:\n{}", plan.join("\n")));
        }
        // What is walked is in order: only what a contact has is sorted, and the page itself.
        let sorts = plan.iter().filter(|step| step.contains("Sort Key") || step.contains("FOR ORDER BY")).count();
        let may = usize::from(name.contains("_contact") || name.ends_with("_counts")) + usize::from(plan.len() > 20);
        if sorts > may {
            bad.push(format!("{name} is sorted:\n{}", plan.join("\n")));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
});

/// Rows as they are after a while: without any, PostgreSQL has no reason to prefer one index to another.
async fn fill(db: &Db) {
    const FILL: &[&str] = &[
        "INSERT INTO workspace (id, name, created_at) SELECT 'w', 'w', 0",
        "INSERT INTO rep (workspace_id, id, name, email, role, created_at) SELECT 'w', 'r', 'r', 'r', 'viewer', 0",
        "INSERT INTO channel (workspace_id, id, kind, name, address, status, email_warmup, secret_version, created_at)
            SELECT 'w', 'c', 'chat', 'c', 'c', 'active', FALSE, 1, 0",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
            INSERT INTO contact (workspace_id, id, ai_paused, inbound_count, created_at, version)
            SELECT 'w', 'k' || CAST(i AS TEXT), FALSE, 1, i, 1 FROM n",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
            INSERT INTO conversation (workspace_id, id, channel_id, channel_kind, contact_id, status, preview, revision,
                ai_turns, human_active, requires_action, assignee_id, last_activity_at, created_at, version)
            SELECT 'w', 'v' || CAST(i AS TEXT), 'c', CASE WHEN i % 2 = 0 THEN 'chat' ELSE 'email' END,
                'k' || CAST(i AS TEXT), CASE WHEN i % 3 = 0 THEN 'closed' ELSE 'open' END, '', 1, 0, FALSE, i % 9 = 0,
                CASE WHEN i % 4 = 0 THEN 'r' END, i, i, 1 FROM n",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
            INSERT INTO unread (workspace_id, rep_id, conversation_id, channel_kind, messages, last_activity_at)
            SELECT 'w', 'r', 'v' || CAST(i AS TEXT), 'chat', 1, i FROM n WHERE i % 5 = 0",
    ];
    for &text in FILL {
        match db {
            Db::Sqlite { write, .. } => drop(sqlx::query(text).execute(write).await.unwrap()),
            Db::Postgres { write, .. } => drop(sqlx::query(text).execute(write).await.unwrap()),
        }
    }
    if let Db::Postgres { write, .. } = db {
        sqlx::query("ANALYZE").execute(write).await.unwrap();
    }
}

/// The steps of a statement's plan, as the product's own connections for reading make it.
async fn plan(db: &Db, text: &str) -> Vec<String> {
    let mut reader = db.read().await.unwrap();
    match reader.conn() {
        Conn::Sqlite(conn) => {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
            let rows = sqlx::query(explain).fetch_all(conn).await.unwrap();
            rows.iter().map(|row| row.get("detail")).collect()
        }
        Conn::Postgres(conn) => {
            let most = (1..=40).rev().find(|number| text.contains(&format!("${number}"))).unwrap();
            let nothing = vec!["NULL"; most].join(", ");
            let prepare = sqlx::AssertSqlSafe(format!("PREPARE looked_at AS {text}"));
            sqlx::raw_sql(prepare).execute(&mut *conn).await.unwrap();
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN EXECUTE looked_at ({nothing})"));
            let rows = sqlx::raw_sql(explain).fetch_all(&mut *conn).await.unwrap();
            sqlx::raw_sql("DEALLOCATE looked_at").execute(conn).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        }
        Conn::Direct(_) => unreachable!("reading is not writing"),
    }
}
