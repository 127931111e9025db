//! `crash`: a process that is killed again and again while it works, and what it leaves behind.

use std::path::Path;

use remit_engine::failpoint::FailPoint;
use remit_engine::ports::SendClass;
use remit_tests::crash::{self, Child, Counts, Plan};

use crate::store::with_fresh_address;
use crate::{BenchError, Figure, Settings};

/// Kills for each of the three sorts of provider.
const KILLS: usize = 100;
/// First argument of the process that is killed: this program once more.
const CHILD: &str = "crash-child";

/// The process that is killed, if these are its arguments.
#[must_use]
pub fn child(arguments: &[String]) -> Option<Child> {
    let (first, rest) = arguments.split_first()?;
    (first == CHILD).then(|| Child::from_arguments(rest)).flatten()
}

/// Kills a process `count` times for each sort of provider, half of the time at a named point.
///
/// # Errors
/// [`BenchError`] when a process could not be started or failed by itself. What is lost is a figure, not an error.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let kills = settings.count_or(KILLS);
    let mut figures = Vec::new();
    for (class, name) in [
        (SendClass::Queryable, "can be asked"),
        (SendClass::Idempotent, "knows its keys"),
        (SendClass::Blind, "cannot be asked"),
    ] {
        let counts =
            with_fresh_address(settings, async |address, folder| one(address, folder, class, kills).await).await?;
        figures.extend(lines(settings, name, &counts));
    }
    Ok(figures)
}

async fn one(address: &str, folder: &Path, class: SendClass, kills: usize) -> Result<Counts, BenchError> {
    let plan = Plan {
        address: address.to_owned(),
        folder: folder.to_owned(),
        executable: std::env::current_exe()?,
        prefix: vec![CHILD.to_owned()],
        class,
        kills,
        seed: rand::random(),
    };
    eprintln!("remit-bench: crash with seed {}", plan.seed);
    crash::run(&plan).await.map_err(BenchError::Unexpected)
}

fn lines(settings: &Settings, provider: &'static str, counts: &Counts) -> Vec<Figure> {
    let points: serde_json::Map<String, serde_json::Value> = FailPoint::ALL
        .iter()
        .zip(counts.by_point)
        .map(|(point, kills)| (point.to_string(), kills.into()))
        .chain([("at_random".to_owned(), counts.at_random.into())])
        .collect();
    let figure = |name, value: usize, unit| {
        Figure::new("crash", name, value as f64, unit)
            .about("store", settings.store.as_str())
            .about("provider", provider)
            .about("messages", counts.messages)
    };
    vec![
        figure("kills", counts.kills, "kills").about("points", points),
        figure("lost", counts.lost, "messages"),
        figure("duplicated", counts.duplicated, "messages"),
        figure("stuck", counts.stuck, "runs"),
        figure("out_of_order", counts.out_of_order, "messages"),
        figure("in_doubt", counts.in_doubt, "messages"),
        figure("parked", counts.parked, "runs"),
        figure("unaccounted", counts.unaccounted, "messages"),
        figure("replies", counts.replies, "messages"),
    ]
}
