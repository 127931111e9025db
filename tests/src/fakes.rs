//! Stand-ins for the outside world.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use remit_dsl::Policy;
use remit_engine::adapters::{OutboundRouter, Providers};
use remit_engine::ports::{
    Classification, Classifier, ClassifyError, ClassifyInput, Clock, DraftError, DraftInput, DraftText, Drafter,
    ModelCall, ModelPair, Models, Outbound, OutboundMessage, Outbounds, SendClass, SendError, SendReceipt,
};
use remit_engine::store::rows::ChannelRow;

/// A clock that moves only when told.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at this RFC 3339 time.
    ///
    /// # Panics
    /// When the text is no time.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the time stands in the test")]
    pub fn at(time: &str) -> Self {
        let time: jiff::Timestamp = time.parse().expect("an RFC 3339 time");
        Self(AtomicI64::new(time.as_millisecond()))
    }

    /// Stands at this RFC 3339 time from now on, be it earlier or later.
    ///
    /// # Panics
    /// When the text is no time.
    #[expect(clippy::expect_used, reason = "the time stands in the test")]
    pub fn set(&self, time: &str) {
        let time: jiff::Timestamp = time.parse().expect("an RFC 3339 time");
        self.0.store(time.as_millisecond(), Ordering::SeqCst);
    }

    /// Moves on.
    pub fn advance(&self, by: std::time::Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Models that do as the message says: a text that begins with `[question 0.93]` is classified so, `[broken]` makes the
/// classifier fail, `[panic]` makes it panic, `[question 0.93 spare]` is answered by another model, `spare`, as when the usual
/// one cannot be asked, of `[question 0.93 and thanks]` a part is about something else; anything else is abstained from. Drafts are `Re: <intent>`; a text with `{draft: ..}` names its draft.
/// Under a policy called `paid` they say that their answers cost money.
#[derive(Debug, Default)]
pub struct FakeModels {
    /// While it is shut, nothing is drafted.
    pub drafting: Arc<Door>,
}

impl Models for FakeModels {
    fn for_policy(&self, policy: &Policy) -> Result<ModelPair, String> {
        let told = Arc::new(Told { free: policy.name() != "paid", drafting: Arc::clone(&self.drafting) });
        Ok((Arc::clone(&told) as Arc<dyn Classifier>, told))
    }
}

#[derive(Debug)]
struct Told {
    free: bool,
    drafting: Arc<Door>,
}

/// What passes it waits while it is shut.
#[derive(Debug)]
pub struct Door {
    open: tokio::sync::watch::Sender<bool>,
    waiting: AtomicUsize,
}

impl Default for Door {
    fn default() -> Self {
        Self { open: tokio::sync::watch::Sender::new(true), waiting: AtomicUsize::new(0) }
    }
}

impl Door {
    /// From now on everybody waits.
    pub fn shut(&self) {
        self.open.send_replace(false);
    }

    /// Lets everybody through.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Waits until this many wait.
    ///
    /// # Panics
    /// When they have not come after ten seconds.
    #[expect(clippy::expect_used, reason = "a harness fails loudly")]
    pub async fn crowd(&self, many: usize) {
        let come = async {
            while self.waiting() < many {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), come).await.expect("they come");
    }

    async fn pass(&self) {
        if *self.open.borrow() {
            return;
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut seen = self.open.subscribe();
        let _ = seen.wait_for(|open| *open).await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Classifier for Told {
    fn id(&self) -> &str {
        "told"
    }

    fn tiers(&self) -> Vec<String> {
        vec!["told".to_owned(), "spare".to_owned()]
    }

    fn is_free(&self) -> bool {
        self.free
    }

    async fn classify(&self, input: &ClassifyInput<'_>) -> Result<Classification, ClassifyError> {
        let told = input.text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(told, _)| told);
        assert_ne!(told, Some("panic"), "told to panic");
        if told == Some("broken") {
            return Err(ClassifyError::Unavailable("told to fail".to_owned()));
        }
        let (told, also) = match told.and_then(|told| told.split_once(" and ")) {
            Some((told, also)) => (Some(told), Some(also)),
            None => (told, None),
        };
        let spare = told.and_then(|told| told.strip_suffix(" spare"));
        let (intent, confidence) = match spare.or(told).and_then(|told| told.split_once(' ')) {
            Some((intent, confidence)) => (Some(intent.to_owned()), confidence.parse().unwrap_or(0.0)),
            None => (None, 0.0),
        };
        Ok(Classification {
            intent,
            confidence,
            margin: 1.0,
            alternatives: Vec::new(),
            also: also.map(|also| (also.to_owned(), 0.8)).into_iter().collect(),
            language: Some("en".to_owned()),
            model: spare.map_or("told", |_| "spare").to_owned(),
            evidence: Vec::new(),
        })
    }
}

#[async_trait]
impl Drafter for Told {
    fn is_free(&self) -> bool {
        self.free
    }

    async fn draft(&self, input: &DraftInput<'_>) -> Result<DraftText, DraftError> {
        self.drafting.pass().await;
        if input.text.contains("{no draft}") || input.instruction == Some("{no draft}") {
            return Err(DraftError::NoDrafter(input.intent.to_owned()));
        }
        let within =
            |begin: &str| input.text.split_once(begin).and_then(|(_, rest)| rest.split_once('}')).map(|(told, _)| told);
        // Written from behind: so the draft says it and the message does not.
        if let Some(told) = within(BY_MODEL) {
            let body_text = told.chars().rev().collect();
            return Ok(DraftText { subject: None, body_text, source: "model:told".to_owned(), rests_on: Vec::new() });
        }
        let told = within("{draft: ");
        Ok(DraftText {
            subject: input.subject.map(|subject| format!("Re: {subject}")),
            body_text: match (input.instruction, told) {
                (Some(instruction), _) => format!("As you asked ({instruction}): an answer to your {}.", input.intent),
                (None, Some(told)) => told.to_owned(),
                (None, None) => format!("An answer to your {}.", input.intent),
            },
            source: "told".to_owned(),
            rests_on: Vec::new(),
        })
    }

    async fn draft_and_tell(&self, input: &DraftInput<'_>) -> (Result<DraftText, DraftError>, Vec<ModelCall>) {
        let draft = self.draft(input).await;
        let call = ModelCall {
            purpose: "draft",
            model: "told".to_owned(),
            prompt_version: "0",
            request: "{}".to_owned(),
            answer: None,
            error: None,
            tokens_in: None,
            tokens_out: None,
            cost_micros: None,
            took_ms: 0,
        };
        (draft, if input.text.contains(BY_MODEL) { vec![call] } else { Vec::new() })
    }
}

/// Stands before what a model is to draft.
const BY_MODEL: &str = "{by model: ";

/// A way out that remembers what left and does what it is told.
#[derive(Debug)]
pub struct Recorder {
    sent: Mutex<Vec<OutboundMessage>>,
    failures: Mutex<Vec<SendError>>,
    answers_lost: AtomicUsize,
    class: SendClass,
    /// While it is shut, nothing is handed over.
    pub before: Door,
    /// While it is shut, what was handed over is not confirmed.
    pub after: Door,
}

impl Recorder {
    /// Nothing has left yet.
    #[must_use]
    pub fn everywhere(class: SendClass) -> Arc<Recorders> {
        let recorder = Arc::new(Self {
            sent: Mutex::new(Vec::new()),
            failures: Mutex::new(Vec::new()),
            answers_lost: AtomicUsize::new(0),
            class,
            before: Door::default(),
            after: Door::default(),
        });
        let outbound = recorder.clone() as Arc<dyn Outbound>;
        Arc::new(Recorders { outbound, recorder, router: OnceLock::new(), detained: AtomicBool::new(false) })
    }

    /// What has left, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<OutboundMessage> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next so many messages are taken, and nobody learns of it.
    pub fn lose_answers(&self, times: usize) {
        self.answers_lost.store(times, Ordering::SeqCst);
    }

    /// The next sends fail so, first one first.
    pub fn fail_with(&self, mut failures: Vec<SendError>) {
        failures.reverse();
        *self.failures.lock().unwrap_or_else(PoisonError::into_inner) = failures;
    }
}

/// The same recorder for every channel.
#[derive(Debug)]
pub struct Recorders {
    outbound: Arc<dyn Outbound>,
    /// What remembers.
    pub recorder: Arc<Recorder>,
    /// Where channels leave that are connected with a provider.
    router: OnceLock<OutboundRouter>,
    /// While it is set, a send that has been claimed does not get as far as being handed over.
    pub detained: AtomicBool,
}

impl Recorders {
    /// From now on channels that have a provider leave by it.
    pub fn by_providers(&self, providers: Providers) {
        let router = OutboundRouter::new(Arc::clone(&self.outbound), None).with_providers(providers);
        assert!(self.router.set(router).is_ok(), "it is said once");
    }
}

impl Outbounds for Recorders {
    fn for_channel(&self, channel: &ChannelRow) -> Arc<dyn Outbound> {
        if self.detained.load(Ordering::SeqCst) {
            tokio::task::block_in_place(|| {
                while self.detained.load(Ordering::SeqCst) {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            });
        }
        match self.router.get() {
            Some(router) if channel.provider.is_some() => router.for_channel(channel),
            _ => Arc::clone(&self.outbound),
        }
    }
}

#[async_trait]
impl Outbound for Recorder {
    fn class(&self) -> SendClass {
        self.class
    }

    async fn send(&self, message: &OutboundMessage) -> Result<SendReceipt, SendError> {
        if let Some(failure) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Err(failure);
        }
        self.before.pass().await;
        let known = self.sent().iter().any(|other| other.idempotency_key == message.idempotency_key);
        if !known || self.class != SendClass::Idempotent {
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        }
        self.after.pass().await;
        let lost = self.answers_lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if lost.is_ok() {
            return Err(SendError::InDoubt("the line went dead".to_owned()));
        }
        Ok(SendReceipt { provider_ref: message.idempotency_key.clone() })
    }

    async fn look_up(&self, message: &OutboundMessage) -> Result<Option<SendReceipt>, SendError> {
        let sent = self.sent();
        let found = sent.iter().find(|other| other.idempotency_key == message.idempotency_key);
        Ok(found.map(|found| SendReceipt { provider_ref: found.idempotency_key.clone() }))
    }
}
