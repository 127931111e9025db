//! What labels prove about the answers that would be sent: how large the share of wrong ones can be at most.
//!
//! One test at a threshold that was named beforehand (Clopper and Pearson 1934), or a sequence of them: levels that only the
//! number of answers decides, each with twice and more as many answers as can prove anything, tested in a fixed order until one
//! fails (Maurer, Hothorn and Lehmacher 1995; Angelopoulos and others 2021). Whichever level is the first that does not keep
//! the promise, it is tested once at most, so what may be risked need not be shared. A walk from the surest answer on, message
//! by message, is no such thing. Once answers leave on their own, a betting test on the audited ones may be looked at any
//! time (Ville 1939).

use std::cmp::Reverse;

/// What may be risked: a proof is wrong at most this often.
pub const DELTA: f64 = 0.05;
/// Where no threshold is named, the first level has as many answers as prove a share in spite of this many mistakes.
const MISTAKES: u64 = 4;
/// Each further level has so much more of them.
const FURTHER: f64 = 1.25;
/// How much worse than promised the answers are in each of the bets that the monitor makes.
const BETS: [f64; 3] = [1.5, 2.5, 5.0];
/// Most labels that are asked for; more means that it cannot be proved this way.
const MOST_LABELS: u64 = 1_000_000;

/// Labelled answers of one confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// The confidence, in thousandths.
    pub confidence: i64,
    /// How many answers were labelled.
    pub labelled: u64,
    /// How many of them were found wrong.
    pub wrong: u64,
}

/// What labels prove.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proof {
    /// The confidence, in thousandths, from which answers count.
    pub from: i64,
    /// Labelled answers, of any confidence.
    pub labelled: u64,
    /// Labelled answers that would have been sent.
    pub sent: u64,
    /// How many of those were found wrong.
    pub wrong: u64,
    /// At most this share of what would be sent is wrong, 0 to 1. 1 without labels.
    pub bound: f64,
    /// What this proof risks: it holds with a confidence of 1 less this.
    pub delta: f64,
}

impl Proof {
    /// The bound in thousandths, rounded to the careful side.
    #[must_use]
    pub fn bound_thousandths(&self) -> i64 {
        ((self.bound * 1000.0 - 1e-9).ceil() as i64).clamp(0, 1000)
    }

    /// Labels still missing before at most `share` of the answers is proved wrong, should none of them show a mistake.
    /// 0 when it is proved; `None` when no number would do.
    #[must_use]
    pub fn missing(&self, share: f64) -> Option<u64> {
        labels_needed(self.wrong, share, self.delta).map(|needed| needed.saturating_sub(self.sent))
    }
}

/// The largest share of wrong answers, 0 to 1, with which `wrong` or fewer among `sent` would still happen in `delta` of
/// all cases: the upper end of the Clopper-Pearson interval.
#[must_use]
pub fn upper_bound(wrong: u64, sent: u64, delta: f64) -> f64 {
    if wrong >= sent {
        return 1.0;
    }
    let (mut low, mut high) = (wrong as f64 / sent as f64, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_most(wrong, sent, middle) > delta { low = middle } else { high = middle }
    }
    high
}

/// The fewest answers among which `wrong` mistakes prove that at most `share` is wrong.
#[must_use]
pub fn labels_needed(wrong: u64, share: f64, delta: f64) -> Option<u64> {
    if share <= 0.0 {
        return None;
    }
    let proves = |sent: u64| sent > wrong && at_most(wrong, sent, share.min(1.0)) <= delta;
    let (mut low, mut high) = (wrong, wrong.max(8).saturating_mul(2));
    while !proves(high) {
        low = high;
        high = high.saturating_mul(2);
        if high > MOST_LABELS {
            return None;
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if proves(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// Chance of `wrong` or fewer mistakes among `sent` answers of which a `share` is wrong.
fn at_most(wrong: u64, sent: u64, share: f64) -> f64 {
    if share >= 1.0 {
        return if wrong >= sent { 1.0 } else { 0.0 };
    }
    if share <= 0.0 {
        return 1.0;
    }
    // Each term from the one before, as a logarithm: the first alone may be far below the smallest number.
    let mut term = sent as f64 * (-share).ln_1p();
    let odds = share.ln() - (-share).ln_1p();
    let mut total = term.exp();
    for mistakes in 1..=wrong {
        term += ((sent - mistakes + 1) as f64 / mistakes as f64).ln() + odds;
        total += term.exp();
    }
    total.min(1.0)
}

/// What labels prove: at the threshold `from` (thousandths) that was named, or, without one, at the lowest of a sequence
/// that proves the smallest of the `asked` shares (thousandths) that any sequence proves. Then the bound is that share: of
/// a threshold that was looked for no more is proved. `delta` is what may be risked; several shares share it.
#[must_use]
pub fn prove(bins: &[Bin], from: Option<i64>, asked: &[i64], delta: f64) -> Proof {
    if let Some(from) = from {
        return proof_at(bins, from, delta);
    }
    let mut sorted = bins.to_vec();
    sorted.sort_by_key(|bin| Reverse(bin.confidence));
    let mut shares = asked.to_vec();
    shares.sort_unstable();
    let risk = delta / shares.len().max(1) as f64;
    let mut nearest: Option<Proof> = None;
    for share in shares {
        let share = share as f64 / 1000.0;
        let proved = |level: &Proof| level.bound <= share;
        let levels = levels(&sorted, share, risk);
        if let Some(lowest) = levels.iter().take_while(|level| proved(level)).last() {
            return Proof { bound: share, ..*lowest };
        }
        nearest = levels.first().copied();
    }
    let labelled = sorted.iter().map(|bin| bin.labelled).sum();
    nearest.unwrap_or(Proof { from: 1000, labelled, sent: 0, wrong: 0, bound: 1.0, delta: risk })
}

/// What each level proves by itself, the surest answers first. How many answers a level has depends on how many are labelled
/// and on nothing that was found out about them.
fn levels(sorted: &[Bin], share: f64, risk: f64) -> Vec<Proof> {
    let labelled: u64 = sorted.iter().map(|bin| bin.labelled).sum();
    let enough = |mistakes: u64| labels_needed(mistakes, share, risk);
    let first = (0..=MISTAKES).rev().filter_map(enough).find(|answers| answers * 2 <= labelled);
    let Some(first) = first.or_else(|| enough(0)).map(|answers| answers.min(labelled)) else { return Vec::new() };
    let mut levels = Vec::new();
    let (mut wanted, mut sent) = (first as f64, 0);
    for bin in sorted {
        sent += bin.labelled;
        // The threshold of a level is the confidence at which its number of answers is reached.
        if bin.labelled > 0 && sent as f64 >= wanted {
            levels.push(proof_at(sorted, bin.confidence, risk));
            while wanted <= sent as f64 {
                wanted *= FURTHER;
            }
        }
    }
    levels
}

fn proof_at(bins: &[Bin], from: i64, delta: f64) -> Proof {
    let above = || bins.iter().filter(|bin| bin.confidence >= from);
    let (sent, wrong) = (above().map(|bin| bin.labelled).sum(), above().map(|bin| bin.wrong).sum());
    let labelled = bins.iter().map(|bin| bin.labelled).sum();
    Proof { from, labelled, sent, wrong, bound: upper_bound(wrong, sent, delta), delta }
}

/// Whether audited answers show that more than `share` (0 to 1) is wrong, with at most `delta` risked however often one
/// looks. The wealth of somebody who bets against the promise grows past `1 / delta` that seldom while it holds.
#[must_use]
pub fn broken(wrong: u64, audited: u64, share: f64, delta: f64) -> bool {
    if share <= 0.0 {
        return wrong > 0;
    }
    if share >= 1.0 {
        return false;
    }
    let right = audited.saturating_sub(wrong) as f64;
    let bets = BETS.iter().map(|worse| {
        let truth = (share * worse).min(f64::midpoint(share, 1.0));
        (wrong as f64 * (truth / share).ln() + right * ((1.0 - truth) / (1.0 - share)).ln()).exp()
    });
    bets.sum::<f64>() / BETS.len() as f64 >= 1.0 / delta
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_labels_are_those_of_the_exact_bound() {
        for (share, wanted) in [
            (0.01, [(0, 299), (1, 473), (2, 628), (3, 773), (5, 1049)]),
            (0.02, [(0, 149), (1, 236), (2, 313), (3, 386), (5, 523)]),
            (0.05, [(0, 59), (1, 93), (2, 124), (3, 153), (5, 208)]),
        ] {
            for (wrong, needed) in wanted {
                assert_eq!(labels_needed(wrong, share, DELTA), Some(needed), "{wrong} wrong at {share}");
                assert!(upper_bound(wrong, needed, DELTA) <= share && upper_bound(wrong, needed - 1, DELTA) > share);
            }
        }
        assert_eq!(labels_needed(3, 0.0, DELTA), None);
    }

    #[test]
    fn three_wrong_of_412_is_at_most_one_point_nine_percent() {
        let proof = prove(&[Bin { confidence: 900, labelled: 412, wrong: 3 }], Some(850), &[50], DELTA);
        assert_eq!((proof.sent, proof.wrong, proof.bound_thousandths(), proof.missing(0.05)), (412, 3, 19, Some(0)));
        assert_eq!(proof.missing(0.01), Some(773 - 412));
        let nothing = prove(&[], Some(850), &[50], DELTA);
        assert_eq!((nothing.bound_thousandths(), nothing.missing(0.05)), (1000, Some(59)));
    }

    #[test]
    fn without_a_threshold_the_lowest_that_proves_enough_is_found() {
        let bins = [(950, 500, 0), (800, 300, 8), (400, 300, 90)].map(|(confidence, labelled, wrong)| Bin {
            confidence,
            labelled,
            wrong,
        });
        let proof = prove(&bins, None, &[50], DELTA);
        assert_eq!((proof.from, proof.sent, proof.wrong, proof.bound_thousandths()), (800, 800, 8, 50));
        let strict = prove(&bins, None, &[15, 50], DELTA);
        assert_eq!((strict.from, strict.sent), (950, 500), "the smallest share that any level proves");
        assert_eq!(strict.bound_thousandths(), 15);
        assert_eq!(prove(&[], None, &[50], DELTA).bound_thousandths(), 1000);
        // The first level fails, so a later one counts for nothing: whatever it shows was looked for.
        let bad = [(950, 181, 20), (800, 2000, 0)];
        let bad = bad.map(|(confidence, labelled, wrong)| Bin { confidence, labelled, wrong });
        let proof = prove(&bad, None, &[50], DELTA);
        assert_eq!((proof.from, proof.bound_thousandths() > 50), (950, true));
        // Few labels: what is missing is said of the answers that there are.
        let few = prove(&[Bin { confidence: 900, labelled: 40, wrong: 0 }], None, &[50], DELTA);
        assert_eq!((few.sent, few.missing(0.05)), (40, Some(19)));
    }

    #[test]
    fn a_threshold_that_is_looked_for_breaks_its_promise_seldom() {
        // Answers whose mistakes grow with doubt: from 700 thousandths on 5 % are wrong. Lower thresholds break the promise.
        let wrong_of_3000 = |confidence: u64| 1000 - confidence;
        let mut state = 11_u64;
        let mut draw = |below: u64| {
            state = crate::classify::hashing::mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
            state % below
        };
        let (mut granted, mut broken) = (0, 0);
        for _ in 0..400 {
            let mut bins: std::collections::BTreeMap<u64, Bin> = std::collections::BTreeMap::new();
            for _ in 0..600 {
                let confidence = 640 + draw(360);
                let bin = bins.entry(confidence).or_insert(Bin {
                    confidence: i64::try_from(confidence).unwrap_or(0),
                    labelled: 0,
                    wrong: 0,
                });
                bin.labelled += 1;
                bin.wrong += u64::from(draw(3000) < wrong_of_3000(confidence));
            }
            let proof = prove(&bins.into_values().collect::<Vec<_>>(), None, &[50], DELTA);
            if proof.bound_thousandths() <= 50 {
                granted += 1;
                let truth: u64 = (proof.from..1000).map(|one| wrong_of_3000(u64::try_from(one).unwrap_or(0))).sum();
                broken += usize::from(truth as f64 / 3000.0 / (1000 - proof.from) as f64 > 0.05);
            }
        }
        assert!(granted > 200 && broken * 20 <= granted, "{broken} of {granted} broken");
    }

    #[test]
    fn a_promise_that_holds_is_seldom_called_broken_and_one_that_does_not_is() {
        assert!(!broken(0, 0, 0.05, DELTA) && !broken(1, 1, 0.05, DELTA) && !broken(5, 100, 0.05, DELTA));
        assert!(broken(20, 100, 0.05, DELTA));
        assert!(broken(3, 3, 0.05, DELTA));
        // Every answer is looked at as it comes: more than one in twenty false alarms would break Ville's bound.
        let mut state = 7_u64;
        let mut alarms = 0;
        for _ in 0..400 {
            let mut wrong = 0;
            alarms += usize::from((1..=400).any(|audited| {
                state = crate::classify::hashing::mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
                wrong += u64::from(state % 1000 < 50);
                broken(wrong, audited, 0.05, DELTA)
            }));
        }
        assert!(alarms <= 20, "{alarms} of 400 promises that hold were called broken");
    }
}
