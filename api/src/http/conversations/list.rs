use axum::Json;
use axum::extract::State;
use remit_engine::store::filtered::{self, Found, Way};
use remit_engine::store::inbox::{self, InboxRow};
use remit_engine::store::read::{ConversationFilter, Only};
use serde::Serialize;
use utoipa::ToSchema;

use super::Conversation;
use super::filter::{Asked, ConversationOrder, ConversationQuery};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::RepeatedQuery;
use crate::http::page::{Key, List};
use crate::http::state::App;

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationPage {
    /// The rows.
    data: Vec<Conversation>,
    /// Gives the next page when sent as `cursor`; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
    /// Gives the page before when sent as `cursor`; null on the first one. What became active meanwhile is on it.
    #[schema(required)]
    prev_cursor: Option<String>,
}

/// The inbox
///
/// Most recent activity first, unless `sort` says otherwise. Filters combine: a row must pass them all. A conversation that becomes
/// active while you turn pages moves to the top; it is not repeated further down. With more than `channel` and one of `unread` and
/// `requires_action`, and on the way back, a page may hold fewer rows than `limit`, even none, and have a next one all the same: go
/// on until the cursor is null.
#[utoipa::path(
    get,
    path = "/api/v1/conversations",
    tag = "conversations",
    params(ConversationQuery),
    responses((status = 200, description = "A page of conversations", body = ConversationPage))
)]
pub(crate) async fn list_conversations(
    rep: Rep,
    State(app): State<App>,
    RepeatedQuery(mut query): RepeatedQuery<ConversationQuery>,
) -> Result<Json<ConversationPage>, ApiError> {
    let now_ms = app.now_ms();
    let asked = query.asked(&rep, now_ms)?;
    let is_newest = query.sort == ConversationOrder::Newest;
    let order = if is_newest { "newest" } else { "oldest" };
    let named = |way: &str| {
        let mut parts = ["conversations", way, order, rep.workspace(), &rep.row.id].map(str::to_owned).to_vec();
        parts.extend(asked.parts());
        parts
    };
    let (on, back) = (named("on"), named("back"));
    let on = List::new(&app, &on.iter().map(String::as_str).collect::<Vec<_>>());
    let back = List::new(&app, &back.iter().map(String::as_str).collect::<Vec<_>>());
    let first = match asked.after {
        _ if is_newest => Key::latest(),
        Some(after) => Key { sort: after, id: String::new() },
        None => Key::oldest(),
    };
    let cursor = query.cursor.as_deref();
    let (start, is_back) = match on.start(cursor, first.clone()) {
        Ok(start) => (start, false),
        Err(error) => (back.start(cursor, first).map_err(|_| error)?, true),
    };
    let way = if is_newest == is_back { Way::Up } else { Way::Down };
    let Found { mut rows, walked_to } = walked(&app, &rep, &asked, way, &start, query.limit.with_next()).await?;
    let more = rows.len() > query.limit.rows();
    rows.truncate(query.limit.rows());
    let further = if more { rows.last().map(key) } else { walked_to.map(|(sort, id)| Key { sort, id }) };
    let (next_cursor, prev_cursor) = if is_back {
        rows.reverse();
        // From here the page that one came from is the next one, also where nothing is before it any more.
        let next = rows.last().map_or_else(|| before(&start, is_newest), key);
        (Some(on.write(&next)), further.map(|further| back.write(&further)))
    } else {
        let prev = rows.first().filter(|_| cursor.is_some()).map(|row| back.write(&key(row)));
        (further.map(|further| on.write(&further)), prev)
    };
    let data = rows.into_iter().map(|row| Conversation::of(row, now_ms)).collect();
    Ok(Json(ConversationPage { data, next_cursor, prev_cursor }))
}

fn key(row: &InboxRow) -> Key {
    Key { sort: row.conversation.last_activity_at, id: row.conversation.id.clone() }
}

/// Where a page begins so that the row with this key is on it. No other id stands between a text and the same with more.
fn before(key: &Key, is_newest: bool) -> Key {
    let mut id = key.id.clone();
    if is_newest {
        id.push('~');
    } else {
        id.pop();
    }
    Key { sort: key.sort, id }
}

async fn walked(app: &App, rep: &Rep, asked: &Asked, way: Way, start: &Key, limit: i64) -> Result<Found, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let (ws, who, at) = (rep.workspace(), rep.row.id.as_str(), (start.sort, start.id.as_str()));
    if let (Some(channel), Way::Down) = (asked.plain_channel(), way) {
        let only = match asked.is_unread() {
            true => Only::UnreadBy(who),
            false if asked.is_action() => Only::RequiresAction,
            false => Only::All,
        };
        let rows = inbox::page(conn, ws, who, ConversationFilter { channel, only }, at, limit).await?;
        return Ok(Found { rows, walked_to: None });
    }
    Ok(filtered::page(conn, ws, who, &asked.wanted(), way, at, (limit, filtered::BUDGET)).await?)
}
