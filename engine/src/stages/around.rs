//! Looks up what a draft meets outside of itself, before the gate is asked about it: only where a check needs it, and so
//! hardly ever where a template made the draft. What cannot be looked up is not known, and what is not known asks a person.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decide::RunContext;
use crate::decide::facts::{reviewed, wanted_around};
use crate::decide::normalise::plain_address;
use crate::domain::{ChannelKind, IdKind, encode};
use crate::draft::MODEL;
use crate::draft::check::{Around, Belonging, Kind, Shingles, to_look_up};
use crate::engine::Engine;
use crate::policies::InForce;
use crate::search::Found;
use crate::search::words::{Asked, tokens};
use crate::store::search::Find;
use crate::store::{Conn, StoreError, read};

/// Conversations with the contact that are looked into, the latest, and messages of each.
const CONVERSATIONS: i64 = 4;
const MESSAGES: i64 = 20;
/// What was said last is compared up to so many messages of a conversation.
const SAID: usize = 5;
/// Documents that the search index gives for one thing that is looked up.
const HITS: usize = 10;
/// Calls of language models that are looked through for drafts to others, the latest, and how long ago they may be.
const CALLS: i64 = 500;
const LATELY_MS: i64 = 24 * 60 * 60 * 1000;

/// The same run with what was looked up about its draft; `None` where nothing has to be or all is known.
pub(super) async fn looked_around(
    engine: &Engine,
    in_force: &InForce,
    context: &RunContext,
) -> Option<Box<RunContext>> {
    if !is_wanted(in_force, context) {
        return None;
    }
    // Boxed: it is rare, and whoever waits for the gate has room for it all the same otherwise.
    let around = Box::pin(around(engine, in_force, context)).await?;
    let mut known = Box::new(context.clone());
    known.around = Some(around);
    Some(known)
}

fn is_wanted(in_force: &InForce, context: &RunContext) -> bool {
    let wanted = wanted_around(context, &in_force.policy);
    context.around.is_none() && (wanted.said || wanted.others || wanted.alike)
}

/// What has to be known about the draft and is not yet.
pub(crate) async fn around(engine: &Engine, in_force: &InForce, context: &RunContext) -> Option<Arc<Around>> {
    if !is_wanted(in_force, context) {
        return None;
    }
    let wanted = wanted_around(context, &in_force.policy);
    let mut around = Around::default();
    if wanted.said {
        around.said = known("what was said", said(engine, context).await);
    }
    if wanted.others {
        around.others = known("whose data it is", others(engine, in_force, context).await).flatten();
    }
    if wanted.alike {
        around.alike = known("who was told the same", alike(engine, context).await);
    }
    Some(Arc::new(around))
}

fn known<T>(what: &str, answer: Result<T, StoreError>) -> Option<T> {
    answer
        .inspect_err(|error| tracing::warn!(%error, what, "cannot look up what a draft check needs: a person decides"))
        .ok()
}

/// What we last wrote to the contact, in this conversation first.
async fn said(engine: &Engine, context: &RunContext) -> Result<Vec<String>, StoreError> {
    let mut said = Vec::new();
    if context.contact.inbound_count <= 1 && context.conversation.revision <= 1 {
        return Ok(said);
    }
    let (ws, own) = (&context.run.workspace_id, &context.conversation.id);
    let draft = context.draft.as_ref().map(|draft| draft.id.as_str());
    let mut reader = engine.db().read().await?;
    let conn = &mut reader.conn();
    let others = read::conversations_of_contact(conn, ws, &context.contact.id, CONVERSATIONS).await?;
    let others = others.into_iter().map(|row| row.id).filter(|id| id != own);
    for conversation in std::iter::once(own.clone()).chain(others) {
        let messages = read::messages(conn, ws, &conversation, i64::MAX, MESSAGES).await?;
        // What was not delivered was said to nobody, and a second attempt repeats nothing.
        let heard = messages.into_iter().filter(|one| {
            one.direction == "outbound"
                && !matches!(one.status.as_str(), "failed" | "cancelled" | "bounced" | "rejected")
                && (one.draft_id.is_none() || one.draft_id.as_deref() != draft)
        });
        said.extend(heard.take(SAID).map(|one| one.body_text));
    }
    Ok(said)
}

/// What in the draft belongs to other contacts; `None` where nobody can tell.
async fn others(
    engine: &Engine,
    in_force: &InForce,
    context: &RunContext,
) -> Result<Option<Vec<Belonging>>, StoreError> {
    let Some(draft) = &context.draft else { return Ok(Some(Vec::new())) };
    let Some(asked) = to_look_up(&reviewed(context, &in_force.policy, draft)) else { return Ok(None) };
    let mut others = Vec::new();
    for one in asked {
        let belongs = match one.kind {
            Kind::Mail => of_address(engine, context, "email", &plain_address(ChannelKind::Email, &one.words)).await?,
            Kind::Phone => of_address(engine, context, "phone", &plain_address(ChannelKind::Sms, &one.words)).await?,
            Kind::Name | Kind::Number => match of_words(engine, context, &one).await? {
                Some(belongs) => belongs,
                None => return Ok(None),
            },
        };
        if belongs {
            others.push(one);
        }
    }
    Ok(Some(others))
}

async fn of_address(engine: &Engine, context: &RunContext, kind: &str, address: &str) -> Result<bool, StoreError> {
    let mut reader = engine.db().read().await?;
    let owner = read::contact_of_address(&mut reader.conn(), &context.run.workspace_id, kind, address).await?;
    Ok(owner.is_some_and(|(owner,)| owner != context.contact.id))
}

/// Whether a name is another contact's, or a number stands in what another contact wrote: asked of the search index. `None`
/// where that is not there.
async fn of_words(engine: &Engine, context: &RunContext, one: &Belonging) -> Result<Option<bool>, StoreError> {
    let Ok(asked) = Asked::read(&format!("\"{}\"", one.words)) else { return Ok(None) };
    let kinds: &[&str] = if one.kind == Kind::Name { &["contact"] } else { &["message"] };
    let find = Find {
        workspace_id: &context.run.workspace_id,
        asked: &asked,
        kinds,
        channel: None,
        conversation: None,
        since: None,
        until: None,
    };
    let page = engine.search(&find, i64::MAX, HITS).await?;
    if page.indexed_until.is_none() {
        return Ok(None);
    }
    let wanted = folded(&one.words);
    let mut reader = engine.db().read().await?;
    for hit in &page.hits {
        let is_others = match &hit.what {
            Found::Contact(contact) => {
                let named = contact.name.as_deref().is_some_and(|name| has_in_a_row(&folded(name), &wanted));
                named && contact.id != context.contact.id
            }
            Found::Message(message) => {
                message.direction == "inbound"
                    && message.conversation_id != context.conversation.id
                    && is_of_another(&mut reader.conn(), context, &message.conversation_id).await?
            }
            Found::Note(_) => false,
        };
        if is_others {
            return Ok(Some(true));
        }
    }
    // Where more was found than looked at, and all of it the contact's own, nobody knows about the rest.
    Ok(if page.next.is_some() && page.hits.len() >= HITS { None } else { Some(false) })
}

async fn is_of_another(conn: &mut Conn<'_>, context: &RunContext, conversation: &str) -> Result<bool, StoreError> {
    let row = read::conversation(conn, &context.run.workspace_id, conversation).await?;
    Ok(row.is_some_and(|row| row.contact_id != context.contact.id))
}

fn folded(text: &str) -> Vec<String> {
    tokens(text).map(|token| token.word).collect()
}

fn has_in_a_row(words: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && words.windows(wanted.len()).any(|window| window == wanted)
}

/// To how many other contacts a model has lately written nearly what this draft says.
async fn alike(engine: &Engine, context: &RunContext) -> Result<u32, StoreError> {
    let Some(draft) = &context.draft else { return Ok(0) };
    let since = context.now_ms.saturating_sub(LATELY_MS);
    let mut reader = engine.db().read().await?;
    let (ws, end) = (&context.run.workspace_id, encode(IdKind::ModelCall, u128::MAX));
    let rows = read::drafts_by_models(&mut reader.conn(), ws, &end, since, CALLS).await?;
    let own = Shingles::of(&draft.body_text);
    let others = rows.iter().filter(|row| row.contact_id != context.contact.id && row.source.starts_with(MODEL));
    let told: BTreeSet<&str> =
        others.filter(|row| own.are_nearly(&Shingles::of(&row.body_text))).map(|row| row.contact_id.as_str()).collect();
    Ok(u32::try_from(told.len()).unwrap_or(u32::MAX))
}
