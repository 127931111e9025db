//! Random days in the life of an inbox, beside a model simple enough to be believed.
//!
//! Whatever happens - messages, yeses, edits, replies of people, pauses, the kill switch, other policies, crashes - no
//! message leaves unless the model allows exactly this text at exactly this moment, each at most once, and in order.
//! `REMIT_PROPERTY_SEEDS=FIRST..LAST` tries others than the usual seeds, `REMIT_PROPERTY_STEPS` longer days.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use remit_engine::decide::person::{Edit, Yes};
use remit_engine::decide::reply::Compose;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::ports::{OutboundMessage, SendClass};
use remit_engine::replies::Gesture;
use remit_engine::store::ingest::Ingested;
use remit_engine::store::{read, rows::ApprovalRow};
use remit_tests::{Database, Killable, Kind, TestApp, compose, each_database, yes};

const LENIENT: &str = r#"remit 1
policy days "For tests"
timezone "Europe/Berlin"
autonomy controlled
undo 0s
undo 5m for channel sms
team inbox
agent ada on chat, sms
hours always { daily 00:00-24:00 }
intent question { reply send from 0.80, else approval }
intent unsubscribe { reply off also opt_out }
intent other { reply approval }
limit hourly: 4 replies per channel per hour else hold until always
route { otherwise: to team inbox sla 8h }
approvals { expire after 12h then escalate  remind after 2h  approvers team inbox }
"#;

/// The same, and nothing leaves without a person.
fn strict() -> String {
    LENIENT.replace("autonomy controlled", "autonomy assisted")
}

const CONTACTS: usize = 6;

fn address(contact: usize) -> (ChannelKind, String) {
    if contact < CONTACTS / 2 {
        (ChannelKind::Chat, format!("visitor-{contact}"))
    } else {
        (ChannelKind::Sms, format!("+4179123450{contact}"))
    }
}

#[derive(Debug, Clone, Default)]
struct Contact {
    paused: bool,
    opted_out: bool,
    human: bool,
    /// The latest message they wrote.
    latest: Option<usize>,
    /// The latest message of theirs that was answered by the AI.
    answered: Option<usize>,
}

/// One inbound message.
#[derive(Debug, Clone)]
struct Message {
    contact: usize,
    /// The classifier is sure of it: it may leave on its own where the policy is lenient.
    sure: bool,
    ingested: Ingested,
}

/// Everything that decides whether a text may leave, and no more.
#[derive(Debug, Default)]
struct Model {
    stopped: bool,
    strict: bool,
    off: BTreeSet<ChannelKind>,
    contacts: Vec<Contact>,
    messages: Vec<Message>,
    /// Texts that a person let go, by the message they answer.
    approved: BTreeSet<(usize, String)>,
    /// Replies of reps that may leave, and to whom.
    replies: BTreeMap<String, usize>,
    seen: BTreeSet<String>,
    texts: usize,
}

impl Model {
    /// Takes note of what has left. Says what should not have.
    fn left(&mut self, message: &OutboundMessage) -> Result<(), String> {
        let text = &message.body_text;
        let wrong = |why: &str| Err(format!("`{text}` to {} left although {why}", message.to));
        if !self.seen.insert(text.clone()) {
            return wrong("it had left before");
        }
        if self.off.contains(&message.channel) {
            return wrong("the channel is switched off");
        }
        if let Some(contact) = self.replies.remove(text) {
            let right = address(contact).1 == message.to;
            return if right { Ok(()) } else { wrong("it was written to somebody else") };
        }
        let Some(number) = text.split(['d', 'e', '-']).nth(1).and_then(|number| number.parse::<usize>().ok()) else {
            return wrong("nobody wrote it, or it was taken back");
        };
        let Message { contact, sure, .. } = self.messages[number].clone();
        let (who, original) = (&mut self.contacts[contact], text.starts_with('d'));
        if address(contact).1 != message.to {
            return wrong("it answers somebody else");
        }
        if self.stopped {
            return wrong("sending is stopped");
        }
        if who.paused || who.opted_out || who.human {
            return wrong(&format!("{who:?}"));
        }
        if who.latest != Some(number) {
            return wrong("the contact has written again");
        }
        if who.answered.replace(number).is_some_and(|before| before >= number) {
            return wrong("it is out of order");
        }
        let on_its_own = original && sure && !self.strict && message.automatic;
        let let_go = self.approved.contains(&(number, text.clone())) && !message.automatic;
        if on_its_own || let_go { Ok(()) } else { wrong("nobody and no policy let it go") }
    }
}

struct Day {
    process: Option<Killable>,
    database: Arc<Database>,
    model: Model,
    random: StdRng,
    log: Vec<String>,
    checked: usize,
    seed: u64,
}

impl Day {
    fn app(&self) -> &Arc<TestApp> {
        self.process.as_ref().expect("it runs").app()
    }

    fn contact(&mut self) -> usize {
        self.random.random_range(0..CONTACTS)
    }

    fn note(&mut self, what: String) {
        self.log.push(what);
    }

    /// What is wrong, with the seed and what happened before.
    fn fail(&self, why: &str) -> ! {
        let tail = self.log.len().saturating_sub(25);
        panic!("seed {}, step {}: {why}\n  {}", self.seed, self.log.len(), self.log[tail..].join("\n  "));
    }

    /// Looks at everything that has left since the last look.
    async fn check(&mut self) {
        let sent = self.app().outbound.recorder.sent();
        for message in &sent[self.checked..] {
            if let Err(why) = self.model.left(message) {
                self.fail(&why);
            }
            if message.body_text.starts_with(['d', 'e']) {
                self.has_a_decision(message).await;
            }
        }
        self.checked = sent.len();
    }

    /// The store agrees with the model: the latest decision on it says send, or a person said yes to this very text.
    async fn has_a_decision(&self, sent: &OutboundMessage) {
        let number: usize = sent.body_text.split(['d', 'e', '-']).nth(1).unwrap().parse().unwrap();
        let ingested = &self.model.messages[number].ingested;
        let decision = self.app().decision(ingested).await;
        let draft = self.app().draft(ingested).await;
        if draft.body_text != sent.body_text {
            self.fail(&format!("the draft says `{}`, what left says `{}`", draft.body_text, sent.body_text));
        }
        if sent.automatic && (decision.outcome != "send" || decision.draft_id.as_deref() != Some(draft.id.as_str())) {
            self.fail(&format!("`{}` left on its own, the decision says {}", sent.body_text, decision.outcome));
        }
    }

    async fn pending(&mut self) -> Option<ApprovalRow> {
        let app = self.app();
        let mut reader = app.engine.db().read().await.unwrap();
        let rows = read::approvals(&mut reader.conn(), DEFAULT_WORKSPACE, "pending", i64::MIN, "", 100).await.unwrap();
        rows.choose(&mut self.random).cloned()
    }

    fn number_of(&self, approval: &ApprovalRow) -> usize {
        let found = self.model.messages.iter().position(|message| message.ingested.run_id == approval.run_id);
        found.expect("every run answers a message")
    }

    async fn draft_of(&self, approval: &ApprovalRow) -> remit_engine::store::rows::DraftRow {
        let mut reader = self.app().engine.db().read().await.unwrap();
        read::draft(&mut reader.conn(), DEFAULT_WORKSPACE, &approval.draft_id).await.unwrap().unwrap()
    }

    async fn write_in(&mut self, contact: usize, kind: &str, sure: bool) {
        let number = self.model.messages.len();
        let (channel, from) = address(contact);
        let text = format!("[{kind}] {{draft: d{number}}}");
        self.note(format!("contact {contact} writes {text}"));
        let ingested = self.app().store(channel, &from, &text).await;
        let who = &mut self.model.contacts[contact];
        who.latest = Some(number);
        who.opted_out |= kind.starts_with("unsubscribe");
        // What reps have scheduled is withdrawn.
        self.model.replies.retain(|_, to| *to != contact);
        self.model.messages.push(Message { contact, sure, ingested });
    }

    async fn conversation_of(&self, contact: usize) -> Option<String> {
        let latest = self.model.contacts[contact].latest?;
        Some(self.model.messages[latest].ingested.conversation_id.clone())
    }

    async fn step(&mut self) {
        self.relax().await;
        let contact = self.contact();
        match self.random.random_range(0..24) {
            0..=4 => self.write_in(contact, "question 0.95", true).await,
            5..=7 => self.write_in(contact, "question 0.40", false).await,
            8 if self.random.random_bool(0.3) => self.write_in(contact, "unsubscribe 0.97", false).await,
            8 => self.burst().await,
            9..=11 => self.answer_one().await,
            12 => self.edit_one().await,
            13 => self.reply(contact).await,
            14 => self.take_back(contact).await,
            15 => self.hand_over(contact).await,
            16 => self.pause(contact).await,
            17 => self.flip().await,
            18 => {
                self.model.strict = !self.model.strict;
                self.note(format!("strict: {}", self.model.strict));
                let text = if self.model.strict { strict() } else { LENIENT.to_owned() };
                let app = Arc::clone(self.app());
                app.change_policy(&text).await;
            }
            19 => {
                let kind = address(contact).0;
                let on = !self.model.off.insert(kind);
                if on {
                    self.model.off.remove(&kind);
                }
                self.note(format!("{kind} active: {on}"));
                let id = format!("chn_{kind}");
                self.app().engine.set_channel_active(DEFAULT_WORKSPACE, &id, on, "a test", "Ana").await.unwrap();
            }
            20 => self.crash().await,
            _ => {
                let by = Duration::from_secs(*[1, 100, 301, 3_601, 8_000].choose(&mut self.random).unwrap());
                self.note(format!("{} s pass", by.as_secs()));
                self.app().clock.advance(by);
            }
        }
        self.app().engine.wake();
        self.app().settle().await;
        self.check().await;
    }

    /// Lifts a restriction now and then; without this little would ever leave.
    async fn relax(&mut self) {
        if !self.random.random_bool(0.4) {
            return;
        }
        let contact = self.contact();
        let Contact { human, paused, .. } = self.model.contacts[contact];
        if self.model.stopped {
            self.flip().await;
        } else if let Some(kind) = self.model.off.pop_first() {
            self.note(format!("{kind} active: true"));
            let id = format!("chn_{kind}");
            self.app().engine.set_channel_active(DEFAULT_WORKSPACE, &id, true, "a test", "Ana").await.unwrap();
        } else if human {
            self.hand_over(contact).await;
        } else if paused {
            self.pause(contact).await;
        }
    }

    /// Several at once, and nobody waits for anybody.
    async fn burst(&mut self) {
        let mut contacts: Vec<usize> = (0..CONTACTS).collect();
        contacts.shuffle(&mut self.random);
        contacts.truncate(self.random.random_range(2..=CONTACTS));
        for contact in contacts {
            self.write_in(contact, "question 0.95", true).await;
        }
        // While they are being worked on, the switch is flipped: what leaves after the answer is wrong.
        if self.random.random_bool(0.5) && !self.model.stopped {
            self.note("stopped in the middle".to_owned());
            let app = Arc::clone(self.app());
            let stopped = app.engine.flip(DEFAULT_WORKSPACE, "kill_switch", true, "a test", "Ana").await.unwrap();
            let in_flight = stopped.in_flight;
            self.check().await;
            // Those that were being handed over may still arrive.
            let before = self.checked;
            app.settle().await;
            let arrived = app.outbound.recorder.sent().len() - before;
            if arrived > in_flight {
                self.fail(&format!("{arrived} arrived after the stop, {in_flight} were in flight"));
            }
            self.check().await;
            self.model.stopped = true;
        }
    }

    async fn answer_one(&mut self) {
        let Some(approval) = self.pending().await else { return };
        let (number, draft) = (self.number_of(&approval), self.draft_of(&approval).await);
        let app = Arc::clone(self.app());
        match self.random.random_range(0..6) {
            0 => {
                self.note(format!("d{number} is rejected"));
                app.engine.reject(&app.rep, &approval.id, "no").await.unwrap();
            }
            1 => {
                self.note(format!("another text than d{number} is approved"));
                let other = Yes { content_sha256: "0000", ..yes(&draft) };
                if app.engine.approve(&app.rep, &approval.id, other).await.is_ok() {
                    self.fail("a yes to a text that nobody saw was taken");
                }
            }
            2 => {
                self.model.texts += 1;
                let edit = Edit { subject: None, body_text: format!("e{number}-{}", self.model.texts) };
                self.note(format!("{} is approved instead of {}", edit.body_text, draft.body_text));
                let own = Yes { edit: Some(&edit), ..yes(&draft) };
                if app.engine.approve(&app.rep, &approval.id, own).await.is_ok() {
                    self.model.approved.insert((number, edit.body_text));
                }
            }
            _ => {
                self.note(format!("{} is approved", draft.body_text));
                let answer = app.engine.approve(&app.rep, &approval.id, yes(&draft)).await;
                if answer.is_ok() {
                    if self.model.stopped {
                        self.fail("a draft was approved while sending is stopped");
                    }
                    self.model.approved.insert((number, draft.body_text));
                }
            }
        }
    }

    async fn edit_one(&mut self) {
        let Some(approval) = self.pending().await else { return };
        let (number, draft) = (self.number_of(&approval), self.draft_of(&approval).await);
        self.model.texts += 1;
        let edit = Edit { subject: None, body_text: format!("e{number}-{}", self.model.texts) };
        self.note(format!("{} becomes {}", draft.body_text, edit.body_text));
        let (app, seen) = (Arc::clone(self.app()), (draft.version, draft.content_sha256.as_str()));
        app.engine.edit_draft(&app.rep, &draft.id, seen, &edit).await.unwrap();
    }

    async fn reply(&mut self, contact: usize) {
        let Some(conversation) = self.conversation_of(contact).await else { return };
        self.model.texts += 1;
        let text = format!("r{}", self.model.texts);
        let app = Arc::clone(self.app());
        let send_at = self.random.random_bool(0.4).then(|| app.engine.clock().now_ms() + 1_800_000);
        self.note(format!("a rep replies {text} to contact {contact}, later: {}", send_at.is_some()));
        let own = Compose { send_at, knows_opted_out: true, ..compose(&text) };
        if app.engine.reply(&app.rep, &conversation, &own).await.is_ok() {
            self.model.replies.insert(text, contact);
            self.model.contacts[contact].human = true;
        }
    }

    async fn take_back(&mut self, contact: usize) {
        let Some(conversation) = self.conversation_of(contact).await else { return };
        let app = Arc::clone(self.app());
        let mut reader = app.engine.db().read().await.unwrap();
        let drafts =
            read::drafts(&mut reader.conn(), DEFAULT_WORKSPACE, &conversation, i64::MAX, "~", 1).await.unwrap();
        drop(reader);
        let Some(draft) = drafts.first() else { return };
        if app.engine.take_back(&app.rep, &draft.id).await.is_ok() {
            self.note(format!("{} is taken back", draft.body_text));
            self.model.replies.remove(&draft.body_text);
            self.model.approved.retain(|(_, text)| *text != draft.body_text);
            // It may leave again only with a yes, and it is no automatic one any more.
            if let Some(number) = self.model.messages.iter().position(|message| message.ingested.run_id == draft.run_id)
            {
                self.model.messages[number].sure = false;
            }
        }
    }

    async fn hand_over(&mut self, contact: usize) {
        let Some(conversation) = self.conversation_of(contact).await else { return };
        let human = &mut self.model.contacts[contact].human;
        *human = !*human;
        let gesture = if *human { Gesture::TakeOver } else { Gesture::HandBack };
        self.note(format!("contact {contact}: {gesture:?}"));
        let app = Arc::clone(self.app());
        app.engine.gesture(&app.rep, &conversation, gesture).await.unwrap();
    }

    async fn pause(&mut self, contact: usize) {
        let Some(latest) = self.model.contacts[contact].latest else { return };
        let app = Arc::clone(self.app());
        let id = app.contact(&self.model.messages[latest].ingested).await.id;
        let paused = !self.model.contacts[contact].paused;
        self.note(format!("contact {contact} paused: {paused}"));
        self.model.contacts[contact].paused = paused;
        if paused {
            app.engine.pause(&app.rep, &id, "a test", None).await.unwrap();
        } else {
            app.engine.resume(&app.rep, &id, None).await.unwrap();
        }
    }

    async fn flip(&mut self) {
        self.model.stopped = !self.model.stopped;
        self.note(format!("stopped: {}", self.model.stopped));
        let on = self.model.stopped;
        self.app().engine.flip(DEFAULT_WORKSPACE, "kill_switch", on, "a test", "Ana").await.unwrap();
    }

    /// The plug is pulled while something is being done, before or after the provider has it.
    async fn crash(&mut self) {
        let before = self.random.random_bool(0.5);
        let recorder = Arc::clone(&self.app().outbound.recorder);
        if before {
            recorder.before.shut()
        } else {
            recorder.after.shut()
        }
        let contact = self.contact();
        self.write_in(contact, "question 0.95", true).await;
        tokio::time::sleep(Duration::from_millis(self.random.random_range(0..40))).await;
        self.note(format!("the process is killed, {} the provider's door", if before { "before" } else { "behind" }));
        let dead = self.process.take().expect("it runs").kill();
        recorder.before.open();
        recorder.after.open();
        // Leases run out.
        dead.clock.advance(Duration::from_secs(31));
        self.process = Some(Killable::after(&dead, &self.database).await);
    }
}

async fn live_a_day(database: Arc<Database>, seed: u64, steps: usize) -> usize {
    let process = Killable::start(&database, LENIENT, SendClass::Queryable).await;
    let model = Model { contacts: vec![Contact::default(); CONTACTS], ..Model::default() };
    let random = StdRng::seed_from_u64(seed);
    let mut day = Day { process: Some(process), database, model, random, log: Vec::new(), checked: 0, seed };
    for _ in 0..steps {
        day.step().await;
    }
    // A send that a killed process had begun is tried again after a moment.
    day.app().clock.advance(Duration::from_secs(60));
    day.app().engine.wake();
    day.app().settle().await;
    day.check().await;
    // Nothing is stuck, and every message has a decision.
    for number in 0..day.model.messages.len() {
        let ingested = day.model.messages[number].ingested.clone();
        let run = day.app().run_of(&ingested).await;
        if !(run.stage.is_terminal() || run.stage.is_parked()) {
            day.fail(&format!("d{number} is stuck at {}", run.stage));
        }
        if run.stage != Stage::Failed {
            day.app().decision(&ingested).await;
        }
    }
    let sent = day.checked;
    drop(day.process.take().map(Killable::kill));
    sent
}

fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

each_database!(no_message_leaves_without_a_live_decision_whatever_happens, |database| {
    let (kind, usual) = (database.kind, if database.kind == Kind::Sqlite { 8 } else { 3 });
    drop(database);
    let seeds: String = setting("REMIT_PROPERTY_SEEDS").unwrap_or_else(|| format!("1..{}", usual + 1));
    let (first, last) = seeds.split_once("..").expect("FIRST..LAST");
    let steps = setting("REMIT_PROPERTY_STEPS").unwrap_or(80);
    let mut sent = 0;
    for seed in first.parse().unwrap()..last.parse().unwrap() {
        let database = Arc::new(Database::fresh(kind).await.expect("as before"));
        sent += live_a_day(database, seed, steps).await;
    }
    println!("{seeds}: {sent} messages left, each of them rightly");
    assert!(sent > 0);
});
