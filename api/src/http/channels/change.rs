use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::{Channel, tagged};
use super::provider::{Changer, found};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// What shall be different; what is left out stays (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelChange {
    /// The name that contacts see.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Our own address on it, from which replies leave.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 320)]
    address: Option<String>,
}

/// Change a channel
///
/// Replies that are begun from now on leave with the new name and address. How it is spoken with is set at `…/provider`.
#[utoipa::path(
    patch,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(
        ("id" = String, Path, description = "The channel, `chn_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the channel that you saw"),
    ),
    request_body = ChannelChange,
    responses(
        (status = 200, description = "The channel, changed", body = Channel),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_channel(
    rep: Changer,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ChannelChange>,
) -> Result<Response, ApiError> {
    let now = found(&app, rep.workspace(), &id).await?;
    let name = match &change.name {
        Some(name) => text("/name", name, 200)?.to_owned(),
        None => now.name,
    };
    let address = match &change.address {
        Some(address) => text("/address", address, 320)?.to_owned(),
        None => now.address,
    };
    app.engine().change_channel(rep.workspace(), &id, version, name, address).await?;
    tagged(&app, &rep, &id).await
}
