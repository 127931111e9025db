//! `knowledge`: how long a folder of documents takes to be read, what it needs, and how long finding in it takes.

use std::hint::black_box;
use std::time::Instant;

use remit_engine::draft::Knowledge;

use crate::figure::Durations;
use crate::promise::mixed;
use crate::{BenchError, Figure, Settings, memory};

/// Passages in the folder.
const PASSAGES: usize = 10_000;
/// Passages of a document.
const EACH: usize = 10;
/// Words that the documents are written with; the first ones are met far more often than the last.
const WORDS: u64 = 20_000;
/// Searches.
const ASKED: usize = 500;

/// `count` is the number of passages.
///
/// # Errors
/// [`BenchError`] when the folder cannot be written or read, or a search does not find what was asked for.
pub fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(PASSAGES);
    let folder = tempfile::tempdir_in(&settings.folder)?;
    let help = folder.path().join("help");
    std::fs::create_dir(&help)?;
    for document in 0..count.div_ceil(EACH) {
        let passages = (document * EACH..count.min((document + 1) * EACH)).map(passage);
        std::fs::write(help.join(format!("page{document}.md")), passages.collect::<String>())?;
    }
    memory::forget_peak();
    let before = memory::resident_mb();
    let begin = Instant::now();
    let knowledge = Knowledge::read(folder.path()).map_err(wrong)?;
    let took = begin.elapsed();
    let (resident, peak) = (memory::resident_mb() - before, memory::peak_mb() - before);
    let stored: usize = knowledge.names().map(|(_, _, passages)| passages).sum();
    let mut answers = Durations::with_capacity(ASKED);
    let mut found_first = 0;
    for search in 0..ASKED {
        let number = mixed(search as u64) as usize % count;
        // What a message about it would say: its subject, some of its words, and words that all use.
        let some: Vec<String> = body(number).split(' ').step_by(16).map(str::to_owned).collect();
        let asked = format!("How is it with {}, please? We have {} and word1x word2x", subject(number), some.join(" "));
        let begin = Instant::now();
        let found = black_box(knowledge.passages("help", &asked, 5));
        answers.push(begin.elapsed());
        // What is cited is named as what it is.
        let title = format!("page{}: {}", number / EACH, subject(number));
        found_first +=
            usize::from(found.first().is_some_and(|first| first.title == title && first.text == body(number)));
    }
    let line = |name: &'static str, value: f64, unit: &'static str| {
        Figure::new("knowledge", name, value, unit).about("passages", stored).about("documents", count.div_ceil(EACH))
    };
    Ok(vec![
        line("read_ms", took.as_secs_f64() * 1e3, "ms"),
        line("resident_mb", resident, "MiB"),
        line("peak_mb", peak, "MiB"),
        line("find_us", answers.quantile_us(0.5), "us"),
        line("find_us_p99", answers.quantile_us(0.99), "us"),
        line("found_first", found_first as f64 / ASKED as f64, "share"),
    ])
}

fn wrong(reason: String) -> BenchError {
    BenchError::Dataset { name: "knowledge".to_owned(), reason }
}

fn passage(number: usize) -> String {
    format!("# {}\n{}\n\n", subject(number), body(number))
}

fn subject(number: usize) -> String {
    format!("subject{number}q")
}

fn body(number: usize) -> String {
    let sentences: Vec<String> = (0..8).map(|at| sentence((number * 8 + at) as u64)).collect();
    sentences.join(" ")
}

fn sentence(seed: u64) -> String {
    let word = |at: u64| {
        let share = (mixed(seed << 8 | at) >> 11) as f64 / (1_u64 << 53) as f64;
        format!("word{}x", (WORDS as f64).powf(share) as u64)
    };
    format!("{}.", (0..12).map(word).collect::<Vec<_>>().join(" "))
}
