use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::found;
use super::get::{Contact, shown};
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Into whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The contact that is left, `con_…`.
    #[schema(min_length = 1, max_length = 100)]
    into_id: String,
}

/// Merge a contact into another
///
/// Its addresses, segments and conversations are the other's from now on. The more careful of both holds: an opt-out and a pause
/// stay, and what was counted against limits counts on. The one that was merged can still be read, and says into whom. What it
/// takes to undo it is in the audit trail.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{id}/merge",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact that is merged, `con_…`")),
    request_body = Merge,
    responses(
        (status = 200, description = "The contact that is left", body = Contact),
        (status = 409, description = "`contact_gone`, `same_contact`"),
    )
)]
pub(crate) async fn merge_contact(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Response, ApiError> {
    found(&app, &rep, &id).await?;
    app.engine().merge_contacts(&rep.row, &id, &merge.into_id).await?;
    shown(&app, &rep, &merge.into_id).await
}
