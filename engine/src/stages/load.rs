//! Loads what a step may read.

use remit_dsl::Policy;

use super::StepError;
use crate::decide::{self, RunContext};
use crate::domain::ChannelKind;
use crate::engine::Engine;
use crate::policies::InForce;
use crate::store::ingest::MOST_THREAD_IDS;
use crate::store::rows::{ApprovalRow, MessageRow};
use crate::store::{Conn, LimitClaim, StoreError, read};

/// The context of a run; `None` when there is no such run.
pub(crate) async fn context(
    engine: &Engine,
    in_force: &InForce,
    ws: &str,
    run_id: &str,
) -> Result<Option<RunContext>, StepError> {
    let mut reader = engine.db().read().await?;
    let conn = &mut reader.conn();
    let Some(run) = read::run(conn, ws, run_id).await? else { return Ok(None) };
    let message = read::message(conn, ws, &run.message_id).await?.ok_or_else(|| missing("message", &run.message_id))?;
    let conversation = read::conversation(conn, ws, &run.conversation_id)
        .await?
        .ok_or_else(|| missing("conversation", &run.conversation_id))?;
    let contact = read::contact(conn, ws, &conversation.contact_id)
        .await?
        .ok_or_else(|| missing("contact", &conversation.contact_id))?;
    let channel = read::channel_by_id(conn, &conversation.channel_id)
        .await?
        .ok_or_else(|| missing("channel", &conversation.channel_id))?;
    let segments = read::contact_segments(conn, ws, &contact.id).await?.into_iter().map(|row| row.0).collect();
    let draft = match &run.draft_id {
        Some(id) => read::draft(conn, ws, id).await?,
        None => None,
    };
    let effect = read::effect_of_run(conn, ws, &run.id).await?;
    let classification = match read::step_output(conn, ws, &run.id, decide::classify::STEP).await? {
        Some((output,)) => serde_json::from_str(&output)
            .map_err(|error| StoreError::Inconsistent { table: "step", reason: error.to_string() })?,
        None => None,
    };
    let newer_inbound = read::newer_inbound(conn, ws, &conversation.id, message.seq).await?;
    let rows = read::switches(conn, ws).await?;
    let switch_flips = rows.iter().map(|row| row.flips).max().unwrap_or(0);
    let switches = rows.into_iter().map(|row| (row.name, row.is_on)).collect();
    let third_party = third_party(conn, &message, &contact.id).await?;
    let channel_kind: ChannelKind = conversation
        .channel_kind
        .parse()
        .map_err(|error| StoreError::Inconsistent { table: "conversation", reason: format!("{error}") })?;
    let ai_agent = in_force.policy.ai_agent_on(channel_kind.as_str()).map(|agent| agent.name.clone());
    let mut context = RunContext {
        run,
        message,
        conversation,
        contact,
        segments,
        channel,
        channel_kind,
        draft,
        effect,
        classification,
        newer_inbound,
        switches,
        over: Vec::new(),
        subjects: Vec::new(),
        switch_flips,
        third_party,
        ai_agent,
        now_ms: engine.clock().now_ms(),
    };
    limits(conn, &in_force.policy, &mut context).await?;
    Ok(Some(context))
}

/// True when the message begins a conversation although it quotes one of somebody else.
async fn third_party(conn: &mut Conn<'_>, message: &MessageRow, contact: &str) -> Result<bool, StoreError> {
    // Whoever may write in a thread is put into it; only the first message of a conversation can be apart from one.
    if message.seq != 1 || message.reply_refs == "[]" {
        return Ok(false);
    }
    let references: Vec<String> = serde_json::from_str(&message.reply_refs).unwrap_or_default();
    for reference in references.iter().take(MOST_THREAD_IDS) {
        let found = read::conversation_by_ref(conn, &message.workspace_id, reference).await?;
        if found.is_some_and(|conversation| conversation.contact_id != contact) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) async fn approval(engine: &Engine, context: &RunContext) -> Result<Option<ApprovalRow>, StepError> {
    let mut reader = engine.db().read().await?;
    Ok(read::approval_pending(&mut reader.conn(), &context.run.workspace_id, &context.run.id).await?)
}

async fn limits(conn: &mut Conn<'_>, policy: &Policy, context: &mut RunContext) -> Result<(), StoreError> {
    for limit in policy.limits() {
        // A subject that cannot be told leaves the limit out: the fact is then missing, and missing counts as over.
        let Some(subject) = subject(&limit.per, context) else { continue };
        let (start, end) = limit.bucket(policy.timezone(), context.now_ms);
        let (ws, most) = (context.run.workspace_id.as_str(), i64::from(limit.count));
        let count = read::limit_count(conn, ws, &limit.name, &subject, start).await?;
        let room = most - count;
        let whose = (limit.name.as_str(), subject.as_str());
        let used_up =
            room <= 0 || read::limit_ahead(conn, ws, whose, &context.run.id, context.now_ms, room).await? >= room;
        context.over.push((limit.name.clone(), used_up.then_some(end)));
        context.subjects.push((limit.name.clone(), subject));
    }
    Ok(())
}

/// The limits a send in this context counts against.
pub(crate) fn counted_limits(policy: &Policy, context: &RunContext) -> Vec<LimitClaim> {
    let counted = policy.limits().iter().filter_map(|limit| {
        let (_, subject) = context.subjects.iter().find(|(name, _)| *name == limit.name)?;
        let had_room = context.over.iter().any(|(name, over)| *name == limit.name && over.is_none());
        Some(LimitClaim {
            limit: limit.name.clone(),
            subject: subject.clone(),
            bucket_start: limit.bucket(policy.timezone(), context.now_ms).0,
            most: had_room.then(|| i64::from(limit.count)),
        })
    });
    counted.collect()
}

/// Whose sends a limit counts.
fn subject(per: &str, context: &RunContext) -> Option<String> {
    match per {
        "contact" => Some(context.contact.id.clone()),
        "agent" => context.ai_agent.clone(),
        "channel" => Some(context.channel.id.clone()),
        "domain" => context.message.from_address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()),
        "workspace" => Some(context.run.workspace_id.clone()),
        _ => None,
    }
}

fn missing(table: &'static str, id: &str) -> StoreError {
    StoreError::Inconsistent { table, reason: format!("`{id}` is missing") }
}
