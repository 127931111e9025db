use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// What was erased.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasedContact {
    /// Conversations whose texts are gone.
    conversations: usize,
    /// Decisions out of which words of theirs were taken.
    decisions: usize,
}

/// Erase a contact
///
/// Who they are, every text and every file are gone for good; that something happened, and how it was decided, stays, and the
/// ledger still verifies. Their addresses are forgotten: who writes from one again is somebody new. What the AI had waiting is
/// withdrawn. Asked again, it goes on where it was broken off.
#[utoipa::path(
    post,
    path = "/api/v1/contacts/{id}/erase",
    tag = "contacts",
    params(("id" = String, Path, description = "The contact, `con_…`")),
    responses((status = 200, description = "Erased", body = ErasedContact))
)]
pub(crate) async fn erase_contact(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<ErasedContact>, ApiError> {
    let erased = app.engine().erase_contact(&rep.row, &id).await?;
    Ok(Json(ErasedContact { conversations: erased.conversations, decisions: erased.decisions }))
}
