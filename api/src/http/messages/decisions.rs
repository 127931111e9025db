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
    let message = found(&app, &rep, &id).await?;
    let mut reader = app.read().await?;
    let rows = read::decisions_of_message(&mut reader.conn(), rep.workspace(), &id).await?;
    let data = rows.into_iter().map(|row| DecisionSummary::of(row, Some(&message))).collect();
    Ok(Json(DecisionPage { data, next_cursor: None }))
}
