//! An API with a rep of each role, and a client that speaks to it in memory.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use remit_api::http::{App, inbound_secret, new_key, router};
use remit_engine::domain::{DEFAULT_WORKSPACE, IdKind};
use remit_engine::egress::Egress;
use remit_engine::store::{Write, read};
use remit_tests::{Database, TestApp};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const MASTER: [u8; 32] = [42; 32];
pub(crate) const ROLES: [&str; 5] = ["viewer", "closer", "approver", "manager", "owner"];

/// Small enough to read in one go; the fake classifier believes what a message says of itself.
pub(crate) const POLICY: &str = r#"remit 1
policy test "For tests"
timezone "Europe/Berlin"
autonomy controlled
undo 0s
segment vip
team inbox
agent ada on email, chat, sms, whatsapp, voice
intent question "A question" { reply send from 0.80, else escalate }
intent complaint { reply approval }
intent other { reply approval }
detector threat on message { words "lawyer" }
guard legal: escalate when message detects threat
  because "Only people answer lawyers"
approvals { expire after 24h then escalate approvers team inbox }
"#;

pub(crate) struct Api {
    pub(crate) app: TestApp,
    pub(crate) router: Router,
}

/// The key of a role: what `new_key` makes of known bytes.
pub(crate) fn key(role: &str) -> String {
    new_key(&key_bytes(role)).0
}

impl Api {
    pub(crate) async fn new(database: &Database) -> Self {
        Self::with_egress(database, Egress::default()).await
    }

    pub(crate) async fn with_egress(database: &Database, egress: Egress) -> Self {
        let app = TestApp::new(database, POLICY).await;
        let engine = &app.engine;
        let mut writes = Vec::new();
        for role in ROLES {
            let id = engine.ids().next(IdKind::Rep);
            let (name, email) = (format!("Rep {role}"), format!("{role}@acme.example"));
            writes.push(Write::Rep { id: id.clone(), name, email, role: role.to_owned() });
            let (_, key_sha256) = new_key(&key_bytes(role));
            let key = Write::ApiKey {
                id: engine.ids().next(IdKind::ApiKey),
                rep_id: id,
                name: "test".to_owned(),
                key_sha256,
            };
            writes.push(key);
        }
        engine.commit_writes(DEFAULT_WORKSPACE, writes).await.expect("set up");
        let router = router(App::new(engine.clone(), MASTER).with_egress(egress));
        Self { app, router }
    }

    pub(crate) async fn request(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        // A stream has no end; what it says is read in tests of its own.
        let body = if parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            Body::empty()
        } else {
            body
        };
        let body = body.collect().await.expect("a body").to_bytes();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn call(&self, role: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
        // A fresh name for each thing that is wanted; what is sent again is tried in tests of its own.
        let name = self.app.engine.ids().next(IdKind::RawEvent);
        self.send(role, method, path, ("idempotency-key", &name), body).await
    }

    /// A request with a header of its own; without one where its name is empty.
    pub(crate) async fn send(
        &self,
        role: &str,
        method: Method,
        path: &str,
        (name, value): (&str, &str),
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {}", key(role)));
        if !name.is_empty() {
            request = request.header(name, value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.request(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, role: &str, path: &str) -> Reply {
        self.call(role, Method::GET, path, None).await
    }

    /// A page that must be there.
    pub(crate) async fn data(&self, role: &str, path: &str) -> Vec<Value> {
        let reply = self.get(role, path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json()["data"].as_array().expect("a page").clone()
    }

    pub(crate) async fn post(&self, role: &str, path: &str, body: Value) -> Reply {
        self.call(role, Method::POST, path, Some(body)).await
    }

    /// Turns every page of a list; gives the rows' ids in order.
    pub(crate) async fn walk(&self, role: &str, path: &str, limit: usize) -> Vec<String> {
        let mut ids = Vec::new();
        let mut next = format!("{path}limit={limit}");
        loop {
            let page = self.get(role, &next).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text());
            let page = page.json();
            let rows = page["data"].as_array().unwrap();
            assert!(rows.len() <= limit);
            ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}limit={limit}&cursor={cursor}"),
                None => return ids,
            }
        }
    }

    /// How often deliveries were turned away, by reason.
    pub(crate) async fn rejected(&self) -> Vec<(String, i64)> {
        let mut reader = self.app.engine.db().read().await.unwrap();
        let rows = read::rejected(&mut reader.conn(), 0).await.unwrap();
        rows.into_iter().map(|row| (row.reason, row.times)).collect()
    }

    pub(crate) fn secret(&self, channel: &str) -> String {
        inbound_secret(&MASTER, channel, 1)
    }
}

fn key_bytes(role: &str) -> [u8; 32] {
    let position = ROLES.iter().position(|known| *known == role).expect("a role");
    [u8::try_from(position).unwrap() + 1; 32]
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or("(bytes)")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A 2xx answer.
    pub(crate) fn good(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        self.json()
    }

    /// The answer is the problem with this code, and is a whole problem.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("https://remit.dev/errors/{code}"));
        assert_eq!(problem["request_id"], self.header("request-id"));
        for field in ["title", "detail", "instance", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {problem}");
        }
        for field in ["errors", "needed_role", "needed_scope", "decided", "current_version"] {
            assert!(problem.get(field).is_some(), "{field} in {problem}");
        }
        problem
    }

    /// The pointers of a validation problem.
    pub(crate) fn pointers(&self) -> Vec<(String, String)> {
        let problem = self.problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
    }
}
