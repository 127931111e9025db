//! What the document says about every operation alike: its problems, its key, the contact with the outside.

use std::collections::BTreeMap;

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, Content, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Response,
    ResponseBuilder,
};

use super::error::{ErrorCode, Problem};
use super::permit::{self, By, Repeat};

/// Names of the security schemes.
const SCHEME: &str = "key";
const SESSION: &str = "session";

const DESCRIPTION: &str = "\
Remit says what an AI may answer on its own, and why.

Errors are RFC 9457 problems; `code` is the contract. Every field of an answer is always present; what is absent is \
null. Enumerations are open: expect words that are not listed. Times are RFC 3339 in UTC. Lists are paged by an opaque \
cursor. Each operation names the least role it needs as the first scope of its security schemes: viewer, closer, \
approver, manager, owner, each including those before it. The second one of `key`, such as `conversations:read`, is what a key must \
hold that was limited; without one every key may. `x-remit-by` says by what you may come: `any`; `people`, which \
is a session or a `service` key and never a key of an AI; or `session`. A request that changes something with the cookie \
of a session must come from the server's own pages.";

/// Bytes that are no JSON.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "stands in the document only")]
pub(crate) struct Binary(Vec<u8>);

/// The document before any route.
pub(crate) fn base() -> OpenApi {
    let info =
        InfoBuilder::new().title("Remit").version(env!("CARGO_PKG_VERSION")).description(Some(DESCRIPTION)).build();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("rk_…")
        .description(Some("An API key of a rep; the scopes of an operation name the least role it needs, and what a limited key must hold."))
        .build();
    let mut components = Components::new();
    components.add_security_scheme(SCHEME, SecurityScheme::Http(key));
    let about = "A browser that is signed in; over plain http the cookie is called `remit_session`.";
    let cookie = ApiKeyValue::with_description("__Host-remit_session", about);
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let (name, schema) = (<Problem as utoipa::ToSchema>::name(), <Problem as utoipa::PartialSchema>::schema());
    let mut schemas = vec![(name.into_owned(), schema)];
    <Problem as utoipa::ToSchema>::schemas(&mut schemas);
    components.schemas.extend(schemas);
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// Adds the problems that follow from an operation's shape; those of its subject stand at the handler.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("PATCH", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let rule = permit::rule_of(method, path);
            permission(operation, rule);
            if let Some(rule) = rule.filter(|rule| method != "GET" && rule.least.is_some()) {
                is_made_once(operation, rule.repeat);
            }
            if method == "GET" {
                joins_the_log(operation);
                if TAGGED.contains(&path.as_str()) {
                    has_a_tag(operation);
                }
            }
            problems_of_shape(operation);
            if path.starts_with("/api/v1/conversations/{id}") {
                let merged = problem("`conversation_merged`: `merged_into` names the one that it is in".to_owned());
                operation.responses.responses.insert("410".to_owned(), RefOr::T(merged));
            }
        }
    }
    document
}

/// What has a version that its answer names as `ETag`, to be sent back as `If-Match` with a change.
const TAGGED: &[&str] = &[
    "/api/v1/agents",
    "/api/v1/channels/{id}",
    "/api/v1/contacts/{id}",
    "/api/v1/conversations/{id}",
    "/api/v1/conversations/{id}/composer",
    "/api/v1/me",
    "/api/v1/notes/{id}",
    "/api/v1/settings",
    "/api/v1/teams/{id}",
    "/api/v1/users/{id}",
    "/api/v1/views/{id}",
    "/api/v1/webhooks/{id}",
];

/// Says that the answer names its version, and that who has it already need not have it again.
fn has_a_tag(operation: &mut Operation) {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let parameter = ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .description(Some("`ETag` of what you have: where it is that still, the answer is 304 without a body."))
        .schema(Some(text()));
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter.build()));
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
        let header = HeaderBuilder::new().schema(Some(text())).description(Some("Its version, for `If-Match`."));
        response.headers.insert("ETag".to_owned(), RefOr::T(header.build()));
    }
    let known = ResponseBuilder::new().description("You have it already").build();
    operation.responses.responses.insert("304".to_owned(), RefOr::T(known));
}

/// Says who may, as the table of permissions has it. What stands there nowhere is for nobody, and a test finds it.
fn permission(operation: &mut Operation, rule: Option<&permit::Rule>) {
    let needs = |scheme: &str, words: Vec<&str>| SecurityRequirement::new(scheme, words);
    operation.security = rule.map(|rule| match (rule.least, rule.by) {
        (None, _) => Vec::new(),
        (Some(role), By::Session) => vec![needs(SESSION, vec![role.as_str()])],
        (Some(role), _) => {
            let scope = rule.scope.map(|scope| scope.as_str());
            let of_a_key = [Some(role.as_str()), scope].into_iter().flatten().collect();
            vec![needs(SCHEME, of_a_key), needs(SESSION, vec![role.as_str()])]
        }
    });
    if let Some(rule) = rule.filter(|rule| rule.least.is_some()) {
        let by = ExtensionsBuilder::new().add("x-remit-by", rule.by.as_str()).build();
        operation.extensions.get_or_insert_default().merge(by);
    }
}

/// Says that a request with a key is made once.
fn is_made_once(operation: &mut Operation, repeat: Repeat) {
    if repeat == Repeat::Ignored {
        return;
    }
    let required = if repeat == Repeat::Required { Required::True } else { Required::False };
    let about = "Names what you want done: sent again with the same key, it is not done again and has the same answer. \
                 Remembered for a day.";
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(about))
        .schema(Some(text));
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter.build()));
    let mut say = |status: &str, codes: &str| {
        let found = operation.responses.responses.get(status).and_then(|response| match response {
            RefOr::T(response) => Some(format!("{}, {codes}", response.description)),
            RefOr::Ref(_) => None,
        });
        let description = found.unwrap_or_else(|| codes.to_owned());
        operation.responses.responses.insert(status.to_owned(), RefOr::T(problem(description)));
    };
    say("409", "`request_in_progress`, `answer_lost`");
    say("422", "`idempotency_key_reused`, `invalid`");
    let missing = if repeat == Repeat::Required { "`idempotency_key_missing`, " } else { "" };
    say("400", &format!("{missing}`bad_request`, `malformed_json`"));
}

/// Says that the answer names the place of the event log to follow on from.
fn joins_the_log(operation: &mut Operation) {
    let is_private = operation.security.as_ref().is_some_and(|needs| !needs.is_empty());
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200").filter(|_| is_private) {
        let header = HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .description(Some("Where to follow the event log from: `after` of `/api/v1/events` and its stream."));
        response.headers.insert("Remit-Event-Seq".to_owned(), RefOr::T(header.build()));
    }
}

fn problems_of_shape(operation: &mut Operation) {
    let has = |wanted: ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == wanted,
            RefOr::Ref(_) => false,
        })
    };
    let mut codes: Vec<ErrorCode> = vec![ErrorCode::Internal, ErrorCode::DatabaseBusy, ErrorCode::TimedOut];
    if operation.security.as_ref().is_some_and(|needs| !needs.is_empty()) {
        codes.extend([ErrorCode::Unauthenticated, ErrorCode::Forbidden, ErrorCode::WrongCredential]);
        codes.extend([ErrorCode::WrongNetwork, ErrorCode::ScopeMissing]);
        codes.push(ErrorCode::RateLimited);
    }
    if has(ParameterIn::Path) {
        codes.push(ErrorCode::NotFound);
    }
    if has(ParameterIn::Query) {
        codes.extend([ErrorCode::InvalidQuery, ErrorCode::InvalidCursor, ErrorCode::CursorMismatch]);
    }
    if operation.request_body.is_some() {
        codes.extend([
            ErrorCode::MalformedJson,
            ErrorCode::BadRequest,
            ErrorCode::TooLarge,
            ErrorCode::UnsupportedMediaType,
            ErrorCode::Invalid,
        ]);
    }
    let mut by_status: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for code in ErrorCode::ALL.iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status().as_u16().to_string()).or_default().push(code.as_str());
    }
    for (status, words) in by_status {
        let described = operation.responses.responses.get(&status).and_then(|response| match response {
            RefOr::T(response) => Some(response.description.clone()),
            RefOr::Ref(_) => None,
        });
        let description = described.unwrap_or_else(|| format!("`{}`", words.join("`, `")));
        operation.responses.responses.insert(status, RefOr::T(problem(description)));
    }
    // What a handler says about its own conflicts has no body yet.
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
            && response.content.is_empty()
        {
            *response = problem(response.description.clone());
        }
    }
}

fn problem(description: String) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}
