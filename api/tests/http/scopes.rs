//! Keys that are limited to scopes: each lets what the document says it lets, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Method, Request};
use remit_engine::domain::{ChannelKind, IdKind};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::contract::{document, operations, role};
use crate::search::indexed;
use crate::support::{Api, Reply};

async fn with(api: &Api, secret: &str, method: &str, path: &str, body: &Value) -> Reply {
    let request = Request::builder()
        .method(method.parse::<Method>().unwrap())
        .uri(path)
        .header("authorization", format!("Bearer {secret}"))
        .header("if-match", "\"v1\"")
        .header("idempotency-key", api.app.engine.ids().next(IdKind::RawEvent))
        .header("content-type", "application/json");
    api.request(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Makes a key of an owner that is limited to these.
async fn limited(api: &Api, scopes: &[&str]) -> String {
    let made = api.post("owner", "/api/v1/keys", json!({ "name": "limited", "scopes": scopes })).await.good();
    assert_eq!(made["key"]["scopes"], json!(scopes));
    made["secret"].as_str().unwrap().to_owned()
}

each_database!(a_scope_lets_what_the_document_says_and_nothing_else, |database| {
    let api = Api::new(&database).await;
    let roles = api.get("viewer", "/api/v1/roles").await.good();
    let all: Vec<String> =
        roles["scopes"].as_array().unwrap().iter().map(|one| one["scope"].as_str().unwrap().to_owned()).collect();
    let (mut only, mut but) = (BTreeMap::new(), BTreeMap::new());
    for scope in &all {
        only.insert(scope.clone(), limited(&api, &[scope]).await);
        let others: Vec<&str> = all.iter().filter(|one| *one != scope).map(String::as_str).collect();
        but.insert(scope.clone(), limited(&api, &others).await);
    }
    let (mut used, mut free, mut named) = (BTreeSet::new(), 0, BTreeSet::new());
    for (method, path, operation) in operations(&document()) {
        // A session is what the last ones are for; the switch is tried below.
        if role(&operation).is_none() || operation["x-remit-by"] == "session" || path.contains("kill-switch") {
            continue;
        }
        let name = operation["operationId"].as_str().unwrap();
        named.insert(name.to_owned());
        let path = path
            .replace("{id}", "con_unknown")
            .replace("{digest}", &"0".repeat(64))
            .replace("{delivery_id}", "whd_unknown");
        // A body that no operation takes: only who may is asked here.
        let body = json!({ "nothing": true });
        match operation["security"][0]["key"][1].as_str() {
            Some(scope) => {
                let reply = with(&api, &only[scope], &method, &path, &body).await;
                assert!(!matches!(reply.status.as_u16(), 401 | 403), "{name} with `{scope}`: {}", reply.text());
                let refused = with(&api, &but[scope], &method, &path, &body).await.problem(403, "scope_missing");
                assert_eq!(refused["needed_scope"], scope, "{name}");
                used.insert(scope.to_owned());
                let listed = roles["scopes"].as_array().unwrap().iter().find(|one| one["scope"] == scope).unwrap();
                assert!(listed["may"].as_array().unwrap().contains(&json!(name)), "{name}");
            }
            None => {
                let reply = with(&api, &only["metrics:read"], &method, &path, &body).await;
                assert!(!matches!(reply.status.as_u16(), 401 | 403), "{name}: {}", reply.text());
                free += 1;
            }
        }
    }
    assert!(named.len() > 150 && free > 5, "{}, {free}", named.len());
    let stop = json!({ "reason": "testing" });
    with(&api, &only["killswitch:release"], "POST", "/api/v1/kill-switch/engage", &stop)
        .await
        .problem(403, "scope_missing");
    with(&api, &only["killswitch:engage"], "POST", "/api/v1/kill-switch/engage", &stop).await.good();
    with(&api, &only["killswitch:engage"], "POST", "/api/v1/kill-switch/release", &json!({}))
        .await
        .problem(403, "scope_missing");
    used.extend(["killswitch:engage".to_owned(), "killswitch:release".to_owned()]);
    assert_eq!(used.into_iter().collect::<BTreeSet<_>>(), all.iter().cloned().collect(), "a scope is for nothing");
    assert!(api.app.sent().is_empty());
});

each_database!(a_key_is_given_what_it_can_use_and_no_more_than_its_maker_holds, |database| {
    let api = Api::new(&database).await;
    let make = async |body: Value| api.post("owner", "/api/v1/keys", body).await;
    let at = |reply: Reply| reply.pointers()[0].0.clone();
    assert_eq!(at(make(json!({ "name": "a", "scopes": ["everything"] })).await), "/scopes/0");
    assert_eq!(at(make(json!({ "name": "a", "scopes": [] })).await), "/scopes");
    // An AI's key decides, controls and publishes nothing, whatever somebody would give it.
    for scope in [
        "approvals:decide",
        "policies:publish",
        "killswitch:release",
        "killswitch:engage",
        "ai:control",
        "agents:manage",
        "keys:manage",
        "users:manage",
        "settings:manage",
        "channels:manage",
        "webhooks:manage",
        "audit:read",
        "export:read",
    ] {
        for kind in ["ai", "draft_only"] {
            let refused = make(json!({ "name": "a", "kind": kind, "scopes": ["notes:read", scope] })).await;
            assert_eq!(at(refused), "/scopes/1", "{kind} {scope}");
        }
    }
    let ai =
        make(json!({ "name": "a", "kind": "ai", "scopes": ["drafts:write", "notes:read", "notes:read"] })).await.good();
    assert_eq!(ai["key"]["scopes"], json!(["drafts:write", "notes:read"]));
    // One that was not limited holds everything that its user and its kind may, as before.
    let whole = make(json!({ "name": "a" })).await.good();
    assert!(whole["key"]["scopes"].is_null());
    let secret = whole["secret"].as_str().unwrap();
    let session = with(&api, secret, "GET", "/api/v1/session", &json!({})).await.good();
    assert!(session["scopes"].is_null() && session["may"].as_array().unwrap().contains(&json!("create_key")));

    let maker = limited(&api, &["conversations:read", "keys:manage"]).await;
    let session = with(&api, &maker, "GET", "/api/v1/session", &json!({})).await.good();
    assert_eq!(session["scopes"], json!(["conversations:read", "keys:manage"]));
    let may = session["may"].as_array().unwrap();
    assert!(may.contains(&json!("list_conversations")) && !may.contains(&json!("create_reply")));
    let made = async |body: Value| with(&api, &maker, "POST", "/api/v1/keys", &body).await;
    assert_eq!(at(made(json!({ "name": "more" })).await), "/scopes");
    assert_eq!(
        at(made(json!({ "name": "more", "scopes": ["conversations:read", "messages:send"] })).await),
        "/scopes/1"
    );
    made(json!({ "name": "less", "scopes": ["conversations:read"] })).await.good();
});

each_database!(what_a_key_may_not_read_it_does_not_find, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] The zebra is broken").await;
    let path = format!("/api/v1/conversations/{}", got.conversation_id);
    let note = json!({ "body_text": "A zebra, again" });
    let note = api.post("closer", &format!("{path}/notes"), note).await.good();
    indexed(&api, "q=zebra", note["id"].as_str().unwrap()).await;
    let reader = limited(&api, &["conversations:read"]).await;
    let both = limited(&api, &["conversations:read", "notes:read"]).await;
    let found = async |secret: &str| {
        let page = with(&api, secret, "GET", "/api/v1/search?q=zebra", &json!({})).await.good();
        let rows = page["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(found(&reader).await, BTreeSet::from(["message".to_owned()]));
    assert_eq!(found(&both).await, BTreeSet::from(["message".to_owned(), "note".to_owned()]));
    let asked = with(&api, &reader, "GET", "/api/v1/search?q=zebra&type=note", &json!({})).await;
    assert_eq!(asked.problem(403, "scope_missing")["needed_scope"], "notes:read");

    // What is shown beside a conversation takes what it would take alone.
    let shown = with(&api, &reader, "GET", &format!("{path}?include=ai_status"), &json!({})).await.good();
    assert_eq!(shown["included"]["ai_status"]["conversation_id"], got.conversation_id);
    assert!(shown["included"]["contact"].is_null());
    let refused = with(&api, &reader, "GET", &format!("{path}?include=ai_status&include=contact"), &json!({})).await;
    assert_eq!(refused.problem(403, "scope_missing")["needed_scope"], "contacts:read");
});
