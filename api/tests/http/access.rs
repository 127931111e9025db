//! Setting up, signing in and out, users and keys.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use remit_api::http::{App, Site, new_key, router};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::store::{LinkKind, read};
use remit_tests::each_database;
use serde_json::{Value, json};

use crate::support::{Api, MASTER, Reply, key};

const PASSWORD: &str = "correct horse battery";
const OTHER: &str = "incorrect pony dynamo";

/// A request as the page's own script makes it.
async fn page(api: &Api, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
    from(api, &[("cookie", cookie), ("sec-fetch-site", "same-origin")], method, path, body).await
}

async fn from(api: &Api, headers: &[(&str, &str)], method: Method, path: &str, body: Option<Value>) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    api.request(request.unwrap()).await
}

/// The cookie that an answer gives, as a browser sends it back.
fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie");
    assert!(set.contains("; HttpOnly") && set.contains("; SameSite=Lax") && set.contains("; Path=/"), "{set:?}");
    set.split(';').next().unwrap().to_owned()
}

async fn link(api: &Api, kind: LinkKind, number: u8) -> String {
    let (token, sha256) = new_key(&[number; 32]);
    api.app.engine.make_link(kind, None, sha256, "test").await.unwrap();
    token
}

async fn sign_in(api: &Api, email: &str, password: &str) -> Reply {
    from(api, &[], Method::POST, "/api/v1/session", Some(json!({ "email": email, "password": password }))).await
}

/// Somebody of a role who is signed in: their cookie.
async fn signed_in(api: &Api, role: &str) -> String {
    let users = api.data("owner", "/api/v1/users").await;
    let user = users.iter().find(|user| user["email"] == format!("{role}@acme.example")).unwrap();
    let path = format!("/api/v1/users/{}/password-link", user["id"].as_str().unwrap());
    let link = api.post("owner", &path, json!({})).await.good();
    let token = link["url"].as_str().unwrap().split_once("?token=").unwrap().1.to_owned();
    let body = json!({ "token": token, "password": PASSWORD });
    let reply = from(api, &[], Method::POST, "/api/v1/session/password-by-link", Some(body)).await;
    assert_eq!(reply.good()["user"]["role"], role);
    cookie(&reply)
}

each_database!(demo_messages_come_into_an_empty_inbox_and_into_no_other, |database| {
    let api = Api::new(&database).await;
    api.call("manager", Method::POST, "/api/v1/setup/demo", None).await.problem(403, "forbidden");
    assert!(api.data("owner", "/api/v1/conversations").await.is_empty());
    let loaded = api.call("owner", Method::POST, "/api/v1/setup/demo", None).await.good();
    api.app.engine.settle().await.unwrap();
    let rows = api.data("owner", "/api/v1/conversations?limit=100").await;
    let kinds: std::collections::BTreeSet<_> = rows.iter().filter_map(|row| row["channel"].as_str()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["chat", "email", "sms", "voice", "whatsapp"]);
    let mut messages = 0;
    for row in &rows {
        let path = format!("/api/v1/conversations/{}/messages?limit=100", row["id"].as_str().unwrap());
        messages += api.data("owner", &path).await.iter().filter(|one| one["direction"] == "inbound").count();
    }
    assert_eq!(loaded["messages"], json!(messages));
    api.call("owner", Method::POST, "/api/v1/setup/demo", None).await.problem(409, "not_empty");
});

each_database!(the_first_owner_is_made_once_by_whoever_holds_the_link, |database| {
    let api = Api::new(&database).await;
    assert_eq!(api.get("viewer", "/api/v1/setup").await.good(), json!({ "needed": true }));
    let token = link(&api, LinkKind::SetUp, 101).await;
    let begin = |token: &str, email: &str, password: &str| {
        let body = json!({ "token": token, "email": email, "name": "Ona", "password": password });
        let api = &api;
        async move { from(api, &[], Method::POST, "/api/v1/setup", Some(body)).await }
    };
    begin("guessed", "ona@acme.example", PASSWORD).await.problem(403, "link_ended");
    let short = begin(&token, "ona@acme.example", "short").await;
    assert_eq!(short.pointers(), [("/password".to_owned(), "too_short".to_owned())]);
    let common = begin(&token, "ona@acme.example", "Password1234").await;
    assert_eq!(common.pointers(), [("/password".to_owned(), "too_common".to_owned())]);
    begin(&token, "nobody", PASSWORD).await.problem(422, "invalid");
    let foreign = [("sec-fetch-site", "cross-site")];
    let body = json!({ "token": token, "email": "eve@evil.example", "name": "Eve", "password": PASSWORD });
    from(&api, &foreign, Method::POST, "/api/v1/setup", Some(body)).await.problem(403, "cross_site");
    // Two links, used at the same time: one of them makes the owner.
    let second = link(&api, LinkKind::SetUp, 102).await;
    let (one, two) =
        tokio::join!(begin(&token, " Ona@Acme.Example ", PASSWORD), begin(&second, "eve@evil.example", PASSWORD));
    let (good, bad): (Vec<&Reply>, Vec<&Reply>) = [&one, &two].into_iter().partition(|r| r.status.is_success());
    assert_eq!((good.len(), bad.len()), (1, 1), "{one:?} {two:?}");
    assert!(matches!(bad[0].status.as_u16(), 403 | 404));
    let session = good[0].good();
    assert_eq!((session["role"].as_str(), session["credential"].as_str()), (Some("owner"), Some("session")));
    assert!(!good[0].text().contains("argon2") && !good[0].text().contains(PASSWORD));
    let cookie = cookie(good[0]);
    assert_eq!(page(&api, &cookie, Method::GET, "/api/v1/session", None).await.good()["user"], session["user"]);
    assert_eq!(api.get("viewer", "/api/v1/setup").await.good(), json!({ "needed": false }));
    let third = link(&api, LinkKind::SetUp, 103).await;
    begin(&third, "eve@evil.example", PASSWORD).await.problem(404, "not_found");
    let users = api.data("viewer", "/api/v1/users").await;
    assert_eq!(users.iter().filter(|user| user["role"] == "owner").count(), 3, "the test's two and the new one");
});

each_database!(who_is_signed_in_and_who_is_not, |database| {
    let api = Api::new(&database).await;
    let path = "/api/v1/session";
    let closer = signed_in(&api, "closer").await;
    let session = page(&api, &closer, Method::GET, path, None).await.good();
    assert_eq!(session["user"]["email"], "closer@acme.example");
    let may: Vec<&str> = session["may"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(may.contains(&"create_reply") && may.contains(&"change_password") && !may.contains(&"approve"), "{may:?}");
    // The same by a key: who it is, but nothing that is about a browser.
    let by_key = api.get("closer", path).await.good();
    assert_eq!(by_key["credential"], "service");
    assert!(!by_key["may"].as_array().unwrap().contains(&json!("change_password")));
    api.call("closer", Method::DELETE, path, None).await.problem(403, "wrong_credential");

    // Whatever is wrong, the answer is the same; only the id of the request differs.
    let mut answers = Vec::new();
    for (email, password) in [
        ("closer@acme.example", "wrong password here"),
        ("nobody@acme.example", PASSWORD),
        ("viewer@acme.example", PASSWORD),
        ("closer@acme.example", ""),
        ("", ""),
        ("closer@acme.example", &*"x".repeat(513)),
    ] {
        let reply = sign_in(&api, email, password).await;
        let mut problem = reply.problem(401, "sign_in_failed");
        problem["request_id"] = Value::Null;
        assert!(reply.header("set-cookie").is_empty());
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");

    let again = sign_in(&api, " Closer@ACME.example", PASSWORD).await;
    let second = cookie(&again);
    let sessions = page(&api, &second, Method::GET, "/api/v1/sessions", None).await.good();
    assert_eq!(sessions["data"].as_array().unwrap().len(), 2);
    assert_eq!(sessions["data"].as_array().unwrap().iter().filter(|one| one["is_this"] == true).count(), 1);

    // A new password ends the other sessions, and the old password.
    let change = |current: &str| json!({ "current": current, "new": OTHER });
    let to = "/api/v1/session/password";
    page(&api, &second, Method::POST, to, Some(change("wrong"))).await.problem(403, "wrong_password");
    let changed = page(&api, &second, Method::POST, to, Some(change(PASSWORD))).await;
    assert_eq!(changed.status, 204);
    page(&api, &closer, Method::GET, path, None).await.problem(401, "unauthenticated");
    page(&api, &second, Method::GET, path, None).await.good();
    sign_in(&api, "closer@acme.example", PASSWORD).await.problem(401, "sign_in_failed");
    let third = cookie(&sign_in(&api, "closer@acme.example", OTHER).await);

    // One ends another of theirs, and nobody else's.
    let viewer = signed_in(&api, "viewer").await;
    let other = page(&api, &viewer, Method::GET, path, None).await.good()["credential_id"].as_str().unwrap().to_owned();
    let end = |id: &str| format!("/api/v1/sessions/{id}");
    page(&api, &third, Method::DELETE, &end(&other), None).await.problem(404, "not_found");
    page(&api, &viewer, Method::GET, path, None).await.good();
    let own = page(&api, &second, Method::GET, path, None).await.good()["credential_id"].as_str().unwrap().to_owned();
    assert_eq!(page(&api, &third, Method::DELETE, &end(&own), None).await.status, 204);
    page(&api, &second, Method::GET, path, None).await.problem(401, "unauthenticated");

    let out = page(&api, &third, Method::DELETE, path, None).await;
    assert_eq!((out.status.as_u16(), out.header("clear-site-data")), (204, "\"cache\", \"storage\""));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    page(&api, &third, Method::GET, path, None).await.problem(401, "unauthenticated");
    // Nothing of a token or a password is kept as it is.
    let rep = read_rep(&api, "closer@acme.example").await;
    let mut reader = api.app.engine.db().read().await.unwrap();
    let kept = read::password(&mut reader.conn(), DEFAULT_WORKSPACE, &rep).await.unwrap().unwrap().0;
    assert!(kept.starts_with("$argon2id$v=19$") && !kept.contains("pony"));
});

async fn read_rep(api: &Api, email: &str) -> String {
    let mut reader = api.app.engine.db().read().await.unwrap();
    read::rep_by_email(&mut reader.conn(), DEFAULT_WORKSPACE, email).await.unwrap().unwrap().id
}

each_database!(guessing_gets_slower_whether_or_not_there_is_such_a_user, |database| {
    let api = Api::new(&database).await;
    let cookie = signed_in(&api, "viewer").await;
    for email in ["viewer@acme.example", "nobody@acme.example"] {
        for _ in 0..6 {
            sign_in(&api, email, "wrong password here").await.problem(401, "sign_in_failed");
        }
        let slowed = sign_in(&api, email, PASSWORD).await;
        let problem = slowed.problem(429, "too_many_attempts");
        assert_eq!((slowed.header("retry-after"), &problem["retry_after_seconds"]), ("1", &json!(1)));
    }
    // Who is signed in stays so, and after the wait the right password is right.
    page(&api, &cookie, Method::GET, "/api/v1/session", None).await.good();
    api.app.clock.advance(Duration::from_secs(1));
    sign_in(&api, "viewer@acme.example", PASSWORD).await.good();
});

each_database!(a_cookie_changes_nothing_from_another_site_and_a_session_ends_unused, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let cookie = signed_in(&api, "closer").await;
    let take = format!("/api/v1/conversations/{}/take-over", message.conversation_id);
    for headers in [
        &[("cookie", &*cookie)][..],
        &[("cookie", &*cookie), ("sec-fetch-site", "cross-site")],
        &[("cookie", &*cookie), ("sec-fetch-site", "same-site")],
        &[("cookie", &*cookie), ("origin", "https://evil.example"), ("host", "inbox.example")],
        &[("cookie", &*cookie), ("origin", "null"), ("host", "inbox.example")],
    ] {
        from(&api, headers, Method::POST, &take, None).await.problem(403, "cross_site");
    }
    assert!(!api.app.conversation(&message).await.human_active);
    let own = [("cookie", &*cookie), ("origin", "https://inbox.example"), ("host", "inbox.example")];
    assert_eq!(from(&api, &own, Method::POST, &take, None).await.good()["human_active"], true);
    // A key that is sent along is what counts, and a wrong one is not made up for by a cookie.
    let both = [("cookie", &*cookie), ("authorization", "Bearer rk_wrong"), ("sec-fetch-site", "same-origin")];
    from(&api, &both, Method::GET, "/api/v1/session", None).await.problem(401, "unauthenticated");

    api.app.clock.advance(Duration::from_secs(11 * 3600));
    page(&api, &cookie, Method::GET, "/api/v1/session", None).await.good();
    api.app.clock.advance(Duration::from_secs(11 * 3600));
    page(&api, &cookie, Method::GET, "/api/v1/session", None).await.good();
    api.app.clock.advance(Duration::from_secs(12 * 3600 + 60));
    page(&api, &cookie, Method::GET, "/api/v1/session", None).await.problem(401, "unauthenticated");

    // By https the cookie is for this host only, and the other name is none.
    let site = Site::at("https://inbox.example").unwrap();
    let https = Api { app: api.app, router: router(App::new(api_engine(&database).await, MASTER).with_site(site)) };
    let reply = sign_in(&https, "closer@acme.example", PASSWORD).await;
    let strict = reply.header("set-cookie").to_owned();
    assert!(strict.starts_with("__Host-remit_session=") && strict.ends_with("; Secure"), "{strict}");
    let token = strict.split(';').next().unwrap().split_once('=').unwrap().1;
    let loose = format!("remit_session={token}");
    page(&https, &loose, Method::GET, "/api/v1/session", None).await.problem(401, "unauthenticated");
});

async fn api_engine(database: &remit_tests::Database) -> remit_engine::Engine {
    remit_tests::TestApp::new(database, crate::support::POLICY).await.engine
}

each_database!(owners_manage_users_and_one_of_them_is_always_left, |database| {
    let api = Api::new(&database).await;
    let new = |email: &str, role: &str| json!({ "email": email, "name": "Bo", "role": role });
    let made = api.post("owner", "/api/v1/users", new("Bo@acme.example", "closer")).await.good();
    let (user, url) = (&made["user"], made["password_link"]["url"].as_str().unwrap());
    assert_eq!((user["email"].as_str(), user["role"].as_str()), (Some("bo@acme.example"), Some("closer")));
    assert!(url.starts_with("/password?token="), "{url}");
    api.post("owner", "/api/v1/users", new("bo@acme.example", "viewer")).await.problem(409, "address_taken");
    api.post("owner", "/api/v1/users", new("bo@acme.example", "king")).await.problem(422, "invalid");
    api.post("manager", "/api/v1/users", new("x@acme.example", "owner")).await.problem(403, "forbidden");

    // The link is good once, and ends the ones before.
    let token = url.split_once("?token=").unwrap().1;
    let choose = |token: &str| {
        let body = json!({ "token": token, "password": PASSWORD });
        let api = &api;
        async move { from(api, &[], Method::POST, "/api/v1/session/password-by-link", Some(body)).await }
    };
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let other = api.post("owner", &format!("{path}/password-link"), json!({})).await.good();
    let bo = cookie(&choose(token).await);
    choose(token).await.problem(403, "link_ended");
    choose(other["url"].as_str().unwrap().split_once("?token=").unwrap().1).await.problem(403, "link_ended");

    // A role that grows counts at once; a version that is not the latest changes nothing.
    let patch = |version: i64, body: Value| {
        let mut body = body;
        body["version"] = json!(version);
        body
    };
    let change = |path: String, body: Value| {
        let api = &api;
        async move { api.call("owner", Method::PATCH, &path, Some(body)).await }
    };
    let changed = change(path.clone(), patch(1, json!({ "role": "approver", "name": "Bo Berg" }))).await.good();
    assert_eq!((changed["role"].as_str(), changed["version"].as_i64()), (Some("approver"), Some(2)));
    let stale = change(path.clone(), patch(1, json!({ "role": "owner" }))).await;
    assert_eq!(stale.problem(409, "user_changed")["current_version"], 2);
    assert_eq!(page(&api, &bo, Method::GET, "/api/v1/session", None).await.good()["role"], "approver");

    // Who is disabled is out at once: session, key and password.
    let key_body = json!({ "name": "bot", "user_id": user["id"] });
    let secret = api.post("owner", "/api/v1/keys", key_body).await.good()["secret"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {secret}");
    from(&api, &[("authorization", &bearer)], Method::GET, "/api/v1/session", None).await.good();
    let gone = change(path.clone(), patch(2, json!({ "disabled": true }))).await.good();
    assert_eq!(gone["disabled"], true);
    page(&api, &bo, Method::GET, "/api/v1/session", None).await.problem(401, "unauthenticated");
    from(&api, &[("authorization", &bearer)], Method::GET, "/api/v1/session", None)
        .await
        .problem(401, "unauthenticated");
    sign_in(&api, "bo@acme.example", PASSWORD).await.problem(401, "sign_in_failed");

    // Two owners who take each other's role at the same time: one of them stays.
    let owners: Vec<Value> =
        api.data("viewer", "/api/v1/users").await.into_iter().filter(|user| user["role"] == "owner").collect();
    assert_eq!(owners.len(), 2);
    let demote = |user: &Value| {
        let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
        change(path, json!({ "version": user["version"], "role": "viewer" }))
    };
    let (one, two) = tokio::join!(demote(&owners[0]), demote(&owners[1]));
    let refused = [&one, &two].iter().filter(|reply| !reply.status.is_success()).count();
    assert_eq!(refused, 1, "{one:?} {two:?}");
    let left = api.data("viewer", "/api/v1/users").await;
    assert_eq!(left.iter().filter(|user| user["role"] == "owner").count(), 1);
    assert_eq!(api.walk("viewer", "/api/v1/users?", 2).await.len(), left.len());
});

each_database!(a_key_does_what_its_kind_and_role_allow_and_nothing_else, |database| {
    let api = Api::new(&database).await;
    let message = api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let approval = api.app.approval(&message).await.id;
    let make = |body: Value| {
        let api = &api;
        async move { api.post("owner", "/api/v1/keys", body).await }
    };
    let conversation = format!("/api/v1/conversations/{}", message.conversation_id);
    for (kind, credential) in [("ai", "ai"), ("draft_only", "draft_only")] {
        let made = make(json!({ "name": kind, "kind": kind, "role": "owner" })).await.good();
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        let ask = |method: Method, path: String, body: Option<Value>| {
            let (api, bearer) = (&api, bearer.clone());
            async move { from(api, &[("authorization", &bearer)], method, &path, body).await }
        };
        let session = ask(Method::GET, "/api/v1/session".to_owned(), None).await.good();
        assert_eq!((session["role"].as_str(), session["credential"].as_str()), (Some("closer"), Some(credential)));
        ask(Method::GET, conversation.clone(), None).await.good();
        ask(Method::POST, format!("{conversation}/notes"), Some(json!({ "body_text": "From the AI" }))).await.good();
        for (path, body) in [
            ("/api/v1/conversations".to_owned(), json!({ "channel_id": "chn_chat", "body_text": "Hello" })),
            (format!("{conversation}/take-over"), json!({})),
            (format!("{conversation}/close"), json!({})),
            ("/api/v1/kill-switch/engage".to_owned(), json!({ "reason": "x" })),
        ] {
            ask(Method::POST, path, Some(body)).await.problem(403, "wrong_credential");
        }
        for path in [format!("/api/v1/approvals/{approval}/approve"), "/api/v1/kill-switch/release".to_owned()] {
            ask(Method::POST, path, Some(json!({}))).await.problem(403, "forbidden");
        }
        let revoke = format!("/api/v1/keys/{}", made["key"]["id"].as_str().unwrap());
        assert_eq!(api.call("owner", Method::DELETE, &revoke, None).await.status, 204);
        ask(Method::GET, conversation.clone(), None).await.problem(401, "unauthenticated");
    }
    // A lesser role holds, a time ends a key, and no list shows what a key is made of.
    let ends = json!({ "name": "for a day", "role": "viewer", "ends_at": "2999-01-01T00:00:00Z" });
    let made = make(ends).await.good();
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    let close = format!("{conversation}/close");
    from(&api, &[("authorization", &bearer)], Method::POST, &close, None).await.problem(403, "forbidden");
    let keys = api.get("owner", "/api/v1/keys").await;
    assert!(!keys.text().contains("rk_") && !keys.text().contains("sha256"));
    let shown = keys.json()["data"].as_array().unwrap().iter().find(|one| one["name"] == "for a day").unwrap().clone();
    assert_eq!((shown["created_by"].as_str(), shown["kind"].as_str()), (Some("Rep owner"), Some("service")));
    assert!(shown["seen_at"].is_string());
    make(json!({ "name": "x", "ends_at": "2001-01-01T00:00:00Z" })).await.problem(422, "invalid");
    make(json!({ "name": "x", "user_id": "usr_nobody" })).await.problem(422, "invalid");
    make(json!({ "name": "x", "kind": "god" })).await.problem(422, "invalid");
    api.get("manager", "/api/v1/keys").await.problem(403, "forbidden");
    assert_eq!(key("owner").len(), bearer.len() - "Bearer ".len());
    assert!(api.app.sent().is_empty());
});
