use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use remit_engine::store::rows::RepRow;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{User, get};
use crate::http::auth::{Owner, Rep, Role};
use crate::http::error::ApiError;
use crate::http::etag::named;
use crate::http::extract::{Id, JsonBody, text};
use crate::http::state::App;

/// What shall be different; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// Version of the user that you saw, where `If-Match` does not name it.
    #[serde(default)]
    #[schema(minimum = 1)]
    version: Option<i64>,
    /// Their name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Their role.
    #[serde(default)]
    role: Option<Role>,
    /// Whether they get in no more. Then they are signed out everywhere at once, and their keys are good for nothing.
    #[serde(default)]
    disabled: Option<bool>,
}

/// Change a user
///
/// An owner who gets in must be left.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user, `usr_…`"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the user that you saw"),
    ),
    request_body = UserChange,
    responses(
        (status = 200, description = "The user, changed", body = User),
        (status = 409, description = "`user_changed`, `last_owner`"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_user(
    rep: Rep<Owner>,
    State(app): State<App>,
    Id(id): Id,
    headers: HeaderMap,
    JsonBody(change): JsonBody<UserChange>,
) -> Result<Response, ApiError> {
    let version = named(&headers, change.version)?;
    let now = get::found(&app, rep.workspace(), &id).await?;
    let name = match &change.name {
        Some(name) => text("/name", name, 100)?.to_owned(),
        None => now.name.clone(),
    };
    let disabled_at = match change.disabled {
        Some(true) => now.disabled_at.or_else(|| Some(app.now_ms())),
        Some(false) => None,
        None => now.disabled_at,
    };
    let role = change.role.map_or_else(|| now.role.clone(), |role| role.as_str().to_owned());
    let wanted = RepRow { version, name, role, disabled_at, ..now };
    app.engine().change_person(&wanted).await?;
    get::shown(&app, rep.workspace(), &id).await
}
