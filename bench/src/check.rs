//! `check`: how long checking a policy takes, from text to a policy that can decide.

use std::fmt::Write as _;
use std::hint::black_box;

use crate::figure::quietest_ms;
use crate::{BenchError, Figure, Settings, hundred, policy};

const COMPILATIONS: usize = 50;
/// Rules of the large policy.
const MANY: usize = 5_000;

/// Compiles the shipped default policy from its files on disk, the policy of a hundred guards, one of 5,000, and both
/// sizes with claims to prove, again and again. `count` is the number of compilations; the large one is compiled a tenth as often.
///
/// # Errors
/// [`BenchError::Policy`] when one does not check.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    policy::shipped()?;
    let count = settings.count_or(COMPILATIONS);
    let line = |name, (ms, highest): (f64, f64), policy: &str, count: usize| {
        let figure = Figure::new("check", name, ms, "ms").about("policy", policy).about("n", count);
        figure.about("slowest_round", highest)
    };
    let shipped = quietest_ms(count, || drop(black_box(policy::compile())));
    let hundred = quietest_ms(count, || drop(black_box(hundred::compile())));
    let text = many(MANY);
    let compiled = policy::compile_text("many.remit", &text);
    if compiled.policy.is_none() {
        return Err(BenchError::Policy(remit_dsl::render::plain(&compiled.diagnostics)));
    }
    let few = count.div_ceil(10);
    let large = quietest_ms(few, || drop(black_box(policy::compile_text("many.remit", &text))));
    let mut claimed = Vec::new();
    for (rules, claims, name, count) in
        [(100, 50, "ms_100_rules_50_claims", count), (MANY, 200, "ms_5000_rules_200_claims", few)]
    {
        let text = format!("{}{}", many(rules), claims_about(claims, rules));
        let compiled = policy::compile_text("many.remit", &text);
        if compiled.policy.is_none() {
            return Err(BenchError::Policy(remit_dsl::render::plain(&compiled.diagnostics)));
        }
        let ms = quietest_ms(count, || drop(black_box(policy::compile_text("many.remit", &text))));
        claimed.push(line(name, ms, "guards of three conditions each", count).about("claims", claims));
    }
    let mut figures = vec![
        line("ms", shipped, policy::NAME, count),
        line("ms_100_rules", hundred, "policies/hundred.remit", count),
        line("ms_5000_rules", large, "5,000 guards", few).about("bytes", text.len()),
    ];
    figures.extend(claimed);
    Ok(figures)
}

/// What makes the guards of [`many`] matter: without them replies would leave.
pub(crate) const FREE: &str =
    "autonomy full\nintent other { examples { \"So\" } reply send from 0.50, else approval }\n";

/// So many claims that hold of [`many`] where replies may leave, each about another guard.
fn claims_about(claims: usize, guards: usize) -> String {
    let mut text = FREE.to_owned();
    for claim in 0..claims {
        let guard = claim * guards / claims.max(1);
        let (fact, limit, segment) = (guard % 40, 1 + guard * 7 % 99_000, guard * 3 % 20);
        // A little narrower than the guard: the proof needs that guard and nothing else.
        let _ = writeln!(
            text,
            "never send when deal.n{fact} >= {} and contact in s{segment} and deal.n{} < {}",
            limit + 1,
            (fact + 1) % 40,
            49_999 + guard
        );
    }
    text
}

/// A policy of this many guards, each with a condition of its own over 40 facts and 20 segments.
pub(crate) fn many(guards: usize) -> String {
    let mut text = "remit 1\npolicy many \"Made for measuring\"\nundo 2m\n".to_owned();
    for number in 0..20 {
        let _ = writeln!(text, "segment s{number}");
    }
    for number in 0..40 {
        let _ = writeln!(text, "fact deal.n{number}: number 0..100000");
    }
    let outcomes = ["approval", "off", "escalate", "approval"];
    for guard in 0..guards {
        let (fact, limit, segment) = (guard % 40, 1 + guard * 7 % 99_000, guard * 3 % 20);
        let outcome = outcomes.get(guard % outcomes.len()).copied().unwrap_or("approval");
        let _ = writeln!(
            text,
            "guard g{guard}: {outcome} when deal.n{fact} >= {limit} and contact in s{segment} and deal.n{} < {}\n  \
             because \"Number {guard}\"",
            (fact + 1) % 40,
            50_000 + guard
        );
    }
    text
}
