//! A rep begins a conversation, by any channel, with somebody known or new; the answer comes into it.

use axum::http::Method;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::Api;

const PATH: &str = "/api/v1/conversations";

async fn messages(api: &Api, conversation: &Value) -> Vec<Value> {
    let path = format!("{PATH}/{}/messages", conversation["id"].as_str().unwrap());
    api.data("viewer", &path).await
}

each_database!(a_rep_writes_first_and_the_answer_comes_into_the_thread, |database| {
    let api = Api::new(&database).await;
    let body = json!({
        "channel_id": "chn_email",
        "to": { "address": "Ann@Example.org", "name": "Ann" },
        "subject": "Your visit",
        "body_text": "Shall we meet?",
    });
    api.post("viewer", PATH, body.clone()).await.problem(403, "forbidden");
    let reply = api.post("closer", PATH, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let begun = reply.good();
    assert_eq!((begun["subject"].as_str(), begun["channel"].as_str()), (Some("Your visit"), Some("email")));
    assert_eq!((begun["status"].as_str(), begun["contact"]["name"].as_str()), (Some("open"), Some("Ann")));
    api.app.settle().await;
    let sent = api.app.outbound.recorder.sent();
    assert_eq!((sent.len(), sent[0].to.as_str(), sent[0].body_text.as_str()), (1, "ann@example.org", "Shall we meet?"));
    assert!(sent[0].in_reply_to.is_none() && sent[0].references.is_empty() && !sent[0].automatic);
    let listed = messages(&api, &begun).await;
    assert_eq!(listed.len(), 1, "it is there once");
    assert_eq!((listed[0]["status"].as_str(), listed[0]["author"]["kind"].as_str()), (Some("sent"), Some("rep")));

    let answer = format!(
        "From: Ann <ann@example.org>\r\nTo: email@acme.example\r\nSubject: Re: Your visit\r\nMessage-ID: <a@example.org>\r\n\
         In-Reply-To: <{}>\r\n\r\n[question 0.95] Yes, when?\r\n",
        sent[0].message_id
    );
    let got = api.app.mail(&answer).await;
    assert_eq!(got.conversation_id, begun["id"].as_str().unwrap());
    // The AI is silent: a person began this.
    assert_eq!(api.app.outbound.recorder.sent().len(), 1);
    let path = format!("{PATH}/{}/replies", got.conversation_id);
    api.post("closer", &path, json!({ "body_text": "On Friday." })).await.good();
    api.app.settle().await;
    let sent = api.app.outbound.recorder.sent();
    assert_eq!((sent.len(), sent[1].in_reply_to.as_deref()), (2, Some("a@example.org")));
});

each_database!(whoever_is_known_is_found_and_one_thread_is_open_at_a_time, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Sms, "+41791234567", "[complaint 0.90] No").await;
    let contact = api.app.contact(&got).await.id;
    let to = |address: &str| json!({ "channel_id": "chn_sms", "to": { "address": address }, "body_text": "Hello" });
    let open = api.post("closer", PATH, to("+41 79 123 45 67")).await.problem(409, "conversation_open");
    assert!(open["detail"].as_str().unwrap().contains(&got.conversation_id));
    // WhatsApp reaches the same number and is a thread of its own; the mail address is not known.
    let whatsapp = json!({ "channel_id": "chn_whatsapp", "contact_id": contact, "body_text": "Hello" });
    let begun = api.post("closer", PATH, whatsapp).await.good();
    assert_eq!(begun["contact"]["id"], contact);
    let email = json!({ "channel_id": "chn_email", "contact_id": contact, "body_text": "Hello" });
    api.post("closer", PATH, email).await.problem(409, "no_address");
    api.call("closer", Method::POST, &format!("{PATH}/{}/close", got.conversation_id), None).await;
    let again = api.post("closer", PATH, to("+41791234567")).await.good();
    assert_eq!(again["contact"]["id"], contact, "by the number");
    assert_ne!(again["id"], got.conversation_id);

    for (body, pointer) in [
        (to("nonsense"), "/to/address"),
        (json!({ "channel_id": "chn_sms", "body_text": "x" }), "/to"),
        (json!({ "channel_id": "chn_sms", "contact_id": contact, "to": { "address": "x" }, "body_text": "x" }), "/to"),
        (json!({ "channel_id": "chn_sms", "contact_id": contact, "body_text": " " }), "/body_text"),
        (
            json!({ "channel_id": "chn_sms", "contact_id": contact, "body_text": "x", "send_at": "2000-01-01T00:00:00Z" }),
            "/send_at",
        ),
    ] {
        assert_eq!(api.post("closer", PATH, body).await.pointers()[0].0, pointer);
    }
    let nowhere = json!({ "channel_id": "chn_none", "contact_id": contact, "body_text": "x" });
    api.post("closer", PATH, nowhere).await.problem(404, "not_found");
    let nobody = json!({ "channel_id": "chn_sms", "contact_id": "con_none", "body_text": "x" });
    api.post("closer", PATH, nobody).await.problem(404, "not_found");
    let path = format!("/api/v1/contacts/{contact}/do-not-contact");
    api.call("closer", Method::PUT, &path, None).await.good();
    let unwanted = json!({ "channel_id": "chn_voice", "contact_id": contact, "body_text": "x" });
    api.post("closer", PATH, unwanted).await.problem(409, "opted_out");
    let knowing =
        json!({ "channel_id": "chn_voice", "contact_id": contact, "body_text": "x", "knows_opted_out": true });
    api.post("closer", PATH, knowing).await.good();
    api.post("manager", "/api/v1/channels/chn_chat/disable", json!({ "reason": "x" })).await.good();
    let off = json!({ "channel_id": "chn_chat", "to": { "address": "visitor-9" }, "body_text": "x" });
    api.post("closer", PATH, off).await.problem(409, "channel_inactive");
});

each_database!(what_is_to_leave_later_can_be_taken_back, |database| {
    let api = Api::new(&database).await;
    let at = "2026-03-03T12:00:00Z";
    let body =
        json!({ "channel_id": "chn_chat", "to": { "address": "visitor-1" }, "body_text": "Later", "send_at": at });
    let begun = api.post("closer", PATH, body.clone()).await.good();
    api.app.settle().await;
    assert!(api.app.sent().is_empty());
    assert_eq!(messages(&api, &begun).await[0]["status"], "queued");
    let path = format!("{PATH}/{}", begun["id"].as_str().unwrap());
    let drafts = api.data("viewer", &format!("{path}/drafts")).await;
    let draft = drafts[0]["id"].as_str().unwrap();
    api.call("closer", Method::POST, &format!("/api/v1/drafts/{draft}/take-back"), None).await.good();
    assert_eq!(messages(&api, &begun).await[0]["status"], "cancelled");
    api.app.wait(std::time::Duration::from_secs(3 * 3_600)).await;
    assert!(api.app.sent().is_empty());
    // Nothing was ever asked of the AI here, and it says so.
    api.get("viewer", &format!("{path}/ai-status")).await;
    let mut other = body;
    other["to"]["address"] = json!("visitor-2");
    other["send_at"] = json!("2026-03-03T15:00:00Z");
    api.post("closer", PATH, other).await.good();
    api.app.wait(std::time::Duration::from_secs(3 * 3_600)).await;
    assert_eq!(api.app.sent(), ["Later"]);
});
