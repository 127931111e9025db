//! What is wrong with a policy, where, and what to do about it. Rendering is in [`crate::render`].

use serde::{Deserialize, Serialize};

use crate::verdict::Location;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably a mistake; the policy can still be used.
    Warning,
    /// The policy cannot be used.
    Error,
}

impl Severity {
    /// The word used in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A stretch of a file. Lines and columns count from 1, columns in characters; `end` is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The file, relative to the folder of the policy's root file.
    pub file: String,
    /// First byte.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column of the end.
    pub end_column: u32,
}

impl Span {
    /// The start as a [`Location`].
    pub fn location(&self) -> Location {
        Location { file: self.file.clone(), line: self.line, column: self.column }
    }
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// What to replace; an empty stretch is a place to insert at.
    pub at: Span,
    /// The new text.
    pub replacement: String,
}

/// A cure that a program can carry out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, in words for people, such as ``replace by `approval` ``.
    pub title: String,
    /// The replacements, all of them or none.
    pub edits: Vec<Edit>,
    /// There is only one sensible cure, and this is it: [`crate::fixes::apply`] takes it. Otherwise it is an offer
    /// that a person has to choose.
    pub certain: bool,
}

/// Another place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The place.
    pub at: Span,
    /// What it has to do with the finding, in a few words.
    pub text: String,
}

/// One finding about a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `R0101`; [`crate::codes::page`] explains it.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence for people, without a full stop.
    pub message: String,
    /// The text that is wrong.
    pub at: Span,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// How to cure it, if that can be said in a line.
    pub hint: Option<String>,
    /// What else is good to know, each a sentence.
    pub notes: Vec<String>,
    /// Cures as edits, the best one first.
    pub fixes: Vec<Fix>,
    /// The rule or declaration it stands in, such as `guard discount`.
    pub rule: Option<String>,
    /// Other rules or declarations that belong to it.
    pub related: Vec<String>,
    /// The reason given by an `@allow` that silences it. Such findings are in [`crate::Compiled::allowed`] only.
    pub allowed: Option<String>,
}
