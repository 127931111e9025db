use axum::extract::State;
use axum::response::Response;
use remit_engine::office::{self, MOST_EVENT_DAYS};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Settings, shown};
use crate::http::auth::{Owner, Rep};
use crate::http::error::ApiError;
use crate::http::etag::IfMatch;
use crate::http::extract::{JsonBody, given, text};
use crate::http::oidc::setting::{NewSignInProvider, kept};
use crate::http::state::App;

/// What shall be different; what is left out stays (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsChange {
    /// Name of the workspace.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// For how many days events can be followed up. The process that keeps the log short looks at it every minute.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 90)]
    event_days: Option<i64>,
    /// The provider by which people sign in beside a password, all of it anew; null for none. Without its `client_secret` the one
    /// that is kept stays, where issuer and client are the same.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NewSignInProvider>)]
    sign_in: Option<Option<NewSignInProvider>>,
}

/// Change settings of the workspace
#[utoipa::path(
    patch,
    path = "/api/v1/settings",
    tag = "settings",
    params(("If-Match" = String, Header, description = "`ETag` of the settings that you saw")),
    request_body = SettingsChange,
    responses(
        (status = 200, description = "The settings, changed", body = Settings),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_settings(
    rep: Rep<Owner>,
    State(app): State<App>,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<SettingsChange>,
) -> Result<Response, ApiError> {
    let now = app.engine().settings(rep.workspace()).await?;
    let name = match &change.name {
        Some(name) => text("/name", name, 100)?.to_owned(),
        None => now.name,
    };
    let event_days = change.event_days.unwrap_or(now.event_days);
    if !(1..=MOST_EVENT_DAYS).contains(&event_days) {
        return Err(ApiError::field("/event_days", "invalid", format!("must be 1 to {MOST_EVENT_DAYS}")));
    }
    let sign_in = match change.sign_in {
        Some(Some(new)) => Some(new.checked(&app, kept(now.sign_in.as_deref()))?),
        Some(None) => None,
        None => now.sign_in,
    };
    let wanted = office::Settings { name, event_days, sign_in, version };
    app.engine().change_settings(rep.workspace(), wanted).await?;
    shown(&app, &rep).await
}
