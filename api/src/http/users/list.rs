use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::User;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, List, PageQuery, page};
use crate::http::state::App;

page! {
    /// A page of users.
    UserPage of User
}

/// Users
///
/// Everybody inside, also who is disabled; who was added first comes first.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "users",
    params(PageQuery),
    responses((status = 200, description = "A page of users", body = UserPage))
)]
pub(crate) async fn list_users(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<PageQuery>,
) -> Result<Json<UserPage>, ApiError> {
    let list = List::new(&app, &["users", rep.workspace()]);
    let start = list.start(query.cursor.as_deref(), Key::oldest())?;
    let mut reader = app.read().await?;
    let rows = read::reps_after(&mut reader.conn(), rep.workspace(), &start.id, query.limit.with_next()).await?;
    let (rows, next_cursor) = list.cut(rows, query.limit, |row| Key { sort: 0, id: row.id.clone() });
    Ok(Json(UserPage { data: rows.into_iter().map(User::from).collect(), next_cursor }))
}
