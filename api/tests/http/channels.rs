//! Channels are changed, get new secrets, and are given up without losing what was said on them.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::http::inbound_secret;
use remit_engine::domain::ChannelKind;
use remit_engine::ports::Clock as _;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, MASTER, Reply};

const CHAT: &str = "/api/v1/channels/chn_chat";

async fn tagged(api: &Api, role: &str, method: Method, path: &str, tag: &str, body: Option<Value>) -> Reply {
    api.send(role, method, path, if tag.is_empty() { ("", "") } else { ("if-match", tag) }, body).await
}

/// Delivers a message that is signed with a secret.
async fn deliver(api: &Api, secret: &str, id: &str) -> Reply {
    let body =
        json!({ "external_id": id, "from": { "address": "visitor-9" }, "text": "[complaint 0.90] Hm" }).to_string();
    let now = (api.app.clock.now_ms() / 1000).to_string();
    let signature = crate::inbound::sign(secret, id, &now, body.as_bytes());
    let request = Request::post("/api/v1/inbound/chn_chat")
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", &now)
        .header("webhook-signature", signature);
    api.request(request.body(Body::from(body)).unwrap()).await
}

each_database!(a_channel_gets_another_name_and_address_from_whoever_saw_it, |database| {
    let api = Api::new(&database).await;
    let seen = api.get("viewer", CHAT).await;
    let tag = seen.header("etag").to_owned();
    assert_eq!(tag, format!("\"v{}\"", seen.json()["version"]));
    let name = || Some(json!({ "name": "Front desk" }));
    tagged(&api, "approver", Method::PATCH, CHAT, &tag, name()).await.problem(403, "forbidden");
    tagged(&api, "manager", Method::PATCH, CHAT, "", name()).await.problem(428, "precondition_required");
    let changed = tagged(&api, "manager", Method::PATCH, CHAT, &tag, name()).await.good();
    assert_eq!((&changed["name"], &changed["address"]), (&json!("Front desk"), &seen.json()["address"]));
    let late = tagged(&api, "manager", Method::PATCH, CHAT, &tag, Some(json!({ "address": "x" }))).await;
    assert_eq!(late.problem(412, "version_conflict")["current_version"], changed["version"]);
    // Whatever else is changed counts, too.
    api.post("manager", &format!("{CHAT}/disable"), json!({ "reason": "x" })).await.good();
    let tag = format!("\"v{}\"", changed["version"]);
    tagged(&api, "manager", Method::PATCH, CHAT, &tag, name()).await.problem(412, "version_conflict");
    let tag = api.get("viewer", CHAT).await.header("etag").to_owned();
    for wrong in [json!({ "name": " " }), json!({ "address": "" }), json!({ "status": "active" })] {
        tagged(&api, "manager", Method::PATCH, CHAT, &tag, Some(wrong)).await.problem(422, "invalid");
    }
});

each_database!(the_secret_before_a_new_one_is_believed_for_a_day, |database| {
    let api = Api::new(&database).await;
    let old = api.secret("chn_chat");
    api.post("approver", &format!("{CHAT}/rotate-secret"), json!({})).await.problem(403, "forbidden");
    let rotated = api.post("manager", &format!("{CHAT}/rotate-secret"), json!({})).await.good();
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_eq!(
        (new.as_str(), rotated["inbound_path"].as_str()),
        (&*inbound_secret(&MASTER, "chn_chat", 2), Some("/api/v1/inbound/chn_chat"))
    );
    assert_ne!(new, old);
    for (secret, id, status) in
        [(&old, "a", 202), (&new, "b", 202), (&inbound_secret(&MASTER, "chn_chat", 3), "c", 401)]
    {
        assert_eq!(deliver(&api, secret, id).await.status.as_u16(), status, "{id}");
    }
    api.app.clock.advance(std::time::Duration::from_secs(86_401));
    deliver(&api, &old, "d").await.problem(401, "invalid_signature");
    assert_eq!(deliver(&api, &new, "e").await.status.as_u16(), 202);
    // It stands in the trail that there is a new one, and nowhere what it is.
    let trail = api.data("owner", "/api/v1/audit").await;
    assert!(trail.iter().any(|line| line["action"] == "POST /api/v1/channels/{id}/rotate-secret"), "{trail:?}");
    let rows = database.rows().await;
    assert!(!rows.iter().any(|row| row.contains(&new)), "the secret is kept nowhere");
});

each_database!(a_channel_that_is_given_up_loses_nothing_that_was_said, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = api.app.approval(&got).await.id;
    let secret = api.secret("chn_chat");
    let tag = api.get("viewer", CHAT).await.header("etag").to_owned();
    tagged(&api, "approver", Method::DELETE, CHAT, &tag, None).await.problem(403, "forbidden");
    tagged(&api, "manager", Method::DELETE, CHAT, "", None).await.problem(428, "precondition_required");
    tagged(&api, "manager", Method::DELETE, CHAT, "\"v99\"", None).await.problem(412, "version_conflict");
    let stopped = tagged(&api, "manager", Method::DELETE, CHAT, &tag, None).await.good();
    assert!(stopped["stopped"].as_i64().is_some(), "{stopped}");
    // Lists leave it out, whoever asks for it learns that it is gone, and nothing is done with it any more.
    let listed = api.data("viewer", "/api/v1/channels").await;
    assert!(!listed.is_empty() && listed.iter().all(|row| row["id"] != "chn_chat"), "{listed:?}");
    let kept = api.get("viewer", CHAT).await.good();
    assert_eq!((&kept["status"], &kept["provider"]), (&json!("disabled"), &Value::Null));
    assert!(kept["deleted_at"].is_string());
    for path in ["activate", "rotate-secret", "test"] {
        api.post("manager", &format!("{CHAT}/{path}"), json!({})).await.problem(404, "not_found");
    }
    api.post("manager", &format!("{CHAT}/disable"), json!({ "reason": "x" })).await.problem(404, "not_found");
    let wish = json!({ "provider": null, "settings": {}, "secrets": {} });
    api.call("manager", Method::PUT, &format!("{CHAT}/provider"), Some(wish)).await.problem(404, "not_found");
    let tag = format!("\"v{}\"", kept["version"]);
    tagged(&api, "manager", Method::DELETE, CHAT, &tag, None).await.problem(404, "not_found");
    deliver(&api, &secret, "late").await.problem(401, "invalid_signature");
    let begin = json!({ "channel_id": "chn_chat", "to": { "address": "visitor-2" }, "body_text": "Hello" });
    api.post("closer", "/api/v1/conversations", begin).await.problem(409, "channel_inactive");
    // What was said is there, and nothing leaves.
    let conversation = format!("/api/v1/conversations/{}", got.conversation_id);
    assert_eq!(api.get("viewer", &conversation).await.good()["channel_id"], "chn_chat");
    assert!(!api.data("viewer", &format!("{conversation}/messages")).await.is_empty());
    let detail = api.get("approver", &format!("/api/v1/approvals/{approval}")).await.good();
    let yes =
        json!({ "draft_version": detail["draft"]["version"], "content_sha256": detail["draft"]["content_sha256"] });
    api.post("approver", &format!("/api/v1/approvals/{approval}/approve"), yes).await;
    api.app.settle().await;
    assert!(api.app.sent().is_empty());
    assert_eq!(crate::office::told(&api, "channel.deleted").await[0]["data"]["channel_id"], "chn_chat");
});
