//! Every problem there is, on every kind of path.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::json;

use crate::contract::{document, operations};
use crate::support::{Api, key};

each_database!(what_is_not_there_is_a_problem_too, |database| {
    let api = Api::new(&database).await;
    for path in ["/nothing", "/api/v1", "/api/v1/conversation", "/api/v2/conversations", "/api/v1/conversations/"] {
        let problem = api.get("owner", path).await.problem(404, "not_found");
        assert_eq!(problem["instance"], path);
    }
    let reply = api.call("owner", Method::PATCH, "/api/v1/conversations", None).await;
    reply.problem(405, "method_not_allowed");
    assert!(reply.header("allow").contains("GET"), "{:?}", reply.headers);
    for (method, path, _) in operations(&document()) {
        if !path.contains("{id}") || method != "GET" {
            continue;
        }
        for wrong in ["cnv_00000000000000000000000000", "con_unknown", "1", "%00", "%ff", "..%2f..", "a'--", "ü"] {
            let wrong = if wrong == "ü" { "%C3%BC" } else { wrong };
            let reply = api.get("owner", &path.replace("{id}", wrong)).await;
            reply.problem(404, "not_found");
        }
        let long = "x".repeat(5000);
        api.get("owner", &path.replace("{id}", &long)).await.problem(404, "not_found");
    }
});

each_database!(bodies_that_are_not_wanted_point_at_the_place, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let notes = format!("/api/v1/conversations/{}/notes", message.conversation_id);
    let send = |content_type: Option<&'static str>, body: Vec<u8>| {
        let mut request = Request::post(&notes).header("authorization", format!("Bearer {}", key("closer")));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        api.request(request.body(Body::from(body)).unwrap())
    };
    let json_type = Some("application/json; charset=utf-8");
    send(None, b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send(Some("text/plain"), b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    for broken in ["", "{", "{\"body_text\": \"x\"} {}", "\u{feff}{}", "{\"body_text\": \"\\ud800\"}", "nul"] {
        send(json_type, broken.as_bytes().to_vec()).await.problem(400, "malformed_json");
    }
    send(json_type, vec![b'"', 0xff, 0xfe, b'"']).await.problem(400, "malformed_json");
    send(json_type, "[".repeat(100_000).into_bytes()).await.problem(422, "invalid");
    let deep = format!("{{\"x\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(send(json_type, deep.into_bytes()).await.status.as_u16(), 400 | 422));
    let pointers = |body: serde_json::Value| {
        let sent = send(json_type, body.to_string().into_bytes());
        async move { sent.await.pointers() }
    };
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(pointers(json!({})).await, one("/body_text", "missing"));
    assert_eq!(pointers(json!({ "body_text": 7 })).await, one("/body_text", "invalid"));
    assert_eq!(pointers(json!({ "body_text": " \n " })).await, one("/body_text", "empty"));
    assert_eq!(pointers(json!({ "body_text": "x".repeat(20_001) })).await, one("/body_text", "too_long"));
    assert_eq!(pointers(json!({ "body_text": "a\u{0}b" })).await, one("/body_text", "invalid"));
    assert_eq!(pointers(json!({ "body_text": "x", "is/a~dmin": 1 })).await, one("/is~1a~0dmin", "unknown_field"));
    assert_eq!(pointers(json!([])).await.len(), 1);

    let approve = "/api/v1/approvals/apr_x/approve";
    let body = json!({ "draft_version": 1, "content_sha256": "", "edit": { "body_text": "x", "to": "eve" } });
    assert_eq!(api.post("approver", approve, body).await.pointers(), one("/edit/to", "unknown_field"));

    let huge = vec![b' '; 1024 * 1024 + 1];
    send(json_type, huge.clone()).await.problem(413, "too_large");
    // Without a length, the bytes are counted as they come.
    let stream = Body::from_stream(futures_util::stream::iter(
        huge.chunks(65_536)
            .map(|chunk| Ok::<_, std::io::Error>(axum::body::Bytes::copy_from_slice(chunk)))
            .collect::<Vec<_>>(),
    ));
    let request = Request::post(&notes)
        .header("authorization", format!("Bearer {}", key("closer")))
        .header("content-type", "application/json")
        .body(stream)
        .unwrap();
    api.request(request).await.problem(413, "too_large");
    assert!(api.data("viewer", &notes).await.is_empty());
});

each_database!(queries_and_cursors_are_checked, |database| {
    let api = Api::new(&database).await;
    for n in 0..3 {
        api.app.store(ChannelKind::Chat, &format!("visitor-{n}"), "[complaint 0.90] Not good").await;
    }
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=",
        "unread=1",
        "channel=fax",
        "sort=asc",
        "limit=1&limit=2",
    ] {
        let reply = api.get("viewer", &format!("/api/v1/conversations?{query}")).await;
        reply.problem(400, "invalid_query");
    }
    api.get("viewer", "/api/v1/approvals?state=lost").await.problem(400, "invalid_query");
    assert_eq!(api.data("viewer", "/api/v1/conversations?limit=100").await.len(), 3);
    let first = api.get("viewer", "/api/v1/conversations?limit=1").await.good();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    let with = |cursor: &str| format!("/api/v1/conversations?limit=1&cursor={cursor}");
    api.get("viewer", &with(&cursor)).await.good();
    let mut forged = cursor.clone().into_bytes();
    forged[3] = if forged[3] == b'A' { b'B' } else { b'A' };
    for wrong in ["", "x", "!!", "AAAA", &cursor[1..], &format!("{cursor}AAAA"), std::str::from_utf8(&forged).unwrap()]
    {
        api.get("viewer", &with(wrong)).await.problem(400, "invalid_cursor");
    }
    for other in ["&channel=chat", "&unread=true", "&requires_action=true"] {
        api.get("viewer", &format!("{}{other}", with(&cursor))).await.problem(400, "cursor_mismatch");
    }
    api.get("viewer", &format!("/api/v1/decisions?cursor={cursor}")).await.problem(400, "cursor_mismatch");
    api.get("closer", &with(&cursor)).await.problem(400, "cursor_mismatch");
});

each_database!(every_answer_carries_its_request_id_and_the_security_headers, |database| {
    let api = Api::new(&database).await;
    for path in ["/", "/healthz", "/readyz", "/version", "/api/v1/openapi.json", "/api/v1/conversations", "/nothing"] {
        let reply = api.get("viewer", path).await;
        assert!(reply.header("request-id").starts_with("req_"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{path}");
    }
    for (sent, kept) in
        [("abc-1.2_Z", true), ("a b", false), ("", false), (&*"x".repeat(64), true), (&*"x".repeat(65), false)]
    {
        let request = Request::get("/nothing").header("request-id", sent).body(Body::empty()).unwrap();
        let reply = api.request(request).await;
        assert_eq!(reply.header("request-id") == sent, kept, "{sent:?}");
        reply.problem(404, "not_found");
    }
});

each_database!(the_server_says_how_it_is_and_a_database_that_is_away_is_503, |database| {
    let api = Api::new(&database).await;
    assert_eq!(api.get("viewer", "/healthz").await.good()["status"], "ok");
    assert_eq!(api.get("viewer", "/readyz").await.good()["status"], "ok");
    assert_eq!(api.get("viewer", "/version").await.good()["api"], "v1");
    assert_eq!(api.get("viewer", "/").await.good()["openapi"], "/api/v1/openapi.json");
    the_page_is_for_browsers(&api).await;
    assert_eq!(api.get("viewer", "/api/v1/openapi.json").await.good(), document());
    api.app.engine.db().close().await;
    assert_eq!(api.get("viewer", "/healthz").await.good()["status"], "ok");
    for path in ["/readyz", "/api/v1/conversations"] {
        let reply = api.get("viewer", path).await;
        reply.problem(503, "database_busy");
        assert_eq!(reply.header("retry-after"), "1");
    }
});

/// A browser gets the page and its files, under a policy that lets nothing else run; a program gets the API as ever.
async fn the_page_is_for_browsers(api: &Api) {
    let ask = async |path: &str, accept: &str| {
        api.request(Request::get(path).header("accept", accept).body(Body::empty()).unwrap()).await
    };
    for path in ["/", "/inbox", "/c/cnv_1", "/policies?file=a"] {
        let page = ask(path, "text/html,*/*;q=0.8").await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("require-trusted-types-for"), "{policy}");
    }
    ask("/inbox", "application/json").await.problem(404, "not_found");
    ask("/nothing", "text/html").await.problem(404, "not_found");
    ask("/api/v1/nothing", "text/html").await.problem(404, "not_found");
    let script = ask("/assets/any/js/app.js", "*/*").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(script.header("cache-control"), "no-cache");
    let known = Request::get("/assets/any/js/app.js").header("if-none-match", script.header("etag"));
    assert_eq!(api.request(known.body(Body::empty()).unwrap()).await.status.as_u16(), 304);
    let packed = Request::get("/assets/any/js/app.js").header("accept-encoding", "gzip, br");
    assert_eq!(api.request(packed.body(Body::empty()).unwrap()).await.header("content-encoding"), "gzip");
    for path in ["/assets/any/index.html", "/assets/any/../Cargo.toml", "/assets/any/%2e%2e/Cargo.toml"] {
        ask(path, "*/*").await.problem(404, "not_found");
    }
}
