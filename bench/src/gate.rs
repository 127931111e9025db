//! `gate`: how long a decision takes.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::hint::black_box;
use std::time::Instant;

use remit_dsl::{Facts, Outcome, Value};
use remit_engine::decide::facts::collect;

use crate::contexts::situations;
use crate::figure::Durations;
use crate::{BenchError, Figure, Settings, policy};

/// Situations that are decided in turn.
const SITUATIONS: usize = 384;
const DECISIONS: usize = 100_000;
const WARM_UP: usize = 2_000;

/// Decides every situation in turn until `count` decisions are made; each is timed alone, with the release of its
/// verdict. The floor does the least that reads the same facts: looks up each key once and hashes its value.
///
/// # Errors
/// [`BenchError::Policy`] when the shipped default policy does not check.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let policy = policy::shipped()?;
    let situations = situations(&policy, SITUATIONS);
    let count = settings.count_or(DECISIONS);

    let gather = |at: usize| situations.get(at % SITUATIONS).map(|one| collect(&one.context, &policy, one.draft).facts);
    let facts: Vec<Facts> = (0..SITUATIONS).filter_map(gather).collect();
    let keys: Vec<&str> = facts.iter().flat_map(|facts| facts.values.keys()).map(String::as_str).collect();
    let keys: Vec<&str> = keys.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect();

    let gathering = timed(count.div_ceil(10), |at| drop(black_box(gather(at))));
    let deciding = timed(count, |at| {
        facts.get(at % SITUATIONS).into_iter().for_each(|facts| drop(black_box(policy.decide(black_box(facts)))));
    });
    let floor = timed(count, |at| {
        facts.get(at % SITUATIONS).into_iter().for_each(|facts| {
            black_box(read_each(black_box(facts), &keys));
        });
    });

    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for facts in &facts {
        *outcomes.entry(policy.decide(facts).outcome).or_default() += 1;
    }
    let outcomes: serde_json::Map<_, _> =
        outcomes.into_iter().map(|(outcome, count)| (outcome.to_string(), count.into())).collect();

    let figure = |name, value| {
        Figure::new("gate", name, value, "ns")
            .about("policy", policy::NAME)
            .about("n", count)
            .about("situations", SITUATIONS)
    };
    Ok(vec![
        figure("decision_ns_median", deciding.quantile_ns(0.5)).about("outcomes", outcomes),
        figure("decision_ns_p99", deciding.quantile_ns(0.99)),
        figure("facts_ns_median", gathering.quantile_ns(0.5)),
        figure("floor_ns", floor.quantile_ns(0.5)).about("facts", keys.len()),
    ])
}

/// Times each of `count` calls, after a few that are not counted.
fn timed(count: usize, mut call: impl FnMut(usize)) -> Durations {
    (0..WARM_UP.min(count)).for_each(&mut call);
    let mut durations = Durations::with_capacity(count);
    for at in 0..count {
        let begin = Instant::now();
        call(at);
        durations.push(begin.elapsed());
    }
    durations
}

fn read_each(facts: &Facts, keys: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for key in keys {
        match facts.value(key) {
            Some(Value::Yes(yes)) => yes.hash(&mut hasher),
            Some(Value::Name(name)) => name.hash(&mut hasher),
            Some(Value::Number(number)) => number.hash(&mut hasher),
            Some(Value::Money { minor, currency }) => (minor, currency).hash(&mut hasher),
            None => 0_u8.hash(&mut hasher),
        }
    }
    hasher.finish()
}
