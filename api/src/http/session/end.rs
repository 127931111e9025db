use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::access::SESSION_IDLE_MS;
use remit_engine::store::read;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// End one of your sessions
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{id}",
    tag = "session",
    params(("id" = String, Path, description = "The session, `ses_…`")),
    responses((status = 204, description = "Ended"))
)]
pub(crate) async fn end_session(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<StatusCode, ApiError> {
    let now = app.now_ms();
    let mut reader = app.read().await?;
    let seen_after = now - SESSION_IDLE_MS;
    let rows = read::sessions(&mut reader.conn(), rep.workspace(), &rep.row.id, now, seen_after).await?;
    drop(reader);
    if !rows.iter().any(|row| row.id == id) {
        return Err(ApiError::not_found("session of yours"));
    }
    app.engine().sign_out(&rep.row, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
