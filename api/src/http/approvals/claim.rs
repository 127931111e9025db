use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Approval, shown};
use crate::http::auth::{Approver, Rep, Role};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Whose it becomes, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// The rep who gets it, `usr_…`; you when left out.
    #[serde(default)]
    rep_id: Option<String>,
    /// For how long, in minutes.
    #[serde(default = "ten")]
    #[schema(minimum = 1, maximum = 480, default = 10)]
    minutes: i64,
    /// Take it from whoever has it; for managers.
    #[serde(default)]
    take_over: bool,
}

const fn ten() -> i64 {
    10
}

/// Take an approval in hand
///
/// Others are kept away until the time is over or you let go, so that two people do not work on the same draft. It can be
/// given to a colleague, too.
#[utoipa::path(
    post,
    path = "/api/v1/approvals/{id}/claim",
    tag = "approvals",
    params(("id" = String, Path, description = "The approval, `apr_…`")),
    request_body = Claim,
    responses(
        (status = 200, description = "The approval, in hand", body = Approval),
        (status = 409, description = "`already_decided`, `claimed`, `no_policy`"),
    )
)]
pub(crate) async fn claim_approval(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(claim): JsonBody<Claim>,
) -> Result<Json<Approval>, ApiError> {
    if !(1..=480).contains(&claim.minutes) {
        return Err(ApiError::field("/minutes", "invalid", "must be from 1 to 480"));
    }
    if claim.take_over && !rep.has(Role::Manager) {
        return Err(ApiError::needs_role(Role::Manager, &rep.row.role));
    }
    let whose = match &claim.rep_id {
        Some(whose) => {
            let mut reader = app.read().await?;
            let found = read::rep(&mut reader.conn(), rep.workspace(), whose).await?;
            found.ok_or_else(|| ApiError::field("/rep_id", "invalid", "there is no such rep"))?
        }
        None => rep.row.clone(),
    };
    let until = app.now_ms() + claim.minutes * 60_000;
    app.engine().claim(&rep.row, &id, &whose, until, claim.take_over).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
