//! Webhooks: delivered until they are taken, signed so that anybody can tell, never to an address inside.

use std::time::Duration;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::egress::Egress;
use remit_engine::store::rows::{DeliveryRow, WebhookRow};
use remit_engine::store::{Write, read};
use remit_engine::webhooks::{ROTATION_MS, WebhookError, Wish, deliver, sign};
use remit_engine::{Engine, EngineError};
use remit_tests::{Kind, Posted, Receiver, TestApp, each_database};
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use crate::flow::POLICY;

pub(crate) const MASTER: [u8; 32] = [9; 32];

/// What delivers, until it is told to stop.
pub(crate) struct Sender {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Sender {
    fn over(engine: &Engine, egress: Egress) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(deliver::run(engine.clone(), egress, MASTER, stop.clone()));
        Self { stop, task }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// May call this machine.
pub(crate) fn sender(app: &TestApp) -> Sender {
    Sender::over(&app.engine, Egress::new(vec!["127.0.0.0/8".parse().unwrap()]))
}

fn wish(url: &str, types: &[&str]) -> Wish {
    Wish {
        url: url.to_owned(),
        description: String::new(),
        event_types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        enabled: true,
    }
}

pub(crate) async fn hook(app: &TestApp, url: &str, types: &[&str]) -> WebhookRow {
    app.engine.add_webhook(&app.rep, &wish(url, types)).await.unwrap()
}

/// A webhook's deliveries, latest first, once they are as wanted.
pub(crate) async fn deliveries(
    app: &TestApp,
    webhook: &WebhookRow,
    are_as_wanted: impl Fn(&[DeliveryRow]) -> bool,
) -> Vec<DeliveryRow> {
    let mut rows = Vec::new();
    for _ in 0..2_000 {
        let mut reader = app.engine.db().read().await.unwrap();
        let page = read::deliveries(&mut reader.conn(), DEFAULT_WORKSPACE, &webhook.id, i64::MAX, "", 500).await;
        rows = page.unwrap();
        if are_as_wanted(&rows) {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not as wanted: {rows:#?}");
}

async fn now(app: &TestApp, webhook: &WebhookRow) -> WebhookRow {
    let mut reader = app.engine.db().read().await.unwrap();
    read::webhook(&mut reader.conn(), DEFAULT_WORKSPACE, &webhook.id).await.unwrap().unwrap()
}

/// Whether one of the signatures is that of this version of the secret: worked out here, from the secret as it is shown.
pub(crate) fn signed_by(post: &Posted, webhook: &WebhookRow, version: i64) -> bool {
    let secret = sign::secret(&MASTER, &webhook.id, version);
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, time) = (&post.headers["webhook-id"], &post.headers["webhook-timestamp"]);
    mac.update(format!("{id}.{time}.{}", post.body).as_bytes());
    let signature = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    post.headers["webhook-signature"].split(' ').any(|given| given == signature)
}

async fn flip(app: &TestApp, name: &str) {
    let flip = Write::Switch { name: name.to_owned(), is_on: true, reason: "a test".to_owned(), by: "Ana".to_owned() };
    app.engine.commit_writes(DEFAULT_WORKSPACE, vec![flip]).await.unwrap();
}

fn envelope(post: &Posted) -> serde_json::Value {
    serde_json::from_str(&post.body).unwrap()
}

each_database!(a_webhook_is_told_what_it_wants_and_what_comes_after_it_was_made, |database| {
    let app = TestApp::new(&database, POLICY).await;
    flip(&app, "before").await;
    // On PostgreSQL nothing is read while an older transaction is under way: what was before is written all the same.
    let older = database.older().await;
    let (all, some) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    let everything = hook(&app, &all.url, &[]).await;
    let family = hook(&app, &some.url, &["message.*", "note.created"]).await;
    older.end().await;
    let sender = sender(&app);
    let message = app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] When?").await;
    app.engine.add_note(&app.rep, &message.conversation_id, "Done").await.unwrap();
    let posted = some.wait_for(4).await;
    let mut kinds: Vec<String> =
        posted.iter().map(|post| envelope(post)["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    assert_eq!(kinds, ["message.received", "message.sending", "message.sent", "note.created"]);
    assert!(posted.iter().all(|post| signed_by(post, &family, 1) && !signed_by(post, &everything, 1)));
    assert_eq!(posted[0].headers["content-type"], "application/json");
    let told = all.wait_for(12).await;
    assert!(!told.iter().any(|post| post.body.contains("before")), "what was before is not told");
    // Polling, streaming and webhooks say the same.
    let row = deliveries(&app, &family, |rows| rows.iter().all(|row| row.state == "delivered")).await.remove(0);
    assert_eq!(envelope(&posted[3])["id"], posted[3].headers["webhook-id"]);
    assert!(row.attempted_at.is_some() && row.next_at.is_none());

    // Switched off it is told nothing, and nothing of that time later.
    let off = Wish { enabled: false, ..wish(&some.url, &[]) };
    let changed = app.engine.change_webhook(&app.rep, &family.id, 1, &off).await.unwrap();
    assert_eq!((changed.version, changed.enabled), (2, false));
    let stale = app.engine.change_webhook(&app.rep, &family.id, 1, &wish(&some.url, &[])).await;
    assert!(matches!(stale, Err(EngineError::Webhook(WebhookError::Changed { current: 2 }))), "{stale:?}");
    let refused = app.engine.test_webhook(&app.rep, &family.id).await;
    assert!(matches!(refused, Err(EngineError::Webhook(WebhookError::Disabled))), "{refused:?}");
    let older = database.older().await;
    flip(&app, "meanwhile").await;
    app.engine.change_webhook(&app.rep, &family.id, 2, &wish(&some.url, &["switch.*"])).await.unwrap();
    older.end().await;
    flip(&app, "again").await;
    let posted = some.wait_for(5).await;
    assert_eq!(envelope(&posted[4])["data"]["switch"], "again");
    app.engine.delete_webhook(&app.rep, &everything.id).await.unwrap();
    let gone = app.engine.rotate_webhook(&app.rep, &everything.id).await;
    assert!(matches!(gone, Err(EngineError::NotFound { .. })));
    flip(&app, "last").await;
    assert_eq!(some.wait_for(6).await.len(), 6);
    sender.stop().await;
    assert!(!all.posted().iter().any(|post| post.body.contains("last")), "a deleted one is told nothing");
});

each_database!(a_new_secret_and_the_one_before_both_hold_for_a_day, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[]).await;
    let webhook = hook(&app, &receiver.url, &["webhook.test"]).await;
    let sender = sender(&app);
    let test = app.engine.test_webhook(&app.rep, &webhook.id).await.unwrap();
    assert_eq!((test.event_type.as_str(), test.state.as_str(), test.attempt), ("webhook.test", "pending", 0));
    let first = receiver.wait_for(1).await.remove(0);
    assert!(signed_by(&first, &webhook, 1) && !first.headers["webhook-signature"].contains(' '));
    let rotated = app.engine.rotate_webhook(&app.rep, &webhook.id).await.unwrap();
    assert_eq!(rotated.secret_version, 2);
    deliveries(&app, &webhook, |rows| rows[0].state == "delivered").await;

    // The same once more: the same id and body under both secrets.
    app.engine.redeliver(&app.rep, &webhook.id, &test.id).await.unwrap();
    let both = receiver.wait_for(2).await.remove(1);
    assert!(signed_by(&both, &webhook, 1) && signed_by(&both, &webhook, 2));
    assert_eq!((&both.headers["webhook-id"], &both.body), (&first.headers["webhook-id"], &first.body));
    deliveries(&app, &webhook, |rows| rows[0].state == "delivered" && rows[0].attempt == 1).await;
    app.clock.advance(Duration::from_millis(ROTATION_MS.unsigned_abs()));
    app.engine.redeliver(&app.rep, &webhook.id, &test.id).await.unwrap();
    let new = receiver.wait_for(3).await.remove(2);
    assert!(!signed_by(&new, &webhook, 1) && signed_by(&new, &webhook, 2));
    sender.stop().await;
    let other = hook(&app, &receiver.url, &[]).await;
    let foreign = app.engine.redeliver(&app.rep, &other.id, &test.id).await;
    assert!(matches!(foreign, Err(EngineError::NotFound { .. })), "a delivery of another webhook");
});

each_database!(one_that_is_gone_is_switched_off_and_that_is_told, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let (gone, witness) = (Receiver::start(&[410]).await, Receiver::start(&[]).await);
    let webhook = hook(&app, &gone.url, &["switch.flipped"]).await;
    let _ = hook(&app, &witness.url, &["webhook.disabled"]).await;
    let sender = sender(&app);
    flip(&app, "one").await;
    let told = witness.wait_for(1).await.remove(0);
    assert_eq!(
        (&envelope(&told)["type"], &envelope(&told)["data"]["webhook_id"]),
        (&"webhook.disabled".into(), &webhook.id.clone().into())
    );
    let row = now(&app, &webhook).await;
    assert_eq!((row.enabled, row.disabled_reason.as_deref()), (false, Some("it answered 410: it is gone")));
    flip(&app, "two").await;
    let rows = deliveries(&app, &webhook, |rows| rows.len() == 1).await;
    assert_eq!((rows[0].state.as_str(), rows[0].status), ("failed", Some(410)));
    sender.stop().await;
    assert_eq!(gone.posted().len(), 1);
});

each_database!(one_that_fails_for_five_days_is_switched_off, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[500; 50]).await;
    let webhook = hook(&app, &receiver.url, &["switch.flipped"]).await;
    let sender = sender(&app);
    for day in 0..8 {
        flip(&app, &format!("day{day}")).await;
        // Everything was tried at least once, or nothing is any more.
        for _ in 0..2_000 {
            let mut reader = app.engine.db().read().await.unwrap();
            let page = read::deliveries(&mut reader.conn(), DEFAULT_WORKSPACE, &webhook.id, i64::MAX, "", 500).await;
            drop(reader);
            let rows = page.unwrap();
            if !now(&app, &webhook).await.enabled || rows.len() > day && rows.iter().all(|row| row.attempt > 0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let row = now(&app, &webhook).await;
        if !row.enabled {
            assert!(day >= 5, "not before five days are over: {row:?}");
            break;
        }
        assert!(row.failing_since.is_some());
        app.clock.advance(Duration::from_secs(24 * 3_600 + 60));
    }
    let row = now(&app, &webhook).await;
    assert!(!row.enabled, "{row:?}");
    assert!(row.disabled_reason.unwrap().contains("five days"));
    sender.stop().await;
});

each_database!(nothing_leaves_to_an_address_inside, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[]).await;
    let webhook = hook(&app, &receiver.url, &["switch.flipped"]).await;
    let sender = Sender::over(&app.engine, Egress::default());
    flip(&app, "one").await;
    let row = deliveries(&app, &webhook, |rows| rows.iter().any(|row| row.attempt == 1)).await.remove(0);
    assert_eq!((row.state.as_str(), row.status), ("pending", None));
    assert!(row.error.as_deref().unwrap().contains("127.0.0.1 is not called: it is this machine"), "{row:?}");
    sender.stop().await;
    assert!(receiver.posted().is_empty());
});

each_database!(what_a_dead_process_was_delivering_is_delivered_again_with_the_same_id, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[0]).await;
    let webhook = hook(&app, &receiver.url, &["switch.flipped"]).await;
    let dying = sender(&app);
    flip(&app, "one").await;
    receiver.wait_for(1).await;
    dying.task.abort();
    assert!(dying.task.await.unwrap_err().is_cancelled());
    app.clock.advance(Duration::from_secs(61));
    let next = sender(&app);
    let posted = receiver.wait_for(2).await;
    assert_eq!(posted[0].headers["webhook-id"], posted[1].headers["webhook-id"]);
    assert_eq!(posted[0].body, posted[1].body);
    deliveries(&app, &webhook, |rows| rows.len() == 1 && rows[0].state == "delivered").await;
    next.stop().await;
});

each_database!(several_processes_deliver_each_event_once, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[]).await;
    let webhook = hook(&app, &receiver.url, &["switch.flipped"]).await;
    // A file has one process; it is that one which looks more than once.
    let count = if database.kind == Kind::Postgres { 3 } else { 1 };
    let senders: Vec<Sender> = (0..count).map(|_| sender(&app)).collect();
    for number in 0..100 {
        flip(&app, &format!("s{number}")).await;
    }
    deliveries(&app, &webhook, |rows| rows.len() == 100 && rows.iter().all(|row| row.state == "delivered")).await;
    for sender in senders {
        sender.stop().await;
    }
    let posted = receiver.posted();
    assert_eq!(posted.len(), 100);
    let mut ids: Vec<&String> = posted.iter().map(|post| &post.headers["webhook-id"]).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    // They come in no certain order; `seq` is the order.
    let mut in_order: Vec<serde_json::Value> = posted.iter().map(envelope).collect();
    in_order.sort_by_key(|event| event["seq"].as_str().unwrap().to_owned());
    let names: Vec<&str> = in_order.iter().map(|event| event["data"]["switch"].as_str().unwrap()).collect();
    assert_eq!(names, (0..100).map(|number| format!("s{number}")).collect::<Vec<_>>());
});

each_database!(a_receiver_that_asks_for_time_gets_it, |database| {
    let app = TestApp::new(&database, POLICY).await;
    let receiver = Receiver::start(&[]).await;
    receiver.answer_next(429, "3600");
    let webhook = hook(&app, &receiver.url, &["switch.flipped"]).await;
    let sender = sender(&app);
    flip(&app, "one").await;
    let row = deliveries(&app, &webhook, |rows| rows.iter().any(|row| row.attempt == 1)).await.remove(0);
    assert_eq!(row.next_at, Some(app.engine.clock().now_ms() + 3_600_000));
    app.clock.advance(Duration::from_secs(3_600));
    assert_eq!(receiver.wait_for(2).await.len(), 2);
    deliveries(&app, &webhook, |rows| rows[0].state == "delivered").await;
    sender.stop().await;
    assert_eq!(now(&app, &webhook).await.failing_since, None, "that it failed is forgotten");
});
