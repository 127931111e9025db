//! The task that turns the log into deliveries and posts them.
//!
//! While no webhook is enabled it does nothing but look, once a second, whether one is: messages cost the same with and
//! without it. Any number of processes may run it on PostgreSQL: they go on from one place of the log, which moves by
//! compare-and-set, and lease each delivery. A process that dies leaves its deliveries to be made again, with the same id.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::attempt::{self, Made};
use super::sign;
use crate::domain::IdKind;
use crate::egress::Egress;
use crate::engine::Engine;
use crate::events::{Place, events_of};
use crate::store::events::{NewDelivery, read as log};
use crate::store::rows::{DeliveryRow, PlaceRow, WebhookRow};
use crate::store::{Dialect, EventWrite, StoreError, Write, read};

/// How long a receiver may take to answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// How long others stay away from a delivery, in milliseconds: longer than an attempt can take.
const LEASE_MS: i64 = 60_000;
/// Posts to one webhook at the same time: one that is slow keeps nobody but itself waiting.
const AT_ONCE: usize = 8;
/// Rows of the log that are turned into deliveries in one commit.
const PAGE: i64 = 16;
/// How often it is looked for what no wake-up tells of.
const LOOK: Duration = Duration::from_secs(1);
/// What is left to others between two looks while much happens.
const BREATH: Duration = Duration::from_millis(20);

/// What is under way: webhook and delivery.
type Ended = (String, String);

#[derive(Debug)]
struct Sender {
    engine: Engine,
    egress: Egress,
    master_key: [u8; 32],
    under_way: HashMap<String, HashSet<String>>,
    posts: JoinSet<Ended>,
}

/// Posts events to webhooks until `stop` completes; what is under way then is brought to its end.
pub async fn run(engine: Engine, egress: Egress, master_key: [u8; 32], stop: CancellationToken) {
    let mut told = engine.writer().told();
    let mut sender = Sender { engine, egress, master_key, under_way: HashMap::new(), posts: JoinSet::new() };
    while !stop.is_cancelled() {
        told.borrow_and_update();
        let is_idle = match sender.look().await {
            Ok(webhooks) => webhooks == 0,
            Err(error) => {
                tracing::warn!(%error, "cannot look after webhooks; trying again");
                true
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LOOK) => {}
            Ok(()) = told.changed(), if !is_idle => tokio::time::sleep(BREATH).await,
            Some(ended) = sender.posts.join_next(), if !sender.posts.is_empty() => sender.ended(ended),
        }
        while let Some(ended) = sender.posts.try_join_next() {
            sender.ended(ended);
        }
    }
    while let Some(ended) = sender.posts.join_next().await {
        sender.ended(ended);
    }
}

impl Sender {
    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        match ended {
            Ok((webhook, delivery)) => {
                if let Some(under_way) = self.under_way.get_mut(&webhook) {
                    under_way.remove(&delivery);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a delivery ended with an error");
                // Which one is not known; all of them will be found again.
                self.under_way.clear();
            }
        }
    }

    /// Turns what is new into deliveries and begins those that are due. Gives how many webhooks there are.
    async fn look(&mut self) -> Result<usize, StoreError> {
        let mut reader = self.engine.db().read().await?;
        let enabled = read::webhooks_enabled(&mut reader.conn()).await?;
        drop(reader);
        let count = enabled.len();
        let mut workspaces: BTreeMap<String, Vec<WebhookRow>> = BTreeMap::new();
        for webhook in enabled {
            workspaces.entry(webhook.workspace_id.clone()).or_default().push(webhook);
        }
        for (workspace, webhooks) in workspaces {
            while fan_out(&self.engine, &workspace, &webhooks).await? {}
            for webhook in webhooks {
                self.begin(webhook).await?;
            }
        }
        Ok(count)
    }

    async fn begin(&mut self, webhook: WebhookRow) -> Result<(), StoreError> {
        let under_way = self.under_way.entry(webhook.id.clone()).or_default();
        let room = AT_ONCE.saturating_sub(under_way.len());
        if room == 0 {
            return Ok(());
        }
        let now = self.engine.clock().now_ms();
        // SQLite gives also those that are under way.
        let most = if self.engine.db().dialect() == Dialect::Sqlite { AT_ONCE } else { room };
        let (most, name) = (i64::try_from(most).unwrap_or(1), (webhook.workspace_id.as_str(), webhook.id.as_str()));
        let due = self.engine.db().due_deliveries(name, now, most, now + LEASE_MS).await?;
        let fresh: Vec<DeliveryRow> = due.into_iter().filter(|one| !under_way.contains(&one.id)).take(room).collect();
        for delivery in fresh {
            under_way.insert(delivery.id.clone());
            let (engine, egress, master_key) = (self.engine.clone(), self.egress.clone(), self.master_key);
            let webhook = webhook.clone();
            self.posts.spawn(async move {
                let ended = (webhook.id.clone(), delivery.id.clone());
                if let Err(error) = post(&engine, &egress, &master_key, &webhook, &delivery).await {
                    tracing::warn!(delivery = delivery.id, %error, "an attempt could not be kept; it will be made again");
                    // Not at once: the database may be gone.
                    tokio::time::sleep(LOOK).await;
                }
                ended
            });
        }
        Ok(())
    }
}

/// Makes deliveries of what is new in the log, a little of it. True when there may be more.
async fn fan_out(engine: &Engine, workspace: &str, webhooks: &[WebhookRow]) -> Result<bool, StoreError> {
    let mut reader = engine.db().read().await?;
    let conn = &mut reader.conn();
    let Some(before) = read::webhook_place(conn, workspace).await? else { return Ok(false) };
    let from = |webhook: &WebhookRow| PlaceRow { xid: webhook.from_xid, seq: webhook.from_seq };
    let gone = log::trimmed(conn).await?.map(|row| row.place()).unwrap_or_default();
    let first = webhooks.iter().map(from).min().unwrap_or(before);
    if gone > before.max(first) {
        tracing::warn!(workspace, "events went before they could be delivered to webhooks: the log was shortened");
    }
    let start = before.max(first).max(gone);
    let rows = log::log(conn, workspace, Place::after_row(start).next_row(), PAGE).await?;
    drop(reader);
    let after = rows.last().map_or(start, |row| row.place());
    if after == before {
        return Ok(false);
    }
    let wanted: Vec<_> = webhooks.iter().map(|webhook| (webhook, webhook.wanted())).collect();
    let mut deliveries = Vec::new();
    for row in &rows {
        for event in events_of(row, Place::default())? {
            let mut body = None;
            for (webhook, wanted) in &wanted {
                // Who is looking at what is for those who look, unless a program asks for it by name.
                let is_presence = event.kind.starts_with("presence.") && wanted.kinds.is_empty();
                if is_presence || event.place.row <= from(webhook) || !wanted.takes(&event) {
                    continue;
                }
                deliveries.push(NewDelivery {
                    id: engine.ids().next(IdKind::Delivery),
                    webhook_id: webhook.id.clone(),
                    event_id: event.id.clone(),
                    event_type: event.kind.clone(),
                    body: body.get_or_insert_with(|| event.envelope().to_string()).clone(),
                });
            }
        }
    }
    let fan_out = EventWrite::FanOut { before, after, deliveries };
    engine.commit_writes(workspace, vec![Write::Events(fan_out)]).await?;
    Ok(rows.len() as i64 == PAGE)
}

/// Makes one attempt and keeps what became of it.
async fn post(
    engine: &Engine,
    egress: &Egress,
    master_key: &[u8; 32],
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
) -> Result<(), StoreError> {
    // As it is now: its secret, address or switch may have changed since it was found.
    let mut reader = engine.db().read().await?;
    let found = read::webhook(&mut reader.conn(), &webhook.workspace_id, &webhook.id).await?;
    drop(reader);
    let Some(webhook) = found.as_ref().filter(|webhook| webhook.enabled) else { return Ok(()) };
    let now = engine.clock().now_ms();
    let mut keys = vec![sign::key(master_key, &webhook.id, webhook.secret_version)];
    if webhook.old_until.is_some_and(|until| until > now) {
        keys.push(sign::key(master_key, &webhook.id, webhook.secret_version - 1));
    }
    let timestamp = now / 1_000;
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", delivery.event_id.clone()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", sign::signature(&keys, &delivery.event_id, timestamp, &delivery.body)),
    ];
    let begun = Instant::now();
    let answer = egress.post(&webhook.url, &headers, delivery.body.clone().into_bytes(), TIMEOUT).await;
    let made = Made {
        now_ms: engine.clock().now_ms(),
        took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
        chance: rand::random(),
    };
    let writes = attempt::settle(webhook, delivery, &answer, made);
    if let Some(EventWrite::WebhookDisable { reason, .. }) = writes.first() {
        tracing::warn!(webhook = webhook.id, reason, "a webhook was disabled");
    }
    engine.commit_writes(&webhook.workspace_id, writes.into_iter().map(Write::Events).collect()).await
}
