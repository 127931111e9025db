use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use remit_engine::webhooks::Wish;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Webhook, event_types, get, url};
use crate::http::auth::{Manager, Rep};
use crate::http::error::ApiError;
use crate::http::etag::named;
use crate::http::extract::{Id, JsonBody, bounded};
use crate::http::state::App;

/// What shall be different; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookChange {
    /// Version of the webhook that you saw, where `If-Match` does not name it.
    #[serde(default)]
    #[schema(minimum = 1)]
    version: Option<i64>,
    /// Where to post to.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    url: Option<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: Option<String>,
    /// Types of events, or families such as `message.*`; all when empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    event_types: Option<Vec<String>>,
    /// Whether it is told anything. One that is switched on is told what happens from then on.
    #[serde(default)]
    enabled: Option<bool>,
}

/// Change a webhook
#[utoipa::path(
    patch,
    path = "/api/v1/webhooks/{id}",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The webhook, `whk_…`"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the webhook that you saw"),
    ),
    request_body = WebhookChange,
    responses(
        (status = 200, description = "The webhook, changed", body = Webhook),
        (status = 409, description = "`webhook_changed`"),
        (status = 428, description = "`precondition_required`"),
    )
)]
pub(crate) async fn change_webhook(
    rep: Rep<Manager>,
    State(app): State<App>,
    Id(id): Id,
    headers: HeaderMap,
    JsonBody(change): JsonBody<WebhookChange>,
) -> Result<Response, ApiError> {
    let version = named(&headers, change.version)?;
    let now = get::found(&app, rep.workspace(), &id).await?;
    let wish = Wish {
        url: change.url.as_deref().map(|text| url(&app, text)).transpose()?.unwrap_or_else(|| now.url.clone()),
        description: match change.description {
            Some(text) => bounded("/description", text.trim(), 500)?.to_owned(),
            None => now.description.clone(),
        },
        event_types: change.event_types.map(event_types).transpose()?.unwrap_or_else(|| now.event_types()),
        enabled: change.enabled.unwrap_or(now.enabled),
    };
    let row = app.engine().change_webhook(&rep.row, &id, version, &wish).await?;
    get::tagged(&app, row)
}
