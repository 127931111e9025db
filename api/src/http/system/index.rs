use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::VARY;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::web;

/// Where things are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Index {
    /// `Remit`.
    name: &'static str,
    /// Version of the server.
    version: &'static str,
    /// Path of the OpenAPI document.
    openapi: &'static str,
    /// Path of the inbox.
    conversations: &'static str,
    /// Path of the drafts that wait for a person.
    approvals: &'static str,
    /// Path that answers while the process lives.
    health: &'static str,
    /// Path that answers while the database does.
    ready: &'static str,
}

/// Where things are
///
/// A browser, which asks for `text/html`, gets the page instead.
#[utoipa::path(
    get,
    path = "/",
    tag = "system",
    responses((status = 200, description = "The paths to begin with", body = Index))
)]
pub(crate) async fn show_index(headers: HeaderMap) -> Response {
    if web::wants_page(&headers) {
        return web::page();
    }
    let index = Index {
        name: "Remit",
        version: env!("CARGO_PKG_VERSION"),
        openapi: "/api/v1/openapi.json",
        conversations: "/api/v1/conversations",
        approvals: "/api/v1/approvals",
        health: "/healthz",
        ready: "/readyz",
    };
    ([(VARY, "accept")], Json(index)).into_response()
}
