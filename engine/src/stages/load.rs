//! Loads what a step may read.

use std::collections::HashMap;
use std::sync::Arc;

use remit_dsl::{Limit, Policy};

use super::StepError;
use crate::decide::{self, RunContext};
use crate::domain::{ChannelKind, Stage};
use crate::engine::Engine;
use crate::policies::InForce;
use crate::store::contexts::{self, Stored};
use crate::store::ingest::{Arrived, Ingest, LimitAsked, LimitSubject};
use crate::store::limits::{self, LimitAsk};
use crate::store::rows::{ApprovalRow, DraftRow, SwitchRow};
use crate::store::{LimitClaim, StoreError, read};

/// The context of a run; `None` when there is no such run. Boxed, and so is the way to it: see [`super::advance`].
pub(crate) async fn context(
    engine: &Engine,
    in_force: &InForce,
    ws: &str,
    run_id: &str,
) -> Result<Option<Box<RunContext>>, StepError> {
    Ok(Box::pin(contexts(engine, in_force, &[(ws, run_id)])).await?.remove(run_id))
}

/// The contexts of runs of one workspace, by run. Each table is asked once.
pub(crate) async fn contexts(
    engine: &Engine,
    in_force: &InForce,
    runs: &[(&str, &str)],
) -> Result<HashMap<String, Box<RunContext>>, StepError> {
    let mut reader = engine.db().read().await?;
    let conn = &mut reader.conn();
    let mut loaded = Vec::with_capacity(runs.len());
    for stored in contexts::stored(conn, runs, decide::classify::STEP, decide::draft::STEP).await? {
        loaded.push(from_stored(stored, in_force, engine.clock().now_ms())?);
    }
    let policy = &in_force.policy;
    for context in &mut loaded {
        context.subjects = subjects(policy, context);
    }
    let mut asks = Vec::new();
    for context in &loaded {
        let asked = limits(policy, context).map(|(limit, subject)| LimitAsk {
            workspace_id: &context.run.workspace_id,
            limit: &limit.name,
            subject,
            bucket_start: limit.bucket(policy.timezone(), context.now_ms).0,
            most: i64::from(limit.count),
            run_id: &context.run.id,
            now_ms: context.now_ms,
        });
        asks.extend(asked);
    }
    let mut taken = limits::taken(conn, &asks).await?.into_iter();
    for context in &mut loaded {
        let over = limits(policy, context).map(|(limit, _)| {
            let taken = taken.next().map(|taken| taken - own(policy, limit, context));
            over(policy, limit, context.now_ms, taken)
        });
        context.over = over.collect();
    }
    Ok(loaded.into_iter().map(|context| (context.run.id.clone(), Box::new(context))).collect())
}

fn from_stored(stored: Stored, in_force: &InForce, now_ms: i64) -> Result<RunContext, StepError> {
    let classification = match stored.step {
        Some(output) => serde_json::from_str(&output)
            .map_err(|error| StoreError::Inconsistent { table: "step", reason: error.to_string() })?,
        None => None,
    };
    let channel_kind: ChannelKind = stored
        .conversation
        .channel_kind
        .parse()
        .map_err(|error| StoreError::Inconsistent { table: "conversation", reason: format!("{error}") })?;
    let stage = stored.run.stage;
    Ok(RunContext {
        ai_agent: in_force.policy.ai_agent_on(channel_kind.as_str()).map(|agent| agent.name.clone()),
        run: stored.run,
        message: stored.message,
        conversation: stored.conversation,
        contact: stored.contact,
        segments: stored.segments,
        channel: stored.channel,
        channel_kind,
        draft: stored.draft.filter(|draft| !is_past(stage, draft)),
        effect: stored.effect,
        classification,
        rests_on: stored.draft_step.as_deref().map(decide::draft::rests_on).unwrap_or_default(),
        around: None,
        newer_inbound: stored.newer_inbound,
        switch_flips: flips(&stored.switches),
        switches: stored.switches.into_iter().map(|row| (row.name, row.is_on)).collect(),
        third_party: stored.third_party,
        proofs: Arc::clone(&in_force.proofs),
        inner: Arc::clone(&in_force.inner),
        over: Vec::new(),
        subjects: Vec::new(),
        now_ms,
    })
}

/// A draft of before: the work on the message was taken up again, and what was thrown away then does not come back.
fn is_past(stage: Stage, draft: &DraftRow) -> bool {
    matches!(stage, Stage::Received | Stage::Classified | Stage::Drafted)
        && matches!(draft.status.as_str(), "rejected" | "discarded")
}

/// The limits that the policy will read about a message on its way in.
pub(crate) fn asked_on_arrival(policy: &Policy, ingest: &Ingest) -> Vec<LimitAsked> {
    let agent = policy.ai_agent_on(ingest.channel_kind.as_str()).map(|agent| agent.name.as_str());
    let asked = policy.limits().iter().filter_map(|limit| {
        let subject = match limit.per.as_str() {
            "contact" => LimitSubject::Contact,
            per => {
                LimitSubject::Named(named(per, agent, &ingest.channel_id, &ingest.from_address, &ingest.workspace_id)?)
            }
        };
        let bucket_start = limit.bucket(policy.timezone(), ingest.now_ms).0;
        let most = i64::from(limit.count);
        Some(LimitAsked { limit: limit.name.clone(), subject, bucket_start, most })
    });
    asked.collect()
}

/// The context of a run that was stored just now, without reading it again.
pub(crate) fn on_arrival(in_force: &InForce, arrived: Arrived) -> Option<RunContext> {
    let channel_kind: ChannelKind = arrived.conversation.channel_kind.parse().ok()?;
    let policy = &in_force.policy;
    let now_ms = arrived.run.created_at;
    let mut context = RunContext {
        ai_agent: policy.ai_agent_on(channel_kind.as_str()).map(|agent| agent.name.clone()),
        run: arrived.run,
        message: arrived.message,
        conversation: arrived.conversation,
        contact: arrived.contact,
        segments: arrived.segments,
        channel: arrived.channel,
        channel_kind,
        draft: None,
        effect: None,
        classification: None,
        rests_on: Vec::new(),
        around: None,
        newer_inbound: false,
        switch_flips: flips(&arrived.switches),
        switches: arrived.switches.into_iter().map(|row| (row.name, row.is_on)).collect(),
        third_party: arrived.third_party,
        proofs: Arc::clone(&in_force.proofs),
        inner: Arc::clone(&in_force.inner),
        over: Vec::new(),
        subjects: Vec::new(),
        now_ms,
    };
    context.subjects = subjects(policy, &context);
    let mut taken = arrived.taken.into_iter();
    context.over = limits(policy, &context).map(|(limit, _)| over(policy, limit, now_ms, taken.next())).collect();
    Some(context)
}

pub(super) async fn approval(engine: &Engine, context: &RunContext) -> Result<Option<ApprovalRow>, StepError> {
    let mut reader = engine.db().read().await?;
    Ok(read::approval_pending(&mut reader.conn(), &context.run.workspace_id, &context.run.id).await?)
}

/// How often any switch had been flipped; it is counted on one of them.
fn flips(switches: &[SwitchRow]) -> i64 {
    switches.iter().map(|row| row.flips).max().unwrap_or(0)
}

/// The name of a limit, and the end of its bucket where it is used up.
fn over(policy: &Policy, limit: &Limit, now_ms: i64, taken: Option<i64>) -> (String, Option<i64>) {
    let (_, end) = limit.bucket(policy.timezone(), now_ms);
    (limit.name.clone(), (taken.unwrap_or(0) >= i64::from(limit.count)).then_some(end))
}

/// What of a limit's count is this run's own: its first attempt was counted, and the next one is not one more.
fn own(policy: &Policy, limit: &Limit, context: &RunContext) -> i64 {
    let attempted = context.effect.as_ref().filter(|effect| effect.attempt > 0 && !context.by_rep());
    let (start, _) = limit.bucket(policy.timezone(), context.now_ms);
    i64::from(attempted.is_some_and(|effect| effect.created_at >= start))
}

/// The policy's limits, and whose sends each counts here. A subject that cannot be told leaves the limit out: the fact
/// is then missing, and missing counts as over.
fn subjects(policy: &Policy, context: &RunContext) -> Vec<(String, String)> {
    let told = policy.limits().iter();
    told.filter_map(|limit| Some((limit.name.clone(), subject(&limit.per, context)?))).collect()
}

fn limits<'a>(policy: &'a Policy, context: &'a RunContext) -> impl Iterator<Item = (&'a Limit, &'a str)> {
    policy.limits().iter().filter_map(|limit| {
        let (_, subject) = context.subjects.iter().find(|(name, _)| *name == limit.name)?;
        Some((limit, subject.as_str()))
    })
}

/// The limits a send in this context counts against.
pub(crate) fn counted_limits(policy: &Policy, context: &RunContext) -> Vec<LimitClaim> {
    let counted = limits(policy, context).map(|(limit, subject)| {
        let had_room = context.over.iter().any(|(name, over)| *name == limit.name && over.is_none());
        LimitClaim {
            limit: limit.name.clone(),
            subject: subject.to_owned(),
            bucket_start: limit.bucket(policy.timezone(), context.now_ms).0,
            most: had_room.then(|| i64::from(limit.count)),
        }
    });
    counted.collect()
}

/// Whose sends a limit counts.
fn subject(per: &str, context: &RunContext) -> Option<String> {
    if per == "contact" {
        return Some(context.contact.id.clone());
    }
    let agent = context.ai_agent.as_deref();
    named(per, agent, &context.channel.id, &context.message.from_address, &context.run.workspace_id)
}

fn named(per: &str, agent: Option<&str>, channel: &str, from_address: &str, workspace: &str) -> Option<String> {
    match per {
        "agent" => agent.map(str::to_owned),
        "channel" => Some(channel.to_owned()),
        "domain" => from_address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()),
        "workspace" => Some(workspace.to_owned()),
        _ => None,
    }
}
