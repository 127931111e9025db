//! `replay`: how fast recorded decisions are decided again under a candidate.

use std::sync::Arc;
use std::time::Instant;

use remit_dsl::Policy;
use remit_engine::clock::{SystemClock, SystemIds};
use remit_engine::decide::gate;
use remit_engine::decide::normalise::{self, Arrival, InboundMessage, InboundSender};
use remit_engine::decide::replay::{Block, Judge, Report};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Gate, IdKind};
use remit_engine::models::EmbeddedModels;
use remit_engine::ports::Outbound;
use remit_engine::replay::Window;
use remit_engine::store::ingest::Ingested;
use remit_engine::store::{Db, Transition, Write, read};
use remit_engine::{Engine, Parts};
use tokio::task::JoinSet;

use crate::contexts::situations;
use crate::replies::{OneWayOut, Replies};
use crate::{BenchError, Figure, Settings, policy, store};

/// Decisions in the store.
const DECISIONS: usize = 1_000_000;
/// Different decisions among them.
const SITUATIONS: usize = 384;
/// Messages that they are about.
const MESSAGES: usize = 1_000;
/// Decisions of one moment.
const MOMENT: usize = 100;
/// Moments that are written at the same time.
const AT_ONCE: usize = 64;

/// Fills a store with recorded decisions under the shipped policy and seals them, then replays all of them under the
/// same policy with one threshold lowered. `count` is the number of decisions.
///
/// # Errors
/// [`BenchError`] when something could not be set up, or the unchanged policy does not decide as recorded.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(DECISIONS);
    store::with_fresh(settings, async |db, _, _| measure(settings, db, count).await).await
}

async fn measure(settings: &Settings, db: &Db, count: usize) -> Result<Vec<Figure>, BenchError> {
    let engine = Engine::new(Parts {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::new(SystemClock)),
        models: Arc::new(EmbeddedModels),
        outbound: Arc::new(OneWayOut(Arc::new(Replies::default()) as Arc<dyn Outbound>)),
    })
    .await?;
    let same = policy::shipped()?;
    let candidate = policy::changed("reply send from 0.60", "reply send from 0.10")?;
    let begin = Instant::now();
    fill(&engine, &same, count).await?;
    let filled = begin.elapsed();
    let begin = Instant::now();
    let sealed = engine.seal_all_decisions(DEFAULT_WORKSPACE).await?;
    let sealing = begin.elapsed();
    if sealed != count {
        return Err(BenchError::Unexpected(format!("{sealed} of {count} decisions were sealed")));
    }
    let window = Window { since_ms: 0, latest: None, examples: 3 };
    let unchanged = engine.replay(DEFAULT_WORKSPACE, &same, window, &|_| {}).await?;
    if unchanged.as_recorded.unchanged != count as u64 {
        return Err(BenchError::Unexpected(format!("not as recorded: {:?}", unchanged.as_recorded)));
    }
    let begin = Instant::now();
    let report = engine.replay(DEFAULT_WORKSPACE, &candidate, window, &|_| {}).await?;
    let took = begin.elapsed();
    let (evaluated, bytes) = evaluate(db, &same, &candidate, &report).await?;
    let figure = |name, value: f64, unit| {
        let figure = Figure::new("replay", name, value, unit).about("store", settings.store.as_str()).about("n", count);
        figure.about("policy", policy::NAME)
    };
    let per_s = |seconds: f64| count as f64 / seconds;
    Ok(vec![
        figure("decisions_per_s", per_s(took.as_secs_f64()), "1/s")
            .about("seconds", took.as_secs_f64())
            .about("freer", report.as_recorded.freer)
            .about("stricter", report.as_recorded.stricter),
        figure("evaluations_per_s", per_s(evaluated), "1/s").about("threads", 1),
        figure("sealed_per_s", per_s(sealing.as_secs_f64()), "1/s"),
        figure("stored_per_s", per_s(filled.as_secs_f64()), "1/s"),
        figure("bytes_per_decision", bytes as f64 / count as f64, "bytes"),
    ])
}

/// The packs alone, from memory: reading and deciding on one thread. Gives seconds and bytes.
async fn evaluate(db: &Db, same: &Policy, candidate: &Policy, report: &Report) -> Result<(f64, usize), BenchError> {
    let mut packs = Vec::new();
    let mut key = (i64::MIN, i64::MIN);
    loop {
        let mut reader = db.read().await?;
        let page = read::packs(&mut reader.conn(), DEFAULT_WORKSPACE, key.0, key.1, 100).await?;
        let Some(last) = page.last() else { break };
        key = (last.last_at, last.seq);
        packs.extend(page.into_iter().map(|pack| pack.bytes));
    }
    let begin = Instant::now();
    let mut judge = Judge::new(candidate, 3);
    judge.learn(same.digest(), Some(same));
    for bytes in &packs {
        let block = Block::read(bytes).map_err(|error| BenchError::Unexpected(error.to_string()))?;
        judge.block(&block, 0, &|_| None);
    }
    let found = judge.report();
    let took = begin.elapsed().as_secs_f64();
    if found.as_recorded != report.as_recorded {
        return Err(BenchError::Unexpected("the packs alone come to another report".to_owned()));
    }
    Ok((took, packs.iter().map(Vec::len).sum()))
}

/// Decisions with whole records, as the gate writes them, about some stored messages.
async fn fill(engine: &Engine, policy: &Policy, count: usize) -> Result<(), BenchError> {
    let read = |path: &str| policy.files().get(path).cloned().ok_or_else(|| "there is no such file".to_owned());
    let activated = engine.activate(DEFAULT_WORKSPACE, policy.root(), &read, "bench").await;
    activated.map_err(|error| BenchError::Policy(error.to_string()))?;
    let messages = messages(engine).await?;
    let mut templates = Vec::with_capacity(SITUATIONS);
    for situation in situations(policy, SITUATIONS) {
        let gated = gate::ask(&situation.context, policy, Gate::Draft);
        let transition = gate::decide(&situation.context, policy, &gated, 40, engine.ids());
        templates.extend(transition.writes.into_iter().find(|write| matches!(write, Write::Decision { .. })));
    }
    let first = engine.clock().now_ms() - 20 * 24 * 3_600_000;
    let mut tasks = JoinSet::new();
    for (moment, begin) in (0..count).step_by(MOMENT).enumerate() {
        let mut writes = Vec::with_capacity(MOMENT);
        for number in begin..(begin + MOMENT).min(count) {
            let (Some(template), Some(about)) =
                (templates.get(number % templates.len().max(1)), messages.get(number % messages.len().max(1)))
            else {
                continue;
            };
            writes.push(about_message(template.clone(), engine.ids().next(IdKind::Decision), about));
        }
        let now_ms = first + i64::try_from(moment).unwrap_or(0) * 100;
        let transition = Transition {
            workspace_id: DEFAULT_WORKSPACE.to_owned(),
            now_ms,
            fence: None,
            unchanged: None,
            run: None,
            writes,
        };
        let engine = engine.clone();
        tasks.spawn(async move { engine.writer().commit(transition).await.map(|_| ()) });
        if tasks.len() >= AT_ONCE
            && let Some(done) = tasks.join_next().await
        {
            done??;
        }
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// The decision of a situation as if it was about this message.
fn about_message(mut write: Write, decision: String, about: &Ingested) -> Write {
    if let Write::Decision { id, run_id, message_id, conversation_id, .. } = &mut write {
        *id = decision;
        run_id.clone_from(&about.run_id);
        message_id.clone_from(&about.message_id);
        conversation_id.clone_from(&about.conversation_id);
    }
    write
}

/// Messages of as many people, stored and not worked on.
async fn messages(engine: &Engine) -> Result<Vec<Ingested>, BenchError> {
    let channel = Write::Channel {
        id: "chn_bench".to_owned(),
        kind: "chat".to_owned(),
        name: "Acme".to_owned(),
        address: "chat@acme.example".to_owned(),
    };
    engine.commit_writes(DEFAULT_WORKSPACE, vec![channel]).await?;
    let mut reader = engine.db().read().await?;
    let channel = read::channel_by_id(&mut reader.conn(), "chn_bench").await?;
    drop(reader);
    let channel = channel.ok_or_else(|| BenchError::Unexpected("the channel is missing".to_owned()))?;
    let mut stored = Vec::with_capacity(MESSAGES);
    for number in 0..MESSAGES {
        let message = InboundMessage {
            external_id: format!("bench-{number}"),
            from: InboundSender { address: format!("visitor-{number}"), name: None, company: None },
            to: None,
            subject: None,
            text: "When are you open?".to_owned(),
            sent_at: None,
            in_reply_to: None,
            attachments: Vec::new(),
            automated: false,
        };
        let now_ms = engine.clock().now_ms();
        let arrival = Arrival { channel: &channel, kind: ChannelKind::Chat, source: "bench", now_ms };
        let ingest = normalise::from_json(arrival, &message, b"{}", engine.ids())
            .map_err(|error| BenchError::Unexpected(error.to_string()))?;
        stored.push(engine.receive(ingest).await?);
    }
    Ok(stored)
}
