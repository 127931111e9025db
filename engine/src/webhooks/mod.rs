//! Outgoing webhooks: events posted to addresses that users name.
//!
//! [`deliver`] turns the event log into rows, one for each event and webhook, and posts them: at least once, in no
//! certain order. What a receiver can rely on is the id, which is the event's and the same in every attempt, and the
//! signature ([`sign`]). What an attempt means is decided in [`attempt`].

pub mod attempt;
pub mod deliver;
pub mod sign;

use serde_json::json;

use crate::domain::IdKind;
use crate::engine::{Engine, EngineError};
use crate::events::{Wanted, time};
use crate::people::not_found;
use crate::store::events::{NewDelivery, read as log};
use crate::store::rows::{DeliveryRow, PlaceRow, RepRow, WebhookRow};
use crate::store::{EventWrite, StoreError, Write, read};

/// Webhooks that a workspace may have.
pub const MOST_WEBHOOKS: usize = 50;
/// How long the secret before is good after a new one was made, in milliseconds.
pub const ROTATION_MS: i64 = 24 * 3_600_000;

/// A webhook as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Where to post to; checked by [`crate::egress::Egress::check`] before.
    pub url: String,
    /// What it is for, in their words.
    pub description: String,
    /// Types of events, or families such as `message.*`; all when empty.
    pub event_types: Vec<String>,
    /// Whether it is told anything.
    pub enabled: bool,
}

/// Why a webhook is not as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Somebody else changed it.
    #[error("the webhook has changed since it was shown; its version is {current}")]
    Changed {
        /// Its version now.
        current: i64,
    },
    /// There are as many as there may be.
    #[error("a workspace may have {MOST_WEBHOOKS} webhooks; delete one first")]
    TooMany,
    /// It is switched off, so that nothing would leave.
    #[error("the webhook is disabled; enable it first")]
    Disabled,
}

impl WebhookRow {
    /// Which events it is told.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted { kinds: self.event_types(), conversation_id: None }
    }

    /// Types of events it is told; all when empty.
    #[must_use]
    pub fn event_types(&self) -> Vec<String> {
        serde_json::from_str(&self.event_types).unwrap_or_default()
    }
}

fn kinds(wish: &Wish) -> String {
    json!(wish.event_types).to_string()
}

impl Engine {
    /// The place that a webhook which begins now begins at: the last that is written, whether it can be read yet or not.
    /// What is committed later was begun later, by anybody who knows of the webhook.
    async fn last_row(&self) -> Result<PlaceRow, StoreError> {
        let mut reader = self.db().read().await?;
        log::written(&mut reader.conn()).await
    }

    async fn webhook(&self, ws: &str, id: &str) -> Result<WebhookRow, EngineError> {
        let mut reader = self.db().read().await?;
        read::webhook(&mut reader.conn(), ws, id).await?.ok_or_else(|| not_found("webhook", id))
    }

    async fn write_events(&self, ws: &str, write: EventWrite) -> Result<(), StoreError> {
        self.commit_writes(ws, vec![Write::Events(write)]).await
    }

    /// Adds a webhook; it is told of what happens from now on.
    ///
    /// # Errors
    /// [`WebhookError::TooMany`].
    pub async fn add_webhook(&self, rep: &RepRow, wish: &Wish) -> Result<WebhookRow, EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        let most = i64::try_from(MOST_WEBHOOKS).unwrap_or(i64::MAX);
        let there = read::webhooks(&mut reader.conn(), ws, i64::MIN, "", most).await?.len();
        drop(reader);
        if there >= MOST_WEBHOOKS {
            return Err(WebhookError::TooMany.into());
        }
        let id = self.ids().next(IdKind::Webhook);
        let webhook = EventWrite::Webhook {
            id: id.clone(),
            url: wish.url.clone(),
            description: wish.description.clone(),
            event_types: kinds(wish),
            enabled: wish.enabled,
            from: self.last_row().await?,
            by: rep.name.clone(),
        };
        self.write_events(ws, webhook).await?;
        self.webhook(ws, &id).await
    }

    /// Changes a webhook, if it still has the version that was seen. One that is switched on is told of what happens
    /// from then on.
    ///
    /// # Errors
    /// [`WebhookError::Changed`]; nothing was changed then.
    pub async fn change_webhook(
        &self,
        rep: &RepRow,
        id: &str,
        version: i64,
        wish: &Wish,
    ) -> Result<WebhookRow, EngineError> {
        let ws = &rep.workspace_id;
        let now = self.webhook(ws, id).await?;
        if now.version != version {
            return Err(WebhookError::Changed { current: now.version }.into());
        }
        let change = EventWrite::WebhookChange {
            id: id.to_owned(),
            version,
            url: wish.url.clone(),
            description: wish.description.clone(),
            event_types: kinds(wish),
            enabled: wish.enabled,
            from: self.last_row().await?,
            by: rep.name.clone(),
        };
        self.write_events(ws, change).await?;
        let now = self.webhook(ws, id).await?;
        let is_as_wished = now.url == wish.url
            && now.description == wish.description
            && now.event_types == kinds(wish)
            && now.enabled == wish.enabled;
        if is_as_wished { Ok(now) } else { Err(WebhookError::Changed { current: now.version }.into()) }
    }

    /// Gives a webhook a new secret; for a day everything is signed with the one before as well.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such webhook.
    pub async fn rotate_webhook(&self, rep: &RepRow, id: &str) -> Result<WebhookRow, EngineError> {
        let ws = &rep.workspace_id;
        self.webhook(ws, id).await?;
        let old_until = self.clock().now_ms() + ROTATION_MS;
        let rotate = EventWrite::WebhookRotate { id: id.to_owned(), old_until, by: rep.name.clone() };
        self.write_events(ws, rotate).await?;
        self.webhook(ws, id).await
    }

    /// Deletes a webhook: it is told nothing any more.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such webhook.
    pub async fn delete_webhook(&self, rep: &RepRow, id: &str) -> Result<(), EngineError> {
        let ws = &rep.workspace_id;
        self.webhook(ws, id).await?;
        let delete = EventWrite::WebhookDelete { id: id.to_owned(), by: rep.name.clone() };
        Ok(self.write_events(ws, delete).await?)
    }

    /// Has an event of the type `webhook.test` delivered, which is in no log.
    ///
    /// # Errors
    /// [`WebhookError::Disabled`].
    pub async fn test_webhook(&self, rep: &RepRow, id: &str) -> Result<DeliveryRow, EngineError> {
        let ws = &rep.workspace_id;
        let webhook = self.webhook(ws, id).await?;
        if !webhook.enabled {
            return Err(WebhookError::Disabled.into());
        }
        let (event_id, event_type) = (self.ids().next(IdKind::Event), "webhook.test");
        let body = json!({
            "id": event_id,
            "seq": self.events().last().await?.to_string(),
            "type": event_type,
            "created_at": time(self.clock().now_ms()),
            "actor": { "kind": "rep", "name": rep.name },
            "conversation_id": null,
            "client_ref": null,
            "data": { "webhook_id": webhook.id },
        });
        let delivery = NewDelivery {
            id: self.ids().next(IdKind::Delivery),
            webhook_id: webhook.id,
            event_id,
            event_type: event_type.to_owned(),
            body: body.to_string(),
        };
        let made = delivery.id.clone();
        self.write_events(ws, EventWrite::Delivery(delivery)).await?;
        self.webhook_delivery(ws, id, &made).await
    }

    /// Delivers once more, with the same id and the same bytes, from the first attempt on.
    ///
    /// # Errors
    /// [`WebhookError::Disabled`], [`EngineError::NotFound`].
    pub async fn redeliver(&self, rep: &RepRow, webhook_id: &str, id: &str) -> Result<DeliveryRow, EngineError> {
        let ws = &rep.workspace_id;
        let webhook = self.webhook(ws, webhook_id).await?;
        self.webhook_delivery(ws, webhook_id, id).await?;
        if !webhook.enabled {
            return Err(WebhookError::Disabled.into());
        }
        self.write_events(ws, EventWrite::Redeliver { id: id.to_owned() }).await?;
        self.webhook_delivery(ws, webhook_id, id).await
    }

    /// A delivery of a webhook.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when this webhook has no such delivery.
    pub async fn webhook_delivery(&self, ws: &str, webhook_id: &str, id: &str) -> Result<DeliveryRow, EngineError> {
        let mut reader = self.db().read().await?;
        let found = read::delivery(&mut reader.conn(), ws, id).await?;
        found.filter(|delivery| delivery.webhook_id == webhook_id).ok_or_else(|| not_found("delivery", id))
    }
}
