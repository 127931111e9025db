//! Diagnostics for people (`human`, `plain`), for programs (`json`, `sarif`) and for build servers (`github`,
//! `junit`).

mod ci;
mod sarif;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use serde_json::json;

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::load::STANDARD;

pub use ci::{github, junit, junit_tests};
pub use sarif::sarif;

/// The most of a text that is shown with one finding, in bytes, and the longest line of it.
const LONGEST_SHOWN: usize = 64 * 1024;
const LONGEST_LINE: usize = 2_000;

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
    let mut texts = Texts { sources, known: BTreeMap::new() };
    let mut text = String::new();
    for found in diagnostics {
        let _ = writeln!(text, "{}\n", renderer.render(&report(found, &mut texts)));
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

/// The texts that findings point into, each asked for once.
struct Texts<'s> {
    sources: &'s dyn Fn(&str) -> Option<String>,
    known: BTreeMap<String, Option<String>>,
}

impl Texts<'_> {
    fn of(&mut self, file: &str) -> Option<&str> {
        if !self.known.contains_key(file) {
            let built_in = || STANDARD.iter().find(|(name, _)| *name == file).map(|(_, text)| (*text).to_owned());
            self.known.insert(file.to_owned(), (self.sources)(file).or_else(built_in));
        }
        self.known.get(file)?.as_deref()
    }
}

/// A place in a text, and its line, from 1.
type Place = (Range<usize>, u32);

/// The whole lines around some places of a text, the byte where they start, and the number of the first. `None` where that
/// is more than anybody wants to see: what is shown with a finding must not cost the whole file.
fn lines<'t>(text: &'t str, places: &[Place]) -> Option<(&'t str, usize, usize)> {
    let (first, line) = places.iter().map(|(place, line)| (place.start, *line)).min()?;
    let last = places.iter().map(|(place, _)| place.end).max()?;
    let (before, behind) = (text.as_bytes().get(..first)?, text.as_bytes().get(last..)?);
    let is_end = |byte: &u8| *byte == b'\n';
    let near = |found: Option<usize>, whole: usize| found.or((whole <= LONGEST_LINE).then_some(whole));
    let start = first - near(before.iter().rev().take(LONGEST_LINE).position(is_end), before.len())?;
    let end = last + near(behind.iter().take(LONGEST_LINE).position(is_end), behind.len())?;
    let shown = text.get(start..end).filter(|shown| shown.len() <= LONGEST_SHOWN)?;
    shown.lines().all(|line| line.len() <= LONGEST_LINE).then_some((shown, start, line as usize))
}

fn report(found: &Diagnostic, texts: &mut Texts<'_>) -> Vec<Group<'static>> {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level.primary_title(found.message.clone()).id(found.code).elements(Vec::<Message<'static>>::new());
    let mut files: Vec<&str> = vec![&found.at.file];
    for label in &found.labels {
        if !files.contains(&label.at.file.as_str()) {
            files.push(&label.at.file);
        }
    }
    for file in files {
        let Some(source) = texts.of(file) else {
            group = group.element(Origin::path(file.to_owned()));
            continue;
        };
        // A source that changed since it was checked must not make the renderer fail.
        let length = source.len();
        let range = |span: &Span| {
            let range = span.start.min(length)..span.end.clamp(span.start.min(length), length);
            (source.is_char_boundary(range.start) && source.is_char_boundary(range.end)).then_some(range)
        };
        let primary = Some(&found.at).filter(|at| at.file == file).and_then(range);
        let labels: Vec<(Place, &str)> = found
            .labels
            .iter()
            .filter(|label| label.at.file == file)
            .filter_map(|label| Some(((range(&label.at)?, label.at.line), label.text.as_str())))
            .collect();
        let primary: Option<Place> = primary.map(|place| (place, found.at.line));
        let mut places: Vec<Place> = primary.iter().chain(labels.iter().map(|(place, _)| place)).cloned().collect();
        let mut window = lines(source, &places);
        if window.is_none() && primary.is_some() {
            places.truncate(1); // without what lies far away
            window = lines(source, &places);
        }
        let Some((shown, start, line)) = window else {
            let mut origin = Origin::path(file.to_owned());
            if found.at.file == file {
                origin = origin.line(found.at.line as usize).char_column(found.at.column as usize);
            }
            group = group.element(origin);
            continue;
        };
        let inside = |place: &Range<usize>| (place.start - start)..(place.end - start);
        let mut annotations: Vec<_> =
            primary.iter().map(|(place, _)| AnnotationKind::Primary.span(inside(place))).collect();
        let fits = |place: &Range<usize>| start <= place.start && place.end <= start + shown.len();
        for ((place, _), label) in labels.iter().filter(|((place, _), _)| fits(place)) {
            annotations.push(AnnotationKind::Context.span(inside(place)).label((*label).to_owned()));
        }
        let snippet = Snippet::source(shown.to_owned()).line_start(line).path(file.to_owned());
        group = group.element(snippet.annotations(annotations));
    }
    if let Some(hint) = &found.hint {
        group = group.element(Level::HELP.message(hint.clone()));
    }
    for note in &found.notes {
        group = group.element(Level::NOTE.message(note.clone()));
    }
    vec![group]
}
