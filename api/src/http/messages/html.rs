use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::found;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Nothing runs, nothing is fetched, and the page has no origin.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; sandbox";

/// The HTML of a message
///
/// Cleaned before it was stored, and served under a policy of its own that runs and fetches nothing. 404 when the
/// message has no HTML.
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/body.html",
    tag = "messages",
    params(("id" = String, Path, description = "The message, `msg_…`")),
    responses((status = 200, description = "Cleaned HTML", body = String, content_type = "text/html"))
)]
pub(crate) async fn get_message_html(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
) -> Result<impl IntoResponse, ApiError> {
    let html = found(&app, &rep, &id).await?.body_html.filter(|html| !html.trim().is_empty());
    let html = html.ok_or_else(|| ApiError::not_found("HTML body"))?;
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)], html))
}
