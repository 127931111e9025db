//! Draft: the drafter's answer becomes a draft, or the settled fact that there is none.

use remit_dsl::{DraftSpec, Outcome, Policy};

use super::{RunContext, content_sha256, facts};
use crate::domain::{IdKind, Stage};
use crate::draft::TEMPLATE;
use crate::draft::check::Passage;
use crate::ports::{DraftError, DraftInput, DraftText, Ids, Part};
use crate::store::{Transition, Write};

/// Name of the step in rows.
pub const STEP: &str = "draft";

/// Whether a draft is wanted at all: not for a message that will not be answered whatever the draft says.
///
/// Rules about drafts can only make an outcome more careful, so an outcome of `off` or `escalate` without a draft
/// is final.
#[must_use]
pub fn wanted(context: &RunContext, policy: &Policy) -> bool {
    if !context.from_a_person() || context.newer_inbound {
        return false;
    }
    let facts = facts::collect(context, policy, None).facts;
    policy.decide(&facts).outcome < Outcome::Off
}

/// The passages that a step's output says its draft rests on.
#[must_use]
pub fn rests_on(output: &str) -> Vec<Passage> {
    #[derive(serde::Deserialize)]
    struct Kept {
        #[serde(default)]
        rests_on: Vec<Passage>,
    }
    serde_json::from_str(output).map_or_else(|_| Vec::new(), |kept: Kept| kept.rests_on)
}

/// The intent to draft for: what the classifier found, else `other`.
#[must_use]
pub fn intent(context: &RunContext) -> &str {
    context.classification.as_ref().and_then(|found| found.intent.as_deref()).unwrap_or("other")
}

/// What the policy says must be in a draft that it wants written so.
#[must_use]
pub fn parts<'a>(spec: Option<&'a DraftSpec>, policy: &'a Policy) -> Vec<Part<'a>> {
    let names = spec.map_or(&[][..], |spec| spec.parts.as_slice()).iter();
    names.map(|name| Part { name, words: policy.words_in_drafts(name) }).collect()
}

/// What the drafter is asked: the message, and how the policy wants its intent answered.
#[must_use]
pub fn input<'a>(context: &'a RunContext, policy: &'a Policy) -> DraftInput<'a> {
    input_for(context, policy, intent(context))
}

/// The same for an intent that somebody named.
#[must_use]
pub fn input_for<'a>(context: &'a RunContext, policy: &'a Policy, intent: &'a str) -> DraftInput<'a> {
    let spec = policy.intent(intent).and_then(|intent| intent.draft.as_ref());
    DraftInput {
        channel: context.channel_kind,
        intent,
        template: spec.and_then(|spec| spec.template.as_deref()),
        model: spec.and_then(|spec| spec.model.as_deref()),
        max_words: spec.and_then(|spec| spec.max_words),
        tone: spec.and_then(|spec| spec.tone.as_deref()),
        sources: spec.and_then(|spec| spec.sources.as_deref()),
        language: context.message.language.as_deref(),
        contact_name: context.contact.name.as_deref(),
        subject: context.message.subject.as_deref(),
        text: &context.message.body_text,
        ai_agent: context.ai_agent.as_deref().unwrap_or_default(),
        workspace: &context.channel.name,
        instruction: context.run.instruction.as_deref(),
        parts: parts(spec, policy),
    }
}

/// Keeps the draft, or why there is none.
#[must_use]
pub fn decide(context: &RunContext, answer: Option<&Result<DraftText, DraftError>>, ids: &dyn Ids) -> Transition {
    let mut run = context.to(Stage::Drafted, Some(context.now_ms));
    let step = |output: serde_json::Value| Write::Step {
        run_id: context.run.id.clone(),
        step: STEP,
        revision: context.run.version,
        output: output.to_string(),
    };
    let writes = match answer {
        None => vec![step(serde_json::json!({ "draft": "not_wanted" }))],
        Some(Err(error)) => vec![
            step(serde_json::json!({ "draft": "none", "error": error.to_string() })),
            context.entry_with(ids, "draft_missing", format!("No draft: {error}"), None, serde_json::Value::Null),
        ],
        Some(Ok(text)) => {
            let id = ids.next(IdKind::Draft);
            run.draft_id = Some(id.clone());
            let words = text.body_text.split_whitespace().count();
            let mut writes = Vec::new();
            // What a model was given is kept, for the gate of today and for those who ask later. A template has nothing
            // that the policy does not keep.
            if !text.source.starts_with(TEMPLATE) {
                writes.push(step(serde_json::json!({ "draft": id, "rests_on": text.rests_on })));
            }
            writes.extend([
                Write::Draft {
                    id: id.clone(),
                    conversation_id: context.conversation.id.clone(),
                    message_id: context.message.id.clone(),
                    run_id: context.run.id.clone(),
                    subject: text.subject.clone(),
                    body_text: text.body_text.clone(),
                    content_sha256: content_sha256(text.subject.as_deref(), &text.body_text),
                    source: text.source.clone(),
                    base_revision: context.conversation.revision,
                },
                context.entry_with(
                    ids,
                    "drafted",
                    format!("Drafted a reply of {words} words ({})", text.source),
                    Some(id),
                    serde_json::Value::Null,
                ),
            ]);
            writes
        }
    };
    context.transition(run, writes)
}
