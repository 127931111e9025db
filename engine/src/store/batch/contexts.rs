//! Reading what the steps of many runs need: one statement per table.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::set::Set;
use crate::draft::TEMPLATE;
use crate::store::ingest::MOST_THREAD_IDS;
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
    /// Output of the step that made the draft, where that was more than a template.
    pub(crate) draft_step: Option<String>,
    pub(crate) newer_inbound: bool,
    pub(crate) third_party: bool,
    pub(crate) switches: Vec<SwitchRow>,
}

/// Reads what is stored about these runs (workspace and id); one that does not exist is left out. `step` names the step
/// whose output is wanted, and `draft_step` the one that made the draft.
pub(crate) async fn stored(
    conn: &mut Conn<'_>,
    runs: &[(&str, &str)],
    step: &'static str,
    draft_step: &'static str,
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
    let mut grounds = Set::new(&many::STEP_GET);
    for draft in drafts.values().filter(|draft| draft.author_kind == "ai_agent" && !draft.source.starts_with(TEMPLATE))
    {
        grounds.push([(&draft.workspace_id).into(), (&draft.run_id).into(), draft_step.into()]);
    }
    let grounds: HashMap<String, String> = grounds.fetch::<(String, String)>(conn).await?.into_iter().collect();
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
    let quoting: Vec<(&MessageRow, &str)> = runs
        .iter()
        .filter_map(|run| {
            let contact = &conversations.get(&run.conversation_id)?.contact_id;
            Some((messages.get(&run.message_id)?, contact.as_str()))
        })
        .collect();
    let apart = third_parties(conn, &quoting).await?;
    let apart: HashSet<&str> =
        apart.into_iter().filter_map(|place| quoting.get(place)).map(|(message, _)| message.id.as_str()).collect();
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
                draft_step: grounds.get(&run.id).cloned(),
                newer_inbound: newer.contains(&run.id),
                third_party: apart.contains(run.message_id.as_str()),
                switches: switches.get(run.workspace_id.as_str()).cloned().unwrap_or_default(),
                run: run.clone(),
                conversation,
                contact,
            })
        })
        .collect()
}

/// Of these messages (by place), those that quote a conversation of somebody else than this contact.
async fn third_parties(conn: &mut Conn<'_>, asked: &[(&MessageRow, &str)]) -> Result<HashSet<usize>, StoreError> {
    let mut quoted = Set::new(&many::CONVERSATION_BY_REF);
    for (place, (message, _)) in asked.iter().enumerate() {
        // Whoever may write in a thread is put into it; only the first message of a conversation can be apart from one.
        if message.seq != 1 || message.reply_refs == "[]" {
            continue;
        }
        let references: Vec<String> = serde_json::from_str(&message.reply_refs).unwrap_or_default();
        for (position, reference) in references.into_iter().take(MOST_THREAD_IDS).enumerate() {
            quoted.push([place.into(), position.into(), (&message.workspace_id).into(), reference.into()]);
        }
    }
    let rows = quoted.fetch_packed::<(i64, i64, String, String)>(conn).await?;
    let apart = rows.into_iter().filter_map(|(place, _, _, owner)| {
        let place = usize::try_from(place).ok()?;
        asked.get(place).filter(|(_, contact)| *contact != owner).map(|_| place)
    });
    Ok(apart.collect())
}

fn by_id<R>(rows: Vec<R>, id: impl Fn(&R) -> &String) -> HashMap<String, R> {
    rows.into_iter().map(|row| (id(&row).clone(), row)).collect()
}

fn row<R: Clone>(table: &'static str, rows: &HashMap<String, R>, id: &str) -> Result<R, StoreError> {
    rows.get(id).cloned().ok_or_else(|| StoreError::Inconsistent { table, reason: format!("`{id}` is missing") })
}
