use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::PolicyActivationRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// A page of activations.
    PolicyActivationPage of PolicyActivation
}

/// When a version came into force, by whom, and what it changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyActivation {
    /// Its id, `act_…`.
    id: String,
    /// Digest of the version.
    digest: String,
    /// Digest of the version before; null when there was none.
    #[schema(required)]
    previous: Option<String>,
    /// `published`, `rolled_back`, `command_line` (a starting process was given it) or `set_up`.
    how: String,
    /// Id of the rep; null when no rep did it.
    #[schema(required)]
    by_id: Option<String>,
    /// Who did it.
    by_name: String,
    /// Some message may leave more freely than before.
    freer: bool,
    /// The difference was acknowledged: by the rep, or by the command line.
    acknowledged: bool,
    /// The difference in words.
    summary: String,
    /// When.
    at: Timestamp,
}

impl From<PolicyActivationRow> for PolicyActivation {
    fn from(row: PolicyActivationRow) -> Self {
        Self {
            id: row.id,
            digest: row.digest,
            previous: row.previous,
            how: row.how,
            by_id: row.by_id,
            by_name: row.by_name,
            freer: row.freer,
            acknowledged: row.acknowledged.is_some(),
            summary: row.summary,
            at: Timestamp(row.at),
        }
    }
}

/// When which version came into force
///
/// Latest first, with who did it and what it changed.
#[utoipa::path(
    get,
    path = "/api/v1/policies/activations",
    tag = "policies",
    params(PageQuery),
    responses((status = 200, description = "A page of activations", body = PolicyActivationPage))
)]
pub(crate) async fn list_policy_activations(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<PolicyActivationPage>, ApiError> {
    let list = List::new(&app, &["policy_activations", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::policy_activations(&mut reader.conn(), rep.workspace(), start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.at, id: row.id.clone() });
    Ok(Json(PolicyActivationPage { data: rows.into_iter().map(PolicyActivation::from).collect(), next_cursor }))
}
