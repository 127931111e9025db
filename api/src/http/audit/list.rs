use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::AuditRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Query;
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

/// Whose doing.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only what this user did, `usr_…`.
    actor_id: Option<String>,
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
/// committed with what it tells of. Nothing here is ever changed.
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
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditPage>, ApiError> {
    let list = List::new(&app, &["audit", rep.workspace(), query.actor_id.as_deref().unwrap_or_default()]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let (conn, limit) = (&mut reader.conn(), query.limit.with_next());
    let rows = match &query.actor_id {
        Some(actor) => read::audit_of_actor(conn, rep.workspace(), actor, start.sort, &start.id, limit).await?,
        None => read::audit(conn, rep.workspace(), start.sort, &start.id, limit).await?,
    };
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.at, id: row.id.clone() });
    Ok(Json(AuditPage { data: rows.into_iter().map(AuditLine::from).collect(), next_cursor }))
}
