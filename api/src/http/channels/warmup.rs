use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Whether the mailbox is new.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Warmup {
    /// Yes: every mail of the AI waits for a person.
    warmup: bool,
}

/// Warm a mailbox up
///
/// While it is new, the policy's standard guard sends every mail of the AI to people, also those that are queued already.
#[utoipa::path(
    put,
    path = "/api/v1/channels/{id}/warmup",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    request_body = Warmup,
    responses((status = 204, description = "As you said"))
)]
pub(crate) async fn set_channel_warmup(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(warmup): JsonBody<Warmup>,
) -> Result<StatusCode, ApiError> {
    app.engine().set_warmup(rep.workspace(), &id, warmup.warmup).await?;
    Ok(StatusCode::NO_CONTENT)
}
