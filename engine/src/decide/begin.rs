//! A rep begins a conversation: its first message goes out, and nobody has written before.
//!
//! What leaves is fixed here, as it is for every send: text, recipient, Message-ID and key. The message is in the
//! conversation from the start, as `queued`, for there would be nothing else in it; its run is a rep's own reply.

use super::content_sha256;
use super::reply::{Compose, ReplyError, file_column, may_leave, uses};
use super::send::key_of;
use crate::domain::{ChannelKind, IdKind};
use crate::ports::{Ids, OutboundFile, OutboundMessage};
use crate::store::rows::{ChannelRow, ContactRow, RepRow};
use crate::store::{Leaves, NewConversation, NewReply, TimelineEntry, Write};

/// Whom it goes to.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// Somebody who is known, at one of their addresses.
    Known(Box<ContactRow>, String),
    /// Somebody new: address and, where it is known, name.
    New(String, Option<String>),
}

/// Where the rep is, and when.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    /// Who.
    pub rep: &'a RepRow,
    /// By which channel.
    pub channel: &'a ChannelRow,
    /// Its kind.
    pub kind: ChannelKind,
    /// A machine writes, and says so.
    pub automatic: bool,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
    /// Fresh ids.
    pub ids: &'a dyn Ids,
}

impl Begin<'_> {
    /// The conversation with its first message. Gives its id and what to write.
    ///
    /// # Errors
    /// [`ReplyError`]; nothing was changed then.
    pub fn conversation(
        &self,
        to: &Recipient,
        compose: &Compose,
        files: &[OutboundFile],
    ) -> Result<(String, Vec<Write>), ReplyError> {
        let text = &compose.text;
        if text.body_text.trim().is_empty() {
            return Err(ReplyError::Empty);
        }
        let opted_out = matches!(to, Recipient::Known(contact, address)
            if contact.opted_out_at.is_some() || super::is_suppressed(&contact.suppressed, self.kind, address));
        may_leave(compose, files, opted_out, (&self.channel.status, self.kind.as_str()), self.now_ms)?;
        let id = |kind| self.ids.next(kind);
        let (conversation_id, message_id, run_id) = (id(IdKind::Conversation), id(IdKind::Message), id(IdKind::Run));
        let draft_id = id(IdKind::Draft);
        let (contact_id, name, address) = match to {
            Recipient::Known(contact, address) => (contact.id.clone(), contact.name.clone(), address.clone()),
            Recipient::New(address, name) => (id(IdKind::Contact), name.clone(), address.clone()),
        };
        let payload = self.payload((&run_id, &draft_id, &message_id), (&address, name.as_deref()), compose, files);
        let reply = NewReply {
            run_id,
            draft_id: draft_id.clone(),
            message_id,
            conversation_id: conversation_id.clone(),
            revision: 1,
            rep_id: self.rep.id.clone(),
            rep_name: self.rep.name.clone(),
            content_sha256: content_sha256(text.subject.as_deref(), &text.body_text),
            subject: text.subject.clone(),
            body_text: text.body_text.clone(),
            attachments: file_column(files),
            leaves: compose.send_at.map_or(Leaves::Now(self.now_ms), Leaves::At),
        };
        let mut summary = format!("{} began the conversation", self.rep.name);
        if opted_out {
            summary.push_str(", knowing that the contact does not want to be written to");
        }
        let said = TimelineEntry {
            id: id(IdKind::Timeline),
            conversation_id: conversation_id.clone(),
            contact_id: contact_id.clone(),
            kind: "conversation_begun",
            actor_kind: "rep",
            actor_name: Some(self.rep.name.clone()),
            summary,
            refers_to: Some(draft_id),
            data: serde_json::json!({ "send_at": compose.send_at, "knows_opted_out": compose.knows_opted_out }),
            at: self.now_ms,
        };
        let new = NewConversation {
            contact_id,
            new_contact: matches!(to, Recipient::New(..)).then(|| (address, name)),
            channel_id: self.channel.id.clone(),
            channel_kind: self.kind,
            effect_id: id(IdKind::Effect),
            payload,
            reply,
        };
        let mut writes = uses(files);
        writes.extend([Write::Begin(Box::new(new)), Write::Timeline(Box::new(said))]);
        Ok((conversation_id, writes))
    }

    fn payload(
        &self,
        (run_id, draft_id, message_id): (&str, &str, &str),
        (to, to_name): (&str, Option<&str>),
        compose: &Compose,
        files: &[OutboundFile],
    ) -> OutboundMessage {
        let key = key_of(run_id, draft_id, 1, message_id);
        let domain = self.channel.address.rsplit_once('@').map_or("remit.invalid", |(_, domain)| domain);
        OutboundMessage {
            idempotency_key: key.clone(),
            channel: self.kind,
            message_id: format!("{key}@{domain}"),
            from: self.channel.address.clone(),
            from_name: Some(self.channel.name.clone()),
            to: to.to_owned(),
            to_name: to_name.map(str::to_owned),
            subject: compose.text.subject.clone().filter(|_| self.kind == ChannelKind::Email),
            body_text: compose.text.body_text.clone(),
            in_reply_to: None,
            references: Vec::new(),
            automatic: self.automatic,
            answers_at_ms: None,
            at_ms: self.now_ms,
            attachments: files.to_vec(),
        }
    }
}
