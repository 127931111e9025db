//! A circuit breaker: who fails again and again is not asked for a while.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that open it.
const MOST_FAILURES: u32 = 4;
/// How long it stays open; then one call tries.
const OPEN_FOR: Duration = Duration::from_secs(60);

/// Counts what happens to calls and says when to leave them.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether calls are left out at this moment. When its time is over, one caller is let through and the others wait on.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => true,
            Some(_) => {
                state.open_until = Some(now + OPEN_FOR);
                false
            }
            None => false,
        }
    }

    /// A call was answered.
    pub fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// A call failed. True when that opens it.
    pub fn failed(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        let opens = state.failures >= MOST_FAILURES;
        if opens {
            state.open_until = Some(now + OPEN_FOR);
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_try_later() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 1..MOST_FAILURES {
            assert!(!breaker.failed(now));
        }
        breaker.answered();
        for _ in 1..MOST_FAILURES {
            assert!(!breaker.failed(now) && !breaker.is_open(now));
        }
        assert!(breaker.failed(now) && breaker.is_open(now));
        let later = now + OPEN_FOR;
        assert!(!breaker.is_open(later), "one tries");
        assert!(breaker.is_open(later), "the others wait");
        breaker.answered();
        assert!(!breaker.is_open(later));
    }
}
