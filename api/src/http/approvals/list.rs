use axum::Json;
use axum::extract::State;
use remit_engine::store::found::{self, WantedApprovals};
use remit_engine::store::read;
use remit_engine::store::rows::ApprovalRow;
use remit_engine::store::urgent::{self, Urgency};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Approval;
use crate::http::auth::Rep;
use crate::http::conversations::filter::{ChannelFilter, assignees};
use crate::http::decisions::list::ModeFilter;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{MOST_VALUES, RepeatedQuery, joined, moment, one};
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

/// In which order approvals come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ApprovalOrder {
    /// As they were asked.
    #[default]
    Oldest,
    /// The highest risk tier first; before all what no policy was asked about.
    Risk,
    /// What is over soonest first.
    Expires,
}

impl ApprovalOrder {
    /// The word, and how the store calls it.
    const fn urgency(self) -> (&'static str, Option<Urgency>) {
        match self {
            Self::Oldest => ("", None),
            Self::Risk => ("risk", Some(Urgency::Risk)),
            Self::Expires => ("expires", Some(Urgency::Expiry)),
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
    /// Only those for this team, by its name; said again, also for that one.
    #[serde(default)]
    #[param(max_items = 20)]
    team: Vec<String>,
    /// Only those that this user has in hand, `usr_…`; `me` for yourself, `none` for those that nobody has. Said again, also
    /// theirs.
    #[serde(default)]
    #[param(max_items = 20)]
    assignee: Vec<String>,
    /// Only about messages of this kind of channel; said again, also of that one.
    #[serde(default)]
    #[param(inline, max_items = 5)]
    channel: Vec<ChannelFilter>,
    /// Only about messages that have this intent now; said again, also that one.
    #[serde(default)]
    #[param(max_items = 20)]
    intent: Vec<String>,
    /// Only those that were asked for under this mode of autonomy.
    #[serde(default)]
    #[param(inline)]
    mode: Option<ModeFilter>,
    /// Only those that this rule asked for, by its name.
    rule: Option<String>,
    /// Only those of this conversation, `cnv_…`; its latest 1000 drafts are looked at.
    conversation_id: Option<String>,
    /// Only those that were asked for at this time or later, RFC 3339.
    #[param(format = DateTime)]
    since: Option<String>,
    /// In which order. `risk` and `expires` are for those that wait.
    #[serde(default)]
    #[param(value_type = Option<ApprovalOrder>, inline)]
    sort: ApprovalOrder,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// The approval queue
///
/// Those that wait for a person unless another `state` is asked for; the oldest first, or as `sort` says. With other
/// filters than `state` and `since` a page may hold fewer rows than `limit`, even none, and have a next one all the same: go on until
/// `next_cursor` is null.
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
    RepeatedQuery(query): RepeatedQuery<ApprovalQuery>,
) -> Result<Json<ApprovalPage>, ApiError> {
    let teams = joined("team", &query.team, MOST_VALUES)?;
    let intents = joined("intent", &query.intent, MOST_VALUES)?;
    let (claimed_by, unclaimed) = assignees(&query.assignee, &rep)?;
    let channels = ChannelFilter::joined(&query.channel)?;
    let since = moment("since", query.since.as_deref())?;
    let wanted = WantedApprovals {
        state: query.state.as_str(),
        teams: &teams,
        claimed_by: &claimed_by,
        unclaimed,
        channels: &channels,
        intents: &intents,
        mode: query.mode.map_or("", ModeFilter::as_str),
        rule: one("rule", query.rule.as_deref())?,
        conversation: query.conversation_id.as_deref(),
    };
    let parts = [
        "approvals",
        rep.workspace(),
        wanted.state,
        &teams,
        &claimed_by,
        if wanted.unclaimed { "none" } else { "" },
        &channels,
        &intents,
        wanted.mode,
        wanted.rule,
        wanted.conversation.unwrap_or_default(),
        &since.map(|since| since.to_string()).unwrap_or_default(),
    ];
    let (order, urgency) = query.sort.urgency();
    if urgency.is_some() && query.state.as_str() != "pending" {
        let detail = "`sort` by risk or expiry is for approvals that wait: leave `state` out.";
        return Err(ApiError::new(ErrorCode::InvalidQuery, detail));
    }
    let parts: Vec<&str> = parts.into_iter().chain([order]).collect();
    let list = List::new(&app, &parts);
    // Nothing has an empty id, so that what was asked for just then is in it.
    let first =
        since.filter(|_| urgency.is_none()).map_or_else(Key::oldest, |since| Key { sort: since, id: String::new() });
    let start = list.start(query.cursor.as_deref(), first)?;
    let mut reader = app.read().await?;
    let (after, limit) = ((start.sort, start.id.as_str()), query.limit.with_next());
    let conn = &mut reader.conn();
    let page = match urgency {
        None => found::approvals(conn, rep.workspace(), &wanted, after, app.now_ms(), limit, found::BUDGET).await?,
        Some(urgency) => {
            let times = (since, app.now_ms());
            let most = (limit, found::BUDGET);
            urgent::approvals(conn, rep.workspace(), (urgency, &wanted), after, times, most).await?
        }
    };
    let place = |row: &ApprovalRow| match query.sort {
        ApprovalOrder::Oldest => row.created_at,
        ApprovalOrder::Risk => row.ease,
        ApprovalOrder::Expires => row.lasts_until,
    };
    let (rows, next_cursor) = list.cut_found(page, query.limit, |row| Key { sort: place(row), id: row.id.clone() });
    let mut data = Vec::with_capacity(rows.len());
    for row in rows {
        // Only where the policy asks for two people can there be a yes to something that still waits.
        let votes = match row.people {
            1 if row.state == "pending" => Vec::new(),
            _ => read::votes(conn, rep.workspace(), &row.id).await?,
        };
        data.push(Approval::of(row, votes));
    }
    Ok(Json(ApprovalPage { data, next_cursor }))
}
