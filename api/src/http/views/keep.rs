use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};

use super::{NewView, View, found};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::etag::etag;
use crate::http::extract::JsonBody;
use crate::http::state::App;

/// Keep a filter
///
/// Up to 100 of your own.
#[utoipa::path(
    post,
    path = "/api/v1/views",
    tag = "views",
    request_body = NewView,
    responses(
        (status = 201, description = "The kept filter", body = View),
        (status = 409, description = "`too_many`"),
    )
)]
pub(crate) async fn keep_view(
    rep: Rep,
    State(app): State<App>,
    JsonBody(view): JsonBody<NewView>,
) -> Result<Response, ApiError> {
    let (name, filter) = view.checked()?;
    let id = app.engine().keep_view(&rep.row, &name, view.shared, &filter).await?;
    let row = found(&app, &rep, &id).await?;
    Ok((StatusCode::CREATED, [(ETAG, etag(row.version)?)], Json(View::from(row))).into_response())
}
