//! `api`: the inbox by HTTP on a full store, as many callers ask it at once, beside what axum and sqlx alone can do; and
//! many who follow the event log.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use remit_api::http::{App, new_key, router};
use remit_engine::domain::{DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::{Db, DeskWrite, Write, read};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::asked::Asked;
use crate::figure::Durations;
use crate::follow::{STREAMS_EACH, follow};
use crate::inbox::Inbox;
use crate::seeded::{self, MESSAGES, TAG};
use crate::store::{Durability, durability, with_kept};
use crate::{BenchError, Figure, Settings, filters};

const CONVERSATIONS: usize = 20_000;
/// Callers who ask at once.
const CALLERS: usize = 16;
/// Connections over which throughput is measured.
const CONNECTIONS: usize = 32;
/// How long one thing is asked for; on a store too small to mean anything, as long as it takes to ask.
const ASK_FOR: Duration = Duration::from_secs(2);
const SMALL: usize = 1_000;
/// Answers that are left out at the beginning, of each caller.
const WARM_UP: usize = 5;
/// Those who follow the event log.
const FOLLOWERS: usize = 1_000;
/// Pages before the one that is deep in the list.
const DEEP: usize = 20;
/// Rounds in which throughput is measured, ours and the bare one in turn; the median counts.
const ROUNDS: usize = 3;

/// Fills a store with so many conversations of five messages each, and asks for them in every way.
///
/// # Errors
/// [`BenchError`] when the store cannot be made or filled, or an answer is not what it should be.
pub async fn run(settings: &Settings) -> Result<Vec<Figure>, BenchError> {
    with_kept(settings, async |db| measure(settings, db).await).await
}

/// What asks, and what it says of a figure.
struct Bench<'a> {
    settings: &'a Settings,
    count: usize,
    promise: String,
    at: SocketAddr,
    key: String,
    /// How long one thing is asked for.
    ask_for: Duration,
    figures: Vec<Figure>,
}

async fn measure(settings: &Settings, db: &Db) -> Result<Vec<Figure>, BenchError> {
    let count = settings.count_or(CONVERSATIONS);
    let Durability(promise) = durability(db).await?;
    let inbox = Inbox::new(db).await?;
    let (key, key_sha256) = new_key(&rand::random());
    let ids = inbox.engine.ids();
    let key_row = Write::ApiKey {
        id: ids.next(IdKind::ApiKey),
        rep_id: inbox.rep.id.clone(),
        name: "bench".to_owned(),
        key_sha256,
    };
    let mut writes = vec![key_row];
    let mut reader = db.read().await?;
    if read::tag_by_name(&mut reader.conn(), DEFAULT_WORKSPACE, "bench").await?.is_none() {
        writes.push(Write::Desk(DeskWrite::NewTag { id: TAG.to_owned(), name: "bench".to_owned() }));
    }
    drop(reader);
    inbox.engine.commit_writes(DEFAULT_WORKSPACE, writes).await?;
    let filling = seeded::fill(db, count, &inbox.rep.id, TAG).await?;
    let begin = Instant::now();
    inbox.engine.index_all().await?;
    let indexing = begin.elapsed();
    let at = serve(router(App::new(inbox.engine.clone(), [7; 32]))).await?;
    let ask_for = if count < SMALL { Duration::from_millis(20) } else { ASK_FOR };
    let mut bench = Bench { settings, count, promise, at, key, ask_for, figures: Vec::new() };
    if let Some(filling) = filling {
        bench.say("stored_per_s", count as f64 / filling.as_secs_f64(), "1/s");
        bench.say("indexed_per_s", (count * (MESSAGES + 1)) as f64 / indexing.as_secs_f64(), "1/s");
    }
    bench.lists(&inbox).await?;
    bench.rest(&inbox).await?;
    bench.beside_the_ceiling(db).await?;
    let followers = count.clamp(STREAMS_EACH, FOLLOWERS);
    let followed = follow(at, &inbox, followers).await?;
    bench.say("sse_mb", followed.mb, "MiB").insert("clients", followers.into());
    bench.say("sse_fanout_p50_ms", followed.told.quantile_ms(0.5), "ms").insert("clients", followers.into());
    bench.say("sse_fanout_p99_ms", followed.told.quantile_ms(0.99), "ms").insert("clients", followers.into());
    Ok(bench.figures)
}

impl Bench<'_> {
    /// Adds a figure; gives what it says of what it was measured on.
    fn say(&mut self, name: &'static str, value: f64, unit: &'static str) -> &mut BTreeMap<&'static str, Value> {
        let figure = Figure::new("api", name, value, unit).about("store", self.settings.store.as_str());
        let figure = figure.about("n", self.count).about("messages", self.count * MESSAGES);
        self.figures.push(figure.about("durability", self.promise.clone()));
        let at = self.figures.len() - 1;
        &mut self.figures[at].about
    }

    /// Asks for a while; the 99th of 100 is a figure of this name.
    async fn p99(
        &mut self,
        name: &'static str,
        path: impl Fn(usize) -> String + Send + Sync + 'static,
    ) -> Result<(), BenchError> {
        let asked = ask(self.at, &self.key, (CALLERS, self.ask_for), path).await?;
        let about = self.say(name, asked.quantile_ms(0.99), "ms");
        about.insert("callers", CALLERS.into());
        about.insert("asked", asked.len().into());
        Ok(())
    }

    /// The inbox in every way.
    async fn lists(&mut self, inbox: &Inbox) -> Result<(), BenchError> {
        let mut all = filters::named(self.count, inbox);
        all.push(("deep", self.deep().await?));
        let mut worst = 0.0_f64;
        for (name, query) in all {
            let path = format!("/api/v1/conversations?limit=50{query}");
            let asked = ask(self.at, &self.key, (CALLERS, self.ask_for), move |_| path.clone()).await?;
            worst = worst.max(asked.quantile_ms(0.99));
            for (figure, share) in [("list_p50_ms", 0.5), ("list_p99_ms", 0.99)] {
                let about = self.say(figure, asked.quantile_ms(share), "ms");
                about.insert("filter", name.into());
                about.insert("callers", CALLERS.into());
            }
        }
        self.say("list_worst_p99_ms", worst, "ms").insert("callers", CALLERS.into());
        let combined = filters::combined(self.count, inbox);
        let many = combined.len();
        let path = move |at: usize| {
            let query = combined.get(at % many).map_or("", String::as_str);
            format!("/api/v1/conversations?limit=50{query}")
        };
        let long = self.ask_for * 3;
        let asked = ask(self.at, &self.key, (CALLERS, long), path).await?;
        for (figure, share) in [("list_combined_p50_ms", 0.5), ("list_combined_p99_ms", 0.99)] {
            let about = self.say(figure, asked.quantile_ms(share), "ms");
            about.insert("combinations", many.into());
            about.insert("callers", CALLERS.into());
            about.insert("asked", asked.len().into());
        }
        Ok(())
    }

    /// The query of a page far down.
    async fn deep(&self) -> Result<String, BenchError> {
        let mut asked = Asked::connect(self.at, &self.key).await?;
        let mut query = String::new();
        for _ in 0..DEEP {
            let page = asked.json(&format!("/api/v1/conversations?limit=50{query}")).await?;
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("&cursor={cursor}");
        }
        Ok(query)
    }

    /// One conversation and what is shown beside it, numbers, searches.
    async fn rest(&mut self, inbox: &Inbox) -> Result<(), BenchError> {
        let count = self.count;
        let of = move |at: usize| seeded::conversation(at * 7_919 % count);
        self.p99("detail_p99_ms", move |at| format!("/api/v1/conversations/{}", of(at))).await?;
        self.p99("messages_p99_ms", move |at| format!("/api/v1/conversations/{}/messages", of(at))).await?;
        self.p99("timeline_p99_ms", move |at| format!("/api/v1/conversations/{}/timeline", of(at))).await?;
        self.p99("ai_status_p99_ms", move |at| format!("/api/v1/conversations/{}/ai-status", of(at))).await?;
        self.p99("contact_p99_ms", move |at| format!("/api/v1/contacts/{}", seeded::contact(at * 7_919 % count)))
            .await?;
        self.p99("counts_p99_ms", |_| "/api/v1/conversations/counts".to_owned()).await?;
        let filters: Vec<String> = filters::named(count, inbox).into_iter().skip(2).map(|(_, query)| query).collect();
        let filters: Vec<String> = filters.into_iter().filter(|query| !query.contains("sort=")).collect();
        let many = filters.len();
        let filter = move |at: usize| {
            let query = filters.get(at % many).map_or("", |query| query.trim_start_matches('&'));
            format!("/api/v1/conversations/counts?{query}")
        };
        self.p99("filtered_counts_p99_ms", filter).await?;
        let words = ["opening hours", "\"invoice of last month\"", "quest*", "hours zeppelin", "visitor", "zeppelin"];
        let search = move |at: usize| {
            let typed = words
                .get(at % (words.len() + 1))
                .map_or_else(|| format!("question {}", at * 7_919 % count), |one| (*one).to_owned());
            format!("/api/v1/search?q={}", typed.replace(' ', "%20").replace('"', "%22"))
        };
        self.p99("search_p99_ms", search).await?;
        let narrowed = ["type=contact", "channel=sms", "type=message&channel=chat", "until=2021-01-01T00:00:00Z"];
        let search = move |at: usize| {
            let narrowed = narrowed.get(at % narrowed.len()).copied().unwrap_or_default();
            format!("/api/v1/search?q={}&{narrowed}", if at.is_multiple_of(3) { "opening%20hours" } else { "visitor" })
        };
        self.p99("narrowed_search_p99_ms", search).await
    }

    /// Throughput, ours and the bare one in turn.
    async fn beside_the_ceiling(&mut self, db: &Db) -> Result<(), BenchError> {
        let bare = serve(bare(db).await?).await?;
        let (mut ours, mut ceiling) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(throughput(self.at, &self.key, self.ask_for, "/api/v1/conversations?limit=50").await?);
            ceiling.push(throughput(bare, &self.key, self.ask_for, "/").await?);
        }
        let median = |mut of: Vec<f64>| {
            of.sort_by(f64::total_cmp);
            of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let (ours, ceiling) = (median(ours), median(ceiling));
        self.say("requests_per_s", ours, "1/s").insert("connections", CONNECTIONS.into());
        self.say("ceiling_per_s", ceiling, "1/s").insert("connections", CONNECTIONS.into());
        self.say("ceiling_ratio", ours / ceiling, "of 1");
        Ok(())
    }
}

/// A server on this machine.
async fn serve(router: Router) -> Result<SocketAddr, BenchError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    // As `remit serve` does: a router by itself would be copied for each connection.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(at)
}

/// What axum and sqlx alone take to answer with fifty rows of the same table, with pools as sqlx makes them.
async fn bare(db: &Db) -> Result<Router, BenchError> {
    const LIST: &str = "SELECT id, subject, status, preview, last_activity_at, contact_id FROM conversation \
                        WHERE workspace_id = $1 ORDER BY last_activity_at DESC, id DESC LIMIT 50";
    #[derive(Clone)]
    enum Pool {
        Sqlite(sqlx::SqlitePool),
        Postgres(sqlx::PgPool),
    }
    async fn list(State(pool): State<Pool>) -> Result<axum::Json<Vec<serde_json::Value>>, axum::http::StatusCode> {
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
        Ok(axum::Json(match &pool {
            Pool::Sqlite(pool) => rows!(pool),
            Pool::Postgres(pool) => rows!(pool),
        }))
    }
    let pool = match db {
        Db::Sqlite { write, .. } => {
            let options = (*write.connect_options()).clone();
            Pool::Sqlite(SqlitePoolOptions::new().max_connections(4).connect_with(options).await?)
        }
        Db::Postgres { write, .. } => {
            let options = (*write.connect_options()).clone();
            Pool::Postgres(PgPoolOptions::new().max_connections(16).connect_with(options).await?)
        }
    };
    Ok(Router::new().route("/", get(list)).with_state(pool))
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
