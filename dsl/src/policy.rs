//! A checked policy: the only thing that decides.

use std::collections::BTreeMap;

use crate::detect::{Detections, Seen};
use crate::facts::Facts;
use crate::verdict::{Location, Verdict};

/// A kind of message, declared with `intent`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
}

/// An AI agent, declared with `agent NAME on CHANNELS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiAgent {
    /// Name used in rules.
    pub name: String,
    /// One sentence for people.
    pub title: Option<String>,
    /// Channels it answers on.
    pub channels: Vec<String>,
}

/// Over which time a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// From midnight to midnight in the policy's zone.
    CalendarDay,
    /// From full hour to full hour in the policy's zone.
    CalendarHour,
    /// Slices of this many milliseconds, counted from 1970 UTC.
    Millis(i64),
}

/// A counter with a ceiling, kept by the host.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// One fact that rules may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDecl {
    /// Its path, as written in rules.
    pub path: String,
    /// Its type in the words of the language, such as `number 0..1`.
    pub type_: String,
    /// What it means.
    pub sentence: String,
}

/// The result of [`Policy::run_tests`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestReport {
    /// Every case that ran, in file order.
    pub cases: Vec<CaseResult>,
}

/// One inline test or one row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A checked policy. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policy {
    never: std::convert::Infallible,
}

macro_rules! not_yet { ($($(#[$doc:meta])* $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $ret:ty;)*) => {
    impl Policy { $( $(#[$doc])* pub fn $name(&self $(, $arg: $ty)*) -> $ret { $(let _ = $arg;)* match self.never {} } )* }
} }
not_yet! {
    /// Name.
    name(&self) -> &str;
    /// Title.
    title(&self) -> Option<&str>;
    /// Digest.
    digest(&self) -> &str;
    /// Files.
    files(&self) -> &BTreeMap<String, String>;
    /// Root.
    root(&self) -> &str;
    /// Zone.
    timezone(&self) -> &str;
    /// Intents.
    intents(&self) -> &[Intent];
    /// Intent.
    intent(&self, name: &str) -> Option<&Intent>;
    /// Templates.
    templates(&self) -> BTreeMap<String, String>;
    /// AI agents.
    ai_agents(&self) -> &[AiAgent];
    /// AI agent on.
    ai_agent_on(&self, channel: &str) -> Option<&AiAgent>;
    /// Segments.
    segments(&self) -> Vec<&str>;
    /// Switches.
    switches(&self) -> Vec<&str>;
    /// Teams.
    teams(&self) -> Vec<&str>;
    /// Limits.
    limits(&self) -> &[Limit];
    /// Facts.
    facts(&self) -> Vec<FactDecl>;
    /// Detect.
    detect(&self, seen: &Seen<'_>) -> Detections;
    /// Decide.
    decide(&self, facts: &Facts) -> Verdict;
    /// Tests.
    run_tests(&self, filter: Option<&str>) -> TestReport;
    /// Scripts.
    run_scripts(&self, facts: &mut Facts, draft_text: Option<&str>) -> ();
}
impl Limit {
    /// The counting bucket that `now_ms` falls in, in the policy's zone: (start, end).
    pub fn bucket(&self, timezone: &str, now_ms: i64) -> (i64, i64) {
        let _ = timezone;
        (now_ms, now_ms)
    }
}
