use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};

use super::{NewView, View, found, own};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::{IfMatch, etag};
use crate::http::extract::{Id, JsonBody};
use crate::http::state::App;

/// Change a kept filter
///
/// Your own; as a manager, also those of others that are for everybody. All of it is set anew.
#[utoipa::path(
    put,
    path = "/api/v1/views/{id}",
    tag = "views",
    params(
        ("id" = String, Path, description = "The view, `view_…`"),
        ("If-Match" = String, Header, description = "`ETag` of the view that you saw"),
    ),
    request_body = NewView,
    responses(
        (status = 200, description = "The kept filter", body = View),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_view(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    JsonBody(view): JsonBody<NewView>,
) -> Result<Response, ApiError> {
    let (name, filter) = view.checked()?;
    let mut row = own(&app, &rep, &id).await?;
    (row.name, row.filter, row.shared) = (name, filter, view.shared);
    app.engine().change_view(rep.workspace(), version, &row).await?;
    let row = found(&app, &rep, &id).await?;
    Ok(([(ETAG, etag(row.version)?)], Json(View::from(row))).into_response())
}
