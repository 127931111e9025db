//! Settings of the workspace. What the AI may do is no setting: that stands in the policy.

pub(crate) mod change;
pub(crate) mod show;

use axum::Json;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Rep;
use super::error::ApiError;
use super::etag::etag;
use super::oidc::setting::{SignInProvider, kept};
use super::state::App;

/// What a workspace sets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// Its name.
    name: String,
    /// For how many days events can be followed up: 1 to 90.
    event_days: i64,
    /// The provider by which people sign in beside a password; null when there is none.
    #[schema(required)]
    sign_in: Option<SignInProvider>,
    /// Counts its changes.
    version: i64,
}

/// The settings with their version as `ETag`.
async fn shown<R>(app: &App, rep: &Rep<R>) -> Result<Response, ApiError> {
    let set = app.engine().settings(rep.workspace()).await?;
    let body = Settings {
        sign_in: kept(set.sign_in.as_deref()).map(|kept| kept.shown(app)),
        name: set.name,
        event_days: set.event_days,
        version: set.version,
    };
    Ok(([(ETAG, etag(set.version)?)], Json(body)).into_response())
}
