//! The shell: load, call a port, decide, commit. One step at a time until the run is parked or ends.
//!
//! Nothing is decided here. [`crate::decide`] turns what was loaded into a [`Transition`](crate::store::Transition); the
//! writer commits it, and a step that lost its compare-and-set to somebody else looks again how the run stands: where it
//! is still ours and due, nobody else would.

mod around;
mod load;
mod send;

use std::sync::Arc;
use std::time::Instant;

use tracing::{Instrument, debug_span};

use crate::decide::retry::Failure;
use crate::decide::{self, RunContext};
use crate::domain::{ErrorClass, Gate, Stage};
use crate::engine::Engine;
use crate::failpoint::{self, FailPoint};
use crate::policies::{InForce, PolicyError};
use crate::ports::{ClassifyError, ClassifyInput, DraftError};
use crate::store::rows::DueRow;
use crate::store::{JobWrite, Outcome, StoreError, Transition, Write};

pub(crate) use around::around;
pub(crate) use load::{asked_on_arrival, context, contexts, counted_limits, on_arrival};

/// Why a step could not be taken. The run stays where it is and is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the run took more than {MOST_STEPS} steps in one go, or was moved by others all the time")]
    Restless,
}

/// Whether to go on with the same run.
#[derive(Debug)]
pub(crate) enum Next {
    /// The run moved, or something under it did: load it again.
    Again,
    /// The run moved, and this is how it stands now.
    With(Box<RunContext>),
    /// The run is parked, ended, or somebody else's.
    Stop,
}

/// How long what is known of a run is relied on, in milliseconds. Under load runs wait their turn that long, and it costs
/// nothing to be wrong: the commit fails where anything has changed, and the run is loaded again.
const KNOWN_HOLDS_MS: i64 = 2_000;

/// A run cannot take more steps than this in one go; more would be a loop.
const MOST_STEPS: usize = 16;

/// How often in a row something that has happened is told of a run that somebody else keeps moving.
const MOST_LOSSES: usize = 4;

/// A run, and what is known of it already.
#[derive(Debug)]
pub(crate) struct Work {
    /// The run.
    pub(crate) due: DueRow,
    /// How it stands and under which policy that was loaded, where it is known.
    pub(crate) known: Option<Known>,
}

/// How a run stands, and under which policy that was loaded.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) in_force: Arc<InForce>,
    /// Boxed, for it is large and handed on from step to step.
    pub(crate) context: Box<RunContext>,
}

/// Takes a run as far as it goes now. Hundreds wait in here at the same time, so what is rarely needed is put elsewhere
/// (`Box::pin`): a future is as large as the largest thing that it may ever wait for.
pub(crate) async fn advance(engine: &Engine, due: &DueRow, known: Option<Known>) -> Result<(), StepError> {
    let span = debug_span!("run", run = due.id, workspace = due.workspace_id, conversation = due.conversation_id);
    take_steps(engine, due, known).instrument(span).await
}

async fn take_steps(engine: &Engine, due: &DueRow, mut known: Option<Known>) -> Result<(), StepError> {
    for steps in 0..MOST_STEPS {
        let in_force = engine.policies().in_force(engine.db(), &due.workspace_id).await?;
        let context = match known.take() {
            // What a context holds of limits and AI agents belongs to the policy it was loaded under, and the gate must
            // not decide by an old time.
            Some(known)
                if Arc::ptr_eq(&known.in_force, &in_force)
                    && engine.clock().now_ms() - known.context.now_ms < KNOWN_HOLDS_MS =>
            {
                Some(known.context)
            }
            _ => context(engine, &in_force, &due.workspace_id, &due.id).await?,
        };
        let Some(context) = context else { return Ok(()) };
        // Not ours (any more), or not due: a parked run is only touched when its time has come.
        let is_due = context.run.ready_at.is_some_and(|at| at <= context.now_ms);
        if context.run.epoch != due.epoch || context.run.stage.is_terminal() || !is_due {
            return Ok(());
        }
        failpoint::reached(FailPoint::StepBegun);
        if steps == 0 {
            let now_ms = engine.clock().now_ms();
            engine.metrics().waited(now_ms - context.run.ready_at.unwrap_or(now_ms));
        }
        if let Some(reason) = engine.overload(&context) {
            engine.metrics().overloaded();
            let left = decide::job::overloaded(&context, &in_force.policy, &reason, engine.ids());
            if commit(engine, &context, left).await? == Outcome::Lost {
                continue;
            }
            return Ok(());
        }
        match step(engine, &in_force, &context).await? {
            Next::Again => {}
            Next::With(next) => known = Some(Known { in_force, context: next }),
            Next::Stop => return Ok(()),
        }
    }
    // Something keeps changing under the gate. Later again, and at last a person.
    Err(StepError::Restless)
}

async fn step(engine: &Engine, in_force: &InForce, context: &RunContext) -> Result<Next, StepError> {
    match context.run.stage {
        Stage::Received | Stage::Classified | Stage::Drafted => answer(engine, in_force, context).await,
        Stage::Held => pass_on(engine, context, gate(engine, in_force, context, Gate::Release).await).await,
        Stage::WaitingApproval => {
            let approval = Box::pin(load::approval(engine, context)).await?;
            pass_on(engine, context, decide::person::expire(context, approval.as_ref(), engine.ids())).await
        }
        Stage::Gated | Stage::Scheduled if context.by_rep() => Box::pin(send::begin_by_rep(engine, context)).await,
        Stage::Gated | Stage::Scheduled => send::begin(engine, in_force, context).await,
        Stage::Sending => Box::pin(send::recover(engine, in_force, context)).await,
        Stage::Sent | Stage::Failed | Stage::Closed => Ok(Next::Stop),
    }
}

/// What one step came to.
struct Taken {
    transition: Transition,
    /// It must be stored before the next step begins: it cost money, or it ends here.
    store_first: bool,
}

/// Classifies, drafts and asks the gate. Steps that cost nothing are committed together with the next one: each keeps
/// its own rows, and after a crash they are worked out again.
async fn answer(engine: &Engine, in_force: &InForce, context: &RunContext) -> Result<Next, StepError> {
    let Taken { mut transition, mut store_first } = one_step(engine, in_force, context).await;
    debug_assert!(legal(context.run.stage, &transition), "{:?}", transition.run);
    // The steps that follow happen at one time, which is that of the commit.
    let now_ms = engine.clock().now_ms();
    let mut ready = None;
    while !store_first {
        let now = ready.take().unwrap_or_else(|| context.after(&transition, now_ms));
        let step = one_step(engine, in_force, &now).await;
        debug_assert!(legal(now.run.stage, &step.transition), "{:?}", step.transition.run);
        ready = RunContext::follows(&step.transition).then(|| now.and_after(&step.transition));
        (transition, store_first) = (transition.then(step.transition), step.store_first);
    }
    // What may leave at once is decided and claimed in one commit.
    if transition.run.as_ref().is_some_and(|run| run.stage == Stage::Gated) && RunContext::follows(&transition) {
        let ready = ready.unwrap_or_else(|| context.after(&transition, transition.now_ms));
        return send::claim(engine, in_force, context, Some((ready, transition))).await;
    }
    pass_on(engine, context, transition).await
}

async fn one_step(engine: &Engine, in_force: &InForce, context: &RunContext) -> Taken {
    match context.run.stage {
        Stage::Received => classify(engine, in_force, context).await,
        Stage::Classified => draft(engine, in_force, context).await,
        _ => Taken { transition: gate(engine, in_force, context, Gate::Draft).await, store_first: true },
    }
}

async fn classify(engine: &Engine, in_force: &InForce, context: &RunContext) -> Taken {
    if !context.from_a_person() {
        return Taken { transition: decide::classify::machine_mail(context), store_first: false };
    }
    let input = ClassifyInput {
        channel: context.channel_kind,
        subject: context.message.subject.as_deref(),
        text: &context.message.body_text,
    };
    let begun = Instant::now();
    let (answer, calls) = in_force.classifier.classify_and_tell(&input).instrument(debug_span!("classify")).await;
    engine.metrics().step("classify", begun.elapsed());
    let mut transition = match &answer {
        Err(ClassifyError::Later { reason, after_ms, throttled }) => {
            later(engine, in_force, context, reason, *after_ms, *throttled)
        }
        _ => decide::classify::decide(context, &answer, engine.ids()),
    };
    transition.writes.extend(context.calls(calls, engine.ids()));
    Taken { transition, store_first: !in_force.classifier.is_free() }
}

async fn draft(engine: &Engine, in_force: &InForce, context: &RunContext) -> Taken {
    if !decide::draft::wanted(context, &in_force.policy) {
        return Taken { transition: decide::draft::decide(context, None, engine.ids()), store_first: false };
    }
    let input = decide::draft::input(context, &in_force.policy);
    let begun = Instant::now();
    let (answer, calls) = in_force.drafter.draft_and_tell(&input).instrument(debug_span!("draft")).await;
    engine.metrics().step("draft", begun.elapsed());
    let (mut transition, store_first) = match &answer {
        Err(DraftError::Unavailable(reason)) => (later(engine, in_force, context, reason, None, false), true),
        Err(DraftError::Later { reason, after_ms, throttled }) => {
            (later(engine, in_force, context, reason, *after_ms, *throttled), true)
        }
        _ => {
            let decided = decide::draft::decide(context, Some(&answer), engine.ids());
            (decided, in_force.drafter.asks_a_model(&input))
        }
    };
    transition.writes.extend(context.calls(calls, engine.ids()));
    Taken { transition, store_first }
}

/// Whoever was asked cannot answer now: the engine asks again, not before they said.
fn later(
    engine: &Engine,
    in_force: &InForce,
    context: &RunContext,
    reason: &str,
    asked_ms: Option<i64>,
    throttled: bool,
) -> Transition {
    let class = if throttled { ErrorClass::Throttled } else { ErrorClass::Transient };
    let failure = Failure { class, reason, asked_ms };
    decide::retry::step_failed(context, &in_force.policy, engine.ids(), &failure)
}

/// Commits and goes on with what is known, without loading it again.
async fn pass_on(engine: &Engine, context: &RunContext, transition: Transition) -> Result<Next, StepError> {
    // Somebody else moved it and it may be due all the same: nobody but us would look at it again, for it is ours.
    Ok(try_to_pass_on(engine, context, transition).await?.unwrap_or(Next::Again))
}

/// The same; `None` where somebody else had moved the run.
async fn try_to_pass_on(
    engine: &Engine,
    context: &RunContext,
    transition: Transition,
) -> Result<Option<Next>, StepError> {
    let now_ms = engine.clock().now_ms();
    let goes_on = transition.run.as_ref().and_then(|run| run.ready_at).is_some_and(|at| at <= now_ms);
    let next = (goes_on && RunContext::follows(&transition)).then(|| context.after(&transition, now_ms));
    Ok(match (commit(engine, context, transition).await?, next) {
        (Outcome::Won, Some(next)) => {
            if cfg!(debug_assertions) {
                Box::pin(as_stored(engine, &next)).await?;
            }
            Some(Next::With(next))
        }
        // The gate relied on something that has changed: look again.
        (Outcome::Fenced, _) => Some(Next::Again),
        (Outcome::Won, None) if goes_on => Some(Next::Again),
        (Outcome::Lost, _) => None,
        (Outcome::Won | Outcome::Ingested(..), _) => Some(Next::Stop),
    })
}

/// In debug builds, and so in every test: what is passed on is what a reload would give.
async fn as_stored(engine: &Engine, next: &RunContext) -> Result<(), StepError> {
    let in_force = engine.policies().in_force(engine.db(), &next.run.workspace_id).await?;
    let stored = context(engine, &in_force, &next.run.workspace_id, &next.run.id).await?;
    debug_assert!(
        stored.as_ref().is_none_or(|stored| stored.run.version >= next.run.version),
        "what is known is ahead of what is stored"
    );
    if let Some(stored) = stored.filter(|stored| stored.run.version == next.run.version) {
        debug_assert_eq!(stored.run, next.run);
        // The message of a rep's reply is classified by the AI's own run, whenever that comes to it.
        debug_assert!(next.by_rep() || stored.message == next.message, "{:?} {:?}", stored.message, next.message);
        debug_assert_eq!(stored.draft, next.draft);
        debug_assert_eq!(stored.effect, next.effect);
        debug_assert_eq!(stored.classification, next.classification);
    }
    Ok(())
}

async fn gate(engine: &Engine, in_force: &InForce, context: &RunContext, gate: Gate) -> Transition {
    let (gated, took_us) = ask(engine, in_force, context, gate).await;
    decide::gate::decide(context, &in_force.policy, &gated, took_us, engine.ids())
}

/// Asks the gate, with what has to be known about the draft. Gives how long it took, in microseconds, too.
async fn ask(engine: &Engine, in_force: &InForce, context: &RunContext, gate: Gate) -> (decide::gate::Gated, i64) {
    let known = around::looked_around(engine, in_force, context).await;
    let context = known.as_deref().unwrap_or(context);
    let _entered = debug_span!("gate", %gate).entered();
    let started = Instant::now();
    let gated = decide::gate::ask(context, &in_force.policy, gate);
    let took = started.elapsed();
    engine.metrics().step("gate", took);
    (gated, i64::try_from(took.as_micros()).unwrap_or(i64::MAX))
}

fn legal(from: Stage, transition: &Transition) -> bool {
    transition.run.as_ref().is_none_or(|run| run.stage == from || from.may_become(run.stage))
}

/// A step broke off: later again, and at last to a person.
pub(crate) async fn put_off(
    engine: &Engine,
    workspace: &str,
    run_id: &str,
    failure: &Failure<'_>,
) -> Result<(), StepError> {
    let in_force = engine.policies().in_force(engine.db(), workspace).await?;
    for _ in 0..MOST_LOSSES {
        let Some(context) = context(engine, &in_force, workspace, run_id).await? else { return Ok(()) };
        if context.run.stage.is_terminal() {
            return Ok(());
        }
        let later = decide::retry::step_failed(&context, &in_force.policy, engine.ids(), failure);
        if commit(engine, &context, later).await? != Outcome::Lost {
            return Ok(());
        }
    }
    Err(StepError::Restless)
}

/// The one place where a decision becomes rows.
pub(crate) async fn commit(
    engine: &Engine,
    context: &RunContext,
    transition: Transition,
) -> Result<Outcome, StepError> {
    let counted = Counted::of(&transition);
    let outcome = engine.writer().commit(transition).instrument(debug_span!("commit")).await?;
    match &outcome {
        Outcome::Fenced => engine.policies().doubt(&context.run.workspace_id),
        Outcome::Lost => {
            engine.metrics().lost();
            tracing::debug!(run = context.run.id, stage = %context.run.stage, "somebody else moved the run");
        }
        Outcome::Won | Outcome::Ingested(..) => counted.count(engine, context),
    }
    Ok(outcome)
}

/// What of a transition is counted once it is committed.
struct Counted {
    decided: Option<(&'static str, &'static str, String)>,
    failed: Option<ErrorClass>,
    finished: Option<&'static str>,
}

impl Counted {
    fn of(transition: &Transition) -> Self {
        let mut counted = Self { decided: None, failed: None, finished: None };
        for write in &transition.writes {
            match write {
                Write::Decision { outcome, gate, mode, .. } => counted.decided = Some((outcome, gate, mode.clone())),
                Write::Job(JobWrite::Error { class, .. }) => counted.failed = class.parse().ok(),
                // Back in the queue: that attempt failed.
                Write::EffectFinish { state: "pending", .. } => counted.finished = Some("retried"),
                Write::EffectFinish { state, .. } => counted.finished = Some(state),
                _ => {}
            }
        }
        counted
    }

    fn count(self, engine: &Engine, context: &RunContext) {
        let (metrics, channel) = (engine.metrics(), context.channel_kind.as_str());
        if let Some((outcome, gate, mode)) = self.decided {
            metrics.decided(outcome, gate, channel, &mode);
        }
        if let Some(class) = self.failed {
            metrics.failed(class);
        }
        if let Some(status) = self.finished {
            metrics.handed_over(channel, context.by_rep(), status);
        }
    }
}
