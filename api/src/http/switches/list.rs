use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::Switch;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::page::page;
use crate::http::state::App;

page! {
    /// The switches.
    SwitchPage of Switch
}

/// All switches that were ever flipped
///
/// There are few, so there is one page.
#[utoipa::path(
    get,
    path = "/api/v1/switches",
    tag = "switches",
    responses((status = 200, description = "All of them", body = SwitchPage))
)]
pub(crate) async fn list_switches(rep: Rep, State(app): State<App>) -> Result<Json<SwitchPage>, ApiError> {
    let mut reader = app.read().await?;
    let rows = read::switches(&mut reader.conn(), rep.workspace()).await?;
    Ok(Json(SwitchPage { data: rows.into_iter().map(Switch::from).collect(), next_cursor: None }))
}
