use std::sync::OnceLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::http::error::ApiError;

/// This document
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "system",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"))
)]
pub(crate) async fn show_openapi() -> Result<impl IntoResponse, ApiError> {
    static TEXT: OnceLock<Option<String>> = OnceLock::new();
    let text = TEXT.get_or_init(|| crate::http::openapi().to_pretty_json().ok());
    let text = text.as_deref().ok_or_else(ApiError::internal)?;
    Ok(([(CONTENT_TYPE, "application/json")], text))
}
