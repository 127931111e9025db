use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::found;
use super::get::{Contact, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{Id, JsonBody, given, text};
use crate::http::state::App;

/// What shall be different; what is left out stays, and null takes it away (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactChange {
    /// Name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    name: Option<Option<String>>,
    /// Company.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    company: Option<Option<String>>,
}

/// Change a contact
#[utoipa::path(
    patch,
    path = "/api/v1/contacts/{id}",
    tag = "contacts",
    params(
        ("id" = String, Path, description = "The contact, `con_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the contact that you saw"),
    ),
    request_body = ContactChange,
    responses(
        (status = 200, description = "The contact, changed", body = Contact),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_contact(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ContactChange>,
) -> Result<Response, ApiError> {
    let now = found(&app, &rep, &id).await?;
    let wanted = |pointer: &str, change: Option<Option<String>>, now: Option<String>| match change {
        Some(Some(new)) => text(pointer, &new, 200).map(|new| Some(new.to_owned())),
        Some(None) => Ok(None),
        None => Ok(now),
    };
    let (name, company) = (wanted("/name", change.name, now.name)?, wanted("/company", change.company, now.company)?);
    app.engine().change_contact(rep.workspace(), &id, version, name, company).await?;
    shown(&app, &rep, &id).await
}
