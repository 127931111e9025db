use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Approval;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;

page! {
    /// A page of approvals.
    ApprovalPage of Approval
}

/// States of an approval.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ApprovalState {
    /// Waits for a person.
    #[default]
    Pending,
    /// A person let it go.
    Approved,
    /// A person said no.
    Rejected,
    /// Nobody answered in time.
    Expired,
    /// Taken back: the contact wrote again, or the AI was paused.
    Withdrawn,
}

impl ApprovalState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Which approvals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApprovalQuery {
    /// Only those in this state.
    #[serde(default)]
    #[param(value_type = Option<ApprovalState>, inline)]
    state: ApprovalState,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// The approval queue
///
/// Those that wait for a person unless another `state` is asked for; the oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/approvals",
    tag = "approvals",
    params(ApprovalQuery),
    responses((status = 200, description = "A page of approvals", body = ApprovalPage))
)]
pub(crate) async fn list_approvals(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<ApprovalQuery>,
) -> Result<Json<ApprovalPage>, ApiError> {
    let state = query.state.as_str();
    let list = List::new(&app, &["approvals", rep.workspace(), state]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows = read::approvals(&mut reader.conn(), rep.workspace(), state, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.created_at, id: row.id.clone() });
    let mut data = Vec::with_capacity(rows.len());
    for row in rows {
        // Only where the policy asks for two people can there be a yes to something that still waits.
        let votes = match row.people {
            1 if row.state == "pending" => Vec::new(),
            _ => read::votes(&mut reader.conn(), rep.workspace(), &row.id).await?,
        };
        data.push(Approval::of(row, votes));
    }
    Ok(Json(ApprovalPage { data, next_cursor }))
}
