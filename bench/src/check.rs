//! `check`: how long `remit check` takes on the shipped default policy.

use std::hint::black_box;
use std::time::Instant;

use crate::figure::Durations;
use crate::{BenchError, Figure, Settings, policy};

const COMPILATIONS: usize = 50;

/// Compiles the policy again and again, from its files on disk. `count` is the number of compilations.
///
/// # Errors
/// [`BenchError::Policy`] when it does not check.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    policy::shipped()?;
    let count = settings.count_or(COMPILATIONS);
    let mut durations = Durations::with_capacity(count);
    for _ in 0..count {
        let begin = Instant::now();
        drop(black_box(policy::compile()));
        durations.push(begin.elapsed());
    }
    let figure = Figure::new("check", "ms", durations.quantile_ms(0.5), "ms");
    Ok(vec![figure.about("policy", policy::NAME).about("n", count)])
}
