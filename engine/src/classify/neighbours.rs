//! Cosines between a text and every example: by an inverted index for its words, number by number for what it means.

use super::features::Row;

/// How many of the nearest examples are asked whether they agree with the model.
const NEAREST: usize = 5;

/// A feature that at least one in so many examples has is kept as a column of numbers, for all examples.
const COMMON: usize = 8;

/// Examples by feature, with the centre of every class.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    /// Class of every example, ascending.
    labels: Vec<usize>,
    lengths: Vec<f32>,
    /// `postings[starts[f]..starts[f + 1]]` are the (example, value) pairs of feature `f`, unless it is common.
    starts: Vec<u32>,
    postings: Vec<(u32, f32)>,
    /// For every feature the number of its column, from 1; 0 for one that is not common.
    column_of: Vec<u16>,
    /// Columns one after the other: what each example has of a common feature.
    columns: Vec<f32>,
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
    /// Indexes `rows`; `labels[i] < classes` is the class of `rows[i]`, ascending, and every feature is below `features`.
    pub(crate) fn new(features: usize, classes: usize, rows: &[Row], labels: &[usize]) -> Self {
        debug_assert!(labels.is_sorted(), "the examples of a class stand together");
        let mut counts = vec![0_u32; features];
        for (feature, _) in rows.iter().flat_map(|row| &row.entries) {
            counts[*feature as usize] += 1;
        }
        let mut column_of = vec![0_u16; features];
        let mut starts = vec![0_u32; features + 1];
        let mut common = 0;
        for (feature, count) in counts.iter().enumerate() {
            let is_common = *count as usize * COMMON >= rows.len() && common < u16::MAX;
            if is_common {
                common += 1;
                column_of[feature] = common;
            }
            starts[feature + 1] = starts[feature] + if is_common { 0 } else { *count };
        }
        let mut next = starts.clone();
        let mut postings = vec![(0_u32, 0.0_f32); starts[features] as usize];
        let mut columns = vec![0.0_f32; usize::from(common) * rows.len()];
        for (example, row) in rows.iter().enumerate() {
            for &(feature, value) in &row.entries {
                let feature = feature as usize;
                match usize::from(column_of[feature]) {
                    0 => {
                        postings[next[feature] as usize] = (u32::try_from(example).unwrap_or(u32::MAX), value);
                        next[feature] += 1;
                    }
                    column => columns[(column - 1) * rows.len() + example] = value,
                }
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
            column_of,
            columns,
            meanings,
            width,
            said,
            centre_lengths: centre_lengths(features, classes, rows, labels),
        }
    }

    fn products(&self, row: &Row) -> Vec<f32> {
        let examples = self.labels.len();
        let mut products = vec![0.0_f32; examples];
        for &(feature, value) in &row.entries {
            let feature = feature as usize;
            match usize::from(self.column_of[feature]) {
                0 => {
                    let (from, to) = (self.starts[feature] as usize, self.starts[feature + 1] as usize);
                    for &(example, other) in &self.postings[from..to] {
                        products[example as usize] += value * other;
                    }
                }
                column => {
                    let column = &self.columns[(column - 1) * examples..column * examples];
                    for (product, other) in products.iter_mut().zip(column) {
                        *product += value * other;
                    }
                }
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
        let cosines: Vec<f32> = products
            .iter()
            .zip(&self.lengths)
            .map(|(product, length)| if *product > 0.0 { (product / (row.length * length)).min(1.0) } else { 0.0 })
            .collect();
        let best = nearest(&cosines);
        let of_its_own =
            self.labels.partition_point(|label| *label < class)..self.labels.partition_point(|label| *label <= class);
        let of_class = cosines[of_its_own.clone()].iter().copied().fold(0.0_f32, f32::max);
        let to_class: f32 = products[of_its_own].iter().filter(|product| **product > 0.0).sum();
        let agreeing = best.iter().filter(|(_, example)| self.labels[*example] == class).count();
        let number = u32::try_from(class).unwrap_or(u32::MAX);
        let is_said = |feature: u32| self.said.binary_search(&(feature, number)).is_ok();
        let covered: f32 = row.singles.iter().filter(|(feature, _)| is_said(*feature)).map(|(_, weight)| weight).sum();
        let centre = self.centre_lengths.get(class).copied().unwrap_or(0.0) * row.length;
        Nearness {
            nearest: best.first().map(|(cosine, example)| (*example, *cosine)),
            of_class,
            agreeing: agreeing as f32 / NEAREST as f32,
            to_centre: if centre > 0.0 { (to_class / centre).min(1.0) } else { 0.0 },
            covered: covered / row.said.max(1.0),
            familiar: row.singles.iter().map(|(_, weight)| weight).sum::<f32>() / row.said.max(1.0),
        }
    }
}

/// The highest cosines above 0 with their examples, best first; of equal ones the first.
fn nearest(cosines: &[f32]) -> Vec<(f32, usize)> {
    /// Cosines looked at in one go: most of the examples are far off.
    const AT_ONCE: usize = 16;
    let mut best: Vec<(f32, usize)> = Vec::with_capacity(NEAREST + 1);
    let mut least = 0.0;
    for (number, chunk) in cosines.chunks(AT_ONCE).enumerate() {
        if chunk.iter().all(|cosine| *cosine <= least) {
            continue;
        }
        for (at, &cosine) in chunk.iter().enumerate().filter(|(_, cosine)| **cosine > 0.0) {
            if best.len() == NEAREST && cosine <= least {
                continue;
            }
            let place = best.partition_point(|(other, _)| *other >= cosine);
            best.insert(place, (cosine, number * AT_ONCE + at));
            best.truncate(NEAREST);
            if let (NEAREST, Some((last, _))) = (best.len(), best.last()) {
                least = *last;
            }
        }
    }
    best
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

#[cfg(test)]
mod tests {
    use super::{Neighbours, Row, nearest};
    use crate::classify::hashing::mix;

    /// A row that has feature 0, as most have, and some others; of length 1.
    fn row(number: u64) -> Row {
        let mut entries = if number.is_multiple_of(5) { Vec::new() } else { vec![(0, 1.0 + (number % 3) as f32)] };
        entries.extend((1..30).filter(|feature| mix(number * 31 + feature).is_multiple_of(7)).map(|feature| {
            let feature = u32::try_from(feature).unwrap_or(0);
            (feature, 1.0 + (number % 4) as f32)
        }));
        let length = entries.iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(1e-6);
        entries.iter_mut().for_each(|(_, value)| *value /= length);
        Row { entries, length: 1.0, ..Row::default() }
    }

    #[test]
    fn features_in_columns_and_in_lists_compare_alike() {
        let rows: Vec<Row> = (0..60).map(row).collect();
        let labels: Vec<usize> = (0..60).map(|number| number / 20).collect();
        let neighbours = Neighbours::new(30, 3, &rows, &labels);
        assert!(!neighbours.columns.is_empty() && !neighbours.postings.is_empty());
        for asked in (100..140).map(row) {
            let cosine = |other: &Row| -> f32 {
                let of = |feature: u32| other.entries.iter().find(|(one, _)| *one == feature).map_or(0.0, |(_, v)| *v);
                asked.entries.iter().map(|(feature, value)| value * of(*feature)).sum()
            };
            let cosines: Vec<f32> = rows.iter().map(cosine).collect();
            let best = cosines.iter().copied().fold(0.0, f32::max);
            let of_class = cosines[20..40].iter().copied().fold(0.0, f32::max);
            let found = neighbours.nearness(&asked, 1);
            assert!((found.nearest.map_or(0.0, |(_, cosine)| cosine) - best).abs() < 1e-5);
            assert!((found.of_class - of_class).abs() < 1e-5);
        }
    }

    #[test]
    fn the_nearest_are_the_highest_and_of_equal_ones_the_first() {
        let mut cosines = vec![0.0; 100];
        for (at, cosine) in [(3, 0.5), (40, 0.9), (41, 0.5), (42, 0.5), (77, 0.9), (99, 0.2)] {
            cosines[at] = cosine;
        }
        let found: Vec<usize> = nearest(&cosines).into_iter().map(|(_, example)| example).collect();
        assert_eq!(found, [40, 77, 3, 41, 42]);
        assert_eq!(nearest(&[0.0, 0.1]), [(0.1, 1)]);
    }
}
