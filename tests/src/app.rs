//! One engine on one database, with stand-ins around it.

use std::sync::Arc;
use std::time::Duration;

use remit_engine::clock::SystemIds;
use remit_engine::decide::normalise::{self, Arrival, InboundMessage, InboundSender};
use remit_engine::decide::person::{Edit, Yes};
use remit_engine::decide::reply::Compose;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, IdKind};
use remit_engine::models::EmbeddedModels;
use remit_engine::ports::{Clock, Models, SendClass};
use remit_engine::store::ingest::Ingested;
use remit_engine::store::rows::{
    ApprovalRow, ChannelRow, ContactRow, ConversationRow, DecisionRow, DraftRow, RepRow, RunRow,
};
use remit_engine::store::{Write, read};
use remit_engine::{Engine, Options, Parts};

use crate::fakes::Recorders;
use crate::{Database, Door, FakeModels, ManualClock, Recorder};

/// A running engine and everything a test may want to look at.
#[derive(Debug)]
pub struct TestApp {
    /// The engine.
    pub engine: Engine,
    /// Its clock: Tuesday 3 March 2026, 10:00 in UTC.
    pub clock: Arc<ManualClock>,
    /// What left.
    pub outbound: Arc<Recorders>,
    /// A rep with the role of an owner.
    pub rep: RepRow,
    /// While it is shut, nothing is drafted.
    pub drafting: Arc<Door>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    running: Option<tokio::task::JoinHandle<()>>,
}

/// A policy of one file: nothing lies beside it.
pub fn only(policy: &str) -> impl Fn(&str) -> Result<String, String> {
    let policy = policy.to_owned();
    move |path| if path == "test.remit" { Ok(policy.clone()) } else { Err("there is no such file".to_owned()) }
}

/// A yes to a draft as it stands.
#[must_use]
pub fn yes(draft: &DraftRow) -> Yes<'_> {
    Yes { version: draft.version, content_sha256: &draft.content_sha256, revision: None, edit: None }
}

/// A reply to be sent now.
#[must_use]
pub fn compose(text: &str) -> Compose {
    let text = Edit { subject: None, body_text: text.to_owned() };
    Compose { text, send_at: None, revision: None, knows_opted_out: false, files: Vec::new() }
}

/// The time every test begins at.
const START: &str = "2026-03-03T10:00:00Z";

#[derive(Debug)]
struct SharedClock(Arc<ManualClock>);
impl Clock for SharedClock {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }
}

#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a harness fails loudly")]
impl TestApp {
    /// An engine with this policy text in force and one channel of each kind.
    pub async fn new(database: &Database, policy: &str) -> Self {
        Self::with_class(database, policy, SendClass::Queryable).await
    }

    /// The same, with a way out of this class.
    pub async fn with_class(database: &Database, policy: &str, class: SendClass) -> Self {
        Self::tuned(database, policy, class, Options::default()).await
    }

    /// The same, with options of its own.
    pub async fn tuned(database: &Database, policy: &str, class: SendClass, options: Options) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let mut app = Self::over(database, clock, Recorder::everywhere(class), None, options).await;
        app.set_up().await;
        app.activate("test.remit", &only(policy)).await;
        app.start();
        app
    }

    /// The same with a policy that is shipped, and the embedded models.
    pub async fn shipped(database: &Database, root: &str) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let models = Some(Arc::new(EmbeddedModels) as Arc<dyn Models>);
        let mut app =
            Self::over(database, clock, Recorder::everywhere(SendClass::Queryable), models, Options::default()).await;
        app.set_up().await;
        let folder = crate::root().join("policies");
        app.activate(root, &|path| std::fs::read_to_string(folder.join(path)).map_err(|error| error.to_string())).await;
        app.start();
        app
    }

    /// Another process on the same database, with the same clock and the same way out: what is there after a crash.
    pub async fn again(&self, database: &Database) -> Self {
        let mut app =
            Self::over(database, Arc::clone(&self.clock), Arc::clone(&self.outbound), None, Options::default()).await;
        app.rep = self.rep.clone();
        app.start();
        app
    }

    /// An engine over a database as it is. Nothing runs yet.
    async fn over(
        database: &Database,
        clock: Arc<ManualClock>,
        outbound: Arc<Recorders>,
        models: Option<Arc<dyn Models>>,
        options: Options,
    ) -> Self {
        let drafting = Arc::new(Door::default());
        let models = models.unwrap_or_else(|| Arc::new(FakeModels { drafting: Arc::clone(&drafting) }));
        let parts = Parts {
            db: database.open().await,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::new(SystemIds::new(SharedClock(Arc::clone(&clock)))),
            models,
            outbound: Arc::clone(&outbound) as Arc<dyn remit_engine::ports::Outbounds>,
        };
        let engine = Engine::with(parts, options).await.expect("an engine");
        let rep = RepRow {
            workspace_id: DEFAULT_WORKSPACE.to_owned(),
            id: engine.ids().next(IdKind::Rep),
            name: "Ana".to_owned(),
            email: "ana@acme.example".to_owned(),
            role: "owner".to_owned(),
            created_at: clock.now_ms(),
            disabled_at: None,
            version: 1,
        };
        Self { engine, clock, outbound, rep, drafting, stop: None, running: None }
    }

    async fn set_up(&mut self) {
        let RepRow { id, name, email, role, .. } = self.rep.clone();
        let mut writes = vec![Write::Rep { id, name, email, role }];
        for kind in ChannelKind::ALL {
            writes.push(Write::Channel {
                id: format!("chn_{kind}"),
                kind: kind.to_string(),
                name: "Acme".to_owned(),
                address: format!("{kind}@acme.example"),
            });
        }
        self.engine.commit_writes(DEFAULT_WORKSPACE, writes).await.expect("set up");
    }

    async fn activate(&self, root: &str, read_file: &dyn Fn(&str) -> Result<String, String>) {
        let active = self.engine.activate(DEFAULT_WORKSPACE, root, read_file, "test").await;
        active.expect("the policy of the test checks");
    }

    /// Puts another policy text in force.
    pub async fn change_policy(&self, policy: &str) {
        self.activate("test.remit", &only(policy)).await;
    }

    /// Starts the workers.
    pub fn start(&mut self) {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let engine = self.engine.clone();
        self.running = Some(tokio::spawn(async move {
            engine
                .run(async move {
                    let _ = stopped.await;
                })
                .await;
        }));
        self.stop = Some(stop);
    }

    /// Stops the workers and waits until they have.
    pub async fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(running) = self.running.take() {
            running.await.expect("the workers end well");
        }
    }

    /// A message by chat, SMS, WhatsApp, voice or mail. Waits until it is dealt with.
    pub async fn receive(&self, kind: ChannelKind, from: &str, text: &str) -> Ingested {
        let ingested = self.store(kind, from, text).await;
        self.settle().await;
        ingested
    }

    /// The same without waiting.
    pub async fn store(&self, kind: ChannelKind, from: &str, text: &str) -> Ingested {
        let message = InboundMessage {
            external_id: self.engine.ids().next(IdKind::RawEvent),
            from: InboundSender { address: from.to_owned(), name: None, company: None },
            to: None,
            subject: (kind == ChannelKind::Email).then(|| "A subject".to_owned()),
            text: text.to_owned(),
            sent_at: None,
            in_reply_to: None,
            attachments: Vec::new(),
            automated: false,
        };
        let channel = self.channel(kind).await;
        let arrival = Arrival { channel: &channel, kind, source: "test", now_ms: self.engine.clock().now_ms() };
        let raw = serde_json::to_vec(&message).expect("JSON");
        let ingest = normalise::from_json(arrival, &message, &raw, self.engine.ids()).expect("a good message");
        self.engine.receive(ingest).await.expect("stored")
    }

    /// The channel of a kind.
    pub async fn channel(&self, kind: ChannelKind) -> ChannelRow {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let found = read::channel_by_id(&mut reader.conn(), &format!("chn_{kind}")).await;
        found.expect("a query").expect("the channel")
    }

    /// Waits until nothing due is left.
    pub async fn settle(&self) {
        let settled = tokio::time::timeout(Duration::from_secs(20), self.engine.settle()).await;
        settled.expect("it settles").expect("a store");
    }

    /// Moves the clock and waits until what became due is done.
    pub async fn wait(&self, by: Duration) {
        self.clock.advance(by);
        self.settle().await;
    }

    /// The run of a message.
    pub async fn run_of(&self, ingested: &Ingested) -> RunRow {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let run = read::run(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.run_id).await;
        run.expect("a query").expect("the run")
    }

    /// The latest decision on a message.
    pub async fn decision(&self, ingested: &Ingested) -> DecisionRow {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let found = read::decisions_of_message(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.message_id).await;
        found.expect("a query").into_iter().next().expect("every message has a decision")
    }

    /// Reasons for which a message's conversation needs a person.
    pub async fn actions(&self, ingested: &Ingested) -> Vec<String> {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let rows = read::actions(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.conversation_id).await;
        rows.expect("a query").into_iter().map(|row| row.reason).collect()
    }

    /// What a message's run waits for.
    pub async fn approval(&self, ingested: &Ingested) -> ApprovalRow {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let row = read::approval_pending(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.run_id).await;
        row.expect("a query").expect("a pending approval")
    }

    /// Approves what a message's run waits for, as it stands.
    pub async fn approve(&self, ingested: &Ingested) -> Result<(), remit_engine::EngineError> {
        let approval = self.approval(ingested).await;
        let mut reader = self.engine.db().read().await.expect("a reader");
        let draft = read::draft(&mut reader.conn(), DEFAULT_WORKSPACE, &approval.draft_id).await;
        let draft = draft.expect("a query").expect("the draft");
        drop(reader);
        self.engine.approve(&self.rep, &approval.id, yes(&draft)).await
    }

    /// A message's draft as it is now.
    pub async fn draft(&self, ingested: &Ingested) -> DraftRow {
        let id = self.run_of(ingested).await.draft_id.expect("a draft");
        let mut reader = self.engine.db().read().await.expect("a reader");
        read::draft(&mut reader.conn(), DEFAULT_WORKSPACE, &id).await.expect("a query").expect("the draft")
    }

    /// A message's conversation.
    pub async fn conversation(&self, ingested: &Ingested) -> ConversationRow {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let found = read::conversation(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.conversation_id).await;
        found.expect("a query").expect("the conversation")
    }

    /// One more rep.
    pub async fn colleague(&self, name: &str, role: &str) -> RepRow {
        let email = format!("{}@acme.example", name.to_lowercase());
        let rep = Write::Rep {
            id: self.engine.ids().next(IdKind::Rep),
            name: name.to_owned(),
            email: email.clone(),
            role: role.to_owned(),
        };
        self.engine.commit_writes(DEFAULT_WORKSPACE, vec![rep]).await.expect("set up");
        let mut reader = self.engine.db().read().await.expect("a reader");
        read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, &email).await.expect("a query").expect("the rep")
    }

    /// A reply of the rep's own, now.
    pub async fn reply(&self, ingested: &Ingested, text: &str) -> Result<String, remit_engine::EngineError> {
        self.engine.reply(&self.rep, &ingested.conversation_id, &compose(text)).await
    }

    /// The timeline of a message's conversation as a person reads it, oldest first: kind and summary.
    pub async fn timeline(&self, ingested: &Ingested) -> String {
        let mut reader = self.engine.db().read().await.expect("a reader");
        let rows =
            read::timeline(&mut reader.conn(), DEFAULT_WORKSPACE, &ingested.conversation_id, i64::MAX, "~", 100).await;
        let mut rows = rows.expect("a query");
        rows.reverse();
        rows.iter().map(|row| format!("{:<18} {}\n", row.kind, row.summary)).collect()
    }

    /// Its contact.
    pub async fn contact(&self, ingested: &Ingested) -> ContactRow {
        let id = self.conversation(ingested).await.contact_id;
        let mut reader = self.engine.db().read().await.expect("a reader");
        read::contact(&mut reader.conn(), DEFAULT_WORKSPACE, &id).await.expect("a query").expect("the contact")
    }

    /// A mail as it came in by SMTP. Waits until it is dealt with.
    pub async fn mail(&self, raw: &str) -> Ingested {
        let channel = self.channel(ChannelKind::Email).await;
        let ingest = self.engine.read_mail(&channel, "test", raw.replace('\n', "\r\n").into_bytes()).await;
        let ingested = self.engine.receive(ingest.expect("read")).await.expect("stored");
        self.settle().await;
        ingested
    }

    /// Texts that left, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        self.outbound.recorder.sent().into_iter().map(|message| message.body_text).collect()
    }
}
