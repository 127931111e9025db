//! Messages written by us, over all five channels: what a new inbox is tried with.

use remit_engine::decide::normalise::InboundMessage;
use remit_engine::domain::ChannelKind;
use serde::Deserialize;

/// One JSON object a line: the channel and the message.
const MESSAGES: &str = include_str!("../demo/messages.jsonl");

/// A real mail, as it would come from a server.
pub(crate) const MAIL: &[u8] = include_bytes!("../demo/second-thoughts.eml");

/// Name of the channels that the demo makes.
pub(crate) const NAME: &str = "Acme Support";

#[derive(Debug, Deserialize)]
struct Line {
    channel: ChannelKind,
    message: InboundMessage,
}

/// A message of the demo.
#[derive(Debug)]
pub(crate) struct Scene {
    /// By which kind of channel it comes.
    pub(crate) channel: ChannelKind,
    /// What is written.
    pub(crate) message: InboundMessage,
    /// The line that it stands in.
    pub(crate) line: &'static str,
}

/// The messages, in the order in which they come.
///
/// # Errors
/// When a line is no message.
pub(crate) fn scenes() -> Result<Vec<Scene>, serde_json::Error> {
    let lines = MESSAGES.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let Line { channel, message } = serde_json::from_str(line)?;
            Ok(Scene { channel, message, line })
        })
        .collect()
}

/// The address that a channel of the demo has.
pub(crate) const fn address(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Email => "support@acme.example",
        ChannelKind::Sms => "+41445550100",
        ChannelKind::Whatsapp => "+41445550101",
        ChannelKind::Voice => "+41445550102",
        ChannelKind::Chat => "acme.example",
    }
}
