//! Turns a text into sparse rows: word 1-2-grams and character 2-5-grams within words.
//!
//! N-grams are kept as 64-bit hashes mapped to dense indices, so a model holds no strings. Weighting is sublinear
//! term frequency times smoothed inverse document frequency (Salton and Buckley 1988), each block scaled to length 1.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use unicode_normalization::UnicodeNormalization;

/// Longest text that is read, in characters; the rest says nothing new about the intent.
const MAX_CHARS: usize = 4_000;
/// Character n-gram lengths.
const CHAR_GRAMS: std::ops::RangeInclusive<usize> = 2..=5;

/// Lower-case NFKC form of a text, at most [`MAX_CHARS`] characters long.
pub(crate) fn normalise(text: &str) -> String {
    text.chars().take(MAX_CHARS).nfkc().flat_map(char::to_lowercase).take(MAX_CHARS).collect()
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
        let mut words = Vec::new();
        let mut characters = Vec::new();
        let mut singles = Vec::new();
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

    /// The n-grams that one word gives by itself, for explaining an answer.
    pub(crate) fn of_word(word: &str) -> Self {
        let mut characters = Vec::new();
        character_grams(word, &mut characters);
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let single = hash(0, &[bare]);
        Self { words: vec![(single, 1)], characters: count(characters), singles: vec![single] }
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
    let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    for start in 0..padded.len() {
        let mut state = Fnv::new(2);
        for (length, &character) in (1..=*CHAR_GRAMS.end()).zip(padded.iter().skip(start)) {
            state.character(character);
            if length >= *CHAR_GRAMS.start() {
                into.push(state.end());
            }
        }
    }
}

fn count(mut hashes: Vec<u64>) -> Counts {
    hashes.sort_unstable();
    let mut counts: Counts = Vec::with_capacity(hashes.len());
    for hash in hashes {
        match counts.last_mut() {
            Some((last, count)) if *last == hash => *count += 1,
            _ => counts.push((hash, 1)),
        }
    }
    counts
}

fn hash(block: u64, parts: &[&str]) -> u64 {
    let mut state = Fnv::new(block);
    for character in parts.iter().flat_map(|part| part.chars()) {
        state.character(character);
    }
    state.end()
}

/// FNV-1a over characters, finished with a mixing step so that the low bits are good enough for a table.
struct Fnv(u64);

impl Fnv {
    fn new(block: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ block.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn character(&mut self, character: char) {
        self.0 = (self.0 ^ u64::from(u32::from(character))).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn end(&self) -> u64 {
        mix(self.0)
    }
}

/// The finaliser of SplitMix64: a fixed bijection that spreads every input bit.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Passes hashes through: they are mixed already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl BuildHasher for Mixed {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self::default()
    }
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

    /// The n-grams of a text that are known, with their sublinear term frequency.
    pub(crate) fn look_up(&self, grams: &Grams) -> Unweighted {
        let block = |counts: &Counts| {
            let known = counts.iter().filter_map(|(hash, count)| {
                let index = *self.indices.get(hash)?;
                Some((index, 1.0 + (*count as f32).ln()))
            });
            known.collect()
        };
        Unweighted {
            blocks: [block(&grams.words), block(&grams.characters)],
            totals: [grams.words.len(), grams.characters.len()],
            singles: grams.singles.iter().filter_map(|hash| self.indices.get(hash).copied()).collect(),
            strangers: grams.singles.iter().filter(|hash| !self.indices.contains_key(hash)).count(),
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
    /// The features of the row.
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
