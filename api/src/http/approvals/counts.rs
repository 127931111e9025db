use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::conversations::counts::{Count, MOST};
use crate::http::error::ApiError;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// How much waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalCounts {
    /// Drafts that wait.
    pending: Count,
    /// Since when the oldest of them waits; null when none does.
    #[schema(required)]
    oldest_at: Option<Timestamp>,
}

/// How many approvals wait
#[utoipa::path(
    get,
    path = "/api/v1/approvals/counts",
    tag = "approvals",
    responses((status = 200, description = "The numbers", body = ApprovalCounts))
)]
pub(crate) async fn count_approvals(rep: Rep, State(app): State<App>) -> Result<Json<ApprovalCounts>, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let pending = read::approval_count(conn, rep.workspace(), MOST + 1).await?.map_or(0, |row| row.0);
    let oldest = read::approvals(conn, rep.workspace(), "pending", i64::MIN, "", 1).await?;
    let oldest_at = oldest.first().map(|row| Timestamp(row.created_at));
    Ok(Json(ApprovalCounts { pending: Count::of(pending), oldest_at }))
}
