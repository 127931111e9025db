//! A fixed, varied set of situations that the gate may be asked about.

use remit_dsl::Policy;
use remit_engine::decide::{RunContext, content_sha256};
use remit_engine::domain::{ChannelKind, DEFAULT_WORKSPACE, Stage};
use remit_engine::ports::Classification;
use remit_engine::store::rows::{ChannelRow, ContactRow, ConversationRow, DraftRow, MessageRow, RunRow};

/// Tuesday 3 March 2026, 10:00 in UTC; situations are spread over the week that follows.
const START_MS: i64 = 1_772_532_000_000;
const HOUR_MS: i64 = 3_600_000;

/// What people write: harmless, long, or such that a detector must find something.
const TEXTS: [&str; 6] = [
    "Thank you so much, that worked!",
    "When are you open on Saturday?",
    "We have been going back and forth about this for weeks now and my colleagues in accounting still see two \
     invoices for February. Could you please look into it, tell us which of the two is the right one, and send a \
     corrected copy to the usual address? We would like to close the quarter on Friday at noon, so a short answer \
     before then would help us a lot. The order number is 20481 and the customer number is 77-1029.",
    "If this is not solved today, my lawyer will write to you and we will see you in small claims.",
    "Could you give us 20 % off if we take 50 seats and pay 1,200 EUR in advance?",
    "please stop",
];

/// What would be answered; one of them commits to a price.
const DRAFTS: [&str; 3] = [
    "Hello,\n\nyou are welcome. Write again whenever we can help.\n\nAcme",
    "Hello,\n\nwe are there from Monday to Friday, 9:00 to 18:00.\n\nAcme",
    "Hello,\n\nwe can offer you 10% off, which makes 120.50 EUR a month.\n\nAcme",
];

/// A linear congruential generator (Knuth, MMIX): the same situations in every run and on every machine.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The same throws every time.
    pub(crate) const fn new() -> Self {
        Self(20_260_303)
    }

    /// A number below `sides`.
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.throw(times) == 0
    }
}

/// A situation and the draft that the gate is asked about, where there is one.
#[derive(Debug)]
pub(crate) struct Situation {
    pub(crate) context: RunContext,
    pub(crate) draft: Option<&'static str>,
}

/// `count` situations. All channels and intents are among them, sure and unsure classifications and none at all, new
/// and known contacts, switches that are on, limits that are used up, detectors that find something.
pub(crate) fn situations(policy: &Policy, count: usize) -> Vec<Situation> {
    let mut dice = Dice::new();
    (0..count).map(|_| situation(policy, &mut dice)).collect()
}

fn situation(policy: &Policy, dice: &mut Dice) -> Situation {
    let kind = ChannelKind::ALL.get(dice.throw(ChannelKind::ALL.len())).copied().unwrap_or(ChannelKind::Chat);
    let text = TEXTS.get(dice.throw(TEXTS.len())).copied().unwrap_or_default();
    let draft = if dice.once_in(6) { None } else { DRAFTS.get(dice.throw(DRAFTS.len())).copied() };
    let now_ms = START_MS + i64::try_from(dice.throw(7 * 24)).unwrap_or(0) * HOUR_MS;
    let over = policy.limits().iter().map(|limit| (limit.name.clone(), dice.once_in(8).then_some(now_ms + HOUR_MS)));
    let over = over.collect();
    let switches = policy.switches().iter().map(|name| ((*name).to_owned(), dice.once_in(10))).collect();
    let segments = policy.segments().iter().filter(|_| dice.once_in(6)).map(|name| (*name).to_owned()).collect();
    let classification = classification(policy, dice);
    let context = RunContext {
        run: run(dice, now_ms),
        message: message(dice, kind, text, now_ms),
        conversation: conversation(dice, kind, now_ms),
        contact: contact(dice, now_ms),
        segments,
        channel: channel(dice, kind),
        channel_kind: kind,
        draft: draft.map(|body| draft_row(body, now_ms)),
        effect: None,
        rests_on: Vec::new(),
        around: Some(std::sync::Arc::new(remit_engine::draft::check::Around::nothing())),
        classification,
        newer_inbound: false,
        switches,
        over,
        subjects: Vec::new(),
        switch_flips: 0,
        third_party: false,
        proofs: std::sync::Arc::default(),
        inner: std::sync::Arc::default(),
        ai_agent: policy.ai_agent_on(kind.as_str()).map(|agent| agent.name.clone()),
        now_ms,
    };
    Situation { context, draft }
}

fn classification(policy: &Policy, dice: &mut Dice) -> Option<Classification> {
    if dice.once_in(16) {
        return None;
    }
    let intents = policy.intents();
    let intent = intents.get(dice.throw(intents.len() + 1)).map(|intent| intent.name.clone());
    let confidence = dice.throw(1001) as f64 / 1000.0;
    Some(Classification {
        intent,
        confidence,
        margin: confidence * dice.throw(1001) as f64 / 1000.0,
        also: Vec::new(),
        alternatives: Vec::new(),
        language: Some("en".to_owned()),
        model: "bench".to_owned(),
        evidence: Vec::new(),
    })
}

fn run(dice: &mut Dice, now_ms: i64) -> RunRow {
    RunRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "run_bench".to_owned(),
        message_id: "msg_bench".to_owned(),
        conversation_id: "cnv_bench".to_owned(),
        seq: 1,
        stage: Stage::Drafted,
        version: 3,
        attempt: 0,
        approved: dice.once_in(8),
        held_since: dice.once_in(8).then_some(now_ms - HOUR_MS),
        ready_at: None,
        closed_reason: None,
        last_error: None,
        draft_id: None,
        decision_id: None,
        epoch: 0,
        created_at: now_ms,
        updated_at: now_ms,
        author_kind: "ai_agent".to_owned(),
        instruction: None,
        asked_by: None,
    }
}

fn message(dice: &mut Dice, kind: ChannelKind, text: &str, now_ms: i64) -> MessageRow {
    let attachment = r#"[{"name":"invoice.pdf","type":"application/pdf","size":48213}]"#;
    MessageRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "msg_bench".to_owned(),
        conversation_id: "cnv_bench".to_owned(),
        seq: 1,
        direction: "inbound".to_owned(),
        channel_kind: kind.to_string(),
        kind: "message".to_owned(),
        automated: dice.once_in(12),
        author_kind: "contact".to_owned(),
        author_id: None,
        author_name: Some("Bo".to_owned()),
        from_address: "bo@customer.example".to_owned(),
        to_address: "inbox@acme.example".to_owned(),
        subject: (kind == ChannelKind::Email).then(|| "A question".to_owned()),
        body_text: text.to_owned(),
        full_text: text.to_owned(),
        body_html: None,
        attachments: if dice.once_in(6) { attachment } else { "[]" }.to_owned(),
        external_id: Some("bench".to_owned()),
        reply_refs: "[]".to_owned(),
        language: (!dice.once_in(6)).then(|| "en".to_owned()),
        intent: None,
        confidence: None,
        margin: None,
        classifier: None,
        status: "received".to_owned(),
        raw_event_id: None,
        draft_id: None,
        occurred_at: now_ms,
        created_at: now_ms,
    }
}

fn conversation(dice: &mut Dice, kind: ChannelKind, now_ms: i64) -> ConversationRow {
    ConversationRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "cnv_bench".to_owned(),
        channel_id: "chn_bench".to_owned(),
        channel_kind: kind.to_string(),
        contact_id: "con_bench".to_owned(),
        subject: None,
        status: "open".to_owned(),
        preview: String::new(),
        revision: i64::try_from(1 + dice.throw(12)).unwrap_or(1),
        ai_turns: 0,
        human_active: dice.once_in(10),
        requires_action: false,
        team: None,
        person: None,
        priority: None,
        sla_at: None,
        last_inbound_at: Some(now_ms),
        last_activity_at: now_ms,
        created_at: now_ms,
        version: 1,
        snoozed_until: None,
    }
}

fn contact(dice: &mut Dice, now_ms: i64) -> ContactRow {
    ContactRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "con_bench".to_owned(),
        name: Some("Bo".to_owned()),
        company: None,
        opted_out_at: dice.once_in(20).then_some(now_ms),
        ai_paused: dice.once_in(12),
        ai_pause_reason: None,
        ai_paused_by: None,
        ai_paused_at: None,
        ai_paused_until: None,
        inbound_count: i64::try_from(1 + dice.throw(4)).unwrap_or(1),
        created_at: now_ms,
        version: 1,
        suppressed: "[]".to_owned(),
    }
}

fn channel(dice: &mut Dice, kind: ChannelKind) -> ChannelRow {
    ChannelRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "chn_bench".to_owned(),
        kind: kind.to_string(),
        name: "Acme".to_owned(),
        address: "inbox@acme.example".to_owned(),
        status: if dice.once_in(20) { "disabled" } else { "active" }.to_owned(),
        email_warmup: dice.once_in(12),
        secret_version: 1,
        created_at: START_MS,
        provider: None,
        settings: "{}".to_owned(),
        secrets: String::new(),
    }
}

fn draft_row(body: &str, now_ms: i64) -> DraftRow {
    DraftRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "drf_bench".to_owned(),
        conversation_id: "cnv_bench".to_owned(),
        message_id: "msg_bench".to_owned(),
        run_id: "run_bench".to_owned(),
        author_kind: "ai_agent".to_owned(),
        status: "pending".to_owned(),
        version: 1,
        subject: None,
        body_text: body.to_owned(),
        content_sha256: content_sha256(None, body),
        source: "template:bench".to_owned(),
        base_revision: 1,
        created_at: now_ms,
        updated_at: now_ms,
        author_id: None,
        author_name: None,
        attachments: "[]".to_owned(),
    }
}
