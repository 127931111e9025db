use axum::Json;
use axum::extract::State;
use remit_engine::domain::DEFAULT_WORKSPACE;
use remit_engine::store::read;

use super::health::Health;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::state::App;

/// Whether requests can be served
///
/// Asks the database. Send no traffic while this is not 200.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "system",
    responses((status = 200, description = "The database answers", body = Health))
)]
pub(crate) async fn check_ready(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    let asked = async {
        let mut reader = app.engine().db().read().await?;
        read::workspace(&mut reader.conn(), DEFAULT_WORKSPACE).await
    };
    match asked.await {
        Ok(Some(_)) => Ok(Json(Health { status: "ok" })),
        Ok(None) => Err(ApiError::new(ErrorCode::DatabaseBusy, "The database is not set up yet.")),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            Err(ApiError::new(ErrorCode::DatabaseBusy, "The database does not answer."))
        }
    }
}
