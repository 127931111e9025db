use axum::extract::State;
use axum::http::StatusCode;

use super::own;
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::Id;
use crate::http::state::App;

/// Forget a kept filter
#[utoipa::path(
    delete,
    path = "/api/v1/views/{id}",
    tag = "views",
    params(
        ("id" = String, Path, description = "The view, `view_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the view that you saw"),
    ),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn delete_view(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    own(&app, &rep, &id).await?;
    app.engine().delete_view(rep.workspace(), &id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
