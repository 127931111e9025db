use axum::Json;
use axum::extract::State;
use remit_engine::domain::ChannelKind;
use remit_engine::store::rows::CountsRow;
use remit_engine::store::{filtered, read};
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::ConversationCountQuery;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::RepeatedQuery;
use crate::http::state::App;

/// Beyond this nothing is counted: more is `1000+` to a person, and counting it all would cost more with every year.
pub(crate) const MOST: i64 = 1_000;

/// How many, up to 1000.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Count {
    /// The number.
    count: i64,
    /// There are more than that.
    capped: bool,
}

impl Count {
    /// A number that was counted up to one more than the most.
    pub(crate) fn of(counted: i64) -> Self {
        Self { count: counted.min(MOST), capped: counted > MOST }
    }

    fn and(self, other: Self) -> Self {
        let both = Self::of(self.count + other.count);
        Self { capped: both.capped || self.capped || other.capped, ..both }
    }
}

/// The numbers on one tab.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TabCounts {
    /// `all`, or the kind of channel.
    channel: String,
    /// Conversations.
    conversations: Count,
    /// Those with messages that you have not seen.
    unread: Count,
    /// Those that a person must look at.
    requires_action: Count,
}

/// A row for each kind of channel, in the order of the tabs.
fn every_kind(found: Vec<CountsRow>) -> Vec<CountsRow> {
    let of = |kind: &ChannelKind| {
        let known = found.iter().find(|row| row.kind == kind.as_str()).cloned();
        let none = || CountsRow { kind: kind.to_string(), conversations: 0, unread: 0, requires_action: 0 };
        known.unwrap_or_else(none)
    };
    ChannelKind::ALL.iter().map(of).collect()
}

impl TabCounts {
    /// The same, where there may be more than was counted.
    fn capped(self) -> Self {
        let more = |count: Count| Count { capped: true, ..count };
        Self {
            conversations: more(self.conversations),
            unread: more(self.unread),
            requires_action: more(self.requires_action),
            ..self
        }
    }
}

impl From<CountsRow> for TabCounts {
    fn from(row: CountsRow) -> Self {
        Self {
            channel: row.kind,
            conversations: Count::of(row.conversations),
            unread: Count::of(row.unread),
            requires_action: Count::of(row.requires_action),
        }
    }
}

/// The numbers on the tabs of an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationCounts {
    /// All, then each kind of channel: `email`, `sms`, `whatsapp`, `chat`, `voice`.
    tabs: Vec<TabCounts>,
    /// Drafts that wait for a person.
    approvals_pending: Count,
}

/// How many conversations
///
/// For each tab of an inbox; each number is counted up to 1000. With filters, those of the list, only what passes them is counted, among
/// the latest 2000 that the narrowest of them finds; where there are more, numbers are `capped`. Approvals are counted without.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/counts",
    tag = "conversations",
    params(ConversationCountQuery),
    responses((status = 200, description = "The numbers", body = ConversationCounts))
)]
pub(crate) async fn count_conversations(
    rep: Rep,
    State(app): State<App>,
    RepeatedQuery(mut query): RepeatedQuery<ConversationCountQuery>,
) -> Result<Json<ConversationCounts>, ApiError> {
    let asked = query.asked(&rep, app.now_ms())?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let (rows, is_all) = if asked.is_everything() {
        (read::conversation_counts(conn, rep.workspace(), &rep.row.id, MOST + 1).await?, true)
    } else {
        let wanted = asked.wanted();
        let (found, is_all) = filtered::counts(conn, rep.workspace(), &rep.row.id, &wanted, filtered::BUDGET).await?;
        (every_kind(found), is_all)
    };
    let pending = read::approval_count(conn, rep.workspace(), MOST + 1).await?.map_or(0, |row| row.0);
    drop(reader);
    let kinds: Vec<TabCounts> =
        rows.into_iter().map(TabCounts::from).map(|tab| if is_all { tab } else { tab.capped() }).collect();
    let none = Count::of(0);
    let sum = |of: fn(&TabCounts) -> Count| kinds.iter().map(of).fold(none, Count::and);
    let all = TabCounts {
        channel: "all".to_owned(),
        conversations: sum(|tab| tab.conversations),
        unread: sum(|tab| tab.unread),
        requires_action: sum(|tab| tab.requires_action),
    };
    let tabs = std::iter::once(all).chain(kinds).collect();
    Ok(Json(ConversationCounts { tabs, approvals_pending: Count::of(pending) }))
}
