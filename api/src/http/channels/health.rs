use axum::Json;
use axum::extract::State;
use remit_engine::channels::health::Check;
use serde::Serialize;
use utoipa::ToSchema;

use super::provider::{Changer, found};
use crate::http::auth::Rep;
use crate::http::error::ApiError;
use crate::http::extract::Id;
use crate::http::state::App;

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelCheck {
    /// What: `account_active`, `provider`, `settings`, `webhook_address`, `webhook_verified`, `credentials`,
    /// `unknown_senders` or `intake_agent`.
    check: &'static str,
    /// Whether it is as it should be; null where that cannot be told.
    #[schema(required)]
    ok: Option<bool>,
    /// What was found.
    says: String,
    /// What to do, where something is to be done.
    #[serde(rename = "do")]
    #[schema(required)]
    cure: Option<String>,
}

impl From<Check> for ChannelCheck {
    fn from(check: Check) -> Self {
        let Check { check, ok, says, cure } = check;
        Self { check, ok, says, cure }
    }
}

/// How a channel is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelHealth {
    /// True when nothing that was looked at is wrong.
    ok: bool,
    /// What was looked at, in the order in which it stops messages.
    checks: Vec<ChannelCheck>,
}

async fn health(app: &App, workspace: &str, id: &str) -> Result<Json<ChannelHealth>, ApiError> {
    let row = found(app, workspace, id).await?;
    let checks = app.engine().channel_health(&row, app.providers().vault()).await?;
    let ok = checks.iter().all(|check| check.ok != Some(false));
    Ok(Json(ChannelHealth { ok, checks: checks.into_iter().map(ChannelCheck::from).collect() }))
}

/// Why conversations of a channel do not appear
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}/health",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    responses((status = 200, description = "What was looked at, and what to do", body = ChannelHealth))
)]
pub(crate) async fn get_channel_health(
    rep: Rep,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<ChannelHealth>, ApiError> {
    health(&app, rep.workspace(), &id).await
}

/// Try a channel's credentials
///
/// With a call to the provider that changes nothing; what was found is kept with the channel's health.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/test",
    tag = "channels",
    params(("id" = String, Path, description = "The channel, `chn_…`")),
    responses((status = 200, description = "The channel's health after it", body = ChannelHealth))
)]
pub(crate) async fn test_channel(
    rep: Changer,
    State(app): State<App>,
    Id(id): Id,
) -> Result<Json<ChannelHealth>, ApiError> {
    let row = found(&app, rep.workspace(), &id).await?;
    app.engine().test_channel(&row, &app.providers()).await?;
    health(&app, rep.workspace(), &id).await
}
