use axum::extract::State;
use axum::response::Response;
use remit_engine::store::Write;

use super::found;
use super::get::{Contact, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Do not write to a contact
///
/// Under the standard guards nothing of the AI leaves from now on, also what is queued or is approved later; a person who
/// writes all the same has to say that they know. The first time counts. Nothing here takes it back.
#[utoipa::path(
    put,
    path = "/api/v1/contacts/{id}/do-not-contact",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    responses((status = 200, description = "The contact", body = Contact))
)]
pub(crate) async fn do_not_contact(rep: Rep<Closer>, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    if found(&app, &rep, &id).await?.opted_out_at.is_none() {
        app.engine().commit_writes(rep.workspace(), vec![Write::ContactOptOut { id: id.clone() }]).await?;
    }
    shown(&app, &rep, &id).await
}
