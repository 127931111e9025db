//! The demo: messages written by us, over all five channels, decided by the default policy.

use remit_engine::decide::normalise::{self, Arrival, InboundMessage};
use remit_engine::domain::ChannelKind;
use remit_engine::store::rows::ChannelRow;
use serde::Deserialize;

use super::report::{self, Fate};
use super::shell::Shell;
use super::{Failure, channel};

/// One JSON object a line: the channel and the message.
const MESSAGES: &str = include_str!("../../demo/messages.jsonl");

/// A real mail, as it would come from a server.
const MAIL: &[u8] = include_bytes!("../../demo/second-thoughts.eml");

#[derive(Debug, Deserialize)]
struct Scene {
    channel: ChannelKind,
    message: InboundMessage,
}

/// Sends every demo message through, one after the other, and looks at what became of each.
pub(crate) async fn play(shell: &Shell) -> Result<Vec<Fate>, Failure> {
    let mut fates = Vec::new();
    for line in MESSAGES.lines().filter(|line| !line.trim().is_empty()) {
        let scene: Scene = serde_json::from_str(line)?;
        let channel = account(shell, scene.channel).await?;
        let arrival = arrival(shell, &channel, scene.channel);
        let ingest = normalise::from_json(arrival, &scene.message, line.as_bytes(), shell.engine.ids())?;
        fates.push((shell.engine.receive(ingest).await?, scene.message.external_id));
        shell.engine.settle().await?;
    }
    let channel = account(shell, ChannelKind::Email).await?;
    let ingest = shell.engine.read_mail(&channel, "demo", MAIL.to_vec()).await?;
    fates.push((shell.engine.receive(ingest).await?, "second-thoughts.eml".to_owned()));
    shell.engine.settle().await?;
    let mut looked_up = Vec::new();
    for (ingested, source) in &fates {
        looked_up.push(Fate::of(shell, source, ingested).await?);
    }
    Ok(looked_up)
}

fn arrival<'a>(shell: &Shell, channel: &'a ChannelRow, kind: ChannelKind) -> Arrival<'a> {
    Arrival { channel, kind, source: "demo", now_ms: shell.engine.clock().now_ms() }
}

async fn account(shell: &Shell, kind: ChannelKind) -> Result<ChannelRow, Failure> {
    let address = match kind {
        ChannelKind::Email => "support@acme.example",
        ChannelKind::Sms => "+41445550100",
        ChannelKind::Whatsapp => "+41445550101",
        ChannelKind::Voice => "+41445550102",
        ChannelKind::Chat => "acme.example",
    };
    channel::ensure(shell, kind, "Acme Support", address).await
}

/// What happened, and where to look next.
pub(crate) fn print(shell: &Shell, fates: &[Fate], url: &str, key: &str) {
    println!("What the default policy decided:\n");
    report::print_table(fates);
    println!();
    report::print_counts("now", fates.iter().map(|fate| fate.now.clone()));
    println!("\nWhat has left is in {}", shell.outbox().display());
    println!("\nLook further (the README explains each):\n");
    println!("  export REMIT_URL={url} REMIT_KEY={key}");
    println!("  curl -s -H \"Authorization: Bearer $REMIT_KEY\" \"$REMIT_URL/api/v1/conversations\"");
    if let Some(waiting) = fates.iter().find(|fate| fate.now == "approval") {
        let conversation = &waiting.conversation_id;
        println!(
            "  curl -s -H \"Authorization: Bearer $REMIT_KEY\" \"$REMIT_URL/api/v1/conversations/{conversation}/timeline\""
        );
    }
    println!();
}
