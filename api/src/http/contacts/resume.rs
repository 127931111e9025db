use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ai::ContactAi;
use super::found;
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// A word on why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resume {
    /// For the timeline.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    note: Option<String>,
}

/// Let the AI answer a contact again
///
/// What was withdrawn stays so.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{id}/ai/resume",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    request_body = Resume,
    responses((status = 200, description = "How it is now", body = ContactAi))
)]
pub(crate) async fn resume_contact_ai(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
    JsonBody(resume): JsonBody<Resume>,
) -> Result<Json<ContactAi>, ApiError> {
    let note = resume.note.as_deref().map(|note| text("/note", note, 1000)).transpose()?;
    app.engine().resume(&rep.row, &id, note).await?;
    Ok(Json(ContactAi::of(&found(&app, &rep, &id).await?, app.now_ms())))
}
