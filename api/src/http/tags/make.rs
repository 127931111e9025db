use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Tag;
use crate::http::auth::{Closer, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;

/// A tag to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTag {
    /// The word, without commas.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
}

impl NewTag {
    pub(super) fn checked(&self) -> Result<&str, ApiError> {
        let name = text("/name", &self.name, 40)?;
        if name.contains(',') || name.chars().any(char::is_control) {
            return Err(ApiError::field("/name", "invalid", "must be one line without commas"));
        }
        Ok(name)
    }
}

/// Make a tag
///
/// Where there is one of this name, it is the answer.
#[utoipa::path(
    post,
    path = "/api/v1/tags",
    tag = "tags",
    request_body = NewTag,
    responses((status = 201, description = "The tag", body = Tag))
)]
pub(crate) async fn make_tag(
    rep: Rep<Closer>,
    State(app): State<App>,
    JsonBody(body): JsonBody<NewTag>,
) -> Result<(StatusCode, Json<Tag>), ApiError> {
    let name = body.checked()?;
    Ok((StatusCode::CREATED, Json(app.engine().make_tag(rep.workspace(), name).await?.into())))
}
