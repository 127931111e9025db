//! The shell: load, call a port, decide, commit. One step at a time until the run is parked or ends.
//!
//! Nothing is decided here. [`crate::decide`] turns what was loaded into a [`Transition`](crate::store::Transition); the
//! writer commits it, and a step that lost its compare-and-set to somebody else simply stops.

mod load;
mod send;

use std::sync::Arc;
use std::time::Instant;

use crate::decide;
use crate::domain::{Gate, Stage};
use crate::engine::Engine;
use crate::failpoint::{self, FailPoint};
use crate::policies::{InForce, PolicyError};
use crate::ports::{ClassifyInput, DraftError, DraftInput};
use crate::store::{Outcome, StoreError, Transition};

pub(crate) use load::{context, counted_limits};

/// Why a step could not be taken. The run stays where it is and is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the run took more than {MOST_STEPS} steps in one go")]
    Restless,
}

/// Whether to go on with the same run.
#[derive(Debug)]
pub(crate) enum Next {
    /// The run moved, or something under it did: load it again.
    Again,
    /// The run moved, and this is how it stands now.
    With(Box<decide::RunContext>),
    /// The run is parked, ended, or somebody else's.
    Stop,
}

/// A run cannot take more steps than this in one go; more would be a loop.
const MOST_STEPS: usize = 16;

/// Takes a run as far as it goes now.
pub(crate) async fn advance(engine: &Engine, workspace: &str, run_id: &str, epoch: i64) -> Result<(), StepError> {
    let mut known: Option<(Arc<InForce>, decide::RunContext)> = None;
    for _ in 0..MOST_STEPS {
        let in_force = engine.policies().in_force(engine.db(), workspace).await?;
        let context = match known.take() {
            // What a context holds of limits and AI agents belongs to the policy it was loaded under.
            Some((before, context)) if Arc::ptr_eq(&before, &in_force) => Some(context),
            _ => context(engine, &in_force, workspace, run_id).await?,
        };
        let Some(context) = context else { return Ok(()) };
        // Not ours (any more), or not due: a parked run is only touched when its time has come.
        let due = context.run.ready_at.is_some_and(|at| at <= context.now_ms);
        if context.run.epoch != epoch || context.run.stage.is_terminal() || !due {
            return Ok(());
        }
        failpoint::reached(FailPoint::StepBegun);
        match step(engine, &in_force, &context).await? {
            Next::Again => {}
            Next::With(next) => known = Some((in_force, *next)),
            Next::Stop => return Ok(()),
        }
    }
    // Something keeps changing under the gate. Later again, and at last a person.
    Err(StepError::Restless)
}

async fn step(engine: &Engine, in_force: &InForce, context: &decide::RunContext) -> Result<Next, StepError> {
    match context.run.stage {
        Stage::Received => classify(engine, in_force, context).await,
        Stage::Classified => draft(engine, in_force, context).await,
        Stage::Drafted => gate(engine, in_force, context, Gate::Draft).await,
        Stage::Held => gate(engine, in_force, context, Gate::Release).await,
        Stage::WaitingApproval => {
            let approval = load::approval(engine, context).await?;
            commit(engine, context, decide::person::expire(context, approval.as_ref(), engine.ids())).await
        }
        Stage::Gated | Stage::Scheduled if context.by_rep() => send::begin_by_rep(engine, context).await,
        Stage::Gated | Stage::Scheduled => send::begin(engine, in_force, context).await,
        Stage::Sending => send::recover(engine, context).await,
        Stage::Sent | Stage::Failed | Stage::Closed => Ok(Next::Stop),
    }
}

async fn classify(engine: &Engine, in_force: &InForce, context: &decide::RunContext) -> Result<Next, StepError> {
    if !context.from_a_person() {
        return pass_on(engine, context, decide::classify::machine_mail(context)).await;
    }
    let input = ClassifyInput {
        channel: context.channel_kind,
        subject: context.message.subject.as_deref(),
        text: &context.message.body_text,
    };
    let answer = in_force.classifier.classify(&input).await;
    pass_on(engine, context, decide::classify::decide(context, &answer, engine.ids())).await
}

async fn draft(engine: &Engine, in_force: &InForce, context: &decide::RunContext) -> Result<Next, StepError> {
    if !decide::draft::wanted(context, &in_force.policy) {
        return pass_on(engine, context, decide::draft::decide(context, None, engine.ids())).await;
    }
    let intent = decide::draft::intent(context);
    let spec = in_force.policy.intent(intent).and_then(|intent| intent.draft.as_ref());
    let input = DraftInput {
        channel: context.channel_kind,
        intent,
        template: spec.and_then(|spec| spec.template.as_deref()),
        model: spec.and_then(|spec| spec.model.as_deref()),
        max_words: spec.and_then(|spec| spec.max_words),
        contact_name: context.contact.name.as_deref(),
        subject: context.message.subject.as_deref(),
        text: &context.message.body_text,
        ai_agent: context.ai_agent.as_deref().unwrap_or_default(),
        workspace: &context.channel.name,
        instruction: context.run.instruction.as_deref(),
    };
    let answer = in_force.drafter.draft(&input).await;
    if let Err(DraftError::Unavailable(reason)) = &answer {
        let later = decide::step_failed(context, &in_force.policy, engine.ids(), reason);
        return commit(engine, context, later).await;
    }
    pass_on(engine, context, decide::draft::decide(context, Some(&answer), engine.ids())).await
}

/// Commits and goes on with what is known, without loading it again.
async fn pass_on(engine: &Engine, context: &decide::RunContext, transition: Transition) -> Result<Next, StepError> {
    let next = context.after(&transition, engine.clock().now_ms());
    Ok(match commit(engine, context, transition).await? {
        Next::Again => {
            if cfg!(debug_assertions) {
                as_stored(engine, &next).await?;
            }
            Next::With(Box::new(next))
        }
        other => other,
    })
}

/// In debug builds, and so in every test: what is passed on is what a reload would give.
async fn as_stored(engine: &Engine, next: &decide::RunContext) -> Result<(), StepError> {
    let in_force = engine.policies().in_force(engine.db(), &next.run.workspace_id).await?;
    let stored = context(engine, &in_force, &next.run.workspace_id, &next.run.id).await?;
    if let Some(stored) = stored.filter(|stored| stored.run.version == next.run.version) {
        debug_assert_eq!(stored.run, next.run);
        debug_assert_eq!(stored.message, next.message);
        debug_assert_eq!(stored.draft, next.draft);
        debug_assert_eq!(stored.classification, next.classification);
    }
    Ok(())
}

async fn gate(
    engine: &Engine,
    in_force: &InForce,
    context: &decide::RunContext,
    gate: Gate,
) -> Result<Next, StepError> {
    let started = Instant::now();
    let gated = decide::gate::ask(context, &in_force.policy, gate);
    let took_us = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
    let transition = decide::gate::decide(context, &in_force.policy, &gated, took_us, engine.ids());
    commit(engine, context, transition).await
}

/// The one place where a decision becomes rows.
pub(crate) async fn commit(
    engine: &Engine,
    context: &decide::RunContext,
    transition: Transition,
) -> Result<Next, StepError> {
    let to = transition.run.as_ref().map_or(context.run.stage, |run| run.stage);
    debug_assert!(
        context.run.stage == to || context.run.stage.may_become(to),
        "{} must not become {to}",
        context.run.stage
    );
    let due_now = transition.run.as_ref().and_then(|run| run.ready_at).is_some_and(|at| at <= context.now_ms);
    match engine.writer().commit(transition).await? {
        Outcome::Won if due_now => Ok(Next::Again),
        Outcome::Won | Outcome::Ingested(_) => Ok(Next::Stop),
        // The gate relied on something that has changed: look again.
        Outcome::Fenced => Ok(Next::Again),
        Outcome::Lost => {
            tracing::debug!(run = context.run.id, stage = %context.run.stage, "somebody else moved the run");
            Ok(Next::Stop)
        }
    }
}
