//! Every operation of the document, with everybody who may come: allowed exactly as documented, and what is another
//! workspace's is not there. A new operation is tried here the day it stands in the document.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::http::new_key;
use remit_engine::access::Browser;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, IdKind};
use remit_engine::store::{NewKey, Write, read};
use remit_tests::{Database, each_database};
use serde_json::{Value, json};

use crate::contract::{document, operations, role};
use crate::support::{Api, ROLES, Reply};

/// The workspace that everything else is foreign to.
const OTHER: &str = "wsp_other";

/// Somebody who comes: what they send, the role that counts, and what they come by.
struct Caller {
    name: String,
    headers: Vec<(&'static str, String)>,
    role: &'static str,
    by: &'static str,
}

async fn call(api: &Api, caller: &[(&'static str, String)], method: &str, path: &str, body: &Value) -> Reply {
    let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
    for (name, value) in caller {
        request = request.header(*name, value);
    }
    request = request.header("if-match", "\"v1\"");
    request = request.header("idempotency-key", api.app.engine.ids().next(IdKind::RawEvent));
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
    api.request(request.unwrap()).await
}

async fn rep_id(api: &Api, email: &str) -> String {
    let mut reader = api.app.engine.db().read().await.unwrap();
    read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email).await.unwrap().unwrap().id
}

/// A key, and a signed-in browser, of each role; and keys of an owner that are for an AI.
async fn callers(api: &Api) -> Vec<Caller> {
    let mut callers = Vec::new();
    for (number, role) in ROLES.into_iter().enumerate() {
        let rep_id = rep_id(api, &format!("{role}@acme.example")).await;
        let mut reader = api.app.engine.db().read().await.unwrap();
        let rep = read::rep(&mut reader.conn(), DEFAULT_WORKSPACE, &rep_id).await.unwrap().unwrap();
        drop(reader);
        let (token, token_sha256) = new_key(&[100 + u8::try_from(number).unwrap(); 32]);
        let browser = Browser { token_sha256, name: "test".to_owned() };
        api.app.engine.sign_in(&rep, browser, None).await.unwrap();
        let session = vec![("cookie", format!("remit_session={token}")), ("sec-fetch-site", "same-origin".to_owned())];
        callers.push(Caller { name: format!("session of {role}"), headers: session, role, by: "session" });
        let key = vec![("authorization", format!("Bearer {}", crate::support::key(role)))];
        callers.push(Caller { name: format!("key of {role}"), headers: key, role, by: "service" });
    }
    for (number, kind) in ["draft_only", "ai"].into_iter().enumerate() {
        let (secret, key_sha256) = new_key(&[120 + u8::try_from(number).unwrap(); 32]);
        let owner = rep_id(api, "owner@acme.example").await;
        let id = api.app.engine.ids().next(IdKind::ApiKey);
        let key = NewKey { kind, ..NewKey::plain(id, owner, kind.to_owned(), key_sha256) };
        api.app.engine.add_key(DEFAULT_WORKSPACE, key).await.unwrap();
        let headers = vec![("authorization", format!("Bearer {secret}"))];
        // An owner's, and yet it decides nothing.
        callers.push(Caller { name: format!("{kind} key of an owner"), headers, role: "closer", by: kind });
    }
    callers
}

each_database!(everybody_may_what_the_document_says_and_nothing_else, |database| {
    let api = Api::new(&database).await;
    let callers = callers(&api).await;
    let mut tried = 0;
    for (method, path, operation) in operations(&document()) {
        let Some(needed) = role(&operation) else { continue };
        // These do what they say to whoever calls; they are tried in tests of their own.
        if path.contains("kill-switch") || operation["operationId"] == "sign_out" {
            continue;
        }
        let path = path
            .replace("{id}", "con_unknown")
            .replace("{digest}", &"0".repeat(64))
            .replace("{delivery_id}", "whd_unknown");
        let by = operation["x-remit-by"].as_str().expect("it says by what");
        // A body that no operation takes: only who may is asked here.
        let body = json!({ "nothing": true });
        call(&api, &[], &method, &path, &body).await.problem(401, "unauthenticated");
        let place = |role: &str| ROLES.iter().position(|known| *known == role).unwrap();
        for caller in &callers {
            let admits = match by {
                "any" => true,
                "people" => matches!(caller.by, "session" | "service"),
                "session" => caller.by == "session",
                other => panic!("`{other}` says nothing"),
            };
            let reply = call(&api, &caller.headers, &method, &path, &body).await;
            let what = format!("{method} {path} with {}: {}", caller.name, reply.text());
            if place(caller.role) < place(&needed) {
                assert_eq!(reply.problem(403, "forbidden")["needed_role"], needed, "{what}");
            } else if admits {
                assert!(!matches!(reply.status.as_u16(), 401 | 403), "{what}");
            } else {
                reply.problem(403, "wrong_credential");
            }
            tried += 1;
        }
    }
    assert!(tried > 1_000, "{tried}");
    assert!(api.app.sent().is_empty());
});

/// One thing of each kind in the first workspace: the id that stands in for `{id}` below each path.
async fn things(api: &Api) -> Vec<(&'static str, String)> {
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let failed = {
        let refused = remit_engine::ports::SendError::Refused("full".to_owned());
        api.app.outbound.recorder.fail_with(vec![refused]);
        api.app.receive(ChannelKind::Chat, "visitor-2", "[question 0.95] When?").await
    };
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let note = api.post("closer", &format!("{conversation}/notes"), json!({ "body_text": "Inside" })).await.good();
    let hook = json!({ "url": "https://example.com/hook", "event_types": [] });
    let kept = json!({ "name": "All", "shared": true, "filter": {} });
    let view = api.post("owner", "/api/v1/views", kept).await.good();
    let team = api.post("manager", "/api/v1/teams", json!({ "name": "ours" })).await.good();
    let tag = api.post("closer", "/api/v1/tags", json!({ "name": "ours" })).await.good();
    let webhook = api.post("manager", "/api/v1/webhooks", hook).await.good();
    let key = api.post("owner", "/api/v1/keys", json!({ "name": "a" })).await.good();
    let policy = api.get("viewer", "/api/v1/policies/active").await.good();
    let file = api.post("closer", "/api/v1/attachments?name=a.json", json!({ "a": 1 })).await.good();
    vec![
        ("/api/v1/attachments/", id(&file)),
        ("/api/v1/approvals/", api.app.approval(&message).await.id),
        ("/api/v1/spot-checks/", message.message_id.clone()),
        ("/api/v1/certificates/", "certificate_of_ours".to_owned()),
        ("/api/v1/channels/", "chn_chat".to_owned()),
        ("/api/v1/contacts/", api.app.contact(&message).await.id),
        ("/api/v1/conversations/", message.conversation_id.clone()),
        ("/api/v1/decisions/", api.app.decision(&message).await.id),
        ("/api/v1/drafts/", api.app.draft(&message).await.id),
        ("/api/v1/jobs/", failed.run_id),
        ("/api/v1/keys/", id(&key["key"])),
        ("/api/v1/messages/", message.message_id),
        ("/api/v1/notes/", id(&note)),
        ("/api/v1/policies/versions/", policy["digest"].as_str().unwrap().to_owned()),
        ("/api/v1/sessions/", "ses_none".to_owned()),
        ("/api/v1/tags/", id(&tag)),
        ("/api/v1/teams/", id(&team)),
        ("/api/v1/users/", rep_id(api, "closer@acme.example").await),
        ("/api/v1/views/", id(&view)),
        ("/api/v1/webhooks/", id(&webhook["webhook"])),
    ]
}

/// A body that the operation would take.
fn body_of(name: &str, things: &[(&'static str, String)]) -> Value {
    let of = |prefix: &str| things.iter().find(|(known, _)| *known == prefix).unwrap().1.clone();
    match name {
        "approve" => json!({ "draft_version": 1, "content_sha256": "0".repeat(64) }),
        "answer_spot_check" | "set_message_intent" => json!({ "intent": null }),
        "reject" | "cancel_job" | "disable_channel" | "engage_kill_switch" | "pause_contact_ai"
        | "revoke_certificate" => {
            json!({ "reason": "x" })
        }
        "bulk_approvals" => {
            let seen = json!({ "id": of("/api/v1/approvals/"), "draft_version": 1, "content_sha256": "0".repeat(64) });
            json!({ "items": [seen], "what": { "action": "approve" } })
        }
        "change_channel" | "change_me" => json!({ "name": "Theirs" }),
        "record_timeline_event" => json!({
            "source": "x", "external_id": "x", "kind": "activity", "summary": "x", "contact_id": of("/api/v1/contacts/"),
        }),
        "assign_conversation_team" => json!({ "team_id": of("/api/v1/teams/") }),
        "be_present" => json!({ "doing": "typing" }),
        "change_conversation" => json!({ "subject": "Theirs" }),
        "change_note" => json!({ "body_text": "Theirs" }),
        "change_settings" => json!({ "name": "Theirs" }),
        "change_team" | "change_tag" => json!({ "name": "theirs" }),
        "flag_conversation" => json!({ "reason": "x" }),
        "make_contact" => json!({ "addresses": [{ "kind": "email", "address": "eve@evil.example" }] }),
        "make_team" | "make_tag" => json!({ "name": "theirs" }),
        "merge_conversation" => json!({ "into_id": of("/api/v1/conversations/") }),
        "set_team_members" => json!({ "user_ids": [of("/api/v1/users/")] }),
        "assign_conversation" => json!({ "user_id": of("/api/v1/users/") }),
        "begin_conversation" => {
            json!({ "channel_id": of("/api/v1/channels/"), "contact_id": of("/api/v1/contacts/"), "body_text": "x" })
        }
        "bulk_conversations" => json!({ "ids": [of("/api/v1/conversations/")], "what": { "action": "close" } }),
        "change_contact" => json!({ "company": "Theirs" }),
        "change_user" => json!({ "version": 1, "role": "viewer" }),
        "change_webhook" => json!({ "version": 1, "enabled": false }),
        "create_key" => json!({ "name": "theirs", "user_id": of("/api/v1/users/") }),
        "create_note" => json!({ "body_text": "From outside" }),
        "create_reply" | "write_draft" => json!({ "body_text": "From outside" }),
        "set_agents" => json!({ "agents": [{ "name": "eve", "channels": ["email"] }] }),
        "edit_draft" => {
            json!({ "draft_version": 1, "content_sha256": "0".repeat(64), "edit": { "body_text": "x" } })
        }
        "merge_contact" => json!({ "into_id": of("/api/v1/contacts/") }),
        "keep_composer" => json!({ "body_text": "x" }),
        "keep_view" | "change_view" => json!({ "name": "x", "filter": {} }),
        "log_linkedin_activity" => json!({ "kind": "message", "text": "x" }),
        "set_channel_warmup" => json!({ "warmup": true }),
        "set_conversation_tags" => json!({ "tag_ids": [] }),
        "snooze_conversation" => json!({ "until": "2999-01-01T00:00:00Z" }),
        _ => json!({}),
    }
}

/// Each query parameter of an operation that names a thing, with one of the first workspace's.
fn query_of(operation: &Value, things: &[(&'static str, String)]) -> Vec<(String, String)> {
    let of = |prefix: &str| things.iter().find(|(known, _)| *known == prefix).unwrap().1.clone();
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let named = parameters.iter().filter(|one| one["in"] == "query").filter_map(|one| {
        let name = one["name"].as_str().unwrap().to_owned();
        let id = match name.as_str() {
            "conversation_id" => of("/api/v1/conversations/"),
            "contact_id" => of("/api/v1/contacts/"),
            "channel_id" => of("/api/v1/channels/"),
            "message_id" => of("/api/v1/messages/"),
            "assignee" | "actor_id" => of("/api/v1/users/"),
            "tag" => of("/api/v1/tags/"),
            "policy_digest" => of("/api/v1/policies/versions/"),
            name => {
                assert!(!name.ends_with("_id"), "write down a thing for the parameter `{name}`");
                return None;
            }
        };
        Some((name, id))
    });
    named.collect()
}

async fn own_rows(database: &Database) -> BTreeSet<String> {
    database.rows().await.into_iter().filter(|row| !row.contains(OTHER)).collect()
}

each_database!(what_is_another_workspaces_is_not_there_and_is_not_changed, |database| {
    let api = Api::new(&database).await;
    let things = things(&api).await;
    let engine = &api.app.engine;
    let (secret, key_sha256) = new_key(&[200; 32]);
    let id = engine.ids().next(IdKind::Rep);
    let email = "eve@evil.example".to_owned();
    let writes = vec![
        Write::Workspace { name: "Other".to_owned() },
        Write::Rep { id: id.clone(), name: "Eve".to_owned(), email, role: "owner".to_owned() },
        Write::ApiKey { id: engine.ids().next(IdKind::ApiKey), rep_id: id, name: "x".to_owned(), key_sha256 },
    ];
    engine.commit_writes(OTHER, writes).await.unwrap();
    let eve = [("authorization", format!("Bearer {secret}"))];
    call(&api, &eve, "GET", "/api/v1/session", &json!({})).await.good();
    let before = own_rows(&database).await;
    let (mut tried, mut queried, mut wrong) = (0, 0, Vec::new());
    for (method, path, operation) in operations(&document()) {
        if role(&operation).is_none() || path.ends_with("/stream") {
            continue;
        }
        let name = operation["operationId"].as_str().unwrap();
        let mut named = None;
        let mut real = path.replace("{delivery_id}", "whd_unknown").replace("{position}", "1");
        for (prefix, id) in &things {
            if path.starts_with(prefix) && path.contains('{') {
                named = Some(id.clone());
                real = real.replace("{id}", id).replace("{digest}", id);
            }
        }
        assert!(!real.contains('{'), "write down a thing for {path}");
        let asked = if method == "GET" { query_of(&operation, &things) } else { Vec::new() };
        queried += asked.len();
        let query: Vec<String> = asked.iter().map(|(name, id)| format!("{name}={id}")).collect();
        if !query.is_empty() {
            real = format!("{real}?{}", query.join("&"));
        }
        let reply = call(&api, &eve, &method, &real, &body_of(name, &things)).await;
        let what = format!("{method} {real}: {} {}", reply.status, reply.text());
        match &named {
            // Without a policy of their own some say so first; what they would find is never told.
            Some(_) if reply.status == 409 => {
                assert_eq!(reply.json()["code"], "no_policy", "{what}");
            }
            Some(_) if operation["x-remit-by"] == "session" => assert_eq!(reply.status, 403, "{what}"),
            Some(_) if reply.status != 404 => wrong.push(what.clone()),
            _ => {}
        }
        // Whatever they are told, nothing of ours is in it: not even an id. What they sent may come back.
        for (_, id) in &things {
            let sent = named.as_ref() == Some(id)
                || asked.iter().any(|(_, sent)| sent == id)
                || body_of(name, &things).to_string().contains(id.as_str());
            assert!(sent || !reply.text().contains(id.as_str()), "{what}");
        }
        // A list that is narrowed by what is ours holds nothing.
        if !asked.is_empty() && reply.status == 200 {
            let rows = reply.json()["data"].as_array().cloned().unwrap_or_default();
            assert!(rows.is_empty(), "{what}");
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 60 && queried > 15, "{tried}, {queried}");
    let results = call(&api, &eve, "POST", "/api/v1/conversations/bulk", &body_of("bulk_conversations", &things)).await;
    assert_eq!(results.good()["data"][0]["code"], "not_found");
    let after = own_rows(&database).await;
    let changed: Vec<&String> = before.symmetric_difference(&after).collect();
    assert!(changed.is_empty(), "{changed:#?}");
    assert!(api.app.sent().is_empty());
});
