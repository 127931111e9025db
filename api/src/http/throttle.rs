//! Slows down whoever guesses: after some failures for one address, each further one makes the next attempt wait longer.
//! Nobody is locked out for good, and what an answer is does not depend on whether the address is anybody's.
//!
//! Kept in memory, by process: where several serve, as many more guesses are possible.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

/// Failures that cost nothing.
const FREE: u32 = 5;
/// The longest wait, milliseconds.
const LONGEST_MS: i64 = 300_000;
/// After this time without an attempt all is forgotten, milliseconds.
const FORGET_MS: i64 = 3_600_000;
/// Addresses that are remembered. When there are more, those that were tried longest ago are forgotten.
const MOST: usize = 10_000;
/// Passwords that are looked at together: each takes 19 MiB and a while of a processor.
const TOGETHER: usize = 2;

#[derive(Debug, Clone, Copy)]
struct Guesses {
    failures: u32,
    last: i64,
}

impl Guesses {
    fn wait_ms(self, now_ms: i64) -> i64 {
        let over = self.failures.saturating_sub(FREE);
        let wait = if over == 0 { 0 } else { (1_000_i64 << over.min(20).saturating_sub(1)).min(LONGEST_MS) };
        (self.last + wait - now_ms).max(0)
    }
}

/// What is remembered of attempts to sign in. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Throttle {
    guesses: Arc<Mutex<HashMap<String, Guesses>>>,
    passwords: Arc<Semaphore>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { guesses: Arc::default(), passwords: Arc::new(Semaphore::new(TOGETHER)) }
    }
}

impl Throttle {
    /// How long the next attempt for this subject must wait, milliseconds; counts the attempt as failed until
    /// [`Self::succeeded`] says otherwise, so that many at the same time are no way around it.
    pub(crate) fn attempt(&self, subject: &str, now_ms: i64) -> Result<(), i64> {
        let mut all = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(subject) {
            all.retain(|_, guesses| guesses.last + FORGET_MS > now_ms);
            if all.len() >= MOST {
                let oldest = all.iter().min_by_key(|(_, guesses)| guesses.last).map(|(subject, _)| subject.clone());
                oldest.and_then(|subject| all.remove(&subject));
            }
        }
        let guesses = all.entry(subject.to_owned()).or_insert(Guesses { failures: 0, last: now_ms });
        if guesses.last + FORGET_MS <= now_ms {
            guesses.failures = 0;
        }
        match guesses.wait_ms(now_ms) {
            0 => {
                *guesses = Guesses { failures: guesses.failures.saturating_add(1), last: now_ms };
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// The attempt was right: what was before is forgotten.
    pub(crate) fn succeeded(&self, subject: &str) {
        self.guesses.lock().unwrap_or_else(PoisonError::into_inner).remove(subject);
    }

    /// Runs work on a password away from the threads that serve, few at a time.
    pub(crate) async fn on_password<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.passwords.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_never_stops_for_good() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("ana", 0), Ok(()));
        }
        assert_eq!(throttle.attempt("ana", 0), Ok(()), "the sixth is the first that costs");
        assert_eq!(throttle.attempt("ana", 0), Err(1_000));
        assert_eq!(throttle.attempt("bo", 0), Ok(()));
        assert_eq!(throttle.attempt("ana", 1_000), Ok(()));
        assert_eq!(throttle.attempt("ana", 1_000), Err(2_000));
        let mut now = 3_000;
        for _ in 0..30 {
            assert_eq!(throttle.attempt("ana", now), Ok(()));
            let wait = throttle.attempt("ana", now).unwrap_err();
            assert!(wait <= LONGEST_MS);
            now += wait;
        }
        throttle.succeeded("ana");
        assert_eq!(throttle.attempt("ana", now), Ok(()));
        assert_eq!(throttle.attempt("ana", now), Ok(()));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let throttle = Throttle::default();
        for n in 0..=MOST {
            let _ = throttle.attempt(&n.to_string(), i64::try_from(n).unwrap());
        }
        assert_eq!(throttle.guesses.lock().unwrap().len(), MOST);
    }
}
