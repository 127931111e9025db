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

/// An edit that cures a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fix {
    /// What to replace.
    pub at: Span,
    /// The new text.
    pub replacement: String,
}

/// One finding about a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `R0101`; see [`crate::codes`].
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence for people, without a full stop.
    pub message: String,
    /// The text that is wrong.
    pub at: Span,
    /// Other places that belong to it, each with a few words.
    pub labels: Vec<(Span, String)>,
    /// How to cure it, if that can be said.
    pub hint: Option<String>,
    /// The cure as an edit, if it is certain enough.
    pub fix: Option<Fix>,
}
