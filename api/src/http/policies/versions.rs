use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// A page of policy versions.
    PolicyVersionPage of PolicyVersionSummary
}

/// A version of a policy in one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyVersionSummary {
    /// Its digest.
    digest: String,
    /// Its name.
    name: String,
    /// Its root file.
    root: String,
    /// It is the version in force.
    in_force: bool,
    /// When it was first kept.
    created_at: Timestamp,
}

/// Policy versions
///
/// Every version that was kept, latest first.
#[utoipa::path(
    get,
    path = "/api/v1/policies/versions",
    tag = "policies",
    params(PageQuery),
    responses((status = 200, description = "A page of versions", body = PolicyVersionPage))
)]
pub(crate) async fn list_policy_versions(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<PolicyVersionPage>, ApiError> {
    let list = List::new(&app, &["policy_versions", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let active = read::policy_active(conn, rep.workspace()).await?.map(|active| active.digest);
    let rows = read::policy_versions(conn, rep.workspace(), start.sort, &start.id, query.limit.with_next()).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.created_at, id: row.digest.clone() });
    let data = rows
        .into_iter()
        .map(|row| PolicyVersionSummary {
            in_force: active.as_ref() == Some(&row.digest),
            digest: row.digest,
            name: row.name,
            root: row.root,
            created_at: Timestamp(row.created_at),
        })
        .collect();
    Ok(Json(PolicyVersionPage { data, next_cursor }))
}
