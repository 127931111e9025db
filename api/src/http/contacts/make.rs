use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use remit_engine::decide::normalise;
use remit_engine::domain::ChannelKind;
use serde::Deserialize;
use utoipa::ToSchema;

use super::get::{Contact, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;

/// Addresses of one contact.
const MOST_ADDRESSES: usize = 10;

/// What kind of address.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AddressType {
    /// A mail address.
    Email,
    /// A phone number with its country's code, for SMS, WhatsApp and voice.
    Phone,
    /// A visitor of a chat box.
    Chat,
}

/// An address of a contact to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAddress {
    /// What kind.
    kind: AddressType,
    /// The address.
    #[schema(min_length = 1, max_length = 320)]
    address: String,
}

impl NewAddress {
    /// Its kind and itself, as they are kept.
    pub(crate) fn checked(&self, pointer: &str) -> Result<(String, String), ApiError> {
        let (kind, channel) = match self.kind {
            AddressType::Email => ("email", ChannelKind::Email),
            AddressType::Phone => ("phone", ChannelKind::Sms),
            AddressType::Chat => ("chat", ChannelKind::Chat),
        };
        let pointer = format!("{pointer}/address");
        let address = normalise::address(channel, text(&pointer, &self.address, 320)?)
            .map_err(|error| ApiError::field(pointer, "invalid", error.message))?;
        Ok((kind.to_owned(), address))
    }
}

/// A contact to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContact {
    /// Name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Company.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    company: Option<String>,
    /// Addresses that are nobody's yet: 1 to 10.
    #[schema(min_items = 1, max_items = 10)]
    addresses: Vec<NewAddress>,
}

/// Make a contact
///
/// Before anybody has written. An address that is somebody's already is 409 (`name_taken`), and nobody is made.
#[utoipa::path(
    post,
    path = "/api/v1/contacts",
    tag = "contacts",
    request_body = NewContact,
    responses(
        (status = 201, description = "The contact", body = Contact),
        (status = 409, description = "`name_taken`"),
    )
)]
pub(crate) async fn make_contact(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewContact>,
) -> Result<Response, ApiError> {
    if new.addresses.is_empty() || new.addresses.len() > MOST_ADDRESSES {
        return Err(ApiError::field("/addresses", "invalid", format!("must be 1 to {MOST_ADDRESSES}")));
    }
    let mut addresses: Vec<(String, String)> = Vec::new();
    for (position, one) in new.addresses.iter().enumerate() {
        let address = one.checked(&format!("/addresses/{position}"))?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let name = new.name.as_deref().map(|name| text("/name", name, 200)).transpose()?.map(str::to_owned);
    let company = new.company.as_deref().map(|name| text("/company", name, 200)).transpose()?.map(str::to_owned);
    let id = app.engine().make_contact(rep.workspace(), name, company, addresses).await?;
    let mut response = shown(&app, &rep, &id).await?.into_response();
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}
