//! `classify`: how long the embedded classifier takes to train and to answer, and how right it is.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use remit_engine::classify::EmbeddedClassifier;
use remit_engine::domain::ChannelKind;
use remit_engine::models::examples;
use remit_engine::ports::{Classification, ClassifyInput};
use serde::Deserialize;
use serde_json::Value;

use crate::figure::Durations;
use crate::{BenchError, Figure, Settings, inbox, policy};

/// Data sets with a list of few-shot rows.
const DATASETS: [&str; 3] = ["banking77", "clinc150", "hwu64"];
/// Which rows of `train.jsonl` are learned from: ten an intent, drawn with seed 0.
const SEED: &str = "0";
const SHOTS: &str = "10";
/// Trainings of the small default policy, of which the median counts.
const TRAININGS: usize = 9;
/// Answers timed on the default policy.
const ANSWERS: usize = 2_000;
/// Bins of equal width for the calibration error.
const BINS: usize = 15;

/// The default policy, then every data set that is present. `count` is the number of texts answered at most.
///
/// # Errors
/// [`BenchError`] when the policy does not check or a data set cannot be read.
pub fn run(settings: &Settings, print: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    shipped(settings)?.into_iter().for_each(&mut *print);
    for name in DATASETS {
        let folder = settings.datasets.join(name);
        if folder.is_dir() {
            dataset(settings, name, &folder)?.into_iter().for_each(&mut *print);
        } else {
            eprintln!(
                "SKIPPED: data set {name}: there is no folder {} (name another with --datasets)",
                folder.display()
            );
        }
    }
    Ok(())
}

fn figure(dataset: &str, name: &'static str, value: f64, unit: &'static str) -> Figure {
    Figure::new("classify", name, value, unit).about("dataset", dataset)
}

fn read(classifier: &EmbeddedClassifier, text: &str) -> Classification {
    classifier.read(&ClassifyInput { channel: ChannelKind::Chat, subject: None, text })
}

fn shipped(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let examples = examples(&policy::shipped()?);
    let mut trainings = Durations::with_capacity(TRAININGS);
    let mut classifier = EmbeddedClassifier::train(&examples)?;
    for _ in 0..TRAININGS {
        let begin = Instant::now();
        classifier = black_box(EmbeddedClassifier::train(&examples)?);
        trainings.push(begin.elapsed());
    }
    let count = settings.count_or(ANSWERS);
    let mut answers = Durations::with_capacity(count);
    for text in (0..count).map(inbox::text) {
        let begin = Instant::now();
        black_box(read(&classifier, &text));
        answers.push(begin.elapsed());
    }
    let about = |figure: Figure| figure.about("examples", examples.len()).about("intents", classifier.intents().len());
    Ok(vec![
        about(figure(policy::NAME, "train_ms", trainings.quantile_ms(0.5), "ms")),
        about(figure(policy::NAME, "infer_us", answers.quantile_us(0.5), "us")),
    ])
}

#[derive(Deserialize)]
struct Row {
    text: String,
    intent: String,
}

fn rows(name: &str, path: &Path) -> Result<Vec<Row>, BenchError> {
    let text = std::fs::read_to_string(path).map_err(|error| broken(name, path, &error))?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| broken(name, path, &error))).collect()
}

fn broken(name: &str, path: &Path, reason: &dyn std::fmt::Display) -> BenchError {
    BenchError::Dataset { name: name.to_owned(), reason: format!("{}: {reason}", path.display()) }
}

/// The few-shot training rows as (intent, text).
fn few_shots(name: &str, folder: &Path) -> Result<Vec<(String, String)>, BenchError> {
    let all = rows(name, &folder.join("train.jsonl"))?;
    let path = folder.join("fewshot.json");
    let text = std::fs::read_to_string(&path).map_err(|error| broken(name, &path, &error))?;
    let shots: Value = serde_json::from_str(&text).map_err(|error| broken(name, &path, &error))?;
    let numbers = shots.get(SEED).and_then(|shots| shots.get(SHOTS)).and_then(Value::as_array);
    let numbers = numbers.ok_or_else(|| broken(name, &path, &"names no rows for seed 0, ten shots"))?;
    let row = |number: &Value| {
        let row = number.as_u64().and_then(|number| usize::try_from(number).ok()).and_then(|number| all.get(number));
        let row = row.ok_or_else(|| broken(name, &path, &format!("there is no row {number}")))?;
        Ok((row.intent.clone(), row.text.clone()))
    };
    numbers.iter().map(row).collect()
}

fn dataset(settings: &Settings, name: &str, folder: &Path) -> Result<Vec<Figure>, BenchError> {
    let train = few_shots(name, folder)?;
    let begin = Instant::now();
    let classifier = EmbeddedClassifier::train(&train)?;
    let training = begin.elapsed();

    // Texts of no declared intent have no right answer: accuracy and calibration are those of the others.
    let mut valid = rows(name, &folder.join("valid.jsonl"))?;
    valid.retain(|row| classifier.intents().contains(&row.intent));
    valid.truncate(settings.count_or(valid.len()));
    if valid.is_empty() {
        return Err(broken(name, folder, &"no validation row has a declared intent"));
    }
    let mut answers = Durations::with_capacity(valid.len());
    let mut right = 0_usize;
    let mut gaps = [0.0_f64; BINS];
    for row in &valid {
        let begin = Instant::now();
        let answer = black_box(read(&classifier, &row.text));
        answers.push(begin.elapsed());
        let is_right = answer.intent.as_deref() == Some(row.intent.as_str());
        right += usize::from(is_right);
        let bin = ((answer.confidence * BINS as f64) as usize).min(BINS - 1);
        gaps.get_mut(bin).into_iter().for_each(|gap| *gap += answer.confidence - f64::from(u8::from(is_right)));
    }
    let total = valid.len() as f64;
    let ece = gaps.iter().map(|gap| gap.abs()).sum::<f64>() / total;
    let about = |figure: Figure| figure.about("shots", 10).about("seed", 0).about("n", valid.len());
    Ok(vec![
        about(figure(name, "accuracy", right as f64 / total, "share")),
        about(figure(name, "ece", ece, "share")),
        about(figure(name, "train_ms", training.as_secs_f64() * 1e3, "ms")),
        about(figure(name, "infer_us", answers.quantile_us(0.5), "us")),
    ])
}
