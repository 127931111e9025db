use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

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
#[utoipa::path(
    get,
    path = "/",
    tag = "system",
    security(),
    responses((status = 200, description = "The paths to begin with", body = Index))
)]
pub(crate) async fn show_index() -> Json<Index> {
    Json(Index {
        name: "Remit",
        version: env!("CARGO_PKG_VERSION"),
        openapi: "/api/v1/openapi.json",
        conversations: "/api/v1/conversations",
        approvals: "/api/v1/approvals",
        health: "/healthz",
        ready: "/readyz",
    })
}
