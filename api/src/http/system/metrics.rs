use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::http::auth::Rep;
use crate::http::state::App;

/// What OpenMetrics calls its text.
pub(crate) const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What this process counts
///
/// For Prometheus, which sends a key as `authorization: credentials`. `--metrics ADDRESS` serves the same without a key
/// on an address of its own, also for workers. Each process counts for itself; the figures of jobs are the store's.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "system",
    responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"))
)]
pub(crate) async fn show_metrics(_: Rep, State(app): State<App>) -> impl IntoResponse {
    ([(CONTENT_TYPE, OPENMETRICS)], app.engine().metrics_text().await)
}
