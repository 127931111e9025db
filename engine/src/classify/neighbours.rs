//! Cosines between a text and every example: by an inverted index for its words, number by number for what it means.

use super::features::Row;

/// How many of the nearest examples are asked whether they agree with the model.
const NEAREST: usize = 5;

/// Examples by feature, with the centre of every class.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    labels: Vec<usize>,
    lengths: Vec<f32>,
    /// `postings[starts[f]..starts[f + 1]]` are the (example, value) pairs of feature `f`.
    starts: Vec<usize>,
    postings: Vec<(u32, f32)>,
    /// What the examples mean, one after the other, and how many numbers each has.
    meanings: Vec<f32>,
    width: usize,
    /// The words that some example of a class says: (feature, class), sorted.
    said: Vec<(u32, u32)>,
    /// Length of the sum of the rows of each class.
    centre_lengths: Vec<f32>,
}

/// What the examples say about one text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Nearness {
    /// The nearest example and its cosine; `None` when nothing in the text is known.
    pub(crate) nearest: Option<(usize, f32)>,
    /// Highest cosine to an example of the class asked about.
    pub(crate) of_class: f32,
    /// Share of the five nearest examples that are of the class.
    pub(crate) agreeing: f32,
    /// Cosine to the centre of the class.
    pub(crate) to_centre: f32,
    /// Share of what the text's words weigh that some example of the class says too.
    pub(crate) covered: f32,
    /// The same for the examples of any class.
    pub(crate) familiar: f32,
}

impl Neighbours {
    /// Indexes `rows`; `labels[i] < classes` is the class of `rows[i]` and every feature is below `features`.
    pub(crate) fn new(features: usize, classes: usize, rows: &[Row], labels: &[usize]) -> Self {
        let mut starts = vec![0_usize; features + 1];
        for (feature, _) in rows.iter().flat_map(|row| &row.entries) {
            starts[*feature as usize + 1] += 1;
        }
        for feature in 0..features {
            starts[feature + 1] += starts[feature];
        }
        let mut next = starts.clone();
        let mut postings = vec![(0_u32, 0.0_f32); starts[features]];
        for (example, row) in rows.iter().enumerate() {
            for &(feature, value) in &row.entries {
                let slot = &mut next[feature as usize];
                postings[*slot] = (u32::try_from(example).unwrap_or(u32::MAX), value);
                *slot += 1;
            }
        }
        let width = rows.iter().map(|row| row.meaning.len()).max().unwrap_or(0);
        let mut meanings = Vec::with_capacity(rows.len() * width);
        for row in rows {
            meanings.extend(row.meaning.iter().copied().chain(std::iter::repeat(0.0)).take(width));
        }
        let word = |row: &Row, label: usize| {
            let label = u32::try_from(label).unwrap_or(u32::MAX);
            row.singles.iter().map(move |(feature, _)| (*feature, label)).collect::<Vec<_>>()
        };
        let mut said: Vec<(u32, u32)> = rows.iter().zip(labels).flat_map(|(row, label)| word(row, *label)).collect();
        said.sort_unstable();
        said.dedup();
        Self {
            labels: labels.to_vec(),
            lengths: rows.iter().map(|row| row.length).collect(),
            starts,
            postings,
            meanings,
            width,
            said,
            centre_lengths: centre_lengths(features, classes, rows, labels),
        }
    }

    fn examples_with(&self, feature: u32) -> &[(u32, f32)] {
        let feature = feature as usize;
        &self.postings[self.starts[feature]..self.starts[feature + 1]]
    }

    fn products(&self, row: &Row) -> Vec<f32> {
        let mut products = vec![0.0_f32; self.labels.len()];
        for &(feature, value) in &row.entries {
            for &(example, other) in self.examples_with(feature) {
                products[example as usize] += value * other;
            }
        }
        if !row.meaning.is_empty() && self.width > 0 {
            for (product, meaning) in products.iter_mut().zip(self.meanings.chunks_exact(self.width)) {
                *product += meaning.iter().zip(&row.meaning).map(|(one, other)| one * other).sum::<f32>();
            }
        }
        products
    }

    /// Compares a row with all examples.
    pub(crate) fn nearness(&self, row: &Row, class: usize) -> Nearness {
        let products = self.products(row);
        let mut best: Vec<(f32, usize)> = Vec::with_capacity(NEAREST + 1);
        let (mut of_class, mut to_class) = (0.0_f32, 0.0_f32);
        for (example, product) in products.iter().enumerate() {
            if *product <= 0.0 {
                continue;
            }
            let cosine = (product / (row.length * self.lengths[example])).min(1.0);
            if self.labels[example] == class {
                of_class = of_class.max(cosine);
                to_class += product;
            }
            if best.len() < NEAREST || best.last().is_some_and(|(last, _)| cosine > *last) {
                let at = best.partition_point(|(other, _)| *other >= cosine);
                best.insert(at, (cosine, example));
                best.truncate(NEAREST);
            }
        }
        let agreeing = best.iter().filter(|(_, example)| self.labels[*example] == class).count();
        let centre = self.centre_lengths.get(class).copied().unwrap_or(0.0) * row.length;
        Nearness {
            nearest: best.first().map(|(cosine, example)| (*example, *cosine)),
            of_class,
            agreeing: agreeing as f32 / NEAREST as f32,
            to_centre: if centre > 0.0 { (to_class / centre).min(1.0) } else { 0.0 },
            covered: row
                .singles
                .iter()
                .filter(|(feature, _)| {
                    self.said.binary_search(&(*feature, u32::try_from(class).unwrap_or(u32::MAX))).is_ok()
                })
                .map(|(_, weight)| weight)
                .sum::<f32>()
                / row.said.max(1.0),
            familiar: row.singles.iter().map(|(_, weight)| weight).sum::<f32>() / row.said.max(1.0),
        }
    }
}

/// Length of the sum of the rows of each class.
fn centre_lengths(features: usize, classes: usize, rows: &[Row], labels: &[usize]) -> Vec<f32> {
    let mut of_class: Vec<Vec<&Row>> = vec![Vec::new(); classes];
    for (row, &label) in rows.iter().zip(labels) {
        of_class[label].push(row);
    }
    let mut sum = vec![0.0_f32; features];
    let lengths = of_class.into_iter().map(|rows| {
        let mut square = 0.0;
        for &(feature, value) in rows.iter().flat_map(|row| &row.entries) {
            sum[feature as usize] += value;
        }
        for &(feature, _) in rows.iter().flat_map(|row| &row.entries) {
            let value = std::mem::take(&mut sum[feature as usize]);
            square += value * value;
        }
        let width = rows.iter().map(|row| row.meaning.len()).max().unwrap_or(0);
        let mut meaning = vec![0.0_f32; width];
        for row in rows {
            meaning.iter_mut().zip(&row.meaning).for_each(|(sum, value)| *sum += value);
        }
        square += meaning.iter().map(|value| value * value).sum::<f32>();
        square.sqrt()
    });
    lengths.collect()
}
