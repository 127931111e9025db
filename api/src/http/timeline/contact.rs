use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::list::{TimelinePage, TimelineQuery};
use crate::http::auth::Rep;
use crate::http::contacts::found;
use crate::http::error::ApiError;
use crate::http::extract::{Id, RepeatedQuery};
use crate::http::page::List;
use crate::http::state::App;

/// The timeline of a contact
///
/// Everything that happened in any conversation with them, latest first. The 100 conversations in which something happened
/// last are looked at. With a `kind` a page may be short and have a next one all the same.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}/timeline",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`"), TimelineQuery),
    responses((status = 200, description = "A page of the timeline", body = TimelinePage))
)]
pub(crate) async fn list_contact_timeline(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    RepeatedQuery(query): RepeatedQuery<TimelineQuery>,
) -> Result<Json<TimelinePage>, ApiError> {
    found(&app, &rep, &id).await?;
    let list = List::new(&app, &["contact timeline", rep.workspace(), &id, &query.kinds()?]);
    let mut sieve = query.sieve(&list)?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    while let Some((at, before, limit)) = sieve.asks() {
        let slice = read::timeline_of_contact(conn, rep.workspace(), &id, at, before, limit).await?;
        query.take(&mut sieve, slice);
    }
    Ok(Json(query.page(&list, sieve)))
}
