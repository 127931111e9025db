use axum::Json;
use axum::extract::State;
use remit_engine::store::read;

use super::found;
use crate::http::auth::Rep;
use crate::http::decisions::{DecisionPage, DecisionSummary};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// The decisions on a message
///
/// Latest first; a message has few, so there is one page.
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/decisions",
    tag = "decisions",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    responses((status = 200, description = "All of them", body = DecisionPage))
)]
pub(crate) async fn list_message_decisions(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<DecisionPage>, ApiError> {
    found(&app, &rep, &id).await?;
    let mut reader = app.read().await?;
    let rows = read::decisions_of_message(&mut reader.conn(), rep.workspace(), &id).await?;
    Ok(Json(DecisionPage { data: rows.into_iter().map(DecisionSummary::from).collect(), next_cursor: None }))
}
