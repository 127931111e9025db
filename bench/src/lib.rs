//! Benchmarks: one JSON line per figure. One file per bench; `README.md` says what each figure means.

pub mod api;
mod asked;
pub mod channels;
pub mod check;
pub mod classify;
mod contexts;
pub mod crash;
pub mod diff;
mod disk;
mod error;
pub mod figure;
mod filters;
mod find;
mod floor;
mod follow;
pub mod gate;
mod history;
mod hundred;
mod inbox;
pub mod knowledge;
pub mod list;
mod memory;
#[cfg(feature = "peers")]
mod peers;
pub mod pipeline;
mod policy;
pub mod promise;
pub mod replay;
mod replies;
mod seeded;
mod store;

use std::path::PathBuf;

pub use error::BenchError;
pub use figure::Figure;

/// The benches, and `all` of them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Name {
    /// How long a decision takes.
    Gate,
    /// How long the shipped default policy takes to compile.
    Check,
    /// How long it takes to tell what a change of the shipped default policy means.
    Diff,
    /// How long the embedded classifier takes to train and to answer, and how right it is.
    Classify,
    /// Whether what a certificate promises holds.
    Promise,
    /// A folder of documents read, and searched in.
    Knowledge,
    /// Messages through a whole engine on a fresh store.
    Pipeline,
    /// The conversation list on a full store.
    List,
    /// Requests, mails and chat messages coming in from outside.
    Channels,
    /// The inbox by HTTP on a full store.
    Api,
    /// Recorded decisions under another policy.
    Replay,
    /// A process that is killed again and again.
    Crash,
    /// Every bench, one after the other.
    All,
}

impl Name {
    /// Every bench.
    pub const EACH: [Self; 12] = [
        Self::Gate,
        Self::Check,
        Self::Diff,
        Self::Classify,
        Self::Promise,
        Self::Knowledge,
        Self::Pipeline,
        Self::List,
        Self::Channels,
        Self::Api,
        Self::Replay,
        Self::Crash,
    ];
}

/// Which database a bench fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StoreKind {
    /// A file, with the product's own settings.
    Sqlite,
    /// A database of its own on the server that `REMIT_TEST_POSTGRES_URL` names.
    Postgres,
}

impl StoreKind {
    /// The word in the lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What a bench is run with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which database.
    pub store: StoreKind,
    /// How many of what the bench counts, at least 1; its own number when left out.
    pub count: Option<usize>,
    /// Folder in which stores are made and the disk is measured. Should be on a disk, not in memory.
    pub folder: PathBuf,
    /// Name of a store that `api` makes once and uses again; a fresh one each time when left out.
    pub keep: Option<String>,
    /// Messages that `pipeline` puts into the store as if they had been worked on long ago, for its second round.
    pub history: Option<usize>,
    /// Folder of the data sets for the classifier.
    pub datasets: PathBuf,
    /// A model that knows what words mean, for the classifier: a folder or a package file.
    pub model: Option<PathBuf>,
    /// Which few-shot rows the classifier learns from.
    pub seed: u32,
    /// Thresholds that a promise is asked for at, 0 to 1; the usual ones where there are none.
    pub from: Vec<f64>,
}

impl Settings {
    /// The count that was asked for, or this one.
    fn count_or(&self, usual: usize) -> usize {
        self.count.unwrap_or(usual).max(1)
    }
}

/// Runs one bench, handing over each figure as soon as it is known.
///
/// # Errors
/// [`BenchError`] when something could not be set up or failed while it was measured.
pub async fn run(name: Name, settings: &Settings, print: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    match name {
        Name::Gate => gate::run(settings)?.into_iter().for_each(print),
        Name::Check => check::run(settings)?.into_iter().for_each(print),
        Name::Diff => diff::run(settings)?.into_iter().for_each(print),
        Name::Classify => classify::run(settings, print)?,
        Name::Promise => promise::run(settings, print)?,
        Name::Knowledge => knowledge::run(settings)?.into_iter().for_each(print),
        Name::Pipeline => pipeline::run(settings).await?.into_iter().for_each(print),
        Name::List => list::run(settings).await?.into_iter().for_each(print),
        Name::Channels => channels::run(settings).await?.into_iter().for_each(print),
        Name::Api => api::run(settings).await?.into_iter().for_each(print),
        Name::Replay => replay::run(settings).await?.into_iter().for_each(print),
        Name::Crash => crash::run(settings).await?.into_iter().for_each(print),
        Name::All => {
            for one in Name::EACH {
                Box::pin(run(one, settings, print)).await?;
            }
        }
    }
    Ok(())
}
