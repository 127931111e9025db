//! `diff`: how long it takes to tell what a change of the shipped default policy means.

use std::hint::black_box;
use std::time::Instant;

use remit_dsl::diff::diff;

use crate::figure::Durations;
use crate::{BenchError, Figure, Settings, policy};

const COMPARISONS: usize = 50;

/// Compares the policy with itself after a threshold was lowered, again and again. `count` is the number of comparisons.
///
/// # Errors
/// [`BenchError::Policy`] when either version does not check.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let old = policy::shipped()?;
    let new = policy::changed("reply send from 0.60", "reply send from 0.55")?;
    let count = settings.count_or(COMPARISONS);
    let mut durations = Durations::with_capacity(count);
    for _ in 0..count {
        let begin = Instant::now();
        drop(black_box(diff(&old, &new)));
        durations.push(begin.elapsed());
    }
    let figure = Figure::new("diff", "ms", durations.quantile_ms(0.5), "ms");
    Ok(vec![figure.about("policy", policy::NAME).about("n", count)])
}
