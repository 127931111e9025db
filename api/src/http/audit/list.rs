use axum::Json;
use axum::extract::State;
use remit_engine::store::found::{BUDGET, Sieve, Sifted};
use remit_engine::store::read;
use remit_engine::store::rows::AuditRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{MOST_VALUES, RepeatedQuery, joined, moment, one};
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// A page of the audit trail.
    AuditPage of AuditLine
}

/// Who did what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditLine {
    /// Its id, `aud_…`.
    id: String,
    /// Who, `usr_…`.
    actor_id: String,
    /// Their name then.
    actor_name: String,
    /// By what: `session`, `service`, `draft_only`, `ai`, or `process` for a command of the server.
    credential: String,
    /// Which one: a session's or key's id; empty for a command.
    credential_id: String,
    /// What: the operation, such as `POST /api/v1/contacts/{id}/merge`.
    action: String,
    /// To what: the path that was asked for, or an id.
    subject: String,
    /// What it takes to undo it, where that cannot be seen elsewhere; null otherwise.
    #[schema(required)]
    data: Value,
    /// When.
    at: Timestamp,
}

impl From<AuditRow> for AuditLine {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            credential: row.credential,
            credential_id: row.credential_id,
            action: row.action,
            subject: row.subject,
            data: serde_json::from_str(&row.data).unwrap_or_default(),
            at: Timestamp(row.at),
        }
    }
}

/// Whose doing, what, to what and when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only what this user did, `usr_…`.
    actor_id: Option<String>,
    /// Only this, such as `POST /api/v1/contacts/{id}/merge`; said again, also that. Without a method before it, any of that path.
    #[serde(default)]
    #[param(max_items = 20)]
    action: Vec<String>,
    /// Only what was done to this: the path that was asked for, or an id that stands in it.
    subject: Option<String>,
    /// Only what was done at this time or later, RFC 3339.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only what was done before this time, RFC 3339.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// The audit trail
///
/// What changes who may do what or what the AI may do, what decides, merges, erases or exports, latest first. Each line was
/// committed with what it tells of. Nothing here is ever changed. With `action` or `subject` a page may hold fewer rows than
/// `limit`, even none, and have a next one all the same.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, description = "A page of the trail", body = AuditPage))
)]
pub(crate) async fn list_audit(
    rep: Rep<Manager>,
    State(app): State<App>,
    RepeatedQuery(query): RepeatedQuery<AuditQuery>,
) -> Result<Json<AuditPage>, ApiError> {
    let actor = one("actor_id", query.actor_id.as_deref())?;
    let subject = one("subject", query.subject.as_deref())?;
    let actions = joined("action", &query.action, MOST_VALUES)?;
    let since = moment("since", query.since.as_deref())?;
    let until = moment("until", query.until.as_deref())?;
    let written = |at: Option<i64>| at.map(|at| at.to_string()).unwrap_or_default();
    let parts = ["audit", rep.workspace(), actor, subject, &actions, &written(since), &written(until)];
    let list = List::new(&app, &parts);
    // Nothing has an empty id, so that what was done just then is not before it.
    let first = until.map_or_else(Key::latest, |until| Key { sort: until, id: String::new() });
    let start = list.start(query.cursor.as_deref(), first)?;
    let mut reader = app.read().await?;
    let (conn, limit) = (&mut reader.conn(), query.limit.with_next());
    let is_done = |wanted: &String, row: &AuditRow| {
        row.action == *wanted || row.action.split_once(' ').is_some_and(|(_, path)| path == wanted)
    };
    let is_wanted = |row: &AuditRow| {
        (query.action.is_empty() || query.action.iter().any(|action| is_done(action, row)))
            && (subject.is_empty() || row.subject == subject || row.subject.split('/').any(|part| part == subject))
    };
    let sift = |row: &AuditRow| match row {
        row if since.is_some_and(|since| row.at < since) => Sifted::Over,
        row if is_wanted(row) => Sifted::Wanted,
        _ => Sifted::Passed,
    };
    let mut sieve = Sieve::new((start.sort, start.id), limit, BUDGET);
    while let Some((at, id, limit)) = sieve.asks() {
        let slice = match actor {
            "" => read::audit(conn, rep.workspace(), at, id, limit).await?,
            actor => read::audit_of_actor(conn, rep.workspace(), actor, at, id, limit).await?,
        };
        sieve.take(slice, |row| (row.at, row.id.clone()), sift);
    }
    let (rows, next_cursor) = list.cut_found(sieve.page(), query.limit, |row| Key { sort: row.at, id: row.id.clone() });
    Ok(Json(AuditPage { data: rows.into_iter().map(AuditLine::from).collect(), next_cursor }))
}
