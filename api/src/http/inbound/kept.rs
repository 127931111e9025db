//! What is kept in memory between requests of providers: certificates that were fetched, and when channels were noted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use remit_engine::channels::Answered;
use remit_engine::ports::SendError;

/// Most entries of either kind.
const MOST: usize = 1000;

#[derive(Debug, Default)]
struct Inside {
    fetched: HashMap<String, Arc<[u8]>>,
    noted: HashMap<(String, Option<&'static str>), i64>,
}

/// What is kept. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    inside: Arc<Mutex<Inside>>,
}

impl Kept {
    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was fetched from an address, fetched now where it is not there. A failure is not kept.
    pub(crate) async fn get_or<F>(&self, url: &str, fetch: impl FnOnce() -> F) -> Option<Arc<[u8]>>
    where
        F: Future<Output = Result<Answered, SendError>>,
    {
        if let Some(found) = self.inside().fetched.get(url) {
            return Some(Arc::clone(found));
        }
        let answered = fetch().await.ok().filter(|answered| answered.status == 200)?;
        let bytes: Arc<[u8]> = answered.body.into();
        let mut inside = self.inside();
        if inside.fetched.len() >= MOST {
            inside.fetched.clear();
        }
        inside.fetched.insert(url.to_owned(), Arc::clone(&bytes));
        Some(bytes)
    }

    /// Whether this was not noted of a channel for so long; from now on it was.
    pub(crate) fn is_due(&self, channel: &str, what: Option<&'static str>, now_ms: i64, every_ms: i64) -> bool {
        let mut inside = self.inside();
        if inside.noted.len() >= MOST {
            inside.noted.clear();
        }
        let last = inside.noted.entry((channel.to_owned(), what)).or_insert(i64::MIN);
        let is_due = now_ms.saturating_sub(*last) >= every_ms;
        if is_due {
            *last = now_ms;
        }
        is_due
    }
}
