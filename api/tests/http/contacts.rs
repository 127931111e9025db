//! Contacts by list and address, edited by people who may edit at the same time; the policy as tables; too many requests.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::http::{App, router};
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, MASTER, Reply, key};

async fn patch(api: &Api, path: &str, tag: Option<&str>, body: Value) -> Reply {
    let mut request = Request::patch(path)
        .header("authorization", format!("Bearer {}", key("closer")))
        .header("content-type", "application/json");
    if let Some(tag) = tag {
        request = request.header("if-match", tag);
    }
    api.request(request.body(Body::from(body.to_string())).unwrap()).await
}

each_database!(contacts_are_listed_found_and_changed_by_one_at_a_time, |database| {
    let api = Api::new(&database).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let got = api.app.receive(ChannelKind::Email, &format!("ann{n}@example.org"), "[complaint 0.90] No").await;
        ids.push(api.app.contact(&got).await.id);
    }
    let got = api.app.receive(ChannelKind::Sms, "+41791234567", "[complaint 0.90] No").await;
    ids.push(api.app.contact(&got).await.id);
    let listed = api.walk("viewer", "/api/v1/contacts?", 4).await;
    let mut wanted = ids.clone();
    wanted.reverse();
    // Those of the same millisecond stand in the order of their ids.
    assert_eq!(listed.iter().collect::<std::collections::BTreeSet<_>>(), wanted.iter().collect());
    assert_eq!(listed.len(), 6);
    for (address, found) in
        [("ANN3@example.org ", Some(&ids[3])), ("%2B41791234567", Some(&ids[5])), ("nobody@example.org", None)]
    {
        let path = format!("/api/v1/contacts?address={}", address.replace(' ', "%20"));
        let rows = api.data("viewer", &path).await;
        assert_eq!(rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(), Vec::from_iter(found));
    }

    let path = format!("/api/v1/contacts/{}", ids[0]);
    let reply = api.get("viewer", &path).await;
    let (tag, contact) = (reply.header("etag").to_owned(), reply.good());
    assert_eq!(tag, format!("\"v{}\"", contact["version"]));
    patch(&api, &path, None, json!({ "name": "Ann" })).await.problem(428, "precondition_required");
    patch(&api, &path, Some("4"), json!({ "name": "Ann" })).await.problem(400, "bad_request");
    let changed = patch(&api, &path, Some(&tag), json!({ "name": " Ann Ang ", "company": "Acme" })).await;
    assert_ne!(changed.header("etag"), tag);
    let now = changed.good();
    assert_eq!((now["name"].as_str(), now["company"].as_str()), (Some("Ann Ang"), Some("Acme")));
    let stale = patch(&api, &path, Some(&tag), json!({ "name": "Eve" })).await.problem(412, "version_conflict");
    assert_eq!(stale["current_version"], now["version"]);
    let tag = changed.header("etag");
    patch(&api, &path, Some(tag), json!({ "email": "eve@evil.example" })).await.problem(422, "invalid");
    patch(&api, &path, Some(tag), json!({ "opted_out_at": null })).await.problem(422, "invalid");
    let without = patch(&api, &path, Some(tag), json!({ "company": null })).await.good();
    assert_eq!((without["name"].as_str(), without["company"].is_null()), (Some("Ann Ang"), true));
    // Two who saw the same version: one of them is first.
    let tag = format!("\"v{}\"", without["version"]);
    let (one, two) = tokio::join!(
        patch(&api, &path, Some(&tag), json!({ "name": "One" })),
        patch(&api, &path, Some(&tag), json!({ "name": "Two" }))
    );
    let mut both = [one.status.as_u16(), two.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 412]);
});

each_database!(who_does_not_want_to_be_written_to_is_not, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let path = format!("/api/v1/contacts/{}/do-not-contact", api.app.contact(&got).await.id);
    api.call("viewer", Method::PUT, &path, None).await.problem(403, "forbidden");
    let first = api.call("closer", Method::PUT, &path, None).await.good();
    assert!(first["opted_out_at"].is_string());
    assert_eq!(api.call("closer", Method::PUT, &path, None).await.good(), first, "the first time counts");
    // What waited for approval does not leave any more, whoever says yes.
    let approval = api.app.approval(&got).await.id;
    let detail = api.get("approver", &format!("/api/v1/approvals/{approval}")).await.good();
    let yes =
        json!({ "draft_version": detail["draft"]["version"], "content_sha256": detail["draft"]["content_sha256"] });
    api.post("approver", &format!("/api/v1/approvals/{approval}/approve"), yes).await;
    api.app.settle().await;
    let again = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] When?").await;
    let path = format!("/api/v1/conversations/{}/ai-status", again.conversation_id);
    let status = api.get("viewer", &path).await.good();
    assert_eq!((status["outcome"].as_str(), status["primary"].as_str()), (Some("blocked"), Some("opted_out")));
    assert!(api.app.sent().is_empty(), "{:?}", api.app.sent());
});

each_database!(the_policy_in_force_is_shown_as_tables, |database| {
    let api = Api::new(&database).await;
    let tables = api.get("viewer", "/api/v1/autonomy?channel=chat").await.good();
    let active = api.get("viewer", "/api/v1/policies/active").await.good();
    assert_eq!((&tables["digest"], tables["channel"].as_str()), (&active["digest"], Some("chat")));
    let rows = tables["replies"].as_array().unwrap();
    let question = rows.iter().find(|row| row["name"] == "question" && row["mode"] == "controlled").unwrap();
    let bands = question["cells"][0]["bands"].as_array().unwrap();
    assert_eq!((bands[0]["from"].as_f64(), bands[0]["outcome"].as_str()), (Some(0.8), Some("send")));
    assert!(tables["settings"].as_array().unwrap().iter().any(|row| row["channel"] == "chat" && row["agent"] == "ada"));
    api.get("viewer", "/api/v1/autonomy?channel=fax").await.problem(400, "invalid_query");
});

each_database!(who_asks_too_much_waits_and_can_still_stop_everything, |database| {
    let api = Api::new(&database).await;
    let limited = App::new(api.app.engine.clone(), MASTER).with_rate(Some(12));
    let api = Api { router: router(limited), app: api.app };
    for left in ["2", "1", "0"] {
        let reply = api.get("closer", "/api/v1/switches").await;
        reply.good();
        assert_eq!(reply.header("ratelimit-policy"), "\"principal\";q=12;w=60");
        assert!(reply.header("ratelimit").contains(&format!(";r={left};")), "{}", reply.header("ratelimit"));
    }
    let refused = api.get("closer", "/api/v1/switches").await;
    assert_eq!(refused.problem(429, "rate_limited")["retry_after_seconds"], 5);
    assert_eq!(refused.header("retry-after"), "5");
    api.get("viewer", "/api/v1/switches").await.good();
    api.post("closer", "/api/v1/kill-switch/engage", json!({ "reason": "wrong prices" })).await.good();
    api.app.clock.advance(std::time::Duration::from_secs(5));
    api.get("closer", "/api/v1/switches").await.good();
});
