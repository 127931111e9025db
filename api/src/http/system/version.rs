use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// What is running.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Version {
    /// Version of the server.
    version: &'static str,
    /// Version of the API, the one in the paths.
    api: &'static str,
}

/// What is running
#[utoipa::path(
    get,
    path = "/version",
    tag = "system",
    responses((status = 200, description = "The versions", body = Version))
)]
pub(crate) async fn show_version() -> Json<Version> {
    Json(Version { version: env!("CARGO_PKG_VERSION"), api: "v1" })
}
