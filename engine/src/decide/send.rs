//! Send: what leaves, and what an attempt's outcome means.
//!
//! After the gate there are no choices left: the payload, its idempotency key and its Message-ID are fixed when the
//! decision commits, and every attempt sends the same bytes.

use sha2::{Digest, Sha256};

use super::RunContext;
use super::retry::{Failure, given_up};
use crate::domain::{ActionReason, ChannelKind, ErrorClass, IdKind, Stage};
use crate::ports::{Ids, OutboundMessage, SendClass, SendError, SendReceipt};
use crate::store::rows::{DraftRow, EffectRow};
use crate::store::{ChannelWrite, Fence, PeopleWrite, SendClaim, Transition, Write};

/// The intent to send the context's draft: one effect, with everything fixed.
#[must_use]
pub fn intend(context: &RunContext, automatic: bool, ids: &dyn Ids) -> Vec<Write> {
    let Some(draft) = &context.draft else { return Vec::new() };
    let message_id = ids.next(IdKind::Message);
    let payload = payload(context, draft, &message_id, automatic);
    vec![Write::Effect {
        id: ids.next(IdKind::Effect),
        run_id: context.run.id.clone(),
        conversation_id: context.conversation.id.clone(),
        message_id,
        idempotency_key: payload.idempotency_key.clone(),
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        automatic,
    }]
}

/// The key of a send: the same for every attempt at this text of this draft, and for no other.
pub(super) fn key_of(run_id: &str, draft_id: &str, version: i64, message_id: &str) -> String {
    let mut hash = Sha256::new();
    for part in [run_id, draft_id, &version.to_string(), message_id] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hash = data_encoding::HEXLOWER.encode(&hash.finalize());
    let short = hash.get(..24).unwrap_or(&hash);
    // The time-ordered part comes first: keys then enter their index at its end, not all over it.
    format!("{}.{short}", message_id.trim_start_matches("msg_"))
}

fn payload(context: &RunContext, draft: &DraftRow, message_id: &str, automatic: bool) -> OutboundMessage {
    let key = key_of(&context.run.id, &draft.id, draft.version, message_id);
    let domain = context.channel.address.rsplit_once('@').map_or("remit.invalid", |(_, domain)| domain);
    let answered: Vec<String> = context.message.external_id.iter().cloned().collect();
    let mut references: Vec<String> = serde_json::from_str(&context.message.reply_refs).unwrap_or_default();
    // Rows keep the nearest id first; a mail names the oldest first.
    references.reverse();
    references.extend(answered.iter().cloned());
    OutboundMessage {
        idempotency_key: key.clone(),
        channel: context.channel_kind,
        message_id: format!("{key}@{domain}"),
        from: context.channel.address.clone(),
        from_name: Some(context.channel.name.clone()),
        to: context.message.from_address.clone(),
        to_name: context.contact.name.clone(),
        subject: draft.subject.clone().filter(|_| context.channel_kind == ChannelKind::Email),
        body_text: draft.body_text.clone(),
        in_reply_to: context.message.external_id.clone(),
        references,
        automatic,
        answers_at_ms: Some(context.message.occurred_at.min(context.message.created_at)),
        at_ms: context.now_ms,
        // Kept with the draft, so that what leaves is what was written.
        attachments: serde_json::from_str(&draft.attachments).unwrap_or_default(),
    }
}

/// The message that becomes visible in the conversation when its send begins.
pub(super) fn visible_message(context: &RunContext, draft: &DraftRow, effect: &EffectRow) -> SendClaim {
    let payload: Option<OutboundMessage> = serde_json::from_str(&effect.payload).ok();
    let (to_address, external_id, reply_refs) = payload.map_or_else(
        || (context.message.from_address.clone(), effect.message_id.clone(), Vec::new()),
        |payload| (payload.to, payload.message_id, payload.references),
    );
    let attachments = draft.attachments.clone();
    SendClaim {
        message_id: effect.message_id.clone(),
        conversation_id: context.conversation.id.clone(),
        channel_kind: context.channel_kind.as_str(),
        author_kind: if context.by_rep() { "rep" } else { "ai_agent" },
        author_name: if context.by_rep() { context.author() } else { context.ai_agent.clone() }
            .unwrap_or_else(|| "AI agent".to_owned()),
        from_address: context.channel.address.clone(),
        to_address,
        subject: draft.subject.clone(),
        body_text: draft.body_text.clone(),
        attachments,
        external_id,
        reply_refs,
        draft_id: draft.id.clone(),
        ai_turn: !context.by_rep(),
    }
}

/// What is over when a reply leaves: it waits for no limit any more, and the contact has an answer.
pub(super) fn settled(context: &RunContext) -> Vec<Write> {
    let mut writes = Vec::new();
    if context.run.held_since.is_some() {
        writes.push(Write::People(PeopleWrite::LimitWaitEnd { run_id: context.run.id.clone() }));
    }
    if context.conversation.sla_at.is_some() {
        writes.push(Write::People(PeopleWrite::SlaMet { conversation_id: context.conversation.id.clone() }));
        writes.push(Write::ActionRemove {
            conversation_id: context.conversation.id.clone(),
            reason: ActionReason::SlaRisk,
        });
    }
    writes
}

/// Begins the send of a rep's own reply, unless the channel is switched off meanwhile. No gate is asked: what a person
/// writes, they answer for.
#[must_use]
pub fn claim_by_rep(context: &RunContext, boot: &str) -> Option<Transition> {
    let (draft, effect) = (context.draft.as_ref()?, context.effect.as_ref()?);
    let mut writes = vec![Write::EffectStart {
        id: effect.id.clone(),
        boot: boot.to_owned(),
        // The first message of a conversation that a rep began is in it already.
        message: (effect.attempt == 0 && effect.message_id != context.message.id)
            .then(|| Box::new(visible_message(context, draft, effect))),
    }];
    writes.extend(settled(context));
    let mut run = context.to(Stage::Sending, Some(context.now_ms));
    run.attempt = context.run.attempt;
    let mut transition = context.transition(run, writes);
    transition.fence = Some(context.guarded(Fence::ByRep));
    Some(transition)
}

/// Fixes what a rep's reply will be, before anything is sent.
#[must_use]
pub fn prepare_by_rep(context: &RunContext, ids: &dyn Ids) -> Transition {
    let mut run = context.to(Stage::Gated, Some(context.now_ms));
    run.attempt = context.run.attempt;
    context.transition(run, intend(context, false, ids))
}

/// A rep's reply that cannot leave: the channel is switched off.
#[must_use]
pub fn refused_by_rep(context: &RunContext, ids: &dyn Ids) -> Transition {
    let mut run = context.to(Stage::Failed, None);
    let reason = "the channel is switched off";
    run.last_error = Some(reason.to_owned());
    let mut writes = vec![
        context.failed(&Failure::new(ErrorClass::Refused, reason)),
        Write::EffectCancel { run_id: context.run.id.clone() },
        Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: ActionReason::DeliveryFailed },
    ];
    if let Some(draft) = &context.draft {
        writes.push(Write::DraftStatus { id: draft.id.clone(), status: "failed" });
    }
    let summary = "The reply was not sent: the channel is switched off".to_owned();
    writes.push(context.entry_with(ids, "delivery_failed", summary, None, serde_json::Value::Null));
    context.transition(run, writes)
}

/// Hands the same bytes over once more, to a provider that knows the key: the outcome of the attempt before is not known.
/// Should that one not have left, this one may be what sends it, so it begins under the same fence as a first one.
/// `None` where it may not leave any more.
#[must_use]
pub fn claim_again(context: &RunContext, policy_digest: &str, boot: &str) -> Option<Transition> {
    let effect = context.effect.as_ref()?;
    let stopped = context.switches.iter().any(|(name, on)| name == "kill_switch" && *on);
    let silenced = stopped || context.paused() || context.contact.opted_out_at.is_some() || context.suppressed();
    let silenced = silenced || context.conversation.human_active;
    if context.channel.status != "active" || (silenced && !context.by_rep()) {
        return None;
    }
    let fence = match context.by_rep() {
        true => Fence::ByRep,
        // Its limits were counted with the first attempt.
        false => Fence::Send(context.seen(policy_digest, Vec::new())),
    };
    let mut run = context.to(Stage::Sending, Some(context.now_ms));
    run.attempt = context.run.attempt;
    let start = Write::EffectStart { id: effect.id.clone(), boot: boot.to_owned(), message: None };
    let mut transition = context.transition(run, vec![start]);
    transition.fence = Some(context.guarded(fence));
    Some(transition)
}

/// What an attempt means for the run. `class` is what the channel can say about an unknown outcome.
#[must_use]
pub fn decide(
    context: &RunContext,
    effect: &EffectRow,
    answer: &Result<SendReceipt, SendError>,
    class: SendClass,
    ids: &dyn Ids,
) -> Transition {
    match answer {
        Ok(receipt) => sent(context, effect, receipt, ids),
        Err(SendError::Transient(reason)) => {
            try_again(context, effect, &Failure::new(ErrorClass::Transient, reason), ids)
        }
        Err(SendError::Throttled { reason, after_ms }) => {
            let failure = Failure { class: ErrorClass::Throttled, reason, asked_ms: *after_ms };
            try_again(context, effect, &failure, ids)
        }
        Err(error @ SendError::Refused(_)) => refused(context, effect, error, ids),
        Err(error @ SendError::OptedOut(_)) => {
            let mut transition = refused(context, effect, error, ids);
            transition.writes.push(Write::Channels(ChannelWrite::Suppress {
                contact_id: context.contact.id.clone(),
                channel_kind: context.channel_kind.as_str(),
                address: super::normalise::plain_address(context.channel_kind, &context.message.from_address),
                reason: "opted_out",
            }));
            transition
        }
        Err(SendError::Stopped) => held_back(context, effect),
        Err(SendError::InDoubt(reason)) => doubted(context, effect, reason, class, ids),
    }
}

fn sent(context: &RunContext, effect: &EffectRow, receipt: &SendReceipt, ids: &dyn Ids) -> Transition {
    let mut writes = vec![Write::EffectFinish {
        id: effect.id.clone(),
        message_id: effect.message_id.clone(),
        state: "sent",
        message_status: "sent",
        provider_ref: Some(receipt.provider_ref.clone()),
        last_error: None,
    }];
    if let Some(draft) = &context.draft {
        writes.push(Write::DraftStatus { id: draft.id.clone(), status: "sent" });
    }
    if context.channel.provider.is_some() {
        // By this name the provider tells what becomes of it, and people answer it.
        writes.push(Write::Channels(ChannelWrite::Named {
            channel_id: context.channel.id.clone(),
            conversation_id: context.conversation.id.clone(),
            message_id: effect.message_id.clone(),
            name: receipt.provider_ref.clone(),
            timeline_id: ids.next(IdKind::Timeline),
        }));
    }
    let who = match (context.by_rep(), effect.automatic) {
        (true, _) => "as a person wrote it",
        (false, true) => "on its own",
        (false, false) => "after a person approved it",
    };
    let summary = format!("Sent the reply by {} {who}", context.channel_kind);
    writes.push(context.entry_with(
        ids,
        "message_sent",
        summary,
        Some(effect.message_id.clone()),
        serde_json::json!({ "provider_ref": receipt.provider_ref, "automatic": effect.automatic }),
    ));
    context.transition(context.to(Stage::Sent, None), writes)
}

fn try_again(context: &RunContext, effect: &EffectRow, failure: &Failure<'_>, ids: &dyn Ids) -> Transition {
    let Some(again_at) = context.again_at(failure) else {
        let mut writes = vec![
            finish(effect, "failed", "failed", failure.reason),
            Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: ActionReason::DeliveryFailed },
        ];
        writes.extend(context.draft.iter().map(|draft| Write::DraftStatus { id: draft.id.clone(), status: "failed" }));
        return given_up(context, ids, failure, writes);
    };
    // Back to `gated`: the gate is asked again before the next attempt.
    let mut run = context.to(Stage::Gated, Some(again_at));
    run.attempt = context.run.attempt + 1;
    run.last_error = Some(failure.reason.to_owned());
    context.transition(run, vec![finish(effect, "pending", "queued", failure.reason), context.failed(failure)])
}

/// How long a reply that was held back waits, in milliseconds: whoever stopped it takes it back meanwhile.
const HELD_BACK_MS: i64 = 1_000;

/// Claimed, and stopped before it was handed over: queued again as if this attempt had not been, for whoever stopped it to
/// take back. Where they could not, the gate is asked as ever.
fn held_back(context: &RunContext, effect: &EffectRow) -> Transition {
    let mut run = context.to(Stage::Gated, Some(context.now_ms + HELD_BACK_MS));
    run.attempt = context.run.attempt;
    let reason = SendError::Stopped.to_string();
    context.transition(run, vec![finish(effect, "pending", "queued", &reason)])
}

/// Nobody knows whether it left. Where the provider can be asked, it is, for a while; then a person is.
fn doubted(context: &RunContext, effect: &EffectRow, reason: &str, class: SendClass, ids: &dyn Ids) -> Transition {
    let failure = Failure::new(ErrorClass::InDoubt, reason);
    if class != SendClass::Blind
        && let Some(again_at) = context.again_at(&failure)
    {
        let mut run = context.to(Stage::Sending, Some(again_at));
        run.attempt = context.run.attempt + 1;
        run.last_error = Some(reason.to_owned());
        return context.transition(run, vec![context.failed(&failure)]);
    }
    let summary = format!(
        "The reply may have been sent, nobody knows: {reason}. It will not be sent again unless a person says what happened"
    );
    let mut writes = left_in_doubt(context, effect, reason);
    writes.push(context.failed(&failure));
    let mut run = context.to(Stage::Failed, None);
    run.attempt = context.run.attempt + 1;
    run.last_error = Some(SendError::InDoubt(reason.to_owned()).to_string());
    not_delivered(context, effect, summary, &mut writes, ids);
    context.transition(run, writes)
}

/// What a person must know and say: it may have left.
pub(super) fn left_in_doubt(context: &RunContext, effect: &EffectRow, reason: &str) -> Vec<Write> {
    let mut writes = vec![
        finish(effect, "in_doubt", "needs_review", reason),
        Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: ActionReason::DeliveryFailed },
    ];
    writes.extend(context.draft.iter().map(|draft| Write::DraftStatus { id: draft.id.clone(), status: "failed" }));
    writes
}

fn refused(context: &RunContext, effect: &EffectRow, error: &SendError, ids: &dyn Ids) -> Transition {
    let words = error.to_string();
    let mut run = context.to(Stage::Failed, None);
    run.attempt = context.run.attempt + 1;
    run.last_error = Some(words.clone());
    let mut writes = vec![
        finish(effect, "failed", "failed", &words),
        Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: ActionReason::DeliveryFailed },
        context.failed(&Failure::new(ErrorClass::Refused, &words)),
    ];
    writes.extend(context.draft.iter().map(|draft| Write::DraftStatus { id: draft.id.clone(), status: "failed" }));
    not_delivered(context, effect, format!("The reply was not sent: {words}"), &mut writes, ids);
    context.transition(run, writes)
}

fn not_delivered(context: &RunContext, effect: &EffectRow, summary: String, writes: &mut Vec<Write>, ids: &dyn Ids) {
    let refers_to = Some(effect.message_id.clone());
    writes.push(context.entry_with(ids, "delivery_failed", summary, refers_to, serde_json::Value::Null));
}

fn finish(effect: &EffectRow, state: &'static str, message_status: &'static str, error: &str) -> Write {
    Write::EffectFinish {
        id: effect.id.clone(),
        message_id: effect.message_id.clone(),
        state,
        message_status,
        provider_ref: None,
        last_error: Some(error.to_owned()),
    }
}
