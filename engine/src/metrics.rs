//! What a process counts of itself, in the text form that Prometheus reads.
//!
//! Counting is an atomic or two beside work that costs thousands of times more. What only the store knows is asked for
//! when somebody reads, at most every other second, by statements that stop counting at [`MOST`].

use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::classify::drift::Shift;
use crate::domain::{DEFAULT_WORKSPACE, ErrorClass, JobState};
use crate::engine::Engine;
use crate::stop::KILL_SWITCH;
use crate::store::{Conn, StoreError, Writer, read};

/// Jobs of a state are counted up to this.
pub const MOST: i64 = 10_000;
/// What the store says is asked for again after this.
const FRESH: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    outcome: &'static str,
    gate: &'static str,
    channel: &'static str,
    mode: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Message {
    channel: &'static str,
    direction: &'static str,
    author: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Drifted {
    certificate: String,
    model: String,
    measure: &'static str,
}

/// Declares label sets of one label each.
macro_rules! labels {
    ($($name:ident { $field:ident })+) => {
        $(#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)] struct $name { $field: &'static str })+
    };
}
labels! { Class { class } State { state } Step { step } Reason { reason } }

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// From a tenth of a millisecond to about a minute and a half.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.5, 15))
}

/// What a process counts of itself.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    decisions: Family<Decided, Counter>,
    messages: Family<Message, Counter>,
    retries: Family<Class, Counter>,
    steps: Times<Step>,
    waited: Histogram,
    looks: Counter,
    taken_over: Counter,
    lost: Counter,
    revived: Counter,
    parked: Counter,
    overloaded: Counter,
    rejected: Family<Reason, Counter>,
    requests: Times<Request>,
    jobs: Family<State, Gauge>,
    oldest: Gauge,
    approvals: Gauge,
    approval_age: Gauge,
    in_memory: Gauge,
    kill_switch: Gauge,
    drift: Family<Drifted, Gauge<f64, AtomicU64>>,
    asked: tokio::sync::Mutex<Option<Instant>>,
}

impl Metrics {
    /// Nothing is counted yet. `writer` brings what it counts itself.
    pub(crate) fn new(writer: &Writer) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("remit"),
            decisions: Family::default(),
            messages: Family::default(),
            retries: Family::default(),
            steps: Family::new_with_constructor(seconds),
            // From a millisecond to about four hours.
            waited: Histogram::new(exponential_buckets(0.001, 3.0, 16)),
            looks: Counter::default(),
            taken_over: Counter::default(),
            lost: Counter::default(),
            revived: Counter::default(),
            parked: Counter::default(),
            overloaded: Counter::default(),
            rejected: Family::default(),
            requests: Family::new_with_constructor(seconds),
            jobs: Family::default(),
            oldest: Gauge::default(),
            approvals: Gauge::default(),
            approval_age: Gauge::default(),
            in_memory: Gauge::default(),
            kill_switch: Gauge::default(),
            drift: Family::default(),
            asked: tokio::sync::Mutex::new(None),
        };
        metrics.register(writer);
        metrics
    }

    /// Names are the contract; a counter's name is written with `_total` behind it.
    fn register(&mut self, writer: &Writer) {
        let registry = &mut self.registry;
        registry.register("gate_decisions", "Decisions of the gate", self.decisions.clone());
        registry.register("messages", "Messages that came in, and attempts to send one", self.messages.clone());
        registry.register("retries", "Failures of a step or a send, by class", self.retries.clone());
        registry.register("step_seconds", "How long a step of a run took", self.steps.clone());
        registry.register("queue_wait_seconds", "From a run's time to its first step", self.waited.clone());
        registry.register("queue_looks", "How often the store was asked for work", self.looks.clone());
        registry.register("leases_taken_over", "Runs whose worker was gone", self.taken_over.clone());
        registry.register("moves_lost", "Steps that lost their run to somebody else", self.lost.clone());
        registry.register("runs_revived", "Forgotten runs that the last net found", self.revived.clone());
        registry.register("runs_parked", "Runs that a process died over too often", self.parked.clone());
        registry.register("runs_overloaded", "Messages left to people under overload", self.overloaded.clone());
        registry.register("intake_rejected", "Messages that were turned away", self.rejected.clone());
        registry.register("http_requests_seconds", "Requests by route template", self.requests.clone());
        registry.register("jobs", format!("Jobs by state, counted up to {MOST}"), self.jobs.clone());
        registry.register("queue_oldest_seconds", "How long the oldest run that is due waits", self.oldest.clone());
        registry.register("approvals_pending", format!("Drafts that wait, up to {MOST}"), self.approvals.clone());
        registry.register("approval_age_seconds", "How long the oldest draft waits", self.approval_age.clone());
        registry.register("runs_in_memory", "Runs that this process has in hand", self.in_memory.clone());
        registry.register("kill_switch", "1 while all sending is stopped", self.kill_switch.clone());
        registry.register(
            "certificate_drift",
            "How far messages have shifted since a certificate was granted, while it is",
            self.drift.clone(),
        );
        let (changes, commits) = writer.measured();
        registry.register("commit_changes", "Changes that shared a commit", changes.clone());
        registry.register("commit_seconds", "How long a commit took", commits.clone());
    }

    pub(crate) fn decided(&self, outcome: &'static str, gate: &'static str, channel: &'static str, mode: &str) {
        self.decisions.get_or_create(&Decided { outcome, gate, channel, mode: mode.to_owned() }).inc();
    }

    pub(crate) fn arrived(&self, channel: &'static str) {
        let message = Message { channel, direction: "inbound", author: "contact", status: "received" };
        self.messages.get_or_create(&message).inc();
    }

    pub(crate) fn handed_over(&self, channel: &'static str, by_rep: bool, status: &'static str) {
        let author = if by_rep { "rep" } else { "ai_agent" };
        self.messages.get_or_create(&Message { channel, direction: "outbound", author, status }).inc();
    }

    pub(crate) fn failed(&self, class: ErrorClass) {
        self.retries.get_or_create(&Class { class: class.as_str() }).inc();
    }

    pub(crate) fn step(&self, step: &'static str, took: Duration) {
        self.steps.get_or_create(&Step { step }).observe(took.as_secs_f64());
    }

    pub(crate) fn waited(&self, ms: i64) {
        self.waited.observe(ms.max(0) as f64 / 1000.0);
    }

    pub(crate) fn looked(&self) {
        self.looks.inc();
    }

    /// How often this process asked the store for work.
    #[must_use]
    pub fn looks(&self) -> u64 {
        self.looks.get()
    }

    pub(crate) fn taken_over(&self, runs: u64) {
        self.taken_over.inc_by(runs);
    }

    pub(crate) fn lost(&self) {
        self.lost.inc();
    }

    pub(crate) fn revived(&self, runs: u64) {
        self.revived.inc_by(runs);
    }

    pub(crate) fn parked(&self) {
        self.parked.inc();
    }

    pub(crate) fn overloaded(&self) {
        self.overloaded.inc();
    }

    pub(crate) fn drifted(&self, certificate: &str, model: &str, shifts: &[Shift]) {
        for shift in shifts {
            let measure = shift.measure.as_str();
            let of = Drifted { certificate: certificate.to_owned(), model: model.to_owned(), measure };
            self.drift.get_or_create(&of).set(shift.index);
        }
    }

    /// A message was turned away at the door for this reason, one of a few words.
    pub fn rejected(&self, reason: &'static str) {
        self.rejected.get_or_create(&Reason { reason }).inc();
    }

    /// A request was answered. `route` is the template, never the path itself.
    pub fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let request = Request { route: route.to_owned(), method: method.to_owned(), status };
        self.requests.get_or_create(&request).observe(took.as_secs_f64());
    }

    async fn ask_store(&self, engine: &Engine) -> Result<(), StoreError> {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < FRESH) {
            return Ok(());
        }
        let now = engine.clock().now_ms();
        let mut reader = engine.db().read().await?;
        let conn = &mut reader.conn();
        for (state, many) in counts(conn, DEFAULT_WORKSPACE, now).await? {
            self.jobs.get_or_create(&State { state: state.as_str() }).set(many);
            if state == JobState::Waiting {
                self.approvals.set(many);
            }
        }
        let age = |since: Option<i64>| since.map_or(0, |at| (now - at).max(0) / 1000);
        self.oldest.set(age(read::queue_oldest(conn).await?.and_then(|row| row.0)));
        let oldest = read::approvals(conn, DEFAULT_WORKSPACE, "pending", i64::MIN, "", 1).await?;
        self.approval_age.set(age(oldest.first().map(|approval| approval.created_at)));
        let switches = read::switches(conn, DEFAULT_WORKSPACE).await?;
        self.kill_switch.set(i64::from(switches.iter().any(|switch| switch.name == KILL_SWITCH && switch.is_on)));
        *asked = Some(Instant::now());
        Ok(())
    }
}

/// How many jobs there are in each state in which they wait or have failed, each counted up to [`MOST`].
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn counts(conn: &mut Conn<'_>, ws: &str, now_ms: i64) -> Result<Vec<(JobState, i64)>, StoreError> {
    let rows = read::job_counts(conn, ws, now_ms, MOST).await?;
    let of = |word: &str| rows.iter().find(|(state, _)| state == word).map_or(0, |(_, many)| *many);
    Ok([
        (JobState::Queued, of("queued")),
        (JobState::Retrying, of("retrying")),
        (JobState::Working, of("working")),
        (JobState::Waiting, of("waiting_approval")),
        (JobState::Scheduled, of("scheduled")),
        (JobState::Held, of("held")),
        (JobState::InDoubt, of("in_doubt")),
        (JobState::Failed, (of("failed") - of("in_doubt")).max(0)),
    ]
    .to_vec())
}

impl Engine {
    /// Everything that is counted, as Prometheus reads it. Where the store does not answer, its figures are those of the
    /// last time.
    pub async fn metrics_text(&self) -> String {
        let metrics = self.metrics();
        metrics.in_memory.set(i64::try_from(self.lanes().len()).unwrap_or(i64::MAX));
        if let Err(error) = metrics.ask_store(self).await {
            tracing::warn!(%error, "the store does not answer; its figures are old");
        }
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &metrics.registry) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        text
    }
}
