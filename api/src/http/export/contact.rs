use axum::extract::State;
use axum::response::Response;

use super::lines::Export;
use crate::http::auth::{Manager, Rep};
use crate::http::contacts::found;
use crate::http::document::Binary;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Export a contact
///
/// Everything that is kept about them, as JSON lines: the contact, and for each conversation itself, its messages, notes, drafts
/// and timeline, the latest first, each `{"type": T, T: …}` in the form that the API has for it. The last line is
/// `{"type": "end", "lines": N}`; without it, the export broke off. It is named in the audit trail.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}/export",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    responses((status = 200, description = "JSON lines", body = Binary, content_type = "application/x-ndjson"))
)]
pub(crate) async fn export_contact(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Response, ApiError> {
    found(&app, &rep, &id).await?;
    app.engine().note_export(&rep.row, &id).await?;
    let name = format!("remit-{id}");
    Ok(Export::contact(app, rep.row, id).answer(&name))
}
