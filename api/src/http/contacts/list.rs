use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::ContactListRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::auth::Rep;
use crate::http::conversations::paused_now;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::page::{Key, Limit, List, page};
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// A page of contacts.
    ContactPage of ContactLine
}

/// A contact in one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactLine {
    /// Its id, `con_…`.
    id: String,
    /// Name, where known.
    #[schema(required)]
    name: Option<String>,
    /// Company, where known.
    #[schema(required)]
    company: Option<String>,
    /// A mail address.
    #[schema(required)]
    email: Option<String>,
    /// A phone number.
    #[schema(required)]
    phone: Option<String>,
    /// The AI does not answer it now.
    ai_paused: bool,
    /// When it asked not to be written to; null when it did not.
    #[schema(required)]
    opted_out_at: Option<Timestamp>,
    /// How many messages it has written.
    inbound_count: i64,
    /// When it first wrote.
    created_at: Timestamp,
    /// Counts its changes.
    version: i64,
}

impl ContactLine {
    fn of(row: ContactListRow, now_ms: i64) -> Self {
        let ContactListRow { contact, email, phone } = row;
        Self {
            ai_paused: paused_now(contact.ai_paused, contact.ai_paused_until, now_ms),
            id: contact.id,
            name: contact.name,
            company: contact.company,
            email,
            phone,
            opted_out_at: contact.opted_out_at.map(Timestamp),
            inbound_count: contact.inbound_count,
            created_at: Timestamp(contact.created_at),
            version: contact.version,
        }
    }
}

/// Which contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactQuery {
    /// Only whoever has this address: a mail address, a phone number with country code, or a chat id.
    address: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows in the page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 25)]
    limit: Limit,
}

/// Contacts
///
/// Who wrote for the first time most recently comes first.
#[utoipa::path(
    get,
    path = "/api/v1/contacts",
    tag = "contacts",
    params(ContactQuery),
    responses((status = 200, description = "A page of contacts", body = ContactPage))
)]
pub(crate) async fn list_contacts(
    rep: Rep,
    State(app): State<App>,
    Query(query): Query<ContactQuery>,
) -> Result<Json<ContactPage>, ApiError> {
    let mut reader = app.read().await?;
    let conn = &mut reader.conn();
    let (rows, next_cursor) = match query.address.as_deref().map(str::trim) {
        // A few at most: one address stands for one contact of each kind.
        Some(address) => {
            let rows = read::contacts_by_address(conn, rep.workspace(), address, &address.to_lowercase()).await?;
            (rows, None)
        }
        None => {
            let list = List::new(&app, &["contacts", rep.workspace()]);
            let start = list.start(query.cursor.as_deref(), Key::latest())?;
            let limit = query.limit.with_next();
            let rows = read::contacts(conn, rep.workspace(), start.sort, &start.id, limit).await?;
            let key = |row: &ContactListRow| Key { sort: row.contact.created_at, id: row.contact.id.clone() };
            list.cut(rows, query.limit, key)
        }
    };
    drop(reader);
    let now = app.now_ms();
    Ok(Json(ContactPage { data: rows.into_iter().map(|row| ContactLine::of(row, now)).collect(), next_cursor }))
}
