use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::list::{TimelineItem, TimelinePage};
use crate::http::auth::Rep;
use crate::http::contacts::found;
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::page::{Key, List, PageQuery};
use crate::http::state::App;

/// The timeline of a contact
///
/// Everything that happened in any conversation with them, latest first. The 100 conversations in which something happened
/// last are looked at.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}/timeline",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`"), PageQuery),
    responses((status = 200, description = "A page of the timeline", body = TimelinePage))
)]
pub(crate) async fn list_contact_timeline(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Json<TimelinePage>, ApiError> {
    found(&app, &rep, &id).await?;
    let list = List::new(&app, &["contact timeline", rep.workspace(), &id]);
    let start = list.start(query.cursor.as_deref(), Key::latest())?;
    let mut reader = app.read().await?;
    let limit = query.limit.with_next();
    let rows =
        read::timeline_of_contact(&mut reader.conn(), rep.workspace(), &id, start.sort, &start.id, limit).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: row.at, id: row.id.clone() });
    Ok(Json(TimelinePage { data: rows.into_iter().map(TimelineItem::from).collect(), next_cursor }))
}
