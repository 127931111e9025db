//! The demo's text messages come by providers that are not there: what people write is signed as Twilio and Meta sign it and
//! handed in at the channels' own addresses, replies leave by the providers' own calls, and what becomes of those is told
//! in the providers' own words, late, twice and in the wrong order, as it happens. Nothing leaves the machine.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use remit_engine::clock::SystemClock;
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE};
use remit_engine::egress::Allowed;
use remit_engine::store::ingest::{AddressKind, Ingested};
use remit_engine::store::read;
use remit_engine::store::rows::ChannelRow;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::shell::Shell;
use super::{Failure, channel};
use crate::demo::{self, Scene};
use crate::sim::{Callback, Sim};

/// How often it is looked for what the providers have to tell.
const LOOK: Duration = Duration::from_millis(500);
/// Messages of a conversation among which one is looked for.
const RECENT: i64 = 50;

/// The providers, and the API that they call.
#[derive(Debug, Clone)]
pub(crate) struct Simulated {
    sim: Sim,
    url: String,
    router: Router,
}

/// A channel of the demo that a provider serves.
#[derive(Debug, Clone, Copy)]
struct Served {
    provider: &'static str,
    name: &'static str,
    address: &'static str,
}

/// Which provider serves a kind of channel in the demo; none where signed JSON comes in.
const fn served(kind: ChannelKind) -> Option<Served> {
    match kind {
        ChannelKind::Sms => {
            Some(Served { provider: "twilio", name: "Acme Support (simulated Twilio)", address: "+41445550110" })
        }
        ChannelKind::Whatsapp => Some(Served {
            provider: "whatsapp_cloud",
            name: "Acme Support (simulated WhatsApp)",
            address: "+41445550111",
        }),
        _ => None,
    }
}

/// Starts the providers. They may be called although they are on this machine: they and their ports alone.
pub(crate) async fn start(allowed: &mut Vec<Allowed>) -> Result<Sim, Failure> {
    let sim = Sim::start(Arc::new(SystemClock)).await?;
    allowed.extend(sim.places().into_iter().map(Allowed::Place));
    Ok(sim)
}

impl Simulated {
    /// `url` is where the API is, which is `router`.
    pub(crate) const fn new(sim: Sim, url: String, router: Router) -> Self {
        Self { sim, url, router }
    }

    /// Hands in what somebody writes, where a provider serves such channels. Gives what became of it.
    pub(crate) async fn receive(&self, shell: &Shell, scene: &Scene) -> Result<Option<Ingested>, Failure> {
        let Some(served) = served(scene.channel) else { return Ok(None) };
        let channel = self.channel(shell, scene.channel, served).await?;
        let hook = self.hook(&channel);
        let (message, from) = (&scene.message, &scene.message.from);
        let person = from.name.as_deref().unwrap_or_default();
        let (id, callback) = if served.provider == "twilio" {
            let id = message.external_id.clone();
            let told = (from.address.as_str(), person);
            (id.clone(), self.sim.named_text_message(&hook, &id, told, &channel.address, &message.text))
        } else {
            let id = format!("wamid.{}", message.external_id);
            let text = json!({ "id": id, "type": "text", "text": { "body": message.text } });
            let number = from.address.trim_start_matches('+');
            (id, self.sim.whatsapp_message(&hook, number, person, text))
        };
        let status = self.hand_in(&callback).await;
        if status != StatusCode::OK {
            return Err(Failure::new(format!("the demo's `{id}` was answered with {status}")));
        }
        let found = find(shell, scene, &id).await?;
        found.map(Some).ok_or_else(|| Failure::new(format!("the demo's `{id}` did not come in")))
    }

    fn hook(&self, channel: &ChannelRow) -> String {
        format!("{}/api/v1/inbound/{}", self.url, channel.id)
    }

    /// The channel of a provider, made where there is none, and connected with where the provider is now.
    async fn channel(&self, shell: &Shell, kind: ChannelKind, served: Served) -> Result<ChannelRow, Failure> {
        let of_it = async || {
            let mut reader = shell.engine.db().read().await?;
            let all = read::channels(&mut reader.conn(), DEFAULT_WORKSPACE).await?;
            Ok::<_, Failure>(all.into_iter().find(|row| row.kind == kind.as_str() && row.name == served.name))
        };
        let mut found = of_it().await?;
        if found.is_none() {
            // Beside the one for signed JSON, which stays the first of its kind.
            channel::ensure(shell, kind, demo::NAME, demo::address(kind)).await?;
            channel::add(shell, kind, served.name, served.address).await?;
            found = of_it().await?;
        }
        let row = found.ok_or_else(|| Failure::new("a channel of the demo is missing"))?;
        let wish = self.sim.connection(served.provider, &self.hook(&row));
        shell.engine.connect(&row, shell.providers.vault(), &wish).await?;
        Ok(row)
    }

    /// A request of a provider, as it would come in.
    async fn hand_in(&self, callback: &Callback) -> StatusCode {
        let path = callback.url.strip_prefix(&self.url).unwrap_or(&callback.url);
        let mut request = Request::post(path);
        for (name, value) in &callback.headers {
            request = request.header(*name, value);
        }
        match request.body(Body::from(callback.body.clone())) {
            Ok(request) => match self.router.clone().oneshot(request).await {
                Ok(answer) => answer.status(),
                Err(never) => match never {},
            },
            Err(error) => {
                tracing::error!(%error, "a simulated provider writes what is no request");
                StatusCode::BAD_REQUEST
            }
        }
    }

    /// Tells what became of messages, until stopped: every second time the last thing first, and one thing twice.
    pub(crate) async fn tell(self, stop: CancellationToken) {
        let mut turn = false;
        while !stop.is_cancelled() {
            let mut told = self.sim.callbacks();
            if turn && !told.is_empty() {
                told.reverse();
                told.extend(told.first().cloned());
            }
            turn ^= !told.is_empty();
            for callback in told {
                let status = self.hand_in(&callback).await;
                if status != StatusCode::OK {
                    tracing::warn!(%status, "a simulated provider's callback was not taken");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

/// The message that came in, and the run that answers it.
async fn find(shell: &Shell, scene: &Scene, id: &str) -> Result<Option<Ingested>, Failure> {
    let ws = DEFAULT_WORKSPACE;
    let mut reader = shell.engine.db().read().await?;
    let conn = &mut reader.conn();
    let kind = AddressKind::of(scene.channel).as_str();
    let contact = read::contact_of_address(conn, ws, kind, &scene.message.from.address).await?;
    let Some((contact,)) = contact else { return Ok(None) };
    for conversation in read::conversations_of_contact(conn, ws, &contact, RECENT).await? {
        let recent = read::messages(conn, ws, &conversation.id, i64::MAX, RECENT).await?;
        let Some(message) = recent.into_iter().find(|row| row.external_id.as_deref() == Some(id)) else { continue };
        let Some(run) = read::run_of_message(conn, ws, &message.id).await? else { continue };
        let (message_id, conversation_id, seq) = (message.id, message.conversation_id, message.seq);
        return Ok(Some(Ingested { duplicate: false, message_id, conversation_id, run_id: run.id, seq }));
    }
    Ok(None)
}
