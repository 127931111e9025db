use axum::extract::State;
use axum::http::StatusCode;

use crate::http::auth::{Closer, Rep};
use crate::http::conversations::must_exist;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// Drop what you are writing here
///
/// Sending a reply does so by itself.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{id}/composer",
    tag = "conversations",
    params(("id" = String, Path, description = "The conversation, `cnv_…`")),
    responses((status = 204, description = "There is nothing any more"))
)]
pub(crate) async fn drop_composer(
    rep: Rep<Closer>,
    State(app): State<App>,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    must_exist(&app, &rep, &id).await?;
    app.engine().drop_writing(&rep.row, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
