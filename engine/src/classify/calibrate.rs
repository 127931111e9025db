//! Makes a confidence mean something: the probability that the intent is right *and* the message in scope.
//!
//! Few examples make logistic regression far too modest, so scores are first divided by a temperature fitted on
//! out-of-fold scores (Guo et al. 2017). That is honest only for messages that belong to some intent. A small logistic
//! regression over fourteen signals then learns, from intents left out in turn and from background texts, what a message
//! looks like that belongs to none.

use super::logistic::softmax;
use super::neighbours::Nearness;

/// Number of signals of [`signals`], with the constant.
const SIGNALS: usize = 15;
/// Inverse strength of the L2 penalty of the recalibrator: strong, for a few hundred rows have to settle fourteen signals that
/// say much the same.
const C: f64 = 0.12;
/// Newton steps; the fit has settled long before.
const STEPS: usize = 25;
/// Range of temperatures searched, as natural logarithms.
const LOG_TEMPERATURES: (f32, f32) = (-3.0, 2.0);

/// Fits the temperature that makes the scores of `labels` most likely. 1 when there is nothing to fit on.
pub(crate) fn temperature(scores: &[(Vec<f32>, usize)]) -> f32 {
    if scores.is_empty() {
        return 1.0;
    }
    let mut buffer = Vec::new();
    let mut loss = |log_temperature: f32| -> f64 {
        let temperature = log_temperature.exp();
        let mut total = 0.0_f64;
        for (scores, label) in scores {
            buffer.clear();
            buffer.extend(scores.iter().map(|score| score / temperature));
            softmax(&mut buffer);
            total -= f64::from(buffer[*label].max(f32::MIN_POSITIVE)).ln();
        }
        total
    };
    // Golden-section search: the loss has one minimum in the inverse temperature.
    let ratio = 0.618_034_f32;
    let (mut low, mut high) = LOG_TEMPERATURES;
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut left_loss, mut right_loss) = (loss(left), loss(right));
    for _ in 0..20 {
        if left_loss < right_loss {
            (high, right, right_loss) = (right, left, left_loss);
            left = high - ratio * (high - low);
            left_loss = loss(left);
        } else {
            (low, left, left_loss) = (left, right, right_loss);
            right = low + ratio * (high - low);
            right_loss = loss(right);
        }
    }
    f32::midpoint(low, high).exp()
}

/// The probabilities of the classes after temperature, in their order, and how much speaks for any of them at all.
pub(crate) fn probabilities(scores: &[f32], temperature: f32) -> (f32, Vec<(usize, f32)>) {
    let mut of_class: Vec<(usize, f32)> = scores.iter().map(|score| score / temperature).enumerate().collect();
    let top = of_class.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (_, score) in &mut of_class {
        *score = (*score - top).exp();
        sum += *score;
    }
    of_class.iter_mut().for_each(|(_, score)| *score /= sum);
    (top + sum.ln() - (scores.len() as f32).ln(), of_class)
}

/// What the recalibrator looks at.
pub(crate) type Signals = [f64; SIGNALS];

/// How a model ranks the classes for one text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranking {
    /// Probabilities of the best class and the second, after temperature.
    pub(crate) first: f32,
    pub(crate) second: f32,
    /// The sum of the squares of all probabilities: 1 where there is no doubt, next to 0 where any class will do.
    pub(crate) squares: f32,
    /// How much speaks for any class at all.
    pub(crate) energy: f32,
}

/// The signals of one text of so many characters, of whose n-grams of words and characters a share is `known`.
pub(crate) fn signals(ranking: &Ranking, nearness: &Nearness, known: [f32; 2], characters: usize) -> Signals {
    let (first, second) = (f64::from(ranking.first).clamp(1e-6, 1.0 - 1e-6), f64::from(ranking.second).max(1e-6));
    let odds = (first / (1.0 - first)).ln();
    [
        1.0,
        odds,
        (first / second).ln(),
        f64::from(ranking.squares).max(1e-9).ln(),
        f64::from(ranking.energy),
        nearness.nearest.map_or(0.0, |(_, cosine)| f64::from(cosine)),
        f64::from(nearness.of_class),
        f64::from(nearness.agreeing),
        f64::from(nearness.to_centre),
        f64::from(known[0]),
        f64::from(known[1]),
        f64::from(nearness.covered),
        f64::from(nearness.familiar),
        f64::from(nearness.covered) * odds,
        (1.0 + characters as f64).ln(),
    ]
}

/// A row to learn from: signals, whether the answer was right, weight.
pub(crate) type Outcome = (Signals, bool, f64);

/// Logistic regression from standardised signals to the probability of being right.
#[derive(Debug, Clone)]
pub(crate) struct Recalibrator {
    means: Signals,
    scales: Signals,
    weights: Signals,
}

impl Recalibrator {
    /// Fits by Newton's method. `None` when the outcomes are all the same or the fit fails.
    pub(crate) fn fit(outcomes: &[Outcome]) -> Option<Self> {
        if outcomes.iter().all(|(_, right, _)| *right) || !outcomes.iter().any(|(_, right, _)| *right) {
            return None;
        }
        let total: f64 = outcomes.iter().map(|(_, _, weight)| weight).sum();
        let (mut means, mut scales) = ([0.0; SIGNALS], [1.0; SIGNALS]);
        for signal in 1..SIGNALS {
            let mean = outcomes.iter().map(|(signals, _, weight)| weight * signals[signal]).sum::<f64>() / total;
            let square = |value: f64| (value - mean) * (value - mean);
            let spread =
                outcomes.iter().map(|(signals, _, weight)| weight * square(signals[signal])).sum::<f64>() / total;
            means[signal] = mean;
            scales[signal] = spread.sqrt().max(1e-6);
        }
        let mut fitted = Self { means, scales, weights: [0.0; SIGNALS] };
        for _ in 0..STEPS {
            let mut gradient = [0.0; SIGNALS];
            let mut curvature = [[0.0; SIGNALS]; SIGNALS];
            for (signals, right, weight) in outcomes {
                let row = fitted.standardised(signals);
                let estimate = fitted.of_standardised(&row);
                let error = weight * (estimate - f64::from(u8::from(*right)));
                let bend = weight * estimate * (1.0 - estimate);
                for i in 0..SIGNALS {
                    gradient[i] += error * row[i];
                    for j in 0..SIGNALS {
                        curvature[i][j] += bend * row[i] * row[j];
                    }
                }
            }
            for i in 0..SIGNALS {
                // The constant carries no penalty, only enough to keep the system solvable.
                let penalty = if i == 0 { 1e-6 } else { 1.0 / C };
                gradient[i] += penalty * fitted.weights[i];
                curvature[i][i] += penalty;
            }
            let step = solve(curvature, gradient)?;
            for (weight, step) in fitted.weights.iter_mut().zip(step) {
                *weight -= step.clamp(-2.0, 2.0);
            }
        }
        fitted.weights.iter().all(|weight| weight.is_finite()).then_some(fitted)
    }

    /// Estimated probability of being right, 0 to 1.
    pub(crate) fn estimate(&self, signals: &Signals) -> f64 {
        self.of_standardised(&self.standardised(signals))
    }

    fn standardised(&self, signals: &Signals) -> Signals {
        std::array::from_fn(|at| (signals[at] - self.means[at]) / self.scales[at])
    }

    fn of_standardised(&self, row: &Signals) -> f64 {
        let score: f64 = row.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum();
        1.0 / (1.0 + (-score).exp())
    }
}

/// Solves `matrix * x = right` by elimination with row exchange; `None` for a singular matrix.
fn solve(mut matrix: [[f64; SIGNALS]; SIGNALS], mut right: Signals) -> Option<Signals> {
    for column in 0..SIGNALS {
        let pivot = (column..SIGNALS).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        if matrix[column][column].abs() < 1e-12 {
            return None;
        }
        for row in column + 1..SIGNALS {
            let factor = matrix[row][column] / matrix[column][column];
            let above = matrix[column];
            for (value, above) in matrix[row].iter_mut().zip(above).skip(column) {
                *value -= factor * above;
            }
            right[row] -= factor * right[column];
        }
    }
    let mut solution = [0.0; SIGNALS];
    for row in (0..SIGNALS).rev() {
        let known: f64 = (row + 1..SIGNALS).map(|column| matrix[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    Some(solution)
}
