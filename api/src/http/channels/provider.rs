//! What channels and providers look like, and how errors of connecting them are told.

use remit_engine::accounts::ConnectError;
use remit_engine::channels::{Capabilities, PROVIDERS, provider};
use remit_engine::store::read;
use remit_engine::store::rows::ChannelRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::state::App;

/// A field of a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderField {
    /// Its name.
    name: &'static str,
    /// It goes into `secrets`, is kept sealed and shown by no endpoint.
    secret: bool,
    /// Nothing works without it.
    needed: bool,
    /// What it is.
    about: &'static str,
}

/// A provider that channels can be connected with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderInfo {
    /// The word for it.
    name: &'static str,
    /// The kind of channel it serves.
    kind: &'static str,
    /// Replies go out by its API.
    sends: bool,
    /// It tells what becomes of messages.
    tells_status: bool,
    /// It tells of reactions, edits and deletions.
    reactions: bool,
    /// What a channel of it must and may say.
    fields: Vec<ProviderField>,
}

/// Every provider.
pub(crate) fn all() -> Vec<ProviderInfo> {
    let info = |own: &&dyn remit_engine::channels::Provider| {
        let Capabilities { sends, tells_status, reactions, .. } = own.capabilities();
        let field = |field: &remit_engine::channels::Field| ProviderField {
            name: field.name,
            secret: field.secret,
            needed: field.needed,
            about: field.about,
        };
        let fields = own.fields().iter().map(field).collect();
        ProviderInfo { name: own.name(), kind: own.kind().as_str(), sends, tells_status, reactions, fields }
    };
    PROVIDERS.iter().map(info).collect()
}

/// A channel of the rep's workspace that was not given up.
pub(crate) async fn found(app: &App, workspace: &str, id: &str) -> Result<ChannelRow, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let row = read::channel_by_id(conn, id).await?.filter(|row| row.workspace_id == workspace);
    let state = read::channel_state(conn, workspace, id).await?.filter(|state| state.deleted_at.is_none());
    row.zip(state).map(|(row, _)| row).ok_or_else(|| ApiError::not_found("channel"))
}

/// Why a channel was not connected, at its place in the body.
pub(crate) fn refused(error: ConnectError) -> ApiError {
    match error {
        ConnectError::Field { field, message } => {
            let pointer: &'static str = match field.split('.').next() {
                Some("settings") => "/settings",
                Some("secrets") => "/secrets",
                _ => "/provider",
            };
            ApiError::field(pointer, "invalid", format!("{field}: {message}"))
        }
        ConnectError::Seal(error) => {
            tracing::error!(%error, "a channel's secrets");
            ApiError::internal()
        }
        ConnectError::Store(error) => error.into(),
    }
}

/// Which secrets of a channel are set: their names.
pub(crate) fn secrets_set(app: &App, row: &ChannelRow) -> Vec<String> {
    let account = app.providers().account(row).unwrap_or_default();
    let known = row.provider.as_deref().and_then(provider).map(|own| own.fields()).unwrap_or_default();
    let set = known.iter().filter(|field| field.secret && account.secrets.contains_key(field.name));
    set.map(|field| field.name.to_owned()).collect()
}

/// The role that may change channels, said once.
pub(crate) type Changer = Rep<crate::http::auth::Manager>;
