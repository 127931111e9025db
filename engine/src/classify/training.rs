//! From examples to a calibrated model, and from a text to what that model reads in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::background;
use super::calibrate::{Outcome, Ranking, Recalibrator, Signals, probabilities, signals, temperature};
use super::features::{Grams, Idf, Row, Unweighted, Vocabulary, normalise, words};
use super::logistic::Logistic;
use super::meaning::Encoder;
use super::neighbours::{Nearness, Neighbours};

/// Folds for out-of-fold scores, and groups of intents left out in turn.
const FOLDS: usize = 5;
/// Fewer out-of-fold rows than this say too little to calibrate on.
const FEWEST_ROWS: usize = 20;
/// Total weight of texts of left-out intents, relative to that of the out-of-fold rows, for up to [`SHORT_LIST`]
/// intents. Together with [`BACKGROUND_WEIGHT`] this is the share of out-of-scope mail that is expected: an assumption,
/// set on development data with 11 to 150 intents (drawn from three sets anew for several seeds, with a third of the intents
/// kept back), until labels of the policy's own traffic say more.
const LEFT_OUT_WEIGHT: f64 = 0.28;
/// A longer list leaves less out: the weight falls with the sixth power of its length.
const SHORT_LIST: f64 = 50.0;
/// Total weight of the background texts, relative to that of the out-of-fold rows.
const BACKGROUND_WEIGHT: f64 = 0.05;

/// A model fitted on some of the examples, for some of the classes.
#[derive(Debug, Clone)]
struct Fitted {
    idf: Idf,
    logistic: Logistic,
    neighbours: Neighbours,
    /// Class of the corpus for each class of `logistic`.
    classes: Vec<usize>,
    /// The mean of what the examples mean: what all of them share says nothing.
    middle: Vec<f32>,
}

/// A text before it is weighed: its n-grams, and what it means where somebody can tell.
#[derive(Debug, Clone)]
struct Text {
    grams: Unweighted,
    meaning: Arc<[f32]>,
}

/// What a fitted model makes of one text, before calibration.
struct Scored {
    row: Row,
    /// Raw scores, by class of the fitted model.
    scores: Vec<f32>,
}

/// The examples as rows, with all their n-grams.
struct Corpus {
    features: usize,
    rows: Vec<Text>,
    characters: Vec<usize>,
    labels: Vec<usize>,
    /// The name of every class as a row: its words are the plainest example there is.
    names: Vec<Text>,
}

impl Fitted {
    fn on(corpus: &Corpus, keep: &[usize]) -> Self {
        let mut classes: Vec<usize> = keep.iter().map(|&row| corpus.labels[row]).collect();
        classes.sort_unstable();
        classes.dedup();
        let named = classes.iter().map(|class| &corpus.names[*class]);
        let kept = keep.iter().map(|&row| &corpus.rows[row]);
        let idf = Idf::of(corpus.features, kept.clone().chain(named).map(|text| &text.grams));
        let middle = middle(kept.clone().map(|text| &*text.meaning));
        let weigh = |text: &Text| weigh(&idf, &middle, text);
        let rows: Vec<Row> = kept.map(weigh).collect();
        let labels: Vec<usize> = keep.iter().map(|&row| classes.partition_point(|c| *c < corpus.labels[row])).collect();
        // Texts are compared by what they mean alone, where somebody can tell.
        let compare = |rows: &[Row]| Neighbours::new(corpus.features, classes.len(), rows, &labels);
        let neighbours = if middle.is_empty() {
            compare(&rows)
        } else {
            compare(&rows.iter().map(Row::only_meaning).collect::<Vec<_>>())
        };
        let named = classes.iter().enumerate().map(|(label, class)| (weigh(&corpus.names[*class]), label));
        let (rows, labels): (Vec<Row>, Vec<usize>) = rows.into_iter().zip(labels).chain(named).unzip();
        let fit = if middle.is_empty() { Logistic::fit } else { Logistic::fit_apart };
        let logistic = fit(corpus.features, classes.len(), &rows, &labels);
        Self { idf, logistic, neighbours, classes, middle }
    }

    fn score(&self, text: &Text) -> Scored {
        let row = weigh(&self.idf, &self.middle, text);
        let mut scores = vec![0.0; self.classes.len()];
        self.logistic.scores(&row, &mut scores);
        Scored { row, scores }
    }

    /// Ranks the classes by probability, best first, and derives the signals of the recalibrator.
    fn weigh(&self, scored: &Scored, temperature: f32, characters: usize) -> (Vec<(usize, f32)>, Nearness, Signals) {
        let (energy, mut ranked) = probabilities(&scored.scores, temperature);
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (best, first) = ranked.first().copied().unwrap_or((0, 0.0));
        let second = ranked.get(1).map_or(0.0, |(_, probability)| *probability);
        let nearness = self.nearness(&scored.row, best);
        let squares = ranked.iter().map(|(_, probability)| probability * probability).sum();
        let ranking = Ranking { first, second, squares, energy };
        let signals = signals(&ranking, &nearness, scored.row.known, characters);
        (ranked, nearness, signals)
    }

    /// Compares a row with the examples: by what they mean alone, where somebody can tell.
    fn nearness(&self, row: &Row, class: usize) -> Nearness {
        if self.middle.is_empty() {
            self.neighbours.nearness(row, class)
        } else {
            self.neighbours.nearness(&row.only_meaning(), class)
        }
    }
}

/// Weighs a text. What it means is seen from the middle of what the examples mean.
fn weigh(idf: &Idf, middle: &[f32], text: &Text) -> Row {
    let row = idf.weigh(&text.grams);
    if middle.is_empty() {
        return row;
    }
    let mut meaning: Vec<f32> = text.meaning.iter().zip(middle).map(|(value, middle)| value - middle).collect();
    let length = meaning.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length <= f32::EPSILON || text.meaning.iter().all(|value| *value == 0.0) {
        meaning.clear();
    }
    meaning.iter_mut().for_each(|value| *value /= length);
    row.with_meaning(meaning)
}

/// What each of these texts means; nothing, for as many as are asked, where nobody can tell.
fn meanings(encoder: Option<&dyn Encoder>, texts: &[&str]) -> impl Iterator<Item = Arc<[f32]>> + use<> {
    let told = encoder.map_or_else(Vec::new, |encoder| encoder.encode_examples(texts));
    told.into_iter().chain(std::iter::repeat(Arc::default()))
}

/// The mean of vectors; empty where there are none.
fn middle<'a>(meanings: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let (mut sum, mut count) = (Vec::new(), 0.0_f32);
    for meaning in meanings {
        sum.resize(meaning.len(), 0.0);
        sum.iter_mut().zip(meaning).for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    sum.iter_mut().for_each(|value| *value /= count.max(1.0));
    sum
}

/// A model fitted on all examples, with its calibration.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    vocabulary: Vocabulary,
    encoder: Option<Arc<dyn Encoder>>,
    fitted: Fitted,
    /// The mean weight of every feature over the classes.
    means: Vec<f32>,
    temperature: f32,
    recalibrator: Option<Recalibrator>,
}

/// What the model reads in one text.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Classes with their probabilities after temperature, best first.
    pub(crate) ranked: Vec<(usize, f32)>,
    /// Probability that the best class is right and the text in scope.
    pub(crate) confidence: f64,
    /// The nearest example and its cosine; `None` when nothing in the text is known.
    pub(crate) nearest: Option<(usize, f32)>,
    /// The known n-grams with their features and the weighted row, for [`Model::speaking_words`].
    text: Text,
    grams: Grams,
    row: Row,
}

impl Model {
    /// Trains on texts; `labels[i] < names.len()` is the class of `texts[i]`, every class has a text, and `names` says
    /// what each is called. With an encoder it also learns what they mean.
    pub(crate) fn train(encoder: Option<Arc<dyn Encoder>>, texts: &[&str], labels: &[usize], names: &[String]) -> Self {
        let classes = names.len();
        let plain: Vec<String> = names.iter().map(|name| name.replace('_', " ")).collect();
        let mut named: Vec<Grams> = plain.iter().map(|name| Grams::of(&normalise(name))).collect();
        let normalised: Vec<String> = texts.iter().map(|text| normalise(text)).collect();
        let mut grams: Vec<Grams> = normalised.iter().map(|text| Grams::of(text)).collect();
        let mut vocabulary = Vocabulary::default();
        for grams in grams.iter().chain(&named) {
            vocabulary.learn(grams);
        }
        let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
        let read = |grams: &mut [Grams], texts: &[&str]| -> Vec<Text> {
            let text = |(grams, meaning): (&mut Grams, Arc<[f32]>)| Text { grams: vocabulary.look_up(grams), meaning };
            grams.iter_mut().zip(meanings(encoder.as_deref(), texts)).map(text).collect()
        };
        let corpus = Corpus {
            features: vocabulary.len(),
            rows: read(&mut grams, texts),
            characters: normalised.iter().map(|text| text.chars().count()).collect(),
            labels: labels.to_vec(),
            names: read(&mut named, &plain),
        };
        let everything: Vec<usize> = (0..texts.len()).collect();
        let fitted = Fitted::on(&corpus, &everything);
        let means = fitted.logistic.means();
        let mut model = Self { vocabulary, encoder, fitted, means, temperature: 1.0, recalibrator: None };
        model.calibrate(&corpus, classes);
        model
    }

    /// Reads a text, given in its normal form and as it was written.
    pub(crate) fn read(&self, normalised: &str, written: &str) -> Reading {
        let (grams, text) = self.look_at(normalised, written);
        let scored = self.fitted.score(&text);
        let (ranked, nearness, signals) = self.fitted.weigh(&scored, self.temperature, normalised.chars().count());
        let best = ranked.first().map_or(0.0, |(_, probability)| *probability);
        let confidence = self.confidence(best, &nearness, &signals);
        Reading { ranked, confidence, nearest: nearness.nearest, text, grams, row: scored.row }
    }

    /// What a part of a text is about and how sure that is; `None` where it is about the same as the whole.
    pub(crate) fn read_part(&self, normalised: &str, written: &str, whole: usize) -> Option<(usize, f64)> {
        let scored = self.fitted.score(&self.look_at(normalised, written).1);
        // The first of the highest: as they are ranked.
        let mut best = (0, f32::NEG_INFINITY);
        for (class, &score) in scored.scores.iter().enumerate() {
            best = if score > best.1 { (class, score) } else { best };
        }
        if best.0 == whole {
            return None;
        }
        let (ranked, nearness, signals) = self.fitted.weigh(&scored, self.temperature, normalised.chars().count());
        let (class, probability) = ranked.first().copied()?;
        Some((class, self.confidence(probability, &nearness, &signals)))
    }

    fn look_at(&self, normalised: &str, written: &str) -> (Grams, Text) {
        let meaning = self.encoder.as_ref().map(|encoder| Arc::from(encoder.encode(written))).unwrap_or_default();
        let mut grams = Grams::of(normalised);
        let text = Text { grams: self.vocabulary.look_up(&mut grams), meaning };
        (grams, text)
    }

    fn confidence(&self, best: f32, nearness: &Nearness, signals: &Signals) -> f64 {
        match (&self.recalibrator, nearness.nearest) {
            (_, None) => 0.0,
            (Some(recalibrator), _) => recalibrator.estimate(signals),
            (None, _) => f64::from(best),
        }
    }

    /// Share, 0 to 1, of a text's distinct words that occur in the examples.
    pub(crate) fn known_words(&self, normalised: &str) -> f64 {
        let words: BTreeSet<&str> = words(normalised).collect();
        let known = words.iter().filter(|word| self.vocabulary.has_word(word)).count();
        known as f64 / words.len().max(1) as f64
    }

    /// The words of a text that spoke most for a class, strongest first.
    pub(crate) fn speaking_words(&self, normalised: &str, reading: &Reading, class: usize, most: usize) -> Vec<String> {
        // How much more each n-gram speaks for the class than for the classes on average; those without weight are no
        // entries of the row.
        let mut entries = reading.row.entries.iter().peekable();
        let pull = |feature: u32| {
            let (_, value) = entries.next_if(|(entry, _)| *entry == feature)?;
            let mean = self.means.get(feature as usize).copied().unwrap_or(0.0);
            Some(value * (self.fitted.logistic.weight(feature, class) - mean))
        };
        let pulls: Vec<f32> = reading.text.grams.features().map(pull).map(Option::unwrap_or_default).collect();
        let mut words: Vec<&str> = normalised.split_whitespace().collect();
        words.sort_unstable();
        words.dedup();
        let mut weighed: Vec<(f32, &str)> = Vec::with_capacity(words.len());
        // The last word that had each n-gram: one that has it twice has it once.
        let mut had = vec![usize::MAX; pulls.len()];
        let mut buffer = Vec::new();
        for (number, word) in words.into_iter().enumerate() {
            let mut pull = 0.0;
            for place in reading.grams.places_of(word, &mut buffer) {
                if std::mem::replace(&mut had[place], number) != number {
                    pull += pulls[place];
                }
            }
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            if pull > 0.0 && !bare.is_empty() {
                weighed.push((pull, bare));
            }
        }
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        weighed.dedup_by(|a, b| a.1 == b.1);
        weighed.into_iter().take(most).map(|(_, word)| word.to_owned()).collect()
    }

    fn calibrate(&mut self, corpus: &Corpus, classes: usize) {
        let folds = folds(&corpus.labels, classes);
        let mut held: Vec<(Fitted, Vec<(usize, Scored)>)> = Vec::new();
        for fold in 0..FOLDS {
            let (out, keep): (Vec<usize>, Vec<usize>) =
                (0..corpus.rows.len()).partition(|&row| folds[row] == Some(fold));
            if out.is_empty() {
                continue;
            }
            let fitted = Fitted::on(corpus, &keep);
            let scored = out.into_iter().map(|row| (row, fitted.score(&corpus.rows[row]))).collect();
            held.push((fitted, scored));
        }
        if held.iter().map(|(_, scored)| scored.len()).sum::<usize>() < FEWEST_ROWS {
            return;
        }
        // Every class keeps an example in every fold, so the classes of the folds are those of the corpus.
        let out_of_fold: Vec<(Vec<f32>, usize)> = held
            .iter()
            .flat_map(|(_, scored)| scored.iter().map(|(row, scored)| (scored.scores.clone(), corpus.labels[*row])))
            .collect();
        self.temperature = temperature(&out_of_fold);
        let mut outcomes: Vec<Outcome> = Vec::new();
        for (fitted, scored) in &held {
            for (row, scored) in scored {
                let (ranked, _, signals) = fitted.weigh(scored, self.temperature, corpus.characters[*row]);
                let right = ranked.first().is_some_and(|(class, _)| *class == corpus.labels[*row]);
                outcomes.push((signals, right, 1.0));
            }
        }
        let total = outcomes.len() as f64;
        drop(held);
        let left_out = self.left_out(corpus, classes);
        let background = self.background();
        let left_out_weight = LEFT_OUT_WEIGHT * (SHORT_LIST / classes as f64).min(1.0).powi(6);
        for (rows, weight) in [(left_out, left_out_weight), (background, BACKGROUND_WEIGHT)] {
            let each = weight * total / rows.len().max(1) as f64;
            outcomes.extend(rows.into_iter().map(|signals| (signals, false, each)));
        }
        self.recalibrator = Recalibrator::fit(&outcomes);
    }

    /// Signals of examples as a model sees them that was never told of their intents.
    fn left_out(&self, corpus: &Corpus, classes: usize) -> Vec<Signals> {
        if classes < 3 {
            return Vec::new();
        }
        let groups = FOLDS.min(classes);
        let mut rows = Vec::new();
        for group in 0..groups {
            let (out, keep): (Vec<usize>, Vec<usize>) =
                (0..corpus.rows.len()).partition(|&row| corpus.labels[row] % groups == group);
            let fitted = Fitted::on(corpus, &keep);
            rows.extend(out.into_iter().map(|row| {
                let scored = fitted.score(&corpus.rows[row]);
                fitted.weigh(&scored, self.temperature, corpus.characters[row]).2
            }));
        }
        rows
    }

    fn background(&self) -> Vec<Signals> {
        let meanings = meanings(self.encoder.as_deref(), &background::TEXTS);
        let signals = background::TEXTS.iter().zip(meanings).map(|(text, meaning)| {
            let text = normalise(text);
            let grams = self.vocabulary.look_up(&mut Grams::of(&text));
            let scored = self.fitted.score(&Text { grams, meaning });
            self.fitted.weigh(&scored, self.temperature, text.chars().count()).2
        });
        signals.collect()
    }
}

/// Spreads the examples of every class over the folds; a class with a single example stays in training always.
fn folds(labels: &[usize], classes: usize) -> Vec<Option<usize>> {
    let mut sizes = vec![0_usize; classes];
    for &label in labels {
        sizes[label] += 1;
    }
    let mut met = vec![0_usize; classes];
    let fold = |&label: &usize| {
        let at = met[label];
        met[label] += 1;
        (sizes[label] > 1).then_some((at + label) % FOLDS)
    };
    labels.iter().map(fold).collect()
}
