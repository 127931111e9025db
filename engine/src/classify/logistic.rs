//! Multinomial logistic regression over sparse rows, or over what the texts mean, or over both apart.
//!
//! Stochastic gradient descent with a falling step, a fixed number of passes and a fixed order of rows that a hash
//! decides: the same rows give the same weights, bit for bit. The L2 penalty of a feature is spread over the rows that
//! have it, so that one pass applies it exactly once however rare the feature is.

use super::features::Row;
use super::hashing::mix;

/// Passes over the rows.
const PASSES: u64 = 20;
/// First step size.
const STEP: f32 = 10.0;
/// How fast the step falls: divided by `1 + pass * DECAY`.
const DECAY: f32 = 0.2;
/// Step size of the bias, relative to that of the weights: a bias has no penalty and is met in every row.
const BIAS_STEP: f32 = 0.01;
/// Inverse strength of the L2 penalty, as in the usual `C`.
const C: f32 = 20.0;
/// Step size of what texts mean, relative to that of words: every row has all of it.
const MEANING_STEP: f32 = 0.5;
/// What words count where they are learned apart from what texts mean. Learned together, a text's many n-grams settle a row
/// before its meaning has a say; apart, a model of sentences gets right what words get wrong, and the other way round.
const WORDS_BESIDE: f32 = 0.4;

/// A fitted model. Class numbers are those of the labels it was fitted with.
#[derive(Debug, Clone)]
pub(crate) struct Logistic {
    classes: usize,
    /// `weights[feature * classes + class]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
    /// `meanings[number * classes + class]`.
    meanings: Vec<f32>,
}

impl Logistic {
    /// Fits on `rows`; `labels[i] < classes` is the class of `rows[i]` and every feature is below `features`.
    pub(crate) fn fit(features: usize, classes: usize, rows: &[Row], labels: &[usize]) -> Self {
        let width = rows.iter().map(|row| row.meaning.len()).max().unwrap_or(0);
        let weights = vec![0.0; features * classes];
        let mut model = Self { classes, weights, bias: vec![0.0; classes], meanings: vec![0.0; width * classes] };
        let penalty = (C * rows.len().max(1) as f32).recip();
        let mut penalties = vec![0.0_f32; features];
        for &(feature, _) in rows.iter().flat_map(|row| &row.entries) {
            penalties[feature as usize] += C;
        }
        penalties.iter_mut().filter(|total| **total > 0.0).for_each(|total| *total = total.recip());
        let mut order: Vec<usize> = (0..rows.len().min(labels.len())).collect();
        let mut errors = vec![0.0_f32; classes];
        for pass in 0..PASSES {
            order.sort_unstable_by_key(|&row| mix((pass << 32) | row as u64));
            let step = STEP / (1.0 + pass as f32 * DECAY);
            for &at in &order {
                let (row, label) = (&rows[at], labels[at]);
                model.scores(row, &mut errors);
                softmax(&mut errors);
                errors[label] -= 1.0;
                for &(feature, value) in &row.entries {
                    let feature = feature as usize;
                    let (pull, keep) = (step * value, 1.0 - step * penalties[feature]);
                    let weights = &mut model.weights[feature * classes..(feature + 1) * classes];
                    for (weight, error) in weights.iter_mut().zip(&errors) {
                        *weight = *weight * keep - pull * error;
                    }
                }
                let (pull, keep) = (MEANING_STEP * step, 1.0 - MEANING_STEP * step * penalty);
                for (weights, value) in model.meanings.chunks_exact_mut(classes).zip(&row.meaning) {
                    for (weight, error) in weights.iter_mut().zip(&errors) {
                        *weight = *weight * keep - pull * value * error;
                    }
                }
                for (bias, error) in model.bias.iter_mut().zip(&errors) {
                    *bias -= BIAS_STEP * step * error;
                }
            }
        }
        model
    }

    /// Fits on the words and on what the texts mean as if there were only the one or the other, and adds the two up.
    pub(crate) fn fit_apart(features: usize, classes: usize, rows: &[Row], labels: &[usize]) -> Self {
        let words = Self::fit(features, classes, &rows.iter().map(Row::only_words).collect::<Vec<_>>(), labels);
        let meaning = Self::fit(features, classes, &rows.iter().map(Row::only_meaning).collect::<Vec<_>>(), labels);
        let bias = meaning.bias.iter().zip(&words.bias).map(|(meaning, words)| meaning + WORDS_BESIDE * words);
        Self {
            classes,
            weights: words.weights.iter().map(|weight| WORDS_BESIDE * weight).collect(),
            bias: bias.collect(),
            meanings: meaning.meanings,
        }
    }

    /// Writes the raw score of every class.
    pub(crate) fn scores(&self, row: &Row, into: &mut [f32]) {
        into.copy_from_slice(&self.bias);
        for &(feature, value) in &row.entries {
            let from = feature as usize * self.classes;
            for (score, weight) in into.iter_mut().zip(&self.weights[from..from + self.classes]) {
                *score += value * weight;
            }
        }
        for (weights, value) in self.meanings.chunks_exact(self.classes).zip(&row.meaning) {
            for (score, weight) in into.iter_mut().zip(weights) {
                *score += value * weight;
            }
        }
    }

    /// The mean weight of every feature over the classes.
    pub(crate) fn means(&self) -> Vec<f32> {
        let mean = |weights: &[f32]| weights.iter().sum::<f32>() / self.classes as f32;
        self.weights.chunks_exact(self.classes.max(1)).map(mean).collect()
    }

    /// The weight of one unit of `feature` for `class`.
    pub(crate) fn weight(&self, feature: u32, class: usize) -> f32 {
        self.weights.get(feature as usize * self.classes + class).copied().unwrap_or(0.0)
    }
}

/// Turns scores into probabilities, in place.
pub(crate) fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - top).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}
