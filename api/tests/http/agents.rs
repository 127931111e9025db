//! AI agents and where they answer, changed over the API.

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, Reply};

const PATH: &str = "/api/v1/agents";

async fn set(api: &Api, role: &str, tag: &str, body: Value) -> Reply {
    let header = if tag.is_empty() { ("", "") } else { ("if-match", tag) };
    api.send(role, Method::PUT, PATH, header, Some(body)).await
}

fn agent(name: &str, channels: &[&str]) -> Value {
    json!({ "name": name, "channels": channels })
}

each_database!(agents_are_changed_as_a_version_of_the_policy, |database| {
    let api = Api::new(&database).await;
    let first = api.get("viewer", PATH).await;
    let tag = first.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", first.good()["digest"].as_str().unwrap()));
    let known = api.send("viewer", Method::GET, PATH, ("if-none-match", &tag), None).await;
    assert_eq!(known.status, 304);

    let fewer = json!({ "agents": [agent("ada", &["email", "chat"])] });
    set(&api, "approver", &tag, fewer.clone()).await.problem(403, "forbidden");
    set(&api, "manager", "", fewer.clone()).await.problem(428, "precondition_required");
    set(&api, "manager", "\"v1\"", fewer.clone()).await.problem(400, "bad_request");
    let other = format!("\"sha256:{}\"", "0".repeat(64));
    set(&api, "manager", &other, fewer.clone()).await.problem(412, "version_conflict");

    // The same again changes nothing.
    let same = json!({ "agents": [agent("ada", &["email", "chat", "sms", "whatsapp", "voice"])] });
    assert_eq!(set(&api, "manager", &tag, same).await.good(), first.good());
    assert_eq!(api.data("viewer", "/api/v1/policies/activations").await.len(), 1);

    // Answering in fewer places frees nothing.
    let changed = set(&api, "manager", &tag, fewer.clone()).await;
    let agents = changed.good();
    assert_eq!(agents["data"], json!([{ "name": "ada", "title": null, "channels": ["email", "chat"] }]));
    assert_eq!(agents["unanswered"], json!(["sms", "whatsapp", "voice", "linkedin"]));
    let now = api.get("viewer", PATH).await;
    assert_eq!((now.good(), now.header("etag")), (agents.clone(), changed.header("etag")));
    set(&api, "manager", &tag, fewer.clone()).await.problem(412, "version_conflict");
    let activation = &api.data("viewer", "/api/v1/policies/activations").await[0];
    assert_eq!(
        (&activation["digest"], &activation["by_name"]),
        (&agents["digest"], &json!("Rep manager")),
        "{activation}"
    );
    let audit = api.data("manager", "/api/v1/audit").await;
    assert!(audit.iter().any(|entry| entry["action"] == "PUT /api/v1/agents"), "{audit:?}");
    let message = api.app.receive(ChannelKind::Sms, "+4915112345678", "[question 0.99] When do you open?").await;
    let why = api.get("viewer", &format!("/api/v1/conversations/{}/ai-status", message.conversation_id)).await.good();
    assert_eq!(why["primary"], "no_intake_agent", "{why}");
    assert!(api.app.sent().is_empty());

    // Where one answers that was left to people, something may leave: whoever does that has seen the difference.
    let tag = changed.header("etag").to_owned();
    let more = json!({ "agents": [fewer["agents"][0], agent("bob", &["sms"])] });
    let refused = set(&api, "manager", &tag, more.clone()).await.problem(409, "not_acknowledged");
    let text = refused["detail"].as_str().unwrap();
    let new = text.split("`new` \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let difference = api.post("viewer", "/api/v1/policies/diff", json!({ "new": new })).await.good();
    assert_eq!((&difference["may_be_freer"], &difference["new_digest"]), (&json!(true), &json!(new)), "it was kept");
    assert_eq!(api.get("viewer", PATH).await.good(), agents, "nothing has changed yet");
    let mut seen = more.clone();
    seen["acknowledge"] = json!({ "old": "sha256:0", "new": new });
    set(&api, "manager", &tag, seen.clone()).await.problem(409, "stale_acknowledgement");
    seen["acknowledge"] = json!({ "old": agents["digest"], "new": new });
    let back = set(&api, "manager", &tag, seen).await.good();
    assert_eq!((&back["digest"], &back["unanswered"]), (&json!(new), &json!(["whatsapp", "voice", "linkedin"])));
    assert_eq!(back["data"][1], json!({ "name": "bob", "title": null, "channels": ["sms"] }));
});

each_database!(agents_that_cannot_be_are_refused_with_their_place, |database| {
    let api = Api::new(&database).await;
    let tag = api.get("viewer", PATH).await.header("etag").to_owned();
    let ada = agent("ada", &["email"]);
    for (agents, at) in [
        (json!([agent("", &["email"])]), "/agents/0/name"),
        (json!([ada, agent("ada", &["chat"])]), "/agents/1/name"),
        (json!([ada, agent("bob", &[])]), "/agents/1/channels"),
        (json!([agent("bob", &["pigeon"])]), "/agents"),
        (json!([agent("none", &["email"])]), "/agents"),
        (json!([agent("ada\nautonomy full", &["email"])]), "/agents"),
        (json!([agent("ada", &["email\nautonomy full"])]), "/agents"),
        (json!([{ "name": "ada", "title": "x\ny", "channels": ["email"] }]), "/agents"),
        (json!([{ "name": "ada", "channels": ["email"], "model": "x" }]), "/agents/0/model"),
    ] {
        let refused = set(&api, "manager", &tag, json!({ "agents": agents })).await;
        assert_eq!(refused.pointers()[0].0, at, "{agents}");
    }
    assert_eq!(api.get("viewer", PATH).await.header("etag"), tag);
    assert_eq!(api.data("viewer", "/api/v1/policies/activations").await.len(), 1);
});
