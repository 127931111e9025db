use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::ChannelRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::provider::secrets_set;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::page::page;
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// The channels.
    ChannelPage of Channel
}

/// A connected account. What it signs with is not shown by any endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Channel {
    /// Its id, `chn_…`.
    id: String,
    /// `email`, `sms`, `whatsapp`, `chat` or `voice`.
    kind: String,
    /// Name for people.
    name: String,
    /// Its own address.
    address: String,
    /// `active` or `disabled`.
    status: String,
    /// A young mail account that should send little.
    email_warmup: bool,
    /// Where messages for it are delivered, a path on this server.
    inbound_path: String,
    /// The provider that it is spoken with; null for signed JSON and mails.
    #[schema(required)]
    provider: Option<String>,
    /// The public settings of its account.
    settings: BTreeMap<String, String>,
    /// Which credentials are set, by name; what they are is shown by nothing.
    credentials_set: Vec<String>,
    /// When it was connected.
    created_at: Timestamp,
}

impl Channel {
    /// A channel as it is shown.
    pub(super) fn of(app: &App, row: ChannelRow) -> Self {
        Self {
            credentials_set: if row.provider.is_some() { secrets_set(app, &row) } else { Vec::new() },
            settings: serde_json::from_str(&row.settings).unwrap_or_default(),
            provider: row.provider.clone(),
            inbound_path: format!("/api/v1/inbound/{}", row.id),
            id: row.id,
            kind: row.kind,
            name: row.name,
            address: row.address,
            status: row.status,
            email_warmup: row.email_warmup,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// One channel
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    responses((status = 200, description = "The channel", body = Channel))
)]
pub(crate) async fn get_channel(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<Channel>, ApiError> {
    let mut reader = app.read().await?;
    let row = read::channel_by_id(&mut reader.conn(), &id).await?;
    let row = row.filter(|row| row.workspace_id == rep.workspace());
    Ok(Json(Channel::of(&app, row.ok_or_else(|| ApiError::not_found("channel"))?)))
}

/// All channels
///
/// A workspace has few, so there is one page.
#[utoipa::path(
    get,
    path = "/api/v1/channels",
    tag = "channels",
    responses((status = 200, description = "All of them", body = ChannelPage))
)]
pub(crate) async fn list_channels(rep: Rep, State(app): State<App>) -> Result<Json<ChannelPage>, ApiError> {
    let mut reader = app.read().await?;
    let rows = read::channels(&mut reader.conn(), rep.workspace()).await?;
    Ok(Json(ChannelPage { data: rows.into_iter().map(|row| Channel::of(&app, row)).collect(), next_cursor: None }))
}
