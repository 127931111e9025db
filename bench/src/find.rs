//! Search on the store that `list` has filled.

use std::time::{Duration, Instant};

use remit_engine::Engine;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::search::words::Asked;
use remit_engine::store::search::Find;

use crate::BenchError;
use crate::figure::Durations;

/// What is asked, and whether it is in the store: words of every sixth message, a phrase, a beginning, one message, two
/// common words that never stand together, and a word that nobody wrote.
const ASKED: [(&str, bool); 6] = [
    ("opening hours", true),
    ("\"refund since march\"", true),
    ("spreadsh*", true),
    ("budget 9", true),
    ("opening spreadsheet", false),
    ("zeppelin", false),
];
/// Searches for each of these at most.
const READS: usize = 50;
/// Searching for one of them ends after this time.
const READ_FOR: Duration = Duration::from_secs(3);
/// Rows of a page.
const PAGE: usize = 25;

/// What searching came to.
pub(crate) struct Found {
    /// All searches.
    pub(crate) all: Durations,
    /// Documents that were put into the index a second, at once and with nothing else to do.
    pub(crate) indexed_per_s: f64,
}

/// Indexes the store, and searches it.
pub(crate) async fn measure(engine: &Engine, documents: usize) -> Result<Found, BenchError> {
    let begin = Instant::now();
    engine.index_all().await?;
    let indexed_per_s = documents as f64 / begin.elapsed().as_secs_f64();
    let mut all = Durations::with_capacity(ASKED.len() * READS);
    for (typed, is_there) in ASKED {
        let asked = Asked::read(typed).map_err(|error| BenchError::Unexpected(error.to_string()))?;
        let find = Find {
            workspace_id: DEFAULT_WORKSPACE,
            asked: &asked,
            kinds: &[],
            channel: None,
            conversation: None,
            since: None,
            until: None,
        };
        let began = Instant::now();
        for _ in 0..READS {
            let begin = Instant::now();
            let page = engine.search(&find, i64::MAX, PAGE).await?;
            all.push(begin.elapsed());
            if page.hits.is_empty() == is_there {
                return Err(BenchError::Unexpected(format!("`{typed}` finds {} messages", page.hits.len())));
            }
            if began.elapsed() > READ_FOR {
                break;
            }
        }
    }
    Ok(Found { all, indexed_per_s })
}
