//! The embedded classifier on shared data sets, when present (`../shared/datasets` beside the repository).
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests report what they measure")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use remit_engine::classify::EmbeddedClassifier;
use remit_engine::domain::ChannelKind;
use remit_engine::ports::{Classification, Classifier, ClassifyInput};
use serde_json::Value;

type Rows = Vec<(String, String)>;

/// The folder of a data set, or a loud word that it is not there.
fn folder(set: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/datasets").join(set);
    if !folder.is_dir() {
        skipped(&format!("no shared data set at {}", folder.display()));
        return None;
    }
    Some(folder)
}

/// (intent, text) of every line of a file.
fn rows(path: PathBuf) -> Rows {
    let row = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        (value["intent"].as_str().unwrap().to_owned(), value["text"].as_str().unwrap().to_owned())
    };
    std::fs::read_to_string(path).unwrap().lines().map(row).collect()
}

fn read(classifier: &EmbeddedClassifier, text: &str) -> Classification {
    classifier.read(&ClassifyInput { channel: ChannelKind::Chat, subject: None, text })
}

/// Gold label (`None` for out of scope) and answer.
type Outcome = (Option<String>, Classification);

fn is_right((gold, answer): &Outcome) -> bool {
    gold.is_some() && *gold == answer.intent
}

fn accuracy(outcomes: &[&Outcome]) -> f64 {
    outcomes.iter().filter(|outcome| is_right(outcome)).count() as f64 / outcomes.len() as f64
}

/// Expected calibration error over 15 bins of equal width.
fn calibration_error(outcomes: &[&Outcome]) -> f64 {
    let mut gaps = [0.0_f64; 15];
    for outcome in outcomes {
        let bin = ((outcome.1.confidence * 15.0) as usize).min(14);
        gaps[bin] += outcome.1.confidence - f64::from(u8::from(is_right(outcome)));
    }
    gaps.iter().map(|gap| gap.abs()).sum::<f64>() / outcomes.len() as f64
}

fn mean_confidence(outcomes: &[&Outcome]) -> f64 {
    outcomes.iter().map(|(_, answer)| answer.confidence).sum::<f64>() / outcomes.len() as f64
}

/// Chance that an in-scope text gets a higher confidence than one out of scope.
fn scope_auroc(inside: &[&Outcome], outside: &[&Outcome]) -> f64 {
    let wins =
        inside.iter().flat_map(|one| outside.iter().map(|other| one.1.confidence.total_cmp(&other.1.confidence)));
    let total: f64 = wins
        .map(|order| match order {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    total / (inside.len() * outside.len()) as f64
}

/// Trains, reads every row, prints the figures; returns accuracy and calibration error in scope.
fn measure(name: &str, train: &Rows, test: &Rows) -> (f64, f64) {
    let begin = Instant::now();
    let classifier = EmbeddedClassifier::train(train).unwrap();
    let train_ms = begin.elapsed().as_millis();
    let begin = Instant::now();
    let outcomes: Vec<Outcome> = test
        .iter()
        .map(|(gold, text)| (classifier.intents().contains(gold).then(|| gold.clone()), read(&classifier, text)))
        .collect();
    let infer_us = begin.elapsed().as_micros() / test.len() as u128;
    let everything: Vec<&Outcome> = outcomes.iter().collect();
    let (inside, outside): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|(gold, _)| gold.is_some());
    let (right, gap) = (accuracy(&inside), calibration_error(&inside));
    let abstained = inside.iter().filter(|(_, answer)| answer.intent.is_none()).count();
    println!(
        "{name}: accuracy {right:.4} ece {gap:.4} mixed_ece {:.4} oos_auroc {:.3} abstained_in_scope {abstained} of {} train_ms {train_ms} infer_us {infer_us}",
        calibration_error(&everything),
        scope_auroc(&inside, &outside),
        inside.len(),
    );
    (right, gap)
}

/// The ten-shot training rows (seed 0) and the validation rows of a set.
fn ten_shots(set: &str) -> Option<(Rows, Rows)> {
    let folder = folder(set)?;
    let all = rows(folder.join("train.jsonl"));
    let shots: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("fewshot.json")).unwrap()).unwrap();
    let numbers = shots["0"]["10"].as_array().unwrap();
    let train = numbers.iter().map(|row| all[usize::try_from(row.as_u64().unwrap()).unwrap()].clone()).collect();
    Some((train, rows(folder.join("valid.jsonl"))))
}

#[test]
#[ignore = "slow: run with --release -- --ignored"]
fn banking77_ten_shots() {
    let Some((train, valid)) = ten_shots("banking77") else { return };
    let (right, gap) = measure("banking77", &train, &valid);
    // These rows are hard ones: scikit-learn reaches 0.7305 on them with the same rows and n-grams.
    assert!(right >= 0.755 && gap <= 0.06, "{right} {gap}");
}

#[test]
#[ignore = "slow: run with --release -- --ignored"]
fn clinc150_ten_shots() {
    let Some((train, valid)) = ten_shots("clinc150") else { return };
    let (right, gap) = measure("clinc150", &train, &valid);
    assert!(right >= 0.82 && gap <= 0.04, "{right} {gap}");
}

#[test]
#[ignore = "slow: run with --release -- --ignored"]
fn hwu64_ten_shots() {
    let Some((train, valid)) = ten_shots("hwu64") else { return };
    let (right, gap) = measure("hwu64", &train, &valid);
    assert!(right >= 0.72 && gap <= 0.05, "{right} {gap}");
}

#[test]
#[ignore = "slow: run with --release -- --ignored"]
fn near_and_real_out_of_scope() {
    if let (Some(folder), Some((train, _))) = (folder("banking77"), ten_shots("banking77")) {
        let names = std::fs::read_to_string(folder.join("near_oos_in_scope_intents.json")).unwrap();
        let declared: BTreeSet<String> = serde_json::from_str(&names).unwrap();
        let train = train.into_iter().filter(|(intent, _)| declared.contains(intent)).collect();
        measure("banking77 near out of scope", &train, &rows(folder.join("near_oos_valid.jsonl")));
    }
    let Some(folder) = folder("hint3") else { return };
    for bot in ["curekart", "powerplay11", "sofmattress"] {
        let train = rows(folder.join(format!("{bot}_train.jsonl")));
        measure(bot, &train, &rows(folder.join(format!("{bot}_valid.jsonl"))));
    }
}

#[test]
fn replies_in_five_folds() {
    let Some(folder) = folder("replies") else { return };
    let examples = rows(folder.join("examples.jsonl"));
    let outside = rows(folder.join("oos_valid.jsonl"));
    let mut outcomes: Vec<Outcome> = Vec::new();
    let begin = Instant::now();
    for fold in 0..5 {
        let mut met: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut train, mut test) = (Rows::new(), Rows::new());
        for row in &examples {
            let at = met.entry(&row.0).or_default();
            if *at % 5 == fold { &mut test } else { &mut train }.push(row.clone());
            *at += 1;
        }
        let classifier = EmbeddedClassifier::train(&train).unwrap();
        outcomes.extend(test.into_iter().map(|(gold, text)| (Some(gold), read(&classifier, &text))));
        outcomes.extend(outside.iter().map(|(_, text)| (None, read(&classifier, text))));
    }
    let everything: Vec<&Outcome> = outcomes.iter().collect();
    let (inside, outside): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|(gold, _)| gold.is_some());
    let right = accuracy(&inside);
    println!(
        "replies: accuracy {right:.4} mixed_ece {:.4} oos_auroc {:.3} confidence inside {:.3} outside {:.3} ms for five trainings {}",
        calibration_error(&everything),
        scope_auroc(&inside, &outside),
        mean_confidence(&inside),
        mean_confidence(&outside),
        begin.elapsed().as_millis(),
    );
    assert!(right >= 0.40, "{right}");
    assert!(mean_confidence(&outside) + 0.05 < mean_confidence(&inside));
}

#[test]
fn training_twice_answers_the_same_to_the_bit() {
    let Some(folder) = folder("replies") else { return };
    let examples = rows(folder.join("examples.jsonl"));
    let begin = Instant::now();
    let one = EmbeddedClassifier::train(&examples).unwrap();
    println!("replies: train_ms {}", begin.elapsed().as_millis());
    let other = EmbeddedClassifier::train(&examples).unwrap();
    assert_eq!(one.id(), other.id());
    for (_, text) in rows(folder.join("oos_valid.jsonl")).iter().chain(&examples) {
        let (first, second) = (read(&one, text), read(&other, text));
        assert_eq!(first, second);
        assert_eq!(first.confidence.to_bits(), second.confidence.to_bits());
    }
}

/// Past the capture of the test runner, in one piece: `tests/run` counts these lines.
fn skipped(why: &str) {
    use std::io::Write as _;
    let line = format!("SKIPPED: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
