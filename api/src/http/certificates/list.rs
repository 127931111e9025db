use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Certificate;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;

/// The certificates of the policy in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Certificates {
    /// In the order of the policy.
    data: Vec<Certificate>,
}

/// Certificates
///
/// Those of the policy in force: what people's labels prove about the answers that would leave, and how many labels are
/// missing. A change of the policy or of the model begins anew. Where another model answers when the usual one cannot (a
/// language model beside the policy's own examples), each has certificates of its own; those of the usual one come first.
#[utoipa::path(
    get,
    path = "/api/v1/certificates",
    tag = "certificates",
    responses(
        (status = 200, description = "The certificates", body = Certificates),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn list_certificates(rep: Rep, State(app): State<App>) -> Result<Json<Certificates>, ApiError> {
    let standings = app.engine().certificates(rep.workspace()).await?;
    Ok(Json(Certificates { data: standings.into_iter().map(Certificate::from).collect() }))
}
