use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;
use crate::http::time;

/// Why and how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pause {
    /// Why, for the team.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// Until when, RFC 3339; until somebody resumes it when left out.
    #[serde(default)]
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// What a pause took back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Paused {
    /// Drafts that were waiting and are not sent now.
    withdrawn_drafts: usize,
    /// Replies that were being handed over already: they may have left.
    in_flight: usize,
}

/// Pause the AI for a contact
///
/// What it has waiting for this contact is withdrawn. Messages still come in and are shown.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{id}/ai/pause",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    request_body = Pause,
    responses(
        (status = 200, description = "Paused", body = Paused),
        (status = 409, description = "`no_policy`"),
    )
)]
pub(crate) async fn pause_contact_ai(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(pause): JsonBody<Pause>,
) -> Result<Json<Paused>, ApiError> {
    let reason = text("/reason", &pause.reason, 1000)?;
    let until = pause.until.as_deref().map(|text| time::future("/until", text, app.now_ms())).transpose()?;
    let stopped = app.engine().pause(&rep.row, &id, reason, until).await?;
    Ok(Json(Paused { withdrawn_drafts: stopped.stopped, in_flight: stopped.in_flight }))
}
