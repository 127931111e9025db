use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use remit_engine::store::read;

use super::found;
use crate::http::auth::{Closer, Rep};
use crate::http::document::Binary;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// What came in, byte for byte
///
/// A download, never shown by a browser: it holds whatever the sender put there. 404 for messages that went out.
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/raw",
    tag = "messages",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    responses((status = 200, description = "The bytes", body = Binary, content_type = "application/octet-stream"))
)]
pub(crate) async fn get_message_raw(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<impl IntoResponse, ApiError> {
    let message = found(&app, &rep, &id).await?;
    let none = || ApiError::not_found("original");
    let raw_event_id = message.raw_event_id.ok_or_else(none)?;
    let mut reader = app.read().await?;
    let raw = read::raw_bytes(&mut reader.conn(), rep.workspace(), &raw_event_id).await?.ok_or_else(none)?;
    let suffix = if raw.content_type == "message/rfc822" { "eml" } else { "json" };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.{suffix}\"")),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, raw.bytes))
}
