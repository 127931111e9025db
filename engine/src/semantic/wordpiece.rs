//! Cuts a text into the pieces that a model knows: the BERT tokenizer, as `tokenizer.json` describes it.
//!
//! Lower case, without accents, words and punctuation apart, then the longest piece that is known, from left to right.
//! All models of the MiniLM kind and the usual static tables are cut so; another kind of tokenizer is refused. Words such
//! as `[SEP]` in a text are cut like any other: whoever writes a message cannot end it for the model.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::ModelError;

/// The file that describes it.
pub(super) const FILE: &str = "tokenizer.json";
/// Characters of a text that are looked at.
const MOST_CHARS: usize = 20_000;

static UNSEEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{C}$").ok());
static ACCENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Mn}$").ok());
static PUNCTUATION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{P}$").ok());

/// A vocabulary of pieces, and how texts are prepared for it.
#[derive(Debug)]
pub(super) struct WordPiece {
    /// Pieces that begin a word, and those that go on with one.
    begins: HashMap<String, u32>,
    goes_on: HashMap<String, u32>,
    /// Length of the longest piece, in bytes.
    longest: usize,
    unknown: u32,
    /// Longest word that is cut, in characters; a longer one is unknown.
    most_chars: usize,
    normal: Normal,
    /// Pieces that are put before and after a text.
    before: Vec<u32>,
    after: Vec<u32>,
    /// One more than the largest number of a piece.
    size: usize,
}

/// What `tokenizer.json` says about preparing a text.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Normal {
    #[serde(default = "yes")]
    clean_text: bool,
    #[serde(default = "yes")]
    handle_chinese_chars: bool,
    strip_accents: Option<bool>,
    #[serde(default = "yes")]
    lowercase: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct File {
    normalizer: Option<Value>,
    pre_tokenizer: Option<Value>,
    post_processor: Option<Value>,
    model: Value,
}

#[derive(Deserialize)]
struct Pieces {
    vocab: HashMap<String, u32>,
    unk_token: String,
    #[serde(default = "prefix")]
    continuing_subword_prefix: String,
    #[serde(default = "most")]
    max_input_chars_per_word: usize,
}

fn prefix() -> String {
    "##".to_owned()
}

const fn most() -> usize {
    100
}

impl WordPiece {
    /// Reads `tokenizer.json`.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let broken = |error: serde_json::Error| ModelError::broken(FILE, error);
        let file: File = serde_json::from_slice(bytes).map_err(broken)?;
        let kind = file.model["type"].as_str().unwrap_or("WordPiece").to_owned();
        if kind != "WordPiece" {
            return Err(ModelError::unsupported(format!("its tokenizer is a {kind}; what is read here is WordPiece")));
        }
        let normal = only(file.normalizer.as_ref(), "normalizers", "BertNormalizer")?;
        let normal: Normal = serde_json::from_value(normal.clone()).map_err(broken)?;
        only(file.pre_tokenizer.as_ref(), "pretokenizers", "BertPreTokenizer")?;
        let pieces: Pieces = serde_json::from_value(file.model).map_err(broken)?;
        let number = |piece: &str| {
            pieces.vocab.get(piece).copied().ok_or_else(|| ModelError::broken(FILE, format!("no piece `{piece}`")))
        };
        let (before, after) = around(file.post_processor.as_ref());
        let named = |names: Vec<String>| names.iter().map(|name| number(name)).collect::<Result<Vec<_>, _>>();
        let (unknown, before, after) = (number(&pieces.unk_token)?, named(before)?, named(after)?);
        let largest = pieces.vocab.values().copied().max().unwrap_or(0);
        let (mut begins, mut goes_on) = (HashMap::new(), HashMap::new());
        for (piece, number) in pieces.vocab {
            match piece.strip_prefix(&pieces.continuing_subword_prefix) {
                Some(rest) if !rest.is_empty() => goes_on.insert(rest.to_owned(), number),
                _ => begins.insert(piece, number),
            };
        }
        let longest = begins.keys().chain(goes_on.keys()).map(String::len).max().unwrap_or(0);
        Ok(Self {
            begins,
            goes_on,
            longest,
            unknown,
            most_chars: pieces.max_input_chars_per_word,
            normal,
            before,
            after,
            size: largest as usize + 1,
        })
    }

    /// How many rows a table must have that is looked up by its numbers.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// The number of what is not known.
    pub(super) const fn unknown(&self) -> u32 {
        self.unknown
    }

    /// The pieces of a text, at most `most` of them, with those around it.
    pub(super) fn framed(&self, text: &str, most: usize) -> Vec<u32> {
        let room = most.saturating_sub(self.before.len() + self.after.len());
        let mut pieces = self.before.clone();
        pieces.extend(self.bare(text, room));
        pieces.extend(&self.after);
        pieces
    }

    /// The pieces of a text by themselves, at most `most`.
    pub(super) fn bare(&self, text: &str, most: usize) -> Vec<u32> {
        let prepared = self.prepare(text);
        let mut pieces = Vec::new();
        for word in words(&prepared) {
            if pieces.len() >= most {
                break;
            }
            self.cut(word, &mut pieces);
        }
        pieces.truncate(most);
        pieces
    }

    fn cut(&self, word: &str, into: &mut Vec<u32>) {
        let from = into.len();
        if word.chars().count() > self.most_chars {
            into.push(self.unknown);
            return;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let known = if rest.len() == word.len() { &self.begins } else { &self.goes_on };
            let ends = rest.char_indices().map(|(at, one)| at + one.len_utf8()).take_while(|end| *end <= self.longest);
            let ends: Vec<usize> = ends.collect();
            let found = ends.iter().rev().find_map(|end| Some((*end, *known.get(rest.get(..*end)?)?)));
            let Some((end, number)) = found else {
                // One piece that is not known makes the whole word so.
                into.truncate(from);
                into.push(self.unknown);
                return;
            };
            into.push(number);
            rest = rest.get(end..).unwrap_or_default();
        }
    }

    fn prepare(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for one in text.chars().take(MOST_CHARS) {
            let is_blank = one.is_whitespace();
            if self.normal.clean_text && !is_blank && is_unseen(one) {
                continue;
            }
            if is_blank {
                clean.push(' ');
            } else if self.normal.handle_chinese_chars && is_chinese(one) {
                clean.extend([' ', one, ' ']);
            } else {
                clean.push(one);
            }
        }
        if self.normal.strip_accents.unwrap_or(self.normal.lowercase) && !clean.is_ascii() {
            clean = clean.nfd().filter(|one| !is(&ACCENT, *one)).collect();
        }
        if self.normal.lowercase { clean.chars().flat_map(char::to_lowercase).collect() } else { clean }
    }
}

/// Words and punctuation marks, each by itself.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|part| {
        let mut pieces = Vec::new();
        let mut from = 0;
        for (at, one) in part.char_indices() {
            if is_punctuation(one) {
                pieces.extend(part.get(from..at).filter(|before| !before.is_empty()));
                from = at + one.len_utf8();
                pieces.extend(part.get(at..from));
            }
        }
        pieces.extend(part.get(from..).filter(|rest| !rest.is_empty()));
        pieces
    })
}

/// Whether a character beyond ASCII is of a kind.
fn is(kind: &LazyLock<Option<Regex>>, one: char) -> bool {
    !one.is_ascii() && kind.as_ref().is_some_and(|kind| kind.is_match(one.encode_utf8(&mut [0; 4])))
}

fn is_unseen(one: char) -> bool {
    one == '\u{fffd}' || one.is_ascii_control() || is(&UNSEEN, one)
}

fn is_punctuation(one: char) -> bool {
    one.is_ascii_punctuation() || is(&PUNCTUATION, one)
}

const fn is_chinese(one: char) -> bool {
    matches!(
        one,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}'
            | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}'
    )
}

/// The one step of this kind; a sequence of that step alone is the same.
fn only<'v>(step: Option<&'v Value>, within: &str, wanted: &str) -> Result<&'v Value, ModelError> {
    let mut step = step.unwrap_or(&Value::Null);
    if let (Some("Sequence"), Some([one])) = (step["type"].as_str(), step[within].as_array().map(Vec::as_slice)) {
        step = one;
    }
    match step["type"].as_str() {
        Some(kind) if kind == wanted => Ok(step),
        other => Err(ModelError::unsupported(format!(
            "its tokenizer begins with {}; what is read here is {wanted}",
            other.unwrap_or("nothing")
        ))),
    }
}

/// The names of the pieces before and after a text.
fn around(step: Option<&Value>) -> (Vec<String>, Vec<String>) {
    let Some(step) = step else { return (Vec::new(), Vec::new()) };
    let name = |value: &Value| value.as_str().map(str::to_owned);
    if let (Some(first), Some(last)) = (name(&step["cls"][0]), name(&step["sep"][0])) {
        return (vec![first], vec![last]);
    }
    let (mut before, mut after, mut met) = (Vec::new(), Vec::new(), false);
    for part in step["single"].as_array().into_iter().flatten() {
        if part.get("Sequence").is_some() {
            met = true;
        } else if let Some(name) = name(&part["SpecialToken"]["id"]) {
            if met { after.push(name) } else { before.push(name) }
        }
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn small() -> WordPiece {
        let names =
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "in", "##voice", "##s", "hello", "!", "cafe", "新", "[", "]", "sep"];
        let vocab: HashMap<&str, usize> = names.iter().enumerate().map(|(number, name)| (*name, number)).collect();
        let file = json!({
            "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "TemplateProcessing", "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}
            ]},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 20, "vocab": vocab},
        });
        WordPiece::read(file.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_text_becomes_the_longest_pieces_that_are_known() {
        let pieces = small();
        assert_eq!(pieces.bare("Hello, INVOICES!", 99), [7, 1, 4, 5, 6, 8]);
        assert_eq!(pieces.bare("Café\u{200b} caf\u{e9}", 99), [9, 9]);
        assert_eq!(pieces.bare("in新in", 99), [4, 10, 4]);
        assert_eq!(pieces.bare("inx", 99), [1], "one piece that is not known makes the word so");
        assert_eq!(pieces.bare(&"in".repeat(30), 99), [1], "too long");
        assert_eq!(pieces.framed("hello hello hello", 4), [2, 7, 7, 3]);
        assert_eq!(pieces.framed(" \n\u{0}", 4), [2, 3]);
    }

    #[test]
    fn a_message_cannot_write_the_words_of_the_frame() {
        assert_eq!(small().bare("[SEP] hello", 99), [11, 13, 12, 7]);
    }

    #[test]
    fn what_is_no_such_tokenizer_is_refused_in_words() {
        let other = json!({"model": {"type": "Unigram", "vocab": []}});
        let error = WordPiece::read(other.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains("Unigram") && error.contains("WordPiece"), "{error}");
        assert!(WordPiece::read(b"{").unwrap_err().to_string().contains(FILE));
    }
}
