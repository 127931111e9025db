use axum::Json;
use axum::extract::State;
use remit_engine::decide::job::Operator;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Job, shown};
use crate::http::auth::{Approver, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// End it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancel {
    /// Why, for the timeline.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// End a job
///
/// Nothing of it is sent. Where a contact is left without an answer that nobody has looked at, the conversation requires
/// action. What is being handed over cannot be ended.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{id}/cancel",
    tag = "jobs",
    params(("id" = String, Path, description = "The job, `run_…`")),
    request_body = Cancel,
    responses(
        (status = 200, description = "The job, ended", body = Job),
        (status = 409, description = "`too_late`, `no_policy`"),
    )
)]
pub(crate) async fn cancel_job(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(cancel): JsonBody<Cancel>,
) -> Result<Json<Job>, ApiError> {
    let reason = text("/reason", &cancel.reason, 1000)?;
    let by = Operator { name: &rep.row.name, note: Some(reason) };
    app.engine().cancel_job(rep.workspace(), &id, by).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
