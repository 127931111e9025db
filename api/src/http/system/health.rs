use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    pub(crate) status: &'static str,
}

/// Whether the process lives
///
/// Looks at nothing: a database that is away does not make the process sick.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "system",
    responses((status = 200, description = "It lives", body = Health))
)]
pub(crate) async fn check_health() -> Json<Health> {
    Json(Health { status: "ok" })
}
