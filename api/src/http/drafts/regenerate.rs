use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Draft, found};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// What the next draft should be like.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Regenerate {
    /// For the drafter. Templates do not heed it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    instruction: Option<String>,
}

/// Have a draft written anew
///
/// Only while it waits for approval. The policy decides about the new draft as about the first one.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{id}/regenerate",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`")),
    request_body = Regenerate,
    responses(
        (status = 200, description = "The draft, superseded; the new one follows", body = Draft),
        (status = 409, description = "`claimed`, `too_late`, `no_policy`"),
    )
)]
pub(crate) async fn regenerate_draft(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(wish): JsonBody<Regenerate>,
) -> Result<Json<Draft>, ApiError> {
    let instruction = wish.instruction.as_deref().map(|wish| text("/instruction", wish, 1000)).transpose()?;
    app.engine().regenerate_draft(&rep.row, &id, instruction).await?;
    Ok(Json(found(&app, &rep, &id).await?.into()))
}
