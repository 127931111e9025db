//! A rep begins a conversation.

use crate::decide::begin::{Begin, Recipient};
use crate::decide::normalise;
use crate::decide::reply::{Compose, ReplyError};
use crate::domain::{ChannelKind, UnknownChannelKind};
use crate::engine::{Engine, EngineError};
use crate::people::not_found;
use crate::store::ingest::AddressKind;
use crate::store::rows::{ChannelRow, RepRow};
use crate::store::{Conn, StoreError, read};

/// Whom a rep writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A contact, at the address that the channel reaches.
    Contact(String),
    /// An address, of a contact or of somebody new, and a name for the latter.
    Address(String, Option<String>),
}

/// How often the contact is looked for again, who was made by somebody else meanwhile.
const LOOKS: usize = 3;

impl Engine {
    /// Begins a conversation with a message of a rep's own, now or at a time. Gives its id.
    ///
    /// # Errors
    /// [`EngineError::Reply`] when it was not begun; nothing was changed then.
    pub async fn begin_conversation(
        &self,
        rep: &RepRow,
        channel_id: &str,
        to: &To,
        compose: &Compose,
    ) -> Result<String, EngineError> {
        let ws = &rep.workspace_id;
        // Its run cannot go on without a policy, though none is asked about what a person wrote.
        self.policies().in_force(self.db(), ws).await?;
        let files = self.files(ws, &compose.files).await?;
        let mut looks = 0;
        loop {
            looks += 1;
            let mut reader = self.db().read().await?;
            let conn = &mut reader.conn();
            let channel = read::channel_by_id(conn, channel_id).await?.filter(|row| row.workspace_id == *ws);
            let channel = channel.ok_or_else(|| not_found("channel", channel_id))?;
            let kind: ChannelKind = channel.kind.parse().map_err(|error: UnknownChannelKind| {
                StoreError::Inconsistent { table: "channel", reason: error.to_string() }
            })?;
            let recipient = recipient(conn, &channel, kind, to).await?;
            drop(reader);
            let now_ms = self.clock().now_ms();
            let begin = Begin { rep, channel: &channel, kind, automatic: false, now_ms, ids: self.ids() };
            let (id, writes) = begin.conversation(&recipient, compose, &files)?;
            match self.commit_writes(ws, writes).await {
                Err(StoreError::Stale(crate::store::ADDRESS)) if looks < LOOKS => {}
                Err(StoreError::Stale("attachment")) => return Err(not_found("attachment", "named")),
                done => {
                    done?;
                    self.wake();
                    return Ok(id);
                }
            }
        }
    }
}

pub(crate) async fn recipient(
    conn: &mut Conn<'_>,
    channel: &ChannelRow,
    kind: ChannelKind,
    to: &To,
) -> Result<Recipient, EngineError> {
    let ws = &channel.workspace_id;
    let wanted = AddressKind::of(kind).as_str();
    let (contact_id, address) = match to {
        To::Contact(id) => {
            let addresses = read::contact_addresses(conn, ws, id).await?;
            let address = addresses.into_iter().find(|row| row.kind == wanted).map(|row| row.address);
            let contact = read::contact(conn, ws, id).await?.ok_or_else(|| not_found("contact", id))?;
            (contact.id, address.ok_or(ReplyError::NoAddress)?)
        }
        To::Address(address, name) => {
            let address = normalise::address(kind, address).map_err(|error| ReplyError::Address(error.message))?;
            match read::contact_by_address(conn, ws, wanted, &address).await? {
                Some((id,)) => (id, address),
                None => return Ok(Recipient::New(address, name.clone())),
            }
        }
    };
    let contact = read::contact(conn, ws, &contact_id).await?.ok_or_else(|| not_found("contact", &contact_id))?;
    // By mail every thread is one of its own. Elsewhere there is one at a time, and what comes in goes there.
    if kind != ChannelKind::Email
        && let Some((open,)) = read::conversation_open(conn, ws, &contact_id, &channel.id).await?
    {
        return Err(ReplyError::AlreadyOpen(open).into());
    }
    Ok(Recipient::Known(Box::new(contact), address))
}
