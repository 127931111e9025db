use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use remit_engine::accounts::Connection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::{Channel, shown};
use super::provider::{Changer, found, refused};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// How a channel is spoken with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectChannel {
    /// The provider, of `/channel-providers`; null for signed JSON and mails.
    #[schema(required)]
    provider: Option<String>,
    /// Public settings by name; an empty one is taken away, one that is not named stays.
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// Secrets by name, kept sealed; an empty one is taken away, one that is not named stays. The one before a new one is
    /// believed as well until the next change.
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

/// Connect a channel with a provider
///
/// From then on the channel's inbound address takes the provider's own requests, and replies leave by its API where it
/// has one.
#[utoipa::path(
    put,
    path = "/api/v1/channels/{id}/provider",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    request_body = ConnectChannel,
    responses((status = 200, description = "The channel", body = Channel))
)]
pub(crate) async fn connect_channel(
    rep: Changer,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(wish): JsonBody<ConnectChannel>,
) -> Result<Json<Channel>, ApiError> {
    let row = found(&app, rep.workspace(), &id).await?;
    let mut settings = wish.settings;
    let own = app.site().page(&format!("api/v1/inbound/{id}"));
    if wish.provider.is_some() && !settings.contains_key("hook_url") && own.starts_with("http") {
        settings.insert("hook_url".to_owned(), own);
    }
    let wish = Connection { provider: wish.provider, settings, secrets: wish.secrets };
    app.engine().connect(&row, app.providers().vault(), &wish).await.map_err(refused)?;
    Ok(Json(shown(&app, &rep, &id).await?))
}
