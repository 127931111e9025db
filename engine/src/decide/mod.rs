//! The pure core: one file per step of the flow.
//!
//! | step | decides | leaves behind |
//! |---|---|---|
//! | inbound | [`normalise`] | raw event, contact, conversation, message, run |
//! | classify | [`classify`] | intent, step, timeline |
//! | draft | [`draft`] | draft or the reason why there is none |
//! | gate | [`gate`] | decision record, next stage, effect or question |
//! | send | [`send`] | sent, retry at, or failed |
//! | a person | [`person`], [`edit`], [`ask`], [`reply`] | approved, rejected, edited, asked for, withdrawn, a reply of their own |
//! | a time | [`timer`] | reminded, late, back from a snooze |
//! | a failure | [`retry`] | tried again at, or given up |
//! | labels | [`proofs`] | what is proved about answers, what people's decisions say of them |
//! | a question | [`why`] | nothing: it says why the AI did or did not answer |
//! | the operating side | [`job`] | tried again by a person, cancelled, parked, due again |
//!
//! Values in, a [`Transition`] out. No I/O, no clock, no randomness, no panics: the time, the ids, the policy and every
//! fact are arguments. The shell around it is `crate::stages`.

pub mod ask;
pub mod begin;
pub mod classify;
pub mod draft;
pub mod edit;
pub mod explain;
pub mod facts;
pub mod gate;
pub mod gone;
pub mod job;
pub mod normalise;
pub mod person;
pub mod proofs;
pub mod record;
pub mod replay;
pub mod reply;
pub mod retry;
pub mod send;
pub mod timer;
pub mod told;
pub mod why;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::domain::{ChannelKind, IdKind, Stage};
use crate::draft::check::{Around, Inner, Passage};
use crate::ports::{Classification, Ids, ModelCall};
use crate::store::rows::{ChannelRow, ContactRow, ConversationRow, DraftRow, EffectRow, MessageRow, RunRow};
use crate::store::{Fence, Guarded, LimitClaim, NewModelCall, RunMove, SendFence, TimelineEntry, Transition, Write};

/// Everything about one run that a step may read. Frozen when the step begins.
#[derive(Debug, Clone)]
pub struct RunContext {
    /// The run.
    pub run: RunRow,
    /// The message it answers.
    pub message: MessageRow,
    /// The conversation.
    pub conversation: ConversationRow,
    /// The contact.
    pub contact: ContactRow,
    /// The contact's segments.
    pub segments: Vec<String>,
    /// The channel account.
    pub channel: ChannelRow,
    /// The kind of the channel.
    pub channel_kind: ChannelKind,
    /// The draft, once there is one.
    pub draft: Option<DraftRow>,
    /// The effect, once there is one.
    pub effect: Option<EffectRow>,
    /// What the classifier said; `None` when it failed.
    pub classification: Option<Classification>,
    /// What the draft rests on besides the policy's own templates.
    pub rests_on: Vec<Passage>,
    /// What was looked up about the draft; `None` where nothing was yet.
    pub around: Option<Arc<Around>>,
    /// True when a person wrote again after `message`.
    pub newer_inbound: bool,
    /// Every switch that was ever flipped, and whether it is on.
    pub switches: Vec<(String, bool)>,
    /// For each limit of the policy: its name, and the end of its bucket where it is used up.
    pub over: Vec<(String, Option<i64>)>,
    /// For each limit of the policy: its name, and whose sends it counts here.
    pub subjects: Vec<(String, String)>,
    /// How often any switch had been flipped when this was loaded.
    pub switch_flips: i64,
    /// True when the message answers a thread of another contact.
    pub third_party: bool,
    /// What is proved of the classifier's answers.
    pub proofs: Arc<proofs::Proofs>,
    /// Texts of ours that no draft may repeat.
    pub inner: Arc<Inner>,
    /// Name of the AI agent that answers on the channel, where there is one.
    pub ai_agent: Option<String>,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
}

impl RunContext {
    /// Moves the run to `to`; every other column as it is.
    fn to(&self, to: Stage, ready_at: Option<i64>) -> RunMove {
        RunMove {
            id: self.run.id.clone(),
            version: self.run.version,
            epoch: self.run.epoch,
            stage: to,
            attempt: 0,
            approved: self.run.approved,
            held_since: self.run.held_since,
            ready_at,
            closed_reason: None,
            last_error: None,
            draft_id: None,
            decision_id: None,
        }
    }

    /// Keeps the calls of language models that a step made.
    #[must_use]
    pub fn calls(&self, calls: Vec<ModelCall>, ids: &dyn Ids) -> Vec<Write> {
        let new = |call| NewModelCall {
            id: ids.next(IdKind::ModelCall),
            message_id: self.message.id.clone(),
            run_id: self.run.id.clone(),
            call,
        };
        calls.into_iter().map(|call| Write::ModelCall(Box::new(new(call)))).collect()
    }

    /// A transition that moves the run.
    fn transition(&self, run: RunMove, writes: Vec<Write>) -> Transition {
        Transition {
            workspace_id: self.run.workspace_id.clone(),
            now_ms: self.now_ms,
            fence: None,
            unchanged: None,
            run: Some(run),
            writes,
        }
    }

    /// The same, if what it relies on still holds when it is committed.
    fn guarded(&self, fence: Fence) -> Guarded {
        Guarded {
            conversation_id: self.conversation.id.clone(),
            contact_id: self.contact.id.clone(),
            run_id: self.run.id.clone(),
            fence,
        }
    }

    /// The address that an answer goes to must not be written to on this channel: it bounced, complained or opted out.
    #[must_use]
    pub fn suppressed(&self) -> bool {
        is_suppressed(&self.contact.suppressed, self.channel_kind, &self.message.from_address)
    }

    /// What the gate sees of the world in this context.
    fn seen(&self, policy_digest: &str, limits: Vec<LimitClaim>) -> SendFence {
        SendFence {
            revision: self.conversation.revision,
            policy_digest: policy_digest.to_owned(),
            human_active: self.conversation.human_active,
            contact_version: self.contact.version,
            paused: self.paused(),
            opted_out: self.contact.opted_out_at.is_some(),
            suppressed: self.suppressed(),
            email_warmup: self.channel.email_warmup,
            flips: self.switch_flips,
            limits,
        }
    }

    /// A line of the timeline, said by whoever writes what the run sends.
    fn entry(&self, ids: &dyn Ids, kind: &'static str, summary: String, refers_to: Option<String>) -> TimelineEntry {
        TimelineEntry {
            id: ids.next(IdKind::Timeline),
            conversation_id: self.conversation.id.clone(),
            contact_id: self.contact.id.clone(),
            kind,
            actor_kind: if self.by_rep() { "rep" } else { "ai_agent" },
            actor_name: if self.by_rep() { self.author() } else { self.ai_agent.clone() },
            summary,
            refers_to,
            data: serde_json::Value::Null,
            at: self.now_ms,
        }
    }

    /// The same, with data for programs.
    fn entry_with(
        &self,
        ids: &dyn Ids,
        kind: &'static str,
        summary: String,
        refers_to: Option<String>,
        data: serde_json::Value,
    ) -> Write {
        let mut entry = self.entry(ids, kind, summary, refers_to);
        entry.data = data;
        Write::Timeline(Box::new(entry))
    }

    /// The context of the next step, had this transition been committed `now_ms`. Saves loading it all again between
    /// steps; what others may have changed meanwhile is seen when the send is claimed, for its fence compares all of it.
    /// Only for a transition that [is followed](Self::follows).
    #[must_use]
    pub fn after(&self, transition: &Transition, now_ms: i64) -> Box<Self> {
        Box::new(self.clone()).into_after(transition, now_ms)
    }

    /// The same, had one more transition been committed together with the one that this context is after: the run moves
    /// once with both.
    #[must_use]
    pub fn and_after(self: Box<Self>, transition: &Transition) -> Box<Self> {
        let (version, now_ms) = (self.run.version, self.now_ms);
        let mut next = self.into_after(transition, now_ms);
        next.run.version = version;
        next
    }

    fn into_after(mut self: Box<Self>, transition: &Transition, now_ms: i64) -> Box<Self> {
        let next = &mut *self;
        next.now_ms = now_ms;
        if let Some(moved) = &transition.run {
            let run = &mut next.run;
            run.version += 1;
            run.stage = moved.stage;
            run.attempt = moved.attempt;
            run.approved = moved.approved;
            run.held_since = moved.held_since;
            run.ready_at = moved.ready_at;
            run.closed_reason = moved.closed_reason.map(|reason| reason.to_string());
            run.last_error.clone_from(&moved.last_error);
            run.draft_id = moved.draft_id.clone().or(run.draft_id.take());
            run.decision_id = moved.decision_id.clone().or(run.decision_id.take());
            run.updated_at = transition.now_ms;
        }
        for write in &transition.writes {
            next.apply(write, transition.now_ms);
        }
        self
    }

    /// Whether [`Self::after`] knows what this transition's writes do to a context.
    #[must_use]
    pub fn follows(transition: &Transition) -> bool {
        transition.writes.iter().all(|write| {
            matches!(
                write,
                Write::Step { .. }
                    | Write::Classified { .. }
                    | Write::Draft { .. }
                    | Write::DraftStatus { .. }
                    | Write::Decision { .. }
                    | Write::Effect { .. }
                    | Write::EffectStart { .. }
                    | Write::LimitCount { .. }
                    | Write::Route { .. }
                    | Write::ActionAdd { .. }
                    | Write::ModelCall(_)
                    | Write::Timeline(_)
                    | Write::Labels(_)
            )
        })
    }

    fn apply(&mut self, write: &Write, at: i64) {
        match write {
            Write::Classified { intent, confidence, margin, language, classifier, .. } => {
                let message = &mut self.message;
                message.intent.clone_from(intent);
                message.confidence = *confidence;
                message.margin = *margin;
                message.language = language.clone().or(message.language.take());
                message.classifier = Some(classifier.clone());
            }
            Write::Step { step, output, .. } if *step == classify::STEP => {
                self.classification = serde_json::from_str(output).unwrap_or_default();
            }
            Write::Step { step, output, .. } if *step == draft::STEP => self.rests_on = draft::rests_on(output),
            Write::Draft { .. } => {
                self.draft = self.new_draft(write, at);
                self.around = None;
            }
            Write::DraftStatus { id, status } => {
                if let Some(draft) = self.draft.as_mut().filter(|draft| draft.id == *id) {
                    draft.status = (*status).to_owned();
                    draft.updated_at = at;
                }
            }
            Write::Effect { id, message_id, idempotency_key, payload, automatic, .. } => {
                self.effect = Some(EffectRow {
                    workspace_id: self.run.workspace_id.clone(),
                    id: id.clone(),
                    run_id: self.run.id.clone(),
                    conversation_id: self.conversation.id.clone(),
                    message_id: message_id.clone(),
                    idempotency_key: idempotency_key.clone(),
                    state: "pending".to_owned(),
                    payload: payload.clone(),
                    automatic: *automatic,
                    attempt: 0,
                    boot: None,
                    provider_ref: None,
                    last_error: None,
                    created_at: at,
                    updated_at: at,
                });
            }
            Write::EffectStart { id, boot, message } => {
                if let Some(effect) = self.effect.as_mut().filter(|effect| effect.id == *id) {
                    effect.state = "in_flight".to_owned();
                    effect.boot = Some(boot.clone());
                    effect.attempt += 1;
                    effect.updated_at = at;
                }
                self.conversation.revision += i64::from(message.is_some());
            }
            // The send that follows asks whether an answer is owed.
            Write::Route { sla_at, .. } => self.conversation.sla_at = *sla_at,
            _ => {}
        }
    }

    fn new_draft(&self, write: &Write, at: i64) -> Option<DraftRow> {
        let Write::Draft { id, subject, body_text, content_sha256, source, base_revision, .. } = write else {
            return None;
        };
        Some(DraftRow {
            workspace_id: self.run.workspace_id.clone(),
            id: id.clone(),
            conversation_id: self.conversation.id.clone(),
            message_id: self.message.id.clone(),
            run_id: self.run.id.clone(),
            author_kind: "ai_agent".to_owned(),
            status: "open".to_owned(),
            version: 1,
            subject: subject.clone(),
            body_text: body_text.clone(),
            content_sha256: content_sha256.clone(),
            source: source.clone(),
            base_revision: *base_revision,
            created_at: at,
            updated_at: at,
            author_id: None,
            author_name: None,
            attachments: "[]".to_owned(),
        })
    }

    /// True when the AI is paused for the contact at this moment.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.contact.ai_paused && self.contact.ai_paused_until.is_none_or(|until| until > self.now_ms)
    }

    /// True when the run sends what a rep wrote: no gate is asked about that.
    #[must_use]
    pub fn by_rep(&self) -> bool {
        self.run.author_kind == "rep"
    }

    /// True while a draft that a rep asked for has no person's yes.
    #[must_use]
    pub fn wants_a_yes(&self) -> bool {
        self.run.asked_by.is_some() && !self.run.approved
    }

    /// Name of the rep who wrote the draft.
    fn author(&self) -> Option<String> {
        self.draft.as_ref().and_then(|draft| draft.author_name.clone())
    }

    /// True when a person wrote the message: machines are not classified and not answered.
    #[must_use]
    pub fn from_a_person(&self) -> bool {
        self.message.kind == "message"
    }
}

/// What an approval is bound to: the exact text that will leave.
#[must_use]
pub fn content_sha256(subject: Option<&str>, body_text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(subject.unwrap_or_default().as_bytes());
    hash.update([0]);
    hash.update(body_text.as_bytes());
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// Whether `list`, the column of a contact, names this address on this kind of channel. A list that cannot be read names
/// every address.
#[must_use]
pub(crate) fn is_suppressed(list: &str, channel: crate::domain::ChannelKind, address: &str) -> bool {
    if list == "[]" {
        return false;
    }
    let Ok(all) = serde_json::from_str::<Vec<crate::store::Suppressed>>(list) else { return true };
    let plain = normalise::plain_address(channel, address);
    all.iter().any(|one| {
        one.channel == channel.as_str()
            && (one.address == address || normalise::plain_address(channel, &one.address) == plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_hash_tells_subject_from_body() {
        assert_ne!(content_sha256(Some("a"), "b"), content_sha256(None, "ab"));
        assert_ne!(content_sha256(Some("a"), "b"), content_sha256(Some("ab"), ""));
    }
}
