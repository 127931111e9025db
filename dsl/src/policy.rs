//! A checked policy: the only thing that decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::cron::Sweep;
use crate::detect::{Detections, Seen};
use crate::facts::Facts;
use crate::model::Model;
use crate::program::{Decider, OwnedFrame, Program};
use crate::verdict::{Location, Verdict};

/// A kind of message, declared with `intent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intent {
    /// Name used in rules.
    pub name: String,
    /// One sentence for people.
    pub title: Option<String>,
    /// Example messages that a classifier learns from.
    pub examples: Vec<String>,
    /// How a reply is drafted, if at all.
    pub draft: Option<DraftSpec>,
    /// Actions that belong to the intent besides the reply.
    pub also: Vec<String>,
    /// Where it is declared.
    pub at: Location,
}

/// How a reply is drafted: by a template or by a language model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DraftSpec {
    /// Name of a template, without folder and suffix.
    pub template: Option<String>,
    /// Name of a prompt for a language model.
    pub model: Option<String>,
    /// The tone to write in.
    pub tone: Option<String>,
    /// Longest reply, in words.
    pub max_words: Option<u32>,
    /// Where the model may take its statements from.
    pub sources: Option<String>,
    /// What must be in the reply: detectors on drafts that have to find something.
    pub parts: Vec<String>,
}

/// An AI agent, declared with `agent NAME on CHANNELS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AiAgent {
    /// Name used in rules.
    pub name: String,
    /// One sentence for people.
    pub title: Option<String>,
    /// Channels it answers on.
    pub channels: Vec<String>,
}

/// Over which time a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// From midnight to midnight in the policy's zone.
    CalendarDay,
    /// From full hour to full hour in the policy's zone.
    CalendarHour,
    /// Slices of this many milliseconds, counted from 1970 UTC.
    Millis(i64),
}

/// A counter with a ceiling, kept by the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Name used in `over NAME`.
    pub name: String,
    /// How many are allowed in one bucket.
    pub count: u32,
    /// What is counted, such as `replies`.
    pub what: String,
    /// Counted separately for each `contact`, `agent`, `channel` or `domain`.
    pub per: String,
    /// Over which time.
    pub window: Window,
    /// Where it is declared.
    pub at: Location,
}

/// Intents that share a consequence, declared with `certificate`: what the host proves about their answers together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Name used in `certified NAME at SHARE`.
    pub name: String,
    /// One sentence for people.
    pub title: Option<String>,
    /// The intents, in the order of the file.
    pub intents: Vec<String>,
    /// The confidence, in thousandths, from which answers are counted; without one the host looks for it.
    pub from: Option<i64>,
    /// The shares of wrong answers, in thousandths, that rules ask for, the smallest first.
    pub asked: Vec<i64>,
    /// Where it is declared.
    pub at: Location,
}

/// One fact that rules may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactDecl {
    /// Its path, as written in rules.
    pub path: String,
    /// Its type in the words of the language, such as `number 0..1`.
    #[serde(rename = "type")]
    pub type_: String,
    /// What it means.
    pub sentence: String,
}

/// The result of [`Policy::run_tests`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// Every case that ran, in file order.
    pub cases: Vec<CaseResult>,
}

/// One inline test or one row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The test's title; for a row the title and the row's number.
    pub name: String,
    /// Where it stands.
    pub at: Location,
    /// Whether everything came out as expected.
    pub passed: bool,
    /// What was expected, in words.
    pub expected: String,
    /// What came out, in words.
    pub actual: String,
    /// The rules that decided.
    pub deciding: Vec<crate::verdict::Reason>,
}

/// A checked policy. Cheap to clone, and safe to share between threads.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) model: Arc<Model>,
    program: Arc<Program>,
}

impl Policy {
    pub(crate) fn new(model: Model) -> Self {
        let program = Arc::new(crate::program::build(&model));
        Self { model: Arc::new(model), program }
    }

    /// The policy's name, from its header; the root file's name without suffix when the header gives none.
    pub fn name(&self) -> &str {
        &self.model.name
    }

    /// One sentence about the policy, from its header.
    pub fn title(&self) -> Option<&str> {
        self.model.title.as_deref()
    }

    /// `sha256:` and 64 hexadecimal digits over the language version and every file read, built-in ones included.
    pub fn digest(&self) -> &str {
        &self.model.digest
    }

    /// What decides, one part per line, in a form that does not depend on layout, comments, titles, examples, tests and
    /// the order of rules. Policies with the same meaning decide alike. For comparing, not for reading back.
    pub fn meaning(&self) -> String {
        crate::meaning::meaning(&self.model)
    }

    /// Every file that was read, by path, the lock included: enough to compile the same policy again.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.model.files
    }

    /// What its imports bring, by path: what [`crate::lock`] pins.
    pub fn pins(&self) -> &[crate::lock::Pin] {
        &self.model.pins
    }

    /// The path of the root file.
    pub fn root(&self) -> &str {
        &self.model.root
    }

    /// The IANA name of the policy's time zone; `UTC` when it names none.
    pub fn timezone(&self) -> &str {
        &self.model.timezone
    }

    /// The declared intents, in file order.
    pub fn intents(&self) -> &[Intent] {
        &self.model.intents
    }

    /// One intent by name.
    pub fn intent(&self, name: &str) -> Option<&Intent> {
        self.model.intents.iter().find(|intent| intent.name == name)
    }

    /// The text of every template that an intent names, by the template's name.
    pub fn templates(&self) -> BTreeMap<String, String> {
        self.model.templates.clone()
    }

    /// The text of one template that an intent names.
    pub fn template(&self, name: &str) -> Option<&str> {
        self.model.templates.get(name).map(String::as_str)
    }

    /// The words that a detector on drafts looks for, as they are written; none where it looks for something else, or there is
    /// no such detector.
    pub fn words_in_drafts(&self, detector: &str) -> Vec<&str> {
        let detectors = &self.model.detectors;
        let is_meant =
            |one: &crate::detect::Detector| one.subject == crate::ast::Subject::Draft && one.name == detector;
        let number = detectors.detectors.iter().position(is_meant);
        number.map_or_else(Vec::new, |number| detectors.written_words_of(number).collect())
    }

    /// The declared AI agents, in file order.
    pub fn ai_agents(&self) -> &[AiAgent] {
        &self.model.agents
    }

    /// The first AI agent that answers on a channel.
    pub fn ai_agent_on(&self, channel: &str) -> Option<&AiAgent> {
        self.model.agents.iter().find(|agent| agent.channels.iter().any(|one| one == channel))
    }

    /// Names of the segments that a contact can be in.
    pub fn segments(&self) -> Vec<&str> {
        self.model.segments.iter().map(String::as_str).collect()
    }

    /// Names of the switches.
    pub fn switches(&self) -> Vec<&str> {
        self.model.switches.iter().map(String::as_str).collect()
    }

    /// Names of the teams.
    pub fn teams(&self) -> Vec<&str> {
        self.model.teams.iter().map(String::as_str).collect()
    }

    /// The declared limits. The host counts; a used-up limit is the fact `over:NAME`.
    pub fn limits(&self) -> &[Limit] {
        &self.model.limits
    }

    /// The risk tiers, from the lowest to the highest.
    pub fn tiers(&self) -> &[String] {
        &self.model.tiers
    }

    /// The declared certificates, in file order. The host proves them: the fact `certified:NAME` is the bound of the
    /// share of wrong answers that is proved for this message, 0.0 to 1.0, and 1.0 where nothing is proved.
    pub fn certificates(&self) -> &[Certificate] {
        &self.model.certificates
    }

    /// The declared sweeps, in file order. The host runs them.
    pub fn sweeps(&self) -> &[Sweep] {
        &self.model.sweeps
    }

    /// All facts that rules may read: the standard ones, then the policy's own.
    pub fn facts(&self) -> Vec<FactDecl> {
        self.model.facts.clone()
    }

    /// Every rule and setting in force: guards, limits, switches, pauses, risk rows, routes and settings, those of
    /// `std/base` and of imported files included, in the order of the files as read.
    pub fn rules(&self) -> &[crate::listing::PolicyRule] {
        &self.model.listing
    }

    /// Runs every detector over these texts.
    pub fn detect(&self, seen: &Seen<'_>) -> Detections {
        self.model.detectors.detect(seen)
    }

    /// Decides. Total: every set of facts gets a verdict, and the same facts always the same one.
    pub fn decide(&self, facts: &Facts) -> Verdict {
        let frame = self.frame(facts);
        self.decider().decide(&frame.frame()).verdict()
    }

    /// Decides by the definition itself, the plain interpreter: for tests and tools. The verdict is that of
    /// [`Policy::decide`], which is compiled and many times faster.
    pub fn decide_plainly(&self, facts: &Facts) -> Verdict {
        crate::eval::decide(&self.model, facts)
    }

    /// For a host that decides often: keeps what a decision writes to, so that deciding allocates nothing.
    pub fn decider(&self) -> Decider {
        Decider::new(Arc::clone(&self.model), Arc::clone(&self.program))
    }

    /// The keys of the facts that a decision reads, each at the number of its slot. `approved` and `draft.absent` are
    /// always among them.
    pub fn slots(&self) -> &[String] {
        &self.program.keys.names
    }

    /// The number of a fact's slot; `None` when no rule of the policy reads the fact.
    pub fn slot(&self, key: &str) -> Option<usize> {
        self.program.keys.number(key)
    }

    /// Whether a slot is about the draft: without a draft its value is not looked at.
    pub fn slot_needs_draft(&self, slot: usize) -> bool {
        self.model.slots.get(slot).is_some_and(|slot| slot.needs_draft)
    }

    /// Whether a slot holds yes or no.
    pub fn slot_is_yes_no(&self, slot: usize) -> bool {
        self.model.slots.get(slot).is_none_or(|slot| slot.kind == crate::condition::Kind::YesNo)
    }

    /// Facts by slot number, for [`Decider::decide`]. A host that fills a [`crate::Frame`] itself saves the look-ups.
    pub fn frame<'f>(&self, facts: &'f Facts) -> OwnedFrame<'f> {
        self.program.keys.frame(facts)
    }

    /// Runs the policy's scripts within their budgets and adds a `script:NAME` fact for each. A script that fails adds
    /// a failed fact. `draft_text` is the fact `draft.text`; other text inputs are read from the facts as names.
    pub fn run_scripts(&self, facts: &mut Facts, draft_text: Option<&str>) {
        for script in &self.model.scripts {
            script.run(facts, draft_text);
        }
    }

    /// Runs the root file's `test` and `cases` whose names contain `filter`.
    pub fn run_tests(&self, filter: Option<&str>) -> TestReport {
        crate::testing::run(&self.model, filter)
    }
}
