//! Files: out of a mail as they came, with headers under which nothing runs; brought, and sent along with a reply.

use axum::body::Body;
use axum::http::{Method, Request};
use data_encoding::BASE64;
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, Reply, key};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

fn mail(parts: &[(&str, &str, &[u8])]) -> String {
    let mut text = String::from(
        "From: Ann <ann@example.org>\r\nTo: email@acme.example\r\nSubject: Papers\r\nMessage-ID: <m1@example.org>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\n[complaint 0.90] See the files.\r\n",
    );
    for (name, kind, bytes) in parts {
        text.push_str(&format!(
            "--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            BASE64.encode(bytes)
        ));
    }
    text.push_str("--b--\r\n");
    text
}

async fn bring(api: &Api, role: &str, name: &str, kind: Option<&str>, bytes: &[u8]) -> Reply {
    let mut request = Request::post(format!("/api/v1/attachments?name={name}"));
    request = request.header("authorization", format!("Bearer {}", key(role)));
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    api.request(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

each_database!(what_came_with_a_mail_is_fetched_as_it_came_and_nothing_of_it_runs, |database| {
    let api = Api::new(&database).await;
    let hostile = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let files: [(&str, &str, &[u8]); 4] = [
        ("pic.png", "image/png", PNG),
        ("../evil.svg", "image/svg+xml", hostile),
        ("page.html", "image/png", b"<script>alert(1)</script>"),
        ("all.bin", "application/octet-stream", &[0, 13, 10, 46, 255, 0]),
    ];
    let got = api.app.mail(&mail(&files)).await;
    let message = api.get("viewer", &format!("/api/v1/messages/{}", got.message_id)).await.good();
    let listed = message["attachments"].as_array().unwrap();
    assert_eq!(listed.len(), 4);
    for (at, (name, kind, bytes)) in files.iter().enumerate() {
        let one = &listed[at];
        assert_eq!(one["position"], at + 1);
        assert_eq!((one["type"].as_str(), one["size"].as_u64()), (Some(*kind), Some(bytes.len() as u64)));
        assert_eq!((one["has_content"].as_bool(), one["name"].as_str()), (Some(true), name.rsplit('/').next()));
        for show in ["", "?show=true"] {
            let path = format!("/api/v1/messages/{}/attachments/{}{show}", got.message_id, at + 1);
            let reply = api.get("viewer", &path).await;
            assert_eq!(reply.body, *bytes, "{path}");
            let shown = at == 0 && !show.is_empty();
            let (kind, how) = if shown { ("image/png", "inline") } else { ("application/octet-stream", "attachment") };
            assert_eq!(reply.header("content-type"), kind, "{path}");
            assert!(reply.header("content-disposition").starts_with(&format!("{how}; filename=\"")), "{path}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert_eq!(reply.header("content-security-policy"), "default-src 'none'; sandbox");
            assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin");
        }
    }
    for wrong in ["0", "5", "x", "-1", "99999999999999999999"] {
        let path = format!("/api/v1/messages/{}/attachments/{wrong}", got.message_id);
        api.get("viewer", &path).await.problem(404, "not_found");
    }
    api.get("viewer", "/api/v1/messages/msg_none/attachments/1").await.problem(404, "not_found");
    let path = format!("/api/v1/messages/{}/attachments/1", got.message_id);
    let anonymous = api.request(Request::get(path).body(Body::empty()).unwrap()).await;
    anonymous.problem(401, "unauthenticated");
});

each_database!(files_that_are_brought_go_out_with_a_reply_by_mail, |database| {
    let api = Api::new(&database).await;
    bring(&api, "viewer", "a.txt", Some("text/plain"), b"x").await.problem(403, "forbidden");
    bring(&api, "closer", "a.txt", None, b"x").await.problem(415, "unsupported_media_type");
    bring(&api, "closer", "a.txt", Some("nonsense"), b"x").await.problem(415, "unsupported_media_type");
    bring(&api, "closer", "", Some("text/plain"), b"x").await.problem(400, "invalid_query");
    bring(&api, "closer", "a%0Ab", Some("text/plain"), b"x").await.problem(400, "invalid_query");
    bring(&api, "closer", "a.txt", Some("text/plain"), b"").await.problem(400, "bad_request");
    let large = vec![0; remit_engine::files::MOST_BYTES + 1];
    bring(&api, "closer", "a.bin", Some("application/zip"), &large).await.problem(413, "too_large");

    let html = b"<script>alert(1)</script>\r\n.\r\n";
    let one = bring(&api, "closer", "M%C3%A4rz%20%22x%22.html", Some("text/html; charset=utf-8"), html).await.good();
    let two = bring(&api, "closer", "pic.png", Some("image/png"), PNG).await.good();
    assert_eq!((one["name"].as_str(), one["type"].as_str()), (Some("März \"x\".html"), Some("text/html")));
    let got = api.app.mail(&mail(&[])).await;
    let path = format!("/api/v1/conversations/{}/replies", got.conversation_id);
    let ids = json!([one["id"], two["id"]]);
    let unknown = json!({ "body_text": "Here.", "attachment_ids": ["att_none"] });
    api.post("closer", &path, unknown).await.problem(404, "not_found");
    let many = json!({ "body_text": "Here.", "attachment_ids": vec!["att_none"; 21] });
    assert_eq!(api.post("closer", &path, many).await.pointers()[0].0, "/attachment_ids");
    let reply = api.post("closer", &path, json!({ "body_text": "Here.", "attachment_ids": ids })).await.good();
    assert_eq!(reply["attachments"].as_array().unwrap().len(), 2);
    api.app.settle().await;
    let sent = api.app.outbound.recorder.sent();
    assert_eq!(sent.len(), 1);
    let files: Vec<(&str, &[u8])> =
        sent[0].attachments.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    assert_eq!(files, [("März \"x\".html", &html[..]), ("pic.png", PNG)]);

    // The mail that leaves reads back as it was meant, and is the same each time.
    let bytes = remit_engine::mail::compose(&sent[0]);
    assert_eq!(bytes, remit_engine::mail::compose(&sent[0]));
    let read = remit_engine::mail::read(&bytes);
    assert_eq!(read.visible_text.trim(), "Here.");
    let names: Vec<(&str, &str)> =
        read.attachments.iter().map(|file| (file.name.as_str(), file.media_type.as_str())).collect();
    assert_eq!(names, [("März \"x\".html", "application/octet-stream"), ("pic.png", "image/png")]);
    assert_eq!(remit_engine::mail::attachment(&bytes, 0).unwrap().1, html);

    // What was sent can be fetched from the conversation.
    let messages = api.data("viewer", &format!("/api/v1/conversations/{}/messages", got.conversation_id)).await;
    let out: &Value = messages.iter().find(|message| message["direction"] == "outbound").unwrap();
    assert_eq!(
        (out["attachments"][1]["name"].as_str(), out["attachments"][1]["has_content"].as_bool()),
        (Some("pic.png"), Some(true))
    );
    let path = format!("/api/v1/messages/{}/attachments/2", out["id"].as_str().unwrap());
    assert_eq!(api.get("viewer", &path).await.body, PNG);
});

each_database!(other_channels_carry_no_files_and_what_nobody_sends_is_forgotten, |database| {
    let api = Api::new(&database).await;
    let file = bring(&api, "closer", "a.png", Some("image/png"), PNG).await.good();
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let path = format!("/api/v1/conversations/{}/replies", got.conversation_id);
    let body = json!({ "body_text": "Here.", "attachment_ids": [file["id"]] });
    api.call("closer", Method::POST, &path, Some(body.clone())).await.problem(409, "no_files");
    assert!(database.rows().await.iter().any(|row| row.starts_with("attachment ")));
    api.app.clock.advance(std::time::Duration::from_secs(25 * 3_600));
    api.app.engine.forget_files().await.unwrap();
    assert!(!database.rows().await.iter().any(|row| row.starts_with("attachment ")));
    api.call("closer", Method::POST, &path, Some(body)).await.problem(404, "not_found");
});

each_database!(what_was_brought_is_whose_it_is_until_it_goes_along_with_something, |database| {
    let api = Api::new(&database).await;
    let file = bring(&api, "closer", "pic.png", Some("image/png"), PNG).await.good();
    let path = format!("/api/v1/attachments/{}", file["id"].as_str().unwrap());
    assert_eq!(api.get("closer", &path).await.good(), file);
    let shown = api.get("closer", &format!("{path}/content?show=true")).await;
    assert_eq!((shown.header("content-type"), &shown.body[..]), ("image/png", PNG));
    assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");
    api.get("approver", &path).await.problem(404, "not_found");
    api.get("approver", &format!("{path}/content")).await.problem(404, "not_found");
    api.get("closer", "/api/v1/attachments/att_none").await.problem(404, "not_found");

    // Whoever decides on a draft sees what goes along with it.
    let got = api.app.mail(&mail(&[])).await;
    let draft = json!({ "body_text": "See the picture", "attachment_ids": [file["id"]] });
    let drafts = format!("/api/v1/conversations/{}/drafts", got.conversation_id);
    let draft = api.post("closer", &drafts, draft).await.good();
    assert_eq!(draft["attachments"], json!([file]));
    assert_eq!(api.get("approver", &path).await.good(), file);
    let bytes = api.get("approver", &format!("{path}/content")).await;
    assert_eq!((bytes.header("content-type"), &bytes.body[..]), ("application/octet-stream", PNG));
});
