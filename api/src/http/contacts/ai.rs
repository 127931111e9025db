use axum::Json;
use axum::extract::State;
use remit_engine::store::rows::ContactRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::found;
use crate::http::auth::Rep;
use crate::http::conversations::paused_now;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;
use crate::http::time::Timestamp;

/// Whether the AI may answer a contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactAi {
    /// `active` or `paused`.
    state: &'static str,
    /// Why it is paused.
    #[schema(required)]
    reason: Option<String>,
    /// Who paused it.
    #[schema(required)]
    paused_by: Option<String>,
    /// Since when it is paused.
    #[schema(required)]
    paused_at: Option<Timestamp>,
    /// Until when it is paused; null with `paused` means until somebody resumes it.
    #[schema(required)]
    until: Option<Timestamp>,
}

impl ContactAi {
    /// How it is at `now_ms`: a pause that has run out is none.
    pub(crate) fn of(contact: &ContactRow, now_ms: i64) -> Self {
        if !paused_now(contact.ai_paused, contact.ai_paused_until, now_ms) {
            return Self { state: "active", reason: None, paused_by: None, paused_at: None, until: None };
        }
        Self {
            state: "paused",
            reason: contact.ai_pause_reason.clone(),
            paused_by: contact.ai_paused_by.clone(),
            paused_at: contact.ai_paused_at.map(Timestamp),
            until: contact.ai_paused_until.map(Timestamp),
        }
    }
}

/// Whether the AI may answer a contact
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}/ai",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    responses((status = 200, description = "How it is now", body = ContactAi))
)]
pub(crate) async fn get_contact_ai(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Json<ContactAi>, ApiError> {
    Ok(Json(ContactAi::of(&found(&app, &rep, &id).await?, app.now_ms())))
}
