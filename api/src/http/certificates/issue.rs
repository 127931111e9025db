use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Certificate;
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, Query};
use crate::http::state::App;

/// Of which model.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct IssueQuery {
    /// The id of the model whose answers it is for, as the list of certificates tells it; the usual one when left out.
    model: Option<String>,
}

/// Ask for a certificate
///
/// It is granted for the share that the labels prove, if rules ask for that share or a larger one, and refused otherwise.
/// Ask when enough labels are there, not after each: every asking is counted and halves what the next one may risk.
/// Asking for one that is granted changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/certificates/{id}/issue",
    tag = "certificates",
    params(("id" = String, Path, description = "The certificate's name"), IssueQuery),
    responses(
        (status = 200, description = "The certificate: `granted` or `refused`", body = Certificate),
        (status = 404, description = "`not_found`: the policy in force declares none of this name, or the model answers nothing here"),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn issue_certificate(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(name): Id,
    Query(query): Query<IssueQuery>,
) -> Result<Json<Certificate>, ApiError> {
    Ok(Json(app.engine().issue_certificate(&rep.row, &name, query.model.as_deref()).await?.into()))
}
