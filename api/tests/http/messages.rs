//! Messages and what hangs on them: HTML, originals, decisions, drafts, notes, the timeline.

use axum::http::StatusCode;
use remit_engine::decide::normalise::{Arrival, from_mail};
use remit_engine::domain::ChannelKind;
use remit_engine::ports::Clock;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, POLICY};

each_database!(messages_go_both_ways_and_say_who_wrote_them, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] Where is it?").await;
    let path = format!("/api/v1/conversations/{}/messages", message.conversation_id);
    let rows = api.data("viewer", &path).await;
    let [outbound, inbound] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (&outbound["direction"], &inbound["direction"]),
        (&json!("outbound"), &json!("inbound")),
        "newest first"
    );
    assert_eq!(outbound["author"], json!({ "kind": "ai_agent", "name": "ada" }));
    assert_eq!((&outbound["ai_generated"], &inbound["ai_generated"]), (&json!(true), &json!(false)));
    assert_eq!(outbound["status"], "sent");
    assert_eq!((&outbound["intent"], &outbound["has_html"]), (&Value::Null, &json!(false)));
    assert_eq!(inbound["intent"], json!({ "label": "question", "confidence": 0.93, "margin": 1.0 }));
    assert_eq!((&inbound["author"]["kind"], &inbound["from"]), (&json!("contact"), &json!("visitor-1")));
    assert_eq!((&inbound["seq"], &inbound["language"]), (&json!(1), &json!("en")));
    let one = api.get("viewer", &format!("/api/v1/messages/{}", message.message_id)).await.good();
    assert_eq!(&one, inbound);
    assert_eq!(api.walk("viewer", &format!("{path}?"), 1).await.len(), 2);

    let drafts = api.data("viewer", &format!("/api/v1/conversations/{}/drafts", message.conversation_id)).await;
    assert_eq!(drafts.len(), 1);
    assert_eq!(outbound["draft_id"], drafts[0]["id"]);
    let draft = format!("/api/v1/drafts/{}", drafts[0]["id"].as_str().unwrap());
    assert_eq!(api.get("viewer", &draft).await.good(), drafts[0]);
    let versions = api.data("viewer", &format!("{draft}/versions")).await;
    assert_eq!((versions.len(), &versions[0]["author"]), (1, &json!("ai_agent")));
    assert_eq!(versions[0]["content_sha256"], drafts[0]["content_sha256"]);
});

each_database!(a_decision_names_its_rule_and_line_and_everything_it_read, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] My lawyer asks").await;
    let rows = api.data("viewer", &format!("/api/v1/messages/{}/decisions", message.message_id)).await;
    assert_eq!(rows, api.data("viewer", "/api/v1/decisions").await);
    let line = POLICY.lines().position(|line| line.starts_with("guard legal")).unwrap() + 1;
    assert_eq!((&rows[0]["outcome"], &rows[0]["rule"]), (&json!("escalate"), &json!("legal")));
    let path = format!("/api/v1/decisions/{}", rows[0]["id"].as_str().unwrap());
    let decision = api.get("viewer", &path).await.good();
    let deciding = &decision["deciding"][0];
    assert_eq!((&deciding["kind"], &deciding["name"]), (&json!("guard"), &json!("legal")));
    assert_eq!((&deciding["file"], &deciding["line"]), (&json!("test.remit"), &json!(line)));
    assert_eq!(deciding["because"], "Only people answer lawyers");
    assert_eq!(deciding["uncertain"], false);
    assert!(decision["also"].as_array().unwrap().iter().all(|rule| rule["line"].as_u64().is_some()));
    assert_eq!(decision["mode"]["value"], "controlled");
    assert_eq!(decision["facts"]["channel"], json!({ "value": "chat", "from": "observed" }));
    assert_eq!(decision["facts"]["confidence"]["value"], 0.93);
    assert_eq!(decision["detections"]["message.threat"]["found"], true);
    assert_eq!(decision["classification"]["model"], "told");
    assert_eq!((&decision["policy_name"], &decision["draft"]), (&json!("test"), &Value::Null));
    assert!(decision["took_us"].as_i64().is_some_and(|took| took >= 0));
    let active = api.get("viewer", "/api/v1/policies/active").await.good();
    assert_eq!(active["digest"], decision["policy_digest"]);
    assert_eq!(api.walk("viewer", "/api/v1/decisions?", 1).await.len(), 1);
});

each_database!(hostile_html_is_harmless_and_served_under_its_own_policy, |database| {
    let api = Api::new(&database).await;
    let raw = b"From: Eve <eve@example.com>\r\nTo: email@acme.example\r\nSubject: Hi\r\nMessage-ID: <1@example.com>\r\n\
        MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p onclick=\"steal()\">Hello</p><script>alert(1)</script><img src=x onerror=alert(2)>\
        <iframe src=\"https://evil.example\"></iframe><a href=\"javascript:alert(3)\">x</a><base href=\"//evil.example\">\
        <form action=\"https://evil.example\"><input></form><svg><script>alert(4)</script></svg>";
    let channel = api.app.channel(ChannelKind::Email).await;
    let arrival =
        Arrival { channel: &channel, kind: ChannelKind::Email, source: "test", now_ms: api.app.clock.now_ms() };
    let ingest = from_mail(arrival, raw, api.app.engine.ids());
    let stored = api.app.engine.receive(ingest).await.unwrap();
    api.app.settle().await;
    let message = format!("/api/v1/messages/{}", stored.message_id);
    assert_eq!(api.get("viewer", &message).await.good()["has_html"], true);
    let html = api.get("viewer", &format!("{message}/body.html")).await;
    assert_eq!(html.status, StatusCode::OK);
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(
        html.header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; sandbox"
    );
    assert_eq!(html.header("x-content-type-options"), "nosniff");
    assert!(html.text().contains("Hello"));
    let text = html.text().to_lowercase();
    for evil in ["<script", "onclick", "onerror", "javascript:", "<iframe", "<form", "<base", "<svg", "alert"] {
        assert!(!text.contains(evil), "{evil} in {text}");
    }
    let original = api.get("closer", &format!("{message}/raw")).await;
    assert_eq!(original.status, StatusCode::OK);
    assert_eq!(&original.body[..], raw);
    assert_eq!(original.header("content-type"), "application/octet-stream");
    let disposition = format!("attachment; filename=\"{}.eml\"", stored.message_id);
    assert_eq!(original.header("content-disposition"), disposition);
    assert_eq!(original.header("content-security-policy"), "default-src 'none'; sandbox");

    let plain = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] <b>When?</b>").await;
    api.get("viewer", &format!("/api/v1/messages/{}/body.html", plain.message_id)).await.problem(404, "not_found");
    let rows = api.data("viewer", &format!("/api/v1/conversations/{}/messages", plain.conversation_id)).await;
    let outbound = rows[0]["id"].as_str().unwrap();
    api.get("closer", &format!("/api/v1/messages/{outbound}/raw")).await.problem(404, "not_found");
});

each_database!(notes_stay_inside_and_the_timeline_tells_the_story, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    let notes = format!("{conversation}/notes");
    for text in ["  First  ", "<script>Second</script>"] {
        let reply = api.post("closer", &notes, json!({ "body_text": text })).await;
        assert_eq!(reply.status, StatusCode::CREATED);
        let note = reply.json();
        assert_eq!((&note["author_name"], &note["body_text"]), (&json!("Rep closer"), &json!(text.trim())));
        let one = api.get("viewer", &format!("/api/v1/notes/{}", note["id"].as_str().unwrap())).await.good();
        assert_eq!(one, note);
    }
    assert_eq!(api.data("viewer", &notes).await[0]["body_text"], "<script>Second</script>", "latest first");
    assert_eq!(api.walk("viewer", &format!("{notes}?"), 1).await.len(), 2);
    api.post("closer", "/api/v1/conversations/cnv_x/notes", json!({ "body_text": "x" }))
        .await
        .problem(404, "not_found");
    assert!(api.app.sent().is_empty(), "a note is never sent");
    let timeline = api.data("viewer", &format!("{conversation}/timeline")).await;
    let kinds: Vec<_> = timeline.iter().rev().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.first(), Some(&"message_received"), "{kinds:?}");
    assert_eq!(kinds[kinds.len() - 2..], ["note", "note"]);
    assert_eq!(timeline[0]["actor"], json!({ "kind": "rep", "name": "Rep closer" }));
    let received = timeline.last().unwrap();
    assert_eq!(received["refers_to"], message.message_id);
    assert_eq!(received["data"]["kind"], "message");
    let ids: Vec<_> = timeline.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(api.walk("viewer", &format!("{conversation}/timeline?"), 2).await, ids);
});

each_database!(a_rep_has_a_reply_drafted_that_is_theirs_to_send, |database| {
    let api = Api::new(&database).await;
    // A lawyer is mentioned: the policy leaves it to a person, and no draft was made.
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[question 0.93] My lawyer asks where it is").await;
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    let suggest = format!("/api/v1/messages/{}/suggest", message.message_id);
    let before = (api.data("viewer", &format!("{conversation}/drafts")).await, api.app.run_of(&message).await);
    let plain = api.post("closer", &suggest, json!({})).await.good();
    assert_eq!(
        (&plain["intent"], &plain["body_text"], &plain["source"]),
        (&json!("question"), &json!("An answer to your question."), &json!("told"))
    );
    assert!(plain["findings"].is_array() && plain["rests_on"] == json!([]), "{plain}");
    let wish = json!({ "instruction": "in one line", "intent": "complaint" });
    let wished = api.post("closer", &suggest, wish).await.good();
    assert_eq!(wished["body_text"], "As you asked (in one line): an answer to your complaint.");
    assert_eq!(wished["intent"], "complaint");
    // Nothing came of it: no draft, no send, no step of the run.
    let after = (api.data("viewer", &format!("{conversation}/drafts")).await, api.app.run_of(&message).await);
    assert_eq!(after, before);
    assert!(api.app.sent().is_empty());

    api.post("viewer", &suggest, json!({})).await.problem(403, "forbidden");
    api.post("closer", "/api/v1/messages/msg_x/suggest", json!({})).await.problem(404, "not_found");
    api.post("closer", &suggest, json!({ "intent": "nonsense" })).await.problem(404, "not_found");
    api.post("closer", &suggest, json!({ "wish": "x" })).await.problem(422, "invalid");
    let none = api.app.receive(ChannelKind::Chat, "visitor-2", "[question 0.93] {no draft} my lawyer").await;
    let path = format!("/api/v1/messages/{}/suggest", none.message_id);
    api.post("closer", &path, json!({})).await.problem(409, "no_drafter");
});
