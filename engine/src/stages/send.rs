//! Begins sends, makes them, and resolves those that a crash left in doubt.

use std::time::{Duration, Instant};

use tracing::{Instrument, debug_span};

use super::{MOST_LOSSES, Next, StepError, as_stored, ask, commit, counted_limits, pass_on, try_to_pass_on};
use crate::decide::{self, RunContext};
use crate::domain::{Gate, Stage};
use crate::engine::Engine;
use crate::failpoint::{self, FailPoint};
use crate::policies::InForce;
use crate::ports::{Outbound, OutboundMessage, SendClass, SendError, SendReceipt};
use crate::store::rows::EffectRow;
use crate::store::{Outcome, StoreError, Transition, read};

/// Asks the gate once more; if it still says send, claims the effect, calls the provider and keeps the answer.
pub(super) async fn begin(engine: &Engine, in_force: &InForce, context: &RunContext) -> Result<Next, StepError> {
    let (gated, took_us) = ask(engine, in_force, context, Gate::Send).await;
    let says_send = gated.verdict.outcome == remit_dsl::Outcome::Send;
    let allowed = says_send && !context.newer_inbound && !context.wants_a_yes();
    let pending = context.effect.as_ref().filter(|effect| effect.state == "pending");
    let (true, Some(_)) = (allowed, pending) else {
        let transition = decide::gate::decide(context, &in_force.policy, &gated, took_us, engine.ids());
        return pass_on(engine, context, transition).await;
    };
    claim(engine, in_force, context, None).await
}

/// Claims the send of a run that the gate has just allowed, calls the provider and keeps the answer.
///
/// `decided` is the decision itself, where it is not committed yet: a context, and the transition that makes it out of
/// the one that is stored. Both become one commit, whose fence holds what the decision relied on: the gate is then
/// asked in the very transaction that begins the send.
pub(super) async fn claim(
    engine: &Engine,
    in_force: &InForce,
    stored: &RunContext,
    decided: Option<(Box<RunContext>, Transition)>,
) -> Result<Next, StepError> {
    let ready = decided.as_ref().map_or(stored, |(ready, _)| &**ready);
    let limits = counted_limits(&in_force.policy, ready);
    let claim = decide::gate::claim(ready, &in_force.policy, limits, engine.boot());
    let (Some(claim), Some(effect)) = (claim, ready.effect.clone()) else {
        return match decided {
            Some((_, decision)) => pass_on(engine, stored, decision).await,
            None => Ok(Next::Stop),
        };
    };
    // One commit moves the run once, whatever it holds.
    let (mut claimed, claim) = match decided {
        Some((ready, decision)) => (ready.and_after(&claim), decision.then(claim)),
        None => (stored.after(&claim, claim.now_ms), claim),
    };
    match commit(engine, stored, claim).await? {
        Outcome::Won => {}
        // Nothing has left: look again how it stands.
        Outcome::Fenced | Outcome::Lost => return Ok(Next::Again),
        Outcome::Ingested(..) => return Ok(Next::Stop),
    }
    if cfg!(debug_assertions) {
        Box::pin(as_stored(engine, &claimed)).await?;
    }
    failpoint::reached(FailPoint::SendClaimed);
    let message = payload(&effect.payload)?;
    let outbound = engine.outbound().for_channel(&stored.channel);
    // Until what became of it is kept.
    let passage = engine.halts().pass(&stored.run.workspace_id, &stored.run.id);
    let answer = match passage {
        Some(_) => hand_over(engine, &*outbound, stored, &message).await,
        None => Err(SendError::Stopped),
    };
    failpoint::reached(FailPoint::SendAnswered);
    claimed.now_ms = engine.clock().now_ms();
    finish(engine, &claimed, &answer, outbound.class()).await
}

/// Sends what a rep wrote.
pub(super) async fn begin_by_rep(engine: &Engine, context: &RunContext) -> Result<Next, StepError> {
    if context.channel.status != "active" {
        return pass_on(engine, context, decide::send::refused_by_rep(context, engine.ids())).await;
    }
    let Some(effect) = context.effect.as_ref().filter(|effect| effect.state == "pending") else {
        return pass_on(engine, context, decide::send::prepare_by_rep(context, engine.ids())).await;
    };
    let Some(claim) = decide::send::claim_by_rep(context, engine.boot()) else { return Ok(Next::Stop) };
    let mut claimed = context.after(&claim, context.now_ms);
    match commit(engine, context, claim).await? {
        Outcome::Won => {}
        // Nothing has left: look again how it stands.
        Outcome::Fenced | Outcome::Lost => return Ok(Next::Again),
        Outcome::Ingested(..) => return Ok(Next::Stop),
    }
    let message = payload(&effect.payload)?;
    let outbound = engine.outbound().for_channel(&context.channel);
    let answer = hand_over(engine, &*outbound, context, &message).await;
    claimed.now_ms = engine.clock().now_ms();
    finish(engine, &claimed, &answer, outbound.class()).await
}

/// A provider that has not answered by then may never do so: what became of the message is not known.
const LONGEST_SEND: Duration = Duration::from_secs(120);

/// Calls the provider by the channel's way out, which is found once for an attempt: its secrets have to be opened.
async fn hand_over(
    engine: &Engine,
    outbound: &dyn Outbound,
    context: &RunContext,
    message: &OutboundMessage,
) -> Result<SendReceipt, SendError> {
    let begun = Instant::now();
    let whole =
        if message.attachments.is_empty() { None } else { Some(Box::pin(with_files(engine, context, message)).await?) };
    let sending = outbound
        .send(whole.as_ref().unwrap_or(message))
        .instrument(debug_span!("send", channel = %context.channel_kind));
    let answer = tokio::time::timeout(LONGEST_SEND, sending).await;
    engine.metrics().step("send", begun.elapsed());
    answer.unwrap_or_else(|_| Err(unanswered()))
}

/// The message with the bytes of its files.
async fn with_files(
    engine: &Engine,
    context: &RunContext,
    message: &OutboundMessage,
) -> Result<OutboundMessage, SendError> {
    let failed = |error: StoreError| SendError::Transient(error.to_string());
    let mut message = message.clone();
    let mut reader = engine.db().read().await.map_err(failed)?;
    for file in &mut message.attachments {
        let bytes = read::attachment_bytes(&mut reader.conn(), &context.run.workspace_id, &file.id).await;
        let gone = || SendError::Refused(format!("the file `{}` is not here any more", file.name));
        file.bytes = bytes.map_err(failed)?.ok_or_else(gone)?.0;
    }
    Ok(message)
}

fn unanswered() -> SendError {
    SendError::InDoubt(format!("the provider did not answer within {} s", LONGEST_SEND.as_secs()))
}

/// A send was begun and nobody is making it any more: the process stopped, the task that made it died, or its outcome
/// was not told. (A lane runs one task at a time, so coming here means that the one which began is gone.) It is never
/// simply repeated: the channel says what can be known.
pub(super) async fn recover(engine: &Engine, in_force: &InForce, context: &RunContext) -> Result<Next, StepError> {
    let Some(effect) = &context.effect else { return Ok(Next::Stop) };
    if effect.state != "in_flight" {
        return Ok(Next::Stop);
    }
    failpoint::reached(FailPoint::RecoverBegun);
    let message = payload(&effect.payload)?;
    let outbound = engine.outbound().for_channel(&context.channel);
    let mut asked = Box::new(context.clone());
    let answer: Result<SendReceipt, SendError> = match outbound.class() {
        SendClass::Idempotent => {
            let Some(claim) = decide::send::claim_again(context, in_force.policy.digest(), engine.boot()) else {
                let reason = "it may have been handed over before, and may not be sent any more";
                // Asking again would be sending again: a person is asked instead.
                let answer = Err(SendError::InDoubt(reason.to_owned()));
                return finish(engine, context, &answer, SendClass::Blind).await;
            };
            asked = context.after(&claim, context.now_ms);
            match commit(engine, context, claim).await? {
                Outcome::Won => hand_over(engine, &*outbound, context, &message).await,
                Outcome::Fenced | Outcome::Lost => return Ok(Next::Again),
                Outcome::Ingested(..) => return Ok(Next::Stop),
            }
        }
        SendClass::Queryable => match tokio::time::timeout(LONGEST_SEND, outbound.look_up(&message)).await {
            Ok(Ok(Some(receipt))) => Ok(receipt),
            Ok(Ok(None)) => Err(SendError::Transient("it stopped before the message was handed over".to_owned())),
            // That asking failed says nothing about the message.
            Ok(Err(error)) => Err(SendError::InDoubt(error.to_string())),
            Err(_) => Err(unanswered()),
        },
        SendClass::Blind => {
            Err(SendError::InDoubt("the process stopped while the message was being handed over".to_owned()))
        }
    };
    failpoint::reached(FailPoint::RecoverAnswered);
    asked.now_ms = engine.clock().now_ms();
    finish(engine, &asked, &answer, outbound.class()).await
}

/// Keeps what an attempt came to. Where somebody else has moved the run meanwhile it is told of the run as it stands
/// now: what the provider said is not thrown away while the send it is about is still the one that is under way.
async fn finish(
    engine: &Engine,
    context: &RunContext,
    answer: &Result<SendReceipt, SendError>,
    class: SendClass,
) -> Result<Next, StepError> {
    let Some(effect) = &context.effect else { return Ok(Next::Stop) };
    let told = decide::send::decide(context, effect, answer, class, engine.ids());
    match try_to_pass_on(engine, context, told).await? {
        Some(next) => Ok(next),
        None => Box::pin(finish_as_it_stands(engine, context, effect, answer, class)).await,
    }
}

/// The same for a run that somebody else has moved.
async fn finish_as_it_stands(
    engine: &Engine,
    context: &RunContext,
    effect: &EffectRow,
    answer: &Result<SendReceipt, SendError>,
    class: SendClass,
) -> Result<Next, StepError> {
    for _ in 1..MOST_LOSSES {
        let (workspace, run) = (&context.run.workspace_id, &context.run.id);
        let in_force = engine.policies().in_force(engine.db(), workspace).await?;
        let Some(now) = super::context(engine, &in_force, workspace, run).await? else { return Ok(Next::Stop) };
        let same = now.effect.as_ref().filter(|now| {
            (&now.id, now.state.as_str(), now.attempt, &now.boot)
                == (&effect.id, "in_flight", effect.attempt, &effect.boot)
        });
        let Some(same) = same.filter(|_| now.run.stage == Stage::Sending && now.run.epoch == context.run.epoch) else {
            return Ok(Next::Again);
        };
        let told = decide::send::decide(&now, same, answer, class, engine.ids());
        if let Some(next) = try_to_pass_on(engine, &now, told).await? {
            return Ok(next);
        }
    }
    Ok(Next::Again)
}

fn payload(text: &str) -> Result<OutboundMessage, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Inconsistent { table: "effect", reason: error.to_string() })
}
