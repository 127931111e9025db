//! Detectors: named yes/no questions about the text of a message, a draft or a thread.
//!
//! Text is cleaned before anything looks at it: invisible characters are dropped, curly apostrophes become straight
//! and white space becomes single spaces. So a zero-width space inside `law\u{200b}yer` hides nothing.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::amount;
use crate::ast::{Comparison, Subject};

/// Largest compiled size of one pattern, in bytes.
pub(crate) const LARGEST_PATTERN: usize = 1 << 20;
/// Words of all detectors of a policy together: building their automaton can take the square of it.
pub(crate) const MOST_WORDS: usize = 10_000;
const MOST_EVIDENCE: usize = 3;
const LONGEST_EVIDENCE: usize = 80;

/// What the detectors look at.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The text of the inbound message.
    pub message: &'a str,
    /// The text of the draft; `None` when there is none (yet): then nothing is found in it.
    pub draft: Option<&'a str>,
    /// The text of the whole thread, oldest message first.
    pub thread: &'a str,
    /// MIME types of the message's attachments.
    pub attachments: &'a [&'a str],
    /// Model scores (0 to 1) by name. An absent score counts as failed.
    pub scores: &'a BTreeMap<String, f64>,
}

/// What the detectors found, by `<subject>.<detector>`, such as `message.legal_threat`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detections(pub BTreeMap<String, Detection>);

/// The result of one detector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// Found or not; `None` when it could not be determined.
    pub found: Option<bool>,
    /// The words found, as cleaned: at most 3, each at most 80 characters.
    pub evidence: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Signal {
    Pattern(Regex),
    /// Hundredths.
    Amount(Comparison, i64, String),
    /// Thousandths.
    Model(String, Comparison, i64),
    File(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Detector {
    pub(crate) subject: Subject,
    pub(crate) name: String,
    pub(crate) signals: Vec<Signal>,
}

/// All detectors of a policy, their words in one automaton.
#[derive(Clone, Debug, Default)]
pub(crate) struct DetectorSet {
    pub(crate) detectors: Vec<Detector>,
    words: Option<AhoCorasick>,
    /// The detector of each word of the automaton.
    owners: Vec<usize>,
    /// The words themselves, cleaned and in lower case.
    listed: Vec<String>,
    /// The same as they are written.
    written: Vec<String>,
}

impl DetectorSet {
    /// `words` are pairs of detector number and word. The error is the automaton's, for a list that is far too large.
    pub(crate) fn new(detectors: Vec<Detector>, words: &[(usize, String)]) -> Result<Self, String> {
        let folded: Vec<String> = words.iter().map(|(_, word)| clean(word).to_lowercase()).collect();
        let automaton = AhoCorasick::new(&folded).map_err(|error| error.to_string())?;
        let owners = words.iter().map(|(owner, _)| *owner).collect();
        let written = words.iter().map(|(_, word)| word.clone()).collect();
        Ok(Self { detectors, words: (!words.is_empty()).then_some(automaton), owners, listed: folded, written })
    }

    /// The words of one detector.
    pub(crate) fn words_of(&self, detector: usize) -> impl Iterator<Item = &str> {
        let words = self.owners.iter().zip(&self.listed);
        words.filter(move |(owner, _)| **owner == detector).map(|(_, word)| word.as_str())
    }

    /// The words of one detector as they are written.
    pub(crate) fn written_words_of(&self, detector: usize) -> impl Iterator<Item = &str> {
        let words = self.owners.iter().zip(&self.written);
        words.filter(move |(owner, _)| **owner == detector).map(|(_, word)| word.as_str())
    }

    pub(crate) fn detect(&self, seen: &Seen<'_>) -> Detections {
        let mut evidence: Vec<Vec<String>> = vec![Vec::new(); self.detectors.len()];
        let mut failed = vec![false; self.detectors.len()];
        for subject in [Subject::Message, Subject::Draft, Subject::Thread] {
            let text = match subject {
                Subject::Message => seen.message,
                Subject::Thread => seen.thread,
                Subject::Draft => match seen.draft {
                    Some(draft) => draft,
                    None => continue,
                },
            };
            if self.detectors.iter().all(|detector| detector.subject != subject) {
                continue;
            }
            let text = clean(text);
            self.find_words(subject, &text.to_lowercase(), &mut evidence);
            for (number, detector) in self.detectors.iter().enumerate().filter(|(_, one)| one.subject == subject) {
                for signal in &detector.signals {
                    if let (Some(found), Some(failed)) = (evidence.get_mut(number), failed.get_mut(number)) {
                        *failed |= !signal.look(&text, seen, found);
                    }
                }
            }
        }
        let results = self.detectors.iter().zip(evidence).zip(failed).map(|((detector, evidence), failed)| {
            let found = if !evidence.is_empty() { Some(true) } else { (!failed).then_some(false) };
            let evidence =
                evidence.iter().take(MOST_EVIDENCE).map(|text| text.chars().take(LONGEST_EVIDENCE).collect());
            (
                format!("{}.{}", detector.subject.as_str(), detector.name),
                Detection { found, evidence: evidence.collect() },
            )
        });
        Detections(results.collect())
    }

    fn find_words(&self, subject: Subject, text: &str, evidence: &mut [Vec<String>]) {
        let Some(words) = &self.words else { return };
        for hit in words.find_overlapping_iter(text) {
            let Some(owner) = self.owners.get(hit.pattern().as_usize()) else { continue };
            if self.detectors.get(*owner).is_none_or(|detector| detector.subject != subject) {
                continue;
            }
            let word = text.get(hit.range()).unwrap_or("");
            if whole_word(text, hit.start(), hit.end())
                && let Some(found) = evidence.get_mut(*owner)
                && found.len() < MOST_EVIDENCE
                && !found.iter().any(|one| one == word)
            {
                found.push(word.to_owned());
            }
        }
    }

    /// Names of the model scores that detectors ask for.
    pub(crate) fn score_names(&self) -> impl Iterator<Item = &str> {
        self.detectors.iter().flat_map(|detector| &detector.signals).filter_map(|signal| match signal {
            Signal::Model(name, ..) => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Signal {
    /// Looks for the signal; what is found is added. False when it could not be determined.
    fn look(&self, text: &str, seen: &Seen<'_>, found: &mut Vec<String>) -> bool {
        match self {
            Self::Pattern(pattern) => {
                found.extend(pattern.find_iter(text).take(MOST_EVIDENCE).map(|hit| hit.as_str().to_owned()));
            }
            Self::Amount(comparison, hundredths, currency) => {
                let fits = |amount: &amount::Amount| {
                    amount.currency == *currency && comparison.holds(amount.hundredths, *hundredths)
                };
                found.extend(amount::amounts(text).into_iter().filter(fits).map(|amount| amount.written));
            }
            Self::Model(name, comparison, least) => {
                let Some(score) = seen.scores.get(name).copied().and_then(crate::facts::thousandths) else {
                    return false;
                };
                if comparison.holds(score, *least) {
                    found.push(format!("{name} {}.{:03}", score.div_euclid(1000), score.rem_euclid(1000)));
                }
            }
            Self::File(wanted) => {
                let fits = |kind: &&&str| {
                    let kind = kind.to_ascii_lowercase();
                    wanted.strip_suffix('*').map_or(kind == *wanted, |start| kind.starts_with(start))
                };
                found.extend(seen.attachments.iter().filter(fits).map(|kind| (*kind).to_owned()));
            }
        }
        true
    }
}

fn whole_word(text: &str, start: usize, end: usize) -> bool {
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let (before, inside, after) = (text.get(..start), text.get(start..end), text.get(end..));
    let joined_left =
        part(before.and_then(|text| text.chars().next_back())) && part(inside.and_then(|text| text.chars().next()));
    let joined_right =
        part(inside.and_then(|text| text.chars().next_back())) && part(after.and_then(|text| text.chars().next()));
    !joined_left && !joined_right
}

/// Drops invisible characters, straightens apostrophes and quotes, and makes all white space single spaces.
fn clean(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {}
            '\u{2018}' | '\u{2019}' | '\u{2bc}' => result.push('\''),
            letter if letter.is_whitespace() => {
                if !result.ends_with(' ') {
                    result.push(' ');
                }
            }
            letter => result.push(letter),
        }
    }
    result
}

/// Compiles a pattern: case does not matter unless it starts with `(?-i)`.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    let built =
        regex::RegexBuilder::new(text).case_insensitive(true).size_limit(LARGEST_PATTERN).nest_limit(64).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned(),
    })
}
