//! Who may do what, walked from the document: no operation is forgotten.

use axum::body::Body;
use axum::http::{Method, Request};
use remit_engine::domain::{ChannelKind, IdKind};
use remit_tests::each_database;
use serde_json::json;

use crate::contract::{document, operations, role};
use crate::support::{Api, ROLES, key};

each_database!(every_operation_asks_for_a_key_and_for_the_role_it_names, |database| {
    let api = Api::new(&database).await;
    api.app.receive(ChannelKind::Chat, "visitor-1", "[complaint 0.90] Not good").await;
    let mut checked = 0;
    for (method, path, operation) in operations(&document()) {
        let Some(needed) = role(&operation) else { continue };
        let path = path
            .replace("{id}", "con_unknown")
            .replace("{digest}", &"0".repeat(64))
            .replace("{delivery_id}", "whd_unknown");
        let name = format!("{method} {path}");
        let method: Method = method.parse().unwrap();
        let ask = |authorization: Option<String>| {
            let mut request = Request::builder().method(method.clone()).uri(&path);
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            // A body that would do, so that only the role can be in the way.
            let body = json!({ "reason": "testing", "body_text": "x", "draft_version": 1, "content_sha256": "" });
            let name = api.app.engine.ids().next(IdKind::RawEvent);
            let request = request.header("idempotency-key", name).header("if-match", "\"v1\"");
            let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
            api.request(request.unwrap())
        };
        for wrong in [
            None,
            Some(String::new()),
            Some("Bearer".to_owned()),
            Some("Bearer rk_unknown".to_owned()),
            Some(format!("Basic {}", key("owner"))),
            Some(format!("Bearer {}x", key("owner"))),
            Some(key("owner")),
        ] {
            let reply = ask(wrong.clone()).await;
            reply.problem(401, "unauthenticated");
            assert_eq!(reply.header("www-authenticate"), "Bearer", "{name} with {wrong:?}");
        }
        let least = ROLES.iter().position(|role| *role == needed).unwrap();
        for (position, role) in ROLES.iter().enumerate() {
            if needed == "closer" && path.contains("kill-switch") && position >= least {
                continue; // tried in a test of its own: it stops everything
            }
            let reply = ask(Some(format!("bearer {}", key(role)))).await;
            if operation["x-remit-by"] == "session" {
                assert_eq!(reply.status, 403, "{name} as {role}: {}", reply.text());
            } else if position < least {
                let problem = reply.problem(403, "forbidden");
                assert_eq!(problem["needed_role"], needed, "{name} as {role}");
            } else {
                assert!(!matches!(reply.status.as_u16(), 401 | 403), "{name} as {role}: {}", reply.text());
            }
        }
        checked += 1;
    }
    assert!(checked >= 30, "{checked}");
    assert!(api.app.sent().is_empty());
    assert_eq!(api.data("viewer", "/api/v1/approvals").await.len(), 1, "nothing was decided by trying");
});
