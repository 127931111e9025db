//! `promise`: whether what a certificate says holds. Answers are labelled in random orders, a certificate is asked for,
//! and the rest is served by it: how often is more of that wrong than was promised?

use std::collections::BTreeMap;

use remit_engine::classify::EmbeddedClassifier;
use remit_engine::classify::certify::{Bin, DELTA, Proof, prove};
use remit_engine::classify::quality::{Scored, score};

use crate::classify::{Row, encoder, rows, shot_numbers};
use crate::{BenchError, Figure, Settings};

/// Random orders.
const SHUFFLES: u64 = 200;
/// Answers that people label.
const LABELLED: usize = 600;
/// The promise: at most this share is wrong, in thousandths.
const SHARE: i64 = 50;
/// Thresholds that are named beforehand, in thousandths. The embedded classifier's answers from the lower one on are wrong too
/// often for a few hundred labels to prove 5 % in every order; the higher one sends less of each, and proves it more often.
const NAMED: [i64; 2] = [900, 930];
/// Texts that are answered at most.
const MOST: usize = 3_000;

/// Both ways of asking, on every data set that is present. `count` is the number of texts at most.
///
/// # Errors
/// [`BenchError`] when a data set cannot be read.
pub fn run(settings: &Settings, print: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    for (name, shots) in [("banking77", "20"), ("clinc150", "10")] {
        let folder = settings.datasets.join(name);
        if !folder.is_dir() {
            eprintln!(
                "SKIPPED: data set {name}: there is no folder {} (name another with --datasets)",
                folder.display()
            );
            continue;
        }
        let answers = answers(settings, name, &folder, shots)?;
        let about = format!("{shots} shots, seed {}", settings.seed);
        let asked: Vec<i64> = settings.from.iter().map(|from| (from * 1000.0).round() as i64).collect();
        let asked = if asked.is_empty() { NAMED.to_vec() } else { asked };
        let named = asked.into_iter().map(|from| ("named", Some(from)));
        for (way, from) in named.into_iter().chain([("searched", None)]) {
            let told = simulate(&answers, from);
            let line = |figure: &'static str, value: f64, unit: &'static str| {
                let line =
                    Figure::new("promise", figure, value, unit).about("dataset", name).about("learned", about.as_str());
                let line = line.about("threshold", way).about("shuffles", SHUFFLES).about("n", answers.len());
                let line = match from {
                    Some(from) => line.about("from", from as f64 / 1000.0),
                    None => line,
                };
                print_about(line)
            };
            print(line("certified_runs", told.certified as f64, "runs"));
            print(line("broken_runs", told.broken as f64, "runs"));
            print(line("broken_share", told.broken as f64 / told.certified.max(1) as f64, "share"));
            print(line("coverage", told.coverage, "share"));
            print(line("error", told.error, "share"));
        }
    }
    Ok(())
}

fn print_about(line: Figure) -> Figure {
    line.about("labelled", LABELLED).about("promised", SHARE as f64 / 1000.0)
}

/// Answers of a classifier that learned a few rows to the other rows, and to the validation rows, of which some belong to
/// no intent.
fn answers(settings: &Settings, name: &str, folder: &std::path::Path, shots: &str) -> Result<Vec<Scored>, BenchError> {
    let all = rows(name, &folder.join("train.jsonl"))?;
    let numbers = shot_numbers(name, folder, shots, settings.seed)?;
    let learned = numbers.iter().filter_map(|number| all.get(*number));
    let learned: Vec<(String, String)> = learned.map(|row| (row.intent.clone(), row.text.clone())).collect();
    let classifier = EmbeddedClassifier::train_with(encoder(settings)?, &learned)?;
    let others = all.iter().enumerate().filter(|(number, _)| !numbers.contains(number)).map(|(_, row)| row.clone());
    let mut test: Vec<Row> = rows(name, &folder.join("valid.jsonl"))?;
    test.extend(others);
    let most = settings.count_or(MOST);
    // Of every kind of row, evenly.
    let step = test.len().div_ceil(most).max(1);
    let taken = test.iter().step_by(step);
    Ok(taken
        .map(|row| {
            let gold = classifier.intents().contains(&row.intent).then_some(row.intent.as_str());
            score(&classifier, &row.text, gold)
        })
        .collect())
}

/// What came of all orders.
struct Told {
    certified: u32,
    broken: u32,
    coverage: f64,
    error: f64,
}

fn simulate(answers: &[Scored], from: Option<i64>) -> Told {
    let labelled = LABELLED.min(answers.len() / 2);
    let (mut certified, mut broken, mut coverage, mut errors) = (0, 0, 0.0, 0.0);
    for shuffle in 0..SHUFFLES {
        let mut order: Vec<usize> = (0..answers.len()).collect();
        order.sort_by_key(|number| mixed(shuffle << 32 | *number as u64));
        let (seen, rest) = order.split_at(labelled);
        let proof = asked(answers, seen, from);
        if proof.bound_thousandths() > SHARE {
            continue;
        }
        certified += 1;
        let sent: Vec<&Scored> =
            rest.iter().filter_map(|number| answers.get(*number)).filter(|one| is_sent(one, proof.from)).collect();
        let wrong = sent.iter().filter(|one| !one.is_right()).count() as f64 / sent.len().max(1) as f64;
        broken += u32::from(wrong > SHARE as f64 / 1000.0);
        coverage += sent.len() as f64 / rest.len().max(1) as f64;
        errors += wrong;
    }
    Told {
        certified,
        broken,
        // Where nothing was certified nothing is sent.
        coverage: coverage / SHUFFLES as f64,
        error: errors / f64::from(certified.max(1)),
    }
}

fn thousandths(one: &Scored) -> i64 {
    (one.confidence * 1000.0).round() as i64
}

fn is_sent(one: &Scored, from: i64) -> bool {
    one.found.is_some() && thousandths(one) >= from
}

fn asked(answers: &[Scored], seen: &[usize], from: Option<i64>) -> Proof {
    let mut bins: BTreeMap<i64, Bin> = BTreeMap::new();
    for one in seen.iter().filter_map(|number| answers.get(*number)).filter(|one| one.found.is_some()) {
        let confidence = thousandths(one);
        let bin = bins.entry(confidence).or_insert(Bin { confidence, labelled: 0, wrong: 0 });
        bin.labelled += 1;
        bin.wrong += u64::from(!one.is_right());
    }
    prove(&bins.into_values().collect::<Vec<_>>(), from, &[SHARE], DELTA)
}

/// A fixed bijection that spreads every bit (SplitMix64): the same orders in every run.
pub(crate) fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
