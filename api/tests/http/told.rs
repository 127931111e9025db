//! What other programs tell of contacts: once, where it belongs, and without any effect but a line.

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

const PATH: &str = "/api/v1/timeline-events";

fn event(id: &str, more: Value) -> Value {
    let mut body = json!({
        "source": "hubspot", "external_id": id, "kind": "meeting_booked", "summary": "Demo on Friday",
        "at": "2026-03-01T09:00:00Z",
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

each_database!(what_happened_elsewhere_stands_in_the_timeline_once, |database| {
    let api = Api::new(&database).await;
    let mail = "From: Ann <ann@example.org>\nTo: email@acme.example\nSubject: One\nMessage-ID: <one@x>\n\n[complaint 0.90] No\n";
    let one = api.app.mail(mail).await;
    api.app.clock.advance(std::time::Duration::from_secs(60));
    let two = api.app.mail(&mail.replace("One", "Two").replace("one@x", "two@x")).await;
    assert_ne!(one.conversation_id, two.conversation_id);
    let before = api.app.sent().len();
    let in_one = json!({ "conversation_id": one.conversation_id, "details": { "deal": 7 } });
    api.post("viewer", PATH, event("a", in_one.clone())).await.problem(403, "forbidden");
    let first = api.post("closer", PATH, event("a", in_one.clone())).await;
    assert_eq!((first.status.as_u16(), first.json()["duplicate"].clone()), (201, json!(false)), "{}", first.text());
    let again = api.post("closer", PATH, event("a", json!({ "contact_id": "con_none", "summary": "Else" }))).await;
    assert_eq!(again.pointers(), [("/contact_id".to_owned(), "invalid".to_owned())]);
    // The same name again is the same event, wherever it is said to be; another source's is another one.
    let again = api
        .post("owner", PATH, event("a", json!({ "address": { "kind": "email", "address": "Ann@example.org" } })))
        .await;
    assert_eq!((again.status.as_u16(), again.json()["duplicate"].clone()), (200, json!(true)), "{}", again.text());
    assert_eq!(again.json()["timeline_id"], first.json()["timeline_id"]);
    assert_eq!(again.json()["conversation_id"], one.conversation_id.as_str());
    let other = api
        .post("closer", PATH, event("a", json!({ "source": "calendar", "conversation_id": one.conversation_id })))
        .await;
    assert_eq!(other.status.as_u16(), 201);
    let timeline = format!("/api/v1/conversations/{}/timeline?limit=100", one.conversation_id);
    let line = |rows: Vec<Value>| rows.into_iter().find(|row| row["id"] == first.json()["timeline_id"]).unwrap();
    let kept = line(api.data("viewer", &timeline).await);
    assert_eq!(
        (&kept["kind"], &kept["summary"], &kept["at"], &kept["actor"]),
        (
            &json!("meeting_booked"),
            &json!("Demo on Friday"),
            &json!("2026-03-01T09:00:00.000Z"),
            &json!({ "kind": "system", "name": "hubspot" })
        )
    );
    assert_eq!(kept["data"], json!({ "source": "hubspot", "external_id": "a", "details": { "deal": 7 } }));
    // By the contact or an address it stands in the latest conversation.
    let contact = api.app.contact(&one).await.id;
    for (id, by) in [
        ("b", json!({ "contact_id": contact, "kind": "opportunity_stage_changed" })),
        ("c", json!({ "address": { "kind": "email", "address": "ann@example.org" }, "kind": "sequence_enrolled" })),
    ] {
        let told = api.post("closer", PATH, event(id, by)).await.good();
        assert_eq!(told["conversation_id"], two.conversation_id.as_str());
    }
    let told = api.data("viewer", "/api/v1/events?types=timeline.recorded&limit=100").await;
    let told = told.iter().filter(|event| event["actor"]["name"] == "hubspot").count();
    assert!(told <= 3, "what was told before is not told again: {told}");
    // A merge takes it along, and it is known there.
    let from = format!("/api/v1/conversations/{}", one.conversation_id);
    api.post("closer", &format!("{from}/merge"), json!({ "into_id": two.conversation_id })).await.good();
    let merged = api.post("closer", PATH, event("a", json!({ "contact_id": contact }))).await.good();
    assert_eq!((&merged["conversation_id"], &merged["duplicate"]), (&json!(two.conversation_id), &json!(true)));
    api.post("closer", PATH, event("d", in_one)).await.problem(410, "conversation_merged");
    assert_eq!(api.app.sent().len(), before, "nothing is sent because of it");
});

each_database!(what_cannot_be_told_says_why, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let here = json!({ "conversation_id": got.conversation_id });
    for (more, pointer) in [
        (json!({}), ""),
        (json!({ "conversation_id": got.conversation_id, "contact_id": "con_x" }), ""),
        (json!({ "conversation_id": got.conversation_id, "summary": " " }), "/summary"),
        (json!({ "conversation_id": got.conversation_id, "source": "" }), "/source"),
        (json!({ "conversation_id": got.conversation_id, "at": "tomorrow" }), "/at"),
        (json!({ "conversation_id": got.conversation_id, "kind": "lunch" }), "/kind"),
        (json!({ "conversation_id": got.conversation_id, "details": { "x": "y".repeat(11_000) } }), "/details"),
        (json!({ "address": { "kind": "email", "address": "nobody@example.org" } }), "/address"),
        (json!({ "address": { "kind": "email", "address": "no address" } }), "/address/address"),
    ] {
        let reply = api.post("closer", PATH, event("x", more.clone())).await;
        assert_eq!(reply.pointers()[0].0, pointer, "{more}");
    }
    api.post("closer", PATH, event("x", json!({ "conversation_id": "cnv_none" }))).await.problem(404, "not_found");
    let nobody = json!({ "addresses": [{ "kind": "email", "address": "new@example.org" }] });
    let contact = api.post("closer", "/api/v1/contacts", nobody).await.good()["id"].clone();
    let early = api.post("closer", PATH, event("x", json!({ "contact_id": contact }))).await;
    assert_eq!(early.pointers()[0].0, "/contact_id");
    // A person who tells it by hand is named.
    let told = api.post("closer", PATH, event("y", here)).await.good();
    assert_eq!(told["duplicate"], false);
    let timeline = format!("/api/v1/contacts/{}/timeline", api.app.contact(&got).await.id);
    let rows = api.data("viewer", &timeline).await;
    assert!(rows.iter().any(|row| row["id"] == told["timeline_id"]), "{rows:?}");
    // What is erased with a contact takes the words along.
    let erase = format!("/api/v1/contacts/{}/erase", api.app.contact(&got).await.id);
    assert!(database.rows().await.iter().any(|row| row.contains("Demo on Friday")));
    api.call("manager", Method::POST, &erase, None).await.good();
    let left: Vec<String> = database.rows().await.into_iter().filter(|row| row.contains("Demo on Friday")).collect();
    assert!(left.is_empty(), "{left:?}");
});
