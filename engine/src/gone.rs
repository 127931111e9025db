//! Contacts who are the same are merged; a contact who asks for it is erased.

use std::collections::BTreeSet;

use serde_json::json;

use crate::audit;
use crate::decide::gone::{absorb, without_words};
use crate::decide::person::Stop;
use crate::domain::{ActionReason, ClosedReason};
use crate::engine::{Engine, EngineError};
use crate::ledger::decision_hash;
use crate::people::not_found;
use crate::store::rows::{ContactRow, RepRow};
use crate::store::{GoneWrite, StoreError, Write, read};

/// Why a contact was not merged. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GoneError {
    /// A contact cannot be merged with itself.
    #[error("a contact cannot be merged into itself")]
    Itself,
    /// It is no more by itself already.
    #[error("the contact {0} was merged or erased already")]
    Gone(String),
}

/// What an erasure took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Conversations whose texts are gone.
    pub conversations: usize,
    /// Decisions out of which words were taken.
    pub decisions: usize,
}

/// Conversations that the trail names; more are moved all the same.
const MOST_NAMED: i64 = 10_000;
/// How often a merge is tried again when somebody else changed one of the two.
const MOST_TRIES: usize = 10;
/// Rows that are read at once.
const PAGE: i64 = 100;

impl Engine {
    /// Merges one contact into another: addresses, segments, conversations and what was counted against limits. The one
    /// that is left has the more careful of both: an opt-out and a pause hold. What it takes to undo it is in the trail.
    ///
    /// # Errors
    /// [`EngineError::Gone`] when it cannot be; nothing was changed then.
    pub async fn merge_contacts(&self, rep: &RepRow, from: &str, into: &str) -> Result<(), EngineError> {
        if from == into {
            return Err(GoneError::Itself.into());
        }
        let ws = &rep.workspace_id;
        let limits = match self.policies().in_force(self.db(), ws).await {
            Ok(in_force) => in_force.policy.limits().iter().map(|limit| limit.name.clone()).collect(),
            // Without a policy nothing was counted.
            Err(crate::policies::PolicyError::None) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut tries = 0;
        loop {
            tries += 1;
            let (one, other) = (self.own_contact(ws, from).await?, self.own_contact(ws, into).await?);
            let mut reader = self.db().read().await?;
            let conn = &mut reader.conn();
            let addresses = read::contact_addresses(conn, ws, from).await?;
            let segments = read::contact_segments(conn, ws, from).await?;
            let moved = read::conversation_ids(conn, ws, from, "", MOST_NAMED).await?;
            drop(reader);
            let undo = json!({
                "from": as_it_was(&one),
                "into": as_it_was(&other),
                "addresses": addresses.iter().map(|row| json!([row.kind, row.address])).collect::<Vec<_>>(),
                "segments": segments.iter().map(|row| &row.0).collect::<Vec<_>>(),
                "conversations": moved.iter().map(|row| &row.0).collect::<Vec<_>>(),
            });
            let merge = GoneWrite::Merge {
                from: (one.id.clone(), one.version),
                into: (other.id.clone(), other.version),
                absorbed: Box::new(absorb(&other, &one)),
                limits: Vec::clone(&limits),
                by: rep.name.clone(),
            };
            let mut writes = vec![Write::Gone(merge)];
            writes.extend(audit::detail(self, "merge_contact", (&rep.id, &rep.name), from, &undo));
            match self.commit_writes(ws, writes).await {
                Err(StoreError::Stale("contact")) if tries < MOST_TRIES => {}
                done => return Ok(done?),
            }
        }
    }

    /// Erases a contact: who they are, every text, and every byte that came in or went out. What is left says that
    /// something happened and how it was decided, so that counts and the ledger still hold. Their addresses are forgotten:
    /// who writes from one again is somebody new. Doing it again erases what is left of one that was broken off.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such contact.
    pub async fn erase_contact(&self, rep: &RepRow, id: &str) -> Result<Erased, EngineError> {
        let ws = &rep.workspace_id;
        let mut reader = self.db().read().await?;
        read::contact(&mut reader.conn(), ws, id).await?.ok_or_else(|| not_found("contact", id))?;
        drop(reader);
        // First who they are: from then on nothing leaves for them, and what comes in is somebody else's.
        let erase = GoneWrite::EraseContact { id: id.to_owned(), by: rep.name.clone() };
        let mut writes = vec![Write::Gone(erase)];
        let data = serde_json::Value::Null;
        writes.extend(audit::detail(self, "erase_contact", (&rep.id, &rep.name), id, &data));
        self.commit_writes(ws, writes).await?;
        let why = "the contact was erased";
        let stop = Stop {
            closed: ClosedReason::Paused,
            action: ActionReason::ContactBlockedInbound,
            by: &rep.name,
            reason: why,
        };
        self.stop_contact(ws, id, stop).await?;
        self.erase_merged(ws, id).await?;
        let since = self.clock().now_ms() - crate::once::KEPT_MS;
        self.commit_writes(ws, vec![Write::Gone(GoneWrite::HushAnswers { since })]).await?;
        let mut erased = Erased::default();
        let mut after = String::new();
        loop {
            let mut reader = self.db().read().await?;
            let page = read::conversation_ids(&mut reader.conn(), ws, id, &after, PAGE).await?;
            drop(reader);
            let Some((last,)) = page.last() else { return Ok(erased) };
            after.clone_from(last);
            for (conversation,) in &page {
                erased.decisions += self.erase_conversation(ws, conversation).await?;
                erased.conversations += 1;
            }
        }
    }

    /// Who was merged into a contact, and into those, is erased with it.
    async fn erase_merged(&self, ws: &str, id: &str) -> Result<(), EngineError> {
        let mut left = vec![id.to_owned()];
        let mut known: BTreeSet<String> = BTreeSet::from([id.to_owned()]);
        while let Some(into) = left.pop() {
            let mut reader = self.db().read().await?;
            let merged = read::merged_into(&mut reader.conn(), ws, &into).await?;
            drop(reader);
            let fresh: Vec<String> =
                merged.into_iter().map(|row| row.0).filter(|id| known.insert(id.clone())).collect();
            let writes = fresh.iter().map(|id| Write::Gone(GoneWrite::EraseMerged { id: id.clone() })).collect();
            if !fresh.is_empty() {
                self.commit_writes(ws, writes).await?;
            }
            left.extend(fresh);
        }
        Ok(())
    }

    /// Keeps in the trail that somebody exported what is known about a contact, or everything.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept: nothing is exported then.
    pub async fn note_export(&self, rep: &RepRow, subject: &str) -> Result<(), StoreError> {
        let writes = audit::detail(self, "export", (&rep.id, &rep.name), subject, &serde_json::Value::Null);
        self.commit_writes(&rep.workspace_id, writes.into_iter().collect()).await
    }

    /// Gives how many decisions words were taken out of.
    async fn erase_conversation(&self, ws: &str, conversation: &str) -> Result<usize, EngineError> {
        let mut writes = Vec::new();
        let mut files = Vec::new();
        let mut before = i64::MAX;
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        loop {
            let messages = read::messages(conn, ws, conversation, before, PAGE).await?;
            let Some(last) = messages.last() else { break };
            before = last.seq;
            for message in &messages {
                // Files of mails have no id: they stand in what came in, and go with it.
                let own: Vec<Own> = serde_json::from_str(&message.attachments).unwrap_or_default();
                files.extend(own.into_iter().filter_map(|file| file.id));
                for decision in read::decisions_of_message(conn, ws, &message.id).await? {
                    let (at, id) = (decision.decided_at, decision.id.clone());
                    writes.push(Write::Gone(GoneWrite::ErasePack { at, id }));
                    let Some(record) = without_words(&decision.record) else { continue };
                    let sha256 = decision_hash(&decision);
                    writes.push(Write::Gone(GoneWrite::EraseDecision { id: decision.id, record, sha256 }));
                }
            }
        }
        drop(reader);
        let has_words = |write: &&Write| matches!(write, Write::Gone(GoneWrite::EraseDecision { .. }));
        let decisions = writes.iter().filter(has_words).count();
        writes.push(Write::Gone(GoneWrite::EraseConversation { id: conversation.to_owned(), files }));
        self.commit_writes(ws, writes).await?;
        Ok(decisions)
    }

    async fn own_contact(&self, ws: &str, id: &str) -> Result<ContactRow, EngineError> {
        let mut reader = self.db().read().await?;
        let conn = &mut reader.conn();
        let contact = read::contact(conn, ws, id).await?.ok_or_else(|| not_found("contact", id))?;
        match read::contact_gone(conn, ws, id).await? {
            Some(_) => Err(GoneError::Gone(id.to_owned()).into()),
            None => Ok(contact),
        }
    }
}

/// A file of a message that is kept by itself.
#[derive(serde::Deserialize)]
struct Own {
    #[serde(default)]
    id: Option<String>,
}

/// What of a contact a merge may change.
fn as_it_was(row: &ContactRow) -> serde_json::Value {
    json!({
        "id": row.id,
        "name": row.name,
        "company": row.company,
        "opted_out_at": row.opted_out_at,
        "ai_paused": row.ai_paused,
        "ai_pause_reason": row.ai_pause_reason,
        "ai_paused_until": row.ai_paused_until,
        "inbound_count": row.inbound_count,
        "suppressed": row.suppressed,
        "version": row.version,
    })
}
