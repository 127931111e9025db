//! Labels, certificates and audits by the API.

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

const POLICY: &str = r#"remit 1
policy test "For tests"
autonomy controlled
undo 0s
team inbox
agent ada on email, chat, sms, whatsapp, voice
intent question "A question" { reply send from 0.50, else approval }
intent other { reply approval }
certificate answers "Answers" on question from 0.80
guard unproved: approval when not certified answers at 50%
  because "Not proved yet"
approvals { expire after 24h then escalate approvers team inbox }
"#;

async fn approve_all(api: &Api) {
    for row in api.data("viewer", "/api/v1/approvals").await {
        let path = format!("/api/v1/approvals/{}", row["id"].as_str().unwrap());
        let draft = api.get("viewer", &path).await.good()["draft"].clone();
        let yes = json!({ "draft_version": draft["version"], "content_sha256": draft["content_sha256"] });
        api.post("approver", &format!("{path}/approve"), yes).await.good();
    }
    api.app.settle().await;
}

async fn certificate(api: &Api) -> Value {
    api.data("viewer", "/api/v1/certificates").await.remove(0)
}

each_database!(a_certificate_is_earned_asked_for_and_taken_back, |database| {
    let api = Api::new(&database).await;
    assert_eq!(api.data("viewer", "/api/v1/certificates").await, Vec::<Value>::new(), "this policy declares none");
    api.app.change_policy(POLICY).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let stored = api.app.receive(ChannelKind::Chat, &format!("visitor-{number}"), "[question 0.93] When?").await;
        ids.push(stored.message_id);
    }
    let before = certificate(&api).await;
    assert_eq!((&before["state"], &before["proof"]["sent"]), (&json!("unproved"), &json!(0)));
    assert_eq!(before["asked"], json!([{ "share": 0.5, "missing": 5 }]));
    approve_all(&api).await;
    let earned = certificate(&api).await;
    assert_eq!(earned["asked"][0]["missing"], 0);
    let sentence = earned["sentence"].as_str().unwrap();
    assert_eq!(sentence, "5 would have been sent, 0 wrong: at most 45.1 % wrong, with 95 % confidence");

    let issue = "/api/v1/certificates/answers/issue";
    api.call("approver", Method::POST, issue, None).await.problem(403, "forbidden");
    api.call("manager", Method::POST, "/api/v1/certificates/nothing/issue", None).await.problem(404, "not_found");
    let granted = api.call("manager", Method::POST, issue, None).await.good();
    assert_eq!((&granted["state"], &granted["decided"]["promised"]), (&json!("granted"), &json!(0.5)));
    assert_eq!(granted["decided"]["by"], "Rep manager");
    api.app.receive(ChannelKind::Chat, "visitor-9", "[question 0.93] When?").await;
    assert_eq!(api.data("viewer", "/api/v1/approvals").await, Vec::<Value>::new(), "what is proved is not asked about");

    let revoke = "/api/v1/certificates/answers/revoke";
    api.post("manager", revoke, json!({})).await.problem(422, "invalid");
    let done = api.post("manager", revoke, json!({ "reason": "a new price list" })).await;
    assert_eq!(done.status, 204);
    let revoked = certificate(&api).await;
    assert_eq!((&revoked["state"], &revoked["decided"]["reason"]), (&json!("revoked"), &json!("a new price list")));
    api.post("manager", revoke, json!({ "reason": "again" })).await.problem(404, "not_found");
});

each_database!(somebody_says_what_a_message_is_about, |database| {
    let api = Api::new(&database).await;
    api.app.change_policy(POLICY).await;
    let stored = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] When?").await;
    let path = format!("/api/v1/messages/{}/intent", stored.message_id);
    let put = async |role: &str, body: Value| api.call(role, Method::PUT, &path, Some(body)).await;
    put("viewer", json!({ "intent": "other" })).await.problem(403, "forbidden");
    put("closer", json!({})).await.problem(422, "invalid");
    put("closer", json!({ "intent": "nonsense" })).await.problem(404, "not_found");
    let said = put("closer", json!({ "intent": "other" })).await.good();
    assert_eq!(said, json!({ "classified": "question", "intent": "other", "wrong": true }));
    let none = put("closer", json!({ "intent": null })).await.good();
    assert_eq!((&none["intent"], &none["wrong"]), (&Value::Null, &json!(true)));
    assert_eq!(certificate(&api).await["proof"]["wrong"], 1, "one answer, one label");
    let right = put("closer", json!({ "intent": "question" })).await.good();
    assert_eq!(right["wrong"], false);
    let proof = certificate(&api).await["proof"].clone();
    assert_eq!((&proof["sent"], &proof["wrong"]), (&json!(1), &json!(0)));

    assert_eq!(api.data("closer", "/api/v1/spot-checks").await, Vec::<Value>::new());
    let audit = format!("/api/v1/spot-checks/{}", stored.message_id);
    api.post("closer", &audit, json!({ "intent": "question" })).await.problem(404, "not_found");
});
