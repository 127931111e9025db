use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::rows::AddressRow;
use remit_engine::store::{Conn, read};
use serde::Serialize;
use utoipa::ToSchema;

use super::ai::ContactAi;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::etag;
use crate::http::extract::Id;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// A person outside.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Contact {
    /// Its id, `con_…`.
    id: String,
    /// Name, where known.
    #[schema(required)]
    name: Option<String>,
    /// Company, where known.
    #[schema(required)]
    company: Option<String>,
    /// Every address that is known.
    addresses: Vec<ContactAddress>,
    /// Segments it is in.
    segments: Vec<String>,
    /// When it asked not to be written to; null when it did not.
    #[schema(required)]
    opted_out_at: Option<Timestamp>,
    /// Whether the AI may answer it.
    ai: ContactAi,
    /// How many messages it has written.
    inbound_count: i64,
    /// When it first wrote.
    created_at: Timestamp,
    /// The contact that it was merged into, `con_…`; null when it was not.
    #[schema(required)]
    merged_into: Option<String>,
    /// When it was erased; null when it was not.
    #[schema(required)]
    erased_at: Option<Timestamp>,
    /// Counts its changes.
    pub(super) version: i64,
}

impl Contact {
    /// A contact as it is now.
    pub(crate) async fn read(conn: &mut Conn<'_>, ws: &str, id: &str, now_ms: i64) -> Result<Option<Self>, ApiError> {
        let Some(contact) = read::contact(conn, ws, id).await? else { return Ok(None) };
        let addresses = read::contact_addresses(conn, ws, id).await?;
        let segments = read::contact_segments(conn, ws, id).await?;
        let gone = read::contact_gone(conn, ws, id).await?;
        let address = |row: AddressRow| ContactAddress { kind: row.kind, address: row.address };
        Ok(Some(Self {
            ai: ContactAi::of(&contact, now_ms),
            id: contact.id,
            name: contact.name,
            company: contact.company,
            addresses: addresses.into_iter().map(address).collect(),
            segments: segments.into_iter().map(|(segment,)| segment).collect(),
            opted_out_at: contact.opted_out_at.map(Timestamp),
            inbound_count: contact.inbound_count,
            created_at: Timestamp(contact.created_at),
            erased_at: gone.as_ref().filter(|gone| gone.how == "erased").map(|gone| Timestamp(gone.at)),
            merged_into: gone.and_then(|gone| gone.into_id),
            version: contact.version,
        }))
    }
}

/// An address of a contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactAddress {
    /// `email`, `phone` or `chat`.
    kind: String,
    /// The address.
    address: String,
}

/// One contact
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    responses((status = 200, description = "The contact", body = Contact))
)]
pub(crate) async fn get_contact(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    shown(&app, &rep, &id).await
}

/// The contact with its version as `ETag`, or 404.
pub(super) async fn shown<R>(app: &App, rep: &Rep<R>, id: &str) -> Result<Response, ApiError> {
    let mut reader = app.read().await?;
    let contact = Contact::read(&mut reader.conn(), rep.workspace(), id, app.now_ms()).await?;
    let contact = contact.ok_or_else(|| ApiError::not_found("contact"))?;
    let tag = etag(contact.version)?;
    Ok(([(ETAG, tag)], Json(contact)).into_response())
}
