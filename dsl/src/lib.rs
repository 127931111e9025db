//! The Remit policy language: text in, verdicts out, and nothing else.

mod detect;
mod diagnostic;
mod facts;
mod policy;
pub mod render;
mod verdict;

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

/// Compiles the policy whose root file is `root`.
pub fn compile(root: &str, read: &Read<'_>) -> Compiled {
    let message = match read(root) {
        Ok(_) => "the compiler is not finished".to_owned(),
        Err(reason) => format!("cannot read `{root}`: {reason}"),
    };
    let at = Span { file: root.to_owned(), start: 0, end: 0, line: 1, column: 1, end_line: 1, end_column: 1 };
    let diagnostic =
        Diagnostic { code: "R0000", severity: Severity::Error, message, at, labels: vec![], hint: None, fix: None };
    Compiled { policy: None, diagnostics: vec![diagnostic] }
}
