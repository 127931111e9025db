//! Text messages and WhatsApp through providers that are not there, but speak, sign and refuse as the real ones do.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::sim::{Callback, Sim};
use remit_engine::adapters::Providers;
use remit_engine::egress::Egress;
use remit_tests::{Database, each_database};
use serde_json::{Value, json};

use crate::support::{Api, MASTER, Reply};

/// An API whose channel `chn_{kind}` is connected with a simulated provider.
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) sim: Sim,
    pub(crate) providers: Providers,
    pub(crate) hook: String,
}

impl World {
    pub(crate) async fn new(database: &Database, kind: &str, provider: &str) -> Self {
        let egress = Egress::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let api = Api::with_egress(database, egress.clone()).await;
        let clock = std::sync::Arc::clone(api.app.engine.clock());
        let providers = Providers::new(&MASTER, egress, clock.clone());
        api.app.outbound.by_providers(providers.clone());
        let sim = Sim::start(clock).await.unwrap();
        let hook = format!("https://remit.example/api/v1/inbound/chn_{kind}");
        let wish = sim.connection(provider, &hook);
        let body = json!({ "provider": wish.provider, "settings": wish.settings, "secrets": wish.secrets });
        let path = format!("/api/v1/channels/chn_{kind}/provider");
        let shown = api.call("manager", Method::PUT, &path, Some(body)).await.good();
        assert_eq!(shown["provider"], provider);
        let secrets: Vec<&String> = wish.secrets.keys().collect();
        assert_eq!(shown["credentials_set"].as_array().unwrap().len(), secrets.len(), "{shown}");
        for secret in wish.secrets.values() {
            assert!(!shown.to_string().contains(secret), "no secret is shown");
        }
        Self { api, sim, providers, hook }
    }

    /// Hands a provider's request in.
    pub(crate) async fn deliver(&self, callback: &Callback) -> Reply {
        let path = callback.url.strip_prefix("https://remit.example").unwrap();
        let mut request = Request::post(path);
        for (name, value) in &callback.headers {
            request = request.header(*name, value);
        }
        self.api.request(request.body(Body::from(callback.body.clone())).unwrap()).await
    }

    /// The same, and waits until everything is dealt with.
    pub(crate) async fn handled(&self, callback: &Callback) {
        let reply = self.deliver(callback).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
        self.api.app.settle().await;
    }

    /// A text message from a number, dealt with.
    pub(crate) async fn text(&self, id: &str, from: &str, body: &str) {
        self.handled(&self.sim.text_message(&self.hook, id, from, "+15550000001", body)).await;
    }

    /// The messages of the only conversation, oldest first.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let all = self.api.data("viewer", "/api/v1/conversations").await;
        assert_eq!(all.len(), 1, "{all:#?}");
        let path = format!("/api/v1/conversations/{}/messages", all[0]["id"].as_str().unwrap());
        let mut found = self.api.data("viewer", &path).await;
        found.sort_by_key(|message| message["seq"].as_i64());
        found
    }

    /// The kinds and summaries of the only conversation's timeline.
    pub(crate) async fn timeline(&self) -> Vec<(String, String)> {
        let all = self.api.data("viewer", "/api/v1/conversations").await;
        let path = format!("/api/v1/conversations/{}/timeline?limit=100", all[0]["id"].as_str().unwrap());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rows = self.api.data("viewer", &path).await;
        rows.iter().map(|row| (text(&row["kind"]), text(&row["summary"]))).collect()
    }

    pub(crate) fn sent(&self) -> Vec<String> {
        self.sim.taken().into_iter().map(|taken| taken.text).collect()
    }
}

const ASK: &str = "[question 0.95] When do you open?";

each_database!(a_text_message_is_answered_and_its_way_is_followed, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    let first = world.sim.text_message(&world.hook, "SMin1", "+41790000001", "+15550000001", ASK);
    let reply = world.deliver(&first).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "text/xml"));
    assert_eq!(reply.text(), "<Response/>");
    world.api.app.settle().await;
    assert_eq!(world.sent(), ["An answer to your question."]);
    let original = world.messages().await;
    assert_eq!((original.len(), original[1]["status"].as_str()), (2, Some("sent")));
    let raw = world.api.get("closer", &format!("/api/v1/messages/{}/raw", original[0]["id"].as_str().unwrap())).await;
    assert_eq!(raw.body, first.body, "byte for byte what was signed");

    // Cases 78, 79 and 85: late, twice and in the wrong order.
    let mut told = world.sim.callbacks();
    assert_eq!(told.len(), 2);
    told.reverse();
    for callback in told.iter().chain(&told) {
        world.handled(callback).await;
    }
    world.handled(&first).await;
    let now = world.messages().await;
    assert_eq!((now.len(), now[1]["status"].as_str()), (2, Some("delivered")));
    let path = format!("/api/v1/messages/{}/deliveries", now[1]["id"].as_str().unwrap());
    let log = world.api.data("viewer", &path).await;
    let meanings: Vec<&str> = log.iter().map(|row| row["meaning"].as_str().unwrap()).collect();
    assert_eq!(meanings.len(), 2, "{log:#?}");
    assert!(meanings.contains(&"sent") && meanings.contains(&"delivered"));
    assert_eq!(world.sent().len(), 1, "nothing was sent twice");

    // Case 83: what nobody signed, or signed otherwise, is not believed.
    let mut forged = first.clone();
    forged.body.extend(b"&Extra=1");
    world.deliver(&forged).await.problem(401, "invalid_signature");
    forged.headers.retain(|(name, _)| *name != "x-twilio-signature");
    world.deliver(&forged).await.problem(401, "invalid_signature");
    assert_eq!(world.messages().await.len(), 2);
});

each_database!(case_073_076_108_stop_stops_this_channel_and_start_begins_again, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    let from = "+41790000002";
    world.text("SM1", from, "STOP PLEASE").await;
    assert!(world.sent().is_empty(), "the network answers that word");
    world.text("SM2", from, ASK).await;
    assert!(world.sent().is_empty(), "nobody is written to who does not want it");
    let told = world.timeline().await;
    assert!(told.iter().any(|(kind, _)| kind == "opted_out"), "{told:?}");
    world.text("SM3", from, "START").await;
    world.text("SM4", from, ASK).await;
    assert_eq!(world.sent().len(), 1, "they may be written to again");
    // Case 74 and 75: the same words about something else, and a yes to a question.
    for (id, text) in [("SM5", "Don't stop, I love it"), ("SM6", "YES")] {
        world.text(id, from, text).await;
    }
    world.text("SM7", from, ASK).await;
    assert_eq!(world.sent().len(), 2);
    world.text("SM8", from, "Never contact me again").await;
    world.text("SM9", from, "START").await;
    world.text("SM10", from, ASK).await;
    assert_eq!(world.sent().len(), 2, "what was said of every channel is not taken back by a word on one");
});

each_database!(case_077_who_opted_out_at_the_provider_is_not_tried_again, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    world.text("SM1", "+15005550610", ASK).await;
    let messages = world.messages().await;
    assert_eq!(messages[1]["status"], "failed", "{messages:#?}");
    world.text("SM2", "+15005550610", ASK).await;
    assert_eq!(world.messages().await.len(), 3, "no second try");
    assert!(world.sent().is_empty());
});

each_database!(case_078_a_callback_that_overtakes_the_answer_is_not_lost, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    // The sim's first id is known: this is told before the message is sent.
    let id = format!("SM{:032x}", 1);
    let fields = [("MessageSid", id.as_str()), ("MessageStatus", "delivered"), ("To", "+41790000003")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let body = fields.iter().map(|(name, value)| format!("{name}={}", value.replace('+', "%2B"))).collect::<Vec<_>>();
    let early = Callback {
        url: world.hook.clone(),
        headers: vec![
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            (
                "x-twilio-signature",
                remit_engine::channels::twilio::signature("simulated-auth-token", &world.hook, &fields),
            ),
        ],
        body: body.join("&").into_bytes(),
    };
    world.handled(&early).await;
    world.text("SM1", "+41790000003", ASK).await;
    let messages = world.messages().await;
    assert_eq!(messages[1]["status"], "delivered", "{messages:#?}");
});

each_database!(case_080_109_filtered_is_failed_and_a_lost_answer_is_looked_up, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    world.sim.lose_answers(1);
    world.text("SM1", "+15005550611", ASK).await;
    for _ in 0..6 {
        world.api.app.wait(Duration::from_secs(120)).await;
    }
    assert_eq!(world.sent().len(), 1, "it was asked for, and not sent again");
    for callback in world.sim.callbacks() {
        world.handled(&callback).await;
    }
    let messages = world.messages().await;
    assert_eq!(messages[1]["status"], "failed", "{messages:#?}");
    let told = world.timeline().await;
    assert!(told.iter().any(|(kind, line)| kind == "delivery_failed" && line.contains("30007")), "{told:?}");
    let all = world.api.data("viewer", "/api/v1/conversations?requires_action=true").await;
    assert_eq!(all.len(), 1, "a person looks");
});

each_database!(case_071_072_082_odd_messages_are_kept_and_only_answered_where_one_can, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    for (id, from, body) in [("SM1", "+41790000005", ""), ("SM2", "AMAZON", ASK), ("SM3", "72404", ASK)] {
        world.text(id, from, body).await;
    }
    let all = world.api.data("viewer", "/api/v1/conversations").await;
    assert_eq!(all.len(), 3, "each is a conversation");
    assert!(world.sent().is_empty());
});

each_database!(telnyx_speaks_the_same_trait, |database| {
    let world = World::new(&database, "sms", "telnyx").await;
    let message = world.sim.telnyx_message(&world.hook, "t1", "+41790000006", ASK);
    world.handled(&message).await;
    assert_eq!(world.sent(), ["An answer to your question."]);
    for callback in world.sim.callbacks().iter().rev() {
        world.handled(callback).await;
    }
    assert_eq!(world.messages().await[1]["status"], "delivered");
    // Case 103: an hour later the same bytes are too old.
    world.api.app.clock.advance(Duration::from_secs(3600));
    world.deliver(&message).await.problem(401, "invalid_signature");
});

each_database!(whatsapp_is_answered_within_its_window_only, |database| {
    let world = World::new(&database, "whatsapp", "whatsapp_cloud").await;
    let path = "/api/v1/inbound/chn_whatsapp";
    let ask = |token: &str| format!("{path}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444");
    let proven = world.api.request(Request::get(ask("simulated")).body(Body::empty()).unwrap()).await;
    assert_eq!((proven.status.as_u16(), proven.text()), (200, "1158201444"));
    world.api.request(Request::get(ask("guessed")).body(Body::empty()).unwrap()).await.problem(403, "forbidden");

    let text = |id: &str, body: &str| json!({ "id": id, "type": "text", "text": { "body": body } });
    let first = world.sim.whatsapp_message(&world.hook, "41790000007", "Lena", text("wamid.in1", ASK));
    // Case 85: three times at once.
    let (a, b, c) = tokio::join!(world.deliver(&first), world.deliver(&first), world.deliver(&first));
    assert!([a, b, c].iter().all(|reply| reply.status.as_u16() == 200));
    world.api.app.settle().await;
    assert_eq!(world.sent(), ["An answer to your question."]);
    // Case 86: read, delivered, sent.
    for callback in world.sim.callbacks().iter().rev() {
        world.handled(callback).await;
    }
    let messages = world.messages().await;
    assert_eq!((messages.len(), messages[1]["status"].as_str()), (2, Some("read")));

    // Case 91: shown on the message, and no turn for the AI.
    let answered = world.sim.taken()[0].id.clone();
    let on = |id: &str, emoji: &str| json!({ "id": id, "type": "reaction", "reaction": { "message_id": answered, "emoji": emoji } });
    for message in [on("wamid.r1", "👍"), on("wamid.r2", "")] {
        let callback = world.sim.whatsapp_message(&world.hook, "41790000007", "Lena", message);
        world.handled(&callback).await;
    }
    let edit = json!({ "id": "wamid.e1", "type": "edit", "edit": { "original_message_id": "wamid.in1",
        "message": { "type": "text", "text": { "body": "When do you close?" } } } });
    let callback = world.sim.whatsapp_message(&world.hook, "41790000007", "Lena", edit);
    world.handled(&callback).await;
    let told = world.timeline().await;
    let lines: Vec<&str> = told.iter().map(|(_, line)| line.as_str()).collect();
    for wanted in ["Reacted with 👍", "Took a reaction back", "Changed the message to: When do you close?"] {
        assert!(lines.contains(&wanted), "{wanted} in {lines:#?}");
    }
    assert_eq!(world.messages().await.len(), 2);
    assert_eq!(world.sent().len(), 1);

    // Case 88: only the business-scoped id, of somebody whom we know by number and id.
    let callback = world.sim.whatsapp_message(&world.hook, "41790000007", "Lena", text("wamid.in2", "Thanks"));
    let body: Value = serde_json::from_slice(&callback.body).unwrap();
    assert!(body.to_string().contains("US.41790000007"));
    world.handled(&callback).await;
    assert_eq!(world.messages().await.len(), 3, "the same conversation");

    // Case 89: 25 hours later a text is refused before it is tried, and a template leaves.
    world.api.app.wait(Duration::from_secs(25 * 3600)).await;
    let conversation = world.api.data("viewer", "/api/v1/conversations").await[0]["id"].as_str().unwrap().to_owned();
    let replies = format!("/api/v1/conversations/{conversation}/replies");
    world.api.post("closer", &replies, json!({ "body_text": "Sorry for the delay" })).await.good();
    world.api.app.settle().await;
    assert_eq!(world.sent().len(), 1);
    let told = world.timeline().await;
    assert!(told.iter().any(|(_, line)| line.contains("template: NAME LANGUAGE")), "{told:#?}");
    world.api.post("closer", &replies, json!({ "body_text": "template: we_are_back en" })).await.good();
    world.api.app.settle().await;
    assert_eq!(world.sent()[1], "template we_are_back");
});

each_database!(a_channel_says_why_nothing_appears, |database| {
    let world = World::new(&database, "sms", "twilio").await;
    let path = "/api/v1/channels/chn_sms/health";
    let wrong = |health: &Value| -> Vec<String> {
        let checks = health["checks"].as_array().unwrap();
        let bad = checks.iter().filter(|check| check["ok"] == false);
        bad.map(|check| check["check"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(wrong(&world.api.get("viewer", path).await.good()), ["webhook_verified"]);
    world.text("SM1", "+41790000008", "Hello").await;
    let health = world.api.post("manager", "/api/v1/channels/chn_sms/test", json!({})).await.good();
    assert_eq!(health["ok"], true, "{health:#}");
    let mut forged = world.sim.text_message(&world.hook, "SM2", "+41790000008", "+15550000001", "x");
    forged.body.extend(b"y");
    world.api.app.clock.advance(Duration::from_secs(61));
    world.deliver(&forged).await.problem(401, "invalid_signature");
    let health = world.api.get("viewer", path).await.good();
    assert_eq!(wrong(&health), ["webhook_verified"]);
    assert!(health.to_string().contains("wrong_signature"), "{health:#}");

    // Case 103: while a secret is being replaced, both are believed.
    let change = |secrets: Value| json!({ "provider": "twilio", "secrets": secrets });
    let put = |body: Value| world.api.call("manager", Method::PUT, "/api/v1/channels/chn_sms/provider", Some(body));
    put(change(json!({ "auth_token": "another" }))).await.good();
    world.text("SM3", "+41790000008", "signed with the one before").await;
    put(change(json!({ "auth_token": "a third" }))).await.good();
    let old = world.sim.text_message(&world.hook, "SM4", "+41790000008", "+15550000001", "too old");
    world.deliver(&old).await.problem(401, "invalid_signature");
    let reply = put(json!({ "provider": "twilio", "settings": { "colour": "red" } })).await;
    assert_eq!(reply.pointers(), [("/settings".to_owned(), "invalid".to_owned())]);
    put(json!({ "provider": "whatsapp_cloud" })).await.problem(422, "invalid");
    put(json!({ "provider": "nobody" })).await.problem(422, "invalid");
    // What is not understood is kept, and answered with 200.
    let odd = world.api.data("manager", "/api/v1/channels/chn_sms/events").await;
    assert!(odd.is_empty());
});
