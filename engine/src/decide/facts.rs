//! Domain to facts: the one bridge between the inbox and the policy language.
//!
//! A fact that cannot be determined is recorded as failed, never guessed: the policy then counts it as matched.

use std::collections::BTreeMap;

use remit_dsl::{Detections, DraftSpec, Facts, Policy, Provenance, Seen};

use super::RunContext;
use crate::classify::{mood, risk};
use crate::domain::ChannelKind;
use crate::draft::check::{self, Check, Finding, Reviewed};
use crate::draft::{MODEL, TEMPLATE};
use crate::llm::injection;
use crate::ports::Classification;
use crate::store::rows::{DraftRow, MessageRow};

/// The facts of one asking of the gate, and what the detectors found, for people.
#[derive(Debug, Clone)]
pub struct Collected {
    /// The facts.
    pub facts: Facts,
    /// What the detectors found.
    pub detections: Detections,
    /// What the draft checks found.
    pub findings: Vec<Finding>,
}

/// Collects every fact a policy may read. With `draft` absent, rules about drafts do not apply yet.
#[must_use]
pub fn collect(context: &RunContext, policy: &Policy, draft: Option<&str>) -> Collected {
    use Provenance::{Assumed, Derived, Observed};
    let mut facts = Facts::new(context.now_ms);
    facts.held_since_ms = context.run.held_since;
    let message = message_text(&context.message);

    facts.name("channel", context.channel_kind.as_str(), Observed);
    facts.yes("channel.disabled", context.channel.status != "active", Observed);
    facts.yes("channel.unanswered", context.ai_agent.is_none(), Observed);
    facts.name("agent", context.ai_agent.as_deref().unwrap_or("none"), Observed);
    facts.name("action", "reply", Observed);
    facts.yes("approved", context.run.approved, Observed);
    facts.yes("email.warmup", context.channel.email_warmup, Observed);
    facts.yes("contact.new", context.contact.inbound_count <= 1, Observed);
    facts.yes("contact.paused", context.paused(), Observed);
    let unwanted = context.contact.opted_out_at.is_some() || context.suppressed();
    facts.yes("contact.opted_out", unwanted, Observed);
    facts.number("thread.depth", context.conversation.revision as f64, Observed);
    facts.yes("thread.human_active", context.conversation.human_active, Observed);
    facts.yes("thread.third_party", context.third_party, Observed);
    facts.yes("window.closed", window_closed(context), Observed);
    facts.yes("message.automated", context.message.automated, Observed);
    facts.yes("message.attachment", context.message.attachments != "[]", Observed);
    match &context.message.language {
        Some(language) => facts.name("message.language", language, Derived),
        None => facts.failed("message.language", Derived),
    };
    // Read word by word, so only for who asks.
    if policy.slot("sentiment").is_some() {
        match mood(&message, context.message.language.as_deref()) {
            Some(mood) => facts.number("sentiment", mood, Derived),
            None => facts.failed("sentiment", Derived),
        };
    }
    if policy.slot("message.risk").is_some() {
        let language = context.message.language.as_deref();
        match risk(&message, language, injection::suspected(&message)) {
            Some(risk) => facts.number("message.risk", risk, Derived),
            None => facts.failed("message.risk", Derived),
        };
    }
    if policy.slot("message.injection").is_some() {
        facts.yes("message.injection", injection::suspected(&message), Derived);
    }
    intent(&mut facts, context, policy);

    for certificate in policy.certificates() {
        let bound = context.proofs.bound(&certificate.name, &context.message);
        facts.number(&format!("certified:{}", certificate.name), bound as f64 / 1000.0, Derived);
    }
    for segment in policy.segments() {
        let inside = context.segments.iter().any(|own| own == segment);
        facts.yes(&format!("segment:{segment}"), inside, Observed);
    }
    facts.yes("kill_switch", is_on(context, "kill_switch"), Observed);
    for switch in policy.switches() {
        facts.yes(&format!("switch:{switch}"), is_on(context, switch), Observed);
    }
    for (limit, exhausted_until) in &context.over {
        facts.yes(&format!("over:{limit}"), exhausted_until.is_some(), Observed);
        if let Some(end) = exhausted_until {
            facts.over_until_ms.insert(limit.clone(), *end);
        }
    }
    facts.yes("draft.absent", draft.is_none(), Assumed);

    let types = attachment_types(&context.message.attachments);
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let seen = Seen {
        message: &message,
        draft,
        thread: &context.message.full_text,
        attachments: &types,
        // No model scores messages yet: a detector that wants a score fails, and failed counts as matched.
        scores: &BTreeMap::new(),
    };
    let detections = policy.detect(&seen);
    facts.detections(&detections);
    let findings = check(&mut facts, context, policy, draft.map(|_| &detections));
    run_scripts(&mut facts, context, policy, draft);
    Collected { facts, detections, findings }
}

/// Runs the policy's scripts. What a draft rests on is a text for them alone: it is kept with the draft, not with every
/// decision about it.
fn run_scripts(facts: &mut Facts, context: &RunContext, policy: &Policy, draft: Option<&str>) {
    const SOURCES: &str = "draft.sources";
    if !context.rests_on.is_empty() {
        let texts: Vec<&str> = context.rests_on.iter().map(|passage| passage.text.as_str()).collect();
        facts.name(SOURCES, &texts.join("\n\n"), Provenance::Observed);
    }
    policy.run_scripts(facts, draft);
    facts.values.remove(SOURCES);
}

/// Looks at the draft. Of the facts of single checks those are set that the policy reads, and those that hold or failed.
fn check(facts: &mut Facts, context: &RunContext, policy: &Policy, detections: Option<&Detections>) -> Vec<Finding> {
    let Some((draft, detections)) = context.draft.as_ref().zip(detections) else { return Vec::new() };
    let parts = super::draft::parts(spec(context, policy), policy);
    let is_there = |name: &str| detections.0.get(&format!("draft.{name}")).is_some_and(|one| one.found == Some(true));
    let missing: Vec<&str> = parts.iter().map(|part| part.name).filter(|name| !is_there(name)).collect();
    let notices: Vec<&str> = parts.iter().flat_map(|part| part.words.iter().copied()).collect();
    let found = check::review(&Reviewed { missing: &missing, notices: &notices, ..reviewed(context, policy, draft) });
    let wanted = wanted_around(context, policy);
    let around = context.around.as_deref();
    let failed = [
        (Check::Repeated, wanted.said && around.is_none_or(|around| around.said.is_none())),
        (Check::OtherContact, wanted.others && around.is_none_or(|around| around.others.is_none())),
    ];
    let failed = |check: Check| failed.contains(&(check, true));
    // A template's author knows that it says the same each time: that alone asks nobody.
    let free_text = draft.source.starts_with(MODEL);
    let doubts = |check: Check| !check.is_unsafe() && (free_text || check != Check::Repeated);
    let doubtful = found.iter().any(|finding| doubts(finding.check));
    facts.yes("draft.unsafe", found.iter().any(|finding| finding.check.is_unsafe()), Provenance::Derived);
    if !doubtful && Check::ALL.into_iter().any(|check| doubts(check) && failed(check)) {
        facts.failed("draft.doubtful", Provenance::Derived);
    } else {
        facts.yes("draft.doubtful", doubtful, Provenance::Derived);
    }
    for check in Check::ALL {
        let holds = found.iter().any(|finding| finding.check == check);
        if !holds && failed(check) {
            facts.failed(check.fact(), Provenance::Derived);
        } else if holds || policy.slot(check.fact()).is_some() {
            facts.yes(check.fact(), holds, Provenance::Derived);
        }
    }
    if policy.slot(ALIKE).is_some() {
        let counted = if free_text { around.and_then(|around| around.alike) } else { Some(0) };
        match counted {
            Some(contacts) => facts.number(ALIKE, f64::from(contacts), Provenance::Derived),
            None => facts.failed(ALIKE, Provenance::Derived),
        };
    }
    found
}

const ALIKE: &str = "draft.alike";

/// What of a draft's surroundings has to be looked up before the gate is asked about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedAround {
    /// What we last wrote to the contact.
    pub said: bool,
    /// What in it belongs to other contacts.
    pub others: bool,
    /// To how many others a model has written nearly the same.
    pub alike: bool,
}

/// What has to be looked up about this draft: nothing where there is none, and little where a template made it, into which
/// nothing comes but what the contact is called.
#[must_use]
pub fn wanted_around(context: &RunContext, policy: &Policy) -> WantedAround {
    let source = context.draft.as_ref().map(|draft| draft.source.as_str());
    let free_text = source.is_some_and(|source| source.starts_with(MODEL));
    WantedAround {
        said: free_text || (source.is_some() && policy.slot(Check::Repeated.fact()).is_some()),
        others: free_text,
        alike: free_text && policy.slot(ALIKE).is_some(),
    }
}

/// A draft as it is looked at. What it lacks is not among it yet.
#[must_use]
pub fn reviewed<'a>(context: &'a RunContext, policy: &'a Policy, draft: &'a DraftRow) -> Reviewed<'a> {
    let template = draft.source.strip_prefix(TEMPLATE).and_then(|name| policy.template(name));
    Reviewed {
        channel: context.channel_kind,
        subject: draft.subject.as_deref(),
        body: &draft.body_text,
        by_model: template.is_none(),
        template,
        passages: &context.rests_on,
        inner: &context.inner,
        inbound_subject: context.message.subject.as_deref(),
        inbound: &context.message.body_text,
        thread: &context.message.full_text,
        language: context.message.language.as_deref(),
        contact_name: context.contact.name.as_deref(),
        contact_address: &context.message.from_address,
        ours: [&context.channel.address, &context.channel.name, context.ai_agent.as_deref().unwrap_or_default()],
        max_words: spec(context, policy).and_then(|spec| spec.max_words),
        notices: &[],
        missing: &[],
        around: context.around.as_deref(),
    }
}

/// How the policy wants the message's intent answered.
fn spec<'a>(context: &RunContext, policy: &'a Policy) -> Option<&'a DraftSpec> {
    policy.intent(super::draft::intent(context)).and_then(|intent| intent.draft.as_ref())
}

fn intent(facts: &mut Facts, context: &RunContext, policy: &Policy) {
    use Provenance::{Derived, Model};
    let declares = |name: &str| policy.intent(name).is_some();
    if !context.from_a_person() {
        // Machine mail is not classified. `other` keeps a doubt about its intent from calling a person.
        if declares("other") {
            facts.name("intent", "other", Derived);
            facts.number("confidence", 1.0, Derived);
            facts.number("margin", 1.0, Derived);
            if policy.slot("second_intent").is_some() {
                facts.name("second_intent", "other", Derived);
            }
            if policy.slot("message.mixed").is_some() {
                facts.yes("message.mixed", false, Derived);
            }
        }
        return;
    }
    match &context.classification {
        Some(found) => {
            match found.intent.as_deref() {
                Some(name) if declares(name) => facts.name("intent", name, Model),
                // The classifier abstained: nothing fits.
                None if declares("other") => facts.name("intent", "other", Model),
                _ => facts.failed("intent", Model),
            };
            facts.number("confidence", found.confidence, Model);
            facts.number("margin", found.margin, Model);
            second_intent(facts, found, policy);
        }
        None => {
            for path in ["second_intent", "message.mixed"].into_iter().filter(|path| policy.slot(path).is_some()) {
                facts.failed(path, Model);
            }
            facts.failed("intent", Model);
            facts.failed("confidence", Model);
            facts.failed("margin", Model);
        }
    }
}

/// What a part of the message is about besides, for who asks. One that abstained about the whole has said nothing of parts.
fn second_intent(facts: &mut Facts, found: &Classification, policy: &Policy) {
    use Provenance::Model;
    let asked = |path: &str| policy.slot(path).is_some();
    if asked("message.mixed") {
        match found.intent {
            Some(_) => facts.yes("message.mixed", !found.also.is_empty(), Model),
            None => facts.failed("message.mixed", Model),
        };
    }
    if asked("second_intent") {
        let other = found.also.first().map(|(name, _)| name).or(found.intent.as_ref());
        match other.filter(|name| policy.intent(name).is_some()) {
            Some(name) => facts.name("second_intent", name, Model),
            None => facts.failed("second_intent", Model),
        };
    }
}

/// WhatsApp takes free text only within 24 hours of the contact's last message.
/// <https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages#customer-service-windows>
const WHATSAPP_WINDOW_MS: i64 = 24 * 3_600_000;

fn window_closed(context: &RunContext) -> bool {
    let last = context.conversation.last_inbound_at.unwrap_or(context.message.created_at);
    context.channel_kind == ChannelKind::Whatsapp && context.now_ms.saturating_sub(last) >= WHATSAPP_WINDOW_MS
}

fn is_on(context: &RunContext, name: &str) -> bool {
    context.switches.iter().any(|(switch, on)| switch == name && *on)
}

/// Subject and body: a threat in the subject is a threat.
pub(crate) fn message_text(message: &MessageRow) -> String {
    match &message.subject {
        Some(subject) => format!("{subject}\n\n{}", message.body_text),
        None => message.body_text.clone(),
    }
}

#[derive(serde::Deserialize)]
struct Attachment {
    #[serde(rename = "type")]
    media_type: String,
}

/// The MIME types of a message's attachments.
pub(crate) fn attachment_types(json: &str) -> Vec<String> {
    let list: Vec<Attachment> = serde_json::from_str(json).unwrap_or_default();
    list.into_iter().map(|attachment| attachment.media_type).collect()
}
