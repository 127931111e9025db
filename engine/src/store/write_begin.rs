//! The write that begins a conversation with a message of ours.

use super::batch::set::Set;
use super::events::Log;
use super::ingest::AddressKind;
use super::statements::{self as sql, many};
use super::write::preview;
use super::write_people::NewReply;
use super::{Conn, StoreError, execute};
use crate::domain::ChannelKind;
use crate::ports::OutboundMessage;

/// What [`StoreError::Stale`] names when somebody has come to have the address meanwhile.
pub(crate) const ADDRESS: &str = "address of a contact";

/// A conversation that a rep begins, and everything in it.
#[derive(Debug, Clone)]
pub struct NewConversation {
    /// Whom it is with.
    pub contact_id: String,
    /// Where the contact is new: its normalised address, and its name.
    pub new_contact: Option<(String, Option<String>)>,
    /// The channel account.
    pub channel_id: String,
    /// Its kind.
    pub channel_kind: ChannelKind,
    /// Id of the effect.
    pub effect_id: String,
    /// What leaves.
    pub payload: OutboundMessage,
    /// Run and draft. `message_id` names the first message, which this writes.
    pub reply: NewReply,
}

impl NewConversation {
    pub(super) async fn apply(&self, conn: &mut Conn<'_>, ws: &str, now: i64, log: &mut Log) -> Result<(), StoreError> {
        let (reply, payload) = (&self.reply, &self.payload);
        let conversation: &str = &reply.conversation_id;
        if let Some((address, name)) = &self.new_contact {
            let mut contacts = Set::new(&many::CONTACT_INSERT);
            contacts.push([ws.into(), (&self.contact_id).into(), name.into(), None::<&str>.into(), now.into()]);
            contacts.execute(conn).await?;
            let mut addresses = Set::new(&many::CONTACT_ADDRESS_INSERT);
            let kind = AddressKind::of(self.channel_kind).as_str();
            addresses.push([ws.into(), kind.into(), address.into(), (&self.contact_id).into()]);
            // No row: somebody else has just taken it.
            if addresses.fetch::<(String,)>(conn).await?.is_empty() {
                return Err(StoreError::Stale(ADDRESS));
            }
        }
        let mut conversations = Set::new(&many::CONVERSATION_INSERT);
        conversations.push([
            ws.into(),
            conversation.into(),
            (&self.channel_id).into(),
            self.channel_kind.as_str().into(),
            (&self.contact_id).into(),
            (&payload.subject).into(),
            now.into(),
        ]);
        conversations.execute(conn).await?;
        let mut touched = Set::new(&many::CONVERSATION_TOUCH_OUTBOUND);
        touched.push([
            ws.into(),
            conversation.into(),
            preview(&payload.body_text).into(),
            now.into(),
            0_i64.into(),
            false.into(),
            None::<&str>.into(),
            None::<&str>.into(),
            None::<&str>.into(),
            None::<i64>.into(),
            "rep".into(),
        ]);
        touched.fetch::<(String, i64)>(conn).await?;
        // Whoever began it is the one to go on, until they hand it over.
        execute!(conn, sql::CONVERSATION_HUMAN, ws, conversation, true);
        self.message(conn, ws, now).await?;
        reply.insert(conn, ws, now).await?;
        let mut effects = Set::new(&many::EFFECT_INSERT);
        effects.push([
            ws.into(),
            (&self.effect_id).into(),
            (&reply.run_id).into(),
            conversation.into(),
            (&reply.message_id).into(),
            (&payload.idempotency_key).into(),
            serde_json::to_string(payload).unwrap_or_default().into(),
            false.into(),
            now.into(),
            None::<&str>.into(),
        ]);
        effects.execute(conn).await?;
        log.begun(self, ws, now);
        Ok(())
    }

    async fn message(&self, conn: &mut Conn<'_>, ws: &str, now: i64) -> Result<(), StoreError> {
        let (reply, payload) = (&self.reply, &self.payload);
        let conversation: &str = &reply.conversation_id;
        let mut messages = Set::new(&many::MESSAGE_INSERT);
        messages.push([
            ws.into(),
            (&reply.message_id).into(),
            conversation.into(),
            1_i64.into(),
            "outbound".into(),
            self.channel_kind.as_str().into(),
            "message".into(),
            false.into(),
            "rep".into(),
            None::<&str>.into(),
            (&reply.rep_name).into(),
            (&payload.from).into(),
            (&payload.to).into(),
            (&payload.subject).into(),
            (&payload.body_text).into(),
            (&payload.body_text).into(),
            None::<&str>.into(),
            (&reply.attachments).into(),
            (&payload.message_id).into(),
            "[]".into(),
            None::<&str>.into(),
            "queued".into(),
            None::<&str>.into(),
            (&reply.draft_id).into(),
            now.into(),
            now.into(),
        ]);
        messages.execute(conn).await?;
        let mut refs = Set::new(&many::MESSAGE_REF_INSERT);
        refs.push([ws.into(), (&payload.message_id).into(), conversation.into(), (&reply.message_id).into()]);
        refs.execute(conn).await
    }
}
