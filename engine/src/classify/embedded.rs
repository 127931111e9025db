//! The classifier that learns from the policy's own examples.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::features::{normalise, words};
use super::meaning::Encoder;
use super::parts::parts;
use super::rules::{RuleSignals, signals};
use super::strip::strip;
use super::training::{Model, Reading};
use crate::language;
use crate::ports::{Classification, Classifier, ClassifyError, ClassifyInput};

/// Part of the id: raised whenever the same examples would give other answers.
const CODE_VERSION: &str = "remit embedded classifier 5";
/// Lowest confidence of an intent that a rule or the very words of an example decide.
const SETTLED_CONFIDENCE: f64 = 0.95;
/// Highest confidence of an answer that something speaks against: too low for any autonomy.
const DOUBT: f64 = 0.3;
/// A language counts as the policy's when at least this share of the examples is in it, in two intents or more.
/// Short examples are taken for another language now and then; this keeps such slips out.
const LANGUAGE_SHARE: f64 = 0.05;
/// A text with at least this share of words known from the examples is not foreign, whatever its language seems to be.
const KNOWN_WORDS: f64 = 0.5;
/// Most intents listed as alternatives.
const ALTERNATIVES: usize = 5;
/// A part of a message counts as being about something else from this confidence on.
const PART_CONFIDENCE: f64 = 0.5;
/// Most words given as evidence.
const EVIDENCE_WORDS: usize = 5;
/// Most characters of the nearest example given as evidence.
const EVIDENCE_CHARS: usize = 120;

/// Multinomial logistic regression over n-grams, and over what texts mean where an [`Encoder`] tells, trained on the
/// examples of one policy.
#[derive(Debug, Clone)]
pub struct EmbeddedClassifier {
    id: String,
    intents: Vec<String>,
    examples: Vec<(String, String)>,
    languages: BTreeSet<&'static str>,
    /// The words of every example, with its intent; `None` where two intents claim the same words.
    verbatim: BTreeMap<String, Option<usize>>,
    model: Model,
}

impl EmbeddedClassifier {
    /// Trains on (intent, text) pairs. Their order and repetitions do not matter: the same set of examples gives the
    /// same classifier, to the bit.
    ///
    /// # Errors
    /// [`ClassifyError::Untrained`] when fewer than two intents have an example with a letter or digit in it.
    pub fn train(examples: &[(String, String)]) -> Result<Self, ClassifyError> {
        Self::train_with(None, examples)
    }

    /// The same with a model that knows what words mean.
    ///
    /// # Errors
    /// [`ClassifyError::Untrained`], as above.
    pub fn train_with(encoder: Option<Arc<dyn Encoder>>, examples: &[(String, String)]) -> Result<Self, ClassifyError> {
        let usable = examples.iter().filter(|(_, text)| text.chars().any(char::is_alphanumeric)).cloned();
        let examples: Vec<(String, String)> = usable.collect::<BTreeSet<_>>().into_iter().collect();
        let mut intents: Vec<String> = examples.iter().map(|(intent, _)| intent.clone()).collect();
        intents.dedup();
        if intents.len() < 2 {
            return Err(ClassifyError::Untrained);
        }
        let texts: Vec<&str> = examples.iter().map(|(_, text)| text.as_str()).collect();
        let labels: Vec<usize> =
            examples.iter().map(|(intent, _)| intents.partition_point(|other| other < intent)).collect();
        let id = identify(encoder.as_deref(), &examples);
        let model = Model::train(encoder, &texts, &labels, &intents);
        let mut verbatim: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (text, &label) in texts.iter().zip(&labels) {
            let claim = verbatim.entry(only_words(&normalise(text))).or_insert(Some(label));
            *claim = claim.filter(|other| *other == label);
        }
        Ok(Self { id, languages: languages(&examples), intents, examples, verbatim, model })
    }

    /// The intents it can name, in alphabetical order.
    #[must_use]
    pub fn intents(&self) -> &[String] {
        &self.intents
    }

    /// Classifies one message: the same as [`Classifier::classify`], which for this classifier cannot fail.
    #[must_use]
    pub fn read(&self, input: &ClassifyInput<'_>) -> Classification {
        let text = strip(input.text);
        let found = rule_signals(input, &text);
        let language = language::detect(&text);
        let normalised = normalise(&text);
        let reading = self.model.read(&normalised, &text);
        // The policy's author has said what these very words mean.
        let known = self.verbatim.get(&only_words(&normalised)).copied().flatten();
        let ruled = self.ruled_intent(&found);
        let settled = ruled.or(known);
        let blank = !text.chars().any(char::is_alphanumeric) || reading.nearest.is_none();
        let foreign = language.is_some_and(|language| self.is_foreign(language, &normalised));

        let mut ranked: Vec<(usize, f64)> =
            reading.ranked.iter().map(|(intent, probability)| (*intent, f64::from(*probability))).collect();
        let (intent, mut confidence) = match (settled, ranked.first()) {
            (Some(intent), _) => {
                let agrees = ranked.first().is_some_and(|(best, _)| *best == intent);
                let confidence = if agrees { reading.confidence.max(SETTLED_CONFIDENCE) } else { SETTLED_CONFIDENCE };
                put_first(&mut ranked, intent, confidence);
                (Some(intent), confidence)
            }
            (None, Some((best, _))) if !blank => {
                ((!foreign).then_some(*best), if foreign { reading.confidence.min(DOUBT) } else { reading.confidence })
            }
            _ => (None, 0.0),
        };
        if ruled.is_none() && found.any() {
            confidence = confidence.min(DOUBT);
        }
        let probability = |at: usize| ranked.get(at).map_or(0.0, |(_, probability)| *probability);
        let margin = if blank && settled.is_none() { 0.0 } else { (probability(0) - probability(1)).clamp(0.0, 1.0) };
        let alternatives = ranked
            .iter()
            .take(ALTERNATIVES)
            .filter_map(|(intent, probability)| Some((self.intents.get(*intent)?.clone(), *probability)));
        Classification {
            intent: intent.and_then(|intent| self.intents.get(intent).cloned()),
            confidence: confidence.clamp(0.0, 1.0),
            margin,
            alternatives: alternatives.collect(),
            also: intent.map(|intent| self.also(&text, intent)).unwrap_or_default(),
            language: language.map(str::to_owned),
            model: self.id.clone(),
            evidence: self.evidence(found, &normalised, &reading, intent),
        }
    }

    /// What parts of a text are about besides: each is read by itself.
    fn also(&self, text: &str, whole: usize) -> Vec<(String, f64)> {
        let mut found: BTreeMap<usize, f64> = BTreeMap::new();
        for part in parts(text) {
            let normalised = normalise(part);
            let (intent, confidence) = match self.verbatim.get(&only_words(&normalised)).copied().flatten() {
                Some(known) => (known, SETTLED_CONFIDENCE),
                None => {
                    let Some(read) = self.model.read_part(&normalised, part, whole) else { continue };
                    read
                }
            };
            if intent != whole && confidence >= PART_CONFIDENCE {
                let surest = found.entry(intent).or_insert(0.0);
                *surest = surest.max(confidence);
            }
        }
        let mut found: Vec<(usize, f64)> = found.into_iter().collect();
        found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        found.into_iter().filter_map(|(intent, sure)| Some((self.intents.get(intent)?.clone(), sure))).collect()
    }

    /// The intent that a rule decides on, where the policy declares it.
    fn ruled_intent(&self, found: &RuleSignals) -> Option<usize> {
        let declared = |name: &str| self.intents.binary_search_by(|intent| intent.as_str().cmp(name)).ok();
        let opt_out = found.opt_out.then(|| declared("unsubscribe").or_else(|| declared("opt_out"))).flatten();
        // An opt-out that the policy has no intent for must not come out as a harmless request for a person.
        opt_out.or_else(|| (found.human_request && !found.opt_out).then(|| declared("human_request")).flatten())
    }

    fn is_foreign(&self, language: &str, normalised: &str) -> bool {
        !self.languages.is_empty()
            && !self.languages.contains(language)
            && self.model.known_words(normalised) < KNOWN_WORDS
    }

    fn evidence(&self, found: RuleSignals, normalised: &str, reading: &Reading, intent: Option<usize>) -> Vec<String> {
        let mut evidence = found.evidence;
        if let Some(intent) = intent {
            let words = self.model.speaking_words(normalised, reading, intent, EVIDENCE_WORDS);
            if !words.is_empty() {
                evidence.push(format!("words: {}", words.join(", ")));
            }
        }
        if let Some((intent, text, cosine)) =
            reading.nearest.and_then(|(at, cosine)| self.examples.get(at).map(|(intent, text)| (intent, text, cosine)))
        {
            let shown: String = text.chars().take(EVIDENCE_CHARS).collect();
            evidence.push(format!("nearest example: \"{shown}\" ({intent}, {cosine:.2})"));
        }
        evidence
    }
}

#[async_trait]
impl Classifier for EmbeddedClassifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_free(&self) -> bool {
        true
    }

    async fn classify(&self, input: &ClassifyInput<'_>) -> Result<Classification, ClassifyError> {
        Ok(self.read(input))
    }
}

/// The words of a normalised text, without what stands between them.
fn only_words(normalised: &str) -> String {
    words(normalised).collect::<Vec<_>>().join(" ")
}

/// Signals of the text and of a subject that the writer chose: one that answers ours says nothing about them.
fn rule_signals(input: &ClassifyInput<'_>, text: &str) -> RuleSignals {
    let mut found = signals(text);
    // What was taken for a signature may hold a request after all; whether it does, a person sees best.
    if text != input.text {
        let whole = signals(input.text);
        if (whole.opt_out && !found.opt_out) || (whole.self_harm && !found.self_harm) {
            found.opt_out_doubtful |= whole.opt_out && !found.opt_out;
            found.self_harm |= whole.self_harm;
            found.evidence = whole.evidence;
        }
    }
    match input.subject.map(str::trim) {
        Some(subject) if !subject.is_empty() && !is_answer(subject) => found.or(signals(subject)),
        _ => found,
    }
}

/// Whether a subject has a prefix such as `Re:` or `Antw:`: at most five letters, perhaps a number, and a colon.
fn is_answer(subject: &str) -> bool {
    subject.split_once(':').is_some_and(|(prefix, _)| {
        (1..=8).contains(&prefix.chars().count()) && !prefix.trim().contains(char::is_whitespace)
    })
}

/// Moves `intent` to the front with probability `share`; the others keep their proportions in what is left.
fn put_first(ranked: &mut Vec<(usize, f64)>, intent: usize, share: f64) {
    ranked.retain(|(other, _)| *other != intent);
    let total: f64 = ranked.iter().map(|(_, probability)| probability).sum();
    let scale = if total > 0.0 { (1.0 - share) / total } else { 0.0 };
    ranked.iter_mut().for_each(|(_, probability)| *probability *= scale);
    ranked.insert(0, (intent, share));
}

/// The tier and the first 16 hex digits of a digest over the code version, the encoder and the examples.
fn identify(encoder: Option<&dyn Encoder>, examples: &[(String, String)]) -> String {
    let mut digest = Sha256::new();
    digest.update(CODE_VERSION);
    digest.update(encoder.map_or("", Encoder::id));
    for part in examples.iter().flat_map(|(intent, text)| [intent, text]) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digest = HEXLOWER.encode(&digest.finalize());
    format!("{}:{}", encoder.map_or("embedded", Encoder::tier), digest.get(..16).unwrap_or(&digest))
}

/// Languages that the examples cover.
fn languages(examples: &[(String, String)]) -> BTreeSet<&'static str> {
    let mut seen: BTreeMap<&'static str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for (intent, text) in examples {
        if let Some(language) = language::detect(text) {
            let (count, intents) = seen.entry(language).or_default();
            *count += 1;
            intents.insert(intent);
        }
    }
    let total: usize = seen.values().map(|(count, _)| count).sum();
    let covered = seen
        .into_iter()
        .filter(|(_, (count, intents))| intents.len() > 1 && *count as f64 >= LANGUAGE_SHARE * total as f64);
    covered.map(|(language, _)| language).collect()
}
