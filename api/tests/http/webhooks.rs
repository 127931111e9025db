//! Outgoing webhooks from outside.

use axum::http::Method;
use remit_engine::egress::Egress;
use remit_engine::webhooks::deliver;
use remit_tests::{Receiver, each_database};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Api, MASTER};

const HOOKS: &str = "/api/v1/webhooks";

each_database!(a_webhook_is_made_changed_tested_rotated_and_deleted, |database| {
    let api = Api::with_egress(&database, Egress::new(vec!["127.0.0.0/8".parse().unwrap()])).await;
    let receiver = Receiver::start(&[500]).await;
    let stop = CancellationToken::new();
    let egress = Egress::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let sender = tokio::spawn(deliver::run(api.app.engine.clone(), egress, MASTER, stop.clone()));
    let new = json!({ "url": receiver.url, "description": " For the CRM ", "event_types": ["note.created", "message.*", "note.created"] });
    let reply = api.post("manager", HOOKS, new).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let made = reply.json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let webhook = made["webhook"].clone();
    let id = webhook["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&webhook["event_types"], &webhook["description"], &webhook["version"], &webhook["created_by"]),
        (&json!(["message.*", "note.created"]), &json!("For the CRM"), &json!(1), &json!("Rep manager"))
    );
    let one = format!("{HOOKS}/{id}");
    let shown = api.get("manager", &one).await;
    assert_eq!(shown.good(), webhook);
    assert!(!shown.text().contains("whsec_"), "the secret is shown once");
    assert_eq!(api.data("manager", HOOKS).await, [webhook]);

    let test = api.post("manager", &format!("{one}/test"), json!({})).await;
    assert_eq!((test.status.as_u16(), &test.json()["event_type"]), (202, &json!("webhook.test")));
    receiver.wait_for(1).await;
    let delivery = wait(&api, &one, |delivery| delivery["attempts"] == 1).await;
    assert_eq!(
        (&delivery["state"], &delivery["status"], &delivery["error"]),
        (&json!("pending"), &json!(500), &json!("answered 500"))
    );
    let again = format!("{one}/deliveries/{}/redeliver", delivery["id"].as_str().unwrap());
    assert_eq!(api.post("manager", &again, json!({})).await.status, 202);
    let posted = receiver.wait_for(2).await;
    assert_eq!(posted[0].headers["webhook-id"], posted[1].headers["webhook-id"]);
    assert_eq!(posted[0].body, posted[1].body);
    wait(&api, &one, |delivery| delivery["state"] == "delivered").await;
    api.post("manager", &format!("{one}/deliveries/whd_x/redeliver"), json!({})).await.problem(404, "not_found");

    let rotated = api.post("manager", &format!("{one}/rotate-secret"), json!({})).await.good();
    assert_ne!(rotated["secret"], secret.as_str());
    assert_eq!(rotated["webhook"]["old_secret_until"], "2026-03-04T10:00:00.000Z");
    let change = |body: Value| api.call("manager", Method::PATCH, &one, Some(body));
    change(json!({ "version": 1, "enabled": false })).await.problem(409, "webhook_changed");
    let changed = change(json!({ "version": 2, "enabled": false, "event_types": [] })).await.good();
    assert_eq!(
        (&changed["enabled"], &changed["event_types"], &changed["url"]),
        (&json!(false), &json!([]), &json!(receiver.url))
    );
    api.post("manager", &format!("{one}/test"), json!({})).await.problem(409, "webhook_disabled");
    assert_eq!(api.call("manager", Method::DELETE, &one, None).await.status, 204);
    api.get("manager", &one).await.problem(404, "not_found");
    api.call("manager", Method::DELETE, &one, None).await.problem(404, "not_found");
    stop.cancel();
    sender.await.unwrap();
});

async fn wait(api: &Api, webhook: &str, is_as_wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1_000 {
        let deliveries = api.data("manager", &format!("{webhook}/deliveries")).await;
        if let Some(found) = deliveries.iter().find(|delivery| is_as_wanted(delivery)) {
            return found.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no delivery is as wanted");
}

each_database!(what_may_not_be_called_is_refused_where_it_is_typed_in, |database| {
    let api = Api::new(&database).await;
    let make = |body: Value| api.post("manager", HOOKS, body);
    for url in [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data",
        "ftp://hooks.example.com/",
        "https://user:password@hooks.example.com/",
        "hooks.example.com",
        "",
    ] {
        let pointers = make(json!({ "url": url })).await.pointers();
        assert_eq!(pointers, [("/url".to_owned(), "url_not_allowed".to_owned())], "{url}");
    }
    let good = "https://hooks.example.com/remit";
    for (body, pointer, code) in [
        (json!({}), "/url", "missing"),
        (json!({ "url": good, "event_types": ["message"] }), "/event_types/0", "invalid"),
        (json!({ "url": good, "event_types": vec!["message.sent"; 51] }), "/event_types", "too_long"),
        (json!({ "url": good, "description": "x".repeat(501) }), "/description", "too_long"),
        (json!({ "url": good, "secret": "x" }), "/secret", "unknown_field"),
    ] {
        assert_eq!(make(body).await.pointers(), [(pointer.to_owned(), code.to_owned())]);
    }
    assert_eq!(make(json!({ "url": good })).await.status, 201);
    let made = api.data("manager", HOOKS).await.remove(0);
    let one = format!("{HOOKS}/{}", made["id"].as_str().unwrap());
    let inside =
        api.call("manager", Method::PATCH, &one, Some(json!({ "version": 1, "url": "http://10.0.0.1/" }))).await;
    assert_eq!(inside.pointers(), [("/url".to_owned(), "url_not_allowed".to_owned())]);
    for _ in 1..50 {
        assert_eq!(make(json!({ "url": good })).await.status, 201);
    }
    make(json!({ "url": good })).await.problem(409, "too_many_webhooks");
    assert_eq!(api.walk("manager", &format!("{HOOKS}?"), 20).await.len(), 50);
});
