//! What can go wrong while measuring.

use remit_engine::EngineError;
use remit_engine::policies::PolicyError;
use remit_engine::ports::ClassifyError;
use remit_engine::store::StoreError;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file or folder could not be used.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// PostgreSQL was asked for and no server is named.
    #[error(
        "REMIT_TEST_POSTGRES_URL names no server; `REMIT_TEST_FSYNC=on tests/postgres COMMAND` runs a command beside one"
    )]
    NoServer,
    /// The server did not do as asked.
    #[error("the server at REMIT_TEST_POSTGRES_URL: {0}")]
    Server(#[from] sqlx::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Another engine cannot be compared with.
    #[error("{0}")]
    Peer(String),
    /// The shipped default policy cannot be used.
    #[error("policies/default.remit: {0}")]
    Policy(String),
    /// A classifier could not be trained.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
    /// A data set is there but cannot be read.
    #[error("data set `{name}`: {reason}")]
    Dataset {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What was measured did not happen as it must.
    #[error("{0}")]
    Unexpected(String),
}

impl From<PolicyError> for BenchError {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Invalid(diagnostics) => Self::Policy(format!("{diagnostics:?}")),
            other => Self::Policy(other.to_string()),
        }
    }
}

impl From<tokio::task::JoinError> for BenchError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Unexpected(format!("a task ended badly: {error}"))
    }
}
