use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{FlipReason, Switch, flip};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// The switch and what it stopped.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Engaged {
    /// The switch.
    switch: Switch,
    /// Replies that were queued and will not leave, not even after a release.
    stopped: usize,
    /// Replies that were being handed over already: they may have left.
    in_flight: usize,
}

/// Stop sending
///
/// When this answers, no reply that an AI wrote begins to leave any more, and what was queued is taken back. Drafts that
/// wait for approval stay and cannot be approved. Messages still come in, and people can still write.
#[utoipa::path(
    post,
    path = "/api/v1/kill-switch/engage",
    tag = "switches",
    request_body = FlipReason,
    responses((status = 200, description = "The switch, on, and what it stopped", body = Engaged))
)]
pub(crate) async fn engage_kill_switch(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(why): JsonBody<FlipReason>,
) -> Result<Json<Engaged>, ApiError> {
    let (switch, stopped) = flip(&app, &rep.row, true, &why).await?;
    Ok(Json(Engaged { switch, stopped: stopped.stopped, in_flight: stopped.in_flight }))
}
