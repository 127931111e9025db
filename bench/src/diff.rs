//! `diff`: how long it takes to tell what a change of a policy means.

use std::hint::black_box;

use remit_dsl::Policy;
use remit_dsl::diff::diff;

use crate::figure::quietest_ms;
use crate::{BenchError, Figure, Settings, check, hundred, policy};

const COMPARISONS: usize = 50;

/// Compares policies with themselves after one number was changed, again and again: the shipped default policy, the one of
/// a hundred guards, and a made one of a hundred. `count` is the number of comparisons.
///
/// # Errors
/// [`BenchError::Policy`] when a version does not check.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(COMPARISONS);
    let shipped = (policy::shipped()?, policy::changed("reply send from 0.60", "reply send from 0.55")?);
    let hundred = (of_text(hundred::text())?, of_text(&changed(hundred::text(), "margin < 0.050", "margin < 0.100")?)?);
    let made = format!("{}{}", check::many(100), check::FREE);
    let many = (of_text(&made)?, of_text(&changed(&made, "deal.n7 >= 50 ", "deal.n7 >= 60 ")?)?);
    let line = |name, (old, new): &(Policy, Policy), about: &str| {
        let found = diff(old, new);
        let (ms, highest) = quietest_ms(count, || drop(black_box(diff(old, new))));
        let figure = Figure::new("diff", name, ms, "ms").about("policy", about).about("n", count);
        let figure = figure.about("slowest_round", highest);
        figure.about("regions", found.regions.len()).about("engine", format!("{:?}", found.engine).to_lowercase())
    };
    Ok(vec![
        line("ms", &shipped, policy::NAME),
        line("ms_100_rules", &hundred, "policies/hundred.remit"),
        line("ms_100_made_rules", &many, "100 guards of three conditions each"),
    ])
}

fn of_text(text: &str) -> Result<Policy, BenchError> {
    let compiled = policy::compile_text("changed.remit", text);
    compiled.policy.ok_or_else(|| BenchError::Policy(remit_dsl::render::plain(&compiled.diagnostics)))
}

fn changed(text: &str, from: &str, to: &str) -> Result<String, BenchError> {
    if text.contains(from) {
        Ok(text.replacen(from, to, 1))
    } else {
        Err(BenchError::Policy(format!("no `{from}` to change")))
    }
}
