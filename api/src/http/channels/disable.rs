use axum::Json;
use axum::extract::State;
use remit_engine::stop::Stopped;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelReason {
    /// For the record.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// What disabling a channel stopped.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelStopped {
    /// Replies that were queued and will not leave, not even when it is active again.
    stopped: usize,
    /// Replies that were being handed over already: they may have left.
    in_flight: usize,
}

impl From<Stopped> for ChannelStopped {
    fn from(Stopped { stopped, in_flight }: Stopped) -> Self {
        Self { stopped, in_flight }
    }
}

/// Disable a channel
///
/// When this answers, no reply leaves by it any more, and what the AI had queued for it is taken back.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/disable",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    request_body = ChannelReason,
    responses((status = 200, description = "Disabled, and what it stopped", body = ChannelStopped))
)]
pub(crate) async fn disable_channel(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(why): JsonBody<ChannelReason>,
) -> Result<Json<ChannelStopped>, ApiError> {
    let reason = text("/reason", &why.reason, 1000)?;
    let stopped = app.engine().set_channel_active(rep.workspace(), &id, false, reason, &rep.row.name).await?;
    Ok(Json(ChannelStopped::from(stopped)))
}
