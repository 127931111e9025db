use axum::extract::State;
use axum::response::Response;

use super::lines::Export;
use crate::http::auth::{Owner, Rep};
use crate::http::document::Binary;
use crate::http::error::ApiError;
use crate::http::state::App;

/// Export everything
///
/// Every contact, whoever wrote for the first time most recently first, each as `GET /contacts/{id}/export` has it. The last
/// line is `{"type": "end", "lines": N}`; without it, the export broke off. It is read as you read it: what changes meanwhile is in it
/// as it is by then. It is named in the audit trail.
#[utoipa::path(
    get,
    path = "/api/v1/export",
    tag = "contacts",
    responses((status = 200, description = "JSON lines", body = Binary, content_type = "application/x-ndjson"))
)]
pub(crate) async fn export_everything(rep: Rep<Owner>, State(app): State<App>) -> Result<Response, ApiError> {
    app.engine().note_export(&rep.row, "everything").await?;
    Ok(Export::all(app, rep.row).answer("remit-export"))
}
