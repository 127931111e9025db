use axum::Json;
use axum::extract::State;
use remit_engine::store::found::{self, WantedDrafts};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Draft;
use super::list::DraftPage;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::{RepeatedQuery, joined, moment};
use crate::http::page::{Key, Limit, List};
use crate::http::state::App;

/// Where drafts stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DraftState {
    /// Just made.
    Open,
    /// Waits for a person.
    PendingApproval,
    /// A person let it go.
    Approved,
    /// Leaves at a time.
    Scheduled,
    /// Left.
    Sent,
    /// A person said no.
    Rejected,
    /// Something newer took its place.
    Superseded,
    /// Taken back.
    Discarded,
    /// Could not be sent.
    Failed,
}

impl DraftState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::PendingApproval => "pending_approval",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Sent => "sent",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
            Self::Discarded => "discarded",
            Self::Failed => "failed",
        }
    }
}

/// Who begins drafts.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DraftAuthor {
    /// The AI.
    AiAgent,
    /// A person, or a program with their key.
    Rep,
}

impl DraftAuthor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AiAgent => "ai_agent",
            Self::Rep => "rep",
        }
    }
}

/// Which drafts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftQuery {
    /// Only those that stand here; said again, also there.
    #[serde(default)]
    #[param(inline, max_items = 9)]
    status: Vec<DraftState>,
    /// Only those that one of this kind began.
    #[serde(default)]
    #[param(inline)]
    author_kind: Option<DraftAuthor>,
    /// `true`: only those that you began. `false` filters nothing.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    mine: bool,
    /// Only those of this conversation, `cnv_…`; its latest 1000 are looked at.
    conversation_id: Option<String>,
    /// Only those that were made at this time or later, RFC 3339.
    #[param(format = DateTime)]
    since: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// Drafts of all conversations
///
/// Latest first. What people are writing and have not sent is at `/composer`; what waits for a decision, the oldest first, at
/// `/approvals`. With filters a page may hold fewer rows than `limit`, even none, and have a next one all the same: go on until
/// `next_cursor` is null.
#[utoipa::path(
    get,
    path = "/api/v1/drafts",
    tag = "drafts",
    params(DraftQuery),
    responses((status = 200, description = "A page of drafts", body = DraftPage))
)]
pub(crate) async fn list_all_drafts(
    rep: Rep,
    State(app): State<App>,
    RepeatedQuery(query): RepeatedQuery<DraftQuery>,
) -> Result<Json<DraftPage>, ApiError> {
    let statuses: Vec<String> = query.status.iter().map(|one| one.as_str().to_owned()).collect();
    let statuses = joined("status", &statuses, 9)?;
    let since = moment("since", query.since.as_deref())?;
    let wanted = WantedDrafts {
        statuses: &statuses,
        author_kind: query.author_kind.map_or("", DraftAuthor::as_str),
        author: if query.mine { &rep.row.id } else { "" },
        since,
        conversation: query.conversation_id.as_deref(),
    };
    let parts = [
        "all drafts",
        rep.workspace(),
        &statuses,
        wanted.author_kind,
        wanted.author,
        &since.map(|since| since.to_string()).unwrap_or_default(),
        wanted.conversation.unwrap_or_default(),
    ];
    let list = List::new(&app, &parts);
    // Ids of drafts begin with `dft_`, which comes before this in any order of letters.
    let start = list.start(query.cursor.as_deref(), Key { sort: 0, id: "e".to_owned() })?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let page = found::drafts(&mut reader.conn(), rep.workspace(), &wanted, &start.id, limit, found::BUDGET).await?;
    let (rows, next_cursor) = list.cut_found(page, query.limit, |row| Key { sort: 0, id: row.id.clone() });
    Ok(Json(DraftPage { data: rows.into_iter().map(Draft::from).collect(), next_cursor }))
}
