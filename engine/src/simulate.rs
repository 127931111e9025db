//! Simulate: what would become of messages under a policy. Nothing is sent, nothing is stored, nothing is asked.
//!
//! Raw mail or inbound JSON → machine-mail detection → classifier → drafter → gate, by the same functions that work on real
//! messages. What only a store would know (who the contact is, how full a limit is) is given with each message.
//! The same messages, policy and time give the same answers.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt as _;
use remit_dsl::{Outcome, Reason, Route};
use serde::{Deserialize, Serialize};

use crate::decide::normalise::{self, Arrival, InboundMessage, InvalidInbound};
use crate::decide::{RunContext, content_sha256, draft, gate};
use crate::domain::id::encode;
use crate::domain::{ChannelKind, DEFAULT_WORKSPACE, Gate, IdKind};
use crate::policies::InForce;
use crate::ports::{ClassifyError, ClassifyInput, DraftText, Ids};
use crate::store::Ingest;
use crate::store::rows::{ChannelRow, ContactRow, ConversationRow, DraftRow};

/// What a store would know about a message, its contact and its thread. Everything that is left out is as it is for a
/// first message of somebody unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The channel; chat for JSON, mail for mail when left out.
    pub channel: Option<ChannelKind>,
    /// Segments the contact is in.
    pub segments: Vec<String>,
    /// The contact has written before.
    pub known: bool,
    /// The AI is paused for the contact.
    pub paused: bool,
    /// The contact does not want to be written to.
    pub opted_out: bool,
    /// Messages in the thread, this one included; 1 when left out.
    pub depth: Option<i64>,
    /// A person of ours has just written in the thread.
    pub human_active: bool,
    /// Limits that are used up.
    pub over: Vec<String>,
    /// Switches that are on.
    pub switches: Vec<String>,
}

/// What a message is made of.
#[derive(Debug, Clone)]
pub enum Content {
    /// A raw RFC 5322 mail.
    Mail(Vec<u8>),
    /// A message of any channel.
    Json(Box<InboundMessage>),
}

/// What would become of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simulated {
    /// `message`, `auto_reply`, `bounce`, `complaint` or `unparsable`.
    pub kind: String,
    /// A machine wrote it.
    pub automated: bool,
    /// The channel.
    pub channel: ChannelKind,
    /// The intent; absent when the classifier abstained, failed, or was not asked.
    pub intent: Option<String>,
    /// How sure the classifier was, 0 to 1.
    pub confidence: Option<f64>,
    /// What the policy says.
    pub outcome: Outcome,
    /// The rules whose demand it is.
    pub deciding: Vec<Reason>,
    /// Who gets it if a person has to look.
    pub route: Route,
    /// The draft; absent when none was wanted or none could be made.
    pub draft: Option<DraftText>,
    /// Facts that were needed and could not be determined.
    pub unknown: Vec<String>,
}

/// A policy that messages are tried under.
#[derive(Debug, Clone)]
pub struct Simulator {
    in_force: InForce,
    now_ms: i64,
}

/// Ids that are the same in every run. Nothing that is shown depends on them.
#[derive(Debug, Default)]
struct Numbered(AtomicU64);

impl Ids for Numbered {
    fn next(&self, kind: IdKind) -> String {
        encode(kind, u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// The name replies are signed with.
const WORKSPACE_NAME: &str = "Remit";

impl Simulator {
    /// Tries messages under this policy as if they came in at this time, UTC milliseconds.
    #[must_use]
    pub const fn new(in_force: InForce, now_ms: i64) -> Self {
        Self { in_force, now_ms }
    }

    /// What would become of one message.
    ///
    /// # Errors
    /// [`InvalidInbound`] when JSON is none that the inbound address would take.
    pub fn one(&self, content: &Content, given: &Given) -> Result<Simulated, InvalidInbound> {
        let ids = Numbered::default();
        let kind = match content {
            Content::Mail(_) => ChannelKind::Email,
            Content::Json(_) => given.channel.unwrap_or(ChannelKind::Chat),
        };
        let channel = channel(kind);
        let arrival = Arrival { channel: &channel, kind, source: "simulate", now_ms: self.now_ms };
        let ingest = match content {
            Content::Mail(raw) => normalise::from_mail(arrival, raw, &ids),
            Content::Json(message) => normalise::from_json(arrival, message, &[], &ids)?,
        };
        let mut context = self.context(&ingest, channel, given);
        self.classify(&mut context);
        let reply = self.reply(&context);
        context.draft = reply.as_ref().map(|text| draft_row(&context, text));
        context.rests_on = reply.as_ref().map(|text| text.rests_on.clone()).unwrap_or_default();
        let verdict = gate::ask(&context, &self.in_force.policy, Gate::Draft).verdict;
        let found = context.classification.as_ref();
        Ok(Simulated {
            kind: ingest.kind.to_owned(),
            automated: ingest.automated,
            channel: kind,
            intent: found.and_then(|found| found.intent.clone()),
            confidence: found.map(|found| found.confidence),
            outcome: verdict.outcome,
            deciding: verdict.deciding,
            route: verdict.route,
            draft: reply,
            unknown: verdict.unknown,
        })
    }

    fn classify(&self, context: &mut RunContext) {
        if !context.from_a_person() {
            return;
        }
        let input = ClassifyInput {
            channel: context.channel_kind,
            subject: context.message.subject.as_deref(),
            text: &context.message.body_text,
        };
        // Whoever has to wait would have to ask somebody: here nobody is asked.
        let answer = self.in_force.classifier.classify(&input).now_or_never();
        let answer = answer.unwrap_or_else(|| Err(ClassifyError::Unavailable("it is not asked here".to_owned())));
        context.classification = answer.ok();
        if let Some(found) = &context.classification
            && found.language.is_some()
        {
            context.message.language.clone_from(&found.language);
        }
    }

    fn reply(&self, context: &RunContext) -> Option<DraftText> {
        let policy = &self.in_force.policy;
        if !draft::wanted(context, policy) {
            return None;
        }
        let input = draft::input(context, policy);
        self.in_force.drafter.draft(&input).now_or_never().and_then(Result::ok)
    }

    fn context(&self, ingest: &Ingest, channel: ChannelRow, given: &Given) -> RunContext {
        let (policy, now_ms) = (&self.in_force.policy, self.now_ms);
        let contact = contact(ingest, given);
        let conversation = conversation(ingest, &channel, given);
        let kind = ingest.channel_kind;
        let over = policy.limits().iter().map(|limit| {
            let used_up = given.over.contains(&limit.name);
            (limit.name.clone(), used_up.then(|| limit.bucket(policy.timezone(), now_ms).1))
        });
        RunContext {
            run: ingest.run_row(&conversation, 0),
            message: ingest.message_row(&conversation, &contact),
            over: over.collect(),
            subjects: Vec::new(),
            conversation,
            contact,
            segments: given.segments.clone(),
            channel,
            channel_kind: kind,
            draft: None,
            effect: None,
            classification: None,
            rests_on: Vec::new(),
            // Nobody else is known here.
            around: Some(std::sync::Arc::new(crate::draft::check::Around::nothing())),
            newer_inbound: false,
            switches: given.switches.iter().map(|name| (name.clone(), true)).collect(),
            switch_flips: 0,
            third_party: false,
            proofs: std::sync::Arc::clone(&self.in_force.proofs),
            inner: std::sync::Arc::clone(&self.in_force.inner),
            ai_agent: policy.ai_agent_on(kind.as_str()).map(|agent| agent.name.clone()),
            now_ms,
        }
    }
}

/// A message of a pack: inbound JSON, of which `text` is enough, and what is `given`. `number` names it where it does not
/// name itself.
///
/// # Errors
/// What is wrong with it, for people.
pub fn letter(
    mut fields: serde_json::Map<String, serde_json::Value>,
    number: usize,
) -> Result<(InboundMessage, Given), String> {
    let given: Given = match fields.remove("given") {
        Some(given) => serde_json::from_value(given).map_err(|error| format!("`given`: {error}"))?,
        None => Given::default(),
    };
    let channel = given.channel.unwrap_or(ChannelKind::Chat);
    fields.entry("external_id").or_insert_with(|| serde_json::json!(format!("line-{number}")));
    fields.entry("from").or_insert_with(|| {
        use ChannelKind::{Chat, Email, Sms, Voice, Whatsapp};
        serde_json::json!({ "address": match channel {
            Email => "somebody@example.com",
            Sms | Whatsapp | Voice => "+15550000000",
            Chat => "somebody",
        }})
    });
    let message = serde_json::from_value(serde_json::Value::Object(fields)).map_err(|error| error.to_string())?;
    Ok((message, given))
}

fn channel(kind: ChannelKind) -> ChannelRow {
    ChannelRow {
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        id: "chn_simulated".to_owned(),
        kind: kind.as_str().to_owned(),
        name: WORKSPACE_NAME.to_owned(),
        address: "inbox@localhost".to_owned(),
        status: "active".to_owned(),
        email_warmup: false,
        secret_version: 1,
        created_at: 0,
        provider: None,
        settings: "{}".to_owned(),
        secrets: String::new(),
    }
}

fn contact(ingest: &Ingest, given: &Given) -> ContactRow {
    ContactRow {
        workspace_id: ingest.workspace_id.clone(),
        id: ingest.ids.contact.clone(),
        name: ingest.sender_name.clone(),
        company: ingest.company.clone(),
        opted_out_at: given.opted_out.then_some(0),
        ai_paused: given.paused,
        ai_pause_reason: None,
        ai_paused_by: None,
        ai_paused_at: None,
        ai_paused_until: None,
        inbound_count: if given.known { 2 } else { 1 },
        created_at: 0,
        version: 1,
        suppressed: "[]".to_owned(),
    }
}

fn conversation(ingest: &Ingest, channel: &ChannelRow, given: &Given) -> ConversationRow {
    ConversationRow {
        workspace_id: ingest.workspace_id.clone(),
        id: ingest.ids.conversation.clone(),
        channel_id: channel.id.clone(),
        channel_kind: channel.kind.clone(),
        contact_id: ingest.ids.contact.clone(),
        subject: ingest.subject.clone(),
        status: "open".to_owned(),
        preview: String::new(),
        revision: given.depth.unwrap_or(1),
        ai_turns: 0,
        human_active: given.human_active,
        requires_action: false,
        team: None,
        person: None,
        priority: None,
        sla_at: None,
        last_inbound_at: Some(ingest.now_ms),
        last_activity_at: ingest.now_ms,
        created_at: ingest.now_ms,
        version: 1,
        snoozed_until: None,
    }
}

/// A draft as a row that stands in no table.
pub(crate) fn draft_row(context: &RunContext, text: &DraftText) -> DraftRow {
    DraftRow {
        workspace_id: context.run.workspace_id.clone(),
        id: "dft_simulated".to_owned(),
        conversation_id: context.conversation.id.clone(),
        message_id: context.message.id.clone(),
        run_id: context.run.id.clone(),
        author_kind: "ai_agent".to_owned(),
        status: "open".to_owned(),
        version: 1,
        subject: text.subject.clone(),
        body_text: text.body_text.clone(),
        content_sha256: content_sha256(text.subject.as_deref(), &text.body_text),
        source: text.source.clone(),
        base_revision: context.conversation.revision,
        created_at: context.now_ms,
        updated_at: context.now_ms,
        author_id: None,
        author_name: None,
        attachments: "[]".to_owned(),
    }
}
