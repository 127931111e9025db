use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::webhooks::Wish;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{WebhookWithSecret, event_types, url};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, bounded};
use crate::http::state::App;

/// A webhook to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// Where to post to: https, and an address of the public internet.
    #[schema(min_length = 1, max_length = 2000)]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// Types of events, or families such as `message.*`; all when empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    event_types: Vec<String>,
    /// Whether it is told anything.
    #[serde(default = "yes")]
    enabled: bool,
}

const fn yes() -> bool {
    true
}

/// Make a webhook
///
/// It is told what happens from now on. The secret is shown this once; a new one can be had at any time.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks",
    tag = "webhooks",
    request_body = NewWebhook,
    responses(
        (status = 201, description = "The webhook and its secret", body = WebhookWithSecret),
        (status = 409, description = "`too_many_webhooks`"),
    )
)]
pub(crate) async fn create_webhook(
    rep: Rep<Manager>,
    State(app): State<App>,
    JsonBody(new): JsonBody<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookWithSecret>), ApiError> {
    let wish = Wish {
        url: url(&app, &new.url)?,
        description: bounded("/description", new.description.trim(), 500)?.to_owned(),
        event_types: event_types(new.event_types)?,
        enabled: new.enabled,
    };
    let row = app.engine().add_webhook(&rep.row, &wish).await?;
    Ok((StatusCode::CREATED, Json(WebhookWithSecret::of(&app, row))))
}
