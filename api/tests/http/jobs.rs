//! Jobs by API, and what the server counts.

use axum::http::StatusCode;
use remit_engine::domain::ChannelKind;
use remit_engine::ports::SendError;
use remit_tests::each_database;
use serde_json::json;

use crate::support::Api;

const SURE: &str = "[question 0.95] Where?";

each_database!(failed_jobs_are_listed_shown_tried_again_and_ended, |database| {
    let api = Api::new(&database).await;
    api.app.outbound.recorder.fail_with(vec![SendError::Refused("no such mailbox".to_owned()); 3]);
    let mut failed = Vec::new();
    for visitor in 0..3 {
        failed.push(api.app.receive(ChannelKind::Chat, &format!("visitor-{visitor}"), SURE).await.run_id);
    }
    failed.sort();
    assert_eq!(api.walk("viewer", "/api/v1/jobs?", 2).await, failed);
    assert_eq!(api.walk("viewer", "/api/v1/jobs?state=failed&", 1).await, failed);
    assert!(api.data("viewer", "/api/v1/jobs?state=in_doubt").await.is_empty());
    api.get("viewer", "/api/v1/jobs?state=lost").await.problem(400, "invalid_query");
    let page = api.get("viewer", "/api/v1/jobs?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = api.get("viewer", &format!("/api/v1/jobs?state=held&cursor={cursor}")).await;
    other.problem(400, "cursor_mismatch");

    let path = format!("/api/v1/jobs/{}", failed[0]);
    let detail = api.get("viewer", &path).await.good();
    assert_eq!(detail["job"]["state"], "failed");
    assert_eq!(detail["job"]["failures"], 1);
    assert_eq!(detail["errors"][0]["class"], "refused");
    assert_eq!(detail["errors"][0]["error"], "refused: no such mailbox");
    assert!(detail["job"]["next_at"].is_null());

    api.post("closer", &format!("{path}/retry"), json!({})).await.problem(403, "forbidden");
    api.post("approver", &format!("{path}/retry"), json!({ "in_doubt": "send_again" }))
        .await
        .problem(409, "not_in_doubt");
    api.post("approver", &format!("{path}/retry"), json!({ "in_doubt": "maybe" })).await.problem(422, "invalid");
    api.post("approver", &format!("{path}/retry"), json!({ "note": "the address is right" })).await.good();
    api.app.settle().await;
    assert_eq!(api.app.sent().len(), 1);
    assert_eq!(api.get("viewer", &path).await.good()["job"]["state"], "sent");
    api.post("approver", &format!("{path}/retry"), json!({})).await.problem(409, "not_failed");
    api.post("approver", &format!("{path}/cancel"), json!({ "reason": "late" })).await.problem(409, "too_late");

    let path = format!("/api/v1/jobs/{}", failed[1]);
    api.post("approver", &format!("{path}/cancel"), json!({})).await.problem(422, "invalid");
    let ended = api.post("approver", &format!("{path}/cancel"), json!({ "reason": "answered by phone" })).await.good();
    assert_eq!((ended["state"].as_str(), ended["closed_reason"].as_str()), (Some("closed"), Some("cancelled")));
    let conversation = ended["conversation_id"].as_str().unwrap();
    let timeline = api.data("viewer", &format!("/api/v1/conversations/{conversation}/timeline")).await;
    let line = timeline.iter().find(|line| line["kind"] == "job_cancelled").expect("it is told");
    assert_eq!(line["actor"]["name"], "Rep approver");
    assert_eq!(line["summary"], "Rep approver ended the work on the reply: answered by phone");
    api.get("viewer", "/api/v1/jobs/run_unknown").await.problem(404, "not_found");
});

each_database!(a_reply_in_doubt_is_a_state_and_a_refusal_of_its_own, |database| {
    let api = Api::new(&database).await;
    // The provider can be asked; it never answers that question.
    api.app.outbound.recorder.fail_with(vec![SendError::InDoubt("timed out".to_owned()); 1]);
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    let retrying = api.data("viewer", "/api/v1/jobs?state=retrying").await;
    assert_eq!(retrying[0]["id"], message.run_id.as_str());
    assert_eq!(retrying[0]["stage"], "sending");
    let path = format!("/api/v1/jobs/{}", message.run_id);
    api.post("approver", &format!("{path}/cancel"), json!({ "reason": "x" })).await.problem(409, "too_late");
    assert_eq!(api.get("viewer", &path).await.good()["errors"][0]["class"], "in_doubt");
});

each_database!(what_is_counted_is_read_with_a_key_and_never_names_a_path, |database| {
    let api = Api::new(&database).await;
    let ingested = api.app.receive(ChannelKind::Chat, "visitor-1", SURE).await;
    api.app.receive(ChannelKind::Chat, "visitor-2", "[complaint 0.9] Hm").await;
    api.app.outbound.recorder.fail_with(vec![SendError::Transient("down".to_owned())]);
    api.app.receive(ChannelKind::Chat, "visitor-3", SURE).await;
    api.get("viewer", &format!("/api/v1/conversations/{}", ingested.conversation_id)).await.good();
    let unsigned = axum::http::Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
    api.request(unsigned).await.problem(401, "unauthenticated");
    let reply = api.get("viewer", "/metrics").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    let text = reply.text();
    for line in [
        "remit_gate_decisions_total{outcome=\"send\",gate=\"draft\",channel=\"chat\",mode=\"controlled\"} 2",
        "remit_gate_decisions_total{outcome=\"approval\",gate=\"draft\",channel=\"chat\",mode=\"controlled\"} 1",
        "remit_messages_total{channel=\"chat\",direction=\"inbound\",author=\"contact\",status=\"received\"} 3",
        "remit_messages_total{channel=\"chat\",direction=\"outbound\",author=\"ai_agent\",status=\"sent\"} 1",
        "remit_messages_total{channel=\"chat\",direction=\"outbound\",author=\"ai_agent\",status=\"retried\"} 1",
        "remit_retries_total{class=\"transient\"} 1",
        "remit_jobs{state=\"waiting\"} 1",
        "remit_jobs{state=\"retrying\"} 1",
        "remit_approvals_pending 1",
        "remit_kill_switch 0",
        "remit_http_requests_seconds_count{route=\"/api/v1/conversations/{id}\",method=\"GET\",status=\"200\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
    }
    for name in [
        "remit_commit_seconds_count",
        "remit_commit_changes_sum",
        "remit_step_seconds_bucket",
        "remit_queue_wait_seconds_count",
    ] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains(&ingested.conversation_id), "no id is a label");
});
