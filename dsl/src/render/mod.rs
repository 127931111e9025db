//! Diagnostics for people (`human`, `plain`), for programs (`json`, `sarif`) and for build servers (`github`,
//! `junit`).

mod ci;
mod sarif;

use std::fmt::Write as _;

use serde_json::json;

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::load::STANDARD;

pub use ci::{github, junit, junit_tests};
pub use sarif::sarif;

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

/// In the style of the Rust compiler, with the text underlined, and at the end how to learn more. `sources` gives the text of a file by its name; a
/// finding in a file that it does not know is shown without text. Built-in files are known.
pub fn human(diagnostics: &[Diagnostic], sources: &dyn Fn(&str) -> Option<String>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for found in diagnostics {
        let _ = writeln!(text, "{}\n", renderer.render(&report(found, sources)));
    }
    let mut codes: Vec<&str> = diagnostics.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    match codes.as_slice() {
        [] => {}
        [code] => {
            let _ = writeln!(text, "What {code} means, with examples: remit explain-code {code}");
        }
        [first, ..] => {
            let codes = codes.join(", ");
            let _ = writeln!(text, "What {codes} mean, with examples: remit explain-code {first}");
        }
    }
    text
}

fn report(found: &Diagnostic, sources: &dyn Fn(&str) -> Option<String>) -> Vec<Group<'static>> {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level.primary_title(found.message.clone()).id(found.code).elements(Vec::<Message<'static>>::new());
    let text = |file: &str| {
        sources(file).or_else(|| STANDARD.iter().find(|(name, _)| *name == file).map(|(_, text)| (*text).to_owned()))
    };
    let mut files: Vec<&str> = vec![&found.at.file];
    for label in &found.labels {
        if !files.contains(&label.at.file.as_str()) {
            files.push(&label.at.file);
        }
    }
    for file in files {
        let Some(source) = text(file) else {
            group = group.element(Origin::path(file.to_owned()));
            continue;
        };
        let length = source.len();
        // A source that changed since it was checked must not make the renderer fail.
        let range = move |span: &Span| span.start.min(length)..span.end.clamp(span.start.min(length), length);
        let whole =
            |range: &std::ops::Range<usize>| source.is_char_boundary(range.start) && source.is_char_boundary(range.end);
        let mut annotations = Vec::new();
        if found.at.file == file && whole(&range(&found.at)) {
            annotations.push(AnnotationKind::Primary.span(range(&found.at)));
        }
        for label in found.labels.iter().filter(|label| label.at.file == file && whole(&range(&label.at))) {
            annotations.push(AnnotationKind::Context.span(range(&label.at)).label(label.text.clone()));
        }
        group = group.element(Snippet::source(source.clone()).path(file.to_owned()).annotations(annotations));
    }
    if let Some(hint) = &found.hint {
        group = group.element(Level::HELP.message(hint.clone()));
    }
    for note in &found.notes {
        group = group.element(Level::NOTE.message(note.clone()));
    }
    vec![group]
}
