//! The store: both databases understand the same SQL and have the same schema.

mod forgotten;
mod groups;
mod ledger;
mod plans;

use std::collections::BTreeMap;

use remit_tests::{Database, Kind, each_database, skipped};

each_database!(every_statement_is_understood, |database| {
    let db = database.open().await;
    let prepared = db.prepare_all().await.unwrap_or_else(|bad| panic!("{bad:#?}"));
    assert!(prepared.len() > 90, "the list of statements is suspiciously short: {}", prepared.len());
});

#[tokio::test]
async fn both_databases_take_the_same_parameters_and_give_the_same_columns() {
    let Some(postgres) = Database::fresh(Kind::Postgres).await else {
        return skipped("store::both_databases_give_the_same_columns", "REMIT_TEST_POSTGRES_URL is not set");
    };
    let sqlite = Database::fresh(Kind::Sqlite).await.unwrap();
    let portable: Vec<&str> = remit_engine::store::statements::PORTABLE.iter().map(|(name, _)| *name).collect();
    let mut seen = Vec::new();
    for database in [&sqlite, &postgres] {
        let prepared = database.open().await.prepare_all().await.unwrap();
        let map: BTreeMap<String, (usize, Vec<String>)> = prepared
            .into_iter()
            .filter(|(name, ..)| portable.contains(&name.as_str()))
            .map(|(name, parameters, columns)| (name, (parameters, columns)))
            .collect();
        seen.push(map);
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn both_folders_of_migrations_hold_the_same_files_tables_and_columns() {
    let read = |folder: &str| -> BTreeMap<String, Vec<String>> {
        let path = remit_tests::root().join("migrations").join(folder);
        std::fs::read_dir(path)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let text = std::fs::read_to_string(entry.path()).unwrap();
                (entry.file_name().into_string().unwrap(), shape(&text))
            })
            .collect()
    };
    let (sqlite, postgres) = (read("sqlite"), read("postgres"));
    assert_eq!(sqlite, postgres);
    assert!(sqlite["0001_main_line.sql"].iter().any(|line| line.starts_with("run.stage TEXT NOT NULL")));
}

/// Every column as `table.column TYPE rest`, with the types that may differ made equal.
fn shape(sql: &str) -> Vec<String> {
    let mut table = String::new();
    let mut lines = Vec::new();
    for line in sql.lines().map(str::trim).filter(|line| !line.starts_with("--")) {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.trim_end_matches([' ', '(']).to_owned();
        } else if !line.is_empty() && !line.starts_with(')') {
            let words: Vec<&str> =
                line.split_whitespace()
                    .map(|word| match word {
                        "INTEGER" | "INTEGER," | "INTEGER;" | "BIGINT" | "BIGINT," | "BIGINT;" | "BOOLEAN"
                        | "BOOLEAN," => "NUMBER",
                        "BLOB" | "BYTEA" => "BYTES",
                        other => other,
                    })
                    .collect();
            // Only SQLite looks at foreign keys late: there it spares work.
            lines.push(format!("{table}.{}", words.join(" ").replace(" DEFERRABLE INITIALLY DEFERRED", "")));
        }
    }
    lines
}

#[test]
fn every_sql_file_is_listed_and_says_what_it_is_for() {
    let folder = remit_tests::root().join("engine/src/store/sql");
    let mut files = Vec::new();
    for (place, prefix) in [("", ""), ("sqlite", "Differs because"), ("postgres", "Differs because")] {
        for entry in std::fs::read_dir(folder.join(place)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "sql") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.starts_with(&format!("-- {prefix}")), "{} needs a first line", path.display());
                files.push(path.file_stem().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    use remit_engine::store::jobs;
    use remit_engine::store::statements::{PACKED, PORTABLE, POSTGRES_ONLY, SETS, SQLITE_ONLY};
    let mut listed: Vec<String> = PORTABLE
        .iter()
        .chain(jobs::PORTABLE)
        .chain(SQLITE_ONLY)
        .chain(PACKED)
        .chain(POSTGRES_ONLY)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    // One file in each folder.
    listed.extend(SETS.iter().flat_map(|(name, ..)| [(*name).to_owned(), (*name).to_owned()]));
    listed.sort();
    files.sort();
    assert_eq!(files, listed);
}
