//! Who may do what: the table of [`rules`], which the router asks before a handler is called, and which the document repeats.
//! An operation that stands there nowhere is for nobody.

mod rules;

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use remit_engine::audit;
use remit_engine::domain::IdKind;
use remit_engine::store::AuditEntry;

use super::auth::{Credential, Principal, Role, authenticate};
use super::error::{ApiError, ErrorCode};
use super::once;
use super::scope::Scope;
use super::state::App;
use rules::RULES;

/// By what somebody may prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// By anything: a session, or a key of any kind.
    Any,
    /// By a session or a `service` key. What reaches a customer, decides or controls is not for an AI's keys.
    People,
    /// By a session only: what is about the person at the browser.
    Session,
}

impl By {
    /// The word in the document.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::People => "people",
            Self::Session => "session",
        }
    }
}

/// Whether a request is made once, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It must be named with `Idempotency-Key`: it may put words before a customer.
    Required,
    /// It may be named.
    Heeded,
    /// It is not looked at: the answer is a secret that is shown once and not kept, or doing it again does no harm.
    Ignored,
}

/// What one operation asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The method.
    pub(crate) method: &'static str,
    /// The path, as in the document.
    pub(crate) path: &'static str,
    /// The least role; none where anybody may, also who is not known.
    pub(crate) least: Option<Role>,
    /// By what.
    pub(crate) by: By,
    /// What a key must hold that was limited; none where every key may that is let in by role and kind.
    pub(crate) scope: Option<Scope>,
    /// Whether it is made once.
    pub(crate) repeat: Repeat,
}

impl Rule {
    /// It may reach a customer.
    const fn named(self) -> Self {
        Self { repeat: Repeat::Required, ..self }
    }

    /// It may be made as often as it is sent.
    const fn unnamed(self) -> Self {
        Self { repeat: Repeat::Ignored, ..self }
    }

    /// It answers with a secret.
    const fn secret(self) -> Self {
        Self { repeat: Repeat::Ignored, ..self }
    }
}

static BY_OPERATION: LazyLock<HashMap<(&'static str, &'static str), &'static Rule>> =
    LazyLock::new(|| RULES.iter().map(|rule| ((rule.method, rule.path), rule)).collect());

/// What the operation asks for; none when it stands in the table nowhere.
pub(crate) fn rule_of(method: &str, path: &str) -> Option<&'static Rule> {
    BY_OPERATION.get(&(method, path)).copied()
}

/// What every operation asks for.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter()
}

/// Lets through whom the table lets, and tells the handler who it is.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match admitted(&app, parts, body, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn admitted(app: &App, parts: Parts, body: Body, next: Next) -> Result<Response, ApiError> {
    let Some((principal, rule)) = admit(app, &parts).await? else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    // Stopping must work whatever else was asked.
    let is_free = rule.path == "/api/v1/kill-switch/engage";
    let left = if is_free { None } else { app.rate().take(&principal.credential_id, app.now_ms())? };
    let mut response = named(app, principal, rule, parts, body, next).await?;
    if let Some(left) = left {
        left.tell(response.headers_mut());
    }
    Ok(response)
}

/// Makes the request; once, where it is named.
async fn named(
    app: &App,
    principal: Principal,
    rule: &'static Rule,
    mut parts: Parts,
    body: Body,
    next: Next,
) -> Result<Response, ApiError> {
    parts.extensions.insert(principal.clone());
    let key = if parts.method.is_safe() { None } else { once::key(rule, &parts.headers)? };
    match key {
        Some(key) => once::make(app, &principal, rule, &key, (parts, body), next).await,
        None => Ok(run(app, &principal, rule, Request::from_parts(parts, body), next).await),
    }
}

/// What belongs into the audit trail although less than a manager may do it.
const AUDITED: &[&str] = &[
    "/api/v1/approvals/{id}/approve",
    "/api/v1/approvals/{id}/reject",
    "/api/v1/contacts/{id}/do-not-contact",
    "/api/v1/contacts/{id}/export",
    "/api/v1/contacts/{id}/merge",
    "/api/v1/conversations/{id}/merge",
    "/api/v1/export",
    "/api/v1/jobs/{id}/cancel",
    "/api/v1/jobs/{id}/retry",
    "/api/v1/kill-switch/engage",
];

/// Calls the handler; what belongs into the audit trail takes its entry along with what it changes.
pub(crate) async fn run(app: &App, principal: &Principal, rule: &Rule, request: Request, next: Next) -> Response {
    let changes_rights = rule.method != "GET" && rule.least.is_some_and(|least| least >= Role::Manager);
    if !changes_rights && !AUDITED.contains(&rule.path) {
        return next.run(request).await;
    }
    let entry = AuditEntry {
        id: app.engine().ids().next(IdKind::Audit),
        actor_id: principal.row.id.clone(),
        actor_name: principal.row.name.clone(),
        credential: principal.credential.as_str().to_owned(),
        credential_id: principal.credential_id.clone(),
        action: format!("{} {}", rule.method, rule.path),
        subject: request.uri().path().to_owned(),
        data: "null".to_owned(),
    };
    audit::within(entry, next.run(request)).await
}

/// Who it is, where that matters.
async fn admit(app: &App, request: &Parts) -> Result<Option<(Principal, &'static Rule)>, ApiError> {
    let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
    let path = request.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    // What has no line goes on without anybody: the router answers for methods that are not there, and a handler that
    // wants to know who it is finds nobody.
    let Some(rule) = rule_of(method.as_str(), path) else { return Ok(None) };
    let Some(least) = rule.least else { return Ok(None) };
    let principal = authenticate(app, request).await?;
    if principal.role < least {
        return Err(ApiError::needs_role(least, principal.role.as_str()));
    }
    if !rule.admits(principal.credential) {
        let wanted = if rule.by == By::Session { "a signed-in person" } else { "a person or a `service` key" };
        let detail = format!("This is for {wanted}; you came with a `{}`.", principal.credential.as_str());
        return Err(ApiError::new(ErrorCode::WrongCredential, detail));
    }
    if let Some(scope) = rule.scope {
        principal.must_hold(scope)?;
    }
    Ok(Some((principal, rule)))
}

/// Whether something that comes by this can ever use a scope: what an AI's keys may not do, they cannot be given.
pub(crate) fn can_hold(credential: Credential, scope: Scope) -> bool {
    let most = credential.most();
    all().any(|rule| {
        rule.scope == Some(scope) && rule.admits(credential) && rule.least.is_some_and(|least| least <= most)
    })
}

impl Rule {
    /// Whether it may be used by this principal.
    pub(crate) fn lets(&self, principal: &Principal) -> bool {
        self.least.is_some_and(|least| principal.role >= least)
            && self.admits(principal.credential)
            && self.scope.is_none_or(|scope| principal.holds(scope))
    }

    /// Whether it may be used with this.
    pub(crate) fn admits(&self, credential: Credential) -> bool {
        match self.by {
            By::Any => true,
            By::People => credential.may_act(),
            By::Session => credential == Credential::Session,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_in_the_table_and_every_line_is_an_operation() {
        let document = serde_json::to_value(crate::http::openapi()).unwrap();
        let mut operations: Vec<(String, String)> = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            operations.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
        }
        let missing: Vec<_> = operations.iter().filter(|(method, path)| rule_of(method, path).is_none()).collect();
        assert!(missing.is_empty(), "add a line to RULES for {missing:?}");
        for Rule { method, path, .. } in all() {
            let (method, path) = (*method, *path);
            assert!(operations.contains(&(method.to_owned(), path.to_owned())), "{method} {path} is no operation");
        }
        assert_eq!(RULES.len(), operations.len(), "a line stands there twice");
    }
}
