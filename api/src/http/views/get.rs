use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};

use super::{View, found};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::etag;
use crate::http::extract::Id;
use crate::http::state::App;

/// A kept filter
#[utoipa::path(
    get,
    path = "/api/v1/views/{id}",
    tag = "views",
    params(("id" = String, Path, description = "The view, `view_…`")),
    responses((status = 200, description = "The kept filter", body = View))
)]
pub(crate) async fn get_view(rep: Rep, State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    let row = found(&app, &rep, &id).await?;
    Ok(([(ETAG, etag(row.version)?)], Json(View::from(row))).into_response())
}
