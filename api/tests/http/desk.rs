//! What reps do through the API besides deciding: drafts, claims, replies, conversations, channels.

use std::time::Duration;

use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, POLICY};

const UNSURE: &str = "[complaint 0.90] Not good";

async fn waiting(api: &Api) -> (String, Value) {
    let rows = api.data("viewer", "/api/v1/approvals").await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let path = format!("/api/v1/approvals/{}", rows[0]["id"].as_str().unwrap());
    let detail = api.get("viewer", &path).await.good();
    (path, detail)
}

fn yes(draft: &Value) -> Value {
    json!({ "draft_version": draft["version"], "content_sha256": draft["content_sha256"] })
}

each_database!(a_draft_is_edited_restored_and_written_anew, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Email, "bo@example.com", UNSURE).await;
    let (path, detail) = waiting(&api).await;
    let draft = format!("/api/v1/drafts/{}", detail["draft"]["id"].as_str().unwrap());
    let mut edit = yes(&detail["draft"]);
    edit["edit"] = json!({ "body_text": "We are sorry." });
    let edited = api.post("closer", &format!("{draft}/edit"), edit.clone()).await.good();
    assert_eq!((&edited["version"], &edited["body_text"]), (&json!(2), &json!("We are sorry.")));
    assert_eq!(edited["subject"], "Re: A subject", "the draft's own where the edit brings none");
    let stale = api.post("closer", &format!("{draft}/edit"), edit).await.problem(409, "draft_changed");
    assert_eq!(stale["current_version"], 2);
    let empty = json!({ "draft_version": 2, "content_sha256": edited["content_sha256"], "edit": { "body_text": " " } });
    api.post("closer", &format!("{draft}/edit"), empty).await.problem(422, "invalid");
    let restored = api.call("closer", axum::http::Method::POST, &format!("{draft}/restore"), None).await.good();
    assert_eq!((&restored["version"], &restored["body_text"]), (&json!(3), &detail["draft"]["body_text"]));
    let wish = json!({ "instruction": "shorter" });
    let old = api.post("closer", &format!("{draft}/regenerate"), wish).await.good();
    assert_eq!(old["status"], "superseded");
    api.app.settle().await;
    let (anew, detail) = waiting(&api).await;
    assert_ne!(anew, path);
    assert!(detail["draft"]["body_text"].as_str().unwrap().starts_with("As you asked (shorter)"));
    let late = api.call("closer", axum::http::Method::POST, &format!("{draft}/restore"), None).await;
    late.problem(409, "too_late");
    api.post("closer", "/api/v1/drafts/dft_x/regenerate", json!({})).await.problem(404, "not_found");
});

each_database!(two_people_see_each_others_yes, |database| {
    let policy =
        POLICY.replace("approvers team inbox }", "approvers team inbox  two people when intent is complaint }");
    let api = Api::new(&database).await;
    api.app.change_policy(&policy).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (path, detail) = waiting(&api).await;
    assert_eq!((&detail["approval"]["people"], &detail["approval"]["yes"]), (&json!(2), &json!([])));
    assert_eq!(detail["approval"]["to"], "visitor-1");
    let approve = format!("{path}/approve");
    let first = api.post("approver", &approve, yes(&detail["draft"])).await.good();
    assert_eq!((&first["state"], &first["yes"][0]["by"]), (&json!("pending"), &json!("Rep approver")));
    let again = api.post("approver", &approve, yes(&detail["draft"])).await.problem(409, "second_person_needed");
    assert!(again["detail"].as_str().unwrap().contains("Rep approver"));
    assert_eq!(api.data("viewer", "/api/v1/approvals").await[0]["yes"][0]["by"], "Rep approver");
    let second = api.post("manager", &approve, yes(&detail["draft"])).await.good();
    assert_eq!((&second["state"], &second["decided_by"]), (&json!("approved"), &json!("Rep manager")));
    api.app.settle().await;
    assert_eq!(api.app.sent().len(), 1);
});

each_database!(an_approval_in_hand_keeps_others_away, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let (path, detail) = waiting(&api).await;
    let claim = format!("{path}/claim");
    let mine = api.post("approver", &claim, json!({})).await.good();
    assert_eq!(mine["claimed_by"], "Rep approver");
    assert_eq!(mine["claimed_until"], "2026-03-03T10:10:00.000Z");
    let refused = api.post("manager", &format!("{path}/approve"), yes(&detail["draft"])).await.problem(409, "claimed");
    assert!(refused["detail"].as_str().unwrap().contains("Rep approver"));
    api.post("manager", &claim, json!({})).await.problem(409, "claimed");
    api.post("approver", &claim, json!({ "take_over": true })).await.problem(403, "forbidden");
    for (body, pointer) in [(json!({ "minutes": 0 }), "/minutes"), (json!({ "rep_id": "usr_x" }), "/rep_id")] {
        assert_eq!(api.post("approver", &claim, body).await.pointers()[0].0, pointer);
    }
    let taken = api.post("manager", &claim, json!({ "take_over": true, "minutes": 30 })).await.good();
    assert_eq!(taken["claimed_by"], "Rep manager");
    let free = api.call("manager", axum::http::Method::POST, &format!("{path}/release"), None).await.good();
    assert_eq!(free["claimed_by"], Value::Null);
    api.post("approver", &format!("{path}/approve"), yes(&detail["draft"])).await.good();
});

each_database!(a_rep_replies_now_or_later_and_takes_it_back, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Email, "bo@example.com", UNSURE).await;
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    let replies = format!("{conversation}/replies");
    let old = json!({ "body_text": "Hello", "conversation_revision": 7 });
    api.post("closer", &replies, old).await.problem(409, "stale_context");
    for (body, pointer) in [
        (json!({ "body_text": " " }), "/body_text"),
        (json!({ "body_text": "x", "subject": "a\r\nBcc: eve@example.com" }), "/subject"),
        (json!({ "body_text": "x", "send_at": "2026-03-03T09:00:00Z" }), "/send_at"),
    ] {
        assert_eq!(api.post("closer", &replies, body).await.pointers()[0].0, pointer);
    }
    let later = json!({ "body_text": "Later.", "send_at": "2026-03-03T12:00:00Z" });
    let draft = api.post("closer", &replies, later.clone()).await;
    assert_eq!(draft.status.as_u16(), 201);
    let draft = draft.good();
    assert_eq!((&draft["author_kind"], &draft["author_name"]), (&json!("rep"), &json!("Rep closer")));
    assert_eq!(draft["status"], "scheduled");
    assert!(api.data("viewer", "/api/v1/approvals").await.is_empty(), "what the AI had pending is withdrawn");
    assert_eq!(api.get("viewer", &conversation).await.good()["human_active"], true);
    let take_back = format!("/api/v1/drafts/{}/take-back", draft["id"].as_str().unwrap());
    let back = api.call("closer", axum::http::Method::POST, &take_back, None).await.good();
    assert_eq!(back["status"], "discarded");
    api.call("closer", axum::http::Method::POST, &take_back, None).await.problem(409, "too_late");
    api.app.wait(Duration::from_secs(3 * 3600)).await;
    assert!(api.app.sent().is_empty());
    let now = json!({ "body_text": "Now.", "subject": "About it", "conversation_revision": 1 });
    api.post("closer", &replies, now).await.good();
    api.app.settle().await;
    let sent = api.app.outbound.recorder.sent();
    assert_eq!((sent.len(), sent[0].subject.as_deref(), sent[0].automatic), (1, Some("About it"), false));
    let messages = api.data("viewer", &format!("{conversation}/messages")).await;
    assert_eq!(messages[0]["ai_generated"], false);
    let back = api.call("closer", axum::http::Method::POST, &format!("{conversation}/hand-back"), None).await.good();
    assert_eq!(back["human_active"], false);
});

each_database!(a_conversation_is_snoozed_opened_closed_and_taken_over, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", UNSURE).await;
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    let post = |verb: &str| {
        let path = format!("{conversation}/{verb}");
        let api = &api;
        async move { api.call("closer", axum::http::Method::POST, &path, None).await.good() }
    };
    let past = json!({ "until": "2026-03-03T09:00:00Z" });
    assert_eq!(api.post("closer", &format!("{conversation}/snooze"), past).await.pointers()[0].0, "/until");
    let until = json!({ "until": "2026-03-04T09:00:00Z" });
    let snoozed = api.post("closer", &format!("{conversation}/snooze"), until).await.good();
    assert_eq!(
        (&snoozed["status"], &snoozed["snoozed_until"]),
        (&json!("snoozed"), &json!("2026-03-04T09:00:00.000Z"))
    );
    let open = post("reopen").await;
    assert_eq!((&open["status"], &open["snoozed_until"]), (&json!("open"), &Value::Null));
    assert_eq!(post("take-over").await["human_active"], true);
    assert!(api.data("viewer", "/api/v1/approvals").await.is_empty());
    let closed = post("close").await;
    assert_eq!((&closed["status"], &closed["requires_action"]["flag"]), (&json!("closed"), &json!(false)));
    let activity = json!({ "kind": "comment", "text": "Nice talk", "at": "2026-03-01T08:00:00Z" });
    api.post("closer", &format!("{conversation}/linkedin-activities"), activity).await.good();
    let timeline = api.data("viewer", &format!("{conversation}/timeline")).await;
    let line = timeline.iter().find(|row| row["kind"] == "linkedin_comment").unwrap();
    assert_eq!((&line["at"], &line["actor"]["name"]), (&json!("2026-03-01T08:00:00.000Z"), &json!("Rep closer")));
    let empty = json!({ "kind": "message" });
    let refused = api.post("closer", &format!("{conversation}/linkedin-activities"), empty).await.pointers();
    assert_eq!(refused[0].0, "/text");
});

each_database!(a_channel_is_disabled_with_what_it_had_queued_and_warmed_up, |database| {
    let api = Api::new(&database).await;
    api.app.change_policy(&POLICY.replace("undo 0s", "undo 5m")).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.95] When?").await;
    let why = json!({ "reason": "The account is sold" });
    let stopped = api.post("manager", "/api/v1/channels/chn_chat/disable", why.clone()).await.good();
    assert_eq!(stopped, json!({ "stopped": 1, "in_flight": 0 }));
    api.post("manager", "/api/v1/channels/chn_x/disable", why).await.problem(404, "not_found");
    api.app.wait(Duration::from_secs(600)).await;
    assert!(api.app.sent().is_empty());
    let activate = "/api/v1/channels/chn_chat/activate";
    assert_eq!(api.call("manager", axum::http::Method::POST, activate, None).await.status.as_u16(), 204);
    let warm = Some(json!({ "warmup": true }));
    let put = api.call("manager", axum::http::Method::PUT, "/api/v1/channels/chn_email/warmup", warm).await;
    assert_eq!(put.status.as_u16(), 204);
    let message = api.app.receive(ChannelKind::Email, "bo@example.com", "[question 0.95] When?").await;
    assert_eq!(api.app.decision(&message).await.rule, "std_warmup");
});
