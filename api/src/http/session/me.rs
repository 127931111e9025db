use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use remit_engine::store::read;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::auth::{Rep, Role};
use crate::http::error::ApiError;
use crate::http::etag::{IfMatch, etag};
use crate::http::extract::{JsonBody, bounded, text};
use crate::http::state::App;
use crate::http::users::get::found;

/// How pages look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    /// As the device is set.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What somebody sets for themselves, as it is kept. What is not there is as it is without a setting.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    signature: String,
    theme: Theme,
    shortcuts: bool,
}

impl Default for Kept {
    fn default() -> Self {
        Self { signature: String::new(), theme: Theme::Auto, shortcuts: true }
    }
}

/// You, and what you set for yourself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// `usr_…`.
    id: String,
    /// Your name, as colleagues see it and contacts may.
    name: String,
    /// Your mail address, which you sign in with.
    email: String,
    /// Your role; a key may have a lesser one, which `/session` tells.
    #[schema(value_type = Role)]
    role: String,
    /// What your mails end with; empty for nothing. Pages begin a reply with it, the server adds nothing to what is sent.
    signature: String,
    /// How pages look.
    theme: Theme,
    /// Whether single keys do something in pages.
    shortcuts: bool,
    /// Counts changes.
    version: i64,
}

/// What shall be different; what is left out stays (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeChange {
    /// Your name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What your mails end with; empty for nothing.
    #[serde(default)]
    #[schema(max_length = 2000)]
    signature: Option<String>,
    /// How pages look.
    #[serde(default)]
    theme: Option<Theme>,
    /// Whether single keys do something in pages.
    #[serde(default)]
    shortcuts: Option<bool>,
}

async fn kept(app: &App, rep: &Rep) -> Result<Kept, ApiError> {
    let mut reader = app.read().await?;
    let kept = read::own_settings(&mut reader.conn(), rep.workspace(), &rep.row.id).await?;
    Ok(kept.and_then(|row| serde_json::from_str(&row.0).ok()).unwrap_or_default())
}

async fn shown(app: &App, rep: &Rep) -> Result<Response, ApiError> {
    let Kept { signature, theme, shortcuts } = kept(app, rep).await?;
    let row = found(app, rep.workspace(), &rep.row.id).await?;
    let tag = etag(row.version)?;
    let me = Me {
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.role,
        signature,
        theme,
        shortcuts,
        version: row.version,
    };
    Ok(([(ETAG, tag)], Json(me)).into_response())
}

/// Who you are to colleagues
///
/// And what you set for yourself. What you may do is at `/session`.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "session",
    responses((status = 200, description = "You", body = Me))
)]
pub(crate) async fn get_me(rep: Rep, State(app): State<App>) -> Result<Response, ApiError> {
    shown(&app, &rep).await
}

/// Change your name and settings
#[utoipa::path(
    patch,
    path = "/api/v1/me",
    tag = "session",
    params(("If-Match" = String, Header, description = "`ETag` of what you saw")),
    request_body = MeChange,
    responses(
        (status = 200, description = "You, changed", body = Me),
        (status = 412, description = "`version_conflict`: `current_version` says which version there is"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_me(
    rep: Rep,
    State(app): State<App>,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<MeChange>,
) -> Result<Response, ApiError> {
    let now = kept(&app, &rep).await?;
    let name = match &change.name {
        Some(name) => text("/name", name, 100)?.to_owned(),
        None => found(&app, rep.workspace(), &rep.row.id).await?.name,
    };
    let wanted = Kept {
        signature: match &change.signature {
            Some(signature) => bounded("/signature", signature, 2000)?.to_owned(),
            None => now.signature,
        },
        theme: change.theme.unwrap_or(now.theme),
        shortcuts: change.shortcuts.unwrap_or(now.shortcuts),
    };
    let settings = serde_json::to_string(&wanted).map_err(|_| ApiError::internal())?;
    app.engine().change_own(&rep.row, version, name, settings).await?;
    shown(&app, &rep).await
}
