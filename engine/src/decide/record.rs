//! The decision record: enough to decide again, and to say why.
//!
//! It is kept as JSON, for as long as the decision. So it says everything once: facts stand by where they come from, and
//! of the detectors only what the facts do not say already. Version 1 named the origin beside each fact and every
//! detector twice; it can still be read.

use std::collections::BTreeMap;

use remit_dsl::{Detection, Detections, Fact, Facts, Provenance, Value, Verdict};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::draft::check::Finding;
use crate::ports::Classification;

const VERSION: u32 = 2;
/// Facts that say what a detector found.
const DETECTOR: &str = "detect:";

/// What a decision was made of, and what it came to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Stored")]
pub struct Record {
    /// Every fact the policy read.
    pub facts: Facts,
    /// The whole verdict: outcome, deciding and also matched rules with file and line, mode, tier, route.
    pub verdict: Verdict,
    /// The words the detectors found.
    pub detections: Detections,
    /// Name of the policy.
    pub policy_name: String,
    /// The classifier's whole answer.
    pub classification: Option<Classification>,
    /// Version and hash of the draft that was judged.
    pub draft: Option<DraftSeen>,
    /// What the draft checks found, and where.
    pub findings: Vec<Finding>,
}

/// The draft a decision was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSeen {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Hash of its text.
    pub content_sha256: String,
}

/// The parts of a record on their way into the store.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the fields are those of `Record`")]
pub struct Parts<'a> {
    pub facts: &'a Facts,
    pub verdict: &'a Verdict,
    pub detections: &'a Detections,
    pub policy_name: &'a str,
    pub classification: Option<&'a Classification>,
    pub draft: Option<&'a DraftSeen>,
    pub findings: &'a [Finding],
}

impl Parts<'_> {
    /// The text that is kept.
    #[must_use]
    pub fn text(&self) -> String {
        // Its keys are texts, and no number in it is without end.
        serde_json::to_string(self).unwrap_or_else(|_| "null".to_owned())
    }
}

impl Record {
    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        Parts {
            facts: &self.facts,
            verdict: &self.verdict,
            detections: &self.detections,
            policy_name: &self.policy_name,
            classification: self.classification.as_ref(),
            draft: self.draft.as_ref(),
            findings: &self.findings,
        }
    }

    /// Takes out what somebody wrote: the words that detectors, draft checks and the classifier pointed at. What was
    /// decided, and why, stays. True when there were any.
    pub fn forget_words(&mut self) -> bool {
        let mut taken = false;
        for detection in self.detections.0.values_mut() {
            taken |= !detection.evidence.is_empty();
            detection.evidence.clear();
        }
        for finding in &mut self.findings {
            taken |= !finding.words.is_empty();
            finding.words.clear();
        }
        if let Some(classification) = &mut self.classification {
            taken |= !classification.evidence.is_empty();
            classification.evidence.clear();
        }
        taken
    }
}

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("record_version", &VERSION)?;
        map.serialize_entry("facts", &ByOrigin(self.facts))?;
        map.serialize_entry("verdict", self.verdict)?;
        let told: BTreeMap<&str, &Detection> = self
            .detections
            .0
            .iter()
            .filter(|(key, detection)| !self.facts_say(key, detection))
            .map(|(key, detection)| (key.as_str(), detection))
            .collect();
        if !told.is_empty() {
            map.serialize_entry("detections", &told)?;
        }
        map.serialize_entry("policy_name", self.policy_name)?;
        map.serialize_entry("classification", &self.classification)?;
        map.serialize_entry("draft", &self.draft)?;
        if !self.findings.is_empty() {
            map.serialize_entry("findings", self.findings)?;
        }
        map.end()
    }
}

impl Parts<'_> {
    /// Whether the facts say all there is to say of a detector.
    fn facts_say(&self, key: &str, detection: &Detection) -> bool {
        let fact = self.facts.values.get(&format!("{DETECTOR}{key}"));
        detection.evidence.is_empty() && fact.is_some_and(|fact| found(fact) == Some(detection.found))
    }
}

/// What a fact says of a detector; `None` where it is not about one.
fn found(fact: &Fact) -> Option<Option<bool>> {
    match (&fact.value, fact.from) {
        (Some(Value::Yes(yes)), Provenance::Derived) => Some(Some(*yes)),
        (None, Provenance::Derived) => Some(None),
        _ => None,
    }
}

/// Facts as they are kept: `{"now_ms":…,"observed":{"channel":"email"},"model":{"confidence":0.9}}`.
struct ByOrigin<'a>(&'a Facts);

impl Serialize for ByOrigin<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(facts) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("now_ms", &facts.now_ms)?;
        if let Some(since) = facts.held_since_ms {
            map.serialize_entry("held_since_ms", &since)?;
        }
        if !facts.over_until_ms.is_empty() {
            map.serialize_entry("over_until_ms", &facts.over_until_ms)?;
        }
        let mut by_origin: BTreeMap<Provenance, BTreeMap<&str, &Option<Value>>> = BTreeMap::new();
        for (key, fact) in &facts.values {
            by_origin.entry(fact.from).or_default().insert(key, &fact.value);
        }
        for (origin, values) in &by_origin {
            map.serialize_entry(origin, values)?;
        }
        map.end()
    }
}

/// A record as it is read, of either version.
#[derive(Deserialize)]
struct Stored {
    record_version: u32,
    facts: StoredFacts,
    verdict: Verdict,
    #[serde(default)]
    detections: Detections,
    policy_name: String,
    classification: Option<Classification>,
    draft: Option<DraftSeen>,
    #[serde(default)]
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct StoredFacts {
    now_ms: i64,
    #[serde(default)]
    held_since_ms: Option<i64>,
    #[serde(default)]
    over_until_ms: BTreeMap<String, i64>,
    /// Version 1.
    #[serde(default)]
    values: BTreeMap<String, Fact>,
    #[serde(flatten)]
    by_origin: BTreeMap<Provenance, BTreeMap<String, Option<Value>>>,
}

impl From<StoredFacts> for Facts {
    fn from(stored: StoredFacts) -> Self {
        let mut values = stored.values;
        for (from, own) in stored.by_origin {
            values.extend(own.into_iter().map(|(key, value)| (key, Fact { value, from })));
        }
        Self { now_ms: stored.now_ms, held_since_ms: stored.held_since_ms, over_until_ms: stored.over_until_ms, values }
    }
}

impl From<Stored> for Record {
    fn from(stored: Stored) -> Self {
        let facts = Facts::from(stored.facts);
        let mut detections = stored.detections;
        if stored.record_version > 1 {
            for (key, fact) in &facts.values {
                if let (Some(key), Some(found)) = (key.strip_prefix(DETECTOR), found(fact))
                    && !detections.0.contains_key(key)
                {
                    detections.0.insert(key.to_owned(), Detection { found, evidence: Vec::new() });
                }
            }
        }
        Self {
            facts,
            verdict: stored.verdict,
            detections,
            policy_name: stored.policy_name,
            classification: stored.classification,
            draft: stored.draft,
            findings: stored.findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decide::gone::without_words;

    fn verdict() -> Verdict {
        let compiled = remit_dsl::compile("shop.remit", &|path| match path {
            "shop.remit" => {
                Ok("remit 1\npolicy shop \"Shop\"\ntimezone \"Europe/Berlin\"\nautonomy controlled\n".to_owned())
            }
            other => Err(format!("no {other}")),
        });
        compiled.policy.map(|policy| policy.decide(&Facts::new(1))).unwrap()
    }

    fn value() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            Just(None),
            any::<bool>().prop_map(|yes| Some(Value::Yes(yes))),
            ".{0,12}".prop_map(|name| Some(Value::Name(name))),
            (-9_000_000_i64..9_000_000).prop_map(|number| Some(Value::Number(number))),
            (any::<i64>(), "[A-Z]{3}").prop_map(|(minor, currency)| Some(Value::Money { minor, currency })),
        ]
    }

    fn origin() -> impl Strategy<Value = Provenance> {
        use Provenance::{Assumed, Derived, Model, Observed, Script};
        prop::sample::select(vec![Observed, Model, Script, Derived, Assumed])
    }

    fn facts() -> impl Strategy<Value = Facts> {
        // Names that the shape itself uses are names of facts as well as any.
        let key = prop_oneof!["[a-z]{1,6}", "(value|from|values|observed|model|now_ms)", "over:[a-z]{1,4}"];
        let values = prop::collection::btree_map(key, (value(), origin()), 0..12);
        (values, any::<i64>(), any::<Option<i64>>(), prop::collection::btree_map("[a-z]{1,4}", any::<i64>(), 0..3))
            .prop_map(|(values, now_ms, held_since_ms, over_until_ms)| Facts {
                now_ms,
                held_since_ms,
                over_until_ms,
                values: values.into_iter().map(|(key, (value, from))| (key, Fact { value, from })).collect(),
            })
    }

    fn detections() -> impl Strategy<Value = Detections> {
        let detection = (any::<Option<bool>>(), prop::collection::vec(".{0,8}", 0..2))
            .prop_map(|(found, evidence)| Detection { found, evidence });
        prop::collection::btree_map("(message|draft)\\.[a-z_]{1,8}", detection, 0..8).prop_map(Detections)
    }

    fn finding() -> Finding {
        Finding {
            check: crate::draft::check::Check::ALL[0],
            start: 0,
            end: 4,
            words: "CH93".to_owned(),
            says: "no".to_owned(),
        }
    }

    fn record(mut facts: Facts, detections: Detections) -> Record {
        facts.detections(&detections);
        let classification = Classification {
            intent: Some("pricing".to_owned()),
            confidence: 0.875,
            margin: 0.5,
            alternatives: vec![("pricing".to_owned(), 0.875)],
            also: Vec::new(),
            language: None,
            model: "m".to_owned(),
            evidence: vec!["what does it cost".to_owned()],
        };
        Record {
            facts,
            verdict: verdict(),
            detections,
            policy_name: "Shop".to_owned(),
            classification: Some(classification),
            draft: Some(DraftSeen { id: "drf_1".to_owned(), version: 1, content_sha256: "ab".to_owned() }),
            findings: vec![finding()],
        }
    }

    proptest! {
        #[test]
        fn what_was_recorded_is_read_again(facts in facts(), detections in detections()) {
            let record = record(facts, detections);
            prop_assert_eq!(&serde_json::from_str::<Record>(&record.parts().text()).unwrap(), &record);
        }
    }

    #[test]
    fn a_record_of_the_first_version_can_be_read() {
        let fact = |value: &str, from: &str| format!(r#"{{"value":{value},"from":"{from}"}}"#);
        let old = format!(
            r#"{{"record_version":1,"facts":{{"now_ms":7,"held_since_ms":null,"over_until_ms":{{}},"values":{{"channel":{},"detect:message.iban":{}}}}},"verdict":{},"detections":{{"message.iban":{{"found":false,"evidence":[]}}}},"policy_name":"Shop","classification":null,"draft":null}}"#,
            fact("\"email\"", "observed"),
            fact("false", "derived"),
            serde_json::to_string(&verdict()).unwrap(),
        );
        let record: Record = serde_json::from_str(&old).unwrap();
        assert_eq!(record.facts.get_name("channel"), Some("email"));
        assert_eq!(record.detections.0["message.iban"].found, Some(false));
        let again = record.parts().text();
        assert!(again.len() < old.len() && !again.contains("detections"), "{again}");
        assert_eq!(serde_json::from_str::<Record>(&again).unwrap(), record);
    }

    #[test]
    fn words_are_forgotten_and_what_was_found_is_not() {
        let found = Detection { found: Some(true), evidence: vec!["CH93 0076".to_owned()] };
        let mut record = record(Facts::new(1), Detections(BTreeMap::from([("message.iban".to_owned(), found)])));
        let text = without_words(&record.parts().text()).unwrap();
        assert!(record.forget_words());
        assert_eq!(text, record.parts().text());
        assert!(!text.contains("CH93") && !text.contains("what does it cost"), "{text}");
        let again: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(again.detections.0["message.iban"].found, Some(true));
        assert_eq!(again.facts.get_yes("detect:message.iban"), Some(true));
        assert!(!record.forget_words(), "once is enough");
        assert_eq!(without_words(&text), None);
        assert_eq!(without_words("null"), None);
    }
}
