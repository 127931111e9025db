//! A figure and its line.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

/// One measured figure. Its `Display` is the JSON line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The bench it belongs to.
    pub bench: &'static str,
    /// Its name.
    pub figure: &'static str,
    /// The value; `null` when the machine cannot tell.
    pub value: Value,
    /// The unit.
    pub unit: &'static str,
    /// What it was measured on: store, count, data set.
    #[serde(flatten)]
    pub about: BTreeMap<&'static str, Value>,
}

impl Figure {
    /// A figure about nothing in particular. Values keep four decimals; whole ones are written without any.
    #[must_use]
    pub fn new(bench: &'static str, figure: &'static str, value: f64, unit: &'static str) -> Self {
        Self { bench, figure, value: number(value), unit, about: BTreeMap::new() }
    }

    /// Says what the figure was measured on.
    #[must_use]
    pub fn about(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.about.insert(key, value.into());
        self
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// Whole numbers up to here are exact in a double.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

fn number(value: f64) -> Value {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    if rounded.fract() == 0.0 && rounded.abs() < LARGEST_WHOLE {
        return Value::from(rounded as i64);
    }
    serde_json::Number::from_f64(rounded).map_or(Value::Null, Value::Number)
}

/// Measured durations of the same thing.
#[derive(Debug, Clone, Default)]
pub struct Durations(Vec<Duration>);

impl Durations {
    /// Room for this many.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// One more.
    pub fn push(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest duration that at least this share (0.0 to 1.0) of all do not exceed, in nanoseconds.
    #[must_use]
    pub fn quantile_ns(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).or(sorted.last()).map_or(f64::NAN, |duration| duration.as_nanos() as f64)
    }

    /// The same in milliseconds.
    #[must_use]
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.quantile_ns(share) / 1e6
    }

    /// The same in microseconds.
    #[must_use]
    pub fn quantile_us(&self, share: f64) -> f64 {
        self.quantile_ns(share) / 1e3
    }
}

/// Rounds of what is over quickly, and the time from one to the next.
const ROUNDS: usize = 9;
const APART: Duration = Duration::from_millis(150);

/// Measures `count` times in rounds a moment apart. Gives the round with the lowest median, and the highest median of
/// any, in nanoseconds. Whoever shares the processor's cores with us makes everything slower for seconds at a time,
/// by half and more; that is a fact about the machine and not about us, so the quietest round counts and the other is told.
pub(crate) fn quietest(count: usize, mut measure: impl FnMut(usize) -> Durations) -> (Durations, f64) {
    let each = count.div_ceil(ROUNDS).max(1);
    let mut best: Option<(Durations, f64)> = None;
    let mut highest = 0.0_f64;
    for round in 0..count.div_ceil(each) {
        if round > 0 {
            std::thread::sleep(APART);
        }
        let durations = measure(each);
        let median = durations.quantile_ns(0.5);
        highest = highest.max(median);
        if best.as_ref().is_none_or(|(_, lowest)| median < *lowest) {
            best = Some((durations, median));
        }
    }
    (best.map(|(durations, _)| durations).unwrap_or_default(), highest)
}

/// The median of the quietest round of `count` calls, and the highest of any, in milliseconds.
pub(crate) fn quietest_ms(count: usize, mut call: impl FnMut()) -> (f64, f64) {
    let (durations, highest) = quietest(count, |count| {
        let mut durations = Durations::with_capacity(count);
        for _ in 0..count {
            let begin = Instant::now();
            call();
            durations.push(begin.elapsed());
        }
        durations
    });
    (durations.quantile_ms(0.5), highest / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_bench_first_and_writes_numbers_plainly() {
        let figure = Figure::new("pipeline", "lost", 0.0, "messages").about("store", "sqlite");
        let line = r#"{"bench":"pipeline","figure":"lost","value":0,"unit":"messages","store":"sqlite"}"#;
        assert_eq!(figure.to_string(), line);
        assert_eq!(Figure::new("gate", "x", 1.234_56, "ns").value, serde_json::json!(1.2346));
        assert_eq!(Figure::new("gate", "x", f64::NAN, "ns").value, Value::Null);
    }

    #[test]
    fn the_quietest_round_counts_and_the_loudest_is_told() {
        let mut round = 0;
        let (durations, highest) = quietest(20, |count| {
            round += 1;
            let mut durations = Durations::default();
            (0..count).for_each(|_| durations.push(Duration::from_nanos(if round == 2 { 5 } else { 10 + round })));
            durations
        });
        assert_eq!((round, durations.len()), (7, 3), "twenty in rounds of three");
        assert_eq!((durations.quantile_ns(0.5), highest), (5.0, 17.0));
    }

    #[test]
    fn quantiles_are_measured_values() {
        let mut durations = Durations::default();
        (1..=100).rev().for_each(|ms| durations.push(Duration::from_millis(ms)));
        assert_eq!(durations.quantile_ms(0.5), 50.0);
        assert_eq!(durations.quantile_ms(0.99), 99.0);
        assert_eq!(durations.quantile_ms(1.0), 100.0);
        assert!(Durations::default().quantile_ms(0.5).is_nan());
    }
}
