//! `pipeline`: messages through a whole engine on a fresh store.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use remit_engine::clock::{SystemClock, SystemIds};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::models::EmbeddedModels;
use remit_engine::ports::Outbound;
use remit_engine::stop::{KILL_SWITCH, Stopped};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::{Address, Db, read};
use remit_engine::{Engine, Parts};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::figure::Durations;
use crate::inbox::{Inbox, Letter};
use crate::replies::{OneWayOut, Replies};
use crate::store::{Durability, durability, with_fresh};
use crate::{BenchError, Figure, Settings, disk, history, memory};

const MESSAGES: usize = 10_000;
/// Messages of one conversation: each is sent when the one before it was answered.
const TURNS: usize = 10;
/// Messages under light load, and the time from one to the next.
const LIGHT: usize = 200;
const LIGHT_EVERY: Duration = Duration::from_millis(50);
/// After this nothing more is waited for, and what is not done counts as lost.
const PATIENCE: Duration = Duration::from_secs(600);

/// Has as many people as a tenth of the count write ten messages each, as fast as they are answered; then a few under
/// light load; then, where asked for, the same beside a long history.
///
/// # Errors
/// [`BenchError`] when the store cannot be made or the engine fails. Lost and doubled messages are figures, not errors.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    with_fresh(settings, async |db, folder, address| measure(settings, db, folder, address).await).await
}

async fn measure(settings: &Settings, db: &Db, folder: &Path, address: &Address) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(MESSAGES);
    let at = folder.to_owned();
    let flushes = tokio::task::spawn_blocking(move || disk::fdatasync_per_s(&at)).await??;
    let Durability(promise) = durability(db).await?;

    let inbox = Arc::new(Inbox::new(db).await?);
    let startup = startup(address).await?;
    memory::forget_peak();
    let workers = Workers::start(&inbox.engine);
    let first = burst(&inbox, "first", count).await?;
    let light = light(&inbox, count.min(LIGHT)).await?;
    let mut stored = first.stored.clone();
    stored.extend(light.stored);
    // The history is put in by statements of its own, whose memory is not the engine's.
    let peak = memory::peak_mb();
    let mut ratio = None;
    if let Some(old) = settings.history {
        let seconds = history::load(db, old).await?;
        let again = burst(&inbox, "again", count).await?;
        ratio = Some((again.per_s() / first.per_s(), again.per_s(), seconds));
        stored.extend(again.stored);
    }
    let stopping = stop(&inbox, count).await?;
    workers.stop().await?;
    let Ended { lost, stages } = ended(&inbox, &stored).await?;
    let after = ended(&inbox, &stopping.stored).await?;

    let figure = |name, value, unit| {
        let figure = Figure::new("pipeline", name, value, unit).about("store", settings.store.as_str());
        figure.about("n", count).about("durability", promise.clone())
    };
    let throughput = figure("messages_per_s", first.per_s(), "1/s");
    let mut figures = vec![
        throughput.about("conversations", conversations(count)).about("stages", stages),
        figure("cpu_us_per_message", first.cpu_us / count as f64, "us"),
        figure("light_p50_ms", light.durations.quantile_ms(0.5), "ms"),
        figure("light_p99_ms", light.durations.quantile_ms(0.99), "ms"),
        figure("startup_ms", startup.as_secs_f64() * 1e3, "ms"),
        figure("peak_mb", peak, "MiB"),
        figure("kill_switch_ms", stopping.effective.as_secs_f64() * 1e3, "ms")
            .about("returned_ms", (stopping.returned.as_secs_f64() * 1e4).round() / 10.0)
            .about("stopped", stopping.stopped.stopped)
            .about("in_flight", stopping.stopped.in_flight)
            .about("stages", after.stages),
        figure("lost", (lost + after.lost) as f64, "messages"),
        figure("duplicated", inbox.replies.duplicated() as f64, "messages"),
        figure("replies", inbox.replies.answered() as f64, "messages"),
        figure("fdatasync_per_s", flushes, "1/s").about("file_system", disk::file_system(folder)),
    ];
    if let (Some((ratio, per_s, seconds)), Some(old)) = (ratio, settings.history) {
        let ratio = figure("history_ratio", ratio, "ratio").about("history", old);
        figures.push(ratio.about("messages_per_s", per_s.round()).about("loaded_in_s", seconds.round()));
    }
    Ok(figures)
}

/// The workers of an engine, in this process.
struct Workers {
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Workers {
    fn start(engine: &Engine) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let engine = engine.clone();
        let running = tokio::spawn(async move {
            engine
                .run(async move {
                    let _ = stopped.await;
                })
                .await;
        });
        Self { stop, running }
    }

    async fn stop(self) -> Result<(), BenchError> {
        // The receiver is gone only when the workers are.
        let _ = self.stop.send(());
        Ok(self.running.await?)
    }
}

/// From nothing to an engine that is ready to work on the store: opened, its policy loaded and its classifier trained.
async fn startup(address: &Address) -> Result<Duration, BenchError> {
    let begin = Instant::now();
    let db = Db::open(address).await?;
    let engine = Engine::new(Parts {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::new(SystemClock)),
        models: Arc::new(EmbeddedModels),
        outbound: Arc::new(OneWayOut(Arc::new(Replies::default()) as Arc<dyn Outbound>)),
    })
    .await?;
    let policy = engine.policies().in_force(&db, DEFAULT_WORKSPACE).await;
    policy.map_err(|error| BenchError::Policy(error.to_string()))?;
    let took = begin.elapsed();
    drop(engine);
    db.close().await;
    Ok(took)
}

/// What a burst came to.
struct Burst {
    stored: Vec<(Letter, Ingested)>,
    took: Duration,
    cpu_us: f64,
}

impl Burst {
    fn per_s(&self) -> f64 {
        self.stored.len() as f64 / self.took.as_secs_f64()
    }
}

const fn conversations(count: usize) -> usize {
    let conversations = count / TURNS;
    if conversations == 0 { 1 } else { conversations }
}

/// Everybody writes at once, and again as soon as they are answered, until all messages are recorded as sent.
async fn burst(inbox: &Arc<Inbox>, name: &'static str, count: usize) -> Result<Burst, BenchError> {
    let (people, cpu, begin) = (conversations(count), memory::cpu_us(), Instant::now());
    let mut tasks = JoinSet::new();
    for person in 0..people {
        let inbox = Arc::clone(inbox);
        tasks.spawn(async move {
            let mut stored = Vec::new();
            for turn in (person..count).step_by(people) {
                let letter = Letter {
                    external_id: format!("{name}-{turn}"),
                    visitor: format!("{name}-{person}"),
                    // Even texts are the ones that are answered at once.
                    text: turn * 2,
                    kind: ChannelKind::Chat,
                };
                let answered = inbox.replies.expect(&letter.external_id);
                let ingested = inbox.receive(&letter).await?;
                stored.push((letter, ingested));
                // Who is not answered writes no more, and the message is found to be lost.
                if !matches!(tokio::time::timeout(PATIENCE, answered).await, Ok(Ok(()))) {
                    break;
                }
            }
            Ok::<_, BenchError>(stored)
        });
    }
    let mut stored = Vec::with_capacity(count);
    while let Some(done) = tasks.join_next().await {
        stored.extend(done??);
    }
    if let Ok(settled) = tokio::time::timeout(PATIENCE, inbox.engine.settle()).await {
        settled?;
    }
    Ok(Burst { stored, took: begin.elapsed(), cpu_us: memory::cpu_us() - cpu })
}

struct Light {
    stored: Vec<(Letter, Ingested)>,
    durations: Durations,
}

/// One message after the other at a steady pace: from the hand-over of each to the record that its reply is sent.
async fn light(inbox: &Inbox, count: usize) -> Result<Light, BenchError> {
    let mut light = Light { stored: Vec::with_capacity(count), durations: Durations::with_capacity(count) };
    let mut pace = tokio::time::interval(LIGHT_EVERY);
    for at in 0..count {
        pace.tick().await;
        let (external_id, visitor) = (format!("light-{at}"), format!("light-{at}"));
        let letter = Letter { external_id, visitor, text: at * 2, kind: ChannelKind::Chat };
        let begin = Instant::now();
        let ingested = inbox.receive(&letter).await?;
        tokio::time::timeout(PATIENCE, inbox.engine.settle())
            .await
            .map_err(|_| BenchError::Unexpected(format!("`{}` was not answered", letter.external_id)))??;
        light.durations.push(begin.elapsed());
        light.stored.push((letter, ingested));
    }
    Ok(light)
}

/// What pulling the switch came to.
struct Stopping {
    stored: Vec<(Letter, Ingested)>,
    /// From the pull to the last reply that was handed over.
    effective: Duration,
    /// From the pull until it was said what was stopped.
    returned: Duration,
    stopped: Stopped,
}

/// Pulls the kill switch while everybody writes, and lets go when nothing moves any more.
async fn stop(inbox: &Arc<Inbox>, count: usize) -> Result<Stopping, BenchError> {
    let before = inbox.replies.answered();
    let burst = tokio::spawn({
        let inbox = Arc::clone(inbox);
        async move { burst(&inbox, "stopped", count).await }
    });
    // Full load: everybody has been answered about twice.
    while inbox.replies.answered() < before + count / 5 && !burst.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let begin = Instant::now();
    let stopped = inbox.engine.flip(DEFAULT_WORKSPACE, KILL_SWITCH, true, "the bench pulls it", "bench").await?;
    let returned = begin.elapsed();
    inbox.replies.give_up();
    let stored = burst.await??.stored;
    let effective = inbox.replies.latest().map_or(Duration::ZERO, |latest| latest.saturating_duration_since(begin));
    inbox.engine.flip(DEFAULT_WORKSPACE, KILL_SWITCH, false, "the bench lets go", "bench").await?;
    Ok(Stopping { stored, effective, returned, stopped })
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
