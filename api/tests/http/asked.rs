//! Drafts that are asked for and thrown away, over the API.

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::json;

use crate::support::Api;

const UNSURE: &str = "[complaint 0.90] Not good";
const SURE: &str = "[question 0.95] When?";

each_database!(a_draft_is_asked_for_written_and_waits_and_is_thrown_away, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let path = format!("/api/v1/conversations/{}/drafts/generate", message.conversation_id);
    api.post("viewer", &path, json!({})).await.problem(403, "forbidden");
    api.post("closer", &path, json!({ "instruction": " " })).await.problem(422, "invalid");
    api.post("closer", &path, json!({ "tone": "warm" })).await.problem(422, "invalid");
    api.post("closer", &path, json!({})).await.problem(409, "approval_pending");
    api.post("closer", "/api/v1/conversations/cnv_none/drafts/generate", json!({})).await.problem(404, "not_found");
    let asked = api.data("approver", "/api/v1/approvals").await;
    let reject = format!("/api/v1/approvals/{}/reject", asked[0]["id"].as_str().unwrap());
    api.post("approver", &reject, json!({ "reason": "too cold" })).await.good();

    let wish = json!({ "instruction": "warmer" });
    let name = ("idempotency-key", "one");
    let accepted = api.send("closer", Method::POST, &path, name, Some(wish.clone())).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let job = accepted.good();
    assert_eq!(job["id"], message.run_id.as_str());
    assert!(job["asked_by"].as_str().is_some_and(|id| id.starts_with("usr_")), "{job}");
    api.app.settle().await;
    // The same wish again, for its answer was lost: the same job, and no second draft.
    let again = api.send("closer", Method::POST, &path, name, Some(wish)).await;
    assert_eq!((again.header("idempotency-replayed"), again.good()["id"].clone()), ("true", job["id"].clone()));
    let drafts = api.data("viewer", &format!("/api/v1/conversations/{}/drafts", message.conversation_id)).await;
    assert_eq!(drafts.len(), 2);
    let draft = drafts.iter().find(|draft| draft["status"] == "pending_approval").expect("one that waits");
    assert_eq!(draft["body_text"], "As you asked (warmer): an answer to your complaint.");
    assert!(api.app.sent().is_empty());

    let own = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    let throw = async |role: &'static str, tag: &'static str| {
        let header = if tag.is_empty() { ("", "") } else { ("if-match", tag) };
        api.send(role, Method::DELETE, &own, header, None).await
    };
    throw("viewer", "\"v1\"").await.problem(403, "forbidden");
    throw("closer", "").await.problem(428, "precondition_required");
    assert_eq!(throw("closer", "\"v7\"").await.problem(412, "version_conflict")["current_version"], 1);
    assert_eq!(throw("closer", "\"v1\"").await.status, 204);
    throw("closer", "\"v1\"").await.problem(409, "too_late");
    assert_eq!(api.get("viewer", &own).await.good()["status"], "discarded");
    assert!(api.data("viewer", "/api/v1/approvals").await.is_empty());
    let conversation = api.get("viewer", &format!("/api/v1/conversations/{}", message.conversation_id)).await.good();
    assert!(!conversation["requires_action"]["reasons"].as_array().unwrap().contains(&json!("approval_pending")));
});

each_database!(what_cannot_be_drafted_says_why, |database| {
    let api = Api::new(&database).await;
    let generate = async |conversation: &str| {
        api.post("closer", &format!("/api/v1/conversations/{conversation}/drafts/generate"), json!({})).await
    };
    let answered = api.app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    generate(&answered.conversation_id).await.problem(409, "already_answered");
    let legal = api.app.receive(ChannelKind::Chat, "visitor-2", "[question 0.95] My lawyer asks").await;
    let problem = generate(&legal.conversation_id).await.problem(409, "policy_forbids");
    assert!(problem["detail"].as_str().unwrap().contains("`legal`"), "{problem}");
    let begun = json!({ "channel_id": "chn_chat", "to": { "address": "visitor-3" }, "body_text": "Hello" });
    let begun = api.post("closer", "/api/v1/conversations", begun).await.good();
    let ours = begun["conversation_id"].as_str().or(begun["id"].as_str()).unwrap();
    generate(ours).await.problem(409, "nothing_to_answer");
});

each_database!(a_rep_writes_a_draft_that_somebody_else_decides_on, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let path = format!("/api/v1/conversations/{}/drafts", message.conversation_id);
    api.post("viewer", &path, json!({ "body_text": "x" })).await.problem(403, "forbidden");
    api.post("closer", &path, json!({ "body_text": " " })).await.problem(422, "invalid");
    api.post("closer", &path, json!({ "body_text": "x", "send_at": "2999-01-01T00:00:00Z" }))
        .await
        .problem(422, "invalid");
    api.post("closer", "/api/v1/conversations/cnv_none/drafts", json!({ "body_text": "x" }))
        .await
        .problem(404, "not_found");
    let seen = json!({ "body_text": "x", "conversation_revision": 99 });
    api.post("closer", &path, seen).await.problem(409, "stale_context");
    let name = ("idempotency-key", "one");
    let body = json!({ "body_text": "Mine, please look" });
    let made = api.send("closer", Method::POST, &path, name, Some(body.clone())).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let draft = made.good();
    assert_eq!((&draft["status"], &draft["author_name"]), (&json!("pending_approval"), &json!("Rep closer")));
    assert_eq!(api.send("closer", Method::POST, &path, name, Some(body)).await.good()["id"], draft["id"]);
    let job = api.get("viewer", &format!("/api/v1/jobs/{}", draft["job_id"].as_str().unwrap())).await.good();
    let job = &job["job"];
    assert_eq!((&job["draft_id"], &job["author"]), (&draft["id"], &json!("rep")));
    api.app.settle().await;
    assert!(api.app.sent().is_empty(), "nothing leaves by itself");
    let waiting = api.data("approver", "/api/v1/approvals").await;
    assert_eq!(waiting.len(), 2, "what the AI wrote waits as it did");
    let approval = waiting.iter().find(|row| row["draft_id"] == draft["id"]).expect("a question to people");
    let yes = json!({ "draft_version": draft["version"], "content_sha256": draft["content_sha256"] });
    let approve = format!("/api/v1/approvals/{}/approve", approval["id"].as_str().unwrap());
    api.post("closer", &approve, yes.clone()).await.problem(403, "forbidden");
    api.post("approver", &approve, yes).await.good();
    api.app.settle().await;
    assert_eq!(api.app.sent(), ["Mine, please look"]);
});

each_database!(what_failed_is_tried_again_by_the_job_of_its_draft, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let refused = remit_engine::ports::SendError::Refused("full".to_owned());
    api.app.outbound.recorder.fail_with(vec![refused]);
    let path = format!("/api/v1/conversations/{}", message.conversation_id);
    api.post("closer", &format!("{path}/replies"), json!({ "body_text": "Good morning" })).await.good();
    api.app.settle().await;
    let messages = api.data("viewer", &format!("{path}/messages?direction=outbound")).await;
    assert_eq!(messages[0]["status"], "failed", "{messages:?}");
    let draft =
        api.get("viewer", &format!("/api/v1/drafts/{}", messages[0]["draft_id"].as_str().unwrap())).await.good();
    let retry = format!("/api/v1/jobs/{}/retry", draft["job_id"].as_str().unwrap());
    api.post("approver", &retry, json!({})).await.good();
    api.app.settle().await;
    assert_eq!(api.app.sent(), ["Good morning"]);
});
