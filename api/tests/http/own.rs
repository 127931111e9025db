//! What people keep for themselves: filters of the inbox, and texts that they have not sent; other origins.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::http::{App, router};
use remit_engine::domain::ChannelKind;
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, MASTER, key};

/// Somebody begins to write.
pub(crate) async fn begin(api: &Api, path: &str, text: &str) {
    let body = Some(json!({ "body_text": text }));
    api.send("closer", Method::PUT, path, ("if-none-match", "*"), body).await.good();
}

each_database!(filters_are_kept_for_oneself_or_for_everybody, |database| {
    let api = Api::new(&database).await;
    let view = |name: &str, shared: bool| json!({ "name": name, "shared": shared, "filter": { "channel": "email", "unread": true } });
    let own = api.post("closer", "/api/v1/views", view("Mine", false)).await;
    assert_eq!((own.status.as_u16(), own.header("etag")), (201, "\"v1\""));
    let own = own.good();
    assert_eq!(
        own["filter"],
        json!({ "channel": "email", "unread": true, "requires_action": false, "status": null,
        "assignee": null, "tag": null, "contact_id": null, "channels": [], "channel_id": null, "statuses": [], "assignees": [],
        "teams": [], "tags": [], "reasons": [], "intents": [], "ai_states": [], "updated_after": null, "sort": null })
    );
    let shared = api.post("closer", "/api/v1/views", view("Ours", true)).await.good();
    let names = |rows: Vec<Value>| rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(api.data("closer", "/api/v1/views").await), ["Mine", "Ours"]);
    assert_eq!(names(api.data("viewer", "/api/v1/views").await), ["Ours"]);
    assert_eq!(api.walk("closer", "/api/v1/views?", 1).await.len(), 2);
    let (mine, ours) = (own["id"].as_str().unwrap(), shared["id"].as_str().unwrap());
    let (mine, ours) = (format!("/api/v1/views/{mine}"), format!("/api/v1/views/{ours}"));
    api.get("owner", &mine).await.problem(404, "not_found");
    api.get("viewer", &ours).await.good();

    let put = |role: &'static str, path: String, tag: &'static str, body: Value| {
        let api = &api;
        async move { api.send(role, Method::PUT, &path, ("if-match", tag), Some(body)).await }
    };
    api.send("closer", Method::PUT, &mine, ("", ""), Some(view("x", false)))
        .await
        .problem(428, "precondition_required");
    put("approver", ours.clone(), "\"v1\"", view("Theirs", true)).await.problem(403, "forbidden");
    let changed = put("manager", ours.clone(), "\"v1\"", view("Everybody's", true)).await.good();
    assert_eq!((changed["name"].as_str(), changed["version"].as_i64()), (Some("Everybody's"), Some(2)));
    assert_eq!(
        put("closer", ours.clone(), "\"v1\"", view("x", true)).await.problem(412, "version_conflict")["current_version"],
        2
    );
    api.send("closer", Method::DELETE, &ours, ("if-match", "\"v1\""), None).await.problem(412, "version_conflict");
    assert_eq!(api.send("closer", Method::DELETE, &ours, ("if-match", "\"v2\""), None).await.status, 204);
    api.get("closer", &ours).await.problem(404, "not_found");
    for wrong in [
        json!({ "name": " ", "filter": {} }),
        json!({ "name": "x", "filter": { "sql": "1=1" } }),
        json!({ "name": "x", "filter": { "channel": "fax" } }),
        json!({ "name": "x" }),
        json!({ "name": "x", "filter": { "ai_states": ["asleep"] } }),
        json!({ "name": "x", "filter": { "teams": ["a,b"] } }),
        json!({ "name": "x", "filter": { "reasons": vec!["x"; 21] } }),
        json!({ "name": "x", "filter": { "status": "open", "statuses": ["open", "closed", "snoozed"] } }),
        json!({ "name": "x", "filter": { "updated_after": "yesterday" } }),
    ] {
        api.post("closer", "/api/v1/views", wrong).await.problem(422, "invalid");
    }
});

each_database!(a_view_holds_every_filter_of_the_list, |database| {
    let api = Api::new(&database).await;
    let document = crate::contract::document();
    let parameters = document["paths"]["/api/v1/conversations"]["get"]["parameters"].as_array().unwrap().clone();
    let fields = document["components"]["schemas"]["ViewFilter"]["properties"].as_object().unwrap().clone();
    for parameter in parameters.iter().filter(|one| one["in"] == "query") {
        let name = parameter["name"].as_str().unwrap();
        if matches!(name, "cursor" | "limit") {
            continue;
        }
        let many = parameter["schema"]["type"] == "array" || parameter["schema"]["items"].is_object();
        let plural = if name.ends_with('s') { format!("{name}es") } else { format!("{name}s") };
        assert!(fields.contains_key(if many { plural.as_str() } else { name }), "a view cannot hold `{name}`");
    }
    let filter = json!({
        "channel": "chat", "unread": false, "requires_action": true, "status": null, "assignee": "me", "tag": null,
        "contact_id": null, "channels": ["email"], "channel_id": "chn_chat", "statuses": ["open", "closed"],
        "assignees": ["none"], "teams": ["inbox"], "tags": ["tag_1"], "reasons": ["approval_pending"],
        "intents": ["complaint"], "ai_states": ["held", "paused"], "updated_after": "2026-03-02T09:00:00Z",
        "sort": "oldest",
    });
    let kept = api.post("closer", "/api/v1/views", json!({ "name": "All of it", "filter": filter })).await.good();
    assert_eq!(kept["filter"], filter);
    let path = format!("/api/v1/views/{}", kept["id"].as_str().unwrap());
    assert_eq!(api.get("closer", &path).await.good()["filter"], filter);
});

each_database!(what_is_being_written_is_kept_and_never_overwritten_unseen, |database| {
    let api = Api::new(&database).await;
    let got = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] No").await;
    let path = format!("/api/v1/conversations/{}/composer", got.conversation_id);
    let text = |text: &str| Some(json!({ "body_text": text }));
    api.get("closer", &path).await.problem(404, "not_found");
    api.send("closer", Method::PUT, &path, ("", ""), text("a")).await.problem(428, "precondition_required");
    api.send("viewer", Method::PUT, &path, ("if-none-match", "*"), text("a")).await.problem(403, "forbidden");
    let first = api.send("closer", Method::PUT, &path, ("if-none-match", "*"), text("Dear")).await;
    assert_eq!(first.header("etag"), "\"v1\"");
    first.good();
    // Another device that saw nothing does not overwrite it, nor does one that saw an older text.
    let late = api.send("closer", Method::PUT, &path, ("if-none-match", "*"), text("Hey")).await;
    assert_eq!(late.problem(412, "version_conflict")["current_version"], 1);
    let second = api.send("closer", Method::PUT, &path, ("if-match", "\"v1\""), text("Dear Ann")).await.good();
    assert_eq!((second["version"].as_i64(), second["body_text"].as_str()), (Some(2), Some("Dear Ann")));
    api.send("closer", Method::PUT, &path, ("if-match", "\"v1\""), text("x")).await.problem(412, "version_conflict");
    assert_eq!(api.get("closer", &path).await.good()["body_text"], "Dear Ann");
    // It is nobody else's.
    api.get("approver", &path).await.problem(404, "not_found");
    assert!(api.data("approver", "/api/v1/composer").await.is_empty());
    assert_eq!(api.data("closer", "/api/v1/composer").await.len(), 1);
    // A reply takes it away, and whoever still writes is told.
    let reply = format!("/api/v1/conversations/{}/replies", got.conversation_id);
    api.post("closer", &reply, json!({ "body_text": "Dear Ann, yes." })).await.good();
    api.get("closer", &path).await.problem(404, "not_found");
    let gone = api.send("closer", Method::PUT, &path, ("if-match", "\"v2\""), text("x")).await;
    assert_eq!(gone.problem(412, "version_conflict")["current_version"], 0);
    api.send("closer", Method::PUT, &path, ("if-none-match", "*"), text("again")).await.good();
    assert_eq!(api.send("closer", Method::DELETE, &path, ("", ""), None).await.status, 204);
    assert_eq!(api.send("closer", Method::DELETE, &path, ("", ""), None).await.status, 204);
    let nowhere = "/api/v1/conversations/cnv_none/composer";
    api.send("closer", Method::PUT, nowhere, ("if-none-match", "*"), text("x")).await.problem(404, "not_found");
});

each_database!(other_origins_are_let_in_by_name_only_and_none_unless_named, |database| {
    let api = Api::new(&database).await;
    let ask = |router: axum::Router, method: Method, origin: &'static str| async move {
        let mut request = Request::builder().method(method.clone()).uri("/api/v1/switches").header("origin", origin);
        if method == Method::OPTIONS {
            request = request.header("access-control-request-method", "GET");
            request = request.header("access-control-request-headers", "authorization");
        } else {
            request = request.header("authorization", format!("Bearer {}", key("viewer")));
        }
        tower::ServiceExt::oneshot(router, request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let allowed = |response: &axum::http::Response<Body>| {
        response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    let (ours, theirs) = ("https://inbox.example.com", "https://inbox.example.com.evil.example");
    for origin in [ours, theirs] {
        assert_eq!(allowed(&ask(api.router.clone(), Method::OPTIONS, origin).await), None, "off by default");
    }
    let open = || router(App::new(api.app.engine.clone(), MASTER).with_origins(vec![ours.parse().unwrap()]));
    let preflight = ask(open(), Method::OPTIONS, ours).await;
    assert_eq!((preflight.status().as_u16(), allowed(&preflight).as_deref()), (200, Some(ours)));
    assert!(preflight.headers().get("access-control-allow-credentials").is_none(), "a cookie is never theirs to use");
    let answer = ask(open(), Method::GET, ours).await;
    assert_eq!((answer.status().as_u16(), allowed(&answer).as_deref()), (200, Some(ours)));
    let exposed = answer.headers().get("access-control-expose-headers").unwrap().to_str().unwrap().to_lowercase();
    assert!(exposed.contains("remit-event-seq") && exposed.contains("etag"), "{exposed}");
    for other in [theirs, "http://inbox.example.com", "null"] {
        assert_eq!(allowed(&ask(open(), Method::GET, other).await), None, "{other}");
        assert_eq!(allowed(&ask(open(), Method::OPTIONS, other).await), None, "{other}");
    }
});
