//! What must hold of the embedded classifier for every text and every set of examples.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use proptest::prelude::*;
use remit_engine::classify::EmbeddedClassifier;
use remit_engine::domain::ChannelKind;
use remit_engine::ports::{Classification, Classifier, ClassifyError, ClassifyInput};

fn pairs(examples: &[(&str, &str)]) -> Vec<(String, String)> {
    examples.iter().map(|(intent, text)| ((*intent).to_owned(), (*text).to_owned())).collect()
}

fn support() -> Vec<(String, String)> {
    pairs(&[
        ("order_status", "Where is my order?"),
        ("order_status", "Has my package been sent yet?"),
        ("order_status", "When will the parcel arrive?"),
        ("order_status", "The tracking page shows nothing"),
        ("order_status", "My delivery is late"),
        ("refund", "I want my money back"),
        ("refund", "How can I return the shoes?"),
        ("refund", "Please refund the second charge"),
        ("refund", "You charged my card twice"),
        ("refund", "The jacket does not fit, I would like to send it back"),
        ("opening_hours", "When are you open on Saturdays?"),
        ("opening_hours", "Is the shop open tomorrow?"),
        ("opening_hours", "Until what time can I come by tonight?"),
        ("opening_hours", "Are you closed over Easter?"),
        ("opening_hours", "What are your hours on public holidays?"),
        ("unsubscribe", "Unsubscribe"),
        ("unsubscribe", "No more newsletters please"),
        ("unsubscribe", "Take my address off the list"),
        ("unsubscribe", "I do not want your mails"),
        ("unsubscribe", "Stop writing to me"),
        ("thanks", "Great, that worked, thank you!"),
        ("thanks", "Perfect, cheers"),
        ("thanks", "Thanks for the quick help"),
        ("thanks", "Wonderful service, much appreciated"),
        ("thanks", "All good now"),
    ])
}

static SUPPORT: LazyLock<EmbeddedClassifier> = LazyLock::new(|| EmbeddedClassifier::train(&support()).unwrap());

fn read(classifier: &EmbeddedClassifier, text: &str) -> Classification {
    classifier.read(&ClassifyInput { channel: ChannelKind::Email, subject: None, text })
}

fn assert_sound(answer: &Classification, declared: &[String]) {
    assert!((0.0..=1.0).contains(&answer.confidence), "{answer:?}");
    assert!((0.0..=1.0).contains(&answer.margin), "{answer:?}");
    let named = answer.alternatives.iter().map(|(intent, _)| intent).chain(&answer.intent);
    assert!(named.into_iter().all(|intent| declared.contains(intent)), "{answer:?}");
    assert!(answer.alternatives.iter().all(|(_, p)| (0.0..=1.0).contains(p)), "{answer:?}");
    assert!(answer.alternatives.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{answer:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_a_sound_answer(text in "\\PC{0,200}", subject in proptest::option::of("\\PC{0,40}")) {
        let input = ClassifyInput { channel: ChannelKind::Chat, subject: subject.as_deref(), text: &text };
        assert_sound(&SUPPORT.read(&input), SUPPORT.intents());
    }

    #[test]
    fn mixed_words_get_a_sound_answer(words in proptest::collection::vec(
        prop_oneof!["stop|order|refund|open|dear|regards|,|\n|--|PS:|unsubscribe|thanks", "[a-zäß]{1,9}", ".{0,3}"], 0..40)) {
        let text = words.join(" ");
        assert_sound(&read(&SUPPORT, &text), SUPPORT.intents());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_examples_train_or_say_why_not(examples in proptest::collection::vec(("[a-d]", "\\PC{0,20}"), 0..24), text in "\\PC{0,40}") {
        let intents: std::collections::BTreeSet<&String> = examples.iter()
            .filter(|(_, text)| text.chars().any(char::is_alphanumeric)).map(|(intent, _)| intent).collect();
        match EmbeddedClassifier::train(&examples) {
            Ok(classifier) => assert_sound(&read(&classifier, &text), classifier.intents()),
            Err(error) => {
                prop_assert_eq!(error, ClassifyError::Untrained);
                prop_assert!(intents.len() < 2);
            }
        }
    }
}

#[test]
fn the_same_examples_give_the_same_answers_to_the_bit() {
    let mut shuffled = support();
    shuffled.reverse();
    shuffled.push(shuffled[3].clone());
    let again = EmbeddedClassifier::train(&shuffled).unwrap();
    assert_eq!(SUPPORT.id(), again.id());
    assert!(again.id().starts_with("embedded:") && again.id().len() == 25, "{}", again.id());
    for text in ["where is the parcel", "money back please", "are you open today", "zzz", "Thank you so much"] {
        let (one, other) = (read(&SUPPORT, text), read(&again, text));
        assert_eq!(one, other);
        assert_eq!(one.confidence.to_bits(), other.confidence.to_bits());
        assert_eq!(one.margin.to_bits(), other.margin.to_bits());
    }
    let mut changed = support();
    changed[0].1.push('!');
    assert_ne!(EmbeddedClassifier::train(&changed).unwrap().id(), SUPPORT.id());
}

#[test]
fn fewer_than_two_intents_cannot_be_trained() {
    for examples in [pairs(&[]), pairs(&[("a", "one"), ("a", "two")]), pairs(&[("a", "one"), ("b", "?!")])] {
        assert_eq!(EmbeddedClassifier::train(&examples).unwrap_err(), ClassifyError::Untrained);
    }
    assert!(EmbeddedClassifier::train(&pairs(&[("a", "yes"), ("b", "no")])).is_ok());
}

#[test]
fn an_answer_says_what_spoke_for_it() {
    let answer = read(&SUPPORT, "Hi,\nwhere is my parcel?\nBest regards,\nKim");
    assert_eq!(answer.intent.as_deref(), Some("order_status"));
    assert!(answer.evidence.iter().any(|line| line.starts_with("words: ") && line.contains("where")), "{answer:?}");
    assert!(answer.evidence.iter().any(|line| line.starts_with("nearest example: ")), "{answer:?}");
    assert_eq!(answer.language.as_deref(), Some("en"));
}

#[test]
fn what_is_said_besides_is_told_besides() {
    let answer = read(&SUPPORT, "Where is my order? And I want my money back!");
    let intents: Vec<&str> =
        answer.also.iter().map(|(intent, _)| intent.as_str()).chain(answer.intent.as_deref()).collect();
    assert!(intents.contains(&"order_status") && intents.contains(&"refund"), "{answer:?}");
    assert!(
        answer.also.iter().all(|(intent, sure)| Some(intent) != answer.intent.as_ref() && (0.5..=1.0).contains(sure))
    );
    for alone in ["Where is my order?", "Where is my parcel? Where is my order?", "?!"] {
        assert!(read(&SUPPORT, alone).also.is_empty(), "{alone}: {:?}", read(&SUPPORT, alone));
    }
}

#[test]
fn an_example_is_read_with_more_confidence_than_a_stranger() {
    let known = read(&SUPPORT, "Where is my order?");
    let strange = read(&SUPPORT, "The orchestra tunes its violins before the overture");
    assert_eq!(known.intent.as_deref(), Some("order_status"));
    assert!(known.confidence > strange.confidence + 0.2, "{known:?} {strange:?}");
}

#[test]
fn the_very_words_of_an_example_settle_it() {
    let small = pairs(&[("a", "Where is it?"), ("b", "How much?"), ("b", "Who knows"), ("a", "who knows?")]);
    let classifier = EmbeddedClassifier::train(&small).unwrap();
    let answer = read(&classifier, "where is it");
    assert_eq!(answer.intent.as_deref(), Some("a"));
    assert!(answer.confidence >= 0.95 && answer.margin > 0.5, "{answer:?}");
    assert!(read(&classifier, "Who knows").confidence < 0.95, "two intents claim these words");
}
