//! Many who follow the event log at once.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use remit_api::http::new_key;
use remit_engine::domain::{DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::Write;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::mpsc;

use crate::asked::Asked;
use crate::figure::Durations;
use crate::inbox::Inbox;
use crate::{BenchError, memory};

/// Streams that one person may have open.
pub(crate) const STREAMS_EACH: usize = 5;
/// Events that are told to all of them.
const ROUNDS: usize = 20;

/// What following came to.
pub(crate) struct Followed {
    /// Resident memory that all of it took, in MiB: server and clients are one process here.
    pub(crate) mb: f64,
    /// From the commit until each of them has read it.
    pub(crate) told: Durations,
}

/// Many follow the log at once, and are told of some events.
pub(crate) async fn follow(at: SocketAddr, inbox: &Inbox, followers: usize) -> Result<Followed, BenchError> {
    // Each connection has two ends here.
    let wanted = u64::try_from(followers * 2 + 500).unwrap_or(u64::MAX);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(limit.maximum.map_or(wanted, |most| most.min(wanted))), ..limit };
        setrlimit(Resource::Nofile, raised).map_err(|error| BenchError::Unexpected(format!("open files: {error}")))?;
    }
    let engine = &inbox.engine;
    let mut keys = Vec::new();
    let mut writes = Vec::new();
    for number in 0..followers.div_ceil(STREAMS_EACH) {
        let (key, key_sha256) = new_key(&rand::random());
        let id = engine.ids().next(IdKind::Rep);
        let (name, email) = (format!("Follower {number}"), format!("follower-{id}@acme.example"));
        writes.push(Write::Rep { id: id.clone(), name, email, role: "viewer".to_owned() });
        let name = "bench".to_owned();
        writes.push(Write::ApiKey { id: engine.ids().next(IdKind::ApiKey), rep_id: id, name, key_sha256 });
        keys.push(key);
    }
    engine.commit_writes(DEFAULT_WORKSPACE, writes).await?;
    let before = memory::resident_mb();
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..followers {
        let key = keys.get(number / STREAMS_EACH).cloned().unwrap_or_default();
        let tell = tell.clone();
        tasks.spawn(async move {
            let mut asked = Asked::connect(at, &key).await?;
            asked.send("/api/v1/events/stream?types=switch.flipped").await?;
            asked.until(b"hello").await?;
            // Those who listen are counted first.
            let _ = tell.send(Instant::now());
            loop {
                asked.until(b"switch.flipped").await?;
                if tell.send(Instant::now()).is_err() {
                    return Ok::<_, BenchError>(());
                }
            }
        });
    }
    let mut hear = async || {
        let next = tokio::time::timeout(Duration::from_secs(60), told.recv()).await;
        next.ok().flatten().ok_or_else(|| BenchError::Unexpected("not everybody was told within a minute".to_owned()))
    };
    for _ in 0..followers {
        hear().await?;
    }
    let mut all = Durations::with_capacity(followers * ROUNDS);
    for round in 0..ROUNDS {
        engine.flip(DEFAULT_WORKSPACE, &format!("bench_{round}"), true, "bench", "Ana").await?;
        let committed = Instant::now();
        for _ in 0..followers {
            all.push(hear().await?.saturating_duration_since(committed));
        }
    }
    let mb = memory::resident_mb() - before;
    tasks.shutdown().await;
    Ok(Followed { mb, told: all })
}
