use axum::Json;
use axum::extract::State;
use remit_engine::store::found::{self, WantedDecisions};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{DecisionPage, DecisionSummary};
use crate::http::auth::Rep;
use crate::http::conversations::filter::ChannelFilter;
use crate::http::error::ApiError;
use crate::http::extract::{MOST_VALUES, RepeatedQuery, joined, moment, one};
use crate::http::page::{Key, Limit, List};
use crate::http::state::App;

/// Modes of autonomy.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModeFilter {
    /// What the policy lets go, goes.
    Full,
    /// It goes or waits by its risk.
    Controlled,
    /// Everything waits for a person.
    Assisted,
}

impl ModeFilter {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Controlled => "controlled",
            Self::Assisted => "assisted",
        }
    }
}

/// Outcomes.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutcomeFilter {
    /// It may leave.
    Send,
    /// It waits for a time.
    Hold,
    /// It waits for a person.
    Approval,
    /// It is not answered.
    Off,
    /// A person answers.
    Escalate,
}

impl OutcomeFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Hold => "hold",
            Self::Approval => "approval",
            Self::Off => "off",
            Self::Escalate => "escalate",
        }
    }
}

/// Askings.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GateFilter {
    /// Once there was a draft, or none.
    Draft,
    /// After a person let it go.
    Approved,
    /// After a hold.
    Release,
    /// Right before it left.
    Send,
}

impl GateFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Release => "release",
            Self::Send => "send",
        }
    }
}

/// Which decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DecisionQuery {
    /// Only with this outcome; said again, also with that one.
    #[serde(default)]
    #[param(inline, max_items = 5)]
    outcome: Vec<OutcomeFilter>,
    /// Only of this asking.
    #[serde(default)]
    #[param(inline)]
    gate: Option<GateFilter>,
    /// Only by this rule, by its name.
    rule: Option<String>,
    /// Only by this policy, by its digest.
    policy_digest: Option<String>,
    /// Only about messages of this kind of channel; said again, also of that one.
    #[serde(default)]
    #[param(inline, max_items = 5)]
    channel: Vec<ChannelFilter>,
    /// Only about messages that have this intent now; said again, also that one.
    #[serde(default)]
    #[param(max_items = 20)]
    intent: Vec<String>,
    /// Only under this mode of autonomy.
    #[serde(default)]
    #[param(inline)]
    mode: Option<ModeFilter>,
    /// Only about messages of this conversation, `cnv_…`; its latest 1000 messages are looked at.
    conversation_id: Option<String>,
    /// Only those that were made at this time or later, RFC 3339.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only those that were made before this time, RFC 3339.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// All decisions
///
/// Latest first. With filters beside `since` and `until` a page may hold fewer rows than `limit`, even none, and have a next one all
/// the same: go on until `next_cursor` is null.
#[utoipa::path(
    get,
    path = "/api/v1/decisions",
    tag = "decisions",
    params(DecisionQuery),
    responses((status = 200, description = "A page of decisions", body = DecisionPage))
)]
pub(crate) async fn list_decisions(
    rep: Rep,
    State(app): State<App>,
    RepeatedQuery(query): RepeatedQuery<DecisionQuery>,
) -> Result<Json<DecisionPage>, ApiError> {
    let outcomes: Vec<String> = query.outcome.iter().map(|one| one.as_str().to_owned()).collect();
    let (outcomes, intents) = (joined("outcome", &outcomes, 5)?, joined("intent", &query.intent, MOST_VALUES)?);
    let channels = ChannelFilter::joined(&query.channel)?;
    let (since, until) = (moment("since", query.since.as_deref())?, moment("until", query.until.as_deref())?);
    let wanted = WantedDecisions {
        outcomes: &outcomes,
        gate: query.gate.map_or("", GateFilter::as_str),
        rule: one("rule", query.rule.as_deref())?,
        policy: one("policy_digest", query.policy_digest.as_deref())?,
        channels: &channels,
        intents: &intents,
        mode: query.mode.map_or("", ModeFilter::as_str),
        since,
        conversation: query.conversation_id.as_deref(),
    };
    let text = |at: Option<i64>| at.map(|at| at.to_string()).unwrap_or_default();
    let parts = [
        "decisions",
        rep.workspace(),
        &outcomes,
        wanted.gate,
        wanted.rule,
        wanted.policy,
        &channels,
        &intents,
        wanted.mode,
        &text(since),
        &text(until),
        wanted.conversation.unwrap_or_default(),
    ];
    let list = List::new(&app, &parts);
    // Nothing has an empty id, so that what was made just then is not in it.
    let first = until.map_or_else(Key::latest, |until| Key { sort: until, id: String::new() });
    let start = list.start(query.cursor.as_deref(), first)?;
    let mut reader = app.read().await?;
    let (before, limit) = ((start.sort, start.id.as_str()), query.limit.with_next());
    let conn = &mut reader.conn();
    let page = found::decisions(conn, rep.workspace(), &wanted, before, limit, found::BUDGET).await?;
    let (rows, next_cursor) = list.cut_found(page, query.limit, |row| Key { sort: row.decided_at, id: row.id.clone() });
    Ok(Json(DecisionPage { data: DecisionSummary::all(conn, rep.workspace(), rows).await?, next_cursor }))
}
