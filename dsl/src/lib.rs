#![doc = include_str!("../README.md")]

mod amount;
pub mod assure;
mod ast;
pub mod catalogue;
mod check;
pub mod codes;
mod condition;
mod cron;
mod detect;
mod diagnostic;
mod diagram;
pub mod diff;
mod eval;
mod facts;
pub mod fixes;
pub mod format;
mod hours;
mod lint;
mod listing;
mod load;
pub mod lock;
pub mod matrix;
mod meaning;
mod model;
mod parse;
mod policy;
mod program;
pub mod prose;
pub mod prove;
pub mod reference;
pub mod render;
mod script;
mod source;
mod testing;
pub mod tree;
mod verdict;
pub mod vocabulary;

pub use crate::cron::Sweep;
pub use detect::{Detection, Detections, Seen};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity, Span};
pub use facts::{Fact, Facts, Provenance, Value};
pub use jiff::civil::Date;
pub use listing::{PolicyRule, PolicyRuleKind};
pub use parse::LARGEST_FILE;
pub use policy::{AiAgent, CaseResult, Certificate, DraftSpec, FactDecl, Intent, Limit, Policy, TestReport, Window};
pub use program::{Decider, Decision, Frame, Matched, OwnedFrame, Raw};
pub use verdict::{ApprovalTerms, Location, Outcome, Pause, Reason, Route, RuleKind, Setting, UnknownOutcome, Verdict};

/// Reads one file of a policy. The path is normalised and relative to the folder of the root file.
/// The error is the reason why it cannot be read. Built-in `std/...` files never reach it.
pub type Read<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// The result of [`compile`].
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The policy; present if and only if there is no diagnostic of severity error.
    pub policy: Option<Policy>,
    /// Everything found, in file order, except what an `@allow` silences.
    pub diagnostics: Vec<Diagnostic>,
    /// What an `@allow` silences, each with the reason given. Never an error.
    pub allowed: Vec<Diagnostic>,
}

/// What the checker cannot know by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// The day of the check, for `@until`. Without it no annotation is ever out of date.
    pub today: Option<Date>,
}

/// Compiles the policy whose root file is `root`, with everything it imports. Other files are asked for relative to
/// the root file's folder.
pub fn compile(root: &str, read: &Read<'_>) -> Compiled {
    check::compile(root, read, &CompileOptions::default())
}

/// The same as [`compile()`], with what the checker is told. The policy is the same whatever the options say: only the
/// findings differ.
pub fn compile_with(root: &str, read: &Read<'_>, options: &CompileOptions) -> Compiled {
    check::compile(root, read, options)
}

/// [`compile`] with other texts in place of the built-in files, for tests that damage them.
#[doc(hidden)]
pub fn compile_over(standard: &[(&str, &str)], root: &str, read: &Read<'_>) -> Compiled {
    check::compile_over(standard, root, read, &CompileOptions::default())
}

/// Names and texts of the built-in files.
#[doc(hidden)]
pub const STANDARD_FILES: [(&str, &str); 19] = load::STANDARD;
