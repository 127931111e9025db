//! Reading what the steps of many runs need: one statement per table.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::set::Set;
use crate::store::rows::{ChannelRow, ContactRow, ConversationRow, DraftRow, EffectRow, MessageRow, RunRow, SwitchRow};
use crate::store::statements::many;
use crate::store::{Conn, StoreError, read};

/// What is stored about one run.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) run: RunRow,
    pub(crate) message: MessageRow,
    pub(crate) conversation: ConversationRow,
    pub(crate) contact: ContactRow,
    pub(crate) segments: Vec<String>,
    pub(crate) channel: ChannelRow,
    pub(crate) draft: Option<DraftRow>,
    pub(crate) effect: Option<EffectRow>,
    /// Output of the step that was asked for.
    pub(crate) step: Option<String>,
    pub(crate) newer_inbound: bool,
    pub(crate) switches: Vec<SwitchRow>,
}

/// A limit to look up: workspace, limit, subject, start of the bucket.
pub(crate) type LimitKey = (String, String, String, i64);

/// Reads what is stored about these runs (workspace and id); one that does not exist is left out. `step` names the step
/// whose output is wanted.
pub(crate) async fn stored(
    conn: &mut Conn<'_>,
    runs: &[(&str, &str)],
    step: &'static str,
) -> Result<Vec<Stored>, StoreError> {
    let mut asked = Set::new(&many::RUN_GET);
    for &(ws, id) in runs {
        asked.push([ws.into(), id.into()]);
    }
    let runs = asked.fetch::<RunRow>(conn).await?;
    let mut messages = Set::new(&many::MESSAGE_GET);
    let mut conversations = Set::new(&many::CONVERSATION_GET);
    let mut drafts = Set::new(&many::DRAFT_GET);
    let mut effects = Set::new(&many::EFFECT_OF_RUN);
    let mut steps = Set::new(&many::STEP_GET);
    let mut newer = Set::new(&many::MESSAGE_NEWER_INBOUND);
    for run in &runs {
        let ws = &run.workspace_id;
        messages.push([ws.into(), (&run.message_id).into()]);
        conversations.push([ws.into(), (&run.conversation_id).into()]);
        if let Some(draft) = &run.draft_id {
            drafts.push([ws.into(), draft.into()]);
        }
        effects.push([ws.into(), (&run.id).into()]);
        steps.push([ws.into(), (&run.id).into(), step.into()]);
        newer.push([ws.into(), (&run.id).into(), (&run.conversation_id).into(), run.seq.into()]);
    }
    let messages = by_id(messages.fetch::<MessageRow>(conn).await?, |row| &row.id);
    let conversations = by_id(conversations.fetch::<ConversationRow>(conn).await?, |row| &row.id);
    let drafts = by_id(drafts.fetch::<DraftRow>(conn).await?, |row| &row.id);
    // The latest of each comes last and stays.
    let effects = by_id(effects.fetch::<EffectRow>(conn).await?, |row| &row.run_id);
    let steps: HashMap<String, String> = steps.fetch::<(String, String)>(conn).await?.into_iter().collect();
    let newer: HashSet<String> = newer.fetch::<(String,)>(conn).await?.into_iter().map(|row| row.0).collect();

    let mut contacts = Set::new(&many::CONTACT_GET);
    let mut segments = Set::new(&many::CONTACT_SEGMENTS);
    let mut channels = Set::new(&many::CHANNEL_GET);
    let people: BTreeSet<_> = conversations.values().map(|row| (&row.workspace_id, &row.contact_id)).collect();
    for (ws, id) in people {
        contacts.push([ws.into(), id.into()]);
        segments.push([ws.into(), id.into()]);
    }
    let accounts: BTreeSet<_> = conversations.values().map(|row| (&row.workspace_id, &row.channel_id)).collect();
    for (ws, id) in accounts {
        channels.push([ws.into(), id.into()]);
    }
    let contacts = by_id(contacts.fetch::<ContactRow>(conn).await?, |row| &row.id);
    let channels = by_id(channels.fetch::<ChannelRow>(conn).await?, |row| &row.id);
    let mut inside: HashMap<String, Vec<String>> = HashMap::new();
    for (contact, segment) in segments.fetch_packed::<(String, String)>(conn).await? {
        inside.entry(contact).or_default().push(segment);
    }
    let mut switches: HashMap<&str, Vec<SwitchRow>> = HashMap::new();
    for run in &runs {
        if !switches.contains_key(run.workspace_id.as_str()) {
            switches.insert(&run.workspace_id, read::switches(conn, &run.workspace_id).await?);
        }
    }
    runs.iter()
        .map(|run| {
            let conversation = row("conversation", &conversations, &run.conversation_id)?;
            let contact = row("contact", &contacts, &conversation.contact_id)?;
            Ok(Stored {
                message: row("message", &messages, &run.message_id)?,
                segments: inside.get(&contact.id).cloned().unwrap_or_default(),
                channel: row("channel", &channels, &conversation.channel_id)?,
                draft: run.draft_id.as_ref().and_then(|id| drafts.get(id)).cloned(),
                effect: effects.get(&run.id).cloned(),
                step: steps.get(&run.id).cloned(),
                newer_inbound: newer.contains(&run.id),
                switches: switches.get(run.workspace_id.as_str()).cloned().unwrap_or_default(),
                run: run.clone(),
                conversation,
                contact,
            })
        })
        .collect()
}

/// How many automatic sends these limits have counted, in the same order.
pub(crate) async fn counts(conn: &mut Conn<'_>, keys: &[LimitKey]) -> Result<Vec<i64>, StoreError> {
    let mut asked = Set::new(&many::LIMIT_GET);
    for (place, (ws, limit, subject, bucket_start)) in keys.iter().enumerate() {
        asked.push([place.into(), ws.into(), limit.into(), subject.into(), (*bucket_start).into()]);
    }
    let counted: HashMap<i64, i64> = asked.fetch_packed::<(i64, i64)>(conn).await?.into_iter().collect();
    Ok((0_i64..).take(keys.len()).map(|place| counted.get(&place).copied().unwrap_or(0)).collect())
}

fn by_id<R>(rows: Vec<R>, id: impl Fn(&R) -> &String) -> HashMap<String, R> {
    rows.into_iter().map(|row| (id(&row).clone(), row)).collect()
}

fn row<R: Clone>(table: &'static str, rows: &HashMap<String, R>, id: &str) -> Result<R, StoreError> {
    rows.get(id).cloned().ok_or_else(|| StoreError::Inconsistent { table, reason: format!("`{id}` is missing") })
}
