//! What people control: contacts, the kill switch, and what they can look up.

use std::time::Duration;

use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::store::Write;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, POLICY};

each_database!(a_pause_needs_a_reason_withdraws_what_waits_and_runs_out, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Sms, "+41791234567", "[complaint 0.90] Not good").await;
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    let row = api.get("viewer", &conversation).await.good();
    assert_eq!((&row["contact"]["phone"], &row["contact"]["email"]), (&json!("+41791234567"), &Value::Null));
    let contact = format!("/api/v1/contacts/{}", row["contact"]["id"].as_str().unwrap());
    let ai = format!("{contact}/ai");
    assert_eq!(api.get("viewer", &ai).await.good()["state"], "active");

    let pause = format!("{ai}/pause");
    for (body, pointer, code) in [
        (json!({}), "/reason", "missing"),
        (json!({ "reason": "" }), "/reason", "empty"),
        (json!({ "reason": "x", "until": "soon" }), "/until", "invalid"),
        (json!({ "reason": "x", "until": "2026-03-03T09:59:59Z" }), "/until", "invalid"),
        (json!({ "reason": "x", "until": 5 }), "/until", "invalid"),
    ] {
        let pointers = api.post("closer", &pause, body).await.pointers();
        assert_eq!(pointers, [(pointer.to_owned(), code.to_owned())]);
    }
    let body = json!({ "reason": "In talks", "until": "2026-03-03T12:00:00+01:00" });
    assert_eq!(api.post("closer", &pause, body).await.good(), json!({ "withdrawn_drafts": 1, "in_flight": 0 }));
    let paused = json!({
        "state": "paused", "reason": "In talks", "paused_by": "Rep closer",
        "paused_at": "2026-03-03T10:00:00.000Z", "until": "2026-03-03T11:00:00.000Z",
    });
    assert_eq!(api.get("viewer", &ai).await.good(), paused);
    assert_eq!(api.get("viewer", &contact).await.good()["ai"], paused);
    let row = api.get("viewer", &conversation).await.good();
    assert_eq!((&row["contact"]["ai_paused"], &row["contact"]["ai_pause_reason"]), (&json!(true), &json!("In talks")));
    assert!(api.data("viewer", "/api/v1/approvals").await.is_empty());

    api.app.clock.advance(Duration::from_secs(3600));
    let row = api.get("viewer", &conversation).await.good();
    assert_eq!((&row["contact"]["ai_paused"], &row["contact"]["ai_pause_reason"]), (&json!(false), &Value::Null));
    api.post("closer", &pause, json!({ "reason": "Again" })).await.good();
    assert_eq!(api.get("viewer", &ai).await.good()["until"], Value::Null);
    let resumed = api.post("closer", &format!("{ai}/resume"), json!({ "note": "Talks are over" })).await.good();
    assert_eq!((&resumed["state"], &resumed["reason"]), (&json!("active"), &Value::Null));
    api.post("closer", &format!("{ai}/resume"), json!({})).await.good();
    let empty = api.post("closer", &format!("{ai}/resume"), json!({ "note": " " })).await.pointers();
    assert_eq!(empty, [("/note".to_owned(), "empty".to_owned())]);
    for verb in ["pause", "resume"] {
        let body = if verb == "pause" { json!({ "reason": "x" }) } else { json!({}) };
        api.post("closer", &format!("/api/v1/contacts/con_x/ai/{verb}"), body).await.problem(404, "not_found");
    }
});

each_database!(a_contact_shows_its_addresses_and_segments, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Email, "bo@example.com", "[question 0.93] When?").await;
    let row = api.get("viewer", &format!("/api/v1/conversations/{}", message.conversation_id)).await.good();
    let id = row["contact"]["id"].as_str().unwrap().to_owned();
    let writes = vec![
        Write::ContactSegment { id: id.clone(), segment: "vip".to_owned() },
        Write::ContactCompany { id: id.clone(), company: "Example & Sons".to_owned() },
        Write::ContactOptOut { id: id.clone() },
    ];
    api.app.engine.commit_writes(DEFAULT_WORKSPACE, writes).await.unwrap();
    let contact = api.get("viewer", &format!("/api/v1/contacts/{id}")).await.good();
    assert_eq!(contact["addresses"], json!([{ "kind": "email", "address": "bo@example.com" }]));
    assert_eq!((&contact["segments"], &contact["company"]), (&json!(["vip"]), &json!("Example & Sons")));
    assert_eq!((&contact["opted_out_at"], &contact["inbound_count"]), (&json!("2026-03-03T10:00:00.000Z"), &json!(1)));
});

each_database!(the_kill_switch_stops_and_only_a_manager_lets_go, |database| {
    let api = Api::new(&database).await;
    let engage = "/api/v1/kill-switch/engage";
    let release = "/api/v1/kill-switch/release";
    let empty = api.post("closer", engage, json!({ "reason": "" })).await.pointers();
    assert_eq!(empty, [("/reason".to_owned(), "empty".to_owned())]);
    let on = api.post("closer", engage, json!({ "reason": "Wrong prices" })).await.good();
    let wanted = json!({
        "name": "kill_switch", "is_on": true, "reason": "Wrong prices", "changed_by": "Rep closer",
        "changed_at": "2026-03-03T10:00:00.000Z",
    });
    assert_eq!(on, json!({ "switch": wanted, "stopped": 0, "in_flight": 0 }));
    assert_eq!(api.data("viewer", "/api/v1/switches").await, [wanted]);
    let refused = api.post("approver", release, json!({ "reason": "x" })).await.problem(403, "forbidden");
    assert_eq!(refused["needed_role"], "manager");
    assert_eq!(api.post("manager", release, json!({ "reason": "Fixed" })).await.good()["is_on"], false);
    api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] When?").await;
    assert_eq!(api.app.sent().len(), 1);
});

each_database!(channels_and_the_policy_can_be_looked_up_without_secrets, |database| {
    let api = Api::new(&database).await;
    let reply = api.get("viewer", "/api/v1/channels").await;
    let channels = reply.good();
    assert_eq!(channels["data"].as_array().unwrap().len(), 5);
    assert_eq!(channels["data"][0]["inbound_path"], "/api/v1/inbound/chn_chat");
    assert!(!reply.text().contains("secret") && !reply.text().contains("whsec_"));
    let policy = api.get("viewer", "/api/v1/policies/active").await.good();
    assert_eq!((&policy["name"], &policy["activated_by"]), (&json!("test"), &json!("test")));
    let files = policy["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["path"] == "test.remit" && file["text"] == POLICY), "{files:?}");
});
