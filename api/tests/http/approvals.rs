//! People decide, through the API: once, on what they saw.

use std::time::Duration;

use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

/// The only approval that waits, with everything to answer it by.
async fn waiting(api: &Api) -> (String, Value) {
    let rows = api.data("viewer", "/api/v1/approvals").await;
    assert_eq!(rows.len(), 1);
    let path = format!("/api/v1/approvals/{}", rows[0]["id"].as_str().unwrap());
    let detail = api.get("viewer", &path).await.good();
    assert_eq!(detail["approval"], rows[0]);
    (path, detail)
}

fn yes(detail: &Value) -> Value {
    json!({ "draft_version": detail["draft"]["version"], "content_sha256": detail["draft"]["content_sha256"] })
}

each_database!(an_approval_shows_all_and_the_second_answer_learns_who_was_first, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let (path, detail) = waiting(&api).await;
    assert_eq!(detail["message"]["id"], message.message_id);
    assert_eq!(detail["draft"]["body_text"], "An answer to your complaint.");
    assert_eq!(detail["draft"]["status"], "pending_approval");
    assert_eq!(detail["versions"].as_array().unwrap().len(), 1);
    assert_eq!(detail["decision"]["outcome"], "approval");
    assert_eq!(detail["deciding"][0]["file"], "test.remit");
    assert_eq!(detail["approval"]["expires_at"], "2026-03-04T10:00:00.000Z");

    let answered = api.post("approver", &format!("{path}/approve"), yes(&detail)).await.good();
    assert_eq!((&answered["state"], &answered["decided_by"]), (&json!("approved"), &json!("Rep approver")));
    for (verb, body) in [("approve", yes(&detail)), ("reject", json!({ "reason": "too late" }))] {
        let second = api.post("owner", &format!("{path}/{verb}"), body).await.problem(409, "already_decided");
        assert_eq!(second["decided"], json!({ "state": "approved", "by": "Rep approver" }));
    }
    api.app.settle().await;
    assert_eq!(api.app.sent(), ["An answer to your complaint."]);
    assert!(api.data("viewer", "/api/v1/approvals?state=pending").await.is_empty());
    assert_eq!(api.data("viewer", "/api/v1/approvals?state=approved").await.len(), 1);
    let messages = format!("/api/v1/conversations/{}/messages", message.conversation_id);
    assert_eq!(api.data("viewer", &messages).await[0]["ai_generated"], true);
});

each_database!(two_answers_at_once_make_one_send, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let (path, detail) = waiting(&api).await;
    let approve = format!("{path}/approve");
    let (one, two) =
        tokio::join!(api.post("approver", &approve, yes(&detail)), api.post("manager", &approve, yes(&detail)));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    api.app.settle().await;
    assert_eq!(api.app.sent().len(), 1);
});

each_database!(an_edit_is_sent_instead_and_keeps_the_subject_unless_it_brings_one, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Email, "bo@example.com", "[complaint 0.90] Not good").await;
    let (path, detail) = waiting(&api).await;
    let approve = format!("{path}/approve");
    let with = |edit: Value| {
        let mut body = yes(&detail);
        body["edit"] = edit;
        body
    };
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    for (edit, pointer, code) in [
        (json!({ "body_text": "  " }), "/edit/body_text", "empty"),
        (json!({ "body_text": "x".repeat(100_001) }), "/edit/body_text", "too_long"),
        (json!({ "body_text": "a\u{0}" }), "/edit/body_text", "invalid"),
        (json!({ "body_text": "x", "subject": "a\r\nBcc: eve@example.com" }), "/edit/subject", "invalid"),
        (json!({ "subject": "x" }), "/edit/body_text", "missing"),
    ] {
        assert_eq!(api.post("approver", &approve, with(edit)).await.pointers(), one(pointer, code));
    }
    let edit = with(json!({ "body_text": "We are sorry." }));
    assert_eq!(api.post("approver", &approve, edit).await.good()["draft_version"], 2);
    api.app.settle().await;
    let sent = api.app.outbound.recorder.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].body_text.as_str(), sent[0].subject.as_deref()), ("We are sorry.", Some("Re: A subject")));
    let versions = format!("/api/v1/drafts/{}/versions", detail["draft"]["id"].as_str().unwrap());
    let versions = api.data("viewer", &versions).await;
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["body_text"], "An answer to your complaint.");
});

each_database!(another_text_a_stop_and_a_newer_message_keep_it_from_leaving, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let (path, detail) = waiting(&api).await;
    let approve = format!("{path}/approve");
    for body in [
        json!({ "draft_version": 1, "content_sha256": "0000" }),
        json!({ "draft_version": 2, "content_sha256": detail["draft"]["content_sha256"] }),
    ] {
        let problem = api.post("approver", &approve, body).await.problem(409, "draft_changed");
        assert_eq!(problem["current_version"], 1);
    }
    api.post("closer", "/api/v1/kill-switch/engage", json!({ "reason": "testing" })).await.good();
    api.post("approver", &approve, yes(&detail)).await.problem(409, "sending_stopped");
    api.post("manager", "/api/v1/kill-switch/release", json!({ "reason": "tested" })).await.good();

    // The contact writes again: what was on the screen is stale, and the old question cannot be answered any more.
    api.app.clock.advance(Duration::from_secs(1));
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Hello?").await;
    api.post("approver", &approve, yes(&detail)).await.problem(409, "stale_context");
    let approval = api.get("viewer", &path).await.good();
    assert_eq!(approval["approval"]["state"], "withdrawn");
    assert!(api.app.sent().is_empty());
});

each_database!(a_rejection_needs_a_reason_and_keeps_it, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let (path, _) = waiting(&api).await;
    let reject = format!("{path}/reject");
    let empty = api.post("approver", &reject, json!({ "reason": " " })).await.pointers();
    assert_eq!(empty, [("/reason".to_owned(), "empty".to_owned())]);
    let answered = api.post("approver", &reject, json!({ "reason": "wrong tone" })).await.good();
    assert_eq!((&answered["state"], &answered["reason"]), (&json!("rejected"), &json!("wrong tone")));
    api.app.wait(Duration::from_secs(90_000)).await;
    assert!(api.app.sent().is_empty());
    api.post("approver", "/api/v1/approvals/apr_x/reject", json!({ "reason": "x" })).await.problem(404, "not_found");
});

each_database!(the_queue_is_paged_oldest_first, |database| {
    let api = Api::new(&database).await;
    let mut wanted = Vec::new();
    for n in 0..7 {
        let message = api.app.receive(ChannelKind::Chat, &format!("visitor-{n}"), "[complaint 0.90] Hm").await;
        wanted.push(api.app.approval(&message).await.id);
        api.app.clock.advance(Duration::from_millis(n % 2));
    }
    let walked = api.walk("viewer", "/api/v1/approvals?", 3).await;
    assert_eq!(walked, wanted);
});
