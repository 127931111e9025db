//! Who may do what: every operation of the API on one page. The router asks it before a handler is called, and the
//! document says what it says. An operation that stands here nowhere is for nobody.

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
use super::state::App;

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
    /// Whether it is made once.
    pub(crate) repeat: Repeat,
}

const fn rule(method: &'static str, path: &'static str, least: Role, by: By) -> Rule {
    Rule { method, path, least: Some(least), by, repeat: Repeat::Heeded }
}

const fn public(method: &'static str, path: &'static str) -> Rule {
    Rule { method, path, least: None, by: By::Any, repeat: Repeat::Ignored }
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

const RULES: &[Rule] = &[
    public("GET", "/"),
    rule("GET", "/api/v1/agents", Role::Viewer, By::Any),
    rule("GET", "/api/v1/approvals", Role::Viewer, By::Any),
    rule("GET", "/api/v1/approvals/counts", Role::Viewer, By::Any),
    rule("POST", "/api/v1/approvals/bulk", Role::Approver, By::People).named(),
    rule("GET", "/api/v1/approvals/{id}", Role::Viewer, By::Any),
    rule("POST", "/api/v1/approvals/{id}/approve", Role::Approver, By::People).named(),
    rule("POST", "/api/v1/approvals/{id}/claim", Role::Approver, By::People),
    rule("POST", "/api/v1/approvals/{id}/reject", Role::Approver, By::People),
    rule("POST", "/api/v1/approvals/{id}/release", Role::Approver, By::People),
    rule("GET", "/api/v1/audit", Role::Manager, By::Any),
    // Its body is no JSON, and may be too large to be compared: an upload that is sent again is another file.
    rule("POST", "/api/v1/attachments", Role::Closer, By::Any).unnamed(),
    rule("GET", "/api/v1/spot-checks", Role::Closer, By::People),
    rule("POST", "/api/v1/spot-checks/{id}", Role::Closer, By::People),
    rule("GET", "/api/v1/certificates", Role::Viewer, By::Any),
    rule("POST", "/api/v1/certificates/{id}/issue", Role::Manager, By::People),
    rule("POST", "/api/v1/certificates/{id}/revoke", Role::Manager, By::People),
    rule("GET", "/api/v1/channels", Role::Viewer, By::Any),
    rule("POST", "/api/v1/channels", Role::Manager, By::People),
    rule("GET", "/api/v1/channels/{id}", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/channels/{id}", Role::Manager, By::People),
    rule("DELETE", "/api/v1/channels/{id}", Role::Manager, By::People),
    rule("POST", "/api/v1/channels/{id}/rotate-secret", Role::Manager, By::People).secret(),
    rule("GET", "/api/v1/channel-providers", Role::Viewer, By::Any),
    rule("PUT", "/api/v1/channels/{id}/provider", Role::Manager, By::People),
    rule("GET", "/api/v1/channels/{id}/health", Role::Viewer, By::Any),
    rule("POST", "/api/v1/channels/{id}/test", Role::Manager, By::People),
    rule("GET", "/api/v1/channels/{id}/events", Role::Manager, By::Any),
    rule("POST", "/api/v1/channels/{id}/activate", Role::Manager, By::People),
    rule("POST", "/api/v1/channels/{id}/disable", Role::Manager, By::People),
    rule("PUT", "/api/v1/channels/{id}/warmup", Role::Manager, By::People),
    rule("GET", "/api/v1/autonomy", Role::Viewer, By::Any),
    rule("GET", "/api/v1/composer", Role::Viewer, By::Any),
    rule("GET", "/api/v1/contacts", Role::Viewer, By::Any),
    rule("POST", "/api/v1/contacts", Role::Closer, By::Any),
    rule("GET", "/api/v1/contacts/{id}/timeline", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/contacts/{id}", Role::Closer, By::Any),
    rule("PUT", "/api/v1/contacts/{id}/do-not-contact", Role::Closer, By::People),
    rule("GET", "/api/v1/contacts/{id}", Role::Viewer, By::Any),
    rule("POST", "/api/v1/contacts/{id}/erase", Role::Manager, By::People),
    rule("GET", "/api/v1/contacts/{id}/export", Role::Manager, By::People),
    rule("POST", "/api/v1/contacts/{id}/merge", Role::Closer, By::People),
    rule("GET", "/api/v1/contacts/{id}/ai", Role::Viewer, By::Any),
    rule("POST", "/api/v1/contacts/{id}/ai/pause", Role::Closer, By::People),
    rule("POST", "/api/v1/contacts/{id}/ai/resume", Role::Closer, By::People),
    rule("GET", "/api/v1/conversations", Role::Viewer, By::Any),
    rule("POST", "/api/v1/conversations", Role::Closer, By::People).named(),
    rule("POST", "/api/v1/conversations/bulk", Role::Closer, By::People),
    rule("GET", "/api/v1/conversations/counts", Role::Viewer, By::Any),
    rule("GET", "/api/v1/conversations/{id}/ai-status", Role::Viewer, By::Any),
    rule("POST", "/api/v1/conversations/{id}/assign", Role::Closer, By::People),
    rule("PUT", "/api/v1/conversations/{id}/tags", Role::Closer, By::Any),
    rule("GET", "/api/v1/tags", Role::Viewer, By::Any),
    rule("POST", "/api/v1/tags", Role::Closer, By::Any),
    rule("PATCH", "/api/v1/tags/{id}", Role::Manager, By::People),
    rule("DELETE", "/api/v1/tags/{id}", Role::Manager, By::People),
    rule("GET", "/api/v1/conversations/{id}", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/conversations/{id}", Role::Closer, By::People),
    rule("POST", "/api/v1/conversations/{id}/assign-team", Role::Closer, By::People),
    rule("POST", "/api/v1/conversations/{id}/merge", Role::Closer, By::People),
    rule("PUT", "/api/v1/conversations/{id}/requires-action", Role::Closer, By::Any),
    rule("DELETE", "/api/v1/conversations/{id}/requires-action", Role::Closer, By::People),
    // Who is where is no matter of rights, and a viewer is seen, too.
    rule("GET", "/api/v1/conversations/{id}/presence", Role::Viewer, By::Any),
    rule("PUT", "/api/v1/conversations/{id}/presence", Role::Viewer, By::Any).unnamed(),
    rule("DELETE", "/api/v1/conversations/{id}/presence", Role::Viewer, By::Any).unnamed(),
    rule("POST", "/api/v1/conversations/{id}/close", Role::Closer, By::People),
    rule("GET", "/api/v1/conversations/{id}/composer", Role::Viewer, By::Any),
    rule("PUT", "/api/v1/conversations/{id}/composer", Role::Closer, By::Any),
    rule("DELETE", "/api/v1/conversations/{id}/composer", Role::Closer, By::Any),
    rule("GET", "/api/v1/conversations/{id}/drafts", Role::Viewer, By::Any),
    // It waits for a person, whatever the policy would let go.
    rule("POST", "/api/v1/conversations/{id}/drafts/generate", Role::Closer, By::Any),
    rule("POST", "/api/v1/conversations/{id}/hand-back", Role::Closer, By::People),
    rule("POST", "/api/v1/conversations/{id}/linkedin-activities", Role::Closer, By::Any),
    rule("GET", "/api/v1/conversations/{id}/messages", Role::Viewer, By::Any),
    rule("GET", "/api/v1/conversations/{id}/notes", Role::Viewer, By::Any),
    rule("POST", "/api/v1/conversations/{id}/notes", Role::Closer, By::Any),
    rule("PUT", "/api/v1/conversations/{id}/read", Role::Viewer, By::Any),
    rule("DELETE", "/api/v1/conversations/{id}/read", Role::Viewer, By::Any),
    rule("POST", "/api/v1/conversations/{id}/reopen", Role::Closer, By::People),
    // With a key that may send nothing it becomes a draft that a person decides on.
    rule("POST", "/api/v1/conversations/{id}/replies", Role::Closer, By::Any).named(),
    rule("POST", "/api/v1/conversations/{id}/snooze", Role::Closer, By::People),
    rule("POST", "/api/v1/conversations/{id}/take-over", Role::Closer, By::People),
    rule("GET", "/api/v1/conversations/{id}/timeline", Role::Viewer, By::Any),
    rule("GET", "/api/v1/decisions", Role::Viewer, By::Any),
    rule("GET", "/api/v1/decisions/{id}", Role::Viewer, By::Any),
    rule("GET", "/api/v1/decisions/{id}/explain", Role::Viewer, By::Any),
    rule("GET", "/api/v1/drafts", Role::Viewer, By::Any),
    rule("GET", "/api/v1/drafts/{id}", Role::Viewer, By::Any),
    rule("DELETE", "/api/v1/drafts/{id}", Role::Closer, By::People),
    rule("POST", "/api/v1/drafts/{id}/edit", Role::Closer, By::Any),
    rule("POST", "/api/v1/drafts/{id}/regenerate", Role::Closer, By::Any),
    rule("POST", "/api/v1/drafts/{id}/restore", Role::Closer, By::Any),
    rule("POST", "/api/v1/drafts/{id}/take-back", Role::Closer, By::People),
    rule("GET", "/api/v1/drafts/{id}/versions", Role::Viewer, By::Any),
    rule("GET", "/api/v1/drafts/{id}/diff", Role::Viewer, By::Any),
    rule("GET", "/api/v1/events", Role::Viewer, By::Any),
    rule("GET", "/api/v1/events/stream", Role::Viewer, By::Any),
    rule("GET", "/api/v1/export", Role::Owner, By::People),
    public("GET", "/api/v1/inbound/{channel_id}"),
    public("POST", "/api/v1/inbound/{channel_id}"),
    rule("GET", "/api/v1/jobs", Role::Viewer, By::Any),
    rule("GET", "/api/v1/jobs/{id}", Role::Viewer, By::Any),
    rule("POST", "/api/v1/jobs/{id}/cancel", Role::Approver, By::People),
    rule("POST", "/api/v1/jobs/{id}/retry", Role::Approver, By::People).named(),
    rule("GET", "/api/v1/keys", Role::Owner, By::People),
    rule("POST", "/api/v1/keys", Role::Owner, By::People).secret(),
    rule("DELETE", "/api/v1/keys/{id}", Role::Owner, By::People),
    rule("POST", "/api/v1/kill-switch/engage", Role::Closer, By::People),
    rule("POST", "/api/v1/kill-switch/release", Role::Manager, By::People),
    rule("GET", "/api/v1/messages/{id}", Role::Viewer, By::Any),
    rule("GET", "/api/v1/messages/{id}/attachments/{position}", Role::Viewer, By::Any),
    rule("GET", "/api/v1/messages/{id}/body.html", Role::Viewer, By::Any),
    rule("PUT", "/api/v1/messages/{id}/intent", Role::Closer, By::People),
    rule("POST", "/api/v1/messages/{id}/suggest", Role::Closer, By::Any),
    rule("GET", "/api/v1/messages/{id}/decisions", Role::Viewer, By::Any),
    rule("GET", "/api/v1/messages/{id}/deliveries", Role::Viewer, By::Any),
    rule("GET", "/api/v1/messages/{id}/raw", Role::Closer, By::Any),
    rule("GET", "/api/v1/notes/{id}", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/notes/{id}", Role::Closer, By::Any),
    rule("DELETE", "/api/v1/notes/{id}", Role::Closer, By::People),
    public("GET", "/api/v1/openapi.json"),
    rule("GET", "/api/v1/policies/activations", Role::Viewer, By::Any),
    rule("GET", "/api/v1/policies/active", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/check", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/diff", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/prove", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/replay", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/rollback", Role::Manager, By::People),
    rule("POST", "/api/v1/policies/simulate", Role::Viewer, By::Any),
    rule("GET", "/api/v1/policies/versions", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/versions", Role::Manager, By::People),
    rule("GET", "/api/v1/policies/versions/{digest}", Role::Viewer, By::Any),
    rule("POST", "/api/v1/policies/versions/{digest}/activate", Role::Manager, By::People),
    rule("GET", "/api/v1/roles", Role::Viewer, By::Any),
    rule("GET", "/api/v1/search", Role::Viewer, By::Any),
    rule("GET", "/api/v1/me", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/me", Role::Viewer, By::Session),
    rule("GET", "/api/v1/session", Role::Viewer, By::Any),
    public("POST", "/api/v1/session"),
    rule("DELETE", "/api/v1/session", Role::Viewer, By::Session),
    rule("POST", "/api/v1/session/password", Role::Viewer, By::Session).secret(),
    public("POST", "/api/v1/session/password-by-link"),
    public("GET", "/api/v1/session/methods"),
    public("GET", "/api/v1/session/oidc/start"),
    public("GET", "/api/v1/session/oidc/callback"),
    rule("GET", "/api/v1/sessions", Role::Viewer, By::Session),
    rule("DELETE", "/api/v1/sessions/{id}", Role::Viewer, By::Session),
    public("GET", "/api/v1/setup"),
    public("POST", "/api/v1/setup"),
    rule("POST", "/api/v1/setup/demo", Role::Owner, By::People),
    rule("GET", "/api/v1/settings", Role::Manager, By::People),
    rule("PATCH", "/api/v1/settings", Role::Owner, By::People),
    rule("GET", "/api/v1/switches", Role::Viewer, By::Any),
    rule("GET", "/api/v1/teams", Role::Viewer, By::Any),
    rule("POST", "/api/v1/teams", Role::Manager, By::People),
    rule("GET", "/api/v1/teams/{id}", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/teams/{id}", Role::Manager, By::People),
    rule("DELETE", "/api/v1/teams/{id}", Role::Manager, By::People),
    rule("PUT", "/api/v1/teams/{id}/members", Role::Manager, By::People),
    // Nothing is sent, and no rule reads it: what a CRM tells, and once whoever tells it.
    rule("POST", "/api/v1/timeline-events", Role::Closer, By::Any),
    rule("GET", "/api/v1/users", Role::Viewer, By::Any),
    rule("POST", "/api/v1/users", Role::Owner, By::People).secret(),
    rule("GET", "/api/v1/users/{id}", Role::Viewer, By::Any),
    rule("PATCH", "/api/v1/users/{id}", Role::Owner, By::People),
    rule("POST", "/api/v1/users/{id}/password-link", Role::Owner, By::People).secret(),
    rule("GET", "/api/v1/views", Role::Viewer, By::Any),
    rule("POST", "/api/v1/views", Role::Viewer, By::People),
    rule("GET", "/api/v1/views/{id}", Role::Viewer, By::Any),
    rule("PUT", "/api/v1/views/{id}", Role::Viewer, By::People),
    rule("DELETE", "/api/v1/views/{id}", Role::Viewer, By::People),
    rule("GET", "/api/v1/webhooks", Role::Manager, By::Any),
    rule("POST", "/api/v1/webhooks", Role::Manager, By::People).secret(),
    rule("GET", "/api/v1/webhooks/{id}", Role::Manager, By::Any),
    rule("PATCH", "/api/v1/webhooks/{id}", Role::Manager, By::People),
    rule("DELETE", "/api/v1/webhooks/{id}", Role::Manager, By::People),
    rule("GET", "/api/v1/webhooks/{id}/deliveries", Role::Manager, By::Any),
    rule("POST", "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver", Role::Manager, By::People),
    rule("POST", "/api/v1/webhooks/{id}/rotate-secret", Role::Manager, By::People).secret(),
    rule("POST", "/api/v1/webhooks/{id}/test", Role::Manager, By::People),
    public("GET", "/healthz"),
    rule("GET", "/metrics", Role::Viewer, By::Any),
    public("GET", "/readyz"),
    public("GET", "/version"),
];

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
    Ok(Some((principal, rule)))
}

impl Rule {
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
