use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;
use remit_engine::store::rows::WebhookRow;

use super::Webhook;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::etag::etag;
use crate::http::extract::Id;
use crate::http::state::App;

/// The webhook, if there is one.
pub(super) async fn found(app: &App, workspace: &str, id: &str) -> Result<WebhookRow, ApiError> {
    let mut reader = app.read().await?;
    let row = read::webhook(&mut reader.conn(), workspace, id).await?;
    row.ok_or_else(|| ApiError::not_found("webhook"))
}

/// A webhook
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook, `whk_…`")),
    responses((status = 200, description = "The webhook, without its secret", body = Webhook))
)]
pub(crate) async fn get_webhook(rep: Rep<Manager>, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    tagged(&app, found(&app, rep.workspace(), &id).await?)
}

/// The webhook with its version as `ETag`.
pub(super) fn tagged(app: &App, row: WebhookRow) -> Result<Response, ApiError> {
    Ok(([(ETAG, etag(row.version)?)], Json(Webhook::of(row, app.now_ms()))).into_response())
}
