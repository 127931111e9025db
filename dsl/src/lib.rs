#![doc = include_str!("../README.md")]

mod amount;
mod ast;
mod check;
pub mod codes;
mod condition;
mod cron;
mod detect;
mod diagnostic;
mod eval;
mod facts;
mod hours;
mod load;
mod model;
mod parse;
mod policy;
pub mod prove;
pub mod reference;
pub mod render;
mod script;
mod source;
mod testing;
mod verdict;
pub mod vocabulary;

pub use detect::{Detection, Detections, Seen};
pub use diagnostic::{Diagnostic, Fix, Severity, Span};
pub use facts::{Fact, Facts, Provenance, Value};
pub use policy::{AiAgent, CaseResult, DraftSpec, FactDecl, Intent, Limit, Policy, TestReport, Window};
pub use verdict::{ApprovalTerms, Location, Outcome, Pause, Reason, Route, RuleKind, Setting, UnknownOutcome, Verdict};

/// Reads one file of a policy. The path is normalised and relative to the folder of the root file.
/// The error is the reason why it cannot be read. Built-in `std/...` files never reach it.
pub type Read<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// The result of [`compile`].
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The policy; present if and only if there is no diagnostic of severity error.
    pub policy: Option<Policy>,
    /// Everything found, in file order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles the policy whose root file is `root`, with everything it imports. Other files are asked for relative to
/// the root file's folder.
pub fn compile(root: &str, read: &Read<'_>) -> Compiled {
    check::compile(root, read)
}
