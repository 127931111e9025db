//! How right a classifier is, how honest about it, and how much could be left to it: for reports and benches.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{EmbeddedClassifier, Encoder};
use crate::domain::ChannelKind;
use crate::ports::{ClassifyError, ClassifyInput};

/// Parts that examples are divided into: each is read by a classifier that learned the others.
const FOLDS: usize = 5;

/// One answer, and what it should have been.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The right intent; `None` for a text that belongs to none.
    pub gold: Option<String>,
    /// What was said; `None` for an abstention.
    pub found: Option<String>,
    /// How sure, 0 to 1.
    pub confidence: f64,
}

impl Scored {
    /// Whether sending the answer would have been right. Nothing is right about a text that belongs to no intent.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.gold.is_some() && self.gold == self.found
    }
}

/// Reads a text as a chat message and keeps what it should have been.
#[must_use]
pub fn score(classifier: &EmbeddedClassifier, text: &str, gold: Option<&str>) -> Scored {
    let answer = classifier.read(&ClassifyInput { channel: ChannelKind::Chat, subject: None, text });
    Scored { gold: gold.map(str::to_owned), found: answer.intent, confidence: answer.confidence }
}

/// Reads every (intent, text) pair by a classifier that has not learned it: what the examples themselves say about how
/// good a classifier they make. Intents with a single example are left out.
///
/// # Errors
/// [`ClassifyError::Untrained`] when the examples are too few to be divided.
pub fn cross_validate(examples: &[(String, String)]) -> Result<Vec<Scored>, ClassifyError> {
    cross_validate_with(None, examples)
}

/// The same with a model that knows what words mean.
///
/// # Errors
/// [`ClassifyError::Untrained`], as above.
pub fn cross_validate_with(
    encoder: Option<&Arc<dyn Encoder>>,
    examples: &[(String, String)],
) -> Result<Vec<Scored>, ClassifyError> {
    let distinct: BTreeSet<&(String, String)> = examples.iter().collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut folds: Vec<Vec<&(String, String)>> = vec![Vec::new(); FOLDS];
    for row in distinct {
        let met = counts.entry(row.0.as_str()).or_default();
        if let Some(fold) = folds.get_mut((*met + counts_before(&row.0)) % FOLDS) {
            fold.push(row);
        }
        *met += 1;
    }
    let mut scored = Vec::new();
    for held in 0..FOLDS {
        let others = folds.iter().enumerate().filter(|(number, _)| *number != held);
        let learned: Vec<(String, String)> =
            others.flat_map(|(_, fold)| fold.iter().map(|row| (*row).clone())).collect();
        let classifier = EmbeddedClassifier::train_with(encoder.cloned(), &learned)?;
        let known = |row: &&&(String, String)| classifier.intents().contains(&row.0);
        let fold = folds.get(held).into_iter().flatten();
        scored.extend(fold.filter(known).map(|(intent, text)| score(&classifier, text, Some(intent))));
    }
    Ok(scored)
}

/// Spreads intents with few examples over different folds.
fn counts_before(intent: &str) -> usize {
    intent.bytes().map(usize::from).sum()
}

/// Share of the texts that belong to an intent whose intent was named; an abstention is not right.
#[must_use]
pub fn accuracy(scored: &[Scored]) -> f64 {
    let inside: Vec<&Scored> = scored.iter().filter(|one| one.gold.is_some()).collect();
    inside.iter().filter(|one| one.is_right()).count() as f64 / inside.len().max(1) as f64
}

/// Precision and recall of one intent.
#[derive(Debug, Clone, PartialEq)]
pub struct OfIntent {
    /// Its name.
    pub intent: String,
    /// Texts that belong to it.
    pub texts: usize,
    /// Of what was called so, the share that is.
    pub precision: f64,
    /// Of what is so, the share that was called so.
    pub recall: f64,
    /// What its texts were most often taken for instead; `None` for an abstention.
    pub taken_for: Option<(Option<String>, usize)>,
}

impl OfIntent {
    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// How often texts of one intent (or none) were taken for another (or none).
#[must_use]
pub fn confusion(scored: &[Scored]) -> BTreeMap<(Option<&str>, Option<&str>), usize> {
    let mut table = BTreeMap::new();
    for one in scored {
        *table.entry((one.gold.as_deref(), one.found.as_deref())).or_default() += 1;
    }
    table
}

/// Every intent that some text belongs to, in alphabetical order.
#[must_use]
pub fn by_intent(scored: &[Scored]) -> Vec<OfIntent> {
    let table = confusion(scored);
    let intents: BTreeSet<&str> = scored.iter().filter_map(|one| one.gold.as_deref()).collect();
    let of = |intent: &str| {
        let of_gold = || table.iter().filter(|((gold, _), _)| *gold == Some(intent));
        let texts: usize = of_gold().map(|(_, count)| count).sum();
        let called: usize = table.iter().filter(|((_, found), _)| *found == Some(intent)).map(|(_, count)| count).sum();
        let right = table.get(&(Some(intent), Some(intent))).copied().unwrap_or(0);
        let wrong = of_gold().filter(|((_, found), _)| *found != Some(intent)).max_by_key(|(_, count)| **count);
        OfIntent {
            intent: intent.to_owned(),
            texts,
            precision: right as f64 / called.max(1) as f64,
            recall: right as f64 / texts.max(1) as f64,
            taken_for: wrong.map(|((_, found), count)| (found.map(str::to_owned), *count)),
        }
    };
    intents.into_iter().map(of).collect()
}

/// Mean of the intents' [`OfIntent::f1`].
#[must_use]
pub fn macro_f1(scored: &[Scored]) -> f64 {
    let intents = by_intent(scored);
    intents.iter().map(OfIntent::f1).sum::<f64>() / intents.len().max(1) as f64
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Calibrated {
    /// How many.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share that was right.
    pub right: f64,
}

/// The answers in bins of equal width, from 0 to 1.
#[must_use]
pub fn calibration(scored: &[Scored], bins: usize) -> Vec<Calibrated> {
    let mut found = vec![Calibrated::default(); bins.max(1)];
    for one in scored {
        let at = ((one.confidence * found.len() as f64) as usize).min(found.len() - 1);
        if let Some(bin) = found.get_mut(at) {
            bin.count += 1;
            bin.confidence += one.confidence;
            bin.right += f64::from(u8::from(one.is_right()));
        }
    }
    for bin in found.iter_mut().filter(|bin| bin.count > 0) {
        bin.confidence /= bin.count as f64;
        bin.right /= bin.count as f64;
    }
    found
}

/// Expected calibration error: how far confidence and the share that is right lie apart, on average over the answers.
#[must_use]
pub fn calibration_error(scored: &[Scored], bins: usize) -> f64 {
    let gaps = calibration(scored, bins).into_iter().map(|bin| (bin.confidence - bin.right).abs() * bin.count as f64);
    gaps.sum::<f64>() / scored.len().max(1) as f64
}

/// Chance that a text which belongs to an intent gets a higher confidence than one which belongs to none; `None` without
/// both.
#[must_use]
pub fn scope_auroc(scored: &[Scored]) -> Option<f64> {
    let (inside, outside): (Vec<&Scored>, Vec<&Scored>) = scored.iter().partition(|one| one.gold.is_some());
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let mut sorted: Vec<f64> = outside.iter().map(|one| one.confidence).collect();
    sorted.sort_by(f64::total_cmp);
    let wins: f64 = inside
        .iter()
        .map(|one| {
            let below = sorted.partition_point(|other| other.total_cmp(&one.confidence) == Ordering::Less);
            let up_to = sorted.partition_point(|other| other.total_cmp(&one.confidence) != Ordering::Greater);
            (below + up_to) as f64 / 2.0
        })
        .sum();
    Some(wins / (inside.len() * outside.len()) as f64)
}

/// What sending from a confidence on would come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risk {
    /// The confidence.
    pub from: f64,
    /// Share of all messages that would be sent.
    pub coverage: f64,
    /// Share of those that would be wrong.
    pub wrong: f64,
}

/// The risk-coverage curve: one point for each confidence that occurs, the surest first.
#[must_use]
pub fn risk_coverage(scored: &[Scored]) -> Vec<Risk> {
    let mut sorted: Vec<&Scored> = scored.iter().filter(|one| one.found.is_some()).collect();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let (mut sent, mut wrong) = (0_usize, 0_usize);
    let mut curve: Vec<Risk> = Vec::new();
    for one in sorted {
        sent += 1;
        wrong += usize::from(!one.is_right());
        let point = Risk {
            from: one.confidence,
            coverage: sent as f64 / scored.len() as f64,
            wrong: wrong as f64 / sent as f64,
        };
        match curve.last_mut().filter(|last| last.from.total_cmp(&point.from) == Ordering::Equal) {
            Some(last) => *last = point,
            None => curve.push(point),
        }
    }
    curve
}

/// In hindsight, the point with the largest coverage at which at most `share` is wrong; `None` where there is none.
#[must_use]
pub fn best_at(curve: &[Risk], share: f64) -> Option<Risk> {
    curve.iter().rev().find(|point| point.wrong <= share).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(gold: Option<&str>, found: Option<&str>, confidence: f64) -> Scored {
        Scored { gold: gold.map(str::to_owned), found: found.map(str::to_owned), confidence }
    }

    #[test]
    fn the_measures_of_a_handful_of_answers_are_those_by_hand() {
        let scored = [
            one(Some("a"), Some("a"), 0.9),
            one(Some("a"), Some("b"), 0.6),
            one(Some("b"), Some("b"), 0.8),
            one(Some("b"), None, 0.1),
            one(None, Some("a"), 0.7),
        ];
        assert!((accuracy(&scored) - 0.5).abs() < 1e-9);
        let intents = by_intent(&scored);
        assert_eq!((intents[0].texts, intents[0].precision, intents[0].recall), (2, 0.5, 0.5));
        assert_eq!(intents[1].taken_for, Some((None, 1)));
        assert!((macro_f1(&scored) - 0.5).abs() < 1e-9);
        // Of the pairs of one inside and one outside, two of four are in order.
        assert_eq!(scope_auroc(&scored), Some(0.5));
        assert_eq!(scope_auroc(&scored[..4]), None);
        let curve = risk_coverage(&scored);
        assert_eq!(curve.len(), 4, "an abstention is never sent");
        assert_eq!(best_at(&curve, 0.0).map(|risk| risk.from), Some(0.8));
        assert_eq!(best_at(&curve, 0.5).map(|risk| risk.coverage), Some(0.8));
        let error = calibration_error(&scored, 10);
        assert!((error - (0.1 + 0.6 + 0.2 + 0.1 + 0.7) / 5.0).abs() < 1e-9, "{error}");
    }

    #[test]
    fn every_example_is_read_once_by_a_classifier_that_has_not_learned_it() {
        let mut examples = Vec::new();
        for number in 0..10 {
            examples.push(("sun".to_owned(), format!("the sun shines on day {number}")));
            examples.push(("rain".to_owned(), format!("rain falls in town {number}")));
        }
        let scored = cross_validate(&examples).unwrap_or_default();
        assert_eq!(scored.len(), 20);
        assert!(accuracy(&scored) > 0.9, "{scored:?}");
        assert!(cross_validate(&examples[..1]).is_err());
    }
}
