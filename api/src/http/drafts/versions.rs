use axum::Json;
use axum::extract::State;
use remit_engine::store::read;
use remit_engine::store::rows::DraftVersionRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::found;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::page::page;
use crate::http::state::App;
use crate::http::time::Timestamp;

page! {
    /// The texts of a draft.
    DraftVersionPage of DraftVersion
}

/// One text that a draft has had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftVersion {
    /// Its number, from 1; 1 is what the AI wrote.
    version: i64,
    /// `ai_agent`, or the id of the rep who edited it.
    author: String,
    /// Subject, for mail.
    #[schema(required)]
    subject: Option<String>,
    /// The text.
    body_text: String,
    /// SHA-256 of subject and text, hex.
    content_sha256: String,
    /// When it was written.
    created_at: Timestamp,
}

impl From<DraftVersionRow> for DraftVersion {
    fn from(row: DraftVersionRow) -> Self {
        Self {
            version: row.version,
            author: row.author,
            subject: row.subject,
            body_text: row.body_text,
            content_sha256: row.content_sha256,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// Every text a draft has had
///
/// The first one first; a draft has few, so there is one page.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{id}/versions",
    tag = "drafts",
    params(("id" = String, Path, description = "The draft, `dft_…`")),
    responses((status = 200, description = "All of them", body = DraftVersionPage))
)]
pub(crate) async fn list_draft_versions(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<DraftVersionPage>, ApiError> {
    found(&app, &rep, &id).await?;
    let mut reader = app.read().await?;
    let rows = read::draft_versions(&mut reader.conn(), rep.workspace(), &id).await?;
    Ok(Json(DraftVersionPage { data: rows.into_iter().map(DraftVersion::from).collect(), next_cursor: None }))
}
