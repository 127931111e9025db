//! `api`: the inbox by HTTP on a full store, as many callers ask it at once, beside what axum and sqlx alone can do; and
//! many who follow the event log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use remit_api::http::{App, new_key, router};
use remit_engine::domain::{DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::{Db, Write};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sqlx::Row as _;
use tokio::sync::mpsc;

use crate::asked::Asked;
use crate::figure::Durations;
use crate::inbox::Inbox;
use crate::seeded::{self, MESSAGES};
use crate::store::{Durability, durability, with_fresh};
use crate::{BenchError, Figure, Settings, memory};

const CONVERSATIONS: usize = 20_000;
/// Callers who ask at once.
const CALLERS: usize = 16;
/// Connections over which throughput is measured.
const CONNECTIONS: usize = 32;
/// How long one thing is asked for; on a store too small to mean anything, as long as it takes to ask.
const ASK_FOR: Duration = Duration::from_secs(3);
const SMALL: usize = 1_000;
/// Answers that are left out at the beginning, of each caller.
const WARM_UP: usize = 5;
/// Those who follow the event log.
const FOLLOWERS: usize = 1_000;
/// Streams that one person may have open.
const STREAMS_EACH: usize = 5;
/// Events that are told to all of them.
const ROUNDS: usize = 20;
const TAG: &str = "tag_bench";

/// Fills a store with so many conversations of five messages each, and asks for them in every way.
///
/// # Errors
/// [`BenchError`] when the store cannot be made or filled, or an answer is not what it should be.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    with_fresh(settings, async |db, _, _| measure(settings, db).await).await
}

async fn measure(settings: &Settings, db: &Db) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(CONVERSATIONS);
    let ask_for = if count < SMALL { Duration::from_millis(20) } else { ASK_FOR };
    let followers = count.clamp(STREAMS_EACH, FOLLOWERS);
    let Durability(promise) = durability(db).await?;
    let inbox = Inbox::new(db).await?;
    let (key, key_sha256) = new_key(&[1; 32]);
    let ids = inbox.engine.ids();
    let key_row = Write::ApiKey {
        id: ids.next(IdKind::ApiKey),
        rep_id: inbox.rep.id.clone(),
        name: "bench".to_owned(),
        key_sha256,
    };
    let tag = remit_engine::store::DeskWrite::NewTag { id: TAG.to_owned(), name: "bench".to_owned() };
    inbox.engine.commit_writes(DEFAULT_WORKSPACE, vec![key_row, Write::Desk(tag)]).await?;
    let begin = Instant::now();
    seeded::fill(db, count, &inbox.rep.id, TAG).await?;
    let filling = begin.elapsed();
    inbox.engine.index_anew().await?;
    let begin = Instant::now();
    inbox.engine.index_all().await?;
    let indexing = begin.elapsed();

    let figure = |name, value, unit| {
        let figure = Figure::new("api", name, value, unit).about("store", settings.store.as_str());
        figure.about("n", count).about("messages", count * MESSAGES).about("durability", promise.clone())
    };
    let at = serve(router(App::new(inbox.engine.clone(), [7; 32]))).await?;
    let mut figures = vec![
        figure("stored_per_s", count as f64 / filling.as_secs_f64(), "1/s"),
        figure("indexed_per_s", (count * (MESSAGES + 1)) as f64 / indexing.as_secs_f64(), "1/s"),
    ];
    let mut worst = 0.0_f64;
    for (name, query) in filters(count, &inbox) {
        let path = format!("/api/v1/conversations?limit=50{query}");
        let asked = ask(at, &key, (CALLERS, ask_for), move |_| path.clone()).await?;
        worst = worst.max(asked.quantile_ms(0.99));
        let one =
            |of, share| figure(of, asked.quantile_ms(share), "ms").about("filter", name).about("callers", CALLERS);
        figures.extend([one("list_p50_ms", 0.5), one("list_p99_ms", 0.99)]);
    }
    figures.push(figure("list_worst_p99_ms", worst, "ms").about("callers", CALLERS));
    let several = |name: &'static str, path: Box<dyn Fn(usize) -> String + Send + Sync>| (name, path);
    for (name, path) in [
        several(
            "detail_p99_ms",
            Box::new(move |at| format!("/api/v1/conversations/{}", seeded::conversation(at * 7_919 % count))),
        ),
        several(
            "messages_p99_ms",
            Box::new(move |at| format!("/api/v1/conversations/{}/messages", seeded::conversation(at * 7_919 % count))),
        ),
        several("counts_p99_ms", Box::new(|_| "/api/v1/conversations/counts".to_owned())),
        several(
            "search_p99_ms",
            Box::new(move |at| {
                let words = ["opening hours", "\"invoice of last month\"", "quest*", "hours zeppelin"];
                match at % 5 {
                    4 => format!("/api/v1/search?q=question%20{}", at * 7_919 % count),
                    place => format!("/api/v1/search?q={}", words[place].replace(' ', "%20").replace('"', "%22")),
                }
            }),
        ),
    ] {
        let asked = ask(at, &key, (CALLERS, ask_for), path).await?;
        figures.push(figure(name, asked.quantile_ms(0.99), "ms").about("callers", CALLERS).about("asked", asked.len()));
    }
    let ours = throughput(at, &key, ask_for, "/api/v1/conversations?limit=50").await?;
    let ceiling = throughput(serve(bare(db.clone())).await?, &key, ask_for, "/").await?;
    figures.extend([
        figure("requests_per_s", ours, "1/s").about("connections", CONNECTIONS),
        figure("ceiling_per_s", ceiling, "1/s").about("connections", CONNECTIONS),
        figure("ceiling_ratio", ours / ceiling, "of 1"),
    ]);
    let followed = follow(at, &inbox, followers).await?;
    figures.extend([
        figure("sse_mb", followed.mb, "MiB").about("clients", followers),
        figure("sse_fanout_p50_ms", followed.told.quantile_ms(0.5), "ms").about("clients", followers),
        figure("sse_fanout_p99_ms", followed.told.quantile_ms(0.99), "ms").about("clients", followers),
    ]);
    Ok(figures)
}

/// Every filter that the document names, alone, and some together; the last finds nothing.
fn filters(count: usize, inbox: &Inbox) -> Vec<(&'static str, String)> {
    let me = &inbox.rep.id;
    let one = |name: &'static str, query: &str| (name, format!("&{query}"));
    vec![
        ("none", String::new()),
        one("channel", "channel=email"),
        one("unread", "unread=true"),
        one("requires_action", "requires_action=true"),
        one("channel, unread", "channel=sms&unread=true"),
        one("channel, requires_action", "channel=sms&requires_action=true"),
        one("unread, requires_action", "unread=true&requires_action=true"),
        one("channel, unread, requires_action", "channel=chat&unread=true&requires_action=true"),
        one("two channels", "channel=email&channel=voice"),
        one("status open", "status=open"),
        one("status closed", "status=closed"),
        one("status snoozed", "status=snoozed"),
        one("two statuses", "status=open&status=snoozed"),
        one("assignee me", "assignee=me"),
        one("assignee none", "assignee=none"),
        one("assignee", &format!("assignee={me}")),
        one("team", "team=sales"),
        one("two teams", "team=sales&team=inbox"),
        one("tag", &format!("tag={TAG}")),
        one("contact", &format!("contact_id={}", seeded::contact(count / 2))),
        one("channel account", &format!("channel_id={}", inbox.channel("email"))),
        one("reason", "reason=approval_pending"),
        one("updated_after", "updated_after=2020-09-13T12:26:40Z"),
        one("status, assignee, channel", "status=closed&assignee=me&channel=email"),
        one("tag, team, status", &format!("tag={TAG}&team=sales&status=open")),
        one("nothing", "tag=tag_nothing&team=nobody"),
    ]
}

/// A server on this machine.
async fn serve(router: Router) -> Result<SocketAddr, BenchError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(at)
}

/// What axum and sqlx alone take to answer with fifty rows of the same table.
fn bare(db: Db) -> Router {
    const LIST: &str = "SELECT id, subject, status, preview, last_activity_at, contact_id FROM conversation \
                        WHERE workspace_id = $1 ORDER BY last_activity_at DESC, id DESC LIMIT 50";
    async fn list(State(db): State<Db>) -> Result<axum::Json<Vec<serde_json::Value>>, axum::http::StatusCode> {
        macro_rules! rows {
            ($pool:expr) => {{
                let rows = sqlx::query(LIST).bind(DEFAULT_WORKSPACE).fetch_all($pool).await;
                let rows = rows.map_err(|_| axum::http::StatusCode::INTERNAL_SERVER_ERROR)?;
                let text = |row: &_, at: usize| sqlx::Row::get::<Option<String>, _>(row, at);
                rows.iter()
                    .map(|row| {
                        serde_json::json!({ "id": text(row, 0), "subject": text(row, 1), "status": text(row, 2),
                            "preview": text(row, 3), "at": row.get::<i64, _>(4), "contact": text(row, 5) })
                    })
                    .collect()
            }};
        }
        Ok(axum::Json(match &db {
            Db::Sqlite { read, .. } => rows!(read),
            Db::Postgres { read, .. } => rows!(read),
        }))
    }
    Router::new().route("/", get(list)).with_state(db)
}

/// Asks for a while from so many callers at once.
async fn ask(
    at: SocketAddr,
    key: &str,
    (callers, ask_for): (usize, Duration),
    path: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Result<Durations, BenchError> {
    let path = Arc::new(path);
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..callers {
        let (path, key) = (Arc::clone(&path), key.to_owned());
        tasks.spawn(async move {
            let mut asked = Asked::connect(at, &key).await?;
            let mut took = Vec::new();
            let began = Instant::now();
            for number in 0.. {
                let path = path(number * callers + caller);
                let begin = Instant::now();
                let (status, _) = asked.get(&path).await?;
                if status != 200 {
                    return Err(BenchError::Unexpected(format!("{path} answers {status}")));
                }
                if number >= WARM_UP {
                    took.push(begin.elapsed());
                }
                if began.elapsed() > ask_for && took.len() > WARM_UP {
                    break;
                }
            }
            Ok::<_, BenchError>(took)
        });
    }
    let mut all = Durations::default();
    while let Some(done) = tasks.join_next().await {
        done??.into_iter().for_each(|took| all.push(took));
    }
    Ok(all)
}

/// Answers a second over many connections.
async fn throughput(at: SocketAddr, key: &str, ask_for: Duration, path: &'static str) -> Result<f64, BenchError> {
    let begin = Instant::now();
    let all = ask(at, key, (CONNECTIONS, ask_for), move |_| path.to_owned()).await?;
    Ok((all.len() + CONNECTIONS * WARM_UP) as f64 / begin.elapsed().as_secs_f64())
}

/// What following came to.
struct Followed {
    /// Resident memory that all of it took, in MiB: server and clients are one process here.
    mb: f64,
    /// From the commit until each of them has read it.
    told: Durations,
}

/// Many follow the log at once, and are told of some events.
async fn follow(at: SocketAddr, inbox: &Inbox, followers: usize) -> Result<Followed, BenchError> {
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
        let mut random = [9; 32];
        random[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let (key, key_sha256) = new_key(&random);
        let id = engine.ids().next(IdKind::Rep);
        let (name, email) = (format!("Follower {number}"), format!("follower{number}@acme.example"));
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
