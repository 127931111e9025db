//! `gate`: how long a decision takes.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use remit_dsl::{Decider, Facts, Outcome, Provenance, Raw};
use remit_engine::decide::facts::collect;

use crate::contexts::situations;
use crate::figure::{Durations, quietest};
use crate::hundred::{Hundred, Inputs};
use crate::{BenchError, Figure, Settings, floor, hundred, policy};

/// Situations that are decided in turn.
const SITUATIONS: usize = 384;
const DECISIONS: usize = 100_000;
const WARM_UP: usize = 2_000;
/// Calls between two looks at the clock: a look costs a good part of what a decision does.
const BATCH: usize = 16;

/// Decides every situation of a policy of a hundred guards in turn, until `count` decisions are made, with Remit's
/// compiled program, its plain interpreter, by hand, and with other engines; then those of the shipped policy.
///
/// # Errors
/// [`BenchError::Policy`] when a policy does not check, [`BenchError::Peer`] when the engines do not agree.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(DECISIONS);
    let mut figures = compared(count)?;
    figures.extend(shipped(count)?);
    Ok(figures)
}

fn compared(count: usize) -> Result<Vec<Figure>, BenchError> {
    let hundred = Hundred::new()?;
    let situations = hundred::situations(SITUATIONS);
    let facts: Vec<Facts> = situations.iter().map(|inputs| facts(&hundred, inputs)).collect();
    let mut decider = hundred.policy.decider();
    let outcomes = same_answers(&hundred, &mut decider, &situations, &facts)?;
    let one = |at: usize| situations.get(at % SITUATIONS);

    let mut values = Hundred::values();
    let mut decide = |at: usize| {
        if let Some(inputs) = one(at) {
            hundred.fill(black_box(inputs), &mut values);
            black_box(&decider.decide(&Hundred::frame(&values)));
        }
    };
    let (deciding, slowest) = quietest(count, |count| batches(count, &mut decide));
    let mut clock_ns = f64::INFINITY;
    let (alone, slowest_alone) = quietest(count, |count| {
        let (alone, look) = alone(count, &mut decide);
        clock_ns = clock_ns.min(look);
        alone
    });
    let verdicts = batches(count.div_ceil(4), &mut |at| {
        facts
            .get(at % SITUATIONS)
            .into_iter()
            .for_each(|facts| drop(black_box(hundred.policy.decide(black_box(facts)))));
    });
    let plain = batches(count.div_ceil(20), &mut |at| {
        facts.get(at % SITUATIONS).into_iter().for_each(|facts| {
            drop(black_box(hundred.policy.decide_plainly(black_box(facts))));
        });
    });
    let (floor, _) = quietest(count, |count| {
        batches(count, &mut |at| {
            one(at).into_iter().for_each(|inputs| {
                black_box(floor::decide(black_box(inputs)));
            });
        })
    });

    let figure = |name, value: f64| {
        let figure = Figure::new("gate", name, value, "ns");
        figure.about("policy", "policies/hundred.remit").about("n", count).about("situations", SITUATIONS)
    };
    let median = deciding.quantile_ns(0.5) / BATCH as f64;
    let each = |durations: &Durations| durations.quantile_ns(0.5) / BATCH as f64;
    let p99 = alone.quantile_ns(0.99) - clock_ns;
    #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "the peers add theirs"))]
    let mut figures = vec![
        figure("decision_ns_median", median)
            .about("outcomes", outcomes)
            .about("batch", BATCH)
            .about("slowest_round", slowest / BATCH as f64),
        figure("decision_ns_p99", p99).about("clock_ns", clock_ns).about("slowest_median", slowest_alone - clock_ns),
        figure("verdict_ns_median", each(&verdicts)).about("batch", BATCH),
        figure("interpreter_ns_median", each(&plain)).about("batch", BATCH),
        figure("floor_ns", each(&floor)).about("batch", BATCH),
    ];
    #[cfg(feature = "peers")]
    {
        use crate::peers::{Cedar, Rego};
        let (cedar, rego) = (Cedar::new(&situations)?, Rego::new(&situations)?);
        for (at, inputs) in situations.iter().enumerate() {
            let (guards, _) = floor::decide(inputs);
            for (engine, matched) in [("cedar-policy", cedar.matched(at)), ("regorus", rego.matched(at))] {
                if matched != guards {
                    return Err(differ(engine, at, matched, guards));
                }
            }
        }
        let few = count.div_ceil(100);
        let quiet = |decide: &mut dyn FnMut(usize)| each(&quietest(few, |few| batches(few, decide)).0);
        let cedar = quiet(&mut |at| drop(black_box(cedar.decide(black_box(at % SITUATIONS)))));
        let rego = quiet(&mut |at| drop(black_box(rego.decide(black_box(at % SITUATIONS)))));
        let ratio = |name, value| Figure::new("gate", name, value, "times").about("policy", "policies/hundred.remit");
        figures.push(figure("cedar_ns_median", cedar).about("batch", BATCH));
        figures.push(ratio("cedar_ratio", cedar / median));
        figures.push(figure("regorus_ns_median", rego).about("batch", BATCH));
        figures.push(ratio("regorus_ratio", rego / median));
    }
    Ok(figures)
}

fn differ(engine: &str, at: usize, said: u128, wanted: u128) -> BenchError {
    BenchError::Peer(format!("{engine} does not agree on situation {at}: guards {said:x}, and by hand {wanted:x}"))
}

/// A comparison of engines that do not say the same would mean nothing. Counts the outcomes on the way.
fn same_answers(
    hundred: &Hundred,
    decider: &mut Decider,
    situations: &[Inputs],
    facts: &[Facts],
) -> Result<serde_json::Map<String, serde_json::Value>, BenchError> {
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for (at, (inputs, facts)) in situations.iter().zip(facts).enumerate() {
        let (guards, careful) = floor::decide(inputs);
        let mut values = Hundred::values();
        hundred.fill(inputs, &mut values);
        let decision = decider.decide(&Hundred::frame(&values));
        if hundred::decided(&decision) != (guards, careful) {
            return Err(differ("remit", at, hundred::decided(&decision).0, guards));
        }
        if decision.verdict() != hundred.policy.decide_plainly(facts) {
            return Err(BenchError::Peer(format!("the interpreter does not agree on situation {at}")));
        }
        *outcomes.entry(decision.outcome()).or_default() += 1;
    }
    Ok(outcomes.into_iter().map(|(outcome, count)| (outcome.to_string(), count.into())).collect())
}

/// The same values by key.
fn facts(hundred: &Hundred, inputs: &Inputs) -> Facts {
    let mut values = Hundred::values();
    hundred.fill(inputs, &mut values);
    let mut facts = Facts::new(Hundred::frame(&values).now_ms);
    for (key, value) in hundred.policy.slots().iter().zip(values) {
        match value {
            Raw::Failed => facts.failed(key, Provenance::Observed),
            Raw::Yes(yes) => facts.yes(key, yes, Provenance::Observed),
            Raw::Name(name) => facts.name(key, name, Provenance::Observed),
            Raw::Number(number) => facts.number(key, number as f64 / 1000.0, Provenance::Observed),
            Raw::Money { minor, currency } => facts.money(key, minor, currency, Provenance::Observed),
        };
    }
    facts
}

/// The shipped policy, asked as the engine asks: with facts by key, and with a verdict in words.
fn shipped(count: usize) -> Result<Vec<Figure>, BenchError> {
    let policy = policy::shipped()?;
    let situations = situations(&policy, SITUATIONS);
    let gather = |at: usize| situations.get(at % SITUATIONS).map(|one| collect(&one.context, &policy, one.draft).facts);
    let facts: Vec<Facts> = (0..SITUATIONS).filter_map(gather).collect();
    let gathering = batches(count.div_ceil(10), &mut |at| drop(black_box(gather(at))));
    let deciding = batches(count.div_ceil(4), &mut |at| {
        facts.get(at % SITUATIONS).into_iter().for_each(|facts| drop(black_box(policy.decide(black_box(facts)))));
    });
    let figure = |name, durations: &Durations| {
        let value = durations.quantile_ns(0.5) / BATCH as f64;
        let figure = Figure::new("gate", name, value, "ns").about("policy", policy::NAME);
        figure.about("n", count).about("situations", SITUATIONS).about("batch", BATCH)
    };
    Ok(vec![figure("facts_ns_median", &gathering), figure("shipped_verdict_ns_median", &deciding)])
}

/// Times `count` calls in batches, after a few that are not counted.
fn batches(count: usize, call: &mut dyn FnMut(usize)) -> Durations {
    (0..WARM_UP.min(count)).for_each(&mut *call);
    let mut durations = Durations::with_capacity(count.div_ceil(BATCH));
    for batch in 0..count.div_ceil(BATCH) {
        let begin = Instant::now();
        for at in 0..BATCH {
            call(batch * BATCH + at);
        }
        durations.push(begin.elapsed());
    }
    durations
}

/// Times each call alone, and says what looking at the clock costs by itself (median), in nanoseconds.
fn alone(count: usize, call: &mut dyn FnMut(usize)) -> (Durations, f64) {
    let (mut durations, mut looks) = (Durations::with_capacity(count), Durations::with_capacity(count));
    for at in 0..count {
        let begin = Instant::now();
        call(at);
        durations.push(begin.elapsed());
        let begin = Instant::now();
        looks.push(begin.elapsed());
    }
    (durations, looks.quantile_ns(0.5))
}
