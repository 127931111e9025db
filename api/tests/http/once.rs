//! Requests that are sent again because their answer was lost are made once.

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use remit_engine::domain::ChannelKind;
use remit_engine::ports::SendError;
use remit_tests::each_database;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::contract::{document, operations};
use crate::support::{Api, Reply, key};

const SURE: &str = "[question 0.95] When do you open?";
const UNSURE: &str = "[complaint 0.90] Not good";

fn request(role: &str, path: &str, named: Option<&str>, body: &Value) -> Request<Body> {
    let mut request = Request::post(path)
        .header("authorization", format!("Bearer {}", key(role)))
        .header("content-type", "application/json");
    if let Some(named) = named {
        request = request.header("idempotency-key", named);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

async fn ask(api: &Api, role: &str, path: &str, named: &str, body: &Value) -> Reply {
    api.request(request(role, path, Some(named), body)).await
}

/// What an approver who has looked at it says yes to.
async fn yes(api: &Api, approval: &str) -> Value {
    let detail = api.get("approver", &format!("/api/v1/approvals/{approval}")).await.good();
    json!({ "draft_version": detail["draft"]["version"], "content_sha256": detail["draft"]["content_sha256"] })
}

each_database!(what_reaches_a_customer_must_be_named_and_is_done_once, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let path = format!("/api/v1/conversations/{}/replies", message.conversation_id);
    let body = json!({ "body_text": "Good morning" });
    let reply = api.request(request("closer", &path, None, &body)).await;
    reply.problem(400, "idempotency_key_missing");
    for wrong in ["", " ", "a b", &*"x".repeat(256)] {
        let reply = api.request(request("closer", &path, Some(wrong), &body)).await;
        reply.problem(400, "bad_request");
    }
    // Who may not, learns that first.
    api.request(request("viewer", &path, None, &body)).await.problem(403, "forbidden");

    let first = ask(&api, "closer", &path, "one", &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = ask(&api, "closer", &path, "one", &json!({ "body_text": "Good morning" })).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(first.header("idempotency-replayed").is_empty());
    ask(&api, "closer", &path, "one", &json!({ "body_text": "Good evening" }))
        .await
        .problem(422, "idempotency_key_reused");
    // Somebody else's key of the same name is another one.
    ask(&api, "owner", &path, "one", &json!({ "body_text": "Hello from me" })).await.good();
    api.app.settle().await;
    let mut sent = api.app.sent();
    sent.sort();
    assert_eq!(sent, ["Good morning", "Hello from me"]);

    // What failed before it did anything is not remembered.
    let refused = ask(&api, "closer", &path, "two", &json!({ "body_text": " " })).await;
    refused.problem(422, "invalid");
    ask(&api, "closer", &path, "two", &body).await.good();
    // After a day nothing is remembered any more, and a key is fresh again.
    api.app.clock.advance(std::time::Duration::from_secs(25 * 3600));
    let fresh = ask(&api, "closer", &path, "one", &json!({ "body_text": "Another day" })).await;
    assert!(fresh.status.is_success() && fresh.header("idempotency-replayed").is_empty(), "{}", fresh.text());
});

each_database!(every_call_that_must_be_named_has_one_effect_when_its_connection_is_cut, |database| {
    let api = Api::new(&database).await;
    let required: Vec<(String, String)> = operations(&document())
        .into_iter()
        .filter(|(_, _, operation)| {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            parameters.iter().any(|one| one["name"] == "Idempotency-Key" && one["required"] == true)
        })
        .map(|(method, path, _)| (method, path))
        .collect();
    assert!(required.len() >= 3, "{required:?}");
    let mut visitor = 0;
    for (method, path) in required {
        assert_eq!(method, "POST");
        for cut_after in [0, 1, 2, 5, 20, 200] {
            visitor += 1;
            let name = format!("visitor-{visitor}");
            let before = api.app.sent().len();
            let (path, body) = match path.as_str() {
                "/api/v1/conversations/{id}/replies" => {
                    let message = api.app.receive(ChannelKind::Chat, &name, UNSURE).await;
                    let path = path.replace("{id}", &message.conversation_id);
                    (path, json!({ "body_text": format!("Hello {name}") }))
                }
                "/api/v1/conversations" => {
                    let to = json!({ "address": name });
                    (path.clone(), json!({ "channel_id": "chn_chat", "to": to, "body_text": format!("Hello {name}") }))
                }
                "/api/v1/approvals/{id}/approve" => {
                    let message = api.app.receive(ChannelKind::Chat, &name, UNSURE).await;
                    let approval = api.app.approval(&message).await.id;
                    let body = yes(&api, &approval).await;
                    (path.replace("{id}", &approval), body)
                }
                "/api/v1/approvals/bulk" => {
                    let message = api.app.receive(ChannelKind::Chat, &name, UNSURE).await;
                    let approval = api.app.approval(&message).await.id;
                    let mut seen = yes(&api, &approval).await;
                    seen["id"] = json!(approval);
                    (path.clone(), json!({ "items": [seen], "what": { "action": "approve" } }))
                }
                "/api/v1/jobs/{id}/retry" => {
                    api.app.outbound.recorder.fail_with(vec![SendError::Refused("full".to_owned())]);
                    let message = api.app.receive(ChannelKind::Chat, &name, SURE).await;
                    (path.replace("{id}", &message.run_id), json!({}))
                }
                other => panic!("write down how to call {other}, which must have one effect"),
            };
            // The caller goes away after so many steps of the server; then they ask again until they know.
            let cut = api.router.clone().oneshot(request("approver", &path, Some(&name), &body));
            cut_off(cut, cut_after).await;
            let mut answer = None;
            for _ in 0..600 {
                let reply = ask(&api, "approver", &path, &name, &body).await;
                if reply.status == 409 && reply.json()["code"] == "request_in_progress" {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    continue;
                }
                answer = Some(reply);
                break;
            }
            let answer = answer.expect("it ends");
            assert!(answer.status.is_success(), "{path} cut after {cut_after}: {}", answer.text());
            api.app.settle().await;
            assert_eq!(api.app.sent().len(), before + 1, "{path} cut after {cut_after}");
            let last = ask(&api, "approver", &path, &name, &body).await;
            assert_eq!((last.status, last.header("idempotency-replayed")), (answer.status, "true"), "{}", last.text());
        }
    }
});

/// Drops a request after it was polled so often.
async fn cut_off<F: Future>(work: F, polls: usize) {
    let mut work = std::pin::pin!(work);
    for _ in 0..polls {
        let once = std::future::poll_fn(|context| std::task::Poll::Ready(work.as_mut().poll(context).is_ready()));
        if once.await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

each_database!(two_at_the_same_time_are_one, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let path = format!("/api/v1/conversations/{}/replies", message.conversation_id);
    let body = json!({ "body_text": "Once" });
    // Two servers, which know nothing of each other but the store.
    let other = remit_api::http::router(remit_api::http::App::new(api.app.engine.clone(), crate::support::MASTER));
    let at = |router: axum::Router| {
        let request = request("closer", &path, Some("same"), &body);
        async move { router.oneshot(request).await.unwrap() }
    };
    let answers = tokio::join!(at(api.router.clone()), at(other.clone()), at(api.router.clone()), at(other));
    let mut good = 0;
    for response in [answers.0, answers.1, answers.2, answers.3] {
        let (parts, body) = response.into_parts();
        let body: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
        if parts.status.is_success() {
            good += 1;
        } else {
            assert_eq!((parts.status.as_u16(), body["code"].as_str()), (409, Some("request_in_progress")), "{body}");
        }
    }
    assert!(good >= 1);
    api.app.settle().await;
    assert_eq!(api.app.sent(), ["Once"]);
    // Where a key is not asked for, it is heeded; where an answer is a secret, it is not kept.
    let notes = format!("/api/v1/conversations/{}/notes", message.conversation_id);
    for _ in 0..3 {
        ask(&api, "closer", &notes, "note", &json!({ "body_text": "Once" })).await.good();
    }
    assert_eq!(api.data("viewer", &notes).await.len(), 1);
    let first = ask(&api, "owner", "/api/v1/keys", "key", &json!({ "name": "a" })).await.good();
    let second = ask(&api, "owner", "/api/v1/keys", "key", &json!({ "name": "a" })).await.good();
    assert_ne!(first["secret"], second["secret"]);
    let closed = format!("/api/v1/conversations/{}/close", message.conversation_id);
    let one = ask(&api, "closer", &closed, "close", &json!({})).await.good();
    api.call("closer", Method::POST, &closed.replace("/close", "/reopen"), None).await.good();
    assert_eq!(ask(&api, "closer", &closed, "close", &json!({})).await.good(), one, "the answer of then");
    let now = api.get("closer", &closed.replace("/close", "")).await.good();
    assert_eq!(now["status"], "open");
});
