use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Conversation, must_exist, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// Why somebody should look.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionWanted {
    /// For the timeline.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Say that a person must look
///
/// It stands among those that need somebody, as `flagged`. Doing it again changes nothing.
#[utoipa::path(
    put,
    path = "/api/v1/conversations/{id}/requires-action",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    request_body = ActionWanted,
    responses((status = 200, description = "The conversation", body = Conversation))
)]
pub(crate) async fn flag_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(body): JsonBody<ActionWanted>,
) -> Result<Json<Conversation>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    app.engine().flag(&rep.row, &id, text("/reason", &body.reason, 500)?).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}

/// Say that somebody has seen to it
///
/// Nothing but mentions is left of why a person must look. While a draft waits for approval it is 409: that needs a person
/// until it is decided. Doing it again changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{id}/requires-action",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses(
        (status = 200, description = "The conversation", body = Conversation),
        (status = 409, description = "`approval_pending`"),
    )
)]
pub(crate) async fn unflag_conversation(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<Conversation>, ApiError> {
    must_exist(&app, &rep, &id).await?;
    app.engine().unflag(&rep.row, &id).await?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
