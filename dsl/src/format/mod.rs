//! The canonical layout of a policy file.
//!
//! A text is read into the lossless tree and the tree is printed. The layout is a function of the tree alone: what is
//! printed on one line is decided by its length and its comments, never by how it was written. So formatting twice
//! changes nothing, and the JSON of a tree gives the same text.

mod blocks;
mod conditions;
mod lines;
mod rows;
mod tables;

use crate::ast::At;
use crate::diagnostic::Diagnostic;
use crate::parse::{self, LARGEST_FILE};
use crate::source::{Finding, Sources};
use crate::tree::document::Document;
use lines::Printer;

/// Longest line that is not broken where it can be.
const WIDTH: usize = 120;

/// The name under which the diagnostics of a text without a name speak of it.
const FILE: &str = "policy.remit";

/// Formats a policy file: the same rules in the same order with every comment, in the canonical layout. The text need
/// not be a valid policy, only one without syntax errors; imports are not read.
///
/// # Errors
/// What is wrong with the text, with places in a file called `policy.remit`. Nothing is formatted then.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let formatted = print(&read(text)?);
    if formatted.len() > LARGEST_FILE {
        let at = At { file: 0, start: 0, end: 0 };
        let message = format!("formatted it would have {} bytes, and {LARGEST_FILE} are allowed", formatted.len());
        let finding = Finding::new("R0003", at, message).hint("split it with `import`");
        let mut sources = Sources::default();
        sources.add(FILE, text.to_owned());
        return Err(vec![finding.into_diagnostic(&sources)]);
    }
    Ok(formatted)
}

/// The lossless tree of a text, tidied.
pub(crate) fn read(text: &str) -> Result<Document, Vec<Diagnostic>> {
    let mut found = Vec::new();
    parse::parse(0, text, &mut found);
    let document = if found.is_empty() { parse::document(text) } else { None };
    match document {
        Some(mut document) => {
            document.tidy();
            Ok(document)
        }
        None => {
            if found.is_empty() {
                found.push(Finding::new("R0001", At { file: 0, start: 0, end: 0 }, "the file cannot be read"));
            }
            let mut sources = Sources::default();
            sources.add(FILE, text.to_owned());
            found.sort_by_key(Finding::order);
            Err(found.into_iter().map(|finding| finding.into_diagnostic(&sources)).collect())
        }
    }
}

/// The text of a tree. The tree must be tidy.
pub(crate) fn print(document: &Document) -> String {
    let mut printer = Printer::default();
    printer.header(&document.header);
    printer.items(&document.items);
    printer.above(&document.below);
    printer.finish()
}
