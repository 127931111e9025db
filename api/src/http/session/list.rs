use axum::Json;
use axum::extract::State;
use remit_engine::access::SESSION_IDLE_MS;
use remit_engine::store::read;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// A browser at which you are signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnSession {
    /// `ses_…`.
    id: String,
    /// What the browser says it is.
    browser: String,
    /// It is the one that asks.
    is_this: bool,
    /// When you signed in there.
    created_at: Timestamp,
    /// When it was last used, to the minute.
    seen_at: Timestamp,
    /// When it ends at the latest; unused for 12 hours, it ends before.
    ends_at: Timestamp,
}

/// Your sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnSessions {
    /// The latest first, 100 at most.
    data: Vec<OwnSession>,
}

/// Where you are signed in
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "session",
    responses((status = 200, description = "Your sessions", body = OwnSessions))
)]
pub(crate) async fn list_sessions(rep: Rep, State(app): State<App>) -> Result<Json<OwnSessions>, ApiError> {
    let now = app.now_ms();
    let mut reader = app.read().await?;
    let seen_after = now - SESSION_IDLE_MS;
    let rows = read::sessions(&mut reader.conn(), rep.workspace(), &rep.row.id, now, seen_after).await?;
    let own = |row: remit_engine::store::rows::SessionRow| OwnSession {
        is_this: row.id == rep.principal.credential_id,
        id: row.id,
        browser: row.browser,
        created_at: Timestamp(row.created_at),
        seen_at: Timestamp(row.seen_at),
        ends_at: Timestamp(row.ends_at),
    };
    Ok(Json(OwnSessions { data: rows.into_iter().map(own).collect() }))
}
