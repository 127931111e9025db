//! Outgoing webhooks: where events are posted to, and what became of each.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod deliveries;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod redeliver;
pub(crate) mod rotate;
pub(crate) mod test;

use remit_engine::events::is_kind;
use remit_engine::store::rows::{DeliveryRow, WebhookRow};
use remit_engine::webhooks::sign;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use super::state::App;
use super::time::Timestamp;

/// Types that a webhook may name.
const MOST_TYPES: usize = 50;

/// Where events are posted to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Webhook {
    /// `whk_…`.
    id: String,
    /// Where to.
    url: String,
    /// What it is for.
    description: String,
    /// Types of events, or families such as `message.*`; all when empty.
    event_types: Vec<String>,
    /// Whether it is told anything.
    enabled: bool,
    /// Why it was switched off by itself; null otherwise.
    #[schema(required)]
    disabled_reason: Option<String>,
    /// Since when every attempt fails; null while it works.
    #[schema(required)]
    failing_since: Option<Timestamp>,
    /// Until when everything is signed with the secret before as well; null outside of a change of secrets.
    #[schema(required)]
    old_secret_until: Option<Timestamp>,
    /// Grows with every change; send it to change the webhook.
    version: i64,
    /// Who made it.
    created_by: String,
    /// When it was made.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

impl Webhook {
    fn of(row: WebhookRow, now_ms: i64) -> Self {
        Self {
            event_types: row.event_types(),
            id: row.id,
            url: row.url,
            description: row.description,
            enabled: row.enabled,
            disabled_reason: row.disabled_reason,
            failing_since: row.failing_since.map(Timestamp),
            old_secret_until: row.old_until.filter(|until| *until > now_ms).map(Timestamp),
            version: row.version,
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// A webhook and its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookWithSecret {
    /// The webhook.
    webhook: Webhook,
    /// `whsec_…`: verify with it what is posted, as Standard Webhooks describes.
    secret: String,
}

impl WebhookWithSecret {
    fn of(app: &App, row: WebhookRow) -> Self {
        let secret = sign::secret(app.master_key(), &row.id, row.secret_version);
        Self { webhook: Webhook::of(row, app.now_ms()), secret }
    }
}

/// One event on its way to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// `whd_…`.
    id: String,
    /// The event, which is `webhook-id` in every attempt.
    event_id: String,
    /// Its type.
    event_type: String,
    /// `pending`, `delivered`, or `failed` when it is not tried any more.
    state: String,
    /// Attempts made.
    attempts: i64,
    /// When it is tried next; null when it is not.
    #[schema(required)]
    next_at: Option<Timestamp>,
    /// HTTP status of the last answer; null when there was none.
    #[schema(required)]
    status: Option<i64>,
    /// How long the last attempt took, in milliseconds.
    #[schema(required)]
    took_ms: Option<i64>,
    /// Why the last attempt failed.
    #[schema(required)]
    error: Option<String>,
    /// The beginning of the last answer, one kilobyte at most.
    #[schema(required)]
    response: Option<String>,
    /// The body that every attempt posts.
    body: String,
    /// When the event was put on its way.
    created_at: Timestamp,
    /// When it was last tried.
    #[schema(required)]
    attempted_at: Option<Timestamp>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            event_type: row.event_type,
            state: row.state,
            attempts: row.attempt,
            next_at: row.next_at.map(Timestamp),
            status: row.status,
            took_ms: row.took_ms,
            error: row.error,
            response: row.response,
            body: row.body,
            created_at: Timestamp(row.created_at),
            attempted_at: row.attempted_at.map(Timestamp),
        }
    }
}

/// The URL, as it will be called.
fn url(app: &App, text: &str) -> Result<String, ApiError> {
    let checked = app.egress().check(text.trim());
    Ok(checked.map_err(|error| ApiError::field("/url", "url_not_allowed", error.to_string()))?.to_string())
}

/// Types of events, each once.
fn event_types(mut types: Vec<String>) -> Result<Vec<String>, ApiError> {
    if types.len() > MOST_TYPES {
        return Err(ApiError::field("/event_types", "too_long", format!("may name {MOST_TYPES} types at most")));
    }
    if let Some(position) = types.iter().position(|kind| !is_kind(kind)) {
        let wanted = "must be a type of event, such as `message.sent` or `message.*`";
        return Err(ApiError::field(format!("/event_types/{position}"), "invalid", wanted));
    }
    types.sort();
    types.dedup();
    Ok(types)
}
