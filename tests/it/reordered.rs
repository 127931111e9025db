//! What providers deliver comes twice and in any order: what is known in the end is the same. With the shared payloads of
//! providers, each delivered as the real one delivers it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use remit_engine::channels::{Account, Event, Happened, Hook, Provider, provider};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::{ChannelWrite, Write, read};
use remit_tests::{Database, TestApp, each_database, shared};
use serde_json::Value;

use crate::flow::POLICY;

/// One request of a provider.
struct Delivery {
    provider: &'static dyn Provider,
    kind: ChannelKind,
    body: Vec<u8>,
    headers: Vec<(String, String)>,
}

fn account() -> Account {
    Account { address: String::new(), settings: [].into(), secrets: [].into(), hook_url: None }
}

impl Delivery {
    fn json(name: &str, kind: ChannelKind, payload: &Value) -> Self {
        Self::of(name, kind, payload.to_string().into_bytes(), "application/json")
    }

    fn form(name: &str, kind: ChannelKind, fields: &Value) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in fields.as_object().into_iter().flatten() {
            let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for one in all {
                form.append_pair(key, &one.as_str().map_or_else(|| one.to_string(), str::to_owned));
            }
        }
        Self::of(name, kind, form.finish().into_bytes(), "application/x-www-form-urlencoded")
    }

    fn of(name: &str, kind: ChannelKind, body: Vec<u8>, media_type: &str) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { provider: provider(name).unwrap(), kind, body, headers }
    }

    fn hook(&self, now_ms: i64) -> Hook<'_> {
        Hook { method: "POST", url: "", headers: &self.headers, body: &self.body, extra: None, now_ms }
    }

    fn events(&self, now_ms: i64) -> Vec<Event> {
        self.provider.parse(&account(), &self.hook(now_ms))
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Every payload that a provider delivers to a channel of messages.
fn deliveries(root: &Path) -> Vec<Delivery> {
    let webhooks = root.join("webhooks");
    let mut all = Vec::new();
    for file in ["twilio-inbound", "twilio-status"] {
        for record in json(&webhooks.join(format!("sms/{file}.json"))).as_array().unwrap() {
            all.push(Delivery::form("twilio", ChannelKind::Sms, &record["params"]));
        }
    }
    let mut files: Vec<_> =
        fs::read_dir(webhooks.join("whatsapp")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for record in files.iter().flat_map(|file| json(file).as_array().unwrap().clone()) {
        all.push(Delivery::json("whatsapp_cloud", ChannelKind::Whatsapp, &record["payload"]));
    }
    for (file, name) in [
        ("amazon_ses", "ses"),
        ("brevo", "brevo"),
        ("mailersend", "mailersend"),
        ("mailgun", "mailgun"),
        ("mailjet", "mailjet"),
        ("postmark", "postmark"),
        ("resend", "resend"),
        ("sendgrid", "sendgrid"),
        ("sparkpost", "sparkpost"),
    ] {
        let lines = fs::read_to_string(webhooks.join(format!("email-providers/{file}-tracking.jsonl"))).unwrap();
        for (at, line) in lines.lines().enumerate() {
            let record: Value = serde_json::from_str(line).unwrap();
            let payload = &record["payload"];
            let is_form = record["body"] == "form" || (name == "mailgun" && payload.get("event-data").is_none());
            let make = if is_form { Delivery::form } else { Delivery::json };
            let mut delivery = make(name, ChannelKind::Email, payload);
            // Resend names its deliveries in a header.
            delivery.headers.push(("svix-id".to_owned(), format!("msg-{file}-{at}")));
            all.push(delivery);
        }
    }
    // In the documentation of providers several messages have the same id; of those only the first would ever count.
    let mut ids = BTreeSet::new();
    all.retain(|delivery| {
        delivery.events(0).iter().all(|event| match &event.happened {
            Happened::Message(message) => ids.insert((delivery.kind.as_str(), message.id.clone())),
            Happened::Call(call) => ids.insert((delivery.kind.as_str(), call.id.clone())),
            _ => true,
        })
    });
    all
}

/// What is known when all was delivered in this order: messages as they read and how they fared, and who is not written to.
async fn known_after(database: &Database, all: &[Delivery], order: impl Iterator<Item = usize>) -> BTreeSet<String> {
    let app = TestApp::new(database, POLICY).await;
    let now = app.engine.clock().now_ms();
    let events: Vec<Vec<Event>> = all.iter().map(|delivery| delivery.events(now)).collect();
    name_ours(&app, all, &events).await;
    // Somebody who has another number now has written before; of a stranger's numbers nothing is kept.
    for (delivery, events) in all.iter().zip(&events) {
        for event in events {
            if let Happened::Moved { from, .. } = &event.happened {
                app.store(delivery.kind, from, "[complaint 0.9] Hm").await;
            }
        }
    }
    for at in order {
        let (delivery, channel) = (&all[at], app.channel(all[at].kind).await);
        app.engine.take(&channel, &delivery.hook(now), events[at].clone()).await.unwrap();
        app.settle().await;
    }
    let mut known = BTreeSet::new();
    let mut reader = app.engine.db().read().await.unwrap();
    let conn = &mut reader.conn();
    for row in read::contacts(conn, DEFAULT_WORKSPACE, i64::MAX, "", 1_000).await.unwrap() {
        let contact = row.contact;
        let addresses = read::contact_addresses(conn, DEFAULT_WORKSPACE, &contact.id).await.unwrap();
        let addresses: BTreeSet<String> =
            addresses.into_iter().map(|row| format!("{}:{}", row.kind, row.address)).collect();
        let mut suppressed: Vec<Value> = serde_json::from_str(&contact.suppressed).unwrap();
        suppressed.sort_by_key(ToString::to_string);
        known.insert(format!("contact {addresses:?} {suppressed:?} {}", contact.opted_out_at.is_some()));
        for (id,) in read::conversation_ids(conn, DEFAULT_WORKSPACE, &contact.id, "", 1_000).await.unwrap() {
            for message in read::messages(conn, DEFAULT_WORKSPACE, &id, i64::MAX, 1_000).await.unwrap() {
                let (text, status) = (&message.body_text, &message.status);
                let name =
                    message.external_id.filter(|name| message.direction == "inbound" && !name.starts_with("raw_"));
                known.insert(format!("message {} {name:?} {text:?} {status}", message.channel_kind));
            }
        }
    }
    known
}

/// For each message that a provider tells of, one of ours by that name: so every status finds its message.
async fn name_ours(app: &TestApp, all: &[Delivery], events: &[Vec<Event>]) {
    let mut named = BTreeSet::new();
    for (delivery, events) in all.iter().zip(events) {
        for event in events {
            let Some(name) = event.refs.first().filter(|_| matches!(event.happened, Happened::Status(_))) else {
                continue;
            };
            if !named.insert((delivery.kind.as_str(), name.clone())) {
                continue;
            }
            let from = match delivery.kind {
                ChannelKind::Email => format!("c{}@customer.example", named.len()),
                _ => format!("+4179{:07}", named.len()),
            };
            let asked = app.store(delivery.kind, &from, "[complaint 0.9] Hm").await;
            app.settle().await;
            app.reply(&asked, &format!("an answer that is named {name}")).await.unwrap();
            app.settle().await;
            let mut reader = app.engine.db().read().await.unwrap();
            let conn = &mut reader.conn();
            let thread = read::messages(conn, DEFAULT_WORKSPACE, &asked.conversation_id, i64::MAX, 10).await.unwrap();
            drop(reader);
            let ours = thread.into_iter().find(|message| message.direction == "outbound").expect("it was sent");
            let write = ChannelWrite::Named {
                channel_id: app.channel(delivery.kind).await.id,
                conversation_id: asked.conversation_id.clone(),
                message_id: ours.id,
                name: name.clone(),
                timeline_id: app.engine.ids().next(IdKind::Timeline),
            };
            app.engine.commit_writes(DEFAULT_WORKSPACE, vec![Write::Channels(write)]).await.unwrap();
        }
    }
    assert!(named.len() > 20, "{}", named.len());
}

each_database!(what_providers_deliver_twice_or_in_reverse_changes_nothing, |database| {
    let Some(root) = shared("reordered::what_providers_deliver_twice_or_in_reverse_changes_nothing", "fixtures") else {
        return;
    };
    let all = deliveries(&root);
    let once = known_after(&database, &all, 0..all.len()).await;
    let kind = database.kind;
    let fresh = async || Database::fresh(kind).await.expect("another database");
    let twice = known_after(&fresh().await, &all, (0..all.len()).chain(0..all.len())).await;
    let reversed = known_after(&fresh().await, &all, (0..all.len()).rev()).await;
    for (name, other) in [("twice", &twice), ("reversed", &reversed)] {
        let (lost, new): (Vec<_>, Vec<_>) = (once.difference(other).collect(), other.difference(&once).collect());
        assert!(lost.is_empty() && new.is_empty(), "{name}: lost {lost:#?}, new {new:#?}");
    }
    let statuses = once.iter().filter(|line| line.contains("an answer that is named")).count();
    println!(
        "{} deliveries, {} lines of what is known, {statuses} messages of ours: the same twice and in reverse",
        all.len(),
        once.len()
    );
});
