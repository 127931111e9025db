use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Team;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of teams.
    TeamPage of Team
}

/// Teams
///
/// In the order of their names.
#[utoipa::path(
    get,
    path = "/api/v1/teams",
    tag = "teams",
    params(PageQuery),
    responses((status = 200, description = "A page of teams", body = TeamPage))
)]
pub(crate) async fn list_teams(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<TeamPage>, ApiError> {
    let list = List::new(&app, &["teams", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let rows = read::teams(conn, rep.workspace(), &start.id, query.limit.with_next()).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: 0, id: row.name.clone() });
    let mut data = Vec::with_capacity(rows.len());
    for row in rows {
        let members = read::team_members(conn, rep.workspace(), &row.id).await?;
        data.push(Team::of(row, members));
    }
    Ok(Json(TeamPage { data, next_cursor }))
}
