//! The system's clock and ids: the only place that asks the machine for the time or for randomness.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::{IdKind, id};
use crate::ports::{Clock, Ids};

/// The machine's clock, cut to whole milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// UUIDv7 ids (RFC 9562 §5.7): milliseconds, a counter that keeps one process's ids in order, random bits.
#[derive(Debug)]
pub struct SystemIds<C> {
    clock: C,
    /// Milliseconds in the upper 52 bits, counter in the lower 12.
    last: AtomicU64,
}

impl<C: Clock> SystemIds<C> {
    /// Ids under this clock.
    pub const fn new(clock: C) -> Self {
        Self { clock, last: AtomicU64::new(0) }
    }

    fn tick(&self) -> u64 {
        let now = u64::try_from(self.clock.now_ms()).unwrap_or(0) << 12;
        // When the clock stands still or goes back, the counter runs into the milliseconds: order is kept.
        let step = |last: u64| Some(now.max(last + 1));
        match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => now.max(last + 1),
        }
    }
}

impl<C: Clock> Ids for SystemIds<C> {
    fn next(&self, kind: IdKind) -> String {
        let tick = self.tick();
        let (millis, counter) = (u128::from(tick >> 12), u128::from(tick & 0xfff));
        let random = u128::from(rand::random::<u64>() >> 2);
        id::encode(kind, (millis & 0xffff_ffff_ffff) << 80 | 7 << 76 | counter << 64 | 0b10 << 62 | random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Still;
    impl Clock for Still {
        fn now_ms(&self) -> i64 {
            1_767_225_600_000
        }
    }

    #[test]
    fn ids_of_one_process_sort_as_they_were_given_out_even_when_the_clock_stands_still() {
        let ids = SystemIds::new(Still);
        let given: Vec<_> = (0..10_000).map(|_| ids.next(IdKind::Message)).collect();
        assert!(given.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
