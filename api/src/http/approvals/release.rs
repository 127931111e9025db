use axum::Json;
use axum::extract::State;

use super::{Approval, shown};
use crate::http::auth::{Approver, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Let go of an approval
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/release",
    tag = "approvals",
    params(("id" = String, Path, description = "The approval, `apr_…`")),
    responses(
        (status = 200, description = "The approval, anybody's again", body = Approval),
        (status = 409, description = "`already_decided`, `claimed`, `no_policy`"),
    )
)]
pub(crate) async fn release_approval(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Approval>, ApiError> {
    app.engine().unclaim(&rep.row, &id).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
