//! `classify`: how long the embedded classifier takes to train and to answer, and how right it is.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use remit_engine::classify::quality::{
    Scored, accuracy, best_at, calibration_error, macro_f1, risk_coverage, scope_auroc, score,
};
use remit_engine::classify::{EmbeddedClassifier, Encoder};
use remit_engine::domain::ChannelKind;
use remit_engine::models::examples;
use remit_engine::ports::{Classification, Classifier as _, ClassifyInput};
use remit_engine::semantic::SemanticModel;
use remit_engine::semantic::package::Package;
use serde::Deserialize;
use serde_json::Value;

use crate::figure::Durations;
use crate::{BenchError, Figure, Settings, inbox, memory, policy, promise};

/// Data sets with a list of few-shot rows.
const DATASETS: [&str; 3] = ["banking77", "clinc150", "hwu64"];
/// Three bots with training rows of their own.
const BOTS: [&str; 3] = ["curekart", "powerplay11", "sofmattress"];
/// Rows of `train.jsonl` that are learned from: ten an intent.
const SHOTS: &str = "10";
/// Trainings of the small default policy, of which the median counts.
const TRAININGS: usize = 9;
/// Answers timed on the default policy.
const ANSWERS: usize = 2_000;
/// Bins of equal width for the calibration error.
const BINS: usize = 15;
/// Draws of what chance alone gives.
const DRAWS: u64 = 50;
/// Training rows that were not learned and are read, at most.
const MOST_UNLEARNED: usize = 3_000;

/// The default policy, then every data set that is present. `count` is the number of texts answered at most.
///
/// # Errors
/// [`BenchError`] when the policy does not check or a data set cannot be read.
pub fn run(settings: &Settings, print: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    shipped(settings)?.into_iter().for_each(&mut *print);
    packs(settings)?.into_iter().for_each(&mut *print);
    let folder = settings.datasets.join("replies");
    if folder.is_dir() {
        replies(settings, &folder)?.into_iter().for_each(&mut *print);
    } else {
        eprintln!("SKIPPED: data set replies: there is no folder {}", folder.display());
    }
    for name in DATASETS {
        let folder = settings.datasets.join(name);
        if folder.is_dir() {
            dataset(settings, name, &folder)?.into_iter().for_each(&mut *print);
            if folder.join("near_oos_in_scope_intents.json").is_file() {
                near(settings, &folder)?.into_iter().for_each(&mut *print);
            }
        } else {
            eprintln!(
                "SKIPPED: data set {name}: there is no folder {} (name another with --datasets)",
                folder.display()
            );
        }
    }
    let folder = settings.datasets.join("hint3");
    if folder.is_dir() {
        for name in BOTS {
            bot(settings, name, &folder)?.into_iter().for_each(&mut *print);
        }
    } else {
        eprintln!("SKIPPED: data set hint3: there is no folder {}", folder.display());
    }
    Ok(())
}

/// The model that was named, where one was.
pub(crate) fn encoder(settings: &Settings) -> Result<Option<Arc<dyn Encoder>>, BenchError> {
    let Some(path) = &settings.model else { return Ok(None) };
    let model = Package::read(path).and_then(|package| SemanticModel::load(&package.files));
    let model = model.map_err(|error| broken("model", path, &error))?;
    Ok(Some(Arc::new(model)))
}

/// The first part of a classifier's id.
pub(crate) fn tier(classifier: &EmbeddedClassifier) -> String {
    classifier.id().split(':').next().unwrap_or_default().to_owned()
}

fn figure(dataset: &str, name: &'static str, value: f64, unit: &'static str) -> Figure {
    Figure::new("classify", name, value, unit).about("dataset", dataset)
}

fn read(classifier: &EmbeddedClassifier, text: &str) -> Classification {
    classifier.read(&ClassifyInput { channel: ChannelKind::Chat, subject: None, text })
}

/// The default policy with the messages of the `pipeline` bench.
fn shipped(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let texts: Vec<String> = (0..settings.count_or(ANSWERS)).map(inbox::text).collect();
    ready(settings, policy::NAME, &examples(&policy::shipped()?), &texts)
}

/// Every pack of examples that comes with Remit, in one policy.
fn packs(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let names = remit_dsl::STANDARD_FILES.iter().filter_map(|(name, _)| name.strip_prefix("std/intents/"));
    let (mut imports, mut intents) = (String::new(), String::new());
    for name in names {
        imports.push_str(&format!("import \"std/intents/{name}\"\n"));
        intents.push_str(&format!("intent {name} {{ reply approval }}\n"));
    }
    let text = format!("remit 1\npolicy packs \"All packs\"\n{imports}{intents}");
    let compiled = policy::compile_text("packs.remit", &text);
    let policy = compiled.policy.ok_or_else(|| BenchError::Policy("all packs together do not check".to_owned()))?;
    let texts: Vec<String> = (0..settings.count_or(ANSWERS)).map(inbox::text).collect();
    ready(settings, "packs", &examples(&policy), &texts)
}

/// Eleven intents of fourteen examples each: what a small team writes.
fn replies(settings: &Settings, folder: &Path) -> Result<Vec<Figure>, BenchError> {
    let learned: Vec<(String, String)> =
        rows("replies", &folder.join("examples.jsonl"))?.into_iter().map(|row| (row.intent, row.text)).collect();
    let texts: Vec<String> = (0..settings.count_or(ANSWERS)).map(inbox::text).collect();
    ready(settings, "replies", &learned, &texts)
}

/// How soon a classifier of these examples is ready, how long its answers take, and what it needs.
fn ready(
    settings: &Settings,
    dataset: &str,
    examples: &[(String, String)],
    texts: &[String],
) -> Result<Vec<Figure>, BenchError> {
    let mut trainings = Durations::with_capacity(TRAININGS);
    let encoder = encoder(settings)?;
    memory::forget_peak();
    let before = memory::resident_mb();
    let mut classifier = EmbeddedClassifier::train_with(encoder.clone(), examples)?;
    for text in texts {
        black_box(read(&classifier, text));
    }
    let needed = (memory::peak_mb() - before).max(0.0);
    for _ in 0..TRAININGS {
        let begin = Instant::now();
        classifier = black_box(EmbeddedClassifier::train_with(encoder.clone(), examples)?);
        trainings.push(begin.elapsed());
    }
    let mut answers = Durations::with_capacity(texts.len());
    for text in texts {
        let begin = Instant::now();
        black_box(read(&classifier, text));
        answers.push(begin.elapsed());
    }
    let about = |name: &'static str, value: f64, unit: &'static str| {
        let figure = figure(dataset, name, value, unit).about("examples", examples.len());
        figure.about("intents", classifier.intents().len()).about("tier", tier(&classifier))
    };
    Ok(vec![
        about("train_ms", trainings.quantile_ms(0.5), "ms"),
        about("infer_us", answers.quantile_us(0.5), "us"),
        about("infer_us_p99", answers.quantile_us(0.99), "us"),
        about("memory_mb", needed, "MiB"),
    ])
}

/// A text and the intent it belongs to; one that is not declared, such as `none`, for a text out of scope.
#[derive(Clone, Deserialize)]
pub(crate) struct Row {
    pub(crate) text: String,
    pub(crate) intent: String,
}

pub(crate) fn rows(name: &str, path: &Path) -> Result<Vec<Row>, BenchError> {
    let text = std::fs::read_to_string(path).map_err(|error| broken(name, path, &error))?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| broken(name, path, &error))).collect()
}

fn broken(name: &str, path: &Path, reason: &dyn std::fmt::Display) -> BenchError {
    BenchError::Dataset { name: name.to_owned(), reason: format!("{}: {reason}", path.display()) }
}

/// The few-shot training rows as (intent, text).
fn few_shots(name: &str, folder: &Path, shots: &str, seed: u32) -> Result<Vec<(String, String)>, BenchError> {
    let all = rows(name, &folder.join("train.jsonl"))?;
    let row = |number: &usize| {
        let row = all.get(*number);
        let row = row.ok_or_else(|| broken(name, folder, &format!("there is no row {number}")))?;
        Ok((row.intent.clone(), row.text.clone()))
    };
    shot_numbers(name, folder, shots, seed)?.iter().map(row).collect()
}

/// The numbers of the few-shot rows of `train.jsonl`, from 0.
pub(crate) fn shot_numbers(name: &str, folder: &Path, shots: &str, seed: u32) -> Result<Vec<usize>, BenchError> {
    let path = folder.join("fewshot.json");
    let text = std::fs::read_to_string(&path).map_err(|error| broken(name, &path, &error))?;
    let all: Value = serde_json::from_str(&text).map_err(|error| broken(name, &path, &error))?;
    let numbers = all.get(seed.to_string()).and_then(|seed| seed.get(shots)).and_then(Value::as_array);
    let numbers =
        numbers.ok_or_else(|| broken(name, &path, &format!("names no rows for seed {seed}, {shots} shots")))?;
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let all = numbers.iter().map(number).collect::<Option<Vec<_>>>();
    all.ok_or_else(|| broken(name, &path, &"holds something that is no row number"))
}

/// What a classifier of `train` makes of the rows of `test`. Texts of no declared intent have no right answer.
fn measured(
    settings: &Settings,
    dataset: &str,
    train: &[(String, String)],
    test: &[Row],
    about: &str,
) -> Result<Vec<Figure>, BenchError> {
    let encoder = encoder(settings)?;
    let begin = Instant::now();
    let classifier = EmbeddedClassifier::train_with(encoder, train)?;
    let training = begin.elapsed();
    let mut answers = Durations::with_capacity(test.len());
    let mut scored = Vec::with_capacity(test.len());
    for row in test {
        let gold = classifier.intents().contains(&row.intent).then_some(row.intent.as_str());
        let begin = Instant::now();
        scored.push(black_box(score(&classifier, &row.text, gold)));
        answers.push(begin.elapsed());
    }
    let inside: Vec<Scored> = scored.iter().filter(|one| one.gold.is_some()).cloned().collect();
    if inside.is_empty() {
        return Err(BenchError::Dataset {
            name: dataset.to_owned(),
            reason: "no row to read has a declared intent".to_owned(),
        });
    }
    let best = best_at(&risk_coverage(&scored), 0.01);
    let told = |figure: Figure| {
        let figure = figure.about("learned", about).about("n", inside.len());
        figure.about("out_of_scope", scored.len() - inside.len()).about("tier", tier(&classifier))
    };
    let share = |name: &'static str, value: f64| told(figure(dataset, name, value, "share"));
    let mut figures = vec![
        share("accuracy", accuracy(&inside)),
        share("macro_f1", macro_f1(&inside)),
        share("ece", calibration_error(&inside, BINS)),
        share("ece_by_chance", by_chance(&inside)),
        share("coverage_at_1pct_error", best.map_or(0.0, |best| best.coverage)),
        share("error_at_1pct", best.map_or(0.0, |best| best.wrong)),
        told(figure(dataset, "train_ms", training.as_secs_f64() * 1e3, "ms")),
        told(figure(dataset, "infer_us", answers.quantile_us(0.5), "us")),
        told(figure(dataset, "infer_us_p99", answers.quantile_us(0.99), "us")),
    ];
    if let Some(auroc) = scope_auroc(&scored) {
        figures.push(share("mixed_ece", calibration_error(&scored, BINS)));
        figures.push(share("mixed_ece_by_chance", by_chance(&scored)));
        figures.push(share("oos_auroc", auroc));
    }
    Ok(figures)
}

/// The calibration error that these answers would show if each were right exactly as often as it says: what so few texts
/// give by chance alone. The mean of some draws, the same in every run.
fn by_chance(scored: &[Scored]) -> f64 {
    let drawn = |draw: u64| {
        let one = |(number, one): (usize, &Scored)| {
            let drawn = promise::mixed(draw << 32 | number as u64) >> 11;
            let is_right = (drawn as f64) < one.confidence * (1_u64 << 53) as f64;
            let gold = Some(if is_right { "right" } else { "wrong" }.to_owned());
            Scored { gold, found: Some("right".to_owned()), confidence: one.confidence }
        };
        calibration_error(&scored.iter().enumerate().map(one).collect::<Vec<_>>(), BINS)
    };
    (0..DRAWS).map(drawn).sum::<f64>() / DRAWS as f64
}

fn dataset(settings: &Settings, name: &str, folder: &Path) -> Result<Vec<Figure>, BenchError> {
    let train = few_shots(name, folder, SHOTS, settings.seed)?;
    let valid = first(rows(name, &folder.join("valid.jsonl"))?, settings);
    let learned = format!("10 shots, seed {}", settings.seed);
    let mut figures = measured(settings, name, &train, &valid, &learned)?;
    // As mail brings them: between a greeting and a signature.
    let classifier = EmbeddedClassifier::train_with(encoder(settings)?, &train)?;
    let wrapped = valid.iter().enumerate().map(|(number, row)| {
        let gold = classifier.intents().contains(&row.intent).then_some(row.intent.as_str());
        score(&classifier, &wrapped(number, &row.text), gold)
    });
    let right = accuracy(&wrapped.collect::<Vec<_>>());
    let wrapped = figure(name, "wrapped_accuracy", right, "share").about("learned", learned.as_str());
    figures.push(wrapped.about("tier", tier(&classifier)));
    // Ten times as many texts: the training rows that were not learned, evenly.
    let numbers: BTreeSet<usize> = shot_numbers(name, folder, SHOTS, settings.seed)?.into_iter().collect();
    let all = rows(name, &folder.join("train.jsonl"))?;
    let step = all.len().div_ceil(settings.count_or(MOST_UNLEARNED)).max(1);
    let others = all.iter().enumerate().filter(|(number, _)| !numbers.contains(number)).step_by(step);
    let others: Vec<Scored> = others.map(|(_, row)| score(&classifier, &row.text, Some(row.intent.as_str()))).collect();
    for (what, value) in [
        ("accuracy_unlearned", accuracy(&others)),
        ("ece_unlearned", calibration_error(&others, BINS)),
        ("ece_unlearned_by_chance", by_chance(&others)),
    ] {
        let line = figure(name, what, value, "share").about("learned", learned.as_str());
        figures.push(line.about("n", others.len()).about("tier", tier(&classifier)));
    }
    Ok(figures)
}

/// A text as a mail: one of several greetings before it and one of several endings behind it.
fn wrapped(number: usize, text: &str) -> String {
    const BEFORE: [&str; 5] = ["Hello,", "Dear support team,", "Hi there,", "Good morning Ms Keller,", "Hey,"];
    const BEHIND: [&str; 5] = [
        "Best regards,\nMaria Lindholm\nHead of Operations\nNordlicht GmbH | +49 30 5550100",
        "Thanks,\nTom",
        "--\nJ. Okafor\nSent from my phone",
        "Kind regards\nDr. Ana Sousa",
        "Cheers\nPete",
    ];
    let pick = |list: &[&'static str; 5], at: usize| list.get(at % list.len()).copied().unwrap_or_default();
    format!("{}\n\n{text}\n\n{}", pick(&BEFORE, number), pick(&BEHIND, number / BEFORE.len()))
}

fn first(mut rows: Vec<Row>, settings: &Settings) -> Vec<Row> {
    rows.truncate(settings.count_or(rows.len()));
    rows
}

/// The declared intents and some that are not, from the same field: what a classifier is asked that it was not told of.
fn near(settings: &Settings, folder: &Path) -> Result<Vec<Figure>, BenchError> {
    let name = "banking77_near";
    let path = folder.join("near_oos_in_scope_intents.json");
    let text = std::fs::read_to_string(&path).map_err(|error| broken(name, &path, &error))?;
    let declared: Vec<String> = serde_json::from_str(&text).map_err(|error| broken(name, &path, &error))?;
    let mut train = few_shots(name, folder, SHOTS, settings.seed)?;
    train.retain(|(intent, _)| declared.contains(intent));
    let test = first(rows(name, &folder.join("near_oos_valid.jsonl"))?, settings);
    measured(settings, name, &train, &test, &format!("10 shots, seed {}, of 50 intents", settings.seed))
}

/// Real users of real bots, most of whom ask for something else.
fn bot(settings: &Settings, name: &str, folder: &Path) -> Result<Vec<Figure>, BenchError> {
    let train = rows(name, &folder.join(format!("{name}_train.jsonl")))?;
    let train: Vec<(String, String)> = train.into_iter().map(|row| (row.intent, row.text)).collect();
    let test = first(rows(name, &folder.join(format!("{name}_valid.jsonl")))?, settings);
    measured(settings, name, &train, &test, "all training rows")
}
