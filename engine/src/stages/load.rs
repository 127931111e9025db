//! Loads what a step may read.

use remit_dsl::Policy;

use super::StepError;
use crate::decide::{self, RunContext};
use crate::domain::ChannelKind;
use crate::engine::Engine;
use crate::policies::InForce;
use crate::store::rows::ApprovalRow;
use crate::store::{Conn, StoreError, read};

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
    let switches = read::switches(conn, ws).await?.into_iter().map(|row| (row.name, row.is_on)).collect();
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
        ai_agent,
        now_ms: engine.clock().now_ms(),
    };
    context.over = limits(conn, &in_force.policy, &context).await?;
    Ok(Some(context))
}

pub(super) async fn approval(engine: &Engine, context: &RunContext) -> Result<Option<ApprovalRow>, StepError> {
    let mut reader = engine.db().read().await?;
    Ok(read::approval_pending(&mut reader.conn(), &context.run.workspace_id, &context.run.id).await?)
}

async fn limits(
    conn: &mut Conn<'_>,
    policy: &Policy,
    context: &RunContext,
) -> Result<Vec<(String, Option<i64>)>, StoreError> {
    let mut over = Vec::new();
    for limit in policy.limits() {
        // A subject that cannot be told leaves the limit out: the fact is then missing, and missing counts as over.
        let Some(subject) = subject(&limit.per, context) else { continue };
        let (start, end) = limit.bucket(policy.timezone(), context.now_ms);
        let count = read::limit_count(conn, &context.run.workspace_id, &limit.name, &subject, start).await?;
        over.push((limit.name.clone(), (count >= i64::from(limit.count)).then_some(end)));
    }
    Ok(over)
}

/// The limits a send in this context counts against: name, subject, start of the bucket.
pub(crate) fn counted_limits(policy: &Policy, context: &RunContext) -> Vec<(String, String, i64)> {
    let counted = policy.limits().iter().filter_map(|limit| {
        let subject = subject(&limit.per, context)?;
        Some((limit.name.clone(), subject, limit.bucket(policy.timezone(), context.now_ms).0))
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
