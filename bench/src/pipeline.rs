//! `pipeline`: messages through a whole engine on a fresh store.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::{Db, read};
use tokio::sync::{mpsc, oneshot};

use crate::figure::Durations;
use crate::inbox::{Inbox, Letter, receive_all};
use crate::replies::Departure;
use crate::store::{Durability, durability, with_fresh};
use crate::{BenchError, Figure, Settings, disk, memory};

const MESSAGES: usize = 2_000;
/// Messages sent one at a time.
const LIGHT: usize = 100;
/// Callers that store messages at the same time, each waiting for its answer.
const SENDERS: usize = 64;
/// One message in so many is a visitor's second one.
const SECOND_EVERY: usize = 5;
/// After this nothing more is waited for, and what is not done counts as lost.
const PATIENCE: Duration = Duration::from_secs(600);
/// The same for one message under light load.
const LIGHT_PATIENCE: Duration = Duration::from_secs(30);

/// Stores `count` messages as fast as they are taken, waits until every one is settled, then sends a few one at a time.
///
/// # Errors
/// [`BenchError`] when the store cannot be made or the engine fails. Lost and doubled messages are figures, not errors.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    with_fresh(settings, async |db, folder| measure(settings, db, folder).await).await
}

async fn measure(settings: &Settings, db: &Db, folder: &Path) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(MESSAGES);
    memory::forget_peak();
    let at = folder.to_owned();
    let flushes = tokio::task::spawn_blocking(move || disk::fdatasync_per_s(&at)).await??;
    let Durability(promise) = durability(db).await?;

    let (inbox, mut departures) = Inbox::new(db).await?;
    let inbox = Arc::new(inbox);
    let (stop, stopped) = oneshot::channel::<()>();
    let workers = {
        let engine = inbox.engine.clone();
        tokio::spawn(async move {
            engine
                .run(async move {
                    let _ = stopped.await;
                })
                .await;
        })
    };

    let begin = Instant::now();
    let mut stored = receive_all(&inbox, letters(count), SENDERS).await?;
    let storing = begin.elapsed();
    if let Ok(settled) = tokio::time::timeout(PATIENCE, inbox.engine.settle()).await {
        settled?;
    }
    let took = begin.elapsed();

    while departures.try_recv().is_ok() {}
    let light = one_at_a_time(&inbox, count.min(LIGHT), count, &mut departures, &mut stored).await?;
    // The receiver of `stopped` is gone only when the workers are.
    let _ = stop.send(());
    workers.await?;
    let peak = memory::peak_mb();
    let Ended { lost, stages } = ended(&inbox, &stored).await?;

    let throughput = count as f64 / took.as_secs_f64();
    let figure = |name, value, unit| {
        let figure = Figure::new("pipeline", name, value, unit).about("store", settings.store.as_str());
        figure.about("n", count).about("durability", promise.clone())
    };
    let disk = figure("fdatasync_per_s", flushes, "1/s");
    Ok(vec![
        figure("messages_per_s", throughput, "1/s").about("stages", stages),
        figure("stored_per_s", count as f64 / storing.as_secs_f64(), "1/s").about("senders", SENDERS),
        figure("light_p50_ms", light.quantile_ms(0.5), "ms"),
        figure("light_p99_ms", light.quantile_ms(0.99), "ms"),
        figure("peak_mb", peak, "MiB"),
        figure("lost", lost as f64, "messages"),
        figure("duplicated", inbox.replies.duplicated() as f64, "messages"),
        figure("replies", inbox.replies.answered() as f64, "messages"),
        disk.about("file_system", disk::file_system(folder)),
    ])
}

/// `count` chat messages, most of them from a visitor who has not written before.
fn letters(count: usize) -> Vec<Letter> {
    let letter = |at: usize| Letter {
        external_id: format!("bench-{at}"),
        visitor: if at % SECOND_EVERY == SECOND_EVERY - 1 { at + 1 - SECOND_EVERY } else { at },
        text: at,
        kind: ChannelKind::Chat,
    };
    (0..count).map(letter).collect()
}

/// From the hand-over of one message to the hand-over of its reply, with nothing else to do.
async fn one_at_a_time(
    inbox: &Inbox,
    count: usize,
    visitors: usize,
    departures: &mut mpsc::UnboundedReceiver<Departure>,
    stored: &mut Vec<(Letter, Ingested)>,
) -> Result<Durations, BenchError> {
    let mut durations = Durations::with_capacity(count);
    for at in 0..count {
        let external_id = format!("bench-light-{at}");
        // Even texts are the ones that are answered at once.
        let letter = Letter { external_id, visitor: visitors + at, text: at * 2, kind: ChannelKind::Chat };
        let (ingested, begin) = inbox.receive(&letter).await?;
        let answer = async {
            loop {
                match departures.recv().await {
                    Some((answered, left)) if answered == letter.external_id => return Some(left),
                    Some(_) => {}
                    None => return None,
                }
            }
        };
        let left = tokio::time::timeout(LIGHT_PATIENCE, answer).await.ok().flatten();
        let left = left.ok_or_else(|| {
            BenchError::Unexpected(format!(
                "`{}` was not answered in {LIGHT_PATIENCE:?}",
                crate::inbox::text(letter.text)
            ))
        })?;
        durations.push(left.duration_since(begin));
        stored.push((letter, ingested));
        inbox.engine.settle().await?;
    }
    Ok(durations)
}

/// How the runs stand in the end.
struct Ended {
    /// Messages that nobody answers and nobody will: neither ended nor waiting for a person or a time, or said to be
    /// sent without having been handed over.
    lost: usize,
    stages: serde_json::Map<String, serde_json::Value>,
}

async fn ended(inbox: &Inbox, stored: &[(Letter, Ingested)]) -> Result<Ended, BenchError> {
    let mut stages: BTreeMap<String, usize> = BTreeMap::new();
    let mut lost = 0;
    let mut reader = inbox.engine.db().read().await?;
    for (letter, ingested) in stored {
        let run = read::run(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.run_id).await?;
        let Some(run) = run else {
            lost += 1;
            continue;
        };
        let at_rest = run.stage.is_terminal() || run.stage.is_parked();
        let sent_to_nobody = run.stage == Stage::Sent && !inbox.replies.has_answered(&letter.external_id);
        lost += usize::from(!at_rest || sent_to_nobody || run.stage == Stage::Failed);
        let name = match &run.closed_reason {
            Some(reason) => format!("{}: {reason}", run.stage),
            None => run.stage.to_string(),
        };
        *stages.entry(name).or_default() += 1;
    }
    Ok(Ended { lost, stages: stages.into_iter().map(|(stage, count)| (stage, count.into())).collect() })
}
