//! Gate: decides whether a drafted reply may leave without a person.
//!
//! Message + classification + draft + contact + time → facts → policy → verdict → transition
//!
//! Pure: the time, the policy and every fact are arguments. What cannot be determined tightens; silence is never
//! permission. The same function answers all four askings: when the draft is ready, after a person approved, when a
//! hold ends, and right before the send.

use remit_dsl::{Outcome, Policy, Reason, RuleKind, Verdict};

use super::record::{self, DraftSeen};
use super::retry::{self, Failure};
use super::{RunContext, facts, proofs, send};
use crate::domain::{ActionReason, ClosedReason, Gate, IdKind, Stage};
use crate::draft::check;
use crate::ports::Ids;
use crate::store::rows::DraftRow;
use crate::store::{Fence, LimitClaim, PeopleWrite, RunMove, TimerKind, Transition, Write};

/// What the gate said, and everything it read to say so.
#[derive(Debug, Clone)]
pub struct Gated {
    /// Which asking this was.
    pub gate: Gate,
    /// The verdict.
    pub verdict: Verdict,
    /// The facts and what the detectors found.
    pub collected: facts::Collected,
}

/// Asks the policy.
#[must_use]
pub fn ask(context: &RunContext, policy: &Policy, gate: Gate) -> Gated {
    let draft = context.draft.as_ref().map(|draft| draft_text(draft.subject.as_deref(), &draft.body_text));
    let collected = facts::collect(context, policy, draft.as_deref());
    let verdict = policy.decide(&collected.facts);
    Gated { gate, verdict, collected }
}

/// What detectors and scripts see of a draft: a promise in the subject is a promise.
#[must_use]
pub(crate) fn draft_text(subject: Option<&str>, body_text: &str) -> String {
    check::whole(subject, body_text)
}

/// Turns a verdict into the transition that carries it out. `took_us` is how long the asking took, in microseconds.
#[must_use]
pub fn decide(context: &RunContext, policy: &Policy, gated: &Gated, took_us: i64, ids: &dyn Ids) -> Transition {
    let mut plan = Plan { context, policy, gated, ids, decision_id: ids.next(IdKind::Decision), writes: Vec::new() };
    if context.newer_inbound {
        return plan.superseded(took_us);
    }
    plan.record(took_us);
    plan.side_effects();
    match (gated.verdict.outcome, &context.draft) {
        (Outcome::Off, _) => plan.close(ClosedReason::PolicyOff),
        (Outcome::Escalate, _) => plan.close(ClosedReason::Escalated),
        (_, None) => plan.close(ClosedReason::NoDraft),
        // That a rep asked for it lets nothing go: the yes is still to be given.
        (Outcome::Send | Outcome::Hold, Some(_)) if context.wants_a_yes() => plan.approval(),
        (Outcome::Send, Some(_)) => plan.send(),
        (Outcome::Hold, Some(_)) => plan.hold(),
        (Outcome::Approval, Some(_)) => plan.approval(),
    }
}

/// Nothing more is tried without a person, and nothing was decided yet: the record says what the policy makes of what is
/// known, so that this message too has one.
#[must_use]
pub fn give_up(context: &RunContext, policy: &Policy, failure: &Failure<'_>, ids: &dyn Ids) -> Transition {
    let gated = ask(context, policy, Gate::Draft);
    let decision_id = ids.next(IdKind::Decision);
    let mut plan = Plan { context, policy, gated: &gated, ids, decision_id, writes: Vec::new() };
    plan.record(0);
    // Not answered, but what it asks for is done, as far as that is known.
    plan.side_effects();
    let mut transition = retry::given_up(context, ids, failure, retry::undone(context, failure));
    if let Some(run) = &mut transition.run {
        run.decision_id = Some(plan.decision_id);
    }
    transition.writes.extend(plan.writes);
    transition
}

/// Begins the send that the gate has just allowed again, unless anything it relied on changes before the commit.
///
/// `limits` are the limits of the policy that this send counts against.
#[must_use]
pub fn claim(context: &RunContext, policy: &Policy, limits: Vec<LimitClaim>, boot: &str) -> Option<Transition> {
    let (draft, effect) = (context.draft.as_ref()?, context.effect.as_ref()?);
    let first = effect.attempt == 0;
    let mut writes = vec![Write::EffectStart {
        id: effect.id.clone(),
        boot: boot.to_owned(),
        message: first.then(|| Box::new(send::visible_message(context, draft, effect))),
    }];
    // A second attempt was counted with the first.
    let limits = if first { limits } else { Vec::new() };
    writes.extend(limits.iter().map(|claim| Write::LimitCount {
        limit: claim.limit.clone(),
        subject: claim.subject.clone(),
        bucket_start: claim.bucket_start,
    }));
    writes.extend(send::settled(context));
    writes.extend(if first { proofs::draw(context) } else { None });
    let mut run = context.to(Stage::Sending, Some(context.now_ms));
    run.attempt = context.run.attempt;
    let mut transition = context.transition(run, writes);
    let seen = context.seen(policy.digest(), limits);
    transition.fence = Some(context.guarded(Fence::Send(seen)));
    Some(transition)
}

struct Plan<'a> {
    context: &'a RunContext,
    policy: &'a Policy,
    gated: &'a Gated,
    ids: &'a dyn Ids,
    decision_id: String,
    writes: Vec<Write>,
}

impl Plan<'_> {
    /// The first deciding rule; a verdict always has one.
    fn rule(&self) -> Option<&Reason> {
        self.gated.verdict.deciding.first()
    }

    fn record(&mut self, took_us: i64) {
        let (context, verdict) = (self.context, &self.gated.verdict);
        let draft = context.draft.as_ref().map(|draft| DraftSeen {
            id: draft.id.clone(),
            version: draft.version,
            content_sha256: draft.content_sha256.clone(),
        });
        let record = record::Parts {
            facts: &self.gated.collected.facts,
            verdict,
            detections: &self.gated.collected.detections,
            policy_name: self.policy.name(),
            classification: context.classification.as_ref(),
            draft: draft.as_ref(),
            findings: &self.gated.collected.findings,
        };
        let rule = self.rule();
        let at = rule.map(|reason| reason.at.clone()).unwrap_or_else(|| verdict.route.at.clone());
        let name = rule.map_or_else(|| "default".to_owned(), |reason| reason.name.clone());
        let because = rule.and_then(|reason| reason.because.clone());
        let mut summary = format!("Decided {}: rule `{name}` ({at})", verdict.outcome.as_str());
        if let Some(because) = because {
            summary.push_str(": ");
            summary.push_str(&because);
        }
        self.writes.push(Write::Decision {
            id: self.decision_id.clone(),
            run_id: context.run.id.clone(),
            message_id: context.message.id.clone(),
            conversation_id: context.conversation.id.clone(),
            draft_id: context.draft.as_ref().map(|draft| draft.id.clone()),
            gate: self.gated.gate.as_str(),
            policy_digest: self.policy.digest().to_owned(),
            outcome: verdict.outcome.as_str(),
            rule: name,
            rule_file: at.file.clone(),
            rule_line: i64::from(at.line),
            rule_column: i64::from(at.column),
            record: record.text(),
            took_us,
            mode: verdict.mode.value.clone(),
        });
        let data = serde_json::json!({
            "decision_id": self.decision_id, "outcome": verdict.outcome, "gate": self.gated.gate,
        });
        self.note("decided", summary, Some(self.decision_id.clone()), data);
    }

    /// What a verdict does beside its outcome: whom it concerns, pauses, and what the intent asks for.
    fn side_effects(&mut self) {
        let (context, verdict) = (self.context, &self.gated.verdict);
        if !context.from_a_person() {
            return;
        }
        let route = &verdict.route;
        // The promise runs from the first message that nobody has answered; the send itself ends it.
        let promised = route.sla_ms.map(|ms| context.message.created_at.saturating_add(ms));
        let late = context.conversation.sla_at;
        let waits = match verdict.outcome {
            Outcome::Send => false,
            Outcome::Off => action_for(context, verdict, ClosedReason::PolicyOff).is_some(),
            Outcome::Hold | Outcome::Approval | Outcome::Escalate => true,
        };
        let sla_at = if waits { promised.into_iter().chain(late).min() } else { late };
        self.writes.push(Write::Route {
            conversation_id: context.conversation.id.clone(),
            team: route.team.clone(),
            person: route.person.clone(),
            priority: route.priority.clone(),
            sla_at,
        });
        if let Some(due_at) = sla_at.filter(|at| Some(*at) != late) {
            self.writes.push(Write::People(PeopleWrite::Timer {
                kind: TimerKind::Sla,
                subject_id: context.conversation.id.clone(),
                due_at,
                data: String::new(),
            }));
        }
        let agent = context.ai_agent.clone().unwrap_or_else(|| "policy".to_owned());
        for pause in &verdict.pauses {
            if context.paused() {
                break;
            }
            self.writes.push(Write::ContactPause {
                id: context.contact.id.clone(),
                reason: format!("policy: {} ({})", pause.name, pause.at),
                by: agent.clone(),
                until: pause.for_ms.map(|ms| context.now_ms + ms),
            });
            self.say("ai_paused", format!("AI paused by the policy's `{}` ({})", pause.name, pause.at), None);
        }
        for action in &verdict.also_do {
            if action == "opt_out" {
                self.writes.push(Write::ContactOptOut { id: context.contact.id.clone() });
                self.say("opted_out", "The contact asked not to be written to; it is now so".to_owned(), None);
            } else {
                self.say("action_requested", format!("The policy asks for `{action}`"), None);
            }
        }
    }

    fn note(&mut self, kind: &'static str, summary: String, refers_to: Option<String>, data: serde_json::Value) {
        self.writes.push(self.context.entry_with(self.ids, kind, summary, refers_to, data));
    }

    fn say(&mut self, kind: &'static str, summary: String, refers_to: Option<String>) {
        self.note(kind, summary, refers_to, serde_json::Value::Null);
    }

    fn draft_status(&mut self, status: &'static str) {
        if let Some(draft) = &self.context.draft {
            self.writes.push(Write::DraftStatus { id: draft.id.clone(), status });
        }
    }

    fn done(self, mut run: RunMove) -> Transition {
        run.decision_id = Some(self.decision_id);
        let (context, stage) = (self.context, run.stage);
        let mut transition = context.transition(run, self.writes);
        if stage.is_parked() {
            // What others did to a run that was not parked yet, they left to the gate: it must not park it unseen.
            let seen = context.seen(self.policy.digest(), Vec::new());
            transition.fence = Some(context.guarded(Fence::Park(seen)));
        } else {
            // A message that comes in meanwhile leaves this run to the gate; the gate must have seen it.
            transition.unchanged = Some((context.conversation.id.clone(), context.conversation.revision));
        }
        transition
    }

    fn send(mut self) -> Transition {
        let context = self.context;
        let undo = if context.run.approved { 0 } else { self.gated.verdict.undo_ms.max(0) };
        if context.effect.as_ref().is_none_or(|effect| effect.state != "pending") {
            self.writes.extend(send::intend(context, !context.run.approved, self.ids));
        }
        let run = if undo > 0 {
            self.draft_status("scheduled");
            self.say("scheduled", format!("Will be sent in {} s unless it is stopped", undo / 1000), None);
            context.to(Stage::Scheduled, Some(context.now_ms + undo))
        } else {
            context.to(Stage::Gated, Some(context.now_ms))
        };
        self.done(run)
    }

    fn hold(mut self) -> Transition {
        let context = self.context;
        // The dsl promises a release for every hold; without one a person decides.
        let Some(release) = self.gated.verdict.hold_until_ms else { return self.approval() };
        self.take_back_effect();
        self.draft_status("open");
        // Whatever holds it: when the time comes, those who came first have the first claim on what the limits leave.
        let waits = context.subjects.iter().map(|(limit, subject)| {
            let (limit, subject, run_id) = (limit.clone(), subject.clone(), context.run.id.clone());
            Write::People(PeopleWrite::LimitWait { limit, subject, run_id })
        });
        self.writes.extend(waits);
        let mut run = context.to(Stage::Held, Some(release.max(context.now_ms + 1)));
        run.held_since = Some(context.run.held_since.unwrap_or(context.now_ms));
        self.done(run)
    }

    fn approval(mut self) -> Transition {
        let context = self.context;
        let Some(draft) = &context.draft else { return self.close(ClosedReason::NoDraft) };
        self.take_back_effect();
        let expires_at = self.gated.verdict.approvals.expire_after_ms.map(|ms| context.now_ms + ms);
        self.writes.extend(ask_people((context, self.policy), draft, &self.gated.verdict, &self.decision_id, self.ids));
        let mut run = context.to(Stage::WaitingApproval, expires_at);
        // What was approved before was another asking.
        run.approved = false;
        self.done(run)
    }

    fn close(mut self, reason: ClosedReason) -> Transition {
        let context = self.context;
        self.take_back_effect();
        self.draft_status("discarded");
        if let Some(action) = action_for(context, &self.gated.verdict, reason) {
            self.writes.push(Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: action });
        }
        let mut run = context.to(Stage::Closed, None);
        run.closed_reason = Some(reason);
        self.done(run)
    }

    /// The contact wrote again while this message was on its way: the newer message is answered instead.
    fn superseded(mut self, took_us: i64) -> Transition {
        self.record(took_us);
        // It is not answered, but what it asks for is done: an opt-out counts also when something was said after it.
        self.side_effects();
        self.take_back_effect();
        self.draft_status("superseded");
        self.say("superseded", "Not answered: the contact has written again since".to_owned(), None);
        let mut run = self.context.to(Stage::Closed, None);
        run.closed_reason = Some(ClosedReason::Superseded);
        self.done(run)
    }

    fn take_back_effect(&mut self) {
        let run_id = &self.context.run.id;
        if self.context.effect.is_some() {
            self.writes.push(Write::EffectCancel { run_id: run_id.clone() });
        }
        if self.context.run.held_since.is_some() {
            self.writes.push(Write::People(PeopleWrite::LimitWaitEnd { run_id: run_id.clone() }));
        }
    }
}

/// The question to people: who, until when, how many, and about exactly what.
pub(super) fn ask_people(
    (context, policy): (&RunContext, &Policy),
    draft: &DraftRow,
    verdict: &Verdict,
    decision_id: &str,
    ids: &dyn Ids,
) -> Vec<Write> {
    let terms = &verdict.approvals;
    let id = ids.next(IdKind::Approval);
    let mut writes = vec![
        Write::Approval {
            id: id.clone(),
            run_id: context.run.id.clone(),
            conversation_id: context.conversation.id.clone(),
            draft_id: draft.id.clone(),
            decision_id: decision_id.to_owned(),
            team: terms.team.clone(),
            expires_at: terms.expire_after_ms.map(|ms| context.now_ms + ms),
            expire_to: if terms.then == Outcome::Off { "off" } else { "escalate" },
            people: if terms.two_people { 2 } else { 1 },
            to_address: context.message.from_address.clone(),
            base_revision: context.conversation.revision,
            tier: verdict.tier.value.clone(),
            ease: ease(policy, &verdict.tier.value),
        },
        Write::DraftStatus { id: draft.id.clone(), status: "pending_approval" },
        Write::ActionAdd { conversation_id: context.conversation.id.clone(), reason: ActionReason::ApprovalPending },
    ];
    if let Some(ms) = terms.remind_after_ms {
        writes.push(Write::People(PeopleWrite::Timer {
            kind: TimerKind::RemindApproval,
            subject_id: id,
            due_at: context.now_ms.saturating_add(ms),
            data: String::new(),
        }));
    }
    writes
}

/// The place of a tier from the highest down, from 1; 0 for one that the policy does not know.
fn ease(policy: &Policy, tier: &str) -> i64 {
    let place = policy.tiers().iter().rev().position(|known| known == tier);
    place.and_then(|place| i64::try_from(place).ok()).map_or(0, |place| place.saturating_add(1))
}

/// Why the conversation needs a person after a run closed, if it does.
fn action_for(context: &RunContext, verdict: &Verdict, reason: ClosedReason) -> Option<ActionReason> {
    if !context.from_a_person() {
        return None;
    }
    let decided_by = |name: &str| verdict.deciding.iter().any(|rule| rule.name == name);
    match reason {
        ClosedReason::NoDraft => Some(ActionReason::NoDraft),
        ClosedReason::Escalated => {
            let only_doubt = verdict.deciding.iter().all(|rule| rule.kind == RuleKind::Band);
            let intent = context.message.intent.as_deref();
            Some(if intent == Some("human_request") {
                ActionReason::HumanRequest
            } else if only_doubt {
                ActionReason::LowConfidence
            } else {
                ActionReason::Escalation
            })
        }
        ClosedReason::PolicyOff => {
            if decided_by("std_automated") {
                None
            } else if decided_by("std_no_agent") || decided_by("std_channel_disabled") {
                Some(ActionReason::NoIntakeAgent)
            } else if decided_by("std_draft_unsafe") {
                Some(ActionReason::Escalation)
            } else if decided_by("std_kill_switch") {
                Some(ActionReason::SendingStopped)
            } else if decided_by("std_paused") || decided_by("std_opted_out") || decided_by("std_human_active") {
                Some(ActionReason::ContactBlockedInbound)
            } else if !verdict.also_do.is_empty() && verdict.deciding.iter().all(|rule| rule.kind == RuleKind::Band) {
                // The intent asks for nothing but what was just done: an opt-out, a snoozed sequence.
                None
            } else {
                Some(ActionReason::IntentOff)
            }
        }
        _ => None,
    }
}
