//! What is written together ends as if it had been written one by one.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use remit_engine::decide::normalise::{Arrival, InboundMessage, InboundSender, from_json};
use remit_engine::domain::{ActionReason, ChannelKind, ClosedReason, DEFAULT_WORKSPACE, IdKind, Stage};
use remit_engine::ports::Ids;
use remit_engine::store::ingest::{Ingest, Ingested};
use remit_engine::store::rows::ChannelRow;
use remit_engine::store::{
    Db, Fence, Guarded, LimitClaim, NewActivation, Outcome, RunMove, SendClaim, SendFence, TimelineEntry, Transition,
    Write, Writer, read,
};
use remit_tests::{Database, Kind, each_database};

const START: i64 = 1_767_225_600_000;

/// Ids that are the same in every run of a test.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn next(&self, kind: IdKind) -> String {
        format!("{}_{:026}", kind.prefix(), self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// A store with a rep, two channels and a policy.
struct Store {
    db: Db,
    writer: Writer,
    channels: Vec<ChannelRow>,
}

impl Store {
    async fn new(database: &Database) -> Self {
        let db = database.open().await;
        let writer = Writer::start(&db);
        let mut writes = vec![
            Write::Workspace { name: "Remit".to_owned() },
            Write::Rep {
                id: "rep_1".to_owned(),
                name: "Ana".to_owned(),
                email: "ana@acme.example".to_owned(),
                role: "owner".to_owned(),
            },
            Write::Switch {
                name: "kill_switch".to_owned(),
                is_on: false,
                reason: String::new(),
                by: "test".to_owned(),
            },
            Write::PolicyVersion {
                digest: "sha256:1".to_owned(),
                name: "test".to_owned(),
                root: "test.remit".to_owned(),
                files: "{}".to_owned(),
            },
            Write::PolicyPublish(Box::new(NewActivation {
                id: "act_1".to_owned(),
                digest: "sha256:1".to_owned(),
                previous: None,
                how: "set_up",
                by_id: None,
                by_name: "test".to_owned(),
                freer: false,
                acknowledged: None,
                summary: "{}".to_owned(),
            })),
        ];
        for kind in [ChannelKind::Chat, ChannelKind::Email] {
            writes.push(Write::Channel {
                id: format!("chn_{kind}"),
                kind: kind.to_string(),
                name: "Acme".to_owned(),
                address: format!("{kind}@acme.example"),
            });
        }
        writer.commit(transition(None, writes)).await.unwrap();
        let mut reader = db.read().await.unwrap();
        let channels = read::channels(&mut reader.conn(), DEFAULT_WORKSPACE).await.unwrap();
        drop(reader);
        Self { db, writer, channels }
    }

    fn message(&self, ids: &Counted, kind: ChannelKind, from: &str, external_id: &str, quotes: Option<&str>) -> Ingest {
        let channel = self.channels.iter().find(|channel| channel.kind == kind.as_str()).unwrap();
        let message = InboundMessage {
            external_id: external_id.to_owned(),
            from: InboundSender { address: from.to_owned(), name: Some(format!("Name of {from}")), company: None },
            to: None,
            subject: Some("Subject".to_owned()).filter(|_| kind == ChannelKind::Email),
            text: format!("Hello \"there\", this is {external_id}.\nYours \\ {from}"),
            sent_at: None,
            in_reply_to: quotes.map(str::to_owned),
            attachments: Vec::new(),
            automated: false,
        };
        let raw =
            if external_id.ends_with('7') { b"\xff\0 no text".to_vec() } else { serde_json::to_vec(&message).unwrap() };
        from_json(Arrival { channel, kind, source: "test", now_ms: START }, &message, &raw, ids).unwrap()
    }

    /// Every row of every table, as text.
    async fn dump(&self) -> Vec<String> {
        let mut dump = Vec::new();
        match &self.db {
            Db::Sqlite { write, .. } => {
                let tables: Vec<(String,)> = sqlx::query_as(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name <> 'event_log'",
                )
                .fetch_all(write)
                .await
                .unwrap();
                for (table,) in tables {
                    let columns: Vec<(String,)> = sqlx::query_as("SELECT name FROM pragma_table_info($1)")
                        .bind(&table)
                        .fetch_all(write)
                        .await
                        .unwrap();
                    let shown: Vec<String> = columns.iter().map(|(name,)| format!("quote({name})")).collect();
                    let all = format!("SELECT {} FROM {table}", shown.join(" || ',' || "));
                    let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(all)).fetch_all(write).await.unwrap();
                    dump.extend(rows.into_iter().map(|(row,)| format!("{table}: {row}")));
                }
            }
            Db::Postgres { write, .. } => {
                let tables: Vec<(String,)> = sqlx::query_as(
                    "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' AND tablename <> 'event_log'",
                )
                .fetch_all(write)
                .await
                .unwrap();
                for (table,) in tables {
                    let all = format!("SELECT to_jsonb(t)::text FROM {table} t");
                    let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(all)).fetch_all(write).await.unwrap();
                    dump.extend(rows.into_iter().map(|(row,)| format!("{table}: {row}")));
                }
            }
        }
        dump.sort();
        dump
    }
}

fn transition(run: Option<RunMove>, writes: Vec<Write>) -> Transition {
    Transition { workspace_id: DEFAULT_WORKSPACE.to_owned(), now_ms: START, fence: None, unchanged: None, run, writes }
}

fn to(run_id: &str, version: i64, stage: Stage) -> RunMove {
    RunMove {
        id: run_id.to_owned(),
        version,
        epoch: 0,
        stage,
        attempt: 0,
        approved: false,
        held_since: None,
        ready_at: Some(START).filter(|_| !stage.is_terminal()),
        closed_reason: (stage == Stage::Closed).then_some(ClosedReason::Escalated),
        last_error: None,
        draft_id: None,
        decision_id: None,
    }
}

fn entry(ids: &Counted, run: &Ingested, contact: &str, summary: &str) -> Write {
    Write::Timeline(Box::new(TimelineEntry {
        id: ids.next(IdKind::Timeline),
        conversation_id: run.conversation_id.clone(),
        contact_id: contact.to_owned(),
        kind: "note",
        actor_kind: "system",
        actor_name: None,
        summary: summary.to_owned(),
        refers_to: None,
        data: serde_json::Value::Null,
        at: START,
    }))
}

/// The writes of a step that classifies, drafts and decides.
fn decided(ids: &Counted, run: &Ingested, contact: &str) -> (Vec<Write>, String, String, String) {
    let (draft, effect, message) = (ids.next(IdKind::Draft), ids.next(IdKind::Effect), ids.next(IdKind::Message));
    let step =
        |step, output: &str| Write::Step { run_id: run.run_id.clone(), step, revision: 1, output: output.to_owned() };
    let writes = vec![
        step("classify", "{\"intent\":\"thanks\"}"),
        Write::Classified {
            message_id: run.message_id.clone(),
            intent: Some("thanks".to_owned()),
            confidence: Some(900),
            margin: None,
            language: None,
            classifier: "test".to_owned(),
        },
        step("draft", "{}"),
        Write::Draft {
            id: draft.clone(),
            conversation_id: run.conversation_id.clone(),
            message_id: run.message_id.clone(),
            run_id: run.run_id.clone(),
            subject: None,
            body_text: "You are welcome".to_owned(),
            content_sha256: "0".to_owned(),
            source: "test".to_owned(),
            base_revision: 1,
        },
        Write::Decision {
            id: ids.next(IdKind::Decision),
            run_id: run.run_id.clone(),
            message_id: run.message_id.clone(),
            conversation_id: run.conversation_id.clone(),
            draft_id: Some(draft.clone()),
            gate: "draft",
            policy_digest: "sha256:1".to_owned(),
            outcome: "send",
            rule: "rule".to_owned(),
            rule_file: "test.remit".to_owned(),
            rule_line: 1,
            rule_column: 1,
            record: "{\"a\":\"b\\nc\"}".to_owned(),
            took_us: 5,
            mode: "full".to_owned(),
        },
        Write::Route {
            conversation_id: run.conversation_id.clone(),
            team: Some("inbox".to_owned()),
            person: None,
            priority: None,
            sla_at: Some(START + 1),
        },
        Write::Effect {
            id: effect.clone(),
            run_id: run.run_id.clone(),
            conversation_id: run.conversation_id.clone(),
            message_id: message.clone(),
            idempotency_key: format!("key-{effect}"),
            payload: "{}".to_owned(),
            automatic: true,
        },
        Write::ActionAdd { conversation_id: run.conversation_id.clone(), reason: ActionReason::Escalation },
        entry(ids, run, contact, "decided"),
    ];
    (writes, draft, effect, message)
}

/// A transition that begins a send of this run, under a limit.
fn claim(
    run: &Ingested,
    contact: &str,
    revision: i64,
    most: i64,
    version: i64,
    parts: (&str, &str, &str),
) -> Transition {
    let (draft, effect, message) = parts;
    let limit =
        LimitClaim { limit: "hourly".to_owned(), subject: "ada".to_owned(), bucket_start: START, most: Some(most) };
    let visible = SendClaim {
        message_id: message.to_owned(),
        conversation_id: run.conversation_id.clone(),
        channel_kind: "chat",
        author_kind: "ai_agent",
        author_name: "ada".to_owned(),
        from_address: "chat@acme.example".to_owned(),
        to_address: "visitor".to_owned(),
        subject: None,
        body_text: "You are welcome".to_owned(),
        attachments: "[]".to_owned(),
        external_id: format!("{message}@acme.example"),
        reply_refs: vec!["quoted".to_owned()],
        draft_id: draft.to_owned(),
        ai_turn: true,
    };
    let writes = vec![
        Write::EffectStart { id: effect.to_owned(), boot: "bot_1".to_owned(), message: Some(Box::new(visible)) },
        Write::LimitCount { limit: "hourly".to_owned(), subject: "ada".to_owned(), bucket_start: START },
    ];
    let mut claim = transition(Some(to(&run.run_id, version, Stage::Sending)), writes);
    let seen = SendFence {
        revision,
        human_active: false,
        contact_version: 1,
        policy_digest: "sha256:1".to_owned(),
        paused: false,
        opted_out: false,
        suppressed: false,
        email_warmup: false,
        // The store was set up with one.
        flips: 1,
        limits: vec![limit],
    };
    claim.fence = Some(Guarded {
        conversation_id: run.conversation_id.clone(),
        contact_id: contact.to_owned(),
        run_id: run.run_id.clone(),
        fence: Fence::Send(seen),
    });
    claim
}

/// What one message became, as the test knows it.
struct Known {
    run: Ingested,
    contact: String,
    version: i64,
    parts: Option<(String, String, String)>,
}

/// One round of random transitions over the runs there are: frequent ones first, then those with rare writes, which is
/// the order in which a group does them. Some are out of date and must lose.
fn round(random: &mut StdRng, ids: &Counted, known: &mut [Known]) -> [Vec<Transition>; 2] {
    let mut frequent = Vec::new();
    let mut rare = Vec::new();
    for one in known {
        let (run, contact) = (&one.run, one.contact.as_str());
        let stale = random.random_ratio(1, 6);
        let version = if stale { one.version + 7 } else { one.version };
        match (random.random_range(0..5), &one.parts) {
            (0 | 1, None) => {
                let (writes, draft, effect, message) = decided(ids, run, contact);
                let mut moved = to(&run.run_id, version, Stage::Gated);
                moved.draft_id = Some(draft.clone());
                let mut decided = transition(Some(moved), writes);
                if random.random_ratio(1, 8) {
                    // Not the revision it has.
                    decided.unchanged = Some((run.conversation_id.clone(), 99));
                } else if !stale {
                    one.parts = Some((draft, effect, message));
                    one.version += 1;
                }
                frequent.push(decided);
            }
            (1, Some((draft, effect, message))) if one.version == 2 => {
                // The first message of a conversation has revision 1 for as long as it is the only one.
                let claim = claim(run, contact, 1, 1_000, version, (draft, effect, message));
                frequent.push(claim);
                one.version = 100;
            }
            (2, Some((draft, effect, message))) => {
                let writes = vec![
                    Write::EffectFinish {
                        id: effect.clone(),
                        message_id: message.clone(),
                        state: "sent",
                        message_status: "sent",
                        provider_ref: Some("ref".to_owned()),
                        last_error: None,
                    },
                    Write::DraftStatus { id: draft.clone(), status: "sent" },
                    entry(ids, run, contact, "sent"),
                ];
                frequent.push(transition(None, writes));
            }
            (3, _) => {
                let writes = vec![
                    Write::ActionRemove {
                        conversation_id: run.conversation_id.clone(),
                        reason: ActionReason::Escalation,
                    },
                    Write::ContactCompany { id: contact.to_owned(), company: "Acme".to_owned() },
                    entry(ids, run, contact, "a person looked"),
                ];
                rare.push(transition(None, writes));
            }
            _ => frequent.push(transition(None, vec![entry(ids, run, contact, "looked at")])),
        }
    }
    [frequent, rare]
}

async fn same_however_grouped(kind: Kind, seed: u64) -> bool {
    let (Some(first), Some(second)) = (Database::fresh(kind).await, Database::fresh(kind).await) else { return false };
    let (single, grouped) = (Store::new(&first).await, Store::new(&second).await);
    let (mut random, ids) = (StdRng::seed_from_u64(seed), Counted::default());
    let mut known: Vec<Known> = Vec::new();
    for number in 0..6 {
        let mut ingests = Vec::new();
        for _ in 0..random.random_range(5..40) {
            let person = random.random_range(0..12);
            let external = format!("m-{}", random.random_range(0..120));
            let quoted = format!("m-{}", random.random_range(0..120));
            let quotes = random.random_bool(0.5).then_some(quoted.as_str());
            let kind = if random.random_bool(0.5) { ChannelKind::Chat } else { ChannelKind::Email };
            let address =
                if kind == ChannelKind::Chat { format!("v{person}") } else { format!("p{person}@example.com") };
            ingests.push(single.message(&ids, kind, &address, &external, quotes));
        }
        let mut one_by_one = Vec::new();
        for ingest in ingests.clone() {
            one_by_one.push(single.writer.ingest(ingest).await.unwrap());
        }
        let together = join_all(ingests.into_iter().map(|ingest| grouped.writer.ingest(ingest))).await;
        let together: Vec<_> = together.into_iter().map(Result::unwrap).collect();
        assert_eq!(one_by_one, together, "seed {seed}, round {number}");
        let mut reader = single.db.read().await.unwrap();
        for (run, _) in one_by_one.into_iter().filter(|(run, _)| !run.duplicate) {
            let thread = read::conversation(&mut reader.conn(), DEFAULT_WORKSPACE, &run.conversation_id).await.unwrap();
            known.push(Known { run, contact: thread.unwrap().contact_id, version: 1, parts: None });
        }
        drop(reader);

        // Apart, for PostgreSQL has several writers, which keep no order between them.
        for transitions in round(&mut random, &ids, &mut known) {
            let mut one_by_one = Vec::new();
            for transition in transitions.clone() {
                one_by_one.push(single.writer.commit(transition).await.unwrap());
            }
            let together = join_all(transitions.into_iter().map(|transition| grouped.writer.commit(transition))).await;
            let together: Vec<_> = together.into_iter().map(Result::unwrap).collect();
            assert_eq!(one_by_one, together, "seed {seed}, round {number}");
        }
    }
    let (single, grouped) = (single.dump().await, grouped.dump().await);
    assert!(single.len() > 300, "too few rows to prove anything: {}", single.len());
    for (left, right) in single.iter().zip(&grouped) {
        assert_eq!(left, right, "seed {seed}");
    }
    assert_eq!(single.len(), grouped.len());
    true
}

// One thread: what is handed over together is then taken together.
#[tokio::test]
async fn a_group_ends_as_one_by_one_on_sqlite() {
    for seed in 0..12 {
        assert!(same_however_grouped(Kind::Sqlite, seed).await);
    }
}

#[tokio::test]
async fn a_group_ends_as_one_by_one_on_postgres() {
    for seed in 0..4 {
        if !same_however_grouped(Kind::Postgres, seed).await {
            return remit_tests::skipped("store::groups::postgres", "REMIT_TEST_POSTGRES_URL is not set");
        }
    }
}

each_database!(one_bad_change_among_two_hundred_fails_alone, |database| {
    let store = Store::new(&database).await;
    let ids = Counted::default();
    let ingests = (0..200).map(|at| {
        let mut ingest = store.message(&ids, ChannelKind::Chat, &format!("v{at}"), &format!("poison-{at}"), None);
        if at == 77 {
            // The fixed kinds do not know this word.
            ingest.kind = "nonsense";
        }
        store.writer.ingest(ingest)
    });
    let stored: Vec<_> = join_all(ingests).await;
    for (at, result) in stored.iter().enumerate() {
        assert_eq!(result.is_err(), at == 77, "{at}: {result:?}");
    }
    let runs: Vec<&Ingested> = stored.iter().filter_map(|result| result.as_ref().ok()).map(|(run, _)| run).collect();
    let moves = runs.iter().enumerate().map(|(at, run)| {
        let nobody = Ingested { conversation_id: "cnv_nobody".to_owned(), ..(*run).clone() };
        let said = entry(&ids, if at == 5 { &nobody } else { run }, "con_x", "looked at");
        store.writer.commit(transition(Some(to(&run.run_id, 1, Stage::Classified)), vec![said]))
    });
    for (at, result) in join_all(moves).await.into_iter().enumerate() {
        if at == 5 {
            assert!(result.is_err(), "no such conversation: {result:?}");
        } else {
            assert_eq!(result.unwrap(), Outcome::Won, "{at}");
        }
    }
    let mut reader = store.db.read().await.unwrap();
    let bad = runs.get(5).unwrap();
    let run = read::run(&mut reader.conn(), DEFAULT_WORKSPACE, &bad.run_id).await.unwrap().unwrap();
    assert_eq!((run.stage, run.version), (Stage::Received, 1), "nothing of it was kept");
});

each_database!(the_same_message_sixteen_times_at_once_is_one_message, |database| {
    let store = Store::new(&database).await;
    let ids = Counted::default();
    let same = (0..16).map(|_| store.writer.ingest(store.message(&ids, ChannelKind::Chat, "v1", "once", None)));
    let stored: Vec<(Ingested, _)> = join_all(same).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(stored.iter().filter(|(run, _)| !run.duplicate).count(), 1);
    assert!(stored.iter().all(|(run, _)| run.message_id == stored[0].0.message_id));
});

each_database!(a_limit_is_exact_however_many_sends_are_claimed_at_once, |database| {
    let store = Store::new(&database).await;
    let ids = Counted::default();
    let mut claims = Vec::new();
    for at in 0..100 {
        let message = store.message(&ids, ChannelKind::Chat, &format!("v{at}"), &format!("limit-{at}"), None);
        let contact = message.ids.contact.clone();
        let (run, _) = store.writer.ingest(message).await.unwrap();
        let (writes, draft, effect, message) = decided(&ids, &run, &contact);
        store.writer.commit(transition(Some(to(&run.run_id, 1, Stage::Gated)), writes)).await.unwrap();
        claims.push(claim(&run, &contact, 1, 10, 2, (&draft, &effect, &message)));
    }
    let outcomes = join_all(claims.into_iter().map(|claim| store.writer.commit(claim))).await;
    let won = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Won))).count();
    let fenced = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Fenced))).count();
    assert_eq!((won, fenced), (10, 90), "{outcomes:?}");
});
