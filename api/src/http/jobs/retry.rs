use axum::Json;
use axum::extract::State;
use remit_engine::decide::job::{Operator, Word};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Job, shown};
use crate::http::auth::{Approver, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// What a person says about a reply that may have left.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InDoubtWord {
    /// It left: the contact has it.
    MarkSent,
    /// It did not leave, or may as well come twice: send it.
    SendAgain,
}

/// Try again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retry {
    /// What became of a reply in doubt; needed for such a job, and wrong for any other.
    #[serde(default)]
    in_doubt: Option<InDoubtWord>,
    /// Why, or how you know; for the timeline.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    note: Option<String>,
}

/// Have a job tried again
///
/// One that has failed begins again where it can; one that waits for its next attempt is tried now. The gate is asked once
/// more before anything of the AI leaves. A reply that may have left is never sent again by itself: say with `in_doubt`
/// what became of it. Who said so stands in the timeline.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{id}/retry",
    tag = "jobs",
    params(("id" = String, Path, description = "The job, `run_…`")),
    request_body = Retry,
    responses(
        (status = 200, description = "The job, on its way again", body = Job),
        (status = 409, description = "`not_failed`, `in_doubt`, `not_in_doubt`, `no_policy`"),
    )
)]
pub(crate) async fn retry_job(
    rep: Rep<Approver>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(retry): JsonBody<Retry>,
) -> Result<Json<Job>, ApiError> {
    let note = match &retry.note {
        Some(note) => Some(text("/note", note, 1000)?),
        None => None,
    };
    let word = retry.in_doubt.map(|word| match word {
        InDoubtWord::MarkSent => Word::MarkSent,
        InDoubtWord::SendAgain => Word::SendAgain,
    });
    app.engine().retry_job(rep.workspace(), &id, Operator { name: &rep.row.name, note }, word).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
