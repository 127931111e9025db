//! A chat, sent to its visitor by mail when they leave: once, by the way that every mail takes, and marked as a machine's.
//!
//! It says nothing that was not said in the chat, to one address for good. Nobody gets one who does not want to be written
//! to, nor where nobody of ours has said anything: what strangers write is not sent on for them.

use crate::begin::{To, recipient};
use crate::decide::begin::Begin;
use crate::decide::person::Edit;
use crate::decide::reply::{Compose, ReplyError};
use crate::domain::ChannelKind;
use crate::engine::{Engine, EngineError};
use crate::store::rows::{ChannelRow, MessageRow, RepRow};
use crate::store::{ADDRESS, ChannelWrite, StoreError, TRANSCRIPT, Write, read};

/// Messages that are read together, and most of one transcript.
const PAGE: i64 = 100;
const MOST: usize = 500;
/// How often the contact is looked for again, who was made by somebody else meanwhile.
const LOOKS: usize = 3;

/// A chat that ends.
#[derive(Debug, Clone, Copy)]
pub struct Left<'a> {
    /// Where it was.
    pub channel: &'a ChannelRow,
    /// The conversation.
    pub conversation_id: &'a str,
    /// Whom it goes to: a mail address.
    pub address: &'a str,
    /// Their name, where known.
    pub name: Option<&'a str>,
    /// The channel it leaves by; the first mail channel where none is named.
    pub by: Option<&'a str>,
}

/// Whether the visitor can see a message, and so whether it is in the transcript.
fn is_shown(message: &MessageRow) -> bool {
    message.direction == "inbound" || matches!(message.status.as_str(), "sent" | "delivered" | "read")
}

/// The messages as one text, oldest first.
fn transcript(messages: &[&MessageRow], site: &str) -> String {
    let mut text = format!("Here is what was said in the chat at {site}.\n");
    for message in messages {
        let who = match message.author_kind.as_str() {
            "contact" => "You".to_owned(),
            _ => message.author_name.clone().unwrap_or_else(|| "We".to_owned()),
        };
        let at = jiff::Timestamp::from_millisecond(message.created_at).unwrap_or_default();
        text.push_str(&format!("\n{} ({} UTC):\n{}\n", who, at.strftime("%Y-%m-%d %H:%M"), message.body_text.trim()));
    }
    text
}

impl Engine {
    /// Sends a chat to its visitor. False where there was nothing to send, or nothing that may be.
    ///
    /// # Errors
    /// [`EngineError::Reply`] when the address is none; [`EngineError::Store`] when the database fails: nothing was sent.
    pub async fn send_transcript(&self, left: Left<'_>) -> Result<bool, EngineError> {
        let ws = &left.channel.workspace_id;
        self.policies().in_force(self.db(), ws).await?;
        for _ in 0..LOOKS {
            let mut reader = self.db().read().await?;
            let conn = &mut reader.conn();
            let by = match left.by {
                Some(id) => read::channel_by_id(conn, id).await?.filter(|row| row.workspace_id == *ws),
                None => read::channel_first_of_kind(conn, ws, ChannelKind::Email.as_str()).await?,
            };
            let Some(by) = by.filter(|row| row.kind == ChannelKind::Email.as_str() && row.status == "active") else {
                return Ok(false);
            };
            let sent = read::transcript(conn, ws, left.conversation_id).await?.map_or(0, |row| row.0);
            let mut messages = Vec::new();
            let mut before = i64::MAX;
            while messages.len() < MOST {
                let page = read::messages(conn, ws, left.conversation_id, before, PAGE).await?;
                let Some(last) = page.last() else { break };
                before = last.seq;
                messages.extend(page);
            }
            messages.reverse();
            let last = messages.last().map_or(0, |message| message.seq);
            let shown: Vec<&MessageRow> = messages.iter().filter(|message| is_shown(message)).collect();
            if last <= sent || !shown.iter().any(|message| message.direction == "outbound") {
                return Ok(false);
            }
            let to = To::Address(left.address.to_owned(), left.name.map(str::to_owned));
            let to = recipient(conn, &by, ChannelKind::Email, &to).await?;
            drop(reader);
            let text = Edit {
                subject: Some(format!("Your chat with {}", by.name)),
                body_text: transcript(&shown, &left.channel.name),
            };
            let compose = Compose { text, send_at: None, revision: None, knows_opted_out: false, files: Vec::new() };
            let nobody = nobody(&by);
            let begin = Begin {
                rep: &nobody,
                channel: &by,
                kind: ChannelKind::Email,
                automatic: true,
                now_ms: self.clock().now_ms(),
                ids: self.ids(),
            };
            let mut writes = match begin.conversation(&to, &compose, &[]) {
                Ok((_, writes)) => writes,
                Err(ReplyError::OptedOut) => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let claim = ChannelWrite::Transcript {
                conversation_id: left.conversation_id.to_owned(),
                address: left.address.trim().to_lowercase(),
                seq: last,
            };
            writes.insert(0, Write::Channels(claim));
            match self.commit_writes(ws, writes).await {
                Err(StoreError::Stale(TRANSCRIPT)) => return Ok(false),
                Err(StoreError::Stale(ADDRESS)) => {}
                done => {
                    done?;
                    self.wake();
                    return Ok(true);
                }
            }
        }
        Err(StoreError::Stale(ADDRESS).into())
    }
}

/// Nobody of ours wrote it: it goes out under the channel's own name.
fn nobody(channel: &ChannelRow) -> RepRow {
    RepRow {
        workspace_id: channel.workspace_id.clone(),
        id: "system".to_owned(),
        name: channel.name.clone(),
        email: String::new(),
        role: String::new(),
        created_at: 0,
        disabled_at: None,
        version: 0,
    }
}
