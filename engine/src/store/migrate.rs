//! Brings the schema up to date. Two folders, the same file names; our own bookkeeping table.

use sqlx::migrate::Migrator;

use super::{Db, StoreError};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Applies what is missing. Several processes may do so at once.
pub(super) async fn run(db: &Db) -> Result<(), StoreError> {
    match db {
        Db::Sqlite { write, .. } => ours(&SQLITE).run(write).await?,
        Db::Postgres { write, .. } => ours(&POSTGRES).run(write).await?,
    }
    Ok(())
}

fn ours(source: &'static Migrator) -> Migrator {
    let mut migrator = Migrator { migrations: source.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name("_remit_migrations");
    migrator
}
