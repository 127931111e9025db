use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;
use remit_engine::store::rows::{ChannelRow, ChannelStateRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::provider::secrets_set;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::etag;
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
    /// When it was given up: nothing comes in or goes out by it any more, and lists leave it out. Null while it is in use.
    #[schema(required)]
    deleted_at: Option<Timestamp>,
    /// Counts its changes.
    version: i64,
}

impl Channel {
    /// A channel as it is shown.
    fn of(app: &App, row: ChannelRow, state: &ChannelStateRow) -> Self {
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
            deleted_at: state.deleted_at.map(Timestamp),
            version: state.version,
        }
    }
}

/// A channel of the workspace as it is shown, also one that was given up; 404 where there is none.
pub(crate) async fn shown<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Channel, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let row = read::channel_by_id(conn, id).await?.filter(|row| row.workspace_id == rep.workspace());
    let state = read::channel_state(conn, rep.workspace(), id).await?;
    drop(reader);
    let (row, state) = row.zip(state).ok_or_else(|| ApiError::not_found("channel"))?;
    Ok(Channel::of(app, row, &state))
}

/// The same with its version as `ETag`.
pub(super) async fn tagged<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Response, ApiError> {
    let channel = shown(app, rep, id).await?;
    Ok(([(ETAG, etag(channel.version)?)], Json(channel)).into_response())
}

/// One channel
///
/// Also one that was given up: conversations still name it.
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    responses((status = 200, description = "The channel", body = Channel))
)]
pub(crate) async fn get_channel(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    tagged(&app, &rep, &id).await
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
    let conn = &mut reader.conn();
    let rows = read::channels(conn, rep.workspace()).await?;
    let states = read::channel_states(conn, rep.workspace()).await?;
    drop(reader);
    let mut data = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(state) = states.iter().find(|state| state.id == row.id) {
            data.push(Channel::of(&app, row, state));
        }
    }
    Ok(Json(ChannelPage { data, next_cursor: None }))
}
