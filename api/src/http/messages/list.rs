use axum::Json;
use axum::extract::State;
use remit_engine::store::found::{self, Page};
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Message;
use crate::http::auth::Rep;
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;

page! {
    /// A page of messages.
    MessagePage of Message
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DirectionFilter {
    /// From outside.
    Inbound,
    /// Ours.
    Outbound,
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageQuery {
    /// Only those that went this way.
    #[param(inline)]
    direction: Option<DirectionFilter>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// The messages of a conversation
///
/// Newest first, both directions. Looking does not mark them as read. With a `direction` a page may hold fewer rows than
/// `limit`, even none, and have a next one all the same.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/messages",
    tag = "messages",
    params(("id" = String, Path, description = "The conversation, `cnv_…`"), MessageQuery),
    responses((status = 200, description = "A page of messages", body = MessagePage))
)]
pub(crate) async fn list_messages(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<MessageQuery>,
) -> Result<Json<MessagePage>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    let direction = match query.direction {
        None => "",
        Some(DirectionFilter::Inbound) => "inbound",
        Some(DirectionFilter::Outbound) => "outbound",
    };
    let list = List::new(&app, &["messages", rep.workspace(), &id, direction]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let (conn, limit) = (&mut reader.conn(), query.limit.with_next());
    let found = match direction {
        "" => Page { rows: read::messages(conn, rep.workspace(), &id, start.sort, limit).await?, walked_to: None },
        one => found::messages(conn, (rep.workspace(), &id), one, start.sort, limit, found::BUDGET).await?,
    };
    let (rows, next_cursor) = list.cut_found(found, query.limit, |row| Key { sort: row.seq, id: String::new() });
    Ok(Json(MessagePage { data: rows.into_iter().map(Message::from).collect(), next_cursor }))
}
