//! Drift: whether the messages of today still are those about which something was proved.
//!
//! A certificate speaks of messages like the ones that were labelled. When it is granted, it is kept what those were like:
//! which intents the classifier found, how sure it was, how often it knew none, in which languages. Later answers are
//! compared with that. A shift counts when it is both large and no chance: large by the population stability index (the
//! symmetric Kullback-Leibler divergence, of which a quarter is the customary line), and no chance by its own limit, a
//! chi-square. An alarm only ever takes autonomy away.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Fewer answers than this on either side say nothing.
pub const LEAST_BEFORE: u64 = 100;
/// See [`LEAST_BEFORE`].
pub const LEAST_NOW: u64 = 100;
/// Bins of the confidence, each as wide.
const BINS: usize = 10;
/// Of a kind of answer fewer than this are expected: it is counted with the other rare ones.
const RARE: f64 = 5.0;
/// A normal deviate that is passed by chance once in ten thousand.
const DEVIATE: f64 = 3.719;

/// One answer of a classifier.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The intent; `None` where it knew none.
    pub intent: Option<&'a str>,
    /// How sure it was, in thousandths.
    pub confidence: i64,
    /// The language of the message, where it could be told.
    pub language: Option<&'a str>,
}

/// What messages were like, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// All answers.
    answers: u64,
    /// Those without an intent.
    unknown: u64,
    /// The others by intent.
    intents: BTreeMap<String, u64>,
    /// All by confidence: a tenth each, from unsure to sure.
    confidence: [u64; BINS],
    /// All by language; `?` where it could not be told.
    languages: BTreeMap<String, u64>,
}

impl Traffic {
    /// Counts answers.
    pub fn of<'a>(answers: impl IntoIterator<Item = Answer<'a>>) -> Self {
        let mut traffic = Self::default();
        for answer in answers {
            traffic.answers += 1;
            match answer.intent {
                Some(intent) => *traffic.intents.entry(intent.to_owned()).or_default() += 1,
                None => traffic.unknown += 1,
            }
            let bin = usize::try_from(answer.confidence.clamp(0, 999)).unwrap_or(0) * BINS / 1000;
            if let Some(count) = traffic.confidence.get_mut(bin) {
                *count += 1;
            }
            *traffic.languages.entry(answer.language.unwrap_or("?").to_owned()).or_default() += 1;
        }
        traffic
    }

    /// How many answers were counted.
    #[must_use]
    pub const fn answers(&self) -> u64 {
        self.answers
    }

    fn counts(&self, measure: Measure) -> BTreeMap<String, u64> {
        match measure {
            Measure::Unknown => [("unknown", self.unknown), ("known", self.answers - self.unknown.min(self.answers))]
                .map(|(name, count)| (name.to_owned(), count))
                .into(),
            Measure::Intents => self.intents.clone(),
            Measure::Confidence => {
                self.confidence.iter().enumerate().map(|(bin, count)| (bin.to_string(), *count)).collect()
            }
            Measure::Languages => self.languages.clone(),
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How often the classifier knew no intent.
    Unknown,
    /// Which intents it found.
    Intents,
    /// How sure it was.
    Confidence,
    /// Languages of the messages.
    Languages,
}

impl Measure {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Intents, Self::Confidence, Self::Languages];

    /// Its word in metrics and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Intents => "intents",
            Self::Confidence => "confidence",
            Self::Languages => "languages",
        }
    }

    /// From which index on a shift is large. Between two kinds alone less is much: it is reached where one message in 20 was
    /// of no intent and one in 7 is.
    #[must_use]
    pub const fn alarm_from(self) -> f64 {
        match self {
            Self::Unknown => 0.1,
            Self::Intents | Self::Confidence | Self::Languages => 0.25,
        }
    }
}

/// How far one measure has shifted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Of what.
    pub measure: Measure,
    /// The population stability index: 0 where nothing has changed.
    pub index: f64,
    /// Whether it is both large and no chance.
    pub alarm: bool,
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self.measure {
            Measure::Unknown => "how often no intent fits",
            Measure::Intents => "what messages are about",
            Measure::Confidence => "how sure the classifier is",
            Measure::Languages => "the languages of messages",
        };
        write!(f, "{said} ({:.2}; {:.2} is much)", self.index, self.measure.alarm_from())
    }
}

/// Compares what messages are like now with what they were like. `None` where either is too little to tell.
#[must_use]
pub fn shifts(before: &Traffic, now: &Traffic) -> Option<Vec<Shift>> {
    if before.answers < LEAST_BEFORE || now.answers < LEAST_NOW {
        return None;
    }
    let shift = |measure: Measure| {
        let (index, by_chance) = compare(&before.counts(measure), &now.counts(measure));
        Shift { measure, index, alarm: index >= measure.alarm_from() && index > by_chance }
    };
    Some(Measure::ALL.map(shift).to_vec())
}

/// The index of two counts of the same kinds, and what it may be by chance.
fn compare(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> (f64, f64) {
    let total = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>() as f64;
    let (all_before, all_now) = (total(before), total(now));
    if all_before == 0.0 || all_now == 0.0 {
        return (0.0, f64::INFINITY);
    }
    let (mut kinds, mut rare) = (Vec::new(), (0.0, 0.0));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for name in names {
        let of = |counts: &BTreeMap<String, u64>| counts.get(name).copied().unwrap_or(0) as f64;
        let pair = (of(before), of(now));
        // What there was never is as rare as can be, however much of it there is now.
        if pair.0 * all_now / all_before < RARE {
            rare = (rare.0 + pair.0, rare.1 + pair.1);
        } else {
            kinds.push(pair);
        }
    }
    if rare.0 + rare.1 > 0.0 {
        kinds.push(rare);
    }
    let many = kinds.len() as f64;
    let index = kinds.iter().map(|(before, now)| {
        // Half a message more of each kind, so that none has a share of nothing.
        let was = (before + 0.5) / (all_before + 0.5 * many);
        let is = (now + 0.5) / (all_now + 0.5 * many);
        (is - was) * (is / was).ln()
    });
    let index: f64 = index.sum();
    // The index of two samples of the same messages, times this, is about a chi-square (Yurdakul 2018).
    let scale = all_before * all_now / (all_before + all_now);
    (index, chi_square(many - 1.0) / scale)
}

/// What a chi-square of so many degrees passes once in ten thousand (Wilson and Hilferty 1931).
fn chi_square(degrees: f64) -> f64 {
    if degrees < 1.0 {
        return f64::INFINITY;
    }
    let part = 2.0 / (9.0 * degrees);
    degrees * (1.0 - part + DEVIATE * part.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::hashing::mix;

    /// Answers about these many intents, each half as often as the one before; so many of a thousand are of no intent.
    fn drawn(seed: u64, many: u64, intents: u64, unknown: u64, less_sure: i64) -> Traffic {
        let names: Vec<String> = (0..intents).map(|number| format!("intent_{number}")).collect();
        let answers = (0..many).map(|number| {
            let dice = mix(mix(seed).wrapping_add(number));
            let at = (dice % 1000).trailing_zeros() as usize % names.len();
            let none = (dice >> 20) % 1000 < unknown;
            let sure = 950 - i64::try_from((dice >> 40) % 600).unwrap_or(0) - less_sure;
            let language = if (dice >> 10).is_multiple_of(10) { None } else { Some("en") };
            (if none { None } else { Some(names[at].as_str()) }, sure, language)
        });
        let answers: Vec<_> = answers.collect();
        Traffic::of(answers.iter().map(|(intent, confidence, language)| Answer {
            intent: *intent,
            confidence: *confidence,
            language: *language,
        }))
    }

    fn alarms(before: &Traffic, now: &Traffic) -> Vec<Measure> {
        shifts(before, now).unwrap().iter().filter(|one| one.alarm).map(|one| one.measure).collect()
    }

    #[test]
    fn the_same_messages_are_no_alarm_however_often_one_looks() {
        for (before, now) in [(100, 100), (200, 300), (2000, 500)] {
            let alarms = (0..400).filter(|seed| {
                !alarms(&drawn(seed * 2, before, 8, 60, 0), &drawn(seed * 2 + 1, now, 8, 60, 0)).is_empty()
            });
            assert!(alarms.count() <= 1, "{before} {now}");
        }
    }

    #[test]
    fn each_shift_is_told() {
        let before = drawn(1, 1000, 8, 50, 0);
        assert_eq!(alarms(&before, &drawn(2, 300, 8, 200, 0)), [Measure::Unknown]);
        assert_eq!(alarms(&before, &drawn(3, 300, 8, 50, 200)), [Measure::Confidence]);
        assert_eq!(alarms(&before, &drawn(4, 300, 1, 50, 0)), [Measure::Intents]);
        let german = Traffic { languages: BTreeMap::from([("de".to_owned(), 300)]), ..drawn(5, 300, 8, 50, 0) };
        assert_eq!(alarms(&before, &german), [Measure::Languages]);
    }

    #[test]
    fn of_few_answers_nothing_is_said() {
        let many = drawn(1, 500, 8, 50, 0);
        assert_eq!(shifts(&drawn(1, 99, 8, 50, 0), &many), None);
        assert_eq!(shifts(&many, &drawn(1, 99, 8, 50, 0)), None);
        // At least the exact limits, and not much more.
        for (degrees, exact) in [(1.0, 15.14), (3.0, 21.11), (9.0, 33.72)] {
            assert!((exact..exact * 1.1).contains(&chi_square(degrees)), "{degrees}: {}", chi_square(degrees));
        }
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let traffic = drawn(7, 120, 5, 100, 0);
        let kept = serde_json::to_string(&traffic).unwrap();
        assert_eq!(serde_json::from_str::<Traffic>(&kept).unwrap(), traffic);
    }
}
