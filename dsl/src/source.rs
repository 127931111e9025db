//! The texts of a policy's files, and places in them.

use crate::ast::At;
use crate::codes;
use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::verdict::Location;

#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) name: String,
    pub(crate) text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    fn line_and_column(&self, byte: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let column = self.text.get(start..byte).map_or(0, |before| before.chars().count());
        (line as u32 + 1, column as u32 + 1)
    }
}

/// All files read so far; an [`At`] points into it by number.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
}

impl Sources {
    pub(crate) fn add(&mut self, name: &str, text: String) -> u32 {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.files.push(SourceFile { name: name.to_owned(), text, line_starts });
        self.files.len() as u32 - 1
    }

    pub(crate) fn number_of(&self, name: &str) -> Option<u32> {
        self.files.iter().position(|file| file.name == name).map(|number| number as u32)
    }

    pub(crate) fn span(&self, at: At) -> Span {
        let Some(file) = self.files.get(at.file as usize) else {
            return Span { file: String::new(), start: 0, end: 0, line: 1, column: 1, end_line: 1, end_column: 1 };
        };
        let (line, column) = file.line_and_column(at.start as usize);
        let (end_line, end_column) = file.line_and_column(at.end as usize);
        let (start, end) = (at.start as usize, at.end as usize);
        Span { file: file.name.clone(), start, end, line, column, end_line, end_column }
    }

    /// The marked text on one line, without comments.
    pub(crate) fn words(&self, at: At) -> String {
        let text = self.files.get(at.file as usize).and_then(|file| file.text.get(at.start as usize..at.end as usize));
        let lines = text.unwrap_or("").lines().map(|line| line.split_once('#').map_or(line, |(before, _)| before));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn location(&self, at: At) -> Location {
        self.span(at).location()
    }
}

/// A diagnostic that still points by file number.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    code: &'static str,
    message: String,
    at: At,
    labels: Vec<(At, String)>,
    hint: Option<String>,
    fix: Option<String>,
}

impl Finding {
    pub(crate) fn new(code: &'static str, at: At, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at, labels: Vec::new(), hint: None, fix: None }
    }

    pub(crate) fn label(mut self, at: At, text: impl Into<String>) -> Self {
        self.labels.push((at, text.into()));
        self
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// Replaces the marked text.
    pub(crate) fn fix(mut self, replacement: impl Into<String>) -> Self {
        self.fix = Some(replacement.into());
        self
    }

    /// Says "did you mean" when one of the words is close enough.
    pub(crate) fn did_you_mean<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, known) {
            Some(best) => {
                let text = format!("did you mean `{best}`?");
                self.hint(text).fix(best)
            }
            None => self,
        }
    }

    pub(crate) fn severity(&self) -> crate::diagnostic::Severity {
        codes::severity(self.code)
    }

    pub(crate) fn order(&self) -> (At, &'static str) {
        (self.at, self.code)
    }

    pub(crate) fn into_diagnostic(self, sources: &Sources) -> Diagnostic {
        let at = sources.span(self.at);
        let labels = self.labels.into_iter().map(|(at, text)| (sources.span(at), text)).collect();
        let fix = self.fix.map(|replacement| Fix { at: at.clone(), replacement });
        let severity = codes::severity(self.code);
        Diagnostic { code: self.code, severity, message: self.message, at, labels, hint: self.hint, fix }
    }
}

/// The known word that is most like `word`, if any is like it at all.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        if candidate == word {
            continue;
        }
        let distance = strsim::damerau_levenshtein(word, candidate);
        let allowed = (word.chars().count().max(candidate.chars().count()) / 3).max(1);
        if distance <= allowed && best.is_none_or(|(least, name)| (distance, candidate) < (least, name)) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name.to_owned())
}
