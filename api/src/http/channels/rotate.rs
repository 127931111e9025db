use axum::Json;
use axum::extract::State;
use remit_engine::accounts::OLD_SECRET_MS;
use serde::Serialize;
use utoipa::ToSchema;

use super::provider::{Changer, found};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::{App, inbound_secret};
use crate::http::time::Timestamp;

/// With what to sign what is delivered to a channel. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelSecret {
    /// Where to post, a path on this server.
    inbound_path: String,
    /// `whsec_…`: sign with it as Standard Webhooks describes.
    secret: String,
    /// Until when the one before is believed as well.
    old_until: Timestamp,
}

/// Make a new secret for a channel
///
/// For signed JSON and mails that are posted to it. The one before is believed for 24 hours more, so that whoever delivers can
/// change over in their own time. What a provider signs with is set at `…/provider`.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/rotate-secret",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    responses((status = 200, description = "The new secret", body = ChannelSecret))
)]
pub(crate) async fn rotate_channel_secret(
    rep: Changer,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<ChannelSecret>, ApiError> {
    found(&app, rep.workspace(), &id).await?;
    let old_until = Timestamp(app.now_ms() + OLD_SECRET_MS);
    app.engine().rotate_channel(rep.workspace(), &id).await?;
    let now = found(&app, rep.workspace(), &id).await?;
    let secret = inbound_secret(app.master_key(), &now.id, now.secret_version);
    Ok(Json(ChannelSecret { inbound_path: format!("/api/v1/inbound/{id}"), secret, old_until }))
}
