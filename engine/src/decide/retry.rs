//! Retry: what a failure means. Each class of error has its own patience; when it is at an end, a person decides.
//!
//! Waits double and are jittered, so that what failed together does not come back together. The jitter follows from the
//! run and the attempt: the same failure waits the same time, in production and in a test.

use super::{RunContext, gate};
use crate::domain::{ActionReason, ErrorClass, Stage};
use crate::ports::Ids;
use crate::store::{JobWrite, Transition, Write};

/// How often and how long a class of error is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Attempts in all, the first one included.
    pub attempts: i64,
    /// Longest wait before the first retry, in milliseconds. It doubles.
    pub first_ms: i64,
    /// Longest wait of all, in milliseconds.
    pub most_ms: i64,
}

/// The patience with a class of error; `None` where trying again changes nothing.
#[must_use]
pub const fn patience(class: ErrorClass) -> Option<Patience> {
    match class {
        ErrorClass::Transient | ErrorClass::Fault | ErrorClass::InDoubt => {
            Some(Patience { attempts: 6, first_ms: 2_000, most_ms: 600_000 })
        }
        ErrorClass::Throttled => Some(Patience { attempts: 12, first_ms: 5_000, most_ms: 3_600_000 }),
        ErrorClass::Refused | ErrorClass::Died | ErrorClass::Overloaded => None,
    }
}

/// A provider's own word on when to come back is kept up to this, in milliseconds: a day.
const LONGEST_ASKED_MS: i64 = 86_400_000;

/// How long to wait after failure number `failures` (from 1) of this run, in milliseconds; `None` when there were enough.
/// `asked_ms` is how long the other side asked for: never less than that.
#[must_use]
pub fn wait_ms(class: ErrorClass, failures: i64, run_id: &str, asked_ms: Option<i64>) -> Option<i64> {
    let patience = patience(class)?;
    if failures >= patience.attempts {
        return None;
    }
    let doublings = u32::try_from(failures.clamp(1, 30) - 1).unwrap_or(0);
    let longest = patience.first_ms.saturating_mul(1_i64 << doublings).min(patience.most_ms);
    // Between half of it and all of it.
    let jittered = longest - longest / 2 * jitter(run_id, failures) / 1024;
    let asked = asked_ms.map(|ms| ms.clamp(0, LONGEST_ASKED_MS));
    // Those who were all told the same time come back spread over a tenth of it more.
    Some(asked.map_or(jittered, |asked| jittered.max(asked + asked / 10 * jitter(run_id, failures) / 1024)))
}

/// 0 to 1023, the same for the same run and attempt (FNV-1a).
fn jitter(run_id: &str, failures: i64) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in run_id.bytes().chain(failures.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    i64::try_from((hash >> 32) % 1024).unwrap_or(0)
}

/// One failure.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// Its class.
    pub class: ErrorClass,
    /// What happened, for people.
    pub reason: &'a str,
    /// How long the other side asked to be left alone, in milliseconds.
    pub asked_ms: Option<i64>,
}

impl<'a> Failure<'a> {
    /// A failure of which the other side said nothing more.
    #[must_use]
    pub const fn new(class: ErrorClass, reason: &'a str) -> Self {
        Self { class, reason, asked_ms: None }
    }
}

/// Longest error that is kept, in characters.
const LONGEST_ERROR: usize = 2_000;

impl RunContext {
    /// When to try again after a failure; `None` when it was tried often enough.
    pub(super) fn again_at(&self, failure: &Failure<'_>) -> Option<i64> {
        let wait = wait_ms(failure.class, self.run.attempt + 1, &self.run.id, failure.asked_ms)?;
        Some(self.now_ms.saturating_add(wait))
    }

    /// The failure's line in the run's history.
    pub(super) fn failed(&self, failure: &Failure<'_>) -> Write {
        Write::Job(JobWrite::Error {
            run_id: self.run.id.clone(),
            version: self.run.version,
            attempt: self.run.attempt + 1,
            stage: self.run.stage.as_str(),
            class: failure.class.as_str(),
            error: failure.reason.chars().take(LONGEST_ERROR).collect(),
        })
    }
}

/// A step failed for a reason that may pass: try again later, and give up at last.
#[must_use]
pub fn step_failed(
    context: &RunContext,
    policy: &remit_dsl::Policy,
    ids: &dyn Ids,
    failure: &Failure<'_>,
) -> Transition {
    let Some(again_at) = context.again_at(failure) else {
        return match context.run.decision_id {
            Some(_) => given_up(context, ids, failure, undone(context, failure)),
            None => gate::give_up(context, policy, failure, ids),
        };
    };
    let mut run = context.to(context.run.stage, Some(again_at));
    run.attempt = context.run.attempt + 1;
    run.last_error = Some(failure.reason.to_owned());
    context.transition(run, vec![context.failed(failure)])
}

/// What becomes of the effect of a run that is given up: one that is being handed over is not taken back by saying so.
pub(super) fn undone(context: &RunContext, failure: &Failure<'_>) -> Vec<Write> {
    match context.effect.as_ref().filter(|effect| effect.state == "in_flight") {
        Some(effect) => super::send::left_in_doubt(context, effect, failure.reason),
        None => vec![Write::EffectCancel { run_id: context.run.id.clone() }],
    }
}

/// Nothing more is tried without a person. `effect` is what becomes of the effect.
pub(super) fn given_up(
    context: &RunContext,
    ids: &dyn Ids,
    failure: &Failure<'_>,
    mut effect: Vec<Write>,
) -> Transition {
    let mut run = context.to(Stage::Failed, None);
    run.attempt = context.run.attempt + 1;
    run.last_error = Some(failure.reason.to_owned());
    let (reason, summary) = match failure.class {
        ErrorClass::Overloaded => (ActionReason::Overloaded, format!("Left to a person: {}", failure.reason)),
        ErrorClass::Died => (ActionReason::JobDead, format!("Parked: {}", failure.reason)),
        _ => (ActionReason::JobDead, format!("Gave up after {} attempts: {}", run.attempt, failure.reason)),
    };
    effect.push(Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason });
    effect.push(context.failed(failure));
    let data = serde_json::json!({ "class": failure.class });
    effect.push(context.entry_with(ids, "run_failed", summary, Some(context.run.id.clone()), data));
    context.transition(run, effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "run_01";

    #[test]
    fn waits_double_up_to_a_bound_between_half_and_all_of_it_and_come_to_an_end() {
        for class in ErrorClass::ALL.iter().copied() {
            let Some(Patience { attempts, first_ms, most_ms }) = patience(class) else {
                assert_eq!(wait_ms(class, 1, RUN, Some(1)), None, "{class}");
                continue;
            };
            let mut longest = first_ms;
            for failures in 1..attempts {
                let wait = wait_ms(class, failures, RUN, None).unwrap();
                assert!((longest / 2..=longest).contains(&wait), "{class} {failures}: {wait} of {longest}");
                longest = (longest * 2).min(most_ms);
            }
            assert_eq!(wait_ms(class, attempts, RUN, None), None, "{class}");
        }
    }

    #[test]
    fn runs_that_fail_together_do_not_come_back_together_and_each_waits_the_same_again() {
        let waits = |failures| -> Vec<i64> {
            let runs = (0..200).map(|number| format!("run_{number}"));
            runs.map(|run| wait_ms(ErrorClass::Transient, failures, &run, None).unwrap()).collect()
        };
        let mut first = waits(1);
        assert_eq!(first, waits(1));
        first.sort_unstable();
        first.dedup();
        assert!(first.len() > 100, "only {} different waits", first.len());
    }

    #[test]
    fn nobody_comes_back_before_the_other_side_said_nor_waits_for_more_than_a_day_and_a_bit() {
        for asked in [0, 1_000, 45_000, 7_200_000] {
            let wait = wait_ms(ErrorClass::Throttled, 1, RUN, Some(asked)).unwrap();
            assert!(wait >= asked, "{wait} after {asked}");
        }
        let wait = wait_ms(ErrorClass::Throttled, 1, RUN, Some(i64::MAX)).unwrap();
        assert!((LONGEST_ASKED_MS..=LONGEST_ASKED_MS + LONGEST_ASKED_MS / 10).contains(&wait));
        assert!(wait_ms(ErrorClass::Throttled, 1, RUN, Some(-5)).unwrap() >= 2_500);
    }
}
