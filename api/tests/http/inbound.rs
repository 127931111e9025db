//! Deliveries: believed by their signature alone, stored once, or turned away and counted.

use axum::body::Body;
use axum::http::Request;
use hmac::{Hmac, KeyInit, Mac};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::ports::Clock;
use remit_engine::store::Write;
use remit_tests::each_database;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Api, Reply};

/// Signs as any Standard Webhooks library does: with the base64 part of the secret.
pub(crate) fn sign(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let key = data_encoding::BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", data_encoding::BASE64.encode(&mac.finalize().into_bytes()))
}

async fn send(api: &Api, channel: &str, media_type: &str, headers: [&str; 3], body: &[u8]) -> Reply {
    let mut request = Request::post(format!("/api/v1/inbound/{channel}")).header("content-type", media_type);
    for (name, value) in ["webhook-id", "webhook-timestamp", "webhook-signature"].into_iter().zip(headers) {
        if !value.is_empty() {
            request = request.header(name, value);
        }
    }
    api.request(request.body(Body::from(body.to_vec())).unwrap()).await
}

/// Signed well.
async fn deliver(api: &Api, channel: &str, media_type: &str, body: &[u8]) -> Reply {
    let now = (api.app.clock.now_ms() / 1000).to_string();
    let signature = sign(&api.secret(channel), "d1", &now, body);
    send(api, channel, media_type, ["d1", &now, &signature], body).await
}

fn chat(external_id: &str) -> Value {
    json!({ "external_id": external_id, "from": { "address": "visitor-1", "name": "Bo" }, "text": "[question 0.93] When?" })
}

each_database!(a_delivery_is_stored_once_and_answered, |database| {
    let api = Api::new(&database).await;
    let body = chat("m1").to_string();
    let first = deliver(&api, "chn_chat", "application/json", body.as_bytes()).await;
    assert_eq!(first.status.as_u16(), 202, "{}", first.text());
    let first = first.json();
    assert_eq!(first["duplicate"], false);
    let again = deliver(&api, "chn_chat", "application/json; charset=utf-8", body.as_bytes()).await;
    assert_eq!(again.status.as_u16(), 200);
    let again = again.json();
    assert_eq!((&again["duplicate"], &again["message_id"]), (&json!(true), &first["message_id"]));
    api.app.settle().await;
    assert_eq!(api.app.sent().len(), 1);
    let message =
        api.get("viewer", &format!("/api/v1/messages/{}", first["message_id"].as_str().unwrap())).await.good();
    assert_eq!(message["author"], json!({ "kind": "contact", "name": "Bo" }));
    let original = api.get("closer", &format!("/api/v1/messages/{}/raw", first["message_id"].as_str().unwrap())).await;
    assert_eq!(original.body, body.as_bytes(), "byte for byte what was signed");
    assert!(api.rejected().await.is_empty());
});

each_database!(a_mail_is_taken_as_it_is, |database| {
    let api = Api::new(&database).await;
    let raw = b"From: Bo <bo@example.com>\r\nTo: email@acme.example\r\nSubject: Hi\r\nMessage-ID: <1@x>\r\n\r\n[question 0.93] When?\r\n";
    let first = deliver(&api, "chn_email", "message/rfc822", raw).await;
    assert_eq!(first.status.as_u16(), 202, "{}", first.text());
    assert_eq!(deliver(&api, "chn_email", "message/rfc822", raw).await.status.as_u16(), 200);
    // No byte string is too odd to be kept.
    let odd: Vec<u8> = (0..=255).cycle().take(3_000_000).collect();
    assert_eq!(deliver(&api, "chn_email", "message/rfc822", &odd).await.status.as_u16(), 202);
    let body = json!({ "external_id": "j1", "from": { "address": "bo@example.com" }, "text": "hi", "subject": "x" });
    let json = deliver(&api, "chn_email", "application/json", body.to_string().as_bytes()).await;
    assert_eq!(json.status.as_u16(), 202, "{}", json.text());
    let huge = vec![b'x'; 25 * 1024 * 1024 + 1];
    deliver(&api, "chn_email", "message/rfc822", &huge).await.problem(413, "too_large");
    deliver(&api, "chn_chat", "message/rfc822", raw).await.problem(415, "unsupported_media_type");
    assert_eq!(api.rejected().await, [("unreadable_body".to_owned(), 1), ("unsupported_type".to_owned(), 1)]);
});

each_database!(only_the_right_signature_over_the_very_bytes_is_believed, |database| {
    let api = Api::new(&database).await;
    let body = chat("m1").to_string();
    let body = body.as_bytes();
    let seconds = api.app.clock.now_ms() / 1000;
    let now = seconds.to_string();
    let secret = api.secret("chn_chat");
    let good = sign(&secret, "d1", &now, body);
    let other_channel = sign(&api.secret("chn_sms"), "d1", &now, body);
    let other_id = sign(&secret, "d2", &now, body);
    let other_body = sign(&secret, "d1", &now, b"{}");
    let second_version =
        sign(&remit_api::http::inbound_secret(&crate::support::MASTER, "chn_chat", 2), "d1", &now, body);
    let truncated = &good[..good.len() - 5];
    for headers in [
        ["", &*now, &*good],
        ["d1", "", &*good],
        ["d1", &*now, ""],
        ["d1", "yesterday", &*good],
        ["d1", &*now, "v1,"],
        ["d1", &*now, "v1,AAAA"],
        ["d1", &*now, "v1,!!"],
        ["d1", &*now, truncated],
        ["d1", &*now, &*good.replace("v1,", "v2,")],
        ["d1", &*now, &*good.replace("v1,", "")],
        ["d1", &*now, &*other_channel],
        ["d1", &*now, &*other_id],
        ["d1", &*now, &*other_body],
        ["d1", &*now, &*second_version],
        ["d1", &*(seconds + 1).to_string(), &*good],
    ] {
        send(&api, "chn_chat", "application/json", headers, body).await.problem(401, "invalid_signature");
    }
    for (off, status) in [(-301, 401), (301, 401), (-300, 202), (300, 202)] {
        let timestamp = (seconds + off).to_string();
        let body = chat(&format!("off {off}")).to_string();
        let signature = sign(&secret, "d1", &timestamp, body.as_bytes());
        let reply = send(&api, "chn_chat", "application/json", ["d1", &timestamp, &signature], body.as_bytes()).await;
        assert_eq!(reply.status.as_u16(), status, "{off}");
    }
    // Several signatures, while keys are being changed: one that fits is enough.
    let both = format!("{second_version} v1a,xyz {good}");
    let reply = send(&api, "chn_chat", "application/json", ["d1", &now, &both], body).await;
    assert_eq!(reply.status.as_u16(), 202, "{}", reply.text());
    // A request nobody signed is not read: broken JSON is not even noticed.
    send(&api, "chn_chat", "application/json", ["d1", &now, &good], b"{").await.problem(401, "invalid_signature");
    let counted = api.rejected().await;
    assert_eq!(counted.iter().map(|(_, times)| times).sum::<i64>(), 18, "{counted:?}");
    assert_eq!(counted[1], ("stale_signature".to_owned(), 2));
});

each_database!(what_is_turned_away_is_counted_and_not_kept, |database| {
    let api = Api::new(&database).await;
    let body = chat("m1").to_string();
    deliver(&api, "chn_nowhere", "application/json", body.as_bytes()).await.problem(404, "not_found");
    api.request(Request::get("/api/v1/inbound/chn_chat").body(Body::empty()).unwrap())
        .await
        .problem(405, "method_not_allowed");
    deliver(&api, "chn_chat", "text/plain", body.as_bytes()).await.problem(415, "unsupported_media_type");
    deliver(&api, "chn_chat", "application/json", b"{").await.problem(400, "malformed_json");
    let with = |field: &str, value: Value| {
        let mut body = chat("m1");
        body[field] = value;
        body.to_string()
    };
    for (body, pointer, code) in [
        (with("extra", json!(1)), "/extra", "unknown_field"),
        (with("external_id", json!("")), "/external_id", "invalid"),
        (with("from", json!({})), "/from/address", "missing"),
        (with("from", json!({ "address": " " })), "/from/address", "invalid"),
        (with("sent_at", json!("now")), "/sent_at", "invalid"),
        (with("text", json!("x".repeat(200_001))), "/text", "invalid"),
        (with("to", json!("a\u{0}b")), "/to", "invalid"),
        (with("attachments", json!([{ "name": "a", "type": "b", "size": -1 }])), "/attachments/0/size", "invalid"),
    ] {
        let reply = deliver(&api, "chn_chat", "application/json", body.as_bytes()).await;
        assert_eq!(reply.pointers(), [(pointer.to_owned(), code.to_owned())], "{body:.200}");
    }
    let huge = vec![b' '; 1024 * 1024 + 1];
    deliver(&api, "chn_chat", "application/json", &huge).await.problem(413, "too_large");
    let disable = Write::ChannelStatus { id: "chn_chat".to_owned(), status: "disabled" };
    api.app.engine.commit_writes(DEFAULT_WORKSPACE, vec![disable]).await.unwrap();
    deliver(&api, "chn_chat", "application/json", body.as_bytes()).await.problem(409, "channel_inactive");
    let wanted = [
        ("channel_inactive", 1),
        ("invalid_body", 9),
        ("unknown_channel", 1),
        ("unreadable_body", 1),
        ("unsupported_type", 1),
    ];
    let counted = api.rejected().await;
    assert_eq!(counted.iter().map(|(reason, times)| (reason.as_str(), *times)).collect::<Vec<_>>(), wanted);
    assert!(api.data("viewer", "/api/v1/conversations").await.is_empty());
    let channels = api.data("viewer", "/api/v1/channels").await;
    let chat = channels.iter().find(|channel| channel["kind"] == ChannelKind::Chat.as_str()).unwrap();
    assert_eq!(chat["status"], "disabled");
});
