//! A key that may send nothing: its replies become drafts that a person decides on.

use axum::http::Request;
use remit_api::http::new_key;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::{NewKey, read};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, Reply};

async fn with_key(api: &Api, kind: &'static str) -> String {
    let engine = &api.app.engine;
    let mut reader = engine.db().read().await.unwrap();
    let rep = read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, "closer@acme.example").await.unwrap().unwrap();
    drop(reader);
    let (secret, sha256) = new_key(&[if kind == "ai" { 101 } else { 102 }; 32]);
    let id = engine.ids().next(IdKind::ApiKey);
    engine
        .add_key(DEFAULT_WORKSPACE, NewKey { kind, ..NewKey::plain(id, rep.id, "p".to_owned(), sha256) })
        .await
        .unwrap();
    secret
}

async fn post(api: &Api, secret: &str, path: &str, name: &str, body: Value) -> Reply {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {secret}"))
        .header("content-type", "application/json")
        .header("idempotency-key", name);
    api.request(request.body(body.to_string().into()).unwrap()).await
}

each_database!(a_reply_with_such_a_key_waits_for_a_person_and_leaves_as_it_was_approved, |database| {
    let api = Api::new(&database).await;
    for (n, kind) in ["draft_only", "ai"].into_iter().enumerate() {
        let secret = with_key(&api, kind).await;
        let got = api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), "[question 0.10] Hm").await;
        let before = api.app.sent().len();
        let path = format!("/api/v1/conversations/{}/replies", got.conversation_id);
        let name = format!("one-{n}");
        let first = post(&api, &secret, &path, &name, json!({ "body_text": format!("Proposed {n}") })).await;
        assert_eq!(first.status, 202, "{}", first.text());
        let draft = first.good();
        assert_eq!(draft["status"], "pending_approval");
        let again = post(&api, &secret, &path, &name, json!({ "body_text": format!("Proposed {n}") })).await.good();
        assert_eq!(again["id"], draft["id"]);
        api.app.settle().await;
        assert_eq!(api.app.sent().len(), before, "nothing leaves");
        let waiting = api.data("approver", "/api/v1/approvals").await;
        let approval = waiting.iter().find(|row| row["draft_id"] == draft["id"]).expect("a question to people");
        assert!(approval["decision_id"].is_null());
        let path = format!("/api/v1/approvals/{}", approval["id"].as_str().unwrap());
        let detail = api.get("viewer", &path).await.good();
        assert!(detail["decision"].is_null() && detail["deciding"].as_array().unwrap().is_empty());
        let conversation = api.get("viewer", &format!("/api/v1/conversations/{}", got.conversation_id)).await.good();
        assert!(conversation["requires_action"]["reasons"].as_array().unwrap().contains(&json!("approval_pending")));
        // It cannot say yes to itself.
        let yes = json!({ "draft_version": draft["version"], "content_sha256": draft["content_sha256"] });
        post(&api, &secret, &format!("{path}/approve"), &format!("yes-{n}"), yes.clone())
            .await
            .problem(403, "forbidden");
        if n == 0 {
            api.post("approver", &format!("{path}/approve"), yes).await.good();
            api.app.settle().await;
            assert_eq!(api.app.sent().last().unwrap(), "Proposed 0");
        } else {
            api.post("approver", &format!("{path}/reject"), json!({ "reason": "no" })).await.good();
            api.app.settle().await;
            assert_eq!(api.app.sent().len(), before);
        }
    }
});

each_database!(what_was_proposed_is_withdrawn_when_the_contact_writes_again, |database| {
    let api = Api::new(&database).await;
    let secret = with_key(&api, "draft_only").await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.10] Hm").await;
    let path = format!("/api/v1/conversations/{}/replies", got.conversation_id);
    let draft = post(&api, &secret, &path, "one", json!({ "body_text": "Proposed" })).await.good();
    api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.10] Never mind").await;
    let now = api.get("viewer", &format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap())).await.good();
    assert_eq!(now["status"], "superseded");
    assert!(api.app.sent().is_empty());
});
