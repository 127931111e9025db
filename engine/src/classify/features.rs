//! Turns a text into sparse rows: word 1-2-grams and character 2-5-grams within words.
//!
//! N-grams are kept as 64-bit hashes mapped to dense indices, so a model holds no strings. Weighting is sublinear
//! term frequency times smoothed inverse document frequency (Salton and Buckley 1988), each block scaled to length 1.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::folding::{ascii_bytes, first_chars};
use super::hashing::{Fnv, Mixed, hash, sort};

/// Longest text that is read, in characters; the rest says nothing new about the intent.
const MAX_CHARS: usize = 4_000;
/// Character n-gram lengths.
const CHAR_GRAMS: std::ops::RangeInclusive<usize> = 2..=LONGEST;
/// The longest of them.
const LONGEST: usize = 5;

/// Lower-case NFKC form of a text, at most [`MAX_CHARS`] characters long.
pub(crate) fn normalise(text: &str) -> String {
    let mut rest = first_chars(text, MAX_CHARS);
    let mut normalised = String::with_capacity(rest.len());
    while !rest.is_empty() {
        // Only the last of some plain letters can be composed with what follows.
        let plain = ascii_bytes(rest);
        let alone = if plain == rest.len() { plain } else { plain.saturating_sub(1) };
        let (before, others) = rest.split_at(alone);
        normalised.extend(before.chars().map(|character| character.to_ascii_lowercase()));
        let foreign = others.bytes().skip(1).position(|byte| byte.is_ascii()).map_or(others.len(), |at| at + 1);
        let (foreign, after) = others.split_at(foreign);
        normalised.extend(foreign.nfkc().flat_map(char::to_lowercase));
        rest = after;
    }
    let end = first_chars(&normalised, MAX_CHARS).len();
    normalised.truncate(end);
    normalised
}

/// One block of a row before weighting: (hash, count), sorted by hash.
type Counts = Vec<(u64, u32)>;

/// The n-grams of one text, in two blocks that are scaled apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grams {
    words: Counts,
    characters: Counts,
    /// Each word once, by itself.
    singles: Vec<u64>,
}

impl Grams {
    /// Counts the n-grams of a normalised text.
    pub(crate) fn of(normalised: &str) -> Self {
        let mut words = Vec::with_capacity(normalised.len() / 2);
        // Each character begins one n-gram of each length at most.
        let mut characters = Vec::with_capacity(normalised.len() * LONGEST);
        let mut singles = Vec::with_capacity(normalised.len() / 4);
        let mut before: Option<&str> = None;
        for word in self::words(normalised) {
            let single = hash(0, &[word]);
            words.push(single);
            singles.push(single);
            if let Some(before) = before {
                words.push(hash(1, &[before, " ", word]));
            }
            before = Some(word);
        }
        for word in normalised.split_whitespace() {
            character_grams(word, &mut characters);
        }
        singles.sort_unstable();
        singles.dedup();
        Self { words: count(words), characters: count(characters), singles }
    }

    /// Where the n-grams of ` word ` and the word itself, bare, stand among these, each once: first those of words, then
    /// those of characters. `buffer` is room to work in.
    pub(crate) fn places_of<'a>(&'a self, word: &str, buffer: &'a mut Vec<u64>) -> impl Iterator<Item = usize> + 'a {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let single = hash(0, &[bare]);
        buffer.clear();
        character_grams(word, buffer);
        let place = |counts: &Counts, hash: u64| counts.binary_search_by_key(&hash, |(hash, _)| *hash).ok();
        let first = place(&self.words, single);
        let others = buffer.iter().filter_map(move |hash| place(&self.characters, *hash));
        first.into_iter().chain(others.map(|at| self.words.len() + at))
    }

    fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.words.iter().chain(&self.characters).map(|(hash, _)| *hash)
    }
}

/// The words of a normalised text: runs of letters and digits.
pub(crate) fn words(normalised: &str) -> impl Iterator<Item = &str> {
    normalised.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Appends the hashes of all character n-grams of ` word `.
fn character_grams(word: &str, into: &mut Vec<u64>) {
    // The n-grams that are open, the one that began last in front.
    let mut open = [Fnv::new(2); LONGEST];
    let padded = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' '));
    for (at, character) in padded.enumerate() {
        open.copy_within(..LONGEST - 1, 1);
        open[0] = Fnv::new(2);
        for (before, gram) in open.iter_mut().enumerate().take(at + 1) {
            gram.character(character);
            if before + 1 >= *CHAR_GRAMS.start() {
                into.push(gram.end());
            }
        }
    }
}

/// Counts equal hashes, in their order.
fn count(mut hashes: Vec<u64>) -> Counts {
    sort(&mut hashes);
    let mut counts: Counts = Vec::with_capacity(hashes.len());
    for hash in hashes {
        match counts.last_mut() {
            Some((last, count)) if *last == hash => *count += 1,
            _ => counts.push((hash, 1)),
        }
    }
    counts
}

/// Hash to dense index. Only looked up, never iterated, so its order cannot leak into an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    indices: HashMap<u64, u32, Mixed>,
}

impl Vocabulary {
    /// Number of n-grams known.
    pub(crate) fn len(&self) -> usize {
        self.indices.len()
    }

    /// Learns the n-grams of one text, in order of first appearance.
    pub(crate) fn learn(&mut self, grams: &Grams) {
        for hash in grams.hashes() {
            let next = u32::try_from(self.indices.len()).unwrap_or(u32::MAX);
            self.indices.entry(hash).or_insert(next);
        }
    }

    /// Whether a word occurs in what was learnt.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.indices.contains_key(&hash(0, &[word]))
    }

    /// The n-grams of a text that are known, with their sublinear term frequency. Those that are not are taken out of
    /// `grams`, so that place by place both speak of the same.
    pub(crate) fn look_up(&self, grams: &mut Grams) -> Unweighted {
        let totals = [grams.words.len(), grams.characters.len()];
        let block = |counts: &mut Counts| {
            let mut known = Vec::with_capacity(counts.len());
            counts.retain(|(hash, count)| {
                let Some(index) = self.indices.get(hash) else { return false };
                known.push((*index, if *count == 1 { 1.0 } else { 1.0 + (*count as f32).ln() }));
                true
            });
            known
        };
        let singles: Vec<u32> = grams.singles.iter().filter_map(|hash| self.indices.get(hash).copied()).collect();
        Unweighted {
            blocks: [block(&mut grams.words), block(&mut grams.characters)],
            totals,
            strangers: grams.singles.len() - singles.len(),
            singles,
        }
    }
}

/// A row of known n-grams before the inverse document frequency is applied.
#[derive(Debug, Clone)]
pub(crate) struct Unweighted {
    blocks: [Vec<(u32, f32)>; 2],
    /// Distinct n-grams of each block, known or not.
    totals: [usize; 2],
    /// The words of the text that are features.
    singles: Vec<u32>,
    /// How many words are none.
    strangers: usize,
}

impl Unweighted {
    /// The features of the row, in the order of its n-grams.
    pub(crate) fn features(&self) -> impl Iterator<Item = u32> + '_ {
        self.blocks.iter().flatten().map(|(feature, _)| *feature)
    }
}

/// A weighted row; each block has length 1, or 0 where nothing in it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// (feature, value), each feature once.
    pub(crate) entries: Vec<(u32, f32)>,
    /// What the text means, of length 1; empty where nobody can tell.
    pub(crate) meaning: Vec<f32>,
    /// Euclidean length: the root of how many of its blocks say something, 0 to 3.
    pub(crate) length: f32,
    /// Share, 0 to 1, of the text's distinct n-grams that have weight: of words and of characters.
    pub(crate) known: [f32; 2],
    /// The words that have weight, with their inverse document frequency.
    pub(crate) singles: Vec<(u32, f32)>,
    /// What all words of the text weigh, those without a weight of their own taken for the rarest.
    pub(crate) said: f32,
}

/// Smoothed inverse document frequencies of a set of rows; 0 for a feature that none of them has.
#[derive(Debug, Clone)]
pub(crate) struct Idf {
    weights: Vec<f32>,
    /// What a word weighs that no row has.
    rarest: f32,
}

impl Idf {
    /// Counts in how many of `rows` every feature occurs: `ln((1 + n) / (1 + df)) + 1`.
    pub(crate) fn of<'a>(features: usize, rows: impl Iterator<Item = &'a Unweighted>) -> Self {
        let mut frequency = vec![0_u32; features];
        let mut total = 0_u32;
        for row in rows {
            total += 1;
            for (feature, _) in row.blocks.iter().flatten() {
                if let Some(count) = frequency.get_mut(*feature as usize) {
                    *count += 1;
                }
            }
        }
        let weight = |count: u32| match count {
            0 => 0.0,
            count => ((1.0 + total as f32) / (1.0 + count as f32)).ln() + 1.0,
        };
        let rarest = (1.0 + total as f32).ln() + 1.0;
        Self { weights: frequency.into_iter().map(weight).collect(), rarest }
    }

    /// Weights a row; features without weight are left out.
    pub(crate) fn weigh(&self, row: &Unweighted) -> Row {
        let mut entries = Vec::with_capacity(row.blocks.iter().map(Vec::len).sum());
        let mut filled = 0_u8;
        let mut known = [0.0_f32; 2];
        for ((block, total), known) in row.blocks.iter().zip(row.totals).zip(&mut known) {
            let from = entries.len();
            let mut squares = 0.0_f32;
            for (feature, frequency) in block {
                let weight = self.weights.get(*feature as usize).copied().unwrap_or(0.0);
                if weight > 0.0 {
                    let value = frequency * weight;
                    squares += value * value;
                    entries.push((*feature, value));
                }
            }
            *known = (entries.len() - from) as f32 / total.max(1) as f32;
            if squares > 0.0 {
                filled += 1;
                let scale = squares.sqrt().recip();
                entries.iter_mut().skip(from).for_each(|(_, value)| *value *= scale);
            }
        }
        let weight = |feature: &u32| self.weights.get(*feature as usize).copied().unwrap_or(0.0);
        let mut singles = Vec::with_capacity(row.singles.len());
        let mut said = row.strangers as f32 * self.rarest;
        for feature in &row.singles {
            match weight(feature) {
                weight if weight > 0.0 => {
                    said += weight;
                    singles.push((*feature, weight));
                }
                _ => said += self.rarest,
            }
        }
        Row { entries, meaning: Vec::new(), length: f32::from(filled).sqrt(), known, singles, said }
    }
}

impl Row {
    /// The same with what the text means, of length 1 or empty.
    pub(crate) fn with_meaning(mut self, meaning: Vec<f32>) -> Self {
        let blocks = self.length * self.length + if meaning.is_empty() { 0.0 } else { 1.0 };
        self.length = blocks.sqrt();
        self.meaning = meaning;
        self
    }

    /// The same without its n-grams: what the text means, and which of its words are known.
    pub(crate) fn only_meaning(&self) -> Self {
        let length = if self.meaning.is_empty() { 0.0 } else { 1.0 };
        let (meaning, singles) = (self.meaning.clone(), self.singles.clone());
        Self { entries: Vec::new(), meaning, length, known: self.known, singles, said: self.said }
    }

    /// The same without what the text means.
    pub(crate) fn only_words(&self) -> Self {
        let (entries, singles) = (self.entries.clone(), self.singles.clone());
        Self { entries, meaning: Vec::new(), length: self.length, known: self.known, singles, said: self.said }
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::{MAX_CHARS, normalise};

    #[test]
    fn texts_are_normalised_run_by_run_as_at_once() {
        let long = "aé ".repeat(2_000);
        for text in ["", "Plain", "e\u{301}A", "Ünïcödé ﬁ ＡB½c", "각가ab\u{30a}", "İ I ı", long.as_str()] {
            let at_once: String =
                text.chars().take(MAX_CHARS).nfkc().flat_map(char::to_lowercase).take(MAX_CHARS).collect();
            assert_eq!(normalise(text), at_once);
        }
    }
}
