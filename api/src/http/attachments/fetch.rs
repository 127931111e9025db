use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use remit_engine::files::File;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{disposition, picture};
use crate::http::auth::Rep;
use crate::http::document::Binary;
use crate::http::error::ApiError;
use crate::http::extract::{IdPair, Query};
use crate::http::messages::found;
use crate::http::state::App;

/// The bytes, under headers with which nothing of them runs.
pub(super) fn served(file: File, show: bool) -> Result<Response, ApiError> {
    let shown = picture(&file.bytes).filter(|_| show);
    let how = if shown.is_some() { "inline" } else { "attachment" };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(shown.unwrap_or("application/octet-stream"))),
        (CONTENT_DISPOSITION, disposition(how, &file.name)?),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, file.bytes).into_response())
}

/// How to fetch it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FetchQuery {
    /// `true`: to be shown in place, where it is a PNG, JPEG, GIF or WebP picture by its bytes. Anything else is a download.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    pub(super) show: bool,
}

/// A file of a message
///
/// As it came, or as it was sent. A download, whose type a browser is not told and must not guess, for it holds whatever the
/// sender put there; nothing of it runs. 404 also where the file is not here (`has_content` is false; `state` says why).
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/attachments/{position}",
    tag = "attachments",
    params(
        ("id" = String, Path, description = "The message, `msg_…`"),
        ("position" = String, Path, description = "Its place among the message's attachments, from 1"),
        FetchQuery,
    ),
    responses((status = 200, description = "The bytes", body = Binary, content_type = "application/octet-stream"))
)]
pub(crate) async fn fetch_attachment(
    rep: Rep,
    State(app): State<App>,
    IdPair(id, position): IdPair,
    Query(query): Query<FetchQuery>,
) -> Result<Response, ApiError> {
    let message = found(&app, &rep, &id).await?;
    let none = || ApiError::not_found("attachment");
    let position = position.parse().map_err(|_| none())?;
    let file = app.engine().file_of(&message, position).await?.ok_or_else(none)?;
    served(file, query.show)
}
