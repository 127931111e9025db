//! The harness: databases, a clock that stands still, models that say what they are told, a channel that remembers.
//!
//! A test that uses [`each_database!`] runs on SQLite and on PostgreSQL. PostgreSQL needs `REMIT_TEST_POSTGRES_URL`;
//! without it those tests say loudly that they did not run, and `tests/run` counts them.

mod app;
pub mod crash;
mod databases;
mod fakes;
mod killable;
pub mod process;
mod receiver;

pub use app::{TestApp, compose, only, yes};
pub use databases::{Database, Kind, Older};
pub use fakes::{Door, FakeModels, ManualClock, Recorder, Recorders};
pub use killable::Killable;
pub use receiver::{Posted, Receiver};

/// Says that a test did not run, past the capture of the test runner. `tests/run` counts these lines.
pub fn skipped(test: &str, why: &str) {
    use std::io::Write;
    // In one piece: other tests print at the same time.
    let line = format!("SKIPPED: {test}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// The repository's root.
#[must_use]
pub fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(std::path::Path::to_path_buf).unwrap_or_default()
}

/// A folder of the shared fixtures, which live beside the repository; `None` (said loudly) where they are absent.
#[must_use]
pub fn shared(test: &str, folder: &str) -> Option<std::path::PathBuf> {
    let path = root().parent()?.join("shared").join(folder);
    if path.is_dir() {
        Some(path)
    } else {
        skipped(test, &format!("the shared folder `{folder}` is not here"));
        None
    }
}

/// Defines one test per database: `each_database!(name, |db| { .. })`. The body is async and gets a fresh [`Database`].
#[macro_export]
macro_rules! each_database {
    ($(#[$meta:meta])* $name:ident, |$db:ident| $body:block) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "each test uses what it needs of its file")]
            use super::*;

            async fn body($db: $crate::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = $crate::Database::fresh($crate::Kind::Sqlite).await.expect("SQLite needs nothing");
                body(database).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match $crate::Database::fresh($crate::Kind::Postgres).await {
                    Some(database) => body(database).await,
                    None => $crate::skipped(concat!(module_path!(), "::postgres"), "REMIT_TEST_POSTGRES_URL is not set"),
                }
            }
        }
    };
}
