use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::domain::{ChannelKind, IdKind};
use remit_engine::store::Write;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::{Channel, shown};
use super::provider::Changer;
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;

/// A channel to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannel {
    /// `email`, `sms`, `whatsapp`, `chat` or `voice`.
    kind: String,
    /// Our own address on it: a mail address, a phone number with country code, a name.
    #[schema(min_length = 1, max_length = 320)]
    address: String,
    /// The name that contacts see.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// Make a channel
///
/// It takes signed JSON, and mails where it is one for mail, until it is connected with a provider.
#[utoipa::path(
    post,
    path = "/api/v1/channels",
    tag = "channels",
    request_body = NewChannel,
    responses((status = 201, description = "The channel", body = Channel))
)]
pub(crate) async fn create_channel(
    rep: Changer,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewChannel>,
) -> Result<(StatusCode, Json<Channel>), ApiError> {
    let kind: ChannelKind = new
        .kind
        .parse()
        .map_err(|_| ApiError::field("/kind", "invalid", "must be email, sms, whatsapp, chat or voice"))?;
    let address = text("/address", &new.address, 320)?.trim().to_owned();
    let name = text("/name", &new.name, 200)?.trim().to_owned();
    let id = app.engine().ids().next(IdKind::Channel);
    let write = Write::Channel { id: id.clone(), kind: kind.to_string(), name, address };
    app.engine().commit_writes(rep.workspace(), vec![write]).await?;
    Ok((StatusCode::CREATED, Json(shown(&app, &rep, &id).await?)))
}
